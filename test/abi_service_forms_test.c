// SPDX-License-Identifier: MIT
// ABI section 5: how a service is selected, which registers it may change, what it costs, at which
// fork it exists. One table has a row for each service that lets the frame go on.
#include "test/kit.h"

enum { NONE = 0, ONE = 1, THREE = 7, FOUR = 15, TWO = 3 }; // result registers from a0 on, as bits

struct row {
    u8 id;
    u8 results;
    u32 price; // newest fork, at the first use in a transaction
    u64 arguments[8];
};

#define M RV_SCRATCH
#define C2 0xC1C2C3C4C5C6C7C8u, 0xC9CACBCCCDCECFD0u, 0xD1D2D302u // kit_at(2) as addr3
#define U2 0xCDCECFD0D1D2D302u, 0xC5C6C7C8C9CACBCCu, 0xC1C2C3C4u // kit_at(2) as addrU

static const struct row ROWS[] = {
    {0x01, NONE, 2, {M}},
    {0x02, ONE, 2, {0}},
    {0x03, TWO, 2600, {M, 128}}, // a call with no gas to the zero address
    {0x04, NONE, 8 * 4, {M, 100}},
    {0x05, ONE, 2, {0}},
    {0x06, ONE, 2, {0}},
    {0x20, FOUR, 30 + 6 * 4, {M, 100}},
    {0x30, THREE, 2, {0}},
    {0x31, FOUR, 2600, {C2}},
    {0x32, THREE, 2, {0}},
    {0x33, THREE, 2, {0}},
    {0x34, FOUR, 2, {0}},
    {0x35, FOUR, 3, {0}},
    {0x36, FOUR, 2, {0}},
    {0x37, NONE, 3 + 3 * 4, {M, 0, 100}},
    {0x38, FOUR, 2, {0}},
    {0x39, NONE, 3 + 3 * 4, {M, 0, 100}},
    {0x3A, FOUR, 2, {0}},
    {0x3B, FOUR, 2600, {C2}},
    {0x3C, NONE, 2600 + 3 * 4, {C2, M, 0, 100}},
    {0x3D, ONE, 2, {0}},
    {0x3E, NONE, 3, {M, 0, 0}},
    {0x3F, FOUR, 2600, {C2}},
    {0x40, FOUR, 20, {999}},
    {0x41, THREE, 2, {0}},
    {0x42, FOUR, 2, {0}},
    {0x43, FOUR, 2, {0}},
    {0x44, FOUR, 2, {0}},
    {0x45, FOUR, 2, {0}},
    {0x46, ONE, 2, {0}},
    {0x47, FOUR, 5, {0}},
    {0x48, FOUR, 2, {0}},
    {0x49, FOUR, 3, {0}},
    {0x4A, FOUR, 2, {0}},
    {0x54, FOUR, 2100, {1, 2, 3, 4}},
    {0x55, NONE, 22100, {1, 2, 3, 4, 5, 6, 7, 8}},
    {0x5A, FOUR, 2, {0}},
    {0x5C, FOUR, 100, {1, 2, 3, 4}},
    {0x5D, NONE, 100, {1, 2, 3, 4, 5, 6, 7, 8}},
    {0xA0, NONE, 375 + 375 * 4 + 8 * 100, {M, 100, M, 4}},
    {0xF0, NONE, 32000, {0, M, 0}},
    {0xF1, NONE, 2600, {U2, 0, M, 0}},
    {0xF4, NONE, 2600, {U2, 0, M, 0}},
    {0xF5, NONE, 32000, {0, M, 0, M}},
    {0xFA, NONE, 2600, {U2, 0, M, 0}},
};

static const u8 ENDS[] = {0xF3, 0xFD, 0xFE, 0xFF};

static u32 since(u32 id) // enum fork; FORK_COUNT: not a service
{
    switch (id) {
#define SYSCALL(number, NAME, name, FORK, price, in, out, note)                                    \
    case number:                                                                                   \
        return FORK_##FORK;
#include "spec/syscalls.def"
    default:
        return FORK_COUNT;
    }
}

