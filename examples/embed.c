// SPDX-License-Identifier: MIT
// Embedding hybrid: makes a VM, deploys a RISC-V contract (the counter of test/contracts) and an
// EVM contract that passes calls on to it, calls the one through the other, and prints what
// happened.
//     cc embed.c $(pkg-config --cflags --libs hybrid) -o embed && ./embed counter.deploy
#include <hybrid/hybrid.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// EVM: calls the address in the first word of its calldata with one byte, returns what that
// returns. PUSH0 PUSH0 PUSH1 1 PUSH0 PUSH0 PUSH0 CALLDATALOAD GAS CALL, return data to memory and
// out; after init code.
static const uint8_t forwarder[] = {
    0x60, 0x12, 0x80, 0x60, 0x09, 0x5f, 0x39, 0x5f, 0xf3, 0x5f, 0x5f, 0x60, 0x01, 0x5f,
    0x5f, 0x5f, 0x35, 0x5a, 0xf1, 0x3d, 0x5f, 0x5f, 0x3e, 0x50, 0x3d, 0x5f, 0xf3,
};

static void enter(void *context, const struct hybrid_frame *f)
{
    static const char *const kinds[] = {"no", "EVM", "RISC-V", "precompiled"};
    (void)context;
    printf("  %*sdepth %u: %s code, %llu gas\n", 2 * (int)f->depth, "", f->depth, kinds[f->kind],
           (unsigned long long)f->gas);
}

static struct hybrid_address deploy(struct hybrid_vm *vm, struct hybrid_state *state,
                                    const struct hybrid_message *m, struct hybrid_bytes code)
{
    struct hybrid_result *r;
    enum hybrid_error error = hybrid_deploy(vm, state, m, code, &r);
    if (error != HYBRID_OK || hybrid_result_created(r) == NULL) {
        fprintf(stderr, "deploy: %s\n",
                error != HYBRID_OK ? hybrid_error_text(error) : "it failed");
        exit(1);
    }
    struct hybrid_address a = *hybrid_result_created(r);
    printf("deployed, %llu gas\n", (unsigned long long)hybrid_result_gas_used(r));
    hybrid_result_free(r);
    return a;
}

int main(int argc, char **argv)
{
    static uint8_t image[1 << 20];
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
    if (file == NULL) {
        fprintf(stderr, "usage: embed counter.deploy\n");
        return 2;
    }
    struct hybrid_bytes counter_code = {image, fread(image, 1, sizeof image, file)};
    fclose(file);

    struct hybrid_vm *vm = hybrid_vm_new(HYBRID_EVM_RISCV);
    struct hybrid_state *state = hybrid_state_new();
    struct hybrid_message m = {.from = {{0xaa}}, .gas = 10000000};
    struct hybrid_address counter = deploy(vm, state, &m, counter_code);
    struct hybrid_address caller =
        deploy(vm, state, &m, (struct hybrid_bytes){forwarder, sizeof forwarder});

    uint8_t input[32] = {0};
    memcpy(input + 12, counter.bytes, 20);
    m.to = caller;
    m.input = (struct hybrid_bytes){input, sizeof input};
    hybrid_vm_set_tracer(vm, &(struct hybrid_tracer){.enter = enter});
    struct hybrid_result *r;
    if (hybrid_call(vm, state, &m, &r) != HYBRID_OK) {
        fprintf(stderr, "call: %s\n", hybrid_vm_fault_text(vm));
        return 1;
    }
    struct hybrid_word key = hybrid_word_of(0);
    printf("status %d, %llu gas, the counter is at %u\n", (int)hybrid_result_status(r),
           (unsigned long long)hybrid_result_gas_used(r),
           hybrid_state_storage(state, &counter, &key).bytes[31]);
    hybrid_result_free(r);
    hybrid_state_free(state);
    hybrid_vm_free(vm);
    return 0;
}
