/* An adapter for ftpair, profile placement: which host takes a copy (docs/profiles.md, docs/wire.md). */
#include "wire.h"

/* actions are what can be asked: take out what the implementation does not have. */
static const char *hello(void)
{
    return "\"implementation\":{\"name\":\"my-scheduler\",\"language\":\"C\",\"version\":\"0.1\"},"
        "\"profile\":\"placement\",\"observes\":[],\"window\":64,\"actions\":["
        "\"PowerOn\",\"SpawnSecondary\",\"Migrate\"]";
}

static void reset(const char *ask)
{
    /* here: take in the cluster of "config", as often as asked: hosts, pairs, limits, groups, rules */
    (void)ask;
    printf("\"ok\":true");
}

static void apply(const char *ask)
{
    /* here: answer the question. Where may the copy of "action" go in the state of "state"? Print "ok":true and
     * "host":"h2", or "refused":"why" if no host may take it. To read the state takes a parser of JSON. */
    (void)ask;
    printf("\"skipped\":\"not built yet\"");
}
