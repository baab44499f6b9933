// SPDX-License-Identifier: MIT
// Tracers fed by hand: what they write for given events, without a VM. (test/cli.sh and the
// comparisons of both forms cover them on real executions.)
#include <string.h>

#include "core/state/state.h"
#include "core/trace/calltree.h"
#include "core/trace/eip3155.h"
#include "core/trace/put.h"
#include "core/trace/reason.h"
#include "core/trace/tee.h"
#include "engine/evm/opcode.h"
#include "lib/num/u256.h"
#include "test/test.h"

static void expect_text(struct buf *b, const char *wanted)
{
    buf_put_u8(b, 0);
    EXPECT_STR((const char *)b->p, wanted);
    buf_fini(b);
}

static bytes text_bytes(const char *text)
{
    return (bytes){(const u8 *)text, __builtin_strlen(text)};
}

TEST(put, numbers_are_written_for_people_and_for_json)
{
    struct buf b = {0};
    put_number(&b, 0);
    buf_put_u8(&b, ' ');
    put_number(&b, 999);
    buf_put_u8(&b, ' ');
    put_number(&b, 1000);
    buf_put_u8(&b, ' ');
    put_number(&b, ~(u64)0);
    buf_put_u8(&b, ' ');
    put_json_number(&b, 1ull << 53);
    buf_put_u8(&b, ' ');
    put_json_number(&b, (1ull << 53) + 1);
    buf_put_u8(&b, ' ');
    put_json_u256(&b, (u256){{0, 1, 0, 0}});
    buf_put_u8(&b, ' ');
    put_quantity_u64(&b, 0);
    expect_text(&b, "0 999 1,000 18,446,744,073,709,551,615 9007199254740992 "
                    "\"0x20000000000001\" \"0x10000000000000000\" 0x0");
}

TEST(put, quantities_have_no_leading_zeros)
{
    u64 seed = test_seed();
    for (u32 i = 0; i < 2000; i++) {
        u256 v = {{test_random(&seed), test_random(&seed), test_random(&seed), test_random(&seed)}};
        v = u256_shr(u256_from_u64(i % 257), v);
        struct buf a = {0};
        struct buf b = {0};
        put_quantity(&a, v);
        hex_put_quantity(&b, v);
        EXPECT_EQ(a.n, b.n);
        EXPECT_BYTES(a.p, b.p, b.n);
        buf_fini(&a);
        buf_fini(&b);
    }
}

TEST(put, times_have_three_digits)
{
    struct buf b = {0};
    const u64 times[] = {0, 950, 1234, 12345, 123456, 1234567, 61000000000};
    for (usize i = 0; i < COUNT_OF(times); i++) {
        put_time(&b, times[i]);
        buf_put_u8(&b, ';');
    }
    expect_text(&b, "0 ns;950 ns;1.23 us;12.3 us;123 us;1.23 ms;61.0 s;");
}

TEST(put, any_bytes_become_valid_text)
{
    static const u8 raw[] = {'a',  '"',  '\\', '\n', 0x7f, 0xc3, 0xa9,
                             0xff, 0xc3, 0xed, 0xa0, 0x80, 0};
    struct buf b = {0};
    put_json_text(&b, (bytes){raw, sizeof raw});
    expect_text(&b, "a\\\"\\\\\\u000a\\u007f\xc3\xa9\\u00ff\\u00c3\\u00ed\\u00a0\\u0080\\u0000");
    struct buf c = {0};
    put_plain_text(&c, (bytes){raw, sizeof raw});
    expect_text(&c, "a\"\\\\x0a\\x7f\xc3\xa9\\xff\\xc3\\xed\\xa0\\x80\\x00");
}

static void put_words(struct buf *b, u32 selector, const u64 *words, usize count)
{
    u8 head[4] = {(u8)(selector >> 24), (u8)(selector >> 16), (u8)(selector >> 8), (u8)selector};
    buf_put(b, head, 4);
    for (usize i = 0; i < count; i++) {
        u256_to_be_bytes(buf_extend(b, 32), u256_from_u64(words[i]));
    }
}

TEST(reason, errors_and_panics_are_decoded)
{
    struct buf data = {0};
    put_words(&data, 0x08c379a0, (u64[]){32, 5}, 2);
    buf_put(&data, "hello", 5);
    struct buf out = {0};
    EXPECT(revert_reason(&out, buf_bytes(&data)));
    expect_text(&out, "hello");
    buf_clear(&data);
    put_words(&data, 0x4e487b71, (u64[]){0x11}, 1);
    struct buf panic = {0};
    EXPECT(revert_reason(&panic, buf_bytes(&data)));
    expect_text(&panic, "panic 0x11: arithmetic overflow or underflow");
    buf_fini(&data);
}

