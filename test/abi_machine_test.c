// SPDX-License-Identifier: MIT
// ABI section 2: the machine that a contract sees: its memory region by region, registers at the
// start, addresses modulo 2^32, CSRs, reservations, and each way to halt with its reason.
#include "test/kit.h"

#include <sys/resource.h>

#define M RV_SCRATCH
#define DATA_AT 0x80400000u

enum access { READ = 1, WRITE = 2, FETCH = 4 };

// The halt of a contract that makes one access of `size` bytes at `at`; it has a page of data at
// DATA_AT, and two of heap behind it.
static const char *halt_of(struct kit *k, enum access kind, u64 at, u32 size)
{
    static const u32 loads[9] = {0, RV_LBU, 0x5003, 0, 0x6003, 0, 0, 0, RV_LD};
    static const u32 stores[9] = {0, RV_SB, 0x1023, 0, RV_SW, 0, 0, 0, RV_SD};
    struct buf code = {0};
    rv_li(&code, A0, 2);
    rv_service(&code, 0x06);
    rv_li(&code, T1, at);
    if (kind == READ) {
        rv_i(&code, loads[size], T2, T1, 0);
    } else if (kind == WRITE) {
        rv_s(&code, stores[size], ZERO, T1, 0);
    } else {
        rv_i(&code, RV_JALR, RA, T1, 0);
    }
    rv_end(&code);
    struct rv_layout l = {.stack = 4096, .data_at = DATA_AT, .data_size = 4096};
    kit_call(k, kit_rv_layout(k, 1, &code, l), BYTES_NONE, KIT_GAS);
    return halt_name(k->r.halt);
}

struct region {
    u32 lo, hi;
    u32 access;
};

static const struct region REGIONS[] = {
    {0x00000000, 0x80000000, 0},
    {0x80000000, 0x800F0000, READ},                     // calldata window
    {0x800F0000, 0x80100000, 0},                        // guard
    {0x80100000, M, 0},                                 // below the declared stack
    {M, 0x80300000, READ | WRITE},                      // stack
    {0x80300000, 0x80301000, READ},                     // code
    {0x80301000, DATA_AT, 0},                           // a page that no segment touches
    {DATA_AT, DATA_AT + 0x1000, READ | WRITE},          // data
    {DATA_AT + 0x1000, DATA_AT + 0x3000, READ | WRITE}, // heap
    {DATA_AT + 0x3000, 0xBEC00000, 0},
    {0xBEC00000, 0xFFFFFFFF, 0}, // no services window here
};

TEST(abi_machine, each_region_has_its_access)
{
    static const u32 sizes[] = {1, 2, 4, 8};
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(REGIONS); i++) {
        const struct region *r = &REGIONS[i];
        for (usize j = 0; j < COUNT_OF(sizes); j++) {
            u32 places[] = {r->lo, r->hi - sizes[j], r->lo + (r->hi - r->lo) / 2};
            for (usize p = 0; p < COUNT_OF(places); p++) {
                EXPECT_STR(halt_of(k, READ, places[p], sizes[j]),
                           (r->access & READ) != 0 ? "none" : "bad_access");
                EXPECT_STR(halt_of(k, WRITE, places[p], sizes[j]),
                           (r->access & WRITE) != 0 ? "none" : "bad_access");
            }
        }
    }
    kit_free(k);
}

TEST(abi_machine, an_access_is_allowed_in_all_its_bytes_or_does_nothing)
{
    struct kit *k = kit_new();
    for (usize i = 0; i + 1 < COUNT_OF(REGIONS); i++) {
        u32 both = REGIONS[i].access & REGIONS[i + 1].access;
        for (u32 before = 1; before < 8; before++) { // across the border
            u32 at = REGIONS[i].hi - before;
            EXPECT_STR(halt_of(k, READ, at, 8), (both & READ) != 0 ? "none" : "bad_access");
            EXPECT_STR(halt_of(k, WRITE, at, 8), (both & WRITE) != 0 ? "none" : "bad_access");
        }
    }
    EXPECT_STR(halt_of(k, READ, 0xFFFFFFFC, 8), "bad_access"); // around the end
    kit_free(k);
}

TEST(abi_machine, only_executable_bytes_are_fetched)
{
    static const u32 places[] = {0,       0x80000000,       0x80000008, M,
                                 DATA_AT, DATA_AT + 0x1000, 0xBEC00000};
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(places); i++) {
        EXPECT_STR(halt_of(k, FETCH, places[i], 0), "bad_access");
    }
    EXPECT_STR(halt_of(k, FETCH, RV_TEXT + 0x800, 0), "bad_access"); // its page, not its bytes
    kit_free(k);
}

