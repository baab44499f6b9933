// SPDX-License-Identifier: MIT
// Reading and applying genesis accounts; see alloc.h.
#include "app/cli/alloc.h"

#include <stdlib.h>
#include <string.h>

#include "app/cli/number.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/codec/hex.h"
#include "lib/crypto/hash/keccak.h"
#include "lib/num/u256.h"

void alloc_fini(struct alloc *a)
{
    for (u32 i = 0; i < a->count; i++) {
        buf_fini(&a->account[i].code);
        mem_free(a->account[i].slot);
    }
    mem_free(a->account);
    *a = (struct alloc){0};
}

static int compare_slots(const void *a, const void *b)
{
    const struct alloc_slot *x = a;
    const struct alloc_slot *y = b;
    return u256_cmp(x->key, y->key);
}

static int compare_accounts(const void *a, const void *b)
{
    const struct alloc_account *x = a;
    const struct alloc_account *y = b;
    return memcmp(&x->address, &y->address, sizeof x->address);
}

static enum fault read_storage(struct alloc_account *a, const json_value *storage)
{
    TRY(json_expect(storage, JSON_KIND_OBJECT));
    a->slot = mem_zalloc(json_count(storage) * sizeof *a->slot);
    json_value v = {0};
    while (json_next_member(&v, storage)) {
        struct alloc_slot slot;
        const char *why = number_parse(&slot.key, v.name, __builtin_strlen(v.name));
        if (why != NULL) {
            return json_refuse(&v, "the member's name %s", why);
        }
        TRY(number_json(&slot.value, &v));
        a->slot[a->slot_count++] = slot;
    }
    qsort(a->slot, a->slot_count, sizeof *a->slot, compare_slots);
    for (u32 i = 1; i < a->slot_count; i++) {
        if (compare_slots(&a->slot[i - 1], &a->slot[i]) == 0) {
            struct buf key = {0};
            hex_put_quantity(&key, a->slot[i].key);
            json_refuse(storage, "slot %.*s is stated twice", (int)key.n, (const char *)key.p);
            buf_fini(&key);
            return FAULT_BAD_INPUT;
        }
    }
    return FAULT_NONE;
}

// Unknown members are refused, but that a name may begin with _ as comments do.
static enum fault check_members(const json_value *object, const char *const *names, usize count)
{
    json_value v = {0};
    while (json_next_member(&v, object)) {
        usize i = 0;
        while (i < count && strcmp(names[i], v.name) != 0) {
            i++;
        }
        if (i == count && v.name[0] != '_') {
            return json_refuse(&v, "no such member");
        }
    }
    return FAULT_NONE;
}

static enum fault check_code_hash(const struct alloc_account *a, const json_value *object)
{
    b256 hash;
    b256 stated;
    keccak256(&hash, a->code.p, a->code.n);
    stated = hash;
    TRY(json_find_b256(&stated, object, "codeHash"));
    return b256_equal(&hash, &stated) ? FAULT_NONE
                                      : json_refuse(object, "codeHash is not that of its code");
}

static enum fault read_account(struct alloc_account *a, const json_value *object)
{
    // `wei` is an older name of `balance`; a secret key may stand beside an account that is for
    // tests; `codeHash` is what tracers show of an account with code.
    static const char *const members[] = {
        "balance", "nonce", "code", "codeHash", "storage", "wei", "secretKey",
    };
    TRY(json_expect(object, JSON_KIND_OBJECT));
    TRY(check_members(object, members, COUNT_OF(members)));
    json_value v;
    bool found;
    TRY(number_json_find(&a->balance, object, "wei"));
    TRY(number_json_find(&a->balance, object, "balance"));
    TRY(json_find(&v, &found, object, "nonce"));
    if (found) {
        TRY(number_json_u64(&a->nonce, &v, ~(u64)0));
    }
    TRY(json_find_data(&a->code, object, "code"));
    TRY(check_code_hash(a, object));
    TRY(json_find(&v, &found, object, "storage"));
    return found ? read_storage(a, &v) : FAULT_NONE;
}

static enum fault read_accounts(struct alloc *a, const json_value *object)
{
    TRY(json_expect(object, JSON_KIND_OBJECT));
    a->account = mem_zalloc(json_count(object) * sizeof *a->account);
    json_value v = {0};
    while (json_next_member(&v, object)) {
        struct alloc_account *account = &a->account[a->count];
        hex_error why;
        if (!hex_decode_exact(account->address.b, 20, &why, v.name, __builtin_strlen(v.name))) {
            return json_refuse(&v, "the member's name is not an address of 40 hex digits (%s)",
                               why.text);
        }
        a->count++;
        TRY(read_account(account, &v));
    }
    qsort(a->account, a->count, sizeof *a->account, compare_accounts);
    for (u32 i = 1; i < a->count; i++) {
        if (compare_accounts(&a->account[i - 1], &a->account[i]) == 0) {
            struct buf name = {0};
            hex_put_data(&name, a->account[i].address.b, 20);
            json_refuse(object, "account %.*s is stated twice", (int)name.n, (const char *)name.p);
            buf_fini(&name);
            return FAULT_BAD_INPUT;
        }
    }
    return FAULT_NONE;
}

enum fault alloc_read(struct alloc *a, const json_value *root)
{
    *a = (struct alloc){0};
    json_value inner;
    bool found;
    TRY(json_find(&inner, &found, root, "alloc"));
    return read_accounts(a, found ? &inner : root);
}

static void give_account(const struct alloc_account *a, struct state *s)
{
    struct account *account = state_account(s, &a->address);
    state_set_balance(s, account, &a->balance);
    state_set_nonce(s, account, a->nonce);
    if (a->code.n > 0) {
        state_set_code(s, account, buf_bytes(&a->code));
    }
    for (u32 i = 0; i < a->slot_count; i++) {
        state_sstore(s, account, &a->slot[i].key, &a->slot[i].value);
    }
}

void alloc_give(const struct alloc *a, struct state *s)
{
    state_begin_transaction(s);
    for (u32 i = 0; i < a->count; i++) {
        give_account(&a->account[i], s);
    }
    state_end_transaction(s, false);
}
