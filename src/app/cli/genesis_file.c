// SPDX-License-Identifier: MIT
// Whole genesis files; see genesis_file.h.
#include "app/cli/genesis_file.h"

#include "app/cli/files.h"
#include "core/trie/state_root.h"

void genesis_file_fini(struct genesis_file *g)
{
    alloc_fini(&g->alloc);
}

enum fault genesis_file_read(struct genesis_file *g, const json_value *root)
{
    json_value v;
    TRY(genesis_read(&g->genesis, root));
    TRY(json_find(&v, &g->has_alloc, root, "alloc"));
    if (!g->has_alloc && !g->genesis.has_state_root) {
        return json_refuse(root, "has neither alloc nor stateHash");
    }
    b256 state = g->genesis.header.state_root;
    if (g->has_alloc) {
        TRY(alloc_read(&g->alloc, &v));
        struct state *s = state_new(NULL);
        alloc_give(&g->alloc, s);
        state_root(&state, s);
        state_free(s);
    }
    genesis_header(&g->header, &g->genesis, &state);
    return FAULT_NONE;
}

static enum fault read_root(void *ctx, const json_value *root)
{
    return genesis_file_read(ctx, root);
}

bool genesis_file_open(struct genesis_file *g, struct buf *why, const char *name)
{
    b256 hash;
    const char *text = chain_builtin(name, &hash);
    if (text == NULL) {
        return read_json_file(why, name, read_root, g);
    }
    struct json j;
    enum fault f = json_parse(&j, (bytes){(const u8 *)text, __builtin_strlen(text)});
    if (f == FAULT_NONE) {
        json_value root = json_root(&j);
        f = genesis_file_read(g, &root);
    }
    if (f != FAULT_NONE) {
        buf_printf(why, "%s: %.*s", name, (int)j.error.n, (const char *)j.error.p);
    }
    json_fini(&j);
    return f == FAULT_NONE;
}
