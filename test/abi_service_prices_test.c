// SPDX-License-Identifier: MIT
// ABI section 5: each service charges what its opcode charges in the fork in force. The same deed
// is done by byte code and by a RISC-V contract, at every fork, with warm and cold accounts and
// slots; gas and refund must be the same once what is each kind's own (instructions, pages, 3 gas a
// word) is taken off.
#include "test/kit.h"

#define M RV_SCRATCH

struct deed {
    const char *name;
    enum fork since;
    u32 own_evm; // gas of its pushes and pops
    void (*evm)(struct buf *b, u32 variant);
    void (*rv)(struct buf *b, u32 variant);
    u32 variants;
    bool creates; // its init code costs a RISC-V contract 3 gas a word
};

// ---- the deeds: an address or key that depends on the variant

static address who(u32 variant)
{
    static const u8 numbers[] = {2, 3, 99, 1}; // code, poor; code, rich; nobody; itself
    return kit_at(numbers[variant % 4]);
}

#define ACCOUNT_DEED(verb, op)                                                                     \
    static void evm_##verb(struct buf *b, u32 v)                                                   \
    {                                                                                              \
        evm_address(b, who(v));                                                                    \
        EVM(b, op, OP_POP);                                                                        \
    }                                                                                              \
    static void rv_##verb(struct buf *b, u32 v)                                                    \
    {                                                                                              \
        rv_addr3(b, A0, who(v));                                                                   \
        rv_service(b, op);                                                                         \
    }
ACCOUNT_DEED(balance, OP_BALANCE)
ACCOUNT_DEED(extcodesize, OP_EXTCODESIZE)
ACCOUNT_DEED(extcodehash, OP_EXTCODEHASH)

static void evm_extcodecopy(struct buf *b, u32 v)
{
    evm_number(b, 32 * (v / 4));
    evm_number(b, 0);
    evm_number(b, 0);
    evm_address(b, who(v));
    EVM(b, OP_EXTCODECOPY);
}

static void rv_extcodecopy(struct buf *b, u32 v)
{
    rv_addr3(b, A0, who(v));
    rv_li(b, A3, M);
    rv_li(b, A4, 0);
    rv_li(b, A5, 32 * (v / 4));
    rv_service(b, 0x3C);
}

static void evm_sload(struct buf *b, u32 v)
{
    evm_number(b, v);
    EVM(b, OP_SLOAD, OP_POP);
}

static void rv_sload(struct buf *b, u32 v)
{
    rv_word(b, A0, u256_from_u64(v));
    rv_service(b, 0x54);
}

static void evm_tload(struct buf *b, u32 v)
{
    evm_number(b, v);
    EVM(b, OP_TLOAD, OP_POP);
}

static void rv_tload(struct buf *b, u32 v)
{
    rv_word(b, A0, u256_from_u64(v));
    rv_service(b, 0x5C);
}

static void evm_tstore(struct buf *b, u32 v)
{
    evm_number(b, v);
    evm_number(b, v);
    EVM(b, OP_TSTORE);
}

static void rv_tstore(struct buf *b, u32 v)
{
    rv_word(b, A0, u256_from_u64(v));
    rv_word(b, A4, u256_from_u64(v));
    rv_service(b, 0x5D);
}

// Slot 0 holds 0, slot 1 holds 1; two writes of 0, 1 or 2 after each other.
static void evm_sstore2(struct buf *b, u32 v)
{
    evm_sstore(b, v % 2, v / 2 % 3);
    evm_sstore(b, v % 2, v / 6 % 3);
}

static void rv_sstore2(struct buf *b, u32 v)
{
    rv_sstore(b, v % 2, v / 2 % 3);
    rv_sstore(b, v % 2, v / 6 % 3);
}

static void evm_keccak(struct buf *b, u32 v)
{
    evm_number(b, v * 13);
    evm_number(b, 0);
    EVM(b, OP_KECCAK256, OP_POP);
}

static void rv_keccak(struct buf *b, u32 v)
{
    rv_li(b, A0, M);
    rv_li(b, A1, v * 13);
    rv_service(b, 0x20);
}

