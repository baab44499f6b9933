// SPDX-License-Identifier: MIT
// Tests of the reader behind `hybrid rv disasm`: texts and names of a real ELF; spoiled ones
// neither lead it out of the file nor stop it.
#include "app/cli/elf_view.h"

#include <stdlib.h>
#include <string.h>

#include "test/test.h"

static bytes contract(char **file)
{
    usize n;
    *file = test_read(test_asset("contracts/token.debug.elf"), &n);
    EXPECT(*file != NULL);
    return (bytes){(const u8 *)*file, n};
}

TEST(elf_view, finds_executable_bytes_and_names)
{
    char *file;
    struct elf_view v;
    struct elf_text text;
    EXPECT(elf_view_open(&v, contract(&file)));
    EXPECT(elf_view_text(&text, &v, 0));
    EXPECT_EQ(text.gva, 0x80300000);
    EXPECT(text.data.n > 100);
    EXPECT(!elf_view_text(&text, &v, 1));
    const struct elf_symbol *s = elf_view_symbol(&v, 0x80300000);
    EXPECT(s != NULL);
    EXPECT_STR(s->name, "_start");
    EXPECT(elf_view_symbol(&v, 0x80300002) == s);
    EXPECT(elf_view_symbol(&v, 0x10) == NULL);
    elf_view_fini(&v);
    free(file);
}

// Looks at everything that a listing looks at.
static void walk(bytes file)
{
    struct elf_view v;
    if (elf_view_open(&v, file)) {
        struct elf_text text;
        for (u32 i = 0; elf_view_text(&text, &v, i); i++) {
            EXPECT(text.data.p >= file.p && text.data.p + text.data.n <= file.p + file.n);
            (void)elf_view_symbol(&v, text.gva);
        }
        for (usize i = 0; i < v.symbol_count; i++) {
            EXPECT(strlen(v.symbol[i].name) > 0);
        }
    }
    elf_view_fini(&v);
}

TEST(elf_view, survives_files_that_are_cut_or_spoiled)
{
    char *file;
    bytes whole = contract(&file);
    u8 *copy = malloc(whole.n);
    u64 state = test_seed();
    for (u32 i = 0; i < 2000; i++) {
        u64 r = test_random(&state);
        usize n = i % 2 == 0 ? r % whole.n : whole.n;
        memcpy(copy, whole.p, n);
        for (u32 k = 0; k < 4 && n > 64; k++) { // of the headers, where the claims are
            r = test_random(&state);
            copy[r >> 8 & 1 ? r % 400 % n : n - 1 - r % 1500 % n] = (u8)(r >> 16);
        }
        walk((bytes){copy, n});
    }
    walk(BYTES_NONE);
    free(copy);
    free(file);
}
