// SPDX-License-Identifier: MIT
// The mini-EVM as an EVMC 12 virtual machine: its native form, with all of the world behind the
// EVMC host. One execute() runs one frame; calls and creations go to the host, which usually comes
// back with another execute(), and that one's frame is then on top of this one's in the same EVM.
// Prices are those of the fork's table; what the operations cost is decided as core/vm/host.c and
// call.c do, with the host's answers in the place of a state.
//
// Options: evm=native (the only form here), riscv=on|off: whether code that begins with FF is
// rejected, for the host to run it elsewhere, or is EVM code (default).
#include "app/api/evmc_run.h"

#include <string.h>

#include "lib/base/mem.h"
#include "lib/os/map.h"

#define DEPTH_MAX 1024

static_assert(sizeof(struct evmc_message) == 184 && sizeof(struct evmc_tx_context) == 256 &&
                  sizeof(struct evmc_result) == 72 && sizeof(struct evmc_host_interface) == 128 &&
                  sizeof(struct evmc_vm) == 56,
              "ABI 12 on a 64-bit machine");
static_assert((int)EVMC_OSAKA == FORK_OSAKA && (int)EVMC_BERLIN == FORK_BERLIN,
              "revisions are numbered like our forks");

// ---- execution ----------------------------------------------------------------------------------

static void release_output(const struct evmc_result *result)
{
    mem_free((void *)(uintptr_t)result->output_data);
}

static enum evmc_status_code status_code(u32 status, u32 halt)
{
    if (status != EVM_HALT) {
        return status == EVM_SUCCESS ? EVMC_SUCCESS : EVMC_REVERT;
    }
    static const enum evmc_status_code codes[HALT_COUNT] = {
        [HALT_OUT_OF_GAS] = EVMC_OUT_OF_GAS,
        [HALT_INVALID] = EVMC_INVALID_INSTRUCTION,
        [HALT_INVALID_OPCODE] = EVMC_UNDEFINED_INSTRUCTION,
        [HALT_STACK_OVERFLOW] = EVMC_STACK_OVERFLOW,
        [HALT_STACK_UNDERFLOW] = EVMC_STACK_UNDERFLOW,
        [HALT_INVALID_JUMP] = EVMC_BAD_JUMP_DESTINATION,
        [HALT_RETURN_DATA_OUT_OF_BOUNDS] = EVMC_INVALID_MEMORY_ACCESS,
        [HALT_STATIC_VIOLATION] = EVMC_STATIC_MODE_VIOLATION,
        [HALT_INITCODE_TOO_LARGE] = EVMC_ARGUMENT_OUT_OF_RANGE,
    };
    enum evmc_status_code code = halt < HALT_COUNT ? codes[halt] : EVMC_FAILURE;
    return code == EVMC_SUCCESS ? EVMC_FAILURE : code;
}

static void set_environment(struct evm *evm, const struct evmc_tx_context *t)
{
    struct evm_block_record block = {
        .number = u256_from_u64((u64)t->block_number),
        .timestamp = u256_from_u64((u64)t->block_timestamp),
        .gas_limit = u256_from_u64((u64)t->block_gas_limit),
        .base_fee = in_word(t->block_base_fee),
        .blob_base_fee = in_word(t->blob_base_fee),
        .difficulty_or_prevrandao = in_word(t->block_prev_randao),
        .chain_id = in_word(t->chain_id),
        .coinbase = in_address(&t->block_coinbase),
    };
    struct evm_tx_record tx = {.gas_price = in_word(t->tx_gas_price),
                               .origin = in_address(&t->tx_origin)};
    evm_set_environment(evm, &block, &tx);
}

static void push(struct evmc_hybrid *h, const struct run *r, enum fork fork)
{
    const struct evmc_message *m = r->message;
    struct evm_frame_record record = {
        .version = EVM_RECORD_VERSION,
        .fork = fork,
        .depth = (u32)m->depth,
        .is_static = run_is_static(r),
        .is_create = true, // run without looking for the code's hash, which the host may not know
        .code_size = r->code.n,
        .input = (u64)(uintptr_t)m->input_data,
        .input_size = m->input_size,
        .target = in_address(&m->recipient),
        .caller = in_address(&m->sender),
        .value = in_word(m->value),
        .gas = (u64)m->gas,
    };
    if (m->kind == EVMC_CREATE || m->kind == EVMC_CREATE2) {
        record.input_size = 0; // init code is not calldata
    }
    evm_push(h->evm, &record);
}

