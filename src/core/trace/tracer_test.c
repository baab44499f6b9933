// SPDX-License-Identifier: MIT
// Tracers by name on transactions of contracts of both kinds. go-ethereum's vectors are run by
// `hybrid tracetest`; here is what they do not have: RISC-V frames, failures by their words,
// limits, bad configurations.
#include "core/trace/run.h"
#include "core/trace/services.h"
#include "core/trace/symbols.h"
#include "lib/base/bytes.h"
#include "lib/base/mem.h"
#include "lib/num/u256.h"
#include "test/kit_code.h"
#include "test/test.h"

#include <stdlib.h>
#include <string.h>

static const address SENDER = {{0x5e, [19] = 0x01}};
static const address EVM_AT = {{0xc0, [19] = 0xe1}};
static const address RV_AT = {{0xc0, [19] = 0x72}};

struct scene {
    struct vm *vm;
    struct state *s;
    struct chain_block block;
    struct transaction t;
    struct trace_outcome o;
    struct buf out, why;
};

static void scene_init(struct scene *w)
{
    *w = (struct scene){.vm = vm_new(VM_EVM_NATIVE), .s = state_new(NULL)};
    w->block = (struct chain_block){.fork = FORK_OSAKA, .params = vm_params_default()};
    w->block.vm.chain_id = u256_one();
    w->block.vm.gas_limit = u256_from_u64(60000000);
    w->block.gas_left = 60000000;
    w->block.has_tx_gas_max = true;
    w->block.tx_gas_max = 60000000;
    w->t.gas_limit = 100000;
    w->t.to = EVM_AT;
    u256 rich = u256_from_u64(1000000000);
    state_begin_transaction(w->s);
    state_add_balance(w->s, state_account(w->s, &SENDER), &rich);
    state_end_transaction(w->s, true);
}

static void scene_fini(struct scene *w)
{
    transaction_fini(&w->t);
    buf_fini(&w->out);
    buf_fini(&w->why);
    state_free(w->s);
    vm_free(w->vm);
}

static void set_code(struct scene *w, const address *at, bytes code)
{
    state_begin_transaction(w->s);
    state_set_nonce(w->s, state_account(w->s, at), 1);
    state_set_code(w->s, state_account(w->s, at), code);
    state_end_transaction(w->s, true);
}

static void set_evm(struct scene *w, const u8 *code, usize n)
{
    set_code(w, &EVM_AT, (bytes){code, n});
}
#define EVM_CODE(w, ...) set_evm(w, (const u8[]){__VA_ARGS__}, sizeof((const u8[]){__VA_ARGS__}))

static void set_riscv(struct scene *w, struct buf *code)
{
    struct buf image = {0};
    rv_image(&image, buf_bytes(code));
    set_code(w, &RV_AT, buf_bytes(&image));
    buf_fini(&image);
    buf_fini(code);
}

// A contract that calls another at RV_AT with no input and drops the answer.
static void set_caller(struct scene *w)
{
    struct buf code = {0};
    static const u8 HEAD[] = {OP_PUSH0, OP_PUSH0, OP_PUSH0, OP_PUSH0, OP_PUSH0, OP_PUSH1 + 19};
    static const u8 TAIL[] = {OP_GAS, OP_CALL, OP_STOP};
    buf_put(&code, HEAD, sizeof HEAD);
    buf_put(&code, RV_AT.b, sizeof RV_AT.b);
    buf_put(&code, TAIL, sizeof TAIL);
    set_evm(w, code.p, code.n);
    buf_fini(&code);
}

// Runs the transaction under a tracer; its result, ending with a 0, stays until the next.
static const char *trace_with(struct scene *w, const char *tracer, const char *config)
{
    struct json j;
    struct tracer *t = NULL;
    EXPECT_EQ(json_parse(&j, (bytes){(const u8 *)config, strlen(config)}), FAULT_NONE);
    json_value root = json_root(&j);
    EXPECT_EQ(tracer_make(&t, tracer, &root), FAULT_NONE);
    struct trace_run run = {
        .vm = w->vm, .state = w->s, .block = &w->block, .t = &w->t, .sender = SENDER};
    buf_clear(&w->out);
    buf_clear(&w->why);
    EXPECT_EQ(trace_transaction(&run, t, &w->out, &w->why, &w->o), FAULT_NONE);
    EXPECT_STR(verdict_text(w->o.verdict), verdict_text(VERDICT_VALID));
    tracer_free(t);
    json_fini(&j);
    w->t.nonce++;
    buf_put_u8(&w->out, 0);
    buf_put_u8(&w->why, 0);
    return (const char *)w->out.p;
}

