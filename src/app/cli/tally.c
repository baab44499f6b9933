// SPDX-License-Identifier: MIT
// Counting and telling of cases; see tally.h.
#include "app/cli/tally.h"

#include "lib/codec/json_write.h"

#include <stdatomic.h>
#include <string.h>

#define NO_TICKET (~(u64)0)

void tally_begin(struct tally *t, const char *path, struct tally_shared *shared)
{
    t->path = path;
    t->shared = shared;
    t->at = 0;
    t->mine = NO_TICKET;
}

void tally_fini(struct tally *t)
{
    buf_fini(&t->out);
}

// Each number of a case is drawn once. A process draws one when the case of its last one is behind
// it, so what it draws is never behind: two processes never run the same case, and between them
// they run all.
static bool take_next(struct tally *t)
{
    if (t->shared == NULL) {
        t->at++;
        return true;
    }
    if (t->mine == NO_TICKET || t->mine < t->at) {
        t->mine = atomic_fetch_add(&t->shared->tickets, 1);
    }
    return t->at++ == t->mine;
}

bool tally_take(struct tally *t, const char *test)
{
    const char *filter = t->options->filter;
    bool wanted = filter == NULL || strstr(test, filter) != NULL || strstr(t->path, filter) != NULL;
    return wanted && take_next(t);
}

static void put_json(struct tally *t, const struct tally_case *c)
{
    struct json_writer w;
    json_write_init(&w, &t->out, 0);
    json_begin_object(&w, NULL);
    json_put_text(&w, "file", t->path);
    json_put_text(&w, "name", c->test);
    if (c->fork != NULL) {
        json_put_text(&w, "fork", c->fork);
    }
    if (c->has_indexes) {
        json_put_whole_u64(&w, "data", c->data);
        json_put_whole_u64(&w, "gas", c->gas);
        json_put_whole_u64(&w, "value", c->value);
    }
    json_put_bool(&w, "pass", c->why.n == 0);
    if (c->has_root) {
        json_put_b256(&w, "stateRoot", &c->root);
    }
    if (c->why.n > 0) {
        json_put_text_bytes(&w, "error", buf_bytes(&c->why));
    }
    if (t->options->verbose && c->note.n > 0) {
        json_put_text_bytes(&w, "note", buf_bytes(&c->note));
    }
    json_end(&w);
    buf_put_u8(&t->out, '\n');
}

static void put_text(struct tally *t, const char *word, const struct tally_case *c, bytes text)
{
    buf_printf(&t->out, "%s %s%s%s", word, t->path, c->test[0] != 0 ? " " : "", c->test);
    if (c->has_indexes) {
        buf_printf(&t->out, " [%s d%llu g%llu v%llu]", c->fork, (unsigned long long)c->data,
                   (unsigned long long)c->gas, (unsigned long long)c->value);
    } else if (c->fork != NULL) {
        buf_printf(&t->out, " [%s]", c->fork);
    }
    buf_printf(&t->out, "%s%.*s\n", text.n > 0 ? ": " : "", (int)text.n, (const char *)text.p);
}

void tally_tell(struct tally *t, struct tally_case *c)
{
    bool passed = c->why.n == 0;
    t->passed += passed;
    t->failed += !passed;
    if (t->options->json) {
        put_json(t, c);
    } else if (!passed) {
        put_text(t, "FAIL", c, buf_bytes(&c->why));
    } else if (t->options->verbose) {
        put_text(t, c->note.n > 0 ? "NOTE" : "PASS", c, buf_bytes(&c->note));
    }
    buf_clear(&c->why);
    buf_clear(&c->note);
}

void tally_case_fini(struct tally_case *c)
{
    buf_fini(&c->why);
    buf_fini(&c->note);
}

void tally_broken(struct tally *t, bytes why)
{
    if (t->shared != NULL && atomic_exchange(&t->shared->broken, 1) != 0) {
        return;
    }
    struct tally_case c = {.test = ""};
    buf_put(&c.why, why.p, why.n);
    t->broken++;
    tally_tell(t, &c);
    tally_case_fini(&c);
}

void tally_fault(struct tally *t, struct tally_case *c, enum fault f, const char *detail)
{
    t->faults++;
    buf_printf(&c->why, "fault: %s%s%s; ", fault_text(f), detail[0] != 0 ? ": " : "", detail);
}

bool tally_names(const char *alternatives, const char *name)
{
    usize wanted = strlen(name);
    for (const char *p = alternatives; *p != 0;) {
        usize n = strcspn(p, "|");
        const char *point = memchr(p, '.', n);
        const char *one = point != NULL ? point + 1 : p;
        if (n - (usize)(one - p) == wanted && strncmp(one, name, wanted) == 0) {
            return true;
        }
        p += n + (p[n] == '|');
    }
    return false;
}
