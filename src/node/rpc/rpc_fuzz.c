// SPDX-License-Identifier: MIT
// Any bytes as what a client asks of a development node: it must live, and what it answers is JSON
// that is read back. The first byte chooses the port. Each input begins at the same block.
#include "app/cli/node_genesis.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/codec/json.h"
#include "node/rpc/rpc.h"

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

static u64 frozen_clock(void)
{
    return 1700000000;
}

static struct node *make_node(void)
{
    struct buf why = {0};
    struct node_genesis g;
    struct node_options o = {.form = VM_EVM_NATIVE, .clock = frozen_clock, .has_dev_keys = true};
    CHECK(node_genesis_open(&g, &why, "dev"));
    struct node *node = node_new(&o, &g, &why);
    CHECK(node != NULL);
    buf_fini(&why);
    return node;
}

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    struct rpc_options options = {.now_ms = frozen_clock};
    struct buf out = {0};
    if (n == 0) {
        return 0;
    }
    struct node *node = make_node();
    struct rpc *rpc = rpc_new(node, &options);
    u32 group = data[0] == 'e' ? RPC_GROUP_ENGINE : RPC_GROUP_ALL;
    bytes text = {data + 1, n - 1};
    for (u32 i = 0; i < 2; i++) { // the second time on what the first has left
        struct json j;
        buf_clear(&out);
        rpc_answer(rpc, group, NULL, text, &out);
        if (out.n > 0) {
            CHECK(json_parse(&j, buf_bytes(&out)) == FAULT_NONE);
            json_fini(&j);
        }
    }
    buf_fini(&out);
    rpc_free(rpc);
    node_free(node);
    return 0;
}
