/* The lock of a fault-tolerant pair, behind ftpair's conformance wire: profile lock.
 *
 * A directory on shared storage holds one file for each generation that the lock has had, named by its number. To take
 * the lock at generation g is to create the file g + 1 with O_EXCL, which one contender alone can do, over NFS too. No
 * file is removed while anybody contends: once g is there, only who creates g + 1 is left to be decided.
 */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_HOSTS = 64, MAX_NAME = 64 };
/* The first two name a copy, the last one nothing, all others a host. */
enum kind { CONTEND, TRY_LOCK, FAIL_HOST, LOSE_STORAGE, RESTORE_STORAGE, PAUSE, RESUME, ADVANCE, KINDS };
static const char *kinds[] = {"Contend", "TryLock", "FailHost", "LoseStorage", "RestoreStorage", "Pause", "Resume",
                              "Advance"};
static const char *beliefs[] = {"none", "contending", "holds"};
static const char hello[] =
    "\"version\":\"1\",\"implementation\":{\"name\":\"lock\",\"language\":\"C\",\"version\":\"1.0\"},\"window\":64,"
    "\"profile\":\"lock\",\"observes\":[\"hosts\",\"lock\",\"copies\"],\"actions\":[\"Contend\",\"TryLock\","
    "\"FailHost\",\"LoseStorage\",\"RestoreStorage\",\"Pause\",\"Resume\",\"Advance\"],";

/* A host and the contender on it: the n-th host of the configuration runs p1.n. */
static struct contender {
    char host[MAX_NAME], copy[MAX_NAME];
    bool up, storage, paused;
    enum { NONE, CONTENDING, HOLDS } belief;
    long long generation;
} contenders[MAX_HOSTS];
static int count;
static const struct contender *holder;
static char storage[] = "/tmp/ft-lock-XXXXXX";
static long long latest; /* the generation of the lock, which is the number of the latest file; 0 without storage */
static bool broken;      /* whoever tries takes the next generation, whatever it believes in */

static const char *file_of(long long generation)
{
    static char name[24];
    snprintf(name, sizeof name, "%lld", generation);
    return name;
}

/* There is no file for generation 0, after which generation 1 is created. */
static bool test_and_set(long long generation)
{
    bool reached = generation == 0 || access(file_of(generation), F_OK) == 0;
    int file = reached ? open(file_of(generation + 1), O_WRONLY | O_CREAT | O_EXCL, 0600) : -1;
    return file >= 0 && close(file) == 0;
}

static void remove_storage(void)
{
    for (; latest > 0; latest--)
        unlink(file_of(latest));
    if (chdir("/") == 0)
        rmdir(storage);
}

/* The value of the first field of that name at or after `at`; NULL if there is none. */
static const char *value(const char *at, const char *name)
{
    char field[MAX_NAME];
    snprintf(field, sizeof field, "\"%s\":", name);
    at = at ? strstr(at, field) : NULL;
    return at ? at + strlen(field) + strspn(at + strlen(field), " ") : NULL;
}

/* Copies a field that is a string, and gives the place behind it; NULL if it is no plain string, or too long. */
static const char *text(const char *at, const char *name, char copy[MAX_NAME])
{
    const char *from = value(at, name);
    size_t length = from && *from == '"' ? strcspn(from + 1, "\"\\") : MAX_NAME;
    bool plain = length < MAX_NAME && from[length + 1] == '"';
    snprintf(copy, MAX_NAME, "%.*s", plain ? (int)length : 0, plain ? from + 1 : "");
    return plain ? from + length + 2 : NULL;
}

static bool reset(const char *ask)
{
    const char *at = value(ask, "hosts"), *pairs = value(at, "pairs"), *id;
    for (count = 0; (id = value(at, "id")) && (!pairs || id < pairs); count++) {
        struct contender fresh = {.up = true, .storage = true, .belief = NONE, .generation = 1};
        snprintf(fresh.copy, MAX_NAME, "p1.%d", count + 1);
        if (count == MAX_HOSTS || !(at = text(at, "id", fresh.host)))
            return false;
        contenders[count] = fresh;
    }
    holder = NULL;
    remove_storage();
    memset(strrchr(storage, '-') + 1, 'X', 6);
    latest = mkdtemp(storage) && chdir(storage) == 0 && test_and_set(0);
    return latest == 1;
}