static const char *trace(struct scene *w, const char *tracer)
{
    return trace_with(w, tracer, "{}");
}

#define FROM_EVM "\"from\":\"0xc0000000000000000000000000000000000000e1\""
#define TO_EVM "\"to\":\"0xc0000000000000000000000000000000000000e1\""
#define TO_RV "\"to\":\"0xc000000000000000000000000000000000000072\""

static void expect_part(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        FAIL("%s\nis not in\n%s", part, text);
    }
}

// ---- frames of both kinds

static void set_pair(struct scene *w)
{
    struct buf rv = {0};
    rv_sstore(&rv, 5, 7);
    rv_end(&rv);
    set_riscv(w, &rv);
    set_caller(w);
}

TEST(tracer, a_riscv_frame_says_so_in_the_tree_of_calls)
{
    struct scene w;
    scene_init(&w);
    set_pair(&w);
    expect_part(trace(&w, "callTracer"),
                "\"calls\":[{" FROM_EVM ",\"gas\":\"0x125b8\",\"gasUsed\":\"0x576b\"," TO_RV
                ",\"input\":\"0x\",\"value\":\"0x0\",\"type\":\"CALL\",\"kind\":\"riscv\"}],"
                "\"value\":\"0x0\",\"type\":\"CALL\"}");
    w.block.params.riscv = false; // then FF is SELFDESTRUCT
    expect_part(trace(&w, "callTracer"), "\"error\":\"stack underflow (0 <=> 1)\"");
    scene_fini(&w);
}

TEST(tracer, services_of_riscv_code_are_steps)
{
    struct scene w;
    scene_init(&w);
    set_pair(&w);
    const char *text = trace(&w, "structLog");
    expect_part(text, "\"op\":\"CALL\",\"gas\":78985,\"gasCost\":");
    expect_part(text, "\"op\":\"SSTORE\"");
    expect_part(text, "\"gasCost\":22100,\"depth\":2,\"kind\":\"riscv\",\"arguments\":[\"0x5\","
                      "\"0x0\",\"0x0\",\"0x0\",\"0x7\",\"0x0\",\"0x0\",\"0x0\"]}");
    scene_fini(&w);
}

TEST(tracer, slots_of_riscv_code_are_in_the_state_before)
{
    struct scene w;
    scene_init(&w);
    set_pair(&w);
    const char *text = trace_with(&w, "prestateTracer", "{\"diffMode\":true}");
    expect_part(text, "\"0xc000000000000000000000000000000000000072\":{\"storage\":{"
                      "\"0x0000000000000000000000000000000000000000000000000000000000000005\":"
                      "\"0x0000000000000000000000000000000000000000000000000000000000000007\"}}");
    text = trace(&w, "prestateTracer"); // the second time it is there before
    expect_part(text,
                "0005\":\"0x0000000000000000000000000000000000000000000000000000000000000007");
    expect_part(trace(&w, "stateDiff"), "\"nonce\":{\"*\":{\"from\":\"0x2\",\"to\":\"0x3\"}}");
    scene_fini(&w);
}

