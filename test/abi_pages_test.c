// SPDX-License-Identifier: MIT
// ABI section 4, pages: which pages a frame gets, what they cost by the number of live ones, the
// limits, and the order of what happens at a frame's start.
#include "test/kit.h"

#define PAGE 4096u
#define FRAME_PAGES 16384u
#define LIVE_PAGES 32768u

// The rule itself, page by page.
static u64 naive_price(u64 live, u64 count)
{
    u64 sum = 0;
    for (u64 i = 0; i < count; i++) {
        sum += 128 + (live + i) / 4;
    }
    return sum;
}

static void put_grow(struct buf *code, u64 pages)
{
    rv_li(code, A0, pages);
    rv_service(code, 0x06);
}

// Gas of a frame at L = 0 whose code only ends, less its 42 cycles: the price of its first pages.
static u64 start_price(struct kit *k, struct rv_layout l, usize input_size)
{
    struct buf code = {0};
    rv_end(&code);
    u8 *input = mem_zalloc(input_size + 1);
    kit_call(k, kit_rv_layout(k, 1, &code, l), (bytes){input, input_size}, KIT_GAS);
    mem_free(input);
    EXPECT_SUCCESS(k);
    return k->r.gas_used - 11;
}

TEST(abi_pages, k_pages_in_a_row_cost_the_sum)
{
    static const u32 counts[] = {1, 2, 3, 4, 5, 7, 8, 63, 1000, 1023, 4001};
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(counts); i++) {
        struct buf code = {0};
        put_grow(&code, counts[i]);
        put_grow(&code, counts[i] + 1);
        rv_end(&code);
        kit_rv_run(k, &code);
        EXPECT_EQ(kit_price(k, 0), 2 + 1000 + naive_price(2, counts[i]));
        EXPECT_EQ(kit_price(k, 1), 2 + 1000 + naive_price(2 + counts[i], counts[i] + 1));
        EXPECT_EQ(k->r.pages, 2 + 2 * counts[i] + 1);
    }
    kit_free(k);
}

TEST(abi_pages, calldata_takes_the_pages_that_length_and_bytes_touch)
{
    static const struct {
        usize size, pages;
    } rows[] = {{0, 1}, {1, 1}, {4088, 1}, {4089, 2}, {8184, 2}, {8185, 3}, {983032, 240}};
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        u64 price = start_price(k, (struct rv_layout){.stack = PAGE}, rows[i].size);
        EXPECT_EQ(price, naive_price(0, rows[i].pages + 1));
        EXPECT_EQ(k->r.pages, rows[i].pages + 1);
    }
    kit_free(k);
}

TEST(abi_pages, a_stack_takes_its_declared_pages_or_four)
{
    static const struct {
        u64 stack, pages;
    } rows[] = {{0, 4}, {1, 1}, {4096, 1}, {4097, 2}, {0x200000, 512}};
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        u64 price = start_price(k, (struct rv_layout){.stack = rows[i].stack}, 0);
        EXPECT_EQ(price, naive_price(0, rows[i].pages + 1));
    }
    kit_free(k);
}

TEST(abi_pages, every_page_that_a_writable_segment_touches_is_taken)
{
    static const struct {
        u64 at, size, pages;
    } rows[] = {{0x80400000, 1, 1},    {0x80400000, 4096, 1}, {0x80400FFF, 2, 2},
                {0x80400800, 4096, 2}, {0x80400000, 4097, 2}, {0x80400000, 0x100000, 256}};
    struct kit *k = kit_new();
    for (usize i = 0; i < COUNT_OF(rows); i++) {
        struct rv_layout l = {.stack = PAGE, .data_at = rows[i].at, .data_size = rows[i].size};
        EXPECT_EQ(start_price(k, l, 0), naive_price(0, rows[i].pages + 2));
    }
    kit_free(k);
}

TEST(abi_pages, executable_and_read_only_pages_are_free)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_end(&code);
    zero_bytes(buf_extend(&code, 20000), 20000);
    struct buf elf = {0};
    test_elf_code(&elf, buf_bytes(&code));
    test_elf_segment(&elf, TEST_R, 0x80400000, (bytes){code.p, 10000}, 10000);
    store_le64(test_elf_header(&elf, TEST_GNU_STACK, 6) + 40, PAGE);
    struct buf image = {0};
    buf_put_u8(&image, 0xFF);
    buf_put(&image, elf.p, elf.n);
    EXPECT(image.n > 24576);
    kit_code(k, kit_at(1), buf_bytes(&image));
    kit_call(k, kit_at(1), BYTES_NONE, KIT_GAS);
    u64 loading = 4 * ((image.n - 24576 + 31) / 32);
    EXPECT_EQ(k->r.gas_used, RV_START_GAS + 11 + loading);
    EXPECT_EQ(k->r.pages, 2);
    buf_fini(&code);
    buf_fini(&elf);
    buf_fini(&image);
    kit_free(k);
}