static struct kit *world(void)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    EVM(&code, OP_STOP, 1, 2, 3);
    (void)kit_evm(k, 2, &code);
    return k;
}

// The record of an invoke that calls the zero address with no gas, where row 0x03 wants it.
static struct buf *invoke_record(struct buf *code)
{
    rv_poke(code, M, 0xF1);
    return code;
}

static const struct kit_service *run_row(struct kit *k, const struct row *row)
{
    struct buf setup = {0};
    const struct kit_service *s =
        kit_probe(k, row->id == 0x03 ? invoke_record(&setup) : NULL, row->id, row->arguments);
    if (k->r.status != EVM_SUCCESS) {
        FAIL("service %02x halted: %s", row->id, halt_name(k->r.halt));
    }
    return s;
}

TEST(abi_services, every_service_has_a_row_here)
{
    u32 count = 0;
    for (u32 id = 0; id < 256; id++) {
        count += since(id) != FORK_COUNT;
    }
    EXPECT_EQ(count, COUNT_OF(ROWS) + COUNT_OF(ENDS));
}

TEST(abi_services, only_result_registers_change)
{
    struct kit *k = world();
    for (usize i = 0; i < COUNT_OF(ROWS); i++) {
        const struct kit_service *s = run_row(k, &ROWS[i]);
        EXPECT_EQ(s->id, ROWS[i].id);
        for (u32 r = 0; r < 32; r++) {
            bool result = r >= A0 && r <= A7 && (ROWS[i].results >> (r - A0) & 1) != 0;
            if (!result && s->after[r] != s->x[r]) {
                FAIL("service %02x changed x%u", s->id, r);
            }
        }
    }
    kit_free(k);
}

TEST(abi_services, every_result_register_is_written)
{
    struct kit *k = world();
    for (usize i = 0; i < COUNT_OF(ROWS); i++) {
        struct row row = ROWS[i];
        for (u32 j = 0; j < 8; j++) { // junk where there are no arguments
            row.arguments[j] = row.arguments[j] == 0 ? 0x7777777777777777u : row.arguments[j];
        }
        bool words = row.results != NONE && ROWS[i].arguments[0] == 0 && row.id != 0x06;
        if (!words) {
            continue;
        }
        const struct kit_service *s = run_row(k, &row);
        for (u32 j = 0; j < 4; j++) {
            if ((row.results >> j & 1) != 0 && s->after[A0 + j] == 0x7777777777777777u) {
                FAIL("service %02x left a%u", row.id, j);
            }
        }
    }
    kit_free(k);
}

TEST(abi_services, each_service_has_its_price)
{
    struct kit *k = world();
    for (usize i = 0; i < COUNT_OF(ROWS); i++) {
        const struct kit_service *s = run_row(k, &ROWS[i]);
        u64 price = (u64)(s->cycles - s->cycles_after);
        if (price != 4 * (u64)ROWS[i].price) {
            FAIL("service %02x takes %llu cycles, not 4 * %u", s->id, (unsigned long long)price,
                 ROWS[i].price);
        }
    }
    kit_free(k);
}

TEST(abi_services, each_service_is_payable_with_exactly_its_price)
{
    for (usize i = 0; i < COUNT_OF(ROWS); i++) {
        const struct row *row = &ROWS[i];
        if (row->id == 0x55) { // has its sentry, see abi_calls
            continue;
        }
        struct kit *k = world();
        const struct kit_service *s = run_row(k, row);
        u64 before = KIT_GAS - (u64)s->cycles / 4;
        bytes code = kit_code_of(k, kit_at(1));
        struct kit *other = world(); // where create2 has not created yet
        kit_code(other, kit_at(1), code);
        kit_free(k);
        k = other;
        kit_call(k, kit_at(1), BYTES_NONE, before + row->price - 1);
        EXPECT_HALTED(k, "out_of_gas");
        EXPECT(!kit_probed(k)->returned);
        kit_call(k, kit_at(1), BYTES_NONE, before + row->price + 11);
        if (k->r.status != EVM_SUCCESS) {
            FAIL("service %02x: %s", row->id, halt_name(k->r.halt));
        }
        kit_free(k);
    }
}

