// SPDX-License-Identifier: MIT
// Coding of headers and blocks. The header is walked by one list of fields for both directions.
#include "core/eth/block.h"

#include "lib/base/bytes.h"
#include "lib/codec/rlp.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"

const b256 UNCLES_NONE_HASH = {{0x1d, 0xcc, 0x4d, 0xe8, 0xde, 0xc7, 0x5d, 0x7a, 0xab, 0x85, 0xb5,
                                0x67, 0xb6, 0xcc, 0xd4, 0x1a, 0xd3, 0x12, 0x45, 0x1b, 0x94, 0x8a,
                                0x74, 0x13, 0xf0, 0xa1, 0x42, 0xfd, 0x40, 0xd4, 0x93, 0x47}};

static bool next_extra(struct header *h, bytes *rest)
{
    bytes extra;
    if (!rlp_next_bytes(&extra, rest)) {
        return false;
    }
    h->extra_size = extra.n > HEADER_EXTRA_MAX ? HEADER_EXTRA_MAX + 1 : (u32)extra.n;
    copy_bytes(h->extra, extra.p, extra.n < HEADER_EXTRA_MAX ? extra.n : HEADER_EXTRA_MAX);
    return true;
}

static bool next_tail(struct header *h, bytes *rest)
{
    while (rest->n > 0 && h->tail < TAIL_REQUESTS_HASH) {
        bool ok = false;
        h->tail++;
        switch ((enum header_tail)h->tail) {
        case TAIL_BASE_FEE:
            ok = rlp_next_u256(&h->base_fee, rest);
            break;
        case TAIL_WITHDRAWALS_ROOT:
            ok = rlp_next_exact(h->withdrawals_root.b, 32, rest);
            break;
        case TAIL_BLOB_GAS_USED:
            ok = rlp_next_u64(&h->blob_gas_used, rest);
            break;
        case TAIL_EXCESS_BLOB_GAS:
            ok = rlp_next_u64(&h->excess_blob_gas, rest);
            break;
        case TAIL_BEACON_ROOT:
            ok = rlp_next_exact(h->beacon_root.b, 32, rest);
            break;
        case TAIL_REQUESTS_HASH:
            ok = rlp_next_exact(h->requests_hash.b, 32, rest);
            break;
        case TAIL_NONE:
            break;
        }
        if (!ok) {
            return false;
        }
    }
    return rest->n == 0;
}

bool header_decode(struct header *h, bytes *rest)
{
    bytes from = *rest;
    bytes list;
    *h = (struct header){.tail = TAIL_NONE};
    if (!rlp_next_list(&list, rest)) {
        return false;
    }
    keccak256(&h->hash, from.p, from.n - rest->n);
    return rlp_next_exact(h->parent_hash.b, 32, &list) &&
           rlp_next_exact(h->uncles_hash.b, 32, &list) &&
           rlp_next_exact(h->coinbase.b, 20, &list) && rlp_next_exact(h->state_root.b, 32, &list) &&
           rlp_next_exact(h->transactions_root.b, 32, &list) &&
           rlp_next_exact(h->receipts_root.b, 32, &list) && rlp_next_exact(h->bloom, 256, &list) &&
           rlp_next_u256(&h->difficulty, &list) && rlp_next_u64(&h->number, &list) &&
           rlp_next_u64(&h->gas_limit, &list) && rlp_next_u64(&h->gas_used, &list) &&
           rlp_next_u64(&h->timestamp, &list) && next_extra(h, &list) &&
           rlp_next_exact(h->mix_hash.b, 32, &list) && rlp_next_exact(h->nonce, 8, &list) &&
           next_tail(h, &list);
}