TEST(abi_pages, live_pages_of_all_frames_make_pages_dearer)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_end(&code);
    address leaf = kit_rv(k, 3, &code);
    rv_call(&code, 0xF1, leaf, 0, rv_range(0, 0)); // one page of calldata, 4 of stack, 95 of data
    rv_end(&code);
    struct rv_layout l = {.data_at = 0x80400000, .data_size = 95 * PAGE};
    address middle = kit_rv_layout(k, 2, &code, l);
    evm_call(&code, OP_CALL, middle, 0, rv_range(0, 0)); // holds none
    address evm = kit_evm(k, 4, &code);
    put_grow(&code, 50);
    rv_call(&code, 0xF1, evm, 0, rv_range(0, 0));
    rv_call(&code, 0xF1, middle, 0, rv_range(0, 0)); // the same price: pages were given back
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->r.pages, 2 + 50 + 100 + 2);
    EXPECT_EQ(k->frame_count, 6);
    EXPECT_EQ(k->frame[3].end.pages, 2); // the leaf in the middle frame in the EVM frame
    u64 leaf_gas = k->frame[3].begin.gas - k->frame[3].end.gas_left;
    EXPECT_EQ(leaf_gas, naive_price(152, 2) + 11);
    EXPECT_EQ(k->frame[5].begin.gas - k->frame[5].end.gas_left, leaf_gas);
    EXPECT_EQ(k->frame[0].end.pages, 52);
    kit_free(k);
}

TEST(abi_pages, pages_of_a_frame_that_halted_are_given_back)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    put_grow(&code, 100);
    rv_service(&code, 0xFE);
    address halting = kit_rv(k, 2, &code);
    rv_call(&code, 0xF1, halting, 0, rv_range(0, 0));
    put_grow(&code, 10);
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->service[3].id, 0x06);
    EXPECT_EQ(kit_price(k, 3), 1002 + naive_price(2, 10));
    kit_free(k);
}

TEST(abi_pages, first_pages_are_paid_before_the_first_block)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_end(&code);
    address a = kit_rv_layout(k, 1, &code, (struct rv_layout){.stack = 10 * PAGE});
    u64 pages = naive_price(0, 11);
    kit_call(k, a, BYTES_NONE, pages - 1);
    EXPECT_HALTED(k, "out_of_gas");
    EXPECT_EQ(k->r.pages, 0);
    kit_call(k, a, BYTES_NONE, pages);
    EXPECT_HALTED(k, "out_of_gas");
    EXPECT_EQ(k->r.pages, 11);
    EXPECT_EQ(k->r.cycles, 0);
    kit_call(k, a, BYTES_NONE, pages + 11);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->r.gas_left, 0);
    kit_free(k);
}

// ---- limits

static struct rv_layout big_layout(u32 data_pages)
{
    return (struct rv_layout){
        .stack = PAGE, .data_at = 0x80400000, .data_size = (u64)data_pages * PAGE};
}

TEST(abi_pages, a_frame_holds_at_most_16384_pages)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    put_grow(&code, 1);
    rv_end(&code);
    struct buf again = {0};
    buf_put(&again, code.p, code.n);
    kit_call(k, kit_rv_layout(k, 1, &code, big_layout(FRAME_PAGES - 2)), BYTES_NONE, KIT_GAS);
    EXPECT_HALTED(k, "out_of_pages"); // full from the start, so it cannot grow
    EXPECT_EQ(k->r.pages, FRAME_PAGES);
    EXPECT_EQ(k->service_count, 1);
    kit_call(k, kit_rv_layout(k, 1, &again, big_layout(FRAME_PAGES - 1)), BYTES_NONE, 0);
    EXPECT_HALTED(k, "out_of_pages"); // a valid image, yet calldata makes one page too many
    EXPECT_EQ(k->r.pages, 0);
    kit_free(k);
}

TEST(abi_pages, growing_stops_at_16384_pages)
{
    static const u64 too_many[] = {FRAME_PAGES - 2 + 1, LIVE_PAGES, 1ull << 32, ~0ull};
    struct kit *k = kit_new();
    struct buf code = {0};
    put_grow(&code, FRAME_PAGES - 2);
    rv_end(&code);
    kit_rv_run(k, &code);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(kit_price(k, 0), 1002 + naive_price(2, FRAME_PAGES - 2));
    for (usize i = 0; i < COUNT_OF(too_many); i++) {
        put_grow(&code, too_many[i]);
        rv_end(&code);
        kit_rv_run(k, &code);
        EXPECT_HALTED(k, "out_of_pages");
    }
    kit_free(k);
}

