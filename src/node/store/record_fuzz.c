// SPDX-License-Identifier: MIT
// Bytes as records of a store: what is taken is coded to the same bytes again, all else refused.
// The first byte chooses the kind; of receipts the next two are the size of their block.
#include <stdlib.h>

#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "node/store/record.h"

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

static void expect_same(struct buf *out, bytes record)
{
    if (out->n != record.n || !equal_bytes(out->p, record.p, record.n)) {
        abort();
    }
    buf_fini(out);
}

static void try_account(bytes record)
{
    struct store_account a;
    struct buf out = {0};
    if (store_read_account(&a, record) == FAULT_NONE) {
        store_put_account(&out, &a);
        expect_same(&out, record);
    }
}

static void try_word(bytes record)
{
    u256 v;
    struct buf out = {0};
    if (store_read_word(&v, record) == FAULT_NONE) {
        store_put_word(&out, &v);
        expect_same(&out, record);
    }
}

static void try_point(bytes record)
{
    struct store_point p;
    struct buf out = {0};
    if (store_read_point(&p, record) == FAULT_NONE) {
        store_put_point(&out, &p);
        expect_same(&out, record);
    }
}

static void try_changes(bytes record)
{
    struct store_change c;
    struct buf out = {0};
    bytes rest = record;
    while (rest.n > 0 && store_next_change(&c, &rest) == FAULT_NONE) {
        store_put_change(&out, &c);
    }
    expect_same(&out, (bytes){record.p, record.n - rest.n});
}

static void try_block(bytes record)
{
    struct stored_block *b = stored_block_new();
    struct buf out = {0};
    if (store_read_block_record(b, record) == FAULT_NONE) {
        store_put_block_record(&out, b);
        expect_same(&out, record);
    }
    stored_block_free(b);
}

static void try_receipts(bytes data)
{
    struct stored_block *b = stored_block_new();
    struct buf out = {0};
    usize size = data.n < 2 ? 0 : load_be16(data.p);
    if (data.n >= 2 && size <= data.n - 2) {
        bytes receipts = {data.p + 2 + size, data.n - 2 - size};
        if (store_read_block_record(b, (bytes){data.p + 2, size}) == FAULT_NONE &&
            store_read_receipts(b, receipts) == FAULT_NONE) {
            store_put_receipts(&out, b);
            expect_same(&out, receipts);
        }
    }
    stored_block_free(b);
}

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    static void (*const KINDS[])(bytes record) = {try_account, try_word,  try_point,
                                                  try_changes, try_block, try_receipts};
    if (n > 0) {
        KINDS[data[0] % COUNT_OF(KINDS)]((bytes){data + 1, n - 1});
    }
    return 0;
}