static void put_tail(struct buf *out, const struct header *h)
{
    for (u32 i = TAIL_BASE_FEE; i <= h->tail; i++) {
        switch ((enum header_tail)i) {
        case TAIL_BASE_FEE:
            rlp_put_u256(out, h->base_fee);
            break;
        case TAIL_WITHDRAWALS_ROOT:
            rlp_put_bytes(out, h->withdrawals_root.b, 32);
            break;
        case TAIL_BLOB_GAS_USED:
            rlp_put_u64(out, h->blob_gas_used);
            break;
        case TAIL_EXCESS_BLOB_GAS:
            rlp_put_u64(out, h->excess_blob_gas);
            break;
        case TAIL_BEACON_ROOT:
            rlp_put_bytes(out, h->beacon_root.b, 32);
            break;
        case TAIL_REQUESTS_HASH:
            rlp_put_bytes(out, h->requests_hash.b, 32);
            break;
        case TAIL_NONE:
            break;
        }
    }
}

static void put_header(struct buf *out, const struct header *h, bool sealed)
{
    usize list = rlp_begin_list(out);
    rlp_put_bytes(out, h->parent_hash.b, 32);
    rlp_put_bytes(out, h->uncles_hash.b, 32);
    rlp_put_bytes(out, h->coinbase.b, 20);
    rlp_put_bytes(out, h->state_root.b, 32);
    rlp_put_bytes(out, h->transactions_root.b, 32);
    rlp_put_bytes(out, h->receipts_root.b, 32);
    rlp_put_bytes(out, h->bloom, 256);
    rlp_put_u256(out, h->difficulty);
    rlp_put_u64(out, h->number);
    rlp_put_u64(out, h->gas_limit);
    rlp_put_u64(out, h->gas_used);
    rlp_put_u64(out, h->timestamp);
    rlp_put_bytes(out, h->extra, h->extra_size);
    if (sealed) {
        rlp_put_bytes(out, h->mix_hash.b, 32);
        rlp_put_bytes(out, h->nonce, 8);
    }
    put_tail(out, h);
    rlp_end_list(out, list);
}

void header_encode(struct buf *out, const struct header *h)
{
    put_header(out, h, true);
}

void header_seal_hash(b256 *out, const struct header *h)
{
    struct buf coded = {0};
    put_header(&coded, h, false);
    keccak256(out, coded.p, coded.n);
    buf_fini(&coded);
}

bool block_decode(struct block *b, bytes wire)
{
    bytes whole = wire;
    bytes list;
    *b = (struct block){.size = wire.n};
    if (!rlp_next_list(&list, &whole) || whole.n != 0 || !header_decode(&b->header, &list) ||
        !rlp_next_list(&b->transactions, &list)) {
        return false;
    }
    b->uncles_list = list;
    if (!rlp_next_list(&b->uncles, &list)) {
        return false;
    }
    b->uncles_list.n -= list.n;
    if (list.n > 0) {
        b->has_withdrawals = true;
        if (!rlp_next_list(&b->withdrawals, &list)) {
            return false;
        }
    }
    return list.n == 0;
}

bool block_next_transaction(bytes *raw, bytes *rest)
{
    bytes from = *rest;
    rlp_item item;
    if (!rlp_next(&item, rest)) {
        return false;
    }
    *raw = item.is_list ? (bytes){from.p, from.n - rest->n} : item.payload;
    return raw->n > 0;
}

bool block_next_withdrawal(struct withdrawal *w, bytes *raw, bytes *rest)
{
    bytes from = *rest;
    bytes list;
    if (!rlp_next_list(&list, rest)) {
        return false;
    }
    *raw = (bytes){from.p, from.n - rest->n};
    return rlp_next_u64(&w->index, &list) && rlp_next_u64(&w->validator, &list) &&
           rlp_next_exact(w->at.b, 20, &list) && rlp_next_u64(&w->amount_gwei, &list) &&
           list.n == 0;
}

void bloom_add(u8 bloom[256], const void *p, usize n)
{
    b256 hash;
    keccak256(&hash, p, n);
    for (u32 i = 0; i < 6; i += 2) { // three times eleven bits
        u32 bit = load_be16(hash.b + i) & 2047;
        bloom[255 - bit / 8] |= (u8)(1u << (bit % 8));
    }
}