TEST(abi_pages, live_frames_hold_at_most_32768_pages)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_end(&code);
    address leaf = kit_rv(k, 3, &code);
    rv_call(&code, 0xF1, leaf, 0, rv_range(0, 0));
    rv_service(&code, 0x02);
    rv_end(&code);
    address middle = kit_rv_layout(k, 2, &code, big_layout(FRAME_PAGES - 2));
    u64 plenty = 1000000000;
    for (u32 spare = 0; spare < 4; spare++) {
        rv_call(&code, 0xF1, middle, 0, rv_range(0, 0));
        rv_end(&code);
        address top = kit_rv_layout(k, 1, &code, big_layout(FRAME_PAGES - 2 - spare));
        kit_call(k, top, BYTES_NONE, plenty);
        EXPECT_SUCCESS(k);
        EXPECT_EQ(k->frame[1].end.status, EVM_SUCCESS);
        EXPECT_EQ(k->frame[1].end.pages, FRAME_PAGES);
        EXPECT_STR(halt_name(k->frame[2].end.halt), spare < 2 ? "out_of_pages" : "none");
        EXPECT_EQ(k->r.pages, 2 * FRAME_PAGES - spare + (spare < 2 ? 0 : 2));
    }
    kit_free(k);
}

TEST(abi_pages, growing_stops_at_32768_live_pages)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    put_grow(&code, FRAME_PAGES - 2);
    rv_end(&code);
    address leaf = kit_rv(k, 3, &code);
    rv_call(&code, 0xF1, leaf, 0, rv_range(0, 0));
    rv_end(&code);
    address top = kit_rv_layout(k, 1, &code, big_layout(FRAME_PAGES - 2));
    kit_call(k, top, BYTES_NONE, 1000000000);
    EXPECT_SUCCESS(k);
    EXPECT_EQ(k->frame[1].end.status, EVM_SUCCESS);
    EXPECT_EQ(k->r.pages, LIVE_PAGES);
    kit_free(k);
}

TEST(abi_pages, the_heap_ends_where_the_image_region_ends)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    put_grow(&code, 0);
    put_grow(&code, 2);
    put_grow(&code, 0);
    put_grow(&code, 1);
    rv_end(&code);
    struct rv_layout l = {.stack = PAGE, .data_at = 0xBEC00000 - 3 * PAGE, .data_size = PAGE};
    kit_call(k, kit_rv_layout(k, 1, &code, l), BYTES_NONE, KIT_GAS);
    EXPECT_HALTED(k, "out_of_pages");
    EXPECT_EQ(k->service[0].after[A0], 0xBEC00000 - 2 * PAGE);
    EXPECT_EQ(kit_price(k, 0), 2);
    EXPECT_EQ(k->service[1].after[A0], 0xBEC00000 - 2 * PAGE);
    EXPECT_EQ(k->service[2].after[A0], 0xBEC00000);
    EXPECT_EQ(k->service_count, 4);
    kit_free(k);
}

TEST(abi_pages, growth_that_cannot_be_paid_halts)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    put_grow(&code, 3);
    address a = kit_rv(k, 1, &code);
    u64 start = RV_START_GAS + 11; // with the block of 42 cycles, half a gas is over
    u64 price = 1002 + naive_price(2, 3);
    static const u64 less[] = {1, 300, 390, 1000};
    for (usize i = 0; i < COUNT_OF(less); i++) {
        kit_call(k, a, BYTES_NONE, start + price - less[i]);
        EXPECT_HALTED(k, "out_of_gas");
        EXPECT_EQ(k->r.pages, 2);
    }
    kit_call(k, a, BYTES_NONE, start + price);
    EXPECT_HALTED(k, "bad_access"); // it grew and ran off its code
    EXPECT_EQ(k->r.pages, 5);
    kit_free(k);
}

// ---- order at a frame's start

TEST(abi_pages, limits_come_before_prices)
{
    struct kit *k = kit_new();
    struct buf code = {0};
    rv_end(&code);
    address a = kit_rv_layout(k, 1, &code, big_layout(FRAME_PAGES - 1));
    kit_call(k, a, BYTES_NONE, 0);
    EXPECT_HALTED(k, "out_of_pages");
    u8 *input = mem_zalloc(983033);
    kit_call(k, a, (bytes){input, 983033}, 0);
    EXPECT_HALTED(k, "data_too_long"); // the calldata's length before pages
    kit_call(k, a, (bytes){input, 983032}, 0);
    EXPECT_HALTED(k, "out_of_pages");
    mem_free(input);
    kit_free(k);
}

TEST(abi_pages, a_bad_image_comes_before_the_length_of_calldata)
{
    struct kit *k = kit_new();
    kit_code(k, kit_at(1), (bytes){(const u8 *)"\xFF\x7F", 2});
    u8 *input = mem_zalloc(983033);
    kit_call(k, kit_at(1), (bytes){input, 983033}, 0);
    EXPECT_HALTED(k, "bad_image");
    mem_free(input);
    kit_free(k);
}

TEST(abi_pages, the_price_of_large_code_comes_before_its_validation)
{
    struct kit *k = kit_new();
    u8 *code = mem_zalloc(24576 + 33);
    code[0] = 0xFF; // no image
    kit_code(k, kit_at(1), (bytes){code, 24576 + 33});
    kit_call(k, kit_at(1), BYTES_NONE, 7);
    EXPECT_HALTED(k, "out_of_gas");
    kit_call(k, kit_at(1), BYTES_NONE, 8);
    EXPECT_HALTED(k, "bad_image");
    mem_free(code);
    kit_free(k);
}