TEST(tracer, the_riscv_tracer_names_services_arguments_and_data)
{
    struct scene w;
    struct buf rv = {0};
    scene_init(&w);
    rv_poke(&rv, RV_SCRATCH, 0x1122);
    rv_sstore(&rv, 5, 7);
    rv_return(&rv, RV_SCRATCH, 8);
    set_riscv(&w, &rv);
    set_caller(&w);
    const char *text = trace(&w, "riscvTracer");
    expect_part(text, "\"name\":\"sstore\"");
    expect_part(text, "\"arguments\":{\"key\":\"0x5\",\"value\":\"0x7\"}}");
    expect_part(text, "\"name\":\"return\"");
    expect_part(text, "\"arguments\":{\"ptr\":\"0x802ff000\",\"len\":\"0x8\"},"
                      "\"data\":\"0x2211000000000000\"}");
    expect_part(text, "\"pages\":2");
    expect_part(text, "\"functions\":[{\"contract\":\"0xc000000000000000000000000000000000000072\","
                      "\"name\":null,\"cycles\":");
    text = trace_with(&w, "riscvTracer", "{\"services\":false}");
    EXPECT(strstr(text, "services") == NULL);
    scene_fini(&w);
}

TEST(tracer, services_count_as_the_instructions_whose_numbers_they_have)
{
    struct scene w;
    scene_init(&w);
    set_pair(&w);
    expect_part(trace(&w, "erc7562Tracer"),
                "\"accessedSlots\":{\"reads\":{},\"writes\":{"
                "\"0x0000000000000000000000000000000000000000000000000000000000000005\":1}");
    scene_fini(&w);
}

// ---- failures

TEST(tracer, failures_have_the_words_of_go_ethereum)
{
    static const struct {
        u8 code[8];
        const char *words;
    } ROWS[] = {
        {{OP_ADD}, "stack underflow (0 <=> 2)"},
        {{OP_PUSH1, 9, OP_JUMP}, "invalid jump destination"},
        {{OP_JUMPDEST, OP_PC, OP_PUSH0, OP_JUMP}, "stack limit reached 1024 (1023)"},
        {{0x0c}, "invalid opcode: opcode 0xc not defined"},
        {{OP_INVALID}, "invalid opcode: INVALID"},
        {{OP_PUSH1, 1, OP_PUSH0, OP_PUSH0, OP_RETURNDATACOPY}, "return data out of bounds"},
        {{OP_PUSH0, OP_PUSH0, OP_REVERT}, "execution reverted"},
        {{OP_PUSH1 + 2, 0xff, 0xff, 0xff, OP_MLOAD}, "out of gas"},
    };
    struct scene w;
    scene_init(&w);
    for (u32 i = 0; i < COUNT_OF(ROWS); i++) {
        struct buf part = {0};
        set_evm(&w, ROWS[i].code, sizeof ROWS[i].code);
        buf_printf(&part, "\"error\":\"%s\"%c", ROWS[i].words, 0);
        expect_part(trace(&w, "callTracer"), (const char *)part.p);
        buf_fini(&part);
    }
    scene_fini(&w);
}

TEST(tracer, a_call_that_is_not_begun_is_a_frame_that_failed)
{
    struct scene w;
    scene_init(&w);
    EVM_CODE(&w, OP_PUSH0, OP_PUSH0, OP_PUSH0, OP_PUSH0, OP_PUSH1, 1, OP_PUSH1, 0x99, OP_PUSH2, 9,
             9, OP_CALL, OP_POP, OP_PUSH1, 1, OP_PUSH0, OP_PUSH0, OP_PUSH1, 1, OP_CREATE);
    const char *text = trace(&w, "callTracer");
    expect_part(text, "\"error\":\"insufficient balance for transfer\",\"value\":\"0x1\","
                      "\"type\":\"CALL\"}");
    expect_part(text, "\"value\":\"0x1\",\"type\":\"CREATE\"}]");
    expect_part(trace(&w, "flatCallTracer"), "\"subtraces\":2");
    scene_fini(&w);
}

TEST(tracer, a_self_destruction_is_a_frame)
{
    struct scene w;
    scene_init(&w);
    w.t.value = u256_from_u64(9);
    EVM_CODE(&w, OP_PUSH1, 0x77, OP_SELFDESTRUCT);
    expect_part(trace(&w, "callTracer"),
                "\"calls\":[{" FROM_EVM ",\"gas\":\"0x0\",\"gasUsed\":\"0x0\",\"to\":"
                "\"0x0000000000000000000000000000000000000077\",\"input\":\"0x\","
                "\"value\":\"0x9\",\"type\":\"SELFDESTRUCT\"}]");
    expect_part(trace(&w, "flatCallTracer"), "\"type\":\"suicide\"");
    scene_fini(&w);
}

