// SPDX-License-Identifier: MIT
// Whether a step did what its `expect` says (docs/play.md, "Steps"). Each difference becomes a line
// that shows what was expected and what was there in the same form.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/cli/play.h"
#include "core/trace/put.h"
#include "lib/base/bytes.h"
#include "lib/num/u256.h"

static const char *const execution_members[] = {
    "status",  "halt",    "output",   "logs",   "gas_used",
    "created", "storage", "balances", "nonces", "code",
};
enum { STATE_MEMBERS_FROM = 6 }; // steps that execute nothing have only these

void play_fail(struct play_result *r, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(&r->failures, format, args);
    va_end(args);
    buf_put_u8(&r->failures, '\n');
}

// "<what>: expected <a>, was <b>"; both are texts that are freed.
static void fail_texts(struct play_result *r, const char *what, struct buf *expected,
                       struct buf *was)
{
    play_fail(r, "%s: expected %.*s, was %.*s", what, (int)expected->n, (const char *)expected->p,
              (int)was->n, (const char *)was->p);
    buf_fini(expected);
    buf_fini(was);
}

static void put_word(struct buf *b, u256 v)
{
    if (u256_fits_u64(v)) {
        buf_printf(b, "%llu", (unsigned long long)v.w[0]);
    } else {
        hex_put_quantity(b, v);
    }
}

static void compare_words(struct play_result *r, const char *what, u256 expected, u256 was)
{
    if (!u256_eq(expected, was)) {
        struct buf a = {0};
        struct buf b = {0};
        put_word(&a, expected);
        put_word(&b, was);
        fail_texts(r, what, &a, &b);
    }
}

// ---- what the execution gave --------------------------------------------------------------------

static enum fault expect_status(struct play_result *r, const json_value *expect)
{
    json_value v;
    bool has_halt = false;
    bool found = false;
    const char *wanted = "success";
    const char *halt = NULL;
    usize n;
    if (expect != NULL) {
        TRY(json_find(&v, &has_halt, expect, "halt"));
        if (has_halt) {
            TRY(json_get_text(&halt, &n, &v));
            wanted = "halt";
        }
        TRY(json_find(&v, &found, expect, "status"));
    }
    if (found) {
        TRY(json_get_text(&wanted, &n, &v));
        if (strcmp(wanted, "success") != 0 && strcmp(wanted, "revert") != 0 &&
            strcmp(wanted, "halt") != 0) {
            return json_refuse(&v, "\"%.40s\" is not one of success, revert, halt", wanted);
        }
    }
    const char *status = outcome_status(&r->outcome);
    const char *reason = outcome_halt(&r->outcome);
    if (strcmp(status, wanted) != 0) {
        play_fail(r, "status: expected %s, was %s%s%s", wanted, status, reason != NULL ? ": " : "",
                  reason != NULL ? reason : "");
    } else if (halt != NULL && reason != NULL && strcmp(halt, reason) != 0) {
        play_fail(r, "halt: expected %s, was %s", halt, reason);
    }
    return FAULT_NONE;
}

// If the expectation is a typed list, its types are remembered, so that outputs can be shown by
// them.
static enum fault learn_output_types(struct play *p, struct play_result *r, const json_value *v)
{
    if (json_kind_of(v) != JSON_KIND_LIST) {
        return FAULT_NONE;
    }
    struct play_values values;
    enum fault f = play_typed(p, &r->output_signature, &values, v);
    play_values_fini(&values);
    r->output_types = f == FAULT_NONE ? &r->output_signature : NULL;
    return f;
}

static enum fault expect_output(struct play *p, struct play_result *r, const json_value *v)
{
    struct buf wanted = {0};
    enum fault f = play_bytes(p, &wanted, v);
    if (f == FAULT_NONE) {
        f = learn_output_types(p, r, v);
    }
    bytes output = buf_bytes(&r->outcome.output);
    if (f == FAULT_NONE && (wanted.n != output.n || !equal_bytes(wanted.p, output.p, output.n))) {
        struct buf a = {0};
        struct buf b = {0};
        play_put_output(p, &a, r, buf_bytes(&wanted));
        play_put_output(p, &b, r, output);
        fail_texts(r, "output", &a, &b);
    }
    buf_fini(&wanted);
    return f;
}

