// SPDX-License-Identifier: MIT
// ABI section 5: memory that services read and write: the copying services, ranges that are refused
// and that are not, and the order of the checks within a service.
#include "test/kit.h"

#define M RV_SCRATCH

static const u8 INPUT[50] = {1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17,
                             18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34,
                             35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50};

// ---- copies

struct copy {
    u64 offset, size;
};

static const struct copy COPIES[] = {
    {0, 0},  {0, 1},  {0, 50},    {0, 51},  {7, 31},         {49, 1},         {49, 20},
    {50, 5}, {51, 5}, {~0ull, 7}, {0, 200}, {1ull << 32, 9}, {1ull << 63, 9}, {~0ull - 3, 8}};

// Runs code, which copies to M + 5; memory there was 0xEE, and must now hold `from` with zeros
// behind it.
static void expect_copied(struct kit *k, struct buf *code, bytes from, struct copy c)
{
    rv_end(code);
    k->watch_at = M;
    k->watch_n = 256;
    kit_call(k, kit_rv(k, 1, code), (bytes){INPUT, sizeof INPUT}, KIT_GAS);
    EXPECT_SUCCESS(k);
    const u8 *p = k->service[kit_top_service(k, k->service_count - 2)].watched;
    for (u64 i = 0; i < 256; i++) {
        u64 at = c.offset + i - 5;
        bool inside = i >= 5 && i < 5 + c.size;
        bool has = c.offset < from.n && at < from.n;
        EXPECT_EQ(p[i], inside ? (has ? from.p[at] : 0) : 0xEE);
    }
}

static void put_fill(struct buf *code) // 256 bytes of 0xEE
{
    for (u64 i = 0; i < 256; i += 8) {
        rv_poke(code, M + i, 0xEEEEEEEEEEEEEEEE);
    }
}

static void put_copy(struct buf *code, u32 id, struct copy c)
{
    put_fill(code);
    rv_li(code, A0, M + 5);
    rv_li(code, A1, c.offset);
    rv_li(code, A2, c.size);
    rv_service(code, id);
}

TEST(abi_memory, calldatacopy_pads_with_zeros)
{
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(COPIES); i++) {
        struct buf code = {0};
        put_copy(&code, 0x37, COPIES[i]);
        expect_copied(k, &code, (bytes){INPUT, sizeof INPUT}, COPIES[i]);
        EXPECT_EQ(kit_price(k, 0), 3 + 3 * ((COPIES[i].size + 31) / 32));
    }
    kit_free(k);
}

TEST(abi_memory, codecopy_sees_the_image_with_its_ff)
{
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(COPIES); i++) {
        struct buf code = {0};
        put_copy(&code, 0x39, COPIES[i]);
        struct buf whole = {0};
        buf_put(&whole, code.p, code.n);
        rv_end(&whole);
        struct buf image = {0};
        rv_image(&image, buf_bytes(&whole));
        expect_copied(k, &code, buf_bytes(&image), COPIES[i]);
        buf_fini(&whole);
        buf_fini(&image);
    }
    kit_free(k);
}

TEST(abi_memory, extcodecopy_pads_with_zeros)
{
    struct kit *k = kit_new();
    kit_code(k, kit_at(2), (bytes){INPUT, sizeof INPUT});
    for (usize i = 0; i < COUNT_OF(COPIES); i++) {
        struct buf code = {0};
        put_fill(&code);
        rv_addr3(&code, A0, kit_at(2));
        rv_li(&code, A3, M + 5);
        rv_li(&code, A4, COPIES[i].offset);
        rv_li(&code, A5, COPIES[i].size);
        rv_service(&code, 0x3C);
        expect_copied(k, &code, (bytes){INPUT, sizeof INPUT}, COPIES[i]);
        EXPECT_EQ(kit_price(k, 0), 2600 + 3 * ((COPIES[i].size + 31) / 32));
    }
    kit_free(k);
}