TEST(abi_services, a_service_of_a_later_fork_is_unknown)
{
    struct kit *k = world();
    for (u32 fork = 0; fork < FORK_COUNT; fork++) {
        k->fork = (enum fork)fork;
        for (usize i = 0; i < COUNT_OF(ROWS); i++) {
            struct buf setup = {0};
            u32 id = ROWS[i].id;
            kit_probe(k, id == 0x03 ? invoke_record(&setup) : NULL, id, ROWS[i].arguments);
            if (since(id) > fork) {
                EXPECT_HALTED(k, "unknown_service");
                EXPECT_EQ(k->r.gas_left, 0);
            } else if (k->r.status != EVM_SUCCESS) {
                FAIL("service %02x at %s: %s", id, fork_name(k->fork), halt_name(k->r.halt));
            }
        }
        for (usize i = 0; i < COUNT_OF(ENDS); i++) {
            kit_probe(k, NULL, ENDS[i], ARGUMENTS(0));
            EXPECT_EQ(k->r.halt == HALT_UNKNOWN_SERVICE, since(ENDS[i]) > fork);
        }
    }
    kit_free(k);
}

TEST(abi_services, an_id_not_in_the_table_halts)
{
    struct kit *k = world();
    for (u32 id = 0; id < 256; id++) {
        if (since(id) == FORK_COUNT) {
            kit_probe(k, NULL, id, ARGUMENTS(0));
            EXPECT_HALTED(k, "unknown_service");
            EXPECT_EQ(k->r.gas_left, 0);
        }
    }
    kit_free(k);
}

TEST(abi_services, the_low_8_bits_of_t0_select)
{
    static const u64 upper[] = {0, 0x100, 0xFFFFFFFFFFFFFF00u, 0x8000000000000000u};
    struct kit *k = world();
    for (usize i = 0; i < COUNT_OF(upper); i++) {
        struct buf code = {0};
        rv_li(&code, T0, upper[i] | 0x05);
        rv_put(&code, RV_ECALL);
        rv_end(&code);
        kit_rv_run(k, &code);
        EXPECT_SUCCESS(k);
        EXPECT_EQ(k->service[0].id, 0x05);
        EXPECT_EQ(k->service[0].after[A0], 1);
    }
    kit_free(k);
}

TEST(abi_services, fp_registers_and_csrs_are_kept)
{
    struct kit *k = world();
    struct buf code = {0};
    rv_li(&code, T1, 0x4045000000000000);           // 42.0
    rv_put(&code, 0xF2000053 | 7u << 7 | T1 << 15); // fmv.d.x f7, t1
    rv_i(&code, RV_CSRRWI, ZERO, 0x1F, 3);          // fcsr
    rv_i(&code, RV_CSRRW, ZERO, T1, 0x340);         // mscratch
    rv_service(&code, 0x05);
    rv_put(&code, 0xE2000053 | S0 << 7 | 7u << 15); // fmv.x.d s0, f7
    rv_i(&code, RV_CSRRS, S1, ZERO, 3);
    rv_i(&code, RV_CSRRS, S2, ZERO, 0x340);
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->service[1].x[S0], 0x4045000000000000);
    EXPECT_EQ(k->service[1].x[S1], 0x1F);
    EXPECT_EQ(k->service[1].x[S2], 0x4045000000000000);
    kit_free(k);
}

TEST(abi_services, an_ecall_clears_the_reservation)
{
    struct kit *k = world();
    for (u32 with_ecall = 0; with_ecall < 2; with_ecall++) {
        struct buf code = {0};
        rv_li(&code, T1, M);
        rv_put(&code, RV_LR_D | T2 << 7 | T1 << 15);
        if (with_ecall) {
            rv_service(&code, 0x05);
        }
        rv_put(&code, RV_SC_D | S0 << 7 | T1 << 15);
        rv_end(&code);
        kit_rv_run(k, &code);
        EXPECT_SUCCESS(k);
        EXPECT_EQ(k->service[with_ecall].x[S0], with_ecall);
    }
    kit_free(k);
}