// The typed form of an event as topics and data.
static enum fault event_log(struct play *p, struct outcome_log *log, struct buf *data,
                            const json_value *event)
{
    struct abi_signature s;
    struct play_values values;
    enum fault f = play_typed(p, &s, &values, event);
    struct abi_type type[ABI_TYPES_MAX];
    struct abi_value value[ABI_TYPES_MAX];
    u32 count = 0;
    log->topic[log->topic_count++] = s.hash;
    for (u32 i = 0; f == FAULT_NONE && i < s.count; i++) {
        if (!s.type[i].indexed) {
            type[count] = s.type[i];
            value[count++] = values.value[i];
        } else if (abi_is_dynamic(&s.type[i]) || log->topic_count == 4) {
            f = json_refuse(event, "value %u cannot be indexed (three static ones can be)", i + 1);
        } else {
            log->topic[log->topic_count++] = u256_to_b256(values.value[i].word);
        }
    }
    if (f == FAULT_NONE) {
        abi_encode(data, type, value, count);
    }
    play_values_fini(&values);
    return f;
}

static enum fault raw_log(struct play *p, struct outcome_log *log, struct buf *data,
                          const json_value *v)
{
    json_value member;
    bool found;
    TRY(json_find(&member, &found, v, "topics"));
    if (found) {
        TRY(json_expect(&member, JSON_KIND_LIST));
        if (json_count(&member) > 4) {
            return json_refuse(&member, "has more than 4 topics");
        }
        for (usize i = 0; i < json_count(&member); i++) {
            json_value topic = json_element(&member, i);
            TRY(json_get_b256(&log->topic[log->topic_count++], &topic));
        }
    }
    TRY(json_find(&member, &found, v, "data"));
    return found ? play_bytes(p, data, &member) : FAULT_NONE;
}

static enum fault read_log(struct play *p, struct outcome_log *log, struct buf *data,
                           const json_value *v)
{
    static const char *const typed_members[] = {"address", "event"};
    static const char *const raw_members[] = {"address", "topics", "data"};
    json_value event;
    json_value emitter;
    bool typed;
    *log = (struct outcome_log){0};
    TRY(json_find(&event, &typed, v, "event"));
    if (typed) {
        TRY(json_only_members(v, typed_members, COUNT_OF(typed_members)));
    } else {
        TRY(json_only_members(v, raw_members, COUNT_OF(raw_members)));
    }
    TRY(json_member(&emitter, v, "address"));
    TRY(play_address(p, &log->emitter, &emitter));
    return typed ? event_log(p, log, data, &event) : raw_log(p, log, data, v);
}

static bool same_log(const struct outcome_log *a, bytes a_data, const struct outcome_log *b,
                     bytes b_data)
{
    return address_equal(&a->emitter, &b->emitter) && a->topic_count == b->topic_count &&
           equal_bytes(a->topic, b->topic, a->topic_count * sizeof a->topic[0]) &&
           a_data.n == b_data.n && equal_bytes(a_data.p, b_data.p, a_data.n);
}

static enum fault expect_log(struct play *p, struct play_result *r, const json_value *v)
{
    struct outcome_log wanted;
    struct buf data = {0};
    enum fault f = read_log(p, &wanted, &data, v);
    if (f == FAULT_NONE && v->index < r->outcome.log_count) {
        const struct outcome_log *log = &r->outcome.log[v->index];
        bytes log_data = outcome_log_data(&r->outcome, log);
        if (!same_log(&wanted, buf_bytes(&data), log, log_data)) {
            struct buf a = {0};
            struct buf b = {0};
            char what[32];
            play_put_log(p, &a, &wanted, buf_bytes(&data));
            play_put_log(p, &b, log, log_data);
            snprintf(what, sizeof what, "log %zu", v->index + 1);
            fail_texts(r, what, &a, &b);
        }
    }
    buf_fini(&data);
    return f;
}

static enum fault expect_logs(struct play *p, struct play_result *r, const json_value *v)
{
    TRY(json_expect(v, JSON_KIND_LIST));
    usize count = json_count(v);
    if (count != r->outcome.log_count) {
        play_fail(r, "logs: expected %zu, was %zu", count, r->outcome.log_count);
    }
    for (usize i = 0; i < count; i++) {
        json_value log = json_element(v, i);
        TRY(expect_log(p, r, &log));
    }
    return FAULT_NONE;
}

static enum fault expect_created(struct play *p, struct play_result *r, const json_value *v)
{
    address wanted;
    TRY(play_address(p, &wanted, v));
    bool created = r->outcome.is_create && r->outcome.result.status == EVM_SUCCESS;
    if (!created || !address_equal(&wanted, &r->outcome.result.created)) {
        struct buf a = {0};
        struct buf b = {0};
        put_address(&a, &wanted);
        if (created) {
            put_address(&b, &r->outcome.result.created);
        } else {
            buf_put_text(&b, "nothing");
        }
        fail_texts(r, "created", &a, &b);
    }
    return FAULT_NONE;
}