static void evm_log(struct buf *b, u32 v)
{
    for (u32 i = 0; i < 4; i++) { // more topics than it may need
        evm_number(b, 0);
    }
    evm_number(b, v / 5 * 17);
    evm_number(b, 0);
    EVM(b, (u8)(OP_LOG0 + v % 5));
}

static void rv_log(struct buf *b, u32 v)
{
    rv_li(b, A0, M);
    rv_li(b, A1, v / 5 * 17);
    rv_li(b, A2, M + 1024);
    rv_li(b, A3, v % 5);
    rv_service(b, 0xA0);
}

static void evm_blockhash(struct buf *b, u32 v)
{
    evm_number(b, 990 + v);
    EVM(b, OP_BLOCKHASH, OP_POP);
}

static void rv_blockhash(struct buf *b, u32 v)
{
    rv_li(b, A0, 990 + v);
    rv_service(b, 0x40);
}

// A call with no gas but the stipend, which is enough for STOP. Not to itself.
#define CALL_DEED(verb, op, value_of)                                                              \
    static void evm_##verb(struct buf *b, u32 v)                                                   \
    {                                                                                              \
        evm_call(b, op, who(v % 3), value_of, rv_range(0, 0));                                     \
        b->n -= 2; /* the gas, all before EIP-150 being more than there is */                      \
        evm_number(b, 0);                                                                          \
        EVM(b, op, OP_POP);                                                                        \
    }                                                                                              \
    static void rv_##verb(struct buf *b, u32 v)                                                    \
    {                                                                                              \
        rv_call(b, op, who(v % 3), value_of, rv_range(0, 0));                                      \
    }
CALL_DEED(plain_call, OP_CALL, v / 3)
CALL_DEED(delegatecall, OP_DELEGATECALL, 0)
CALL_DEED(staticcall, OP_STATICCALL, 0)

static void evm_create(struct buf *b, u32 v)
{
    evm_number(b, v / 2 * 33);
    evm_number(b, 0);
    evm_number(b, v % 2);
    EVM(b, OP_CREATE, OP_POP);
}

static void rv_create(struct buf *b, u32 v)
{
    rv_li(b, A0, v % 2);
    rv_li(b, A1, M);
    rv_li(b, A2, v / 2 * 33);
    rv_service(b, 0xF0);
}

static void evm_create2(struct buf *b, u32 v)
{
    evm_number(b, v);
    evm_create(b, v);
    b->p[b->n - 2] = OP_CREATE2;
}

static void rv_create2(struct buf *b, u32 v)
{
    rv_poke(b, M + 1024 + 24, __builtin_bswap64(v));
    rv_create(b, v);
    b->n -= 8;
    rv_li(b, A3, M + 1024);
    rv_service(b, 0xF5);
}

static void evm_selfdestruct(struct buf *b, u32 v)
{
    evm_address(b, who(v));
    EVM(b, OP_SELFDESTRUCT);
}

static void rv_selfdestruct(struct buf *b, u32 v)
{
    rv_addr3(b, A0, who(v));
    rv_service(b, 0xFF);
}

#define DEED(verb, fork, own, variants)                                                            \
    {                                                                                              \
#verb, FORK_##fork, own, evm_##verb, rv_##verb, variants, false                            \
    }
#define CREATION(verb, fork, own, variants)                                                        \
    {                                                                                              \
#verb, FORK_##fork, own, evm_##verb, rv_##verb, variants, true                             \
    }
static const struct deed DEEDS[] = {
    DEED(balance, FRONTIER, 3 + 2, 4),
    DEED(extcodesize, FRONTIER, 3 + 2, 4),
    DEED(extcodehash, CONSTANTINOPLE, 3 + 2, 4),
    DEED(extcodecopy, FRONTIER, 12, 16),
    DEED(sload, FRONTIER, 3 + 2, 2),
    DEED(tload, CANCUN, 3 + 2, 2),
    DEED(tstore, CANCUN, 6, 2),
    DEED(sstore2, FRONTIER, 12, 18),
    DEED(keccak, FRONTIER, 6 + 2, 8),
    DEED(log, FRONTIER, 12 + 6, 15),
    DEED(blockhash, FRONTIER, 3 + 2, 3),
    DEED(plain_call, FRONTIER, 21 + 2, 6),
    DEED(delegatecall, HOMESTEAD, 18 + 2, 3),
    DEED(staticcall, BYZANTIUM, 18 + 2, 3),
    CREATION(create, FRONTIER, 11, 8),
    CREATION(create2, CONSTANTINOPLE, 14, 8),
    DEED(selfdestruct, FRONTIER, 3, 4),
};