TEST(abi_memory, returndatacopy_halts_beyond_the_end_also_with_no_bytes)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    evm_poke(&code, 0, (bytes){INPUT, sizeof INPUT});
    evm_return(&code, 0, 50);
    address callee = kit_evm(k, 2, &code);
    for (usize i = 0; i < COUNT_OF(COPIES); i++) {
        struct copy c = COPIES[i];
        rv_call(&code, 0xF1, callee, 0, rv_range(0, 0));
        put_copy(&code, 0x3E, c);
        if (c.offset <= 50 && c.size <= 50 - c.offset) {
            expect_copied(k, &code, (bytes){INPUT, sizeof INPUT}, c);
            EXPECT_EQ(kit_price(k, 1), 3 + 3 * ((c.size + 31) / 32));
        } else {
            kit_rv_run(k, &code);
            EXPECT_HALTED(k, "return_data_out_of_bounds");
        }
    }
    rv_call(&code, 0xF1, callee, 0, rv_range(0, 0));
    put_copy(&code, 0x3E, (struct copy){51, 0});
    kit_rv_run(k, &code);
    EXPECT_HALTED(k, "return_data_out_of_bounds");
    kit_free(k);
}

TEST(abi_memory, return_data_is_empty_before_any_call)
{
    struct kit *k = kit_new();
    EXPECT_EQ(kit_probe(k, NULL, 0x3D, ARGUMENTS(7))->after[A0], 0);
    kit_probe(k, NULL, 0x3E, ARGUMENTS(M, 0, 0));
    EXPECT_SUCCESS(k);
    kit_probe(k, NULL, 0x3E, ARGUMENTS(M, 0, 1));
    EXPECT_HALTED(k, "return_data_out_of_bounds");
    kit_free(k);
}

// ---- ranges

struct pointer { // an argument of a service that names memory
    u8 id;
    u8 at, size; // registers, numbers of a0 to a7; size 8: the service's own, `fixed`
    bool writes;
    const char *too_long; // what more than 983,032 bytes are called
    u32 fixed;
    u64 arguments[8]; // with which all is well
};

static const struct pointer POINTERS[] = {
    {0x01, 0, 8, true, NULL, 20, {M}},
    {0x03, 0, 8, false, NULL, 128, {M, 128}},
    {0x04, 0, 1, false, NULL, 0, {M, 40}},
    {0x20, 0, 1, false, NULL, 0, {M, 40}},
    {0x37, 0, 2, true, NULL, 0, {M, 0, 40}},
    {0x39, 0, 2, true, NULL, 0, {M, 0, 40}},
    {0x3C, 3, 5, true, NULL, 0, {0, 0, 0, M, 0, 40}},
    {0x3E, 0, 2, true, "return_data_out_of_bounds", 0, {M, 0, 40}},
    {0xA0, 0, 1, false, NULL, 0, {M, 40, M, 1}},
    {0xA0, 2, 8, false, NULL, 64, {M, 40, M, 2}},
    {0xF0, 1, 2, false, "initcode_too_large", 0, {0, M, 40}},
    {0xF1, 4, 5, false, "data_too_long", 0, {0, 0, 0, 0, M, 40}},
    {0xF3, 0, 1, false, "data_too_long", 0, {M, 40}},
    {0xF4, 4, 5, false, "data_too_long", 0, {0, 0, 0, 0, M, 40}},
    {0xF5, 1, 2, false, "initcode_too_large", 0, {0, M, 40, M}},
    {0xF5, 3, 8, false, NULL, 32, {0, M, 40, M}},
    {0xFA, 4, 5, false, "data_too_long", 0, {0, 0, 0, 0, M, 40}},
    {0xFD, 0, 1, false, "data_too_long", 0, {M, 40}},
};

