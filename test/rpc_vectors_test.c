// SPDX-License-Identifier: MIT
// The request and response pairs of execution-apis (fixtures/node/rpc_tests): a node that has
// imported chain.rlp answers each request; the answer must be equal as JSON. Of an error code and
// data count, its words do not. Of those marked "speconly" only the shape counts: which members
// there are, and of what kinds.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli/node_genesis.h"
#include "lib/base/bytes.h"
#include "lib/codec/json.h"
#include "lib/codec/rlp.h"
#include "lib/os/file.h"
#include "node/rpc/rpc.h"
#include "test/test.h"

#define FOLDER "fixtures/node/rpc_tests"

static u64 frozen_clock(void)
{
    return 600;
}

// ---- comparing

static bool same_value(const json_value *a, const json_value *b, bool shape);

static bool has_same_members(const json_value *a, const json_value *b, bool shape)
{
    json_value m = {0};
    while (json_next_member(&m, a)) {
        json_value other = {0};
        bool found = false;
        while (!found && json_next_member(&other, b)) {
            found = strcmp(other.name, m.name) == 0;
        }
        bool ignored = strcmp(m.name, "message") == 0 && a->name != NULL &&
                       strcmp(a->name, "error") == 0 && a->parent != NULL &&
                       a->parent->parent == NULL;
        if (!found || (!ignored && !same_value(&m, &other, shape))) {
            printf("  member %s\n", m.name);
            return false;
        }
    }
    return true;
}

static bool same_text(const json_value *a, const json_value *b)
{
    bytes x;
    bytes y;
    return json_get_text_bytes(&x, a) == FAULT_NONE && json_get_text_bytes(&y, b) == FAULT_NONE &&
           x.n == y.n && equal_bytes(x.p, y.p, x.n);
}

static bool same_list(const json_value *a, const json_value *b, bool shape)
{
    usize n = json_count(a);
    usize m = json_count(b);
    if (!shape && n != m) {
        return false;
    }
    for (usize i = 0; i < n && i < m; i++) {
        json_value x = json_element(a, i);
        json_value y = json_element(b, i);
        if (!same_value(&x, &y, shape)) {
            return false;
        }
    }
    return true;
}

static bool same_value(const json_value *a, const json_value *b, bool shape)
{
    enum json_kind k = json_kind_of(a);
    if (k != json_kind_of(b)) {
        return false;
    }
    struct buf x = {0};
    struct buf y = {0};
    bool same = true;
    switch (k) {
    case JSON_KIND_OBJECT:
        return (shape || json_count(a) == json_count(b)) && has_same_members(a, b, shape);
    case JSON_KIND_LIST:
        return same_list(a, b, shape);
    case JSON_KIND_TEXT:
        return shape || same_text(a, b);
    case JSON_KIND_NULL:
    case JSON_KIND_BOOL:
    case JSON_KIND_NUMBER:
        json_put_copy(&x, a);
        json_put_copy(&y, b);
        same = shape || (x.n == y.n && equal_bytes(x.p, y.p, x.n));
        buf_fini(&x);
        buf_fini(&y);
    }
    return same;
}

// The fields that answers may have beyond those of the vectors.
static bool compare(const char *wanted, usize n, const struct buf *got, bool shape)
{
    struct json a;
    struct json b;
    bool ok = json_parse(&a, (bytes){(const u8 *)wanted, n}) == FAULT_NONE;
    ok = json_parse(&b, buf_bytes(got)) == FAULT_NONE && ok;
    if (ok) {
        json_value x = json_root(&a);
        json_value y = json_root(&b);
        ok = same_value(&x, &y, shape);
    }
    json_fini(&a);
    json_fini(&b);
    return ok;
}

// ---- the node

