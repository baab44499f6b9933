// SPDX-License-Identifier: MIT
// Contracts in Solidity, by solc over the kit's solidity/compile.js.
#include <string.h>

#include "app/cli/kit/build.h"
#include "app/cli/kit/command.h"
#include "lib/base/bytes.h"
#include "lib/codec/json.h"

static enum fault keep_one(struct build *b, const json_value *v)
{
    json_value abi;
    json_value member;
    const char *name;
    usize n;
    struct built what = {.language = "Solidity"};
    struct buf text = {0};
    struct buf code = {0};
    struct buf deploy = {0};
    TRY(json_member(&abi, v, "abi"));
    TRY(json_member(&member, v, "name"));
    TRY(json_get_text(&name, &n, &member));
    if (n >= sizeof what.name) {
        return json_refuse(&member, "is longer than %zu characters", sizeof what.name - 1);
    }
    copy_bytes(what.name, name, n + 1);
    for (usize i = 0; i < json_count(&abi); i++) {
        json_value item = json_element(&abi, i);
        json_value kind;
        const char *word;
        TRY(json_member(&kind, &item, "type"));
        TRY(json_get_text(&word, &n, &kind));
        what.functions += strcmp(word, "function") == 0;
    }
    json_put_copy(&text, &abi);
    enum fault f = json_find_data(&code, v, "code");
    f = f != FAULT_NONE ? f : json_find_data(&deploy, v, "deploy");
    if (f == FAULT_NONE &&
        !build_keep(b, &what, buf_bytes(&text), buf_bytes(&code), buf_bytes(&deploy))) {
        f = FAULT_IO;
    }
    buf_fini(&text);
    buf_fini(&code);
    buf_fini(&deploy);
    return f;
}

static bool keep_all(struct build *b, bytes text)
{
    struct json j;
    enum fault f = json_parse(&j, text);
    if (f == FAULT_NONE) {
        json_value root = json_root(&j);
        for (usize i = 0; f == FAULT_NONE && i < json_count(&root); i++) {
            json_value v = json_element(&root, i);
            f = keep_one(b, &v);
        }
    }
    if (f == FAULT_BAD_INPUT) {
        buf_printf(&b->why, "the Solidity compiler's output: %.*s", (int)j.error.n,
                   (const char *)j.error.p);
    }
    json_fini(&j);
    return f == FAULT_NONE;
}

bool build_solidity(struct build *b, const char *path)
{
    struct buf script = {0};
    struct buf out = {0};
    const char *const argv[] = {"node", work_text(&script, "%s/solidity/compile.js", b->plan.kit),
                                path, NULL};
    bool ok =
        work_run(&out, &b->why, &(struct os_command){.argv = argv}) && keep_all(b, buf_bytes(&out));
    buf_fini(&script);
    buf_fini(&out);
    return ok;
}