// Runs the service after a call that left 1,000 bytes of return data, with a good invoke record at
// M.
static void run_pointer(struct kit *k, const struct pointer *p, u64 at, u64 size)
{
    u64 arguments[8];
    copy_bytes(arguments, p->arguments, sizeof arguments);
    arguments[p->at] = at;
    if (p->size < 8) {
        arguments[p->size] = size;
    }
    struct buf setup = {0};
    rv_call(&setup, 0xF1, kit_at(2), 0, rv_range(0, 0));
    rv_poke(&setup, M, 0xF1);
    rv_poke(&setup, M + 4096 - 128, 0xF1);
    kit_probe(k, &setup, p->id, arguments);
}

static struct kit *pointer_world(void)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    evm_return(&code, 0, 1000);
    (void)kit_evm(k, 2, &code);
    return k;
}

static void expect_refused(struct kit *k, const struct pointer *p, u64 at, u64 size)
{
    run_pointer(k, p, at, size);
    if (k->r.halt != HALT_BAD_ARGUMENT) {
        FAIL("service %02x, a%u = %llx, %llu bytes: %s", p->id, p->at, (unsigned long long)at,
             (unsigned long long)size, halt_name(k->r.halt));
    }
    EXPECT_EQ(k->r.gas_left, 0);
}

TEST(abi_memory, ranges_without_access_are_bad_arguments)
{
    static const u64 nowhere[] = {0,          0x7FFFFFFF, 0x800F0000, 0x800FFFFF, 0x80100000, M - 1,
                                  0xBEBFFFFF, 0xBEC00000, 0xC0000000, 0xFFFFFFFF, 0x12345678};
    struct kit *k = pointer_world();
    for (usize i = 0; i < COUNT_OF(POINTERS); i++) {
        for (usize j = 0; j < COUNT_OF(nowhere); j++) {
            expect_refused(k, &POINTERS[i], nowhere[j], 1);
            expect_refused(k, &POINTERS[i], nowhere[j], 40);
        }
    }
    kit_free(k);
}

TEST(abi_memory, only_writable_memory_is_written)
{
    static const u64 read_only[] = {0x80000000, 0x80000008, 0x800EFFFF - 200, RV_TEXT, RV_TEXT + 8};
    struct kit *k = pointer_world();
    for (usize i = 0; i < COUNT_OF(POINTERS); i++) {
        for (usize j = 0; j < COUNT_OF(read_only); j++) {
            if (POINTERS[i].writes) {
                expect_refused(k, &POINTERS[i], read_only[j], 1);
            } else if (POINTERS[i].id != 0x03) {
                run_pointer(k, &POINTERS[i], read_only[j], 40);
                EXPECT(k->r.halt != HALT_BAD_ARGUMENT);
            }
        }
    }
    kit_free(k);
}

TEST(abi_memory, a_range_must_be_accessible_in_all_its_bytes)
{
    struct kit *k = pointer_world();
    for (usize i = 0; i < COUNT_OF(POINTERS); i++) {
        const struct pointer *p = &POINTERS[i];
        u64 n = p->size < 8 ? 40 : p->fixed;
        expect_refused(k, p, M - n + 1, n); // its end inside
        run_pointer(k, p, M + 4096 - n, n); // up to the end
        EXPECT(k->r.halt != HALT_BAD_ARGUMENT);
        if (p->writes) {
            expect_refused(k, p, M + 4096 - n + 1, n); // code follows, which cannot be written
        }
        if (!p->writes && n < 128) { // the calldata window's end
            expect_refused(k, p, 0x800F0000 - n + 1, n);
            run_pointer(k, p, 0x800F0000 - n, n);
            EXPECT(k->r.halt != HALT_BAD_ARGUMENT);
        }
    }
    kit_free(k);
}