static struct node *node_with_chain(void)
{
    struct buf why = {0};
    struct node_genesis g;
    usize n = 0;
    if (!node_genesis_open(&g, &why, test_asset(FOLDER "/genesis.json"))) {
        FAIL("%.*s", (int)why.n, (const char *)why.p);
    }
    struct node_options o = {.form = VM_EVM_NATIVE,
                             .clock = frozen_clock,
                             .mining = MINING_NONE,
                             .trusts_seals = true}; // nobody has sealed its blocks
    struct node *node = node_new(&o, &g, &why);
    if (node == NULL) {
        FAIL("%.*s", (int)why.n, (const char *)why.p);
    }
    char *chain = test_read(test_asset(FOLDER "/chain.rlp"), &n);
    bytes rest = {(const u8 *)chain, n};
    while (rest.n > 0) {
        bytes before = rest;
        rlp_item item;
        struct node_imported i;
        EXPECT(rlp_next(&item, &rest));
        EXPECT_EQ(node_import(node, bytes_slice(before, 0, before.n - rest.n), true, &i),
                  FAULT_NONE);
        if (i.status != IMPORT_VALID) {
            FAIL("block %zu bytes before the end: %s", rest.n, block_verdict_text(i.block));
        }
    }
    free(chain);
    bool found;
    b256 head = blocks_last(node_blocks(node))->header.hash;
    EXPECT_EQ(node_set_safe(node, &head, &found), FAULT_NONE);
    EXPECT_EQ(node_set_finalized(node, &head, &found), FAULT_NONE);
    return node;
}

// ---- differences, each with its reason

static const char *const DIFFERENT[] = {
    "eth_capabilities/get-capabilities.io", // nothing is deleted here: no deleteStrategy is told
};

static bool is_different(const char *path)
{
    for (u32 i = 0; i < COUNT_OF(DIFFERENT); i++) {
        if (strstr(path, DIFFERENT[i]) != NULL) {
            return true;
        }
    }
    return false;
}

// ---- one file: lines ">> request" and "<< response"; comments

static u32 run_file(struct rpc *r, const char *path)
{
    usize n;
    u32 failed = 0;
    char *text = test_read(path, &n);
    EXPECT(text != NULL);
    bool shape = strstr(text, "speconly") != NULL;
    struct buf answer = {0};
    for (char *line = text; line != NULL && *line != 0;) {
        char *end = strchr(line, '\n');
        usize size = end == NULL ? strlen(line) : (usize)(end - line);
        if (size > 3 && memcmp(line, ">> ", 3) == 0) {
            buf_clear(&answer);
            rpc_answer(r, RPC_GROUP_ALL, NULL, (bytes){(u8 *)line + 3, size - 3}, &answer);
        } else if (size > 3 && memcmp(line, "<< ", 3) == 0) {
            if (!compare(line + 3, size - 3, &answer, shape)) {
                failed++;
                printf("%s\n  wanted %.*s\n  got    %.*s\n", path, (int)size, line + 3,
                       (int)answer.n, (const char *)answer.p);
            }
        }
        line = end == NULL ? NULL : end + 1;
    }
    buf_fini(&answer);
    free(text);
    return failed;
}

TEST(rpc, the_vectors_of_execution_apis_are_answered)
{
    struct os_names methods;
    struct buf why = {0};
    u32 failed = 0;
    if (!os_is_folder(test_asset(FOLDER))) {
        return; // the vectors are not there: docs/testing.md
    }
    struct node *node = node_with_chain();
    struct rpc_options o = {.now_ms = frozen_clock};
    struct rpc *r = rpc_new(node, &o);
    EXPECT_EQ(os_list_folder(&methods, &why, test_asset(FOLDER)), FAULT_NONE);
    for (usize i = 0; i < methods.count; i++) {
        struct os_names files;
        char folder[512];
        usize n = strlen(methods.name[i]);
        if (n == 0 || methods.name[i][n - 1] != '/') {
            continue;
        }
        (void)snprintf(folder, sizeof folder, "%s/%s", test_asset(FOLDER), methods.name[i]);
        EXPECT_EQ(os_list_folder(&files, &why, folder), FAULT_NONE);
        for (usize k = 0; k < files.count; k++) {
            char path[1024];
            (void)snprintf(path, sizeof path, "%s%s", folder, files.name[k]);
            failed += is_different(path) ? 0 : run_file(r, path);
        }
        os_names_fini(&files);
    }
    os_names_fini(&methods);
    rpc_free(r);
    node_free(node);
    EXPECT_EQ(failed, 0);
}