TEST(abi_machine, addresses_are_taken_modulo_2_to_32)
{
    static const u64 upper[] = {1ull << 32, 0xFFFFFFFF00000000, 0x123456789ull << 32};
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(upper); i++) {
        EXPECT_STR(halt_of(k, READ, upper[i] | M, 8), "none");
        EXPECT_STR(halt_of(k, WRITE, upper[i] | DATA_AT, 8), "none");
        EXPECT_STR(halt_of(k, READ, upper[i], 8), "bad_access");
    }
    struct buf code = {0};
    rv_put(&code, 0x17 | T1 << 7); // auipc
    rv_li(&code, T2, 0xFFFFFFFF00000000);
    rv_r(&code, RV_OR, T1, T1, T2);
    rv_i(&code, RV_JALR, RA, T1, (i32)code.n + 4);
    rv_li(&code, T1, 0);
    rv_lui(&code, T1, 0x80400); // sign-extended
    rv_s(&code, RV_SD, RA, T1, 0);
    rv_put(&code, RV_AMOADD_D | T2 << 7 | T1 << 15 | RA << 20);
    rv_end(&code);
    struct rv_layout l = {.stack = 4096, .data_at = DATA_AT, .data_size = 4096};
    kit_call(k, kit_rv_layout(k, 1, &code, l), BYTES_NONE, KIT_GAS);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->service[0].x[RA] >> 32, 0); // pc is zero-extended
    EXPECT_EQ(k->service[0].x[T1], 0xFFFFFFFF80400000);
    EXPECT_EQ(k->service[0].x[T2], k->service[0].x[RA]);
    kit_free(k);
}

TEST(abi_machine, a_frame_starts_with_pc_sp_and_a0)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_put(&code, RV_ECALL); // t0 is 0: unknown, but seen
    kit_rv_run(k, &code);
    EXPECT_HALTED(k, "unknown_service");
    for (u32 i = 0; i < 32; i++) {
        EXPECT_EQ(k->service[0].x[i], i == SP ? 0x80300000 : i == A0 ? 0x80000000 : 0);
    }
    kit_free(k);
}

TEST(abi_machine, memory_that_nothing_fills_reads_as_zero_in_every_frame)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    static const u32 places[] = {M,         M + 4088, DATA_AT, DATA_AT + 4088, DATA_AT + 0x1000,
                                 0x800EFFF8};
    rv_li(&code, A0, 1);
    rv_service(&code, 0x06);
    for (usize i = 0; i < COUNT_OF(places); i++) {
        rv_li(&code, T1, places[i]);
        rv_i(&code, RV_LD, T2, T1, 0);
        rv_r(&code, RV_OR, S0, S0, T2);
        rv_i(&code, RV_ADDI, T2, ZERO, -1);
        if (places[i] < 0x80000000 || places[i] > 0x80100000) {
            rv_s(&code, RV_SD, T2, T1, 0); // dirt for the next frame in this slot
        }
    }
    rv_end(&code);
    struct rv_layout l = {.stack = 4096, .data_at = DATA_AT, .data_size = 4096};
    address a = kit_rv_layout(k, 1, &code, l);
    static const u8 ones[4000] = {[0 ... 3999] = 0xFF};
    for (u32 i = 0; i < 4; i++) {
        kit_call(k, a, (bytes){ones, i % 2 ? 0 : sizeof ones}, KIT_GAS);
        EXPECT_SUCCESS(k);
        EXPECT_EQ(k->service[1].x[S0], 0);
    }
    kit_free(k);
}

TEST(abi_machine, data_are_fresh_in_every_frame)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_li(&code, T1, DATA_AT);
    rv_i(&code, RV_LD, S0, T1, 0);
    rv_s(&code, RV_SD, SP, T1, 0);
    rv_end(&code);
    static const u8 seed[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    struct rv_layout l = {.stack = 4096, .data_at = DATA_AT, .data = {seed, 8}, .data_size = 100};
    address a = kit_rv_layout(k, 1, &code, l);
    for (u32 i = 0; i < 3; i++) {
        kit_call(k, a, BYTES_NONE, KIT_GAS);
        EXPECT_EQ(k->service[0].x[S0], 0x0807060504030201);
    }
    kit_free(k);
}

