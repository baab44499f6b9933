// SPDX-License-Identifier: MIT
// The bare machine on hostile bytes, as a whole ELF and as the code of a good one: whatever they
// are, it ends.
#include "engine/rv/bare/bare.h"

#include "lib/base/bytes.h"
#include "lib/base/check.h"

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

#define STEPS_MAX 2000
#define CODE_AT 120u
#define CODE_MAX 4096u
#define ADDRESS 0x80000000ull

static void check_run(bytes elf)
{
    struct bare_result r;
    bare_run(&(struct bare_options){.steps_max = STEPS_MAX}, elf, &r);
    CHECK(r.instructions <= STEPS_MAX && r.end <= BARE_REFUSED);
    CHECK((r.text.n == 0) == (r.end == BARE_PASSED));
    bare_result_fini(&r);
}

int LLVMFuzzerTestOneInput(const u8 *data, usize n)
{
    check_run((bytes){data, n});
    u8 elf[CODE_AT + CODE_MAX] = "\177ELF\2\1\1";
    const usize size = n < CODE_MAX ? n : CODE_MAX;
    store_le16(elf + 16, 2);
    store_le16(elf + 18, 243);
    store_le64(elf + 24, ADDRESS);
    store_le64(elf + 32, 64);
    store_le16(elf + 54, 56);
    store_le16(elf + 56, 1);
    store_le32(elf + 64, 1);
    store_le64(elf + 72, CODE_AT);
    store_le64(elf + 88, ADDRESS);
    store_le64(elf + 96, size);
    store_le64(elf + 104, CODE_MAX);
    copy_bytes(elf + CODE_AT, data, size);
    check_run((bytes){elf, CODE_AT + size});
    return 0;
}