TEST(abi_memory, the_upper_half_of_a_pointer_is_ignored)
{
    static const u64 upper[] = {1ull << 32, 0xFFFFFFFF00000000, 0x8000000000000000};
    struct kit *k = pointer_world();
    for (usize i = 0; i < COUNT_OF(POINTERS); i++) {
        for (usize j = 0; j < COUNT_OF(upper); j++) {
            run_pointer(k, &POINTERS[i], upper[j] | M, 40);
            EXPECT(k->r.halt != HALT_BAD_ARGUMENT);
        }
    }
    kit_free(k);
}

TEST(abi_memory, all_64_bits_of_a_length_count)
{
    static const u64 lengths[] = {1ull << 32, (1ull << 32) + 40, 0x7FD01000, 0x7FD01001, 1ull << 63,
                                  ~0ull,      ~0ull - M};
    struct kit *k = pointer_world();
    for (usize i = 0; i < COUNT_OF(POINTERS); i++) {
        const struct pointer *p = &POINTERS[i];
        for (usize j = 0; p->size < 8 && j < COUNT_OF(lengths); j++) {
            if (p->too_long == NULL) {
                expect_refused(k, p, M, lengths[j]);
                continue;
            }
            run_pointer(k, p, M, lengths[j]);
            EXPECT_STR(halt_name(k->r.halt), p->too_long);
        }
    }
    kit_free(k);
}

TEST(abi_memory, a_range_of_no_bytes_is_never_touched)
{
    static const u64 anywhere[] = {0, 0x800F0000, 0xFFFFFFFF, ~0ull, 0xBEC00000};
    struct kit *k = pointer_world();
    for (usize i = 0; i < COUNT_OF(POINTERS); i++) {
        for (usize j = 0; POINTERS[i].size < 8 && j < COUNT_OF(anywhere); j++) {
            run_pointer(k, &POINTERS[i], anywhere[j], 0);
            if (k->r.status == EVM_HALT) {
                FAIL("service %02x: %s", POINTERS[i].id, halt_name(k->r.halt));
            }
        }
    }
    kit_probe(k, NULL, 0xA0, ARGUMENTS(M, 0, 0, 0)); // no topics
    EXPECT_SUCCESS(k);
    kit_free(k);
}

// ---- order

enum { IN_STATIC = 1, NO_GAS = 2 };

struct order_row {
    u8 id;
    u8 where;
    enum fork fork;
    const char *halt;
    u64 arguments[8];
};

