/* An adapter for ftpair, profile pair: the whole protocol (docs/spec/core.md, docs/wire.md). */
#include "wire.h"

/* Next, declare in observes what show() shows, like "hosts.*.up" or "pairs.*.lock": until then nothing is
 * compared. actions are what can be asked: take out what the implementation does not have. */
static const char *hello(void)
{
    return "\"implementation\":{\"name\":\"my-ft\",\"language\":\"C\",\"version\":\"0.1\"},"
        "\"profile\":\"pair\",\"observes\":[],\"window\":64,\"actions\":["
        "\"Record\",\"Deliver\",\"Ack\",\"Release\",\"BeginLockstep\",\"JoinLockstep\",\"SpawnSecondary\","
        "\"TryLock\",\"Suspect\",\"AbandonSync\",\"SyncLost\",\"HaRestart\",\"PowerOn\",\"PowerOff\","
        "\"TurnOnFT\",\"TurnOffFT\",\"SuspendFT\",\"ResumeFT\",\"Register\","
        "\"TestFailover\",\"TestRestartSecondary\",\"Migrate\",\"EnterMaintenance\",\"ExitMaintenance\","
        "\"RecoverHost\",\"HealLink\",\"RestoreStorage\",\"CrashCopy\",\"FailHost\",\"CutLink\","
        "\"LoseStorage\",\"ActivateRule\",\"DeactivateRule\",\"ExposeLink\",\"SecureLink\",\"Tick\"]";
}

static void show(void)
{
    /* here: show the state, exactly the fields that observes names */
    printf("\"state\":{}");
}

static void reset(const char *ask)
{
    /* here: begin anew in the cluster of "config", as often as asked: every host up, every pair off */
    (void)ask;
    printf("\"ok\":true,");
    show();
}

static void apply(const char *ask)
{
    /* here: take the action, of which value(ask, "kind") begins with the kind, in quotes. Print "ok":true, then
     * "refused":"why" if the protocol does not allow it now, and show() */
    (void)ask;
    printf("\"skipped\":\"not built yet\"");
}