// ---- measuring

struct measure {
    u64 price; // of the deed alone
    i64 refund;
};

// Makes kit_at(1) the doer, of either kind.
static void install(struct kit *k, const struct deed *d, u32 variant, bool riscv, u32 times)
{
    struct buf code = {0};
    if (riscv) {
        for (u32 i = 0; i < times; i++) {
            d->rv(&code, variant);
        }
        rv_end(&code);
        (void)kit_rv(k, 1, &code);
    } else {
        evm_number(&code, 0); // memory that deeds use is there
        evm_mstore(&code, 1024);
        for (u32 i = 0; i < times; i++) {
            d->evm(&code, variant);
        }
        EVM(&code, OP_STOP);
        (void)kit_evm(k, 1, &code);
    }
    kit_balance(k, kit_at(1), 1000);
    kit_balance(k, kit_at(2), 0);
    kit_store(k, kit_at(1), 0, 0);
    kit_store(k, kit_at(1), 1, 1);
}

static struct kit *world(enum fork fork)
{
    struct kit *k = kit_new();
    k->fork = fork;
    k->one_form = true; // there are thousands of worlds
    k->params.cycles_per_gas = 1;
    struct buf code = {0};
    EVM(&code, OP_STOP);
    (void)kit_evm(k, 2, &code);
    EVM(&code, OP_STOP);
    (void)kit_evm(k, 3, &code);
    kit_balance(k, kit_at(3), 500);
    return k;
}

static struct measure measure(enum fork fork, const struct deed *d, u32 variant, bool riscv)
{
    struct kit *k = world(fork);
    install(k, d, variant, riscv, 1);
    kit_call(k, kit_at(1), BYTES_NONE, 1000000);
    EXPECT_SUCCESS(k);
    struct measure m = {.price = k->r.gas_used, .refund = k->r.refund};
    if (riscv) { // instructions and pages are its own
        m.price -= RV_START_GAS + k->frame[0].end.cycles;
        m.price -= d->creates ? 3 * ((variant / 2 * 33 + 31) / 32) : 0;
    } else {
        struct kit *without = world(fork);
        install(without, d, variant, false, 0);
        kit_call(without, kit_at(1), BYTES_NONE, 1000000);
        m.price -= without->r.gas_used + d->own_evm;
        kit_free(without);
    }
    kit_free(k);
    return m;
}

static void expect_same(enum fork fork, const struct deed *d, u32 variant)
{
    struct measure evm = measure(fork, d, variant, false);
    struct measure rv = measure(fork, d, variant, true);
    if (evm.price != rv.price || evm.refund != rv.refund) {
        FAIL("%s, variant %u, at %s: EVM %llu (refund %lld), RISC-V %llu (refund %lld)", d->name,
             variant, fork_name(fork), (unsigned long long)evm.price, (long long)evm.refund,
             (unsigned long long)rv.price, (long long)rv.refund);
    }
}

static void expect_deeds(u32 from, u32 to)
{
    for (u32 i = from; i < to; i++) {
        for (u32 fork = DEEDS[i].since; fork < FORK_COUNT; fork++) {
            for (u32 v = 0; v < DEEDS[i].variants; v++) {
                expect_same((enum fork)fork, &DEEDS[i], v);
            }
        }
    }
}

TEST(abi_prices, account_services_charge_as_their_opcodes)
{
    expect_deeds(0, 4);
}

TEST(abi_prices, storage_services_charge_and_refund_as_their_opcodes)
{
    expect_deeds(4, 8);
}

TEST(abi_prices, keccak_log_and_blockhash_charge_as_their_opcodes)
{
    expect_deeds(8, 11);
}

TEST(abi_prices, calls_charge_as_their_opcodes)
{
    expect_deeds(11, 14);
}

TEST(abi_prices, creations_charge_as_their_opcodes)
{
    expect_deeds(14, 16);
}

TEST(abi_prices, selfdestruct_charges_and_refunds_as_its_opcode)
{
    expect_deeds(16, 17);
}