// Runs the frame that was pushed last until it ends.
static void run_frame(struct evmc_hybrid *h, struct run *r, struct evm_request *q)
{
    for (enum evm_exit exit; (exit = evm_run(h->evm, q)) != EVM_EXIT_END;) {
        struct evm_outcome o = {0};
        if (exit == EVM_EXIT_CALL) {
            run_call(r, q, &o);
        } else {
            run_create(r, q, &o);
        }
        evm_resume(h->evm, &o);
    }
}

static struct evmc_result make_result(const struct run *r, const struct evm_request *q)
{
    struct evmc_result result = {.status_code = status_code(q->status, q->halt)};
    if (q->status == EVM_HALT) {
        return result;
    }
    result.gas_left = (i64)q->gas;
    result.gas_refund = q->status == EVM_SUCCESS ? r->refund : 0;
    if (q->data_size > 0) {
        u8 *output = mem_alloc(q->data_size);
        copy_bytes(output, (const u8 *)(uintptr_t)q->data, q->data_size);
        result.output_data = output;
        result.output_size = q->data_size;
        result.release = release_output;
    }
    return result;
}

static struct evmc_result execute(struct evmc_vm *vm, const struct evmc_host_interface *host,
                                  struct evmc_host_context *context, enum evmc_revision revision,
                                  const struct evmc_message *message, const uint8_t *code,
                                  size_t code_size)
{
    struct evmc_hybrid *h = (struct evmc_hybrid *)vm;
    bool is_riscv = h->rejects_riscv && code_size > 0 && code[0] == 0xff;
    if (is_riscv || (u32)revision >= FORK_COUNT || message->kind == EVMC_EOFCREATE ||
        message->depth < 0 || message->depth > DEPTH_MAX || message->gas < 0 ||
        evm_frame_count(h->evm) >= EVM_FRAMES_MAX) {
        return (struct evmc_result){.status_code = EVMC_REJECTED};
    }
    struct run r = {.host = host,
                    .context = context,
                    .message = message,
                    .code = {code, code_size},
                    .hybrid = h->rejects_riscv,
                    .outer = h->run};
    gas_table_init(&r.price, (enum fork)revision);
    r.tx = host->get_tx_context(context);
    if (r.outer == NULL) {
        set_environment(h->evm, &r.tx);
    }
    h->run = &r;
    push(h, &r, (enum fork)revision);
    struct evm_request q;
    run_frame(h, &r, &q);
    struct evmc_result result = make_result(&r, &q);
    buf_fini(&r.return_data);
    h->run = r.outer;
    return result;
}

// ---- life ---------------------------------------------------------------------------------------

static u64 memory_size(void)
{
    return (evm_memory_needed() + OS_PAGE_SIZE - 1) / OS_PAGE_SIZE * OS_PAGE_SIZE;
}

static void destroy(struct evmc_vm *vm)
{
    struct evmc_hybrid *h = (struct evmc_hybrid *)vm;
    os_release(h->memory, memory_size());
    mem_free(h);
}

static evmc_capabilities_flagset get_capabilities(struct evmc_vm *vm)
{
    (void)vm;
    return EVMC_CAPABILITY_EVM1;
}

static enum evmc_set_option_result set_option(struct evmc_vm *vm, const char *name,
                                              const char *value)
{
    struct evmc_hybrid *h = (struct evmc_hybrid *)vm;
    if (strcmp(name, "evm") == 0) {
        return strcmp(value, "native") == 0 ? EVMC_SET_OPTION_SUCCESS
                                            : EVMC_SET_OPTION_INVALID_VALUE;
    }
    if (strcmp(name, "riscv") != 0) {
        return EVMC_SET_OPTION_INVALID_NAME;
    }
    if (strcmp(value, "on") != 0 && strcmp(value, "off") != 0) {
        return EVMC_SET_OPTION_INVALID_VALUE;
    }
    h->rejects_riscv = strcmp(value, "on") == 0;
    return EVMC_SET_OPTION_SUCCESS;
}

PUBLIC struct evmc_vm *evmc_create_hybrid(void)
{
    void *memory = os_reserve(memory_size());
    if (memory == NULL || !os_commit_rw(memory, memory_size())) {
        os_release(memory, memory_size());
        return NULL;
    }
    struct evmc_vm vm = {.abi_version = EVMC_ABI_VERSION,
                         .name = "hybrid",
                         .version = HYBRID_VERSION,
                         .destroy = destroy,
                         .execute = execute,
                         .get_capabilities = get_capabilities,
                         .set_option = set_option};
    struct evmc_hybrid *h = mem_zalloc(sizeof *h);
    memcpy(&h->vm, &vm, sizeof vm); // its version is constant: no assignment
    struct evm_host host = evmc_operations(h);
    h->memory = memory;
    h->evm = evm_init(memory, memory_size(), &host);
    return &h->vm;
}