TEST(reason, data_that_are_cut_or_wild_have_none)
{
    struct buf data = {0};
    put_words(&data, 0x08c379a0, (u64[]){32, 5}, 2);
    buf_put(&data, "hello", 5);
    struct buf out = {0};
    for (usize n = 0; n < data.n; n++) {
        EXPECT(!revert_reason(&out, (bytes){data.p, n}));
        EXPECT_EQ(out.n, 0);
    }
    buf_clear(&data);
    put_words(&data, 0x08c379a0, (u64[]){~(u64)0, ~(u64)0}, 2);
    EXPECT(!revert_reason(&out, buf_bytes(&data)));
    buf_clear(&data);
    put_words(&data, 0x08c379a0, (u64[]){32, ~(u64)0}, 2);
    EXPECT(!revert_reason(&out, buf_bytes(&data)));
    buf_fini(&data);
}

// ---- EIP-3155 -----------------------------------------------------------------------------------

static void step(const struct inspector *i, u32 pc, u8 op, u64 gas, const u256 *stack, u32 height)
{
    struct inspect_step s = {
        .pc = pc, .op = op, .gas = gas, .stack = stack, .stack_height = height};
    i->evm_step(i->ctx, &s);
}

TEST(eip3155, an_instruction_costs_what_is_gone_at_the_next_one)
{
    struct eip3155 t;
    eip3155_init(&t, FORK_OSAKA, NULL, NULL);
    struct inspector i = eip3155_inspector(&t);
    u256 stack[2] = {u256_from_u64(0x1f), u256_max()};
    i.frame_enter(i.ctx, &(struct inspect_frame){.op = OP_CALL, .gas = 100});
    step(&i, 0, OP_PUSH1, 100, NULL, 0);
    step(&i, 2, OP_ADD, 97, stack, 2);
    step(&i, 3, OP_STOP, 94, stack, 1);
    i.frame_leave(i.ctx, &(struct inspect_end){.gas_left = 94});
    struct buf out = t.out;
    t.out = (struct buf){0};
    expect_text(
        &out,
        "{\"pc\":0,\"op\":96,\"gas\":\"0x64\",\"gasCost\":\"0x3\",\"memSize\":0,\"stack\":[],"
        "\"depth\":1,\"refund\":0,\"opName\":\"PUSH1\"}\n"
        "{\"pc\":2,\"op\":1,\"gas\":\"0x61\",\"gasCost\":\"0x3\",\"memSize\":0,\"stack\":[\"0x1f\","
        "\"0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\"],"
        "\"depth\":1,\"refund\":0,\"opName\":\"ADD\"}\n"
        "{\"pc\":3,\"op\":0,\"gas\":\"0x5e\",\"gasCost\":\"0x0\",\"memSize\":0,\"stack\":[\"0x1f\"]"
        ","
        "\"depth\":1,\"refund\":0,\"opName\":\"STOP\"}\n"
        "{\"output\":\"\",\"gasUsed\":\"0x6\"}\n");
    eip3155_fini(&t);
}

TEST(eip3155, a_halt_names_its_reason_at_the_instruction_and_at_the_end)
{
    struct eip3155 t;
    eip3155_init(&t, FORK_OSAKA, NULL, NULL);
    struct inspector i = eip3155_inspector(&t);
    i.frame_enter(i.ctx, &(struct inspect_frame){.op = OP_CALL, .gas = 100});
    step(&i, 7, OP_ADD, 100, NULL, 0);
    i.frame_leave(i.ctx, &(struct inspect_end){.status = 2, .halt = HALT_STACK_UNDERFLOW});
    struct buf out = t.out;
    t.out = (struct buf){0};
    expect_text(&out, "{\"pc\":7,\"op\":1,\"gas\":\"0x64\",\"gasCost\":\"0x3\",\"memSize\":0,"
                      "\"stack\":[],\"depth\":1,\"refund\":0,\"opName\":\"ADD\","
                      "\"error\":\"stack_underflow\"}\n"
                      "{\"output\":\"\",\"gasUsed\":\"0x64\",\"error\":\"stack_underflow\"}\n");
    eip3155_fini(&t);
}