TEST(tracer, a_refused_deposit_is_not_out_of_gas)
{
    struct scene w;
    scene_init(&w);
    w.t.is_create = true; // init code that returns 4,096 bytes: 819,200 gas
    static const u8 INIT[] = {OP_PUSH2, 0x10, 0x00, OP_PUSH0, OP_RETURN};
    buf_put(&w.t.data, INIT, sizeof INIT);
    const char *text = trace(&w, "callTracer");
    expect_part(text, "\"error\":\"contract creation code storage out of gas\"");
    EXPECT(strstr(text, "\"to\":") == NULL);
    scene_fini(&w);
}

TEST(tracer, reverts_tell_their_reason)
{
    struct scene w;
    scene_init(&w);
    // Panic(0x11): the selector and the code by two stores.
    EVM_CODE(&w, OP_PUSH1 + 3, 0x4e, 0x48, 0x7b, 0x71, OP_PUSH1, 0xe0, OP_SHL, OP_PUSH0, OP_MSTORE,
             OP_PUSH1, 0x11, OP_PUSH1, 4, OP_MSTORE, OP_PUSH1, 36, OP_PUSH0, OP_REVERT);
    expect_part(trace(&w, "callTracer"), "\"revertReason\":\"arithmetic underflow or overflow\"");
    scene_fini(&w);
}

// ---- structLog

TEST(tracer, struct_logs_are_what_the_options_say)
{
    struct scene w;
    scene_init(&w);
    EVM_CODE(&w, OP_PUSH1, 7, OP_PUSH0, OP_MSTORE, OP_PUSH1, 1, OP_SLOAD);
    EXPECT_STR(trace(&w, "structLog"),
               "{\"gas\":23114,\"failed\":false,\"returnValue\":\"0x\",\"structLogs\":["
               "{\"pc\":0,\"op\":\"PUSH1\",\"gas\":79000,\"gasCost\":3,\"depth\":1,\"stack\":[]},"
               "{\"pc\":2,\"op\":\"PUSH0\",\"gas\":78997,\"gasCost\":2,\"depth\":1,"
               "\"stack\":[\"0x7\"]},"
               "{\"pc\":3,\"op\":\"MSTORE\",\"gas\":78995,\"gasCost\":6,\"depth\":1,"
               "\"stack\":[\"0x7\",\"0x0\"]},"
               "{\"pc\":4,\"op\":\"PUSH1\",\"gas\":78989,\"gasCost\":3,\"depth\":1,\"stack\":[]},"
               "{\"pc\":6,\"op\":\"SLOAD\",\"gas\":78986,\"gasCost\":2100,\"depth\":1,"
               "\"stack\":[\"0x1\"],\"storage\":{"
               "\"0x0000000000000000000000000000000000000000000000000000000000000001\":"
               "\"0x0000000000000000000000000000000000000000000000000000000000000000\"}},"
               "{\"pc\":7,\"op\":\"STOP\",\"gas\":76886,\"gasCost\":0,\"depth\":1,"
               "\"stack\":[\"0x0\"]}]}");
    EXPECT_STR(trace_with(&w, "structLog",
                          "{\"disableStack\":true,\"disableStorage\":true,\"enableMemory\":true,"
                          "\"limit\":4}"),
               "{\"gas\":23114,\"failed\":false,\"returnValue\":\"0x\",\"structLogs\":["
               "{\"pc\":0,\"op\":\"PUSH1\",\"gas\":79000,\"gasCost\":3,\"depth\":1},"
               "{\"pc\":2,\"op\":\"PUSH0\",\"gas\":78997,\"gasCost\":2,\"depth\":1},"
               "{\"pc\":3,\"op\":\"MSTORE\",\"gas\":78995,\"gasCost\":6,\"depth\":1},"
               "{\"pc\":4,\"op\":\"PUSH1\",\"gas\":78989,\"gasCost\":3,\"depth\":1,\"memory\":["
               "\"0x0000000000000000000000000000000000000000000000000000000000000007\"]}]}");
    scene_fini(&w);
}