TEST(abi_machine, the_calldata_window_holds_length_bytes_and_zeros)
{
    static const usize sizes[] = {0, 1, 7, 8, 4088, 4089, 983032};
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_i(&code, RV_LD, S0, A0, 0); // length
    rv_r(&code, RV_ADD, T1, A0, S0);
    rv_i(&code, RV_LBU, S1, T1, 7); // last byte, or the length's
    rv_li(&code, T2, 983032);
    usize full = rv_branch(&code, RV_BEQ, S0, T2);
    rv_i(&code, RV_LBU, S2, T1, 8); // the byte behind
    rv_bind(&code, full);
    rv_li(&code, T1, 0x800EFFFF);
    rv_i(&code, RV_LBU, S3, T1, 0); // the window's last
    rv_end(&code);
    address a = kit_rv(k, 1, &code);
    u8 *input = mem_alloc(983032);
    for (u32 i = 0; i < 983032; i++) {
        input[i] = 0xA7;
    }
    for (usize i = 0; i < COUNT_OF(sizes); i++) {
        kit_call(k, a, (bytes){input, sizes[i]}, KIT_GAS);
        EXPECT_SUCCESS(k);
        const u64 *x = k->service[0].x;
        EXPECT_EQ(x[S0], sizes[i]);
        EXPECT_EQ(x[S1], sizes[i] > 0 ? 0xA7 : 0);
        EXPECT_EQ(x[S2], 0);
        EXPECT_EQ(x[S3], sizes[i] == 983032 ? 0xA7 : 0);
    }
    mem_free(input);
    kit_free(k);
}

TEST(abi_machine, grow_adds_zeroed_pages_at_the_heaps_end)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    for (u32 i = 0; i < 3; i++) {
        rv_li(&code, A0, i == 1 ? 0 : 2);
        rv_service(&code, 0x06);
    }
    rv_end(&code);
    struct rv_layout l = {.stack = 4096, .data_at = DATA_AT, .data_size = 4097};
    kit_call(k, kit_rv_layout(k, 1, &code, l), BYTES_NONE, KIT_GAS);
    EXPECT_EQ(k->service[0].after[A0], DATA_AT + 0x2000); // the first page boundary after it
    EXPECT_EQ(k->service[1].after[A0], DATA_AT + 0x4000);
    EXPECT_EQ(k->service[2].after[A0], DATA_AT + 0x4000);
    kit_free(k);
}

// ---- halts, each with its reason

TEST(abi_machine, each_exceptional_halt_has_its_reason)
{
    static const struct {
        u32 words[2];
        const char *halt;
    } rows[] = {
        {{RV_EBREAK, 0}, "breakpoint"},
        {{RV_MRET, 0}, "illegal_instruction"},
        {{RV_WFI, 0}, "illegal_instruction"},
        {{RV_ILLEGAL, 0}, "illegal_instruction"},
        {{0x10200073, 0}, "illegal_instruction"}, // sret
        {{0x12000073, 0}, "illegal_instruction"}, // sfence.vma
        {{RV_AMOADD_D | T1 << 15, 0}, "bad_access"},
        {{0x00100313, RV_AMOADD_W | T1 << 15}, "misaligned_atomic"}, // t1 = 1
        {{0x00100313, RV_LR_D | T1 << 15}, "misaligned_atomic"}, // also where there is no access
        {{0x00400313, RV_SC_D | T1 << 15}, "misaligned_atomic"},
        {{RV_SC_D | A0 << 15, 0}, "bad_access"}, // calldata; also when it would fail
        {{RV_AMOADD_W | A0 << 15, 0}, "bad_access"},
        {{RV_SD | A0 << 15, 0}, "bad_access"},
        {{RV_LD, 0}, "bad_access"},
        {{RV_JALR, 0}, "bad_access"},
        {{0xC0001073, 0}, "illegal_instruction"}, // csrw cycle
        {{0xF1401073, 0}, "illegal_instruction"}, // csrw mhartid
        {{0xC0006073, 0}, "none"},                // csrrsi cycle, 0 reads
        {{0x18002073, 0}, "illegal_instruction"}, // satp
        {{0x3A002073, 0}, "illegal_instruction"}, // pmpcfg0
        {{0x34302073, 0}, "none"},                // mtval
    };
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        struct buf code = {0};
        rv_put(&code, rows[i].words[0]);
        if (rows[i].words[1] != 0) {
            rv_put(&code, rows[i].words[1]);
        }
        rv_end(&code);
        kit_rv_run(k, &code);
        EXPECT_STR(halt_name(k->r.halt), rows[i].halt);
        EXPECT(k->r.halt == HALT_NONE || k->r.gas_left == 0);
    }
    kit_free(k);
}

TEST(abi_machine, an_instruction_cut_by_the_end_is_undecodable)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_put(&code, RV_NOP);
    rv_put16(&code, 0x0013); // the first half of a nop
    kit_rv_run(k, &code);
    EXPECT_HALTED(k, "illegal_instruction");
    EXPECT_EQ(k->r.cycles, 2);
    kit_free(k);
}

