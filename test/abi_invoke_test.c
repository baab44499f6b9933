// SPDX-License-Identifier: MIT
// ABI section 6: invoke, its record field by field, its six operations, the gas limit, what it
// writes.
#include "test/kit.h"

#define RECORD RV_SCRATCH
#define DATA (RV_SCRATCH + 2048)

struct record {
    u32 op;
    u32 zero4;
    u64 limit;
    address at;
    u32 zero36;
    u256 value;
    u256 salt;
    u64 input, size;
    u64 zero120;
};

static void pack(u8 p[128], const struct record *r)
{
    store_le32(p, r->op);
    store_le32(p + 4, r->zero4);
    store_le64(p + 8, r->limit);
    copy_bytes(p + 16, r->at.b, 20);
    store_le32(p + 36, r->zero36);
    u256_to_be_bytes(p + 40, r->value);
    u256_to_be_bytes(p + 72, r->salt);
    store_le64(p + 104, r->input);
    store_le64(p + 112, r->size);
    store_le64(p + 120, r->zero120);
}

static void put_invoke_at(struct buf *code, const struct record *r, u64 at)
{
    u8 p[128];
    pack(p, r);
    rv_poke_bytes(code, at, (bytes){p, sizeof p});
    rv_li(code, A0, at);
    rv_li(code, A1, 128);
    rv_service(code, 0x03);
}

static void put_invoke(struct buf *code, const struct record *r)
{
    put_invoke_at(code, r, RECORD);
}

// A callee that tells who it is: address, caller, value, input size; and its frame's input.
static address teller(struct kit *k, u8 n)
{
    struct buf code = {0};
    EVM(&code, OP_ADDRESS);
    evm_mstore(&code, 0);
    EVM(&code, OP_CALLER);
    evm_mstore(&code, 32);
    EVM(&code, OP_CALLVALUE);
    evm_mstore(&code, 64);
    EVM(&code, OP_CALLDATASIZE);
    evm_mstore(&code, 96);
    evm_return(&code, 0, 128);
    return kit_evm(k, n, &code);
}

// Ends with the return data of the last call, up to 2,000 bytes.
static void put_return_data(struct buf *code)
{
    rv_service(code, 0x3D);
    rv_r(code, RV_ADD, S0, A0, ZERO);
    rv_li(code, A0, DATA);
    rv_li(code, A1, 0);
    rv_r(code, RV_ADD, A2, S0, ZERO);
    rv_service(code, 0x3E);
    rv_r(code, RV_ADD, A1, S0, ZERO);
    rv_service(code, 0xF3);
}

static const struct kit_result *invoke(struct kit *k, const struct record *r)
{
    struct buf code = {0};
    put_invoke(&code, r);
    put_return_data(&code);
    address a = kit_rv(k, 1, &code);
    kit_balance(k, a, 1000000);
    return kit_call(k, a, BYTES_NONE, KIT_GAS);
}

static const struct kit_service *the_invoke(const struct kit *k)
{
    for (usize i = 0; i < k->service_count; i++) {
        if (k->service[i].id == 0x03) {
            return &k->service[i];
        }
    }
    FAIL("no invoke");
}

// ---- operations

TEST(abi_invoke, each_call_operation_has_its_opcodes_meaning)
{
    static const struct {
        u32 op;
        bool value, own, callers;
    } rows[] = {{0xF1, true, false, false},
                {0xF2, true, true, false},
                {0xF4, false, true, true},
                {0xFA, false, false, false}};
    struct kit *k = kit_new();
    address to = teller(k, 2);
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        struct record r = {
            .op = rows[i].op, .limit = 50000, .at = to, .input = RV_TEXT, .size = 77};
        r.value = u256_from_u64(rows[i].value ? 500 : 0);
        invoke(k, &r);
        EXPECT_SUCCESS(k);
        address self = kit_at(1);
        address caller = rows[i].callers ? KIT_ALICE : self;
        EXPECT_U256(kit_output_word(k, 0), u256_from_address(rows[i].own ? self : to));
        EXPECT_U256(kit_output_word(k, 1), u256_from_address(caller));
        EXPECT_U256(kit_output_word(k, 2), r.value);
        EXPECT_U256(kit_output_word(k, 3), u256_from_u64(77));
        EXPECT_EQ(k->frame[1].begin.op, rows[i].op);
        EXPECT_EQ(k->frame[1].begin.is_static, rows[i].op == 0xFA);
        EXPECT_EQ(kit_balance_of(k, to), 500); // from the first row, which is a call
    }
    kit_free(k);
}

