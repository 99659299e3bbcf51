/* ftpair's wire (docs/wire.md), profile lock: one JSON object a line; stdin asks, stdout answers, stderr is the log. */
#define _XOPEN_SOURCE 700
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Next, declare in observes what show() shows, like "lock": until then nothing is compared. actions are what can be
 * asked: take out what the implementation does not have. */
static const char hello[] =
    "\"ok\":true,\"version\":\"1\",\"implementation\":{\"name\":\"my-lock\",\"language\":\"C\",\"version\":\"0.1\"},"
    "\"profile\":\"lock\",\"observes\":[],\"window\":64,\"actions\":[\"Contend\",\"TryLock\",\"FailHost\","
    "\"LoseStorage\",\"RestoreStorage\",\"Pause\",\"Resume\",\"Advance\"]";

/* The value of the first field of that name; an empty text if there is none. Enough for what the wire asks of a lock:
 * kind, copy, host, generation, and the id of each host of a config. It is no parser of JSON. */
static const char *value(const char *ask, const char *name)
{
    char field[32];
    snprintf(field, sizeof field, "\"%s\":", name);
    const char *at = strstr(ask, field);
    return at ? at + strlen(field) + strspn(at + strlen(field), " ") : "";
}

static void show(void)
{
    /* here: show the state, exactly the fields that observes names */
    printf("\"ok\":true,\"state\":{}");
}

/* Writes the answer to an ask, but for its number. */
static void answer(const char *op, const char *ask)
{
    (void)ask;
    if (strcmp(op, "hello") == 0)
        printf("%s", hello);
    else if (strcmp(op, "reset") == 0) /* begin anew, as often as asked: the n-th host of the config runs p1.n */
        show();
    else if (strcmp(op, "apply") == 0) /* here: take the action, and show(); write ,"refused":"why" if it was refused */
        printf("\"skipped\":\"not built yet\"");
    else if (strcmp(op, "bye") == 0)
        printf("\"ok\":true");
    else
        printf("\"ok\":false,\"error\":{\"code\":\"malformed\",\"text\":\"unknown op\",\"definite\":true}");
}

int main(void)
{
    char *ask = NULL, op[16] = "";
    for (size_t size = 0; strcmp(op, "bye") != 0 && getline(&ask, &size, stdin) > 0; fflush(stdout)) {
        long long seq = strtoll(value(ask, "seq"), NULL, 10);
        if (seq < 1 || sscanf(value(ask, "op"), "\"%15[^\"]", op) != 1) {
            fprintf(stderr, "not an ask: %s", ask);
        } else {
            printf("{\"seq\":%lld,", seq);
            answer(op, ask);
            printf("}\n");
        }
    }
    free(ask);
}
