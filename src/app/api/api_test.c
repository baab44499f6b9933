// SPDX-License-Identifier: MIT
// The public API used as a program outside would use it, in both forms.
#include <stdio.h>

#include "hybrid/hybrid.h"
#include "test/test.h"

static const struct hybrid_address ALICE = {{0xa1}};

struct world {
    struct hybrid_vm *vm;
    struct hybrid_state *state;
};

static struct world world(enum hybrid_evm form)
{
    return (struct world){hybrid_vm_new(form), hybrid_state_new()};
}

static void end(struct world w)
{
    hybrid_vm_free(w.vm);
    hybrid_state_free(w.state);
}

#define CODE(...)                                                                                  \
    ((struct hybrid_bytes){(const u8[]){__VA_ARGS__}, sizeof((const u8[]){__VA_ARGS__})})

static struct hybrid_result *call_code(struct world w, struct hybrid_bytes code)
{
    struct hybrid_message m = {.from = ALICE, .to = {{0x70}}, .gas = 100000};
    hybrid_state_set_code(w.state, &m.to, code);
    struct hybrid_result *r;
    EXPECT_EQ(hybrid_call(w.vm, w.state, &m, &r), HYBRID_OK);
    return r;
}

TEST(api, a_call_returns_output_gas_and_logs)
{
    for (u32 form = 0; form < 2; form++) {
        struct world w = world((enum hybrid_evm)form);
        // MSTORE8 of 0x2a at 0; LOG1 with topic 7; RETURN of one byte
        struct hybrid_result *r = call_code(
            w, CODE(0x60, 0x2a, 0x5f, 0x53, 0x60, 7, 0x60, 1, 0x5f, 0xa1, 0x60, 1, 0x5f, 0xf3));
        EXPECT_EQ(hybrid_result_status(r), HYBRID_SUCCESS);
        EXPECT(hybrid_result_halt(r) == NULL);
        EXPECT_EQ(hybrid_result_output(r).size, 1);
        EXPECT_EQ(hybrid_result_output(r).data[0], 0x2a);
        EXPECT_EQ(hybrid_result_gas_used(r), 3 + 2 + 3 + 3 + 3 + 3 + 2 + 375 + 375 + 8 + 3 + 2);
        EXPECT_EQ(hybrid_result_log_count(r), 1);
        struct hybrid_log l = hybrid_result_log(r, 0);
        EXPECT_EQ(l.topic_count, 1);
        EXPECT_EQ(l.topics[0].bytes[31], 7);
        EXPECT_EQ(l.data.size, 1);
        EXPECT_EQ(l.data.data[0], 0x2a);
        EXPECT_EQ(hybrid_result_log(r, 1).topic_count, 0);
        EXPECT(hybrid_result_created(r) == NULL);
        hybrid_result_free(r);
        end(w);
    }
}

TEST(api, halts_have_names_and_reverts_reasons)
{
    struct world w = world(HYBRID_EVM_NATIVE);
    struct hybrid_result *r = call_code(w, CODE(0xfe));
    EXPECT_EQ(hybrid_result_status(r), HYBRID_HALT);
    EXPECT_STR(hybrid_result_halt(r), "invalid");
    EXPECT_EQ(hybrid_result_gas_used(r), 100000);
    hybrid_result_free(r);
    // Panic(0x01): selector at 0, word at 4
    r = call_code(w, CODE(0x63, 0x4e, 0x48, 0x7b, 0x71, 0x60, 0xe0, 0x1b, 0x5f, 0x52, 0x60, 1, 0x60,
                          4, 0x52, 0x60, 36, 0x5f, 0xfd));
    EXPECT_EQ(hybrid_result_status(r), HYBRID_REVERT);
    EXPECT_STR(hybrid_result_reason(r), "panic 0x1: assertion failed");
    hybrid_result_free(r);
    end(w);
}

TEST(api, state_holds_what_is_set_and_what_contracts_did)
{
    struct world w = world(HYBRID_EVM_RISCV);
    struct hybrid_address a = {{0x70}};
    struct hybrid_word key = hybrid_word_of(3);
    struct hybrid_word value = hybrid_word_of(0x1234);
    hybrid_state_set_storage(w.state, &a, &key, &value);
    hybrid_state_set_balance(w.state, &a, &value);
    hybrid_state_set_nonce(w.state, &a, 9);
    EXPECT_EQ(hybrid_state_nonce(w.state, &a), 9);
    struct hybrid_word got = hybrid_state_balance(w.state, &a);
    EXPECT_BYTES(got.bytes, value.bytes, 32);
    struct hybrid_result *r = call_code(w, CODE(0x60, 5, 0x60, 3, 0x55));
    hybrid_result_free(r);
    EXPECT_EQ(hybrid_state_storage(w.state, &a, &key).bytes[31], 5);
    EXPECT_EQ(hybrid_state_code(w.state, &a).size, 5);
    EXPECT_EQ(hybrid_state_nonce(w.state, &ALICE), 0);
    end(w);
}