// ---- CSRs

TEST(abi_machine, csrs_read_as_the_abi_says)
{
    static const struct {
        u32 csr;
        u64 value;
    } rows[] = {
        {0xF11, 0}, {0xF12, 0}, {0xF13, 0}, {0xF14, 0}, {0xF15, 0}, {0x301, 0x800000000000112D},
        {0x300, 0}, {0x304, 0}, {0x344, 0}, {0x305, 0}, {0x341, 0}, {0x342, 0},
        {0x343, 0}, {0x340, 0}, {0xB00, 0}, {0xB02, 0}, {0xC00, 0}, {0xC01, 0},
        {0xC02, 0}, {0x001, 0}, {0x002, 0}, {0x003, 0}};
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        struct buf code = {0};
        rv_nops(&code, 10);
        rv_put(&code, RV_CSRRS | S0 << 7 | rows[i].csr << 20);
        rv_end(&code);
        kit_rv_run(k, &code);
        EXPECT_SUCCESS(k);
        EXPECT_EQ(k->service[0].x[S0], rows[i].value);
    }
    kit_free(k);
}

TEST(abi_machine, plain_csrs_keep_64_bits_and_counters_ignore_writes)
{
    static const u32 plain[] = {0x300, 0x304, 0x344, 0x305, 0x341, 0x342, 0x343, 0x340};
    static const u32 ignoring[] = {0xB00, 0xB02, 0x301};
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(plain) + COUNT_OF(ignoring); i++) {
        bool keeps = i < COUNT_OF(plain);
        u32 csr = keeps ? plain[i] : ignoring[i - COUNT_OF(plain)];
        struct buf code = {0};
        rv_li(&code, T1, 0x8123456789ABCDEF);
        rv_put(&code, RV_CSRRW | T1 << 15 | csr << 20);
        rv_put(&code, RV_CSRRS | S0 << 7 | csr << 20);
        rv_end(&code);
        kit_rv_run(k, &code);
        EXPECT_SUCCESS(k);
        u64 ignored = csr == 0x301 ? 0x800000000000112D : 0;
        EXPECT_EQ(k->service[0].x[S0], keeps ? 0x8123456789ABCDEF : ignored);
    }
    kit_free(k);
}

// ---- reservations

static u64 sc_result(struct kit *k, u32 lr, u32 between, u32 sc)
{
    struct buf code = {0};
    rv_li(&code, T1, M);
    rv_li(&code, T4, M + 8);
    rv_put(&code, lr | T2 << 7 | T1 << 15);
    if (between != 0) {
        rv_put(&code, between);
    }
    rv_put(&code, sc | S0 << 7);
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_SUCCESS(k);
    return k->service[0].x[S0];
}

TEST(abi_machine, sc_succeeds_exactly_after_lr_of_the_same_address_and_width)
{
    struct kit *k = kit_new();
    EXPECT_EQ(sc_result(k, RV_LR_D, 0, RV_SC_D | T1 << 15), 0);
    EXPECT_EQ(sc_result(k, RV_LR_W, 0, RV_SC_W | T1 << 15), 0);
    EXPECT_EQ(sc_result(k, RV_LR_W, 0, RV_SC_D | T1 << 15), 1);
    EXPECT_EQ(sc_result(k, RV_LR_D, 0, RV_SC_W | T1 << 15), 1);
    EXPECT_EQ(sc_result(k, RV_LR_D, 0, RV_SC_D | T4 << 15), 1);
    u32 store = RV_SD | T1 << 15; // stores do not clear it
    EXPECT_EQ(sc_result(k, RV_LR_D, store, RV_SC_D | T1 << 15), 0);
    u32 amo = RV_AMOADD_D | T1 << 15;
    EXPECT_EQ(sc_result(k, RV_LR_D, amo, RV_SC_D | T1 << 15), 0);
    u32 sc = RV_SC_D | T4 << 15; // every SC does
    EXPECT_EQ(sc_result(k, RV_LR_D, sc, RV_SC_D | T1 << 15), 1);
    u32 other = RV_LR_D | T4 << 15; // the last LR counts
    EXPECT_EQ(sc_result(k, RV_LR_D, other, RV_SC_D | T1 << 15), 1);
    EXPECT_EQ(sc_result(k, RV_NOP, 0, RV_SC_D | T1 << 15), 1);
    kit_free(k);
}

// ---- pages and segments

struct segment {
    u32 flags, at, size;
};