static enum fault expect_execution(struct play *p, struct play_result *r, const json_value *expect)
{
    TRY(expect_status(r, expect));
    json_value v;
    bool found;
    if (expect == NULL) {
        return FAULT_NONE;
    }
    TRY(json_find(&v, &found, expect, "output"));
    if (found) {
        TRY(expect_output(p, r, &v));
    }
    TRY(json_find(&v, &found, expect, "logs"));
    if (found) {
        TRY(expect_logs(p, r, &v));
    }
    TRY(json_find(&v, &found, expect, "gas_used"));
    if (found) {
        u256 wanted;
        TRY(play_number(p, &wanted, &v));
        compare_words(r, "gas_used", wanted, u256_from_u64(r->outcome.gas_used));
    }
    TRY(json_find(&v, &found, expect, "created"));
    return found ? expect_created(p, r, &v) : FAULT_NONE;
}

// ---- what the state holds after it --------------------------------------------------------------

typedef enum fault expect_account(struct play *p, struct play_result *r, struct account *a,
                                  const json_value *v);

// Calls `each` for the accounts that a member of `expect` names.
static enum fault expect_accounts(struct play *p, struct play_result *r, const json_value *expect,
                                  const char *member, expect_account *each)
{
    json_value list;
    bool found;
    TRY(json_find(&list, &found, expect, member));
    if (!found) {
        return FAULT_NONE;
    }
    TRY(json_expect(&list, JSON_KIND_OBJECT));
    json_value v = {0};
    while (json_next_member(&v, &list)) {
        address a;
        TRY(play_address_text(p, &a, &v, v.name));
        TRY(each(p, r, state_account(p->session.state, &a), &v));
    }
    return FAULT_NONE;
}

static enum fault expect_balance(struct play *p, struct play_result *r, struct account *a,
                                 const json_value *v)
{
    u256 wanted;
    TRY(play_number(p, &wanted, v));
    struct buf what = {0};
    buf_printf(&what, "balance of %.70s%c", v->name, 0);
    compare_words(r, (const char *)what.p, wanted, *account_balance(a));
    buf_fini(&what);
    return FAULT_NONE;
}

static enum fault expect_nonce(struct play *p, struct play_result *r, struct account *a,
                               const json_value *v)
{
    u256 wanted;
    TRY(play_number(p, &wanted, v));
    struct buf what = {0};
    buf_printf(&what, "nonce of %.70s%c", v->name, 0);
    compare_words(r, (const char *)what.p, wanted, u256_from_u64(account_nonce(a)));
    buf_fini(&what);
    return FAULT_NONE;
}

static enum fault expect_storage(struct play *p, struct play_result *r, struct account *a,
                                 const json_value *v)
{
    TRY(json_expect(v, JSON_KIND_OBJECT));
    json_value slot = {0};
    while (json_next_member(&slot, v)) {
        u256 key;
        u256 wanted;
        TRY(play_key(p, &key, &slot, slot.name));
        TRY(play_number(p, &wanted, &slot));
        struct buf what = {0};
        buf_printf(&what, "storage of %.70s[%.200s]%c", v->name, slot.name, 0);
        compare_words(r, (const char *)what.p, wanted, state_sload(p->session.state, a, &key));
        buf_fini(&what);
    }
    return FAULT_NONE;
}

static enum fault expect_code(struct play *p, struct play_result *r, struct account *a,
                              const json_value *v)
{
    const char *wanted;
    usize n;
    TRY(json_get_text(&wanted, &n, v));
    if (strcmp(wanted, "riscv") != 0 && strcmp(wanted, "evm") != 0 && strcmp(wanted, "none") != 0) {
        return json_refuse(v, "\"%.40s\" is not one of riscv, evm, none", wanted);
    }
    bytes code = account_code(p->session.state, a);
    bool riscv = code.n > 0 && code.p[0] == 0xff && p->session.params.riscv;
    const char *was = code.n == 0 ? "none" : riscv ? "riscv" : "evm";
    if (strcmp(was, wanted) != 0) {
        play_fail(r, "code of %.70s: expected %s, was %s", v->name, wanted, was);
    }
    return FAULT_NONE;
}

enum fault play_expect(struct play *p, struct play_result *r, const json_value *step)
{
    json_value expect;
    bool found;
    TRY(json_find(&expect, &found, step, "expect"));
    if (r->executed) {
        TRY(expect_execution(p, r, found ? &expect : NULL));
    }
    if (!found) {
        return FAULT_NONE;
    }
    u32 skipped = r->executed ? 0 : STATE_MEMBERS_FROM;
    TRY(json_only_members(&expect, execution_members + skipped,
                          COUNT_OF(execution_members) - skipped));
    TRY(expect_accounts(p, r, &expect, "storage", expect_storage));
    TRY(expect_accounts(p, r, &expect, "balances", expect_balance));
    TRY(expect_accounts(p, r, &expect, "nonces", expect_nonce));
    return expect_accounts(p, r, &expect, "code", expect_code);
}