TEST(abi_invoke, results_are_the_status_and_the_size_of_return_data)
{
    static const u64 status[] = {0, 1, 2, 0};
    static const u64 size[] = {128, 64, 0, 0};
    struct kit *k = kit_new();
    (void)teller(k, 2);
    struct buf code = {0};
    evm_revert(&code, 0, 64);
    (void)kit_evm(k, 3, &code);
    EVM(&code, OP_INVALID);
    (void)kit_evm(k, 4, &code);
    for (u8 i = 0; i < 4; i++) {
        struct record r = {.op = 0xF1, .limit = 50000, .at = kit_at((u8)(2 + i))};
        put_invoke(&code, &r);
        rv_service(&code, 0x02);
        rv_service(&code, 0x3D);
        rv_end(&code);
        kit_rv_run(k, &code);
        EXPECT_EQ(k->service[0].after[A0], status[i]);
        EXPECT_EQ(k->service[0].after[A1], size[i]);
        EXPECT_EQ(k->service[1].after[A0], status[i]);
        EXPECT_EQ(k->service[2].after[A0], size[i]);
    }
    struct record poor = {.op = 0xF1, .at = kit_at(2), .value = u256_max()};
    put_invoke(&code, &poor);
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_EQ(k->service[0].after[A0], 3);
    EXPECT_EQ(k->service[0].after[A1], 0);
    EXPECT_EQ(kit_price(k, 0), 2600 + 9000 - 2300);
    kit_free(k);
}

TEST(abi_invoke, creations_write_the_new_address_into_the_record)
{
    struct kit *k = kit_new();
    struct buf init = {0};
    evm_return(&init, 0, 32);
    for (u32 two = 0; two < 2; two++) {
        struct record r = {.op = two ? 0xF5 : 0xF0,
                           .limit = ~0ull,
                           .value = u256_from_u64(5),
                           .input = DATA,
                           .size = init.n};
        r.salt = two ? u256_from_u64(99) : u256_zero();
        struct buf code = {0};
        rv_poke_bytes(&code, DATA, buf_bytes(&init));
        put_invoke(&code, &r);
        rv_li(&code, A0, RECORD + 256);
        rv_service(&code, 0x01);
        rv_return(&code, RECORD, 276);
        address a = kit_rv(k, 1, &code);
        kit_balance(k, a, 100);
        kit_call(k, a, BYTES_NONE, KIT_GAS);
        EXPECT_SUCCESS(k);
        address made = k->frame[1].begin.to;
        EXPECT_EQ(k->service[0].after[A0], 0);
        u8 expected[128];
        r.at = made;
        pack(expected, &r);
        EXPECT_BYTES(k->r.output.p, expected, 128); // nothing else of it
        EXPECT_BYTES(k->r.output.p + 256, &made, 20);
        EXPECT_EQ(kit_balance_of(k, made), 5);
        EXPECT_EQ(kit_code_of(k, made).n, 32);
    }
    buf_fini(&init);
    kit_free(k);
}

TEST(abi_invoke, a_failed_creation_writes_zeros)
{
    static const u32 inits[] = {0xFE, 0xFD5F5F}; // INVALID; PUSH0 PUSH0 REVERT
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(inits); i++) {
        struct record r = {.op = 0xF0, .limit = ~0ull, .input = DATA, .size = 4};
        struct buf code = {0};
        rv_poke(&code, DATA, inits[i]);
        put_invoke(&code, &r);
        rv_return(&code, RECORD, 128);
        kit_rv_run(k, &code);
        EXPECT_EQ(k->service[0].after[A0], i == 0 ? 2 : 1);
        u8 expected[128];
        pack(expected, &r);
        EXPECT_BYTES(k->r.output.p, expected, 128);
    }
    kit_free(k);
}

TEST(abi_invoke, values_have_256_bits)
{
    struct kit *k = kit_new();
    u256 value = {{7, 0, 1, 0}};
    struct record r = {.op = 0xF1, .at = kit_at(5), .value = value};
    struct buf code = {0};
    put_invoke(&code, &r);
    rv_end(&code);
    address a = kit_rv(k, 1, &code);
    kit_wealth(k, a, (u256){{6, 0, 1, 0}});
    kit_call(k, a, BYTES_NONE, KIT_GAS);
    EXPECT_EQ(k->service[0].after[A0], 3);
    kit_wealth(k, a, (u256){{9, 0, 1, 0}});
    kit_call(k, a, BYTES_NONE, KIT_GAS);
    EXPECT_EQ(k->service[0].after[A0], 0);
    EXPECT_EQ(kit_balance_of(k, a), 2);
    EXPECT_U256(k->frame[1].begin.value, value);
    kit_free(k);
}

// ---- gas limit