TEST(api, a_deployment_makes_a_contract_and_uses_the_nonce)
{
    struct world w = world(HYBRID_EVM_NATIVE);
    struct hybrid_message m = {.from = ALICE, .gas = 100000};
    struct hybrid_result *r;
    // returns one byte of code: STOP
    EXPECT_EQ(hybrid_deploy(w.vm, w.state, &m, CODE(0x60, 1, 0x5f, 0xf3), &r), HYBRID_OK);
    const struct hybrid_address *created = hybrid_result_created(r);
    EXPECT(created != NULL);
    EXPECT_EQ(hybrid_state_code(w.state, created).size, 1);
    EXPECT_EQ(hybrid_state_nonce(w.state, &ALICE), 1);
    EXPECT_EQ(hybrid_result_output(r).size, 1);
    hybrid_result_free(r);
    end(w);
}

TEST(api, what_cannot_be_asked_is_refused)
{
    struct world w = world(HYBRID_EVM_NATIVE);
    EXPECT(hybrid_vm_new((enum hybrid_evm)7) == NULL);
    EXPECT_EQ(hybrid_vm_set_fork(w.vm, "moon"), HYBRID_BAD_ARGUMENT);
    EXPECT_EQ(hybrid_vm_set_fork(w.vm, NULL), HYBRID_BAD_ARGUMENT);
    EXPECT_EQ(hybrid_vm_set_fork(w.vm, "cancun"), HYBRID_OK);
    struct hybrid_riscv p = hybrid_riscv_default();
    EXPECT_EQ(p.cycles_per_gas, 4);
    EXPECT_EQ(p.max_code_size, 262144);
    p.cycles_per_gas = 0;
    EXPECT_EQ(hybrid_vm_set_riscv(w.vm, &p), HYBRID_BAD_ARGUMENT);
    p.cycles_per_gas = 4096;
    EXPECT_EQ(hybrid_vm_set_riscv(w.vm, &p), HYBRID_OK);
    struct hybrid_message m = {.from = ALICE, .gas = 1ull << 63};
    struct hybrid_result *r;
    EXPECT_EQ(hybrid_call(w.vm, w.state, &m, &r), HYBRID_BAD_ARGUMENT);
    EXPECT(r == NULL);
    m.gas = 1000;
    m.value = hybrid_word_of(1);
    EXPECT_EQ(hybrid_call(w.vm, w.state, &m, &r), HYBRID_NO_FUNDS);
    EXPECT(r == NULL);
    for (u32 e = 0; e <= HYBRID_FAULT; e++) {
        EXPECT(hybrid_error_text((enum hybrid_error)e)[0] != 0);
    }
    end(w);
}

struct seen {
    u32 entered, left, steps, bytes;
};

static void enter(void *context, const struct hybrid_frame *f)
{
    struct seen *s = context;
    s->entered++;
    EXPECT_EQ(f->gas, 100000);
}

static void leave(void *context, const struct hybrid_frame_end *e)
{
    struct seen *s = context;
    s->left++;
    EXPECT_EQ(e->status, HYBRID_SUCCESS);
}

static void step(void *context, const struct hybrid_step *st)
{
    struct seen *s = context;
    s->steps++;
    if (st->pc == 2) {
        EXPECT_EQ(st->stack_height, 1);
        EXPECT_EQ(st->stack[0], 5);
    }
}

static void write(void *context, struct hybrid_bytes text)
{
    struct seen *s = context;
    s->bytes += (u32)text.size;
}

TEST(api, tracers_see_frames_steps_and_lines)
{
    for (u32 form = 0; form < 2; form++) {
        struct world w = world((enum hybrid_evm)form);
        struct seen s = {0};
        hybrid_vm_set_tracer(
            w.vm,
            &(struct hybrid_tracer){.context = &s, .enter = enter, .leave = leave, .step = step});
        hybrid_vm_set_eip3155(w.vm, write, &s);
        hybrid_result_free(call_code(w, CODE(0x60, 5, 0x50)));
        EXPECT_EQ(s.entered, 1);
        EXPECT_EQ(s.left, 1);
        EXPECT_EQ(s.steps, 3); // the end of code is a STOP
        EXPECT(s.bytes > 300);
        hybrid_vm_set_tracer(w.vm, NULL);
        hybrid_vm_set_eip3155(w.vm, NULL, NULL);
        hybrid_result_free(call_code(w, CODE(0x60, 5, 0x50)));
        EXPECT_EQ(s.steps, 3);
        end(w);
    }
}

TEST(api, versions_agree)
{
    char text[32];
    snprintf(text, sizeof text, "%d.%d.%d", HYBRID_VERSION_MAJOR, HYBRID_VERSION_MINOR,
             HYBRID_VERSION_PATCH);
    EXPECT_STR(hybrid_version(), text);
    EXPECT_STR(hybrid_version(), HYBRID_VERSION);
}
