// SPDX-License-Identifier: MIT
// Log lines; see node_log.h.
#include "app/cli/node_log.h"

#include <stdio.h>
#include <string.h>

#include "lib/codec/hex.h"
#include "lib/codec/json_write.h"

struct row {
    enum log_level level;
    const char *name, *text;
};

static const struct row ROWS[] = {
#define NODE_LOG(NAME, level, name, text) {LOG_##level, name, text},
#include "app/cli/node_log.def"
};

static const char *const LEVELS[] = {"none", "error", "warn", "info", "debug"};

struct line {
    const struct node_log *l;
    struct buf out;
    struct json_writer w;
};

// False: the event is not told.
static bool begin(struct line *k, const struct node_log *l, enum log_event e)
{
    const struct row *r = &ROWS[e];
    *k = (struct line){.l = l};
    if (r->level > l->level) {
        return false;
    }
    if (l->as_json) {
        json_write_init(&k->w, &k->out, 0);
        json_begin_object(&k->w, NULL);
        json_put_whole_u64(&k->w, "time", l->clock());
        json_put_text(&k->w, "level", LEVELS[r->level]);
        json_put_text(&k->w, "event", r->name);
    } else {
        buf_printf(&k->out, "%-5s %s", LEVELS[r->level], r->text);
    }
    return true;
}

static void end(struct line *k)
{
    if (k->l->as_json) {
        json_end(&k->w);
    }
    buf_put_u8(&k->out, '\n');
    (void)fwrite(k->out.p, 1, k->out.n, stderr);
    buf_fini(&k->out);
}

static void put_number(struct line *k, const char *name, u64 v)
{
    if (k->l->as_json) {
        json_put_whole_u64(&k->w, name, v);
    } else {
        buf_printf(&k->out, " %s=%llu", name, (unsigned long long)v);
    }
}

static void put_hash(struct line *k, const b256 *hash)
{
    if (k->l->as_json) {
        json_put_b256(&k->w, "hash", hash);
    } else {
        buf_put_text(&k->out, " hash=");
        hex_put_data(&k->out, hash->b, sizeof hash->b);
    }
}

void node_log_text(const struct node_log *l, enum log_event e, const char *text)
{
    struct line k;
    if (!begin(&k, l, e)) {
        return;
    }
    if (text != NULL && l->as_json) {
        json_put_text(&k.w, "text", text);
    } else if (text != NULL) {
        buf_printf(&k.out, ": %s", text);
    }
    end(&k);
}

void node_log_block(const struct node_log *l, enum log_event e, const struct header *h,
                    usize transactions)
{
    struct line k;
    if (begin(&k, l, e)) {
        put_number(&k, "number", h->number);
        put_hash(&k, &h->hash);
        put_number(&k, "transactions", transactions);
        put_number(&k, "gas", h->gas_used);
        end(&k);
    }
}

void node_log_hash(const struct node_log *l, enum log_event e, const b256 *hash)
{
    struct line k;
    if (begin(&k, l, e)) {
        put_hash(&k, hash);
        end(&k);
    }
}
