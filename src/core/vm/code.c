// SPDX-License-Identifier: MIT
// Cache of RISC-V programs by code hash: validated and decoded once, shared by all frames that run
// them. Refused images are remembered too, so that a hostile one is not validated again and again.
// Bounded: when full it is emptied; programs of live frames live on by their own references.
#include "core/vm/priv.h"

#include "lib/base/hash.h"
#include "lib/base/seed.h"

#define CODE_CACHE_BYTES_MAX (256ull << 20)
#define CODE_CACHE_ENTRIES_MAX 65536u

#define TABLE_NAME program_table
#define TABLE_KEY b256
#define TABLE_VALUE struct rv_program *
#define TABLE_HASH(key, seed) hash_b256(key, seed)
#define TABLE_EQUAL(a, b) b256_equal(a, b)
#include "lib/base/table.h"

struct vm_code {
    struct program_table programs; // NULL: refused
    u64 bytes_held;
};

struct vm_code *code_new(void)
{
    struct vm_code *c = mem_zalloc(sizeof *c);
    program_table_init(&c->programs, seed_for_tables());
    return c;
}

void code_empty(struct vm_code *c)
{
    for (u32 i = 0; i < c->programs.count; i++) {
        if (c->programs.entries[i].value != NULL) {
            rv_program_unref(c->programs.entries[i].value);
        }
    }
    program_table_clear(&c->programs);
    c->bytes_held = 0;
}

void code_free(struct vm_code *c)
{
    code_empty(c);
    program_table_fini(&c->programs);
    mem_free(c);
}

static struct rv_program *make_program(bytes image)
{
    if (image.n == 0 || image.p[0] != 0xFF) {
        return NULL; // the image in a container may begin with anything
    }
    enum hv1_verdict verdict = HV1_OK;
    return rv_program_new(bytes_slice(image, 1, image.n - 1), RV_CONTRACT, &verdict);
}

struct rv_program *code_program(struct vm_code *c, const b256 *hash, bytes image)
{
    struct rv_program **found = program_table_find(&c->programs, hash);
    if (found == NULL) {
        if (c->bytes_held > CODE_CACHE_BYTES_MAX || c->programs.count >= CODE_CACHE_ENTRIES_MAX) {
            code_empty(c);
        }
        struct rv_program *made = make_program(image);
        c->bytes_held += made != NULL ? rv_program_memory(made) : 0;
        found = program_table_put(&c->programs, hash, NULL);
        *found = made;
    }
    return *found != NULL ? rv_program_ref(*found) : NULL;
}