// Runs code in an image with these segments besides its own page.
static void run_segments(struct kit *k, struct buf *code, const struct segment *s, u32 count)
{
    struct buf elf = {0};
    struct buf image = {0};
    static const u8 file[4096] = {0x13, 0, 0, 0}; // a nop
    test_elf_code(&elf, buf_bytes(code));
    for (u32 i = 0; i < count; i++) {
        usize in_file = (s[i].flags & TEST_W) != 0 ? 0 : s[i].size;
        test_elf_segment(&elf, s[i].flags, s[i].at, (bytes){file, in_file}, s[i].size);
    }
    buf_put_u8(&image, 0xFF);
    buf_put(&image, elf.p, elf.n);
    kit_code(k, kit_at(1), buf_bytes(&image));
    kit_call(k, kit_at(1), BYTES_NONE, KIT_GAS);
    buf_fini(&elf);
    buf_fini(&image);
    buf_fini(code);
}

TEST(abi_machine, a_page_has_the_access_of_all_segments_that_touch_it)
{
    static const struct segment segments[] = {
        {TEST_R, 0x80410000, 16}, // and a writable one in the same page
        {TEST_W, 0x80410100, 16}, //
        {0, 0x80420000, 16},      // no access
        {TEST_X, 0x80430000, 16}, // X alone
        {TEST_W, 0x80440000, 16}, // W alone
        {0, 0x80450000, 16},      // none, with a readable one in the same page
        {TEST_R, 0x80450800, 16},
    };
    static const struct {
        u32 at;
        const char *reads, *writes;
    } rows[] = {{0x80410000, "none", "none"},
                {0x80410FF8, "none", "none"},
                {0x80420000, "bad_access", "bad_access"},
                {0x80430000, "none", "bad_access"},
                {0x80430FF8, "none", "bad_access"},
                {0x80440FF8, "none", "none"},
                {0x80450000, "none", "bad_access"}};
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        for (u32 writes = 0; writes < 2; writes++) {
            struct buf code = {0};
            rv_li(&code, T1, rows[i].at);
            if (writes) {
                rv_s(&code, RV_SD, ZERO, T1, 0);
            } else {
                rv_i(&code, RV_LD, T2, T1, 0);
            }
            rv_end(&code);
            run_segments(k, &code, segments, COUNT_OF(segments));
            EXPECT_STR(halt_name(k->r.halt), writes ? rows[i].writes : rows[i].reads);
        }
    }
    kit_free(k);
}

TEST(abi_machine, touching_executable_segments_are_one_run)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_end(&code);
    static const struct segment gap[] = {{TEST_X, 0x80310000, 4}, {TEST_X, 0x80310008, 4}};
    static const struct segment touching[] = {{TEST_X, 0x80310000, 4}, {TEST_X, 0x80310004, 4}};
    u64 with_gap = 0;
    for (u32 joined = 0; joined < 2; joined++) {
        struct buf jump = {0};
        rv_li(&jump, T1, 0x80310000);
        rv_i(&jump, RV_JALR, ZERO, T1, 0);
        run_segments(k, &jump, joined ? touching : gap, 2);
        EXPECT_HALTED(k, "bad_access"); // behind the last
        with_gap = joined ? with_gap : k->r.cycles;
        EXPECT_EQ(k->r.cycles, with_gap + joined);
    }
    buf_fini(&code);
    kit_free(k);
}

TEST(abi_machine, many_frames_share_what_they_cannot_write)
{
    struct kit *k = kit_new();
    k->unrecorded = true;
    struct buf code = {0};
    rv_call(&code, 0xF1, kit_at(1), 0, rv_range(0, 0));
    rv_end(&code);
    struct buf elf = {0};
    struct buf image = {0};
    test_elf_code(&elf, buf_bytes(&code));
    u64 at = elf.n;
    zero_bytes(buf_extend(&elf, 250000), 250000);
    for (u64 i = 0; i < 14; i++) { // 3.5 MB in 260 kB of code
        u8 *h = test_elf_header(&elf, TEST_LOAD, TEST_R);
        store_le64(h + 8, at);
        store_le64(h + 16, 0x81000000 + i * 0x100000);
        store_le64(h + 32, 250000);
        store_le64(h + 40, 250000);
    }
    buf_put_u8(&image, 0xFF);
    buf_put(&image, elf.p, elf.n);
    kit_code(k, kit_at(1), buf_bytes(&image));
    kit_call(k, kit_at(1), BYTES_NONE, 1ull << 45); // 1,025 frames
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->r.pages, 1025 * 5);
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    EXPECT(use.ru_maxrss < 1000000); // kB; 3.6 GB if each frame had its own
    buf_fini(&code);
    buf_fini(&elf);
    buf_fini(&image);
    kit_free(k);
}
