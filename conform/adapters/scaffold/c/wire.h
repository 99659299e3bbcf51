/* ftpair's conformance wire (docs/wire.md), whatever the profile: one JSON object a line, asks on stdin, answers on
 * stdout. Nothing needs to be changed here. Logs go to stderr: stdout belongs to the wire. Included once, first. */
#define _XOPEN_SOURCE 700
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *hello(void);
/* Each prints the answer to an ask, but for its number and the braces. */
static void reset(const char *ask);
static void apply(const char *ask);

/* The value of the first field of that name; an empty text if there is none. It is enough for the fields of an action,
 * and no parser of JSON. */
static const char *value(const char *ask, const char *name)
{
    char field[32];
    snprintf(field, sizeof field, "\"%s\":", name);
    const char *at = strstr(ask, field);
    return at ? at + strlen(field) + strspn(at + strlen(field), " ") : "";
}

static void answer(const char *op, const char *ask)
{
    if (strcmp(op, "hello") == 0)
        printf("\"ok\":true,\"version\":\"1\",%s", hello());
    else if (strcmp(op, "reset") == 0)
        reset(ask);
    else if (strcmp(op, "apply") == 0)
        apply(ask);
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