static bool has(const struct buf *b, const char *part)
{
    return memmem(b->p, b->n, part, __builtin_strlen(part)) != NULL;
}

TEST(eip3155, a_call_contains_what_it_forwards_and_a_creation_does_not)
{
    struct eip3155 t;
    eip3155_init(&t, FORK_OSAKA, NULL, NULL);
    struct inspector i = eip3155_inspector(&t);
    u256 stack[7] = {{{0}}};
    i.frame_enter(i.ctx, &(struct inspect_frame){.op = OP_CALL, .gas = 100000});
    step(&i, 0, OP_CALL, 100000, stack, 7);
    i.evm_charged(i.ctx, 0, 7400);
    EXPECT(has(&t.out, "\"gasCost\":\"0x169b8\"")); // 92,600
    i.frame_enter(i.ctx, &(struct inspect_frame){.op = OP_CALL, .depth = 1, .gas = 90000});
    i.frame_leave(i.ctx, &(struct inspect_end){.depth = 1, .gas_left = 90000});
    buf_clear(&t.out);
    step(&i, 1, OP_CREATE, 97400, stack, 3);
    i.evm_charged(i.ctx, 0, 1000);
    EXPECT_EQ(t.out.n, 0);
    i.frame_enter(i.ctx, &(struct inspect_frame){.op = OP_CREATE, .depth = 1, .gas = 64400});
    EXPECT(has(&t.out, "\"gasCost\":\"0x7d00\"")); // 97,400 - 1,000 - 64,400 = 32,000
    i.frame_leave(i.ctx, &(struct inspect_end){.depth = 1});
    eip3155_fini(&t);
}

TEST(eip3155, what_happens_after_return_is_not_its_cost)
{
    struct eip3155 t;
    eip3155_init(&t, FORK_OSAKA, NULL, NULL);
    struct inspector i = eip3155_inspector(&t);
    u256 stack[2] = {u256_from_u64(64), u256_zero()}; // size, offset
    i.frame_enter(i.ctx, &(struct inspect_frame){.op = OP_CREATE, .gas = 50000});
    step(&i, 0, OP_RETURN, 50000, stack, 2);
    i.frame_leave(i.ctx, &(struct inspect_end){.status = 2, .halt = HALT_CODE_REFUSED});
    EXPECT(has(&t.out, "\"gasCost\":\"0x6\"")); // two words of memory
    EXPECT(has(&t.out, "\"opName\":\"RETURN\"}"));
    EXPECT(has(&t.out, "\"gasUsed\":\"0xc350\",\"error\":\"code_refused\"}"));
    eip3155_fini(&t);
}

// ---- the call tree ------------------------------------------------------------------------------

static u64 clock_ticks(void)
{
    return 0;
}

static const char *name_of(void *ctx, const address *a)
{
    (void)ctx;
    return a->b[19] == 1 ? "alice" : a->b[19] == 2 ? "token" : NULL;
}

static struct inspect_frame frame(u8 op, enum inspect_kind kind, u32 depth, u8 to)
{
    struct inspect_frame f = {.op = op, .kind = kind, .depth = depth, .gas = 5000};
    f.from.b[19] = 1;
    f.to.b[19] = to;
    f.code.b[19] = to;
    return f;
}

static void fill_tree(const struct inspector *i)
{
    struct inspect_frame f = frame(OP_CALL, INSPECT_EVM, 0, 2);
    f.input = (bytes){(const u8 *)"\xa9\x05\x9c\xbb\0", 5};
    i->frame_enter(i->ctx, &f);
    f = frame(OP_DELEGATECALL, INSPECT_RISCV, 1, 2);
    f.code.b[19] = 9;
    i->frame_enter(i->ctx, &f);
    i->debug_log(i->ctx, 1, text_bytes("hi \"you\""));
    struct state_log log = {.emitter = f.to, .topic_count = 1};
    i->log(i->ctx, 1, &log, text_bytes("xy"));
    i->frame_leave(
        i->ctx, &(struct inspect_end){
                    .depth = 1, .gas_left = 4000, .cycles = 1234, .instructions = 400, .pages = 5});
    f = frame(OP_STATICCALL, INSPECT_PRECOMPILE, 1, 4);
    i->frame_enter(i->ctx, &f);
    i->frame_leave(i->ctx, &(struct inspect_end){.depth = 1, .status = 2, .halt = HALT_OUT_OF_GAS});
    i->frame_leave(
        i->ctx, &(struct inspect_end){.status = 1, .gas_left = 100, .output = text_bytes("abc")});
}