TEST(tracer, a_step_that_cannot_be_paid_says_so)
{
    struct scene w;
    scene_init(&w);
    EVM_CODE(&w, OP_PUSH1 + 2, 0xff, 0xff, 0xff, OP_MLOAD);
    const char *text = trace(&w, "structLog");
    expect_part(text, "\"op\":\"MLOAD\",\"gas\":78997,\"gasCost\":3,\"depth\":1,"
                      "\"error\":\"out of gas\"");
    expect_part(text, "\"failed\":true,\"returnValue\":\"0x\"");
    scene_fini(&w);
}

// ---- the others

TEST(tracer, selectors_are_counted_with_their_sizes)
{
    struct scene w;
    scene_init(&w);
    static const u8 INPUT[] = {0x27, 0xdc, 0x29, 0x7e, 0x01};
    buf_put(&w.t.data, INPUT, sizeof INPUT);
    // The same input to itself, once: a call by itself has less gas than it asks for in the end.
    EVM_CODE(&w, OP_STOP);
    EXPECT_STR(trace(&w, "4byteTracer"), "{\"0x27dc297e-1\":1}");
    scene_fini(&w);
}

TEST(tracer, several_tracers_look_on_at_once)
{
    struct scene w;
    scene_init(&w);
    EVM_CODE(&w, OP_STOP);
    EXPECT_STR(trace_with(&w, "muxTracer", "{\"noopTracer\":null,\"4byteTracer\":{}}"),
               "{\"4byteTracer\":{},\"noopTracer\":{}}");
    scene_fini(&w);
}

TEST(tracer, a_vm_trace_nests_calls_in_their_instruction)
{
    struct scene w;
    scene_init(&w);
    set_pair(&w);
    const char *text = trace(&w, "vmTrace");
    expect_part(text, "{\"cost\":3,\"ex\":{\"mem\":null,\"push\":["
                      "\"0xc000000000000000000000000000000000000072\"],\"store\":null,");
    expect_part(text, "\"ops\":[],\"kind\":\"riscv\"},\"cost\":");
    scene_fini(&w);
}

TEST(tracer, a_trace_that_is_too_large_is_refused)
{
    struct scene w;
    scene_init(&w);
    // A loop that keeps 512 words on the stack: each step writes them all.
    u8 code[600];
    usize n = 0;
    for (; n < 512; n++) {
        code[n] = OP_ADDRESS;
    }
    code[n++] = OP_JUMPDEST;
    code[n++] = OP_PUSH2;
    code[n++] = 2;
    code[n++] = 0;
    code[n++] = OP_JUMP;
    set_evm(&w, code, n);
    w.t.gas_limit = 1000000;
    EXPECT_STR(trace(&w, "structLog"), "");
    EXPECT(!w.o.ok);
    expect_part((const char *)w.why.p, "the trace is larger than 64 MiB; ask for less");
    expect_part(trace_with(&w, "structLog", "{\"limit\":2}"), "\"failed\":true");
    EXPECT(w.o.ok);
    scene_fini(&w);
}

// ---- configurations

static void expect_refusal(const char *text, const char *why)
{
    struct json j;
    struct tracer *t = NULL;
    json_value name;
    json_value config;
    bool has_config = false;
    EXPECT_EQ(json_parse(&j, (bytes){(const u8 *)text, strlen(text)}), FAULT_NONE);
    json_value root = json_root(&j);
    EXPECT_EQ(json_member(&name, &root, "tracer"), FAULT_NONE);
    EXPECT_EQ(json_find(&config, &has_config, &root, "tracerConfig"), FAULT_NONE);
    EXPECT_EQ(tracer_make_by(&t, &name, has_config ? &config : NULL), FAULT_BAD_INPUT);
    EXPECT(t == NULL);
    buf_put_u8(&j.error, 0);
    expect_part((const char *)j.error.p, why);
    json_fini(&j);
}