TEST(abi_invoke, the_gas_limit_is_capped_and_never_an_error)
{
    static const u64 limits[] = {0, 1, 1000, 100000, KIT_GAS, 1ull << 48, 1ull << 63, ~0ull};
    struct kit *k = kit_new();
    address to = teller(k, 2);
    for (usize i = 0; i < COUNT_OF(limits); i++) {
        for (u32 value = 0; value < 2; value++) {
            struct record r = {
                .op = 0xF1, .limit = limits[i], .at = to, .value = u256_from_u64(value)};
            invoke(k, &r);
            EXPECT_SUCCESS(k);
            u64 left = (u64)the_invoke(k)->cycles / 4 - 2600 - (value ? 9000 : 0);
            u64 most = left - left / 64;
            u64 given = limits[i] < most ? limits[i] : most;
            EXPECT_EQ(k->frame[1].begin.gas, given + (value ? 2300 : 0)); // the stipend on top
        }
    }
    kit_free(k);
}

TEST(abi_invoke, creations_are_limited_too)
{
    static const u64 limits[] = {0, 100, 50000, ~0ull};
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(limits); i++) {
        struct record r = {.op = 0xF0, .limit = limits[i], .input = RV_SCRATCH + 1024, .size = 1};
        invoke(k, &r);
        u64 left = (u64)the_invoke(k)->cycles / 4 - 32000 - 2 - 3;
        u64 most = left - left / 64;
        EXPECT_EQ(k->frame[1].begin.gas, limits[i] < most ? limits[i] : most);
        EXPECT_EQ(k->frame[1].end.status, EVM_SUCCESS); // STOP deploys nothing
    }
    kit_free(k);
}

TEST(abi_invoke, it_costs_as_its_opcode)
{
    struct kit *k = kit_new();
    struct record r = {.op = 0xF1, .at = kit_at(9), .input = RV_SCRATCH, .size = 100};
    invoke(k, &r);
    EXPECT_EQ(kit_price(k, 0), 2600 + 3 * 4);
    r = (struct record){.op = 0xF5, .input = RV_SCRATCH + 1024, .size = 100, .limit = 1000};
    invoke(k, &r);
    EXPECT_EQ(kit_price(k, 0), 32000 + (2 + 6 + 3) * 4);
    kit_free(k);
}

// ---- the record

static const struct record GOOD[] = {
    {.op = 0xF0, .input = DATA, .size = 8, .limit = 9},
    {.op = 0xF1, .input = DATA, .size = 8, .limit = 9},
    {.op = 0xF2, .input = DATA, .size = 8, .limit = 9},
    {.op = 0xF4, .input = DATA, .size = 8, .limit = 9},
    {.op = 0xF5, .input = DATA, .size = 8, .limit = 9},
    {.op = 0xFA, .input = DATA, .size = 8, .limit = 9},
};

static bool is_creation(u32 op)
{
    return op == 0xF0 || op == 0xF5;
}

TEST(abi_invoke, every_byte_of_a_field_that_must_be_zero_is_looked_at)
{
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(GOOD); i++) {
        u32 op = GOOD[i].op;
        for (u32 at = 0; at < 128; at++) {
            bool zero = (at >= 1 && at < 8) || (at >= 36 && at < 40) || at >= 120 ||
                        (is_creation(op) && at >= 16 && at < 36) ||
                        ((op == 0xF4 || op == 0xFA) && at >= 40 && at < 72) ||
                        (op != 0xF5 && at >= 72 && at < 104);
            u8 p[128];
            pack(p, &GOOD[i]);
            if (!zero && (at == 0 || at >= 104)) {
                continue; // op and range have their own tests
            }
            p[at] ^= 0x80;
            struct buf code = {0};
            rv_poke_bytes(&code, RECORD, (bytes){p, sizeof p});
            rv_li(&code, A0, RECORD);
            rv_li(&code, A1, 128);
            rv_service(&code, 0x03);
            rv_end(&code);
            kit_rv_run(k, &code);
            EXPECT_STR(halt_name(k->r.halt), zero ? "bad_argument" : "none");
        }
    }
    kit_free(k);
}

TEST(abi_invoke, other_operations_are_bad_arguments)
{
    struct kit *k = kit_new();
    for (u32 op = 0; op < 256; op++) {
        bool good =
            op == 0xF0 || op == 0xF1 || op == 0xF2 || op == 0xF4 || op == 0xF5 || op == 0xFA;
        struct record r = {.op = op, .limit = 9};
        invoke(k, &r);
        EXPECT_STR(halt_name(k->r.halt), good ? "none" : "bad_argument");
    }
    kit_free(k);
}

