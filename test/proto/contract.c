// SPDX-License-Identifier: MIT
// A contract as the prototype's toolchain makes it. Its heap is 10 MiB of bss. The constructor's
// argument, a word, goes to slot 1, its caller to slot 0 (as a number). Calldata: byte 0 selects:
//     0  the owner, slot 0 (32 bytes)         1  this frame's caller as the kit reads it (20 bytes)
//     2  the caller's balance (32 bytes)      3  keccak256 of 1 MiB of the heap after filling it
//     (32 bytes) 4  the sum of 0 to 999, by a recursion that takes 1 MiB of stack (32 bytes) 5
//     calls the address in bytes 1 to 20 with the rest, counts it in slot 2, and returns its return
//     data 6  a word of 1 if heap and CSRs are as they must be at the start, else 0 7  slot 1 (32
//     bytes)                    8  the data among code (32 bytes) 9  addresses: this, origin,
//     coinbase, caller (80 bytes)
#include "proto.h"

enum { HEAP_SIZE = 10 << 20, MIB = 1 << 20, CONSTANTS = 6000 };

uint8_t heap[HEAP_SIZE];
extern const uint8_t code_table[32];

// Enough constants that text and bss are not in one page.
static const uint8_t constants[CONSTANTS] = {[0] = 1, [CONSTANTS - 1] = 1};

#ifdef PROTO_CONSTRUCTOR
extern const uint8_t runtime[], runtime_end[];

void contract(const uint8_t *window)
{
    proto_address owner = proto_get_address(0x33);
    proto_sstore(
        0, (proto_u256){{get_be(owner.b + 12, 8), get_be(owner.b + 4, 8), get_be(owner.b, 4), 0}});
    const uint8_t *word = window + 8;
    proto_sstore(1, (proto_u256){{get_be(word + 24, 8), get_be(word + 16, 8), get_be(word + 8, 8),
                                  get_be(word, 8)}});
    heap[0] = constants[0];
    proto_return(runtime, (uint64_t)(runtime_end - runtime));
}
#else
static void return_u256(proto_u256 v)
{
    uint8_t word[32];
    for (int i = 0; i < 4; i++) {
        put_be64(word + 8 * i, v.limb[3 - i]);
    }
    proto_return(word, sizeof word);
}

static proto_u256 number(uint64_t v)
{
    return (proto_u256){{v, 0, 0, 0}};
}

__attribute__((noinline)) static uint64_t sum_below(uint64_t n)
{
    volatile uint8_t frame[1024];
    frame[0] = (uint8_t)n;
    return n == 0 ? 0 : n - 1 + sum_below(n - 1) + (frame[0] != (uint8_t)n);
}

static void hash_heap(void)
{
    for (size_t i = 0; i < MIB; i++) {
        heap[i] = (uint8_t)(i * 7 + constants[i % CONSTANTS]);
    }
    return_u256(proto_keccak(heap, MIB));
}

static void forward(const uint8_t *input, uint64_t n)
{
    proto_address to;
    for (int i = 0; i < 20; i++) {
        to.b[i] = input[i];
    }
    proto_call(&to, 0, input + 20, n - 20);
    proto_u256 count = proto_sload(2); // after the call: execution goes on where it was
    count.limb[0]++;
    proto_sstore(2, count);
    uint64_t size = proto_word(0x3D);
    proto_copy_return_data(heap, 0, size);
    proto_return(heap, size);
}

static uint64_t start_is_right(void)
{
    uint64_t hart, interrupts, any = 0;
    __asm__ volatile("csrr %0, mhartid" : "=r"(hart));
    __asm__ volatile("csrr %0, mie" : "=r"(interrupts));
    for (size_t i = 0; i < HEAP_SIZE; i += 4096) {
        any |= heap[i];
    }
    return (hart | interrupts | any | heap[HEAP_SIZE - 1]) == 0;
}

static void addresses(void)
{
    static const uint8_t services[] = {0x30, 0x32, 0x41, 0x33};
    for (int i = 0; i < 4; i++) {
        proto_address a = proto_get_address(services[i]);
        for (int j = 0; j < 20; j++) {
            heap[20 * i + j] = a.b[j];
        }
    }
    proto_return(heap, 80);
}

void contract(const uint8_t *window)
{
    uint64_t n = *(const uint64_t *)window;
    const uint8_t *data = window + 8;
    proto_address caller = proto_get_address(0x33);
    switch (data[0]) {
    case 0:
        return_u256(proto_sload(0));
        break;
    case 1:
        proto_return(caller.b, sizeof caller.b);
    case 2:
        return_u256(proto_balance(&caller));
        break;
    case 3:
        hash_heap();
        break;
    case 4:
        return_u256(number(sum_below(1000)));
        break;
    case 5:
        forward(data + 1, n - 1);
        break;
    case 6:
        return_u256(number(start_is_right()));
        break;
    case 7:
        return_u256(proto_sload(1));
        break;
    case 8:
        proto_return(code_table, 32);
    case 9:
        addresses();
        break;
    default:
        break; // falls back into the start-up code, whose end is wfi
    }
}
#endif
