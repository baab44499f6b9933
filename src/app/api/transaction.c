// SPDX-License-Identifier: MIT
// Transactions without a chain; see transaction.h.
#include "app/api/transaction.h"

#include "lib/base/bytes.h"

static const u8 elf_magic[4] = {0x7f, 'E', 'L', 'F'};

// EIP-7702: the account that `a`'s code points to; NULL if that is no designator.
static struct account *designated(struct state *s, struct account *a)
{
    bytes code = account_code(s, a);
    if (code.n != 23 || code.p[0] != 0xef || code.p[1] != 0x01 || code.p[2] != 0x00) {
        return NULL;
    }
    address target;
    copy_bytes(target.b, code.p + 3, sizeof target.b);
    return state_account(s, &target);
}

void transaction_begin(struct state *s, const struct vm *vm, enum fork fork,
                       const struct vm_message *m, const address *coinbase)
{
    struct gas_table rules;
    gas_table_init(&rules, fork);
    state_begin_transaction(s);
    state_warm_account(s, state_account(s, &m->from));
    if (!m->is_create) {
        struct account *to = state_account(s, &m->to);
        state_warm_account(s, to);
        struct account *target = rules.RULE_DELEGATION != 0 ? designated(s, to) : NULL;
        if (target != NULL) {
            state_warm_account(s, target);
        }
    }
    for (u32 i = 0; i < vm_precompile_count(vm); i++) {
        address a = vm_precompile_at(vm, i);
        state_warm_account(s, state_account(s, &a));
    }
    if (rules.RULE_WARM_COINBASE != 0) {
        state_warm_account(s, state_account(s, coinbase));
    }
}

void transaction_end(struct state *s, enum fork fork)
{
    struct gas_table rules;
    gas_table_init(&rules, fork);
    state_end_transaction(s, rules.RULE_EMPTY_CLEARED != 0);
}

bytes transaction_output(struct state *s, const struct vm_message *m, const struct vm_result *r)
{
    if (!m->is_create || r->status != EVM_SUCCESS) {
        return r->output;
    }
    return account_code(s, state_account(s, &r->created));
}

static bool is_elf(bytes b)
{
    return b.n >= sizeof elf_magic && equal_bytes(b.p, elf_magic, sizeof elf_magic);
}

static void prepend(struct buf *b, const u8 *p, usize n)
{
    buf_extend(b, n);
    move_bytes(b->p + n, b->p, b->n - n);
    copy_bytes(b->p, p, n);
}

void container_mark_elf(struct buf *code)
{
    if (is_elf(buf_bytes(code))) {
        prepend(code, (u8[]){0xff}, 1);
    }
}

void container_wrap(struct buf *code, bytes args)
{
    container_mark_elf(code);
    if (code->n > 5 && code->p[0] == 0xff && is_elf((bytes){code->p + 1, code->n - 1})) {
        u8 head[5] = {0xff};
        store_be32(head + 1, (u32)code->n);
        prepend(code, head, sizeof head);
    }
    buf_put(code, args.p, args.n);
}
