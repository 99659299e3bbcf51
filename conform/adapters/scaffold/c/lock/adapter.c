/* An adapter for ftpair, profile lock: the arbitration alone (docs/profiles.md, docs/wire.md). */
#include "wire.h"

/* Next, declare in observes what show() shows, like "lock" or "copies.*.belief": until then nothing is
 * compared. actions are what can be asked: take out what the implementation does not have. */
static const char *hello(void)
{
    return "\"implementation\":{\"name\":\"my-lock\",\"language\":\"C\",\"version\":\"0.1\"},"
        "\"profile\":\"lock\",\"observes\":[],\"window\":64,\"actions\":["
        "\"Contend\",\"TryLock\",\"FailHost\",\"LoseStorage\",\"RestoreStorage\",\"Pause\",\"Resume\","
        "\"Advance\"]";
}

static void show(void)
{
    /* here: show the state, exactly the fields that observes names */
    printf("\"state\":{}");
}

static void reset(const char *ask)
{
    /* here: begin anew, as often as asked: the n-th host of "config" runs the contender p1.n */
    (void)ask;
    printf("\"ok\":true,");
    show();
}

static void apply(const char *ask)
{
    /* here: take the action, of which value(ask, "kind") begins with the kind, in quotes. Contend names a copy and a
     * generation, TryLock a copy, Advance ms, and every other kind a host. Print "ok":true, then "refused":"why" if
     * it is not allowed now, and show() */
    (void)ask;
    printf("\"skipped\":\"not built yet\"");
}