#define LATE FORK_LATEST
static const struct order_row ORDER[] = {
    // (1) id and fork before all else
    {0x5D, IN_STATIC | NO_GAS, FORK_SHANGHAI, "unknown_service", {0}},
    {0xF5, IN_STATIC | NO_GAS, FORK_BYZANTIUM, "unknown_service", {1, 0, ~0ull, 0}},
    {0x3E, NO_GAS, FORK_SPURIOUS, "unknown_service", {0, 1, 1}},
    // (2) values of registers before memory
    {0xF1, IN_STATIC | NO_GAS, LATE, "data_too_long", {0, 0, 0, 1, 0, 983033}},
    {0xF4, NO_GAS, LATE, "data_too_long", {0, 0, 0, 0, 0, 983033}},
    {0xFA, NO_GAS, LATE, "data_too_long", {0, 0, 0, 0, 0, 983033}},
    {0xF3, NO_GAS, LATE, "data_too_long", {0, 983033}},
    {0xFD, NO_GAS, LATE, "data_too_long", {0, 983033}},
    {0x3E, NO_GAS, LATE, "return_data_out_of_bounds", {0, 0, 1}},
    {0x06, NO_GAS, LATE, "out_of_pages", {1 << 20}},
    {0xF0, IN_STATIC | NO_GAS, LATE, "initcode_too_large", {0, 0, 524289}},
    {0xF5, IN_STATIC | NO_GAS, LATE, "initcode_too_large", {0, 0, ~0ull, 0}},
    {0xA0, IN_STATIC | NO_GAS, LATE, "bad_argument", {M, 0, M, 5}},
    // (3) memory before the static rule
    {0xA0, IN_STATIC | NO_GAS, LATE, "bad_argument", {0, 1, M, 0}},
    {0xA0, IN_STATIC | NO_GAS, LATE, "bad_argument", {M, 1, 0, 1}},
    {0xF0, IN_STATIC | NO_GAS, LATE, "bad_argument", {0, 0, 1}},
    {0xF5, IN_STATIC | NO_GAS, LATE, "bad_argument", {0, M, 1, 0}},
    {0xF1, IN_STATIC | NO_GAS, LATE, "bad_argument", {0, 0, 0, 1, 0, 1}},
    // (4) the static rule before gas
    {0x55, IN_STATIC | NO_GAS, LATE, "static_violation", {0}},
    {0x5D, IN_STATIC | NO_GAS, LATE, "static_violation", {0}},
    {0xA0, IN_STATIC | NO_GAS, LATE, "static_violation", {M, 0, M, 0}},
    {0xF0, IN_STATIC | NO_GAS, LATE, "static_violation", {0, M, 32}},
    {0xF5, IN_STATIC | NO_GAS, LATE, "static_violation", {0, M, 32, M}},
    {0xF1, IN_STATIC | NO_GAS, LATE, "static_violation", {0, 0, 0, 1, M, 32}},
    {0xFF, IN_STATIC | NO_GAS, LATE, "static_violation", {0}},
    // (3) memory before gas
    {0x01, NO_GAS, LATE, "bad_argument", {0}},
    {0x04, NO_GAS, LATE, "bad_argument", {0, 1}},
    {0x20, NO_GAS, LATE, "bad_argument", {0, 1}},
    {0x37, NO_GAS, LATE, "bad_argument", {0, 0, 1}},
    {0x3C, NO_GAS, LATE, "bad_argument", {0, 0, 0, 0, 0, 1}},
    // and gas at last
    {0x37, NO_GAS, LATE, "out_of_gas", {M, 0, 4096}},
    {0x20, NO_GAS, LATE, "out_of_gas", {M, 4096}},
    {0xF1, NO_GAS, LATE, "out_of_gas", {0, 0, 0, 0, M, 4096}},
    {0xF3, NO_GAS, LATE, "out_of_gas", {M, 4096}},
};

// The least gas with which the top frame at `top` comes to its probe: there it then has none to
// speak of.
static u64 least_gas(struct kit *k, address top)
{
    u64 too_little = 0;
    u64 enough = KIT_GAS;
    while (enough - too_little > 1) {
        u64 middle = (too_little + enough) / 2;
        kit_call(k, top, BYTES_NONE, middle);
        *(kit_probed(k) != NULL ? &enough : &too_little) = middle;
    }
    return enough;
}

TEST(abi_memory, checks_come_in_their_order)
{
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(ORDER); i++) {
        const struct order_row *row = &ORDER[i];
        bool is_static = (row->where & IN_STATIC) != 0;
        k->fork = row->fork;
        struct buf code = {0};
        kit_put_probe(&code, row->id, row->arguments);
        rv_end(&code);
        address top = kit_rv(k, 2, &code);
        if (is_static) {
            rv_call(&code, 0xFA, top, 0, rv_range(0, 0));
            rv_end(&code);
            top = kit_rv(k, 1, &code);
        }
        bool no_gas = (row->where & NO_GAS) != 0;
        kit_call(k, top, BYTES_NONE, no_gas ? least_gas(k, top) : KIT_GAS);
        EXPECT(kit_probed(k) != NULL && (!no_gas || kit_probed(k)->cycles < 8));
        const struct inspect_end *end = &k->frame[is_static].end;
        if (end->status != EVM_HALT || halt_name(end->halt)[0] != row->halt[0]) {
            FAIL("row %zu, service %02x: %s, not %s", i, row->id, halt_name(end->halt), row->halt);
        }
        EXPECT_STR(halt_name(end->halt), row->halt);
    }
    kit_free(k);
}