/* Takes the action, or gives the guard that refuses it. */
static const char *take(enum kind kind, struct contender *c, const char *generation)
{
    const char *guard = !c->up && kind != RESTORE_STORAGE && kind != RESUME ? "down"
                        : c->paused && (kind <= TRY_LOCK || kind == PAUSE) ? "paused"
                        : kind <= TRY_LOCK && (kind == CONTEND) == (c->belief == CONTENDING) ? "phase"
                        : !c->storage && (kind == TRY_LOCK || kind == LOSE_STORAGE) ? "storage"
                        : c->storage && kind == RESTORE_STORAGE ? "connected"
                        : !c->paused && kind == RESUME ? "running" : NULL;
    if (guard)
        return guard;
    bool won = kind == TRY_LOCK && test_and_set(broken ? latest : c->generation);
    latest += won;
    c->up = c->up && kind != FAIL_HOST;
    c->storage = kind == RESTORE_STORAGE || (c->storage && kind != LOSE_STORAGE);
    c->paused = kind == PAUSE || (c->paused && kind != RESUME && kind != FAIL_HOST);
    c->generation = won ? latest : kind == CONTEND && generation ? strtoll(generation, NULL, 10) : c->generation;
    holder = won ? c : kind == FAIL_HOST && holder == c ? NULL : holder;
    if (kind == TRY_LOCK || kind == FAIL_HOST)
        c->belief = won ? HOLDS : NONE;
    else if (kind == CONTEND || (c->belief == HOLDS && !c->storage && !c->paused))
        c->belief = CONTENDING;
    return NULL;
}

static bool apply(const char *ask, const char **refused)
{
    char name[MAX_NAME];
    enum kind kind = CONTEND;
    int n = 0;
    text(ask, "kind", name);
    while (kind < KINDS && strcmp(name, kinds[kind]) != 0)
        kind++;
    text(ask, kind <= TRY_LOCK ? "copy" : "host", name);
    while (n < count && strcmp(name, kind <= TRY_LOCK ? contenders[n].copy : contenders[n].host) != 0)
        n++;
    if (kind < ADVANCE)
        *refused = n < count ? take(kind, &contenders[n], value(ask, "generation")) : "unknown";
    return latest > 0 && kind < KINDS;
}

static void show(void)
{
    const char *name = holder ? holder->copy : "null", *quote = holder ? "\"" : "";
    printf("\"state\":{\"lock\":{\"generation\":%lld,\"holder\":%s%s%s}", latest, quote, name, quote);
    for (struct contender *c = contenders; c < contenders + count; c++)
        printf("%s\"%s\":{\"up\":%s,\"storage\":%s,\"paused\":%s}", c == contenders ? ",\"hosts\":{" : ",", c->host,
               c->up ? "true" : "false", c->storage ? "true" : "false", c->paused ? "true" : "false");
    for (struct contender *c = contenders; c < contenders + count; c++)
        printf("%s\"%s\":{\"host\":\"%s\",\"belief\":\"%s\",\"generation\":%lld}",
               c == contenders ? "},\"copies\":{" : ",", c->copy, c->host, beliefs[c->belief], c->generation);
    printf("}}}\n");
}

int main(int argc, char **argv)
{
    char op[MAX_NAME] = "", *line = NULL;
    size_t size = 0;
    broken = argc > 1 && strcmp(argv[1], "--broken") == 0;
    while (strcmp(op, "bye") != 0 && getline(&line, &size, stdin) > 0) {
        const char *seq = value(line, "seq"), *refused = NULL;
        text(line, "op", op);
        printf("{\"seq\":%lld,", seq ? strtoll(seq, NULL, 10) : 0);
        if (strcmp(op, "hello") == 0 || strcmp(op, "bye") == 0) {
            printf("%s\"ok\":true}\n", strcmp(op, "hello") == 0 ? hello : "");
        } else if (strcmp(op, "reset") == 0 ? reset(line) : strcmp(op, "apply") == 0 && apply(line, &refused)) {
            printf(refused ? "\"ok\":true,\"refused\":\"%s\"," : "\"ok\":true,", refused);
            show();
        } else {
            printf("\"ok\":false,\"error\":{\"code\":\"not-supported\",\"text\":\"unsupported\",\"definite\":true}}\n");
        }
        fflush(stdout);
    }
    remove_storage();
    free(line);
}