TEST(abi_invoke, an_operation_that_the_fork_lacks_is_a_bad_argument)
{
    static const enum fork since[] = {FORK_FRONTIER,  FORK_FRONTIER,       FORK_FRONTIER,
                                      FORK_HOMESTEAD, FORK_CONSTANTINOPLE, FORK_BYZANTIUM};
    struct kit *k = kit_new();
    for (u32 fork = 0; fork < FORK_COUNT; fork++) {
        k->fork = (enum fork)fork;
        for (usize i = 0; i < COUNT_OF(GOOD); i++) {
            struct buf code = {0};
            put_invoke(&code, &GOOD[i]);
            rv_end(&code);
            kit_rv_run(k, &code);
            EXPECT_STR(halt_name(k->r.halt), fork < since[i] ? "bad_argument" : "none");
        }
    }
    kit_free(k);
}

TEST(abi_invoke, the_record_has_at_least_128_bytes)
{
    static const struct {
        u64 at, n;
        const char *halt;
    } rows[] = {{RECORD, 127, "bad_argument"},
                {RECORD, 0, "bad_argument"},
                {RECORD, 128, "none"},
                {RECORD, 129, "none"},
                {RECORD + 4096 - 128, 1ull << 40, "none"}, // no more is touched
                {RECORD, ~0ull, "none"},
                {RECORD - 1, 128, "bad_argument"},
                {0, 128, "bad_argument"}};
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        struct buf code = {0};
        rv_poke(&code, RECORD, 0xF1);
        rv_poke(&code, RECORD + 4096 - 128, 0xF1);
        rv_li(&code, A0, rows[i].at);
        rv_li(&code, A1, rows[i].n);
        rv_service(&code, 0x03);
        rv_end(&code);
        kit_rv_run(k, &code);
        EXPECT_STR(halt_name(k->r.halt), rows[i].halt);
    }
    kit_free(k);
}

// The record of an operation as calldata, which cannot be written.
static void invoke_calldata(struct kit *k, const struct record *r)
{
    struct buf code = {0};
    rv_li(&code, A0, RV_INPUT);
    rv_li(&code, A1, 128);
    rv_service(&code, 0x03);
    rv_end(&code);
    u8 p[128];
    pack(p, r);
    kit_call(k, kit_rv(k, 1, &code), (bytes){p, sizeof p}, KIT_GAS);
}

TEST(abi_invoke, calls_write_nothing_and_creations_need_the_address_writable)
{
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(GOOD); i++) {
        invoke_calldata(k, &GOOD[i]);
        EXPECT_STR(halt_name(k->r.halt), is_creation(GOOD[i].op) ? "bad_argument" : "none");
    }
    kit_free(k);
}

TEST(abi_invoke, the_record_is_read_whole_before_anything_happens)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    put_invoke_at(&code, &(struct record){.op = 0xF0, .limit = 77, .input = RECORD, .size = 128},
                  RECORD); // the record is its own init code: F0 underflows
    rv_return(&code, RECORD, 128);
    kit_rv_run(k, &code);
    EXPECT_SUCCESS(k);
    EXPECT_FRAME_HALTED(k, 1, "stack_underflow");
    EXPECT_EQ(k->service[0].after[A0], 2);
    kit_free(k);
}

TEST(abi_invoke, checks_come_in_their_order)
{
    static const struct {
        struct record r;
        const char *halt;
    } rows[] = {
        {{.op = 0x00, .size = ~0ull}, "bad_argument"},
        {{.op = 0xF1, .size = 983033, .zero120 = 1}, "bad_argument"},
        {{.op = 0xF1, .size = 983033}, "data_too_long"},
        {{.op = 0xF1, .size = 1}, "bad_argument"},
        {{.op = 0xF0, .size = 524289}, "initcode_too_large"},
        {{.op = 0xF5, .size = 1}, "bad_argument"},
        {{.op = 0xF1, .value = {{1, 0, 0, 0}}}, "static_violation"},
        {{.op = 0xF0}, "static_violation"},
        {{.op = 0xF5}, "static_violation"},
        {{.op = 0xF2, .value = {{1, 0, 0, 0}}}, "none"}, // moves nothing
        {{.op = 0xF4}, "none"},
    };
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        struct buf code = {0};
        put_invoke(&code, &rows[i].r);
        rv_end(&code);
        address callee = kit_rv(k, 2, &code);
        evm_call(&code, OP_STATICCALL, callee, 0, rv_range(0, 0));
        kit_call(k, kit_evm(k, 1, &code), BYTES_NONE, KIT_GAS);
        EXPECT_STR(halt_name(k->frame[1].end.halt), rows[i].halt);
    }
    kit_free(k);
}
