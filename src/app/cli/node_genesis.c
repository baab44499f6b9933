// SPDX-License-Identifier: MIT
// Genesis files as a node takes them; see node_genesis.h.
#include "app/cli/node_genesis.h"

#include <string.h>

#include "app/cli/genesis_file.h"
#include "lib/os/file.h"

#define GENESIS_SIZE_MAX ((usize)256 << 20)
#define KEPT_NAME "genesis.json"

static bool take(struct node_genesis *g, struct buf *why, struct genesis_file *file,
                 const char *name)
{
    if (!file->has_alloc || !file->genesis.has_config) {
        buf_printf(why, "%s: a node needs the members config and alloc", name);
        return false;
    }
    *g = (struct node_genesis){.header = file->header, .state = state_new(NULL)};
    config_schedule(&g->schedule, &file->genesis.config);
    g->config = file->genesis.config;
    alloc_give(&file->alloc, g->state);
    return true;
}

bool node_genesis_parse(struct node_genesis *g, struct buf *why, const char *name, bytes text)
{
    struct json j;
    struct genesis_file file = {.has_alloc = false};
    enum fault f = json_parse(&j, text);
    if (f == FAULT_NONE) {
        json_value root = json_root(&j);
        f = genesis_file_read(&file, &root);
    }
    if (f != FAULT_NONE) {
        buf_printf(why, "%s: %.*s", name, (int)j.error.n, (const char *)j.error.p);
    }
    bool ok = f == FAULT_NONE && take(g, why, &file, name);
    genesis_file_fini(&file);
    json_fini(&j);
    return ok;
}

// The text of a chain that is built in, or of a file.
static bool read_text(struct buf *text, struct buf *why, const char *name)
{
    b256 hash;
    const char *builtin = chain_builtin(name, &hash);
    if (builtin != NULL) {
        buf_put_text(text, builtin);
        return true;
    }
    return os_read_file(text, why, name, GENESIS_SIZE_MAX) == FAULT_NONE;
}

bool node_genesis_open(struct node_genesis *g, struct buf *why, const char *name)
{
    struct buf text = {0};
    bool ok = read_text(&text, why, name) && node_genesis_parse(g, why, name, buf_bytes(&text));
    buf_fini(&text);
    return ok;
}

// ---- with a datadir

static void path_of(struct buf *path, const char *folder)
{
    buf_clear(path);
    buf_printf(path, "%s/" KEPT_NAME, folder);
    buf_put_u8(path, 0);
}

static bool find_text(struct buf *text, struct buf *name, const struct node_source *s,
                      const char *datadir, struct buf *why)
{
    struct buf kept = {0};
    bool ok = false;
    if (datadir != NULL) {
        path_of(&kept, datadir);
    }
    if (s->name != NULL) {
        buf_put_text(name, s->name);
        ok = read_text(text, why, s->name);
    } else if (datadir != NULL && os_file_size((const char *)kept.p) > 0) {
        buf_put_text(name, (const char *)kept.p);
        ok = read_text(text, why, (const char *)kept.p);
    } else if (s->text != NULL) {
        buf_put_text(name, "the genesis of these options");
        buf_put(text, s->text->p, s->text->n);
        ok = true;
    } else if (s->fallback != NULL) {
        buf_put_text(name, s->fallback);
        ok = read_text(text, why, s->fallback);
    } else {
        buf_printf(why, "%s holds no chain: give --genesis FILE, or `hybrid-node init` it first",
                   datadir == NULL ? "memory" : datadir);
    }
    buf_put_u8(name, 0);
    buf_fini(&kept);
    return ok;
}

static bool keep_text(const char *datadir, const struct buf *text, struct buf *why)
{
    struct buf path = {0};
    path_of(&path, datadir);
    bool ok = os_file_size((const char *)path.p) > 0 ||
              os_write_file(why, (const char *)path.p, buf_bytes(text)) == FAULT_NONE;
    buf_fini(&path);
    return ok;
}

struct node *node_source_open(const struct node_source *s, const struct node_options *o,
                              struct buf *why)
{
    struct buf text = {0};
    struct buf name = {0};
    struct node_genesis g;
    struct node *n = NULL;
    if (find_text(&text, &name, s, o->datadir, why) &&
        node_genesis_parse(&g, why, (const char *)name.p, buf_bytes(&text))) {
        n = node_new(o, &g, why);
    }
    if (n != NULL && o->datadir != NULL && !keep_text(o->datadir, &text, why)) {
        node_free(n);
        n = NULL;
    }
    buf_fini(&text);
    buf_fini(&name);
    return n;
}
