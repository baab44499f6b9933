// SPDX-License-Identifier: MIT
// The official vectors of verify_kzg_proof (fixtures/unit/kzg_verify_proof), one YAML file each: a
// line "name: 'hex'" for each field, then "output:" true, false or null, for what is malformed.
#include "lib/crypto/kzg/kzg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "lib/os/file.h"
#include "test/test.h"

#define FOLDER "fixtures/unit/kzg_verify_proof"
#define FILE_MAX 65536

// The field's bytes, or false if there are more or fewer than n of them.
static bool read_field(u8 *to, usize n, const char *text, const char *name)
{
    char key[32];
    (void)snprintf(key, sizeof key, " %s: '", name);
    const char *p = strstr(text, key);
    EXPECT(p != NULL);
    p += strlen(key);
    const char *end = strchr(p, '\'');
    EXPECT(end != NULL);
    hex_error why;
    return hex_decode_exact(to, n, &why, p, (usize)(end - p));
}

static void check_file(const char *name)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", FOLDER, name);
    usize n;
    char *text = test_read(test_asset(path), &n);
    EXPECT(text != NULL);
    struct kzg_claim c;
    bool whole = read_field(c.z.b, sizeof c.z.b, text, "z") &&
                 read_field(c.y.b, sizeof c.y.b, text, "y") &&
                 read_field(c.commitment, sizeof c.commitment, text, "commitment") &&
                 read_field(c.proof, sizeof c.proof, text, "proof");
    enum kzg_answer answer = whole ? kzg_verify_proof(&c) : KZG_MALFORMED;
    const char *output = strstr(text, "output: ");
    EXPECT(output != NULL);
    output += strlen("output: ");
    enum kzg_answer want = KZG_MALFORMED;
    if (strncmp(output, "true", 4) == 0) {
        want = KZG_RIGHT;
    } else if (strncmp(output, "false", 5) == 0) {
        want = KZG_WRONG;
    }
    if (answer != want) {
        FAIL("%s: %u, not %u", name, (u32)answer, (u32)want);
    }
    free(text);
}

TEST(kzg, official_proofs)
{
    struct os_names names = {0};
    struct buf why = {0};
    if (os_list_folder(&names, &why, test_asset(FOLDER)) != FAULT_NONE) {
        (void)printf("official vectors (%s) not found: not run\n", FOLDER);
    }
    for (usize i = 0; i < names.count; i++) {
        check_file(names.name[i]);
    }
    os_names_fini(&names);
    buf_fini(&why);
}