TEST(tracer, configurations_are_refused_with_their_place)
{
    expect_refusal("{\"tracer\":\"{fault: function() {}}\"}", "tracer: no tracer is called {fault");
    expect_refusal("{\"tracer\":7}", "tracer: ");
    expect_refusal("{\"tracer\":\"callTracer\",\"tracerConfig\":{\"withLog\":1}}",
                   "tracerConfig.withLog: ");
    expect_refusal("{\"tracer\":\"callTracer\",\"tracerConfig\":[]}", "tracerConfig: ");
    expect_refusal("{\"tracer\":\"muxTracer\",\"tracerConfig\":{\"x\":null}}", "tracerConfig.x: ");
    expect_refusal("{\"tracer\":\"muxTracer\",\"tracerConfig\":{\"callTracer\":{\"withLog\":1}}}",
                   "tracerConfig.callTracer.withLog: ");
    expect_refusal("{\"tracer\":\"erc7562Tracer\",\"tracerConfig\":{\"ignoredOpcodes\":[256]}}",
                   "tracerConfig.ignoredOpcodes[0]: ");
    expect_refusal("{\"tracer\":\"riscvTracer\",\"tracerConfig\":{\"elf\":{\"0x12\":\"0x\"}}}",
                   "tracerConfig.elf.0x12: ");
}

TEST(tracer, every_row_traces_a_transaction_of_both_kinds)
{
    for (u32 i = 0; i < tracer_count(); i++) {
        struct scene w;
        struct json j;
        scene_init(&w);
        set_pair(&w);
        const char *text = trace(&w, tracer_name(i));
        EXPECT_EQ(json_parse(&j, (bytes){(const u8 *)text, strlen(text)}), FAULT_NONE);
        json_fini(&j);
        scene_fini(&w);
    }
}

// ---- services and symbols

TEST(tracer, arguments_of_services_are_read_from_their_rows)
{
    struct service_argument a[SERVICE_ARGUMENTS_MAX];
    EXPECT_EQ(service_register_count(0x55), 8); // key a0-a3, value a4-a7
    EXPECT_EQ(service_arguments(a, 0x55), 2);
    EXPECT_EQ(a[1].first, 4);
    EXPECT_EQ(a[1].form, SERVICE_WORD);
    EXPECT_EQ(service_arguments(a, 0xf1), 4); // addrU a0-a2, a3 value, a4 ptr, a5 len
    EXPECT_EQ(a[0].form, SERVICE_INTEGER);
    EXPECT_EQ(a[1].form, SERVICE_NUMBER);
    EXPECT(a[2].is_data);
    EXPECT_EQ(service_arguments(a, 0x31), 1);
    EXPECT_EQ(a[0].form, SERVICE_ADDRESS);
    EXPECT_EQ(service_arguments(a, 0x99), 0);
    char name[SERVICE_NAME_MAX];
    service_upper_name(name, 0x99);
    EXPECT_STR(name, "SERVICE_0x99");
    service_upper_name(name, 0x54);
    EXPECT_STR(name, "SLOAD");
}

TEST(tracer, symbols_are_found_by_any_address_inside)
{
    usize size = 0;
    char *elf = test_read(test_asset("contracts/counter.debug.elf"), &size);
    EXPECT(elf != NULL);
    struct symbols s;
    symbols_read(&s, (bytes){(const u8 *)elf, size});
    EXPECT(s.count > 3);
    for (u32 i = 0; i < s.count; i++) {
        u64 at = s.symbol[i].address;
        EXPECT_EQ(symbols_find(&s, at + s.symbol[i].size / 2), i);
        EXPECT(symbols_find(&s, at + s.symbol[i].size) != i || s.symbol[i].size == 0);
    }
    EXPECT_EQ(symbols_find(&s, 0), s.count);
    symbols_fini(&s);
    for (usize n = 0; n < size; n += 97) { // cut anywhere it has fewer or none, and nothing is read
        u8 *cut = mem_alloc(n);
        copy_bytes(cut, elf, n);
        symbols_read(&s, (bytes){cut, n});
        symbols_fini(&s);
        mem_free(cut);
    }
    free(elf);
}