TEST(calltree, text_shows_frames_logs_and_how_they_ended)
{
    struct calltree *t = calltree_new(&(struct calltree_params){.name = name_of});
    struct inspector i = calltree_inspector(t);
    fill_tree(&i);
    struct buf out = {0};
    calltree_put_text(t, &out, "  ");
    expect_text(&out,
                "  call token [EVM] 0xa9059cbb and 1 bytes  4,900 gas  revert with 3 bytes\n"
                "  ├─ delegatecall token by the code of 0x0000000000000000000000000000000000000009 "
                "[RISC-V] 0 bytes  1,000 gas (1,234 cycles, 5 pages)\n"
                "  │  ├─ debug \"hi \"you\"\"\n"
                "  │  └─ log 1 topics 0x00000000, 2 bytes\n"
                "  └─ staticcall 0x0000000000000000000000000000000000000004 [precompile] 0 bytes  "
                "5,000 gas  halt: out_of_gas\n");
    calltree_free(t);
}

TEST(calltree, json_nests_and_is_closed)
{
    struct calltree *t = calltree_new(&(struct calltree_params){.clock = clock_ticks});
    struct inspector i = calltree_inspector(t);
    struct buf out = {0};
    calltree_put_json(t, &out);
    EXPECT_EQ(out.n, 4); // null
    buf_clear(&out);
    fill_tree(&i);
    calltree_put_json(t, &out);
    EXPECT(has(&out, "\"type\":\"debug\",\"text\":\"hi \\\"you\\\"\"},{\"type\":\"log\""));
    EXPECT(has(&out, "\"halt\":\"out_of_gas\""));
    i64 open = 0;
    for (usize k = 0; k < out.n; k++) {
        open += out.p[k] == '{' || out.p[k] == '[';
        open -= out.p[k] == '}' || out.p[k] == ']';
        EXPECT(open > 0 || k + 1 == out.n);
    }
    EXPECT_EQ(open, 0);
    buf_fini(&out);
    calltree_free(t);
}

TEST(calltree, nodes_beyond_the_bound_are_counted)
{
    struct calltree *t = calltree_new(&(struct calltree_params){0});
    struct inspector i = calltree_inspector(t);
    struct inspect_frame f = frame(OP_CALL, INSPECT_EVM, 0, 2);
    i.frame_enter(i.ctx, &f);
    for (u32 k = 0; k < CALLTREE_NODES_MAX; k++) {
        f.depth = 1;
        i.frame_enter(i.ctx, &f);
        i.frame_leave(i.ctx, &(struct inspect_end){.depth = 1});
    }
    i.frame_leave(i.ctx, &(struct inspect_end){0});
    struct buf out = {0};
    calltree_put_text(t, &out, "");
    EXPECT(has(&out, "… and 1 more\n"));
    buf_fini(&out);
    calltree_free(t);
}

TEST(calltree, frames_as_deep_as_they_can_be_are_printed)
{
    struct calltree *t = calltree_new(&(struct calltree_params){0});
    struct inspector i = calltree_inspector(t);
    for (u32 d = 0; d <= 1025; d++) {
        struct inspect_frame f = frame(OP_CALL, INSPECT_EVM, d, 2);
        i.frame_enter(i.ctx, &f);
    }
    for (u32 d = 1026; d-- > 0;) {
        i.frame_leave(i.ctx, &(struct inspect_end){.depth = d});
    }
    struct buf out = {0};
    calltree_put_text(t, &out, "");
    calltree_put_json(t, &out);
    buf_fini(&out);
    calltree_free(t);
}

static void count(void *ctx, u32 depth, bytes text)
{
    (void)depth;
    (void)text;
    ++*(u32 *)ctx;
}

TEST(tee, gives_events_to_all_that_want_them_and_asks_for_no_others)
{
    u32 first = 0;
    u32 second = 0;
    struct tee t = {0};
    tee_add(&t, &(struct inspector){.ctx = &first, .debug_log = count});
    tee_add(&t, &(struct inspector){.ctx = &second, .debug_log = count});
    tee_add(&t, &(struct inspector){0});
    struct inspector i = tee_inspector(&t);
    EXPECT(i.evm_step == NULL);
    EXPECT(i.rv_step == NULL);
    i.debug_log(i.ctx, 0, BYTES_NONE);
    EXPECT_EQ(first, 1);
    EXPECT_EQ(second, 1);
}
