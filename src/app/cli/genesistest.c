// SPDX-License-Identifier: MIT
// Official tests of genesis blocks (GenesisTests, genesishashestest) and vectors of EIP-2124 fork
// ids of the chains built in.
#include "app/cli/genesis_file.h"
#include "app/cli/unittest.h"
#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "lib/codec/rlp.h"

#include <string.h>

// A genesis with `result`, the coding of block 0.
static enum fault run_genesis(const char *path, const json_value *test, struct buf *why)
{
    (void)path;
    struct genesis_file g = {.has_alloc = false};
    struct buf expected = {0};
    struct buf got = {0};
    enum fault f = genesis_file_read(&g, test);
    f = f == FAULT_NONE ? json_find_data(&expected, test, "result") : f;
    if (f == FAULT_NONE) {
        usize block = rlp_begin_list(&got);
        header_encode(&got, &g.header);
        rlp_end_list(&got, rlp_begin_list(&got)); // no transactions
        rlp_end_list(&got, rlp_begin_list(&got)); // no uncles
        rlp_end_list(&got, block);
        if (got.n != expected.n || !equal_bytes(got.p, expected.p, got.n)) {
            buf_put_text(why, "another block: ");
            hex_put_data(why, got.p, got.n);
        }
    }
    genesis_file_fini(&g);
    buf_fini(&expected);
    buf_fini(&got);
    return f;
}

// The main network's state root or hash, by the member's name.
static enum fault run_main_genesis(const char *path, const json_value *test, struct buf *why)
{
    (void)path;
    struct genesis_file g = {.has_alloc = false};
    if (!genesis_file_open(&g, why, "mainnet")) {
        return FAULT_NONE;
    }
    bool is_root = strcmp(test->name, "genesis_state_root") == 0;
    b256 expected;
    enum fault f = FAULT_NONE;
    if (strcmp(test->name, "genesis_rlp_hex") == 0) {
        struct buf wire = {0};
        struct block b;
        f = json_get_data(&wire, test);
        if (f == FAULT_NONE && !block_decode(&b, buf_bytes(&wire))) {
            buf_put_text(why, "is not a block");
        } else if (f == FAULT_NONE) {
            expected = b.header.hash;
        }
        buf_fini(&wire);
    } else {
        f = json_get_b256(&expected, test);
    }
    const b256 *got = is_root ? &g.header.state_root : &g.header.hash;
    if (f == FAULT_NONE && why->n == 0 && !b256_equal(got, &expected)) {
        buf_put_text(why, "the main network's is ");
        hex_put_data(why, got->b, sizeof got->b);
    }
    genesis_file_fini(&g);
    return f;
}

// A list of {head, time, hash, next} of the chain of that name.
static enum fault run_fork_ids(const char *path, const json_value *test, struct buf *why)
{
    (void)path;
    struct genesis_file g = {.has_alloc = false};
    if (!genesis_file_open(&g, why, test->name)) {
        return FAULT_NONE;
    }
    enum fault f = json_expect(test, JSON_KIND_LIST);
    for (usize i = 0; f == FAULT_NONE && i < json_count(test); i++) {
        json_value row = json_element(test, i);
        u64 head = 0;
        u64 time = 0;
        u64 next = 0;
        struct buf hash = {0};
        f = json_find_u64(&head, &row, "head");
        f = f == FAULT_NONE ? json_find_u64(&time, &row, "time") : f;
        f = f == FAULT_NONE ? json_find_u64(&next, &row, "next") : f;
        f = f == FAULT_NONE ? json_find_data(&hash, &row, "hash") : f;
        struct fork_id id = config_fork_id(&g.genesis.config, &g.header, head, time);
        if (f == FAULT_NONE && (hash.n != sizeof id.hash || !equal_bytes(hash.p, id.hash, hash.n) ||
                                next != id.next)) {
            buf_printf(why, "row %zu: ", i);
            hex_put_data(why, id.hash, sizeof id.hash);
            buf_printf(why, ", next %llu; ", (unsigned long long)id.next);
        }
        buf_fini(&hash);
    }
    genesis_file_fini(&g);
    return f;
}

void genesistest_run(bytes text, struct tally *tally)
{
    const char *path = tally->path;
    unittest_each(text, tally,
                  strstr(path, "forkid") != NULL              ? run_fork_ids
                  : strstr(path, "genesishashestest") != NULL ? run_main_genesis
                                                              : run_genesis);
}
