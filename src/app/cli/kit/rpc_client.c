// SPDX-License-Identifier: MIT
// Requests to a node; see rpc_client.h.
#include "app/cli/kit/rpc_client.h"

#include <string.h>

#include "app/cli/kit/command.h"
#include "app/cli/kit/http_client.h"
#include "lib/base/bytes.h"

#define ANSWER_MAX ((usize)256 << 20)

// The port in decimal digits behind a colon, up to `end`; 80 without one. 0: it is none.
static u16 read_port(const char *text, const char *end)
{
    u32 v = 0;
    if (text == end) {
        return 80;
    }
    for (const char *p = text + 1; p < end; p++) {
        v = *p >= '0' && *p <= '9' && v < 10000 ? v * 10 + (u32)(*p - '0') : 65536;
    }
    return text[0] == ':' && v < 65536 ? (u16)v : 0;
}

bool rpc_client_open(struct rpc_client *c, struct buf *why, const char *url)
{
    static const char scheme[] = "http://";
    usize n = sizeof scheme - 1;
    *c = (struct rpc_client){.id = 0};
    if (strncmp(url, scheme, n) != 0 || strpbrk(url, " \r\n") != NULL) {
        buf_printf(why, "\"%.100s\" is no http URL; for example: " RPC_URL_DEFAULT, url);
        return false;
    }
    const char *host = url + n;
    const char *end = host + strcspn(host, "/");
    bool is_v6 = host[0] == '[';
    usize host_size = is_v6 ? strcspn(host, "]") : strcspn(host, ":/");
    const char *rest = host + host_size + (is_v6 && host[host_size] == ']');
    c->port = rest <= end ? read_port(rest, end) : 0;
    if (host_size <= is_v6 || c->port == 0) {
        buf_printf(why, "\"%.100s\" has no host and port; for example: " RPC_URL_DEFAULT, url);
        return false;
    }
    work_text(&c->host, "%.*s", (int)(host_size - is_v6), host + is_v6);
    work_text(&c->path, "%s", end[0] != 0 ? end : "/");
    return true;
}

void rpc_client_close(struct rpc_client *c)
{
    if (c->has_answer) {
        json_fini(&c->answer);
    }
    buf_fini(&c->host);
    buf_fini(&c->path);
    buf_fini(&c->data);
    c->has_answer = false;
}

static bool exchange(struct rpc_client *c, struct buf *body, struct buf *why, bytes text)
{
    struct http_post p = {.host = (const char *)c->host.p,
                          .path = (const char *)c->path.p,
                          .port = c->port,
                          .body = text,
                          .answer_max = ANSWER_MAX};
    bool is_reached;
    bool ok = http_post(body, &is_reached, why, &p);
    if (!is_reached) {
        buf_put_text(why, "; is a node there? `hybrid-node --dev` starts one, --rpc names another");
    }
    return ok;
}

static enum fault take_error(struct rpc_client *c, struct buf *why, const json_value *error,
                             const char *method)
{
    json_value code;
    json_value message;
    json_value data;
    bool has_data;
    const char *text;
    usize n;
    TRY(json_member(&code, error, "code"));
    TRY(json_member(&message, error, "message"));
    TRY(json_get_text(&text, &n, &message));
    TRY(json_find(&data, &has_data, error, "data"));
    if (has_data && json_kind_of(&data) == JSON_KIND_TEXT &&
        json_get_data(&c->data, &data) != FAULT_NONE) {
        buf_clear(&c->data); // not hex: something for people
    }
    struct buf number = {0};
    json_put_copy(&number, &code);
    buf_printf(why, "%s: the node refuses: %.*s (code %.*s)", method, (int)n, text, (int)number.n,
               (const char *)number.p);
    c->is_refusal = true;
    buf_fini(&number);
    return FAULT_NONE;
}

static bool take_answer(struct rpc_client *c, json_value *result, struct buf *why,
                        const char *method)
{
    json_value root = json_root(&c->answer);
    json_value error;
    bool has_error;
    enum fault f = json_find(&error, &has_error, &root, "error");
    if (f == FAULT_NONE && has_error) {
        f = take_error(c, why, &error, method);
        if (f == FAULT_NONE) {
            return false;
        }
    }
    // null counts as missing for json_member: a result may be null.
    for (json_value m = {0}; f == FAULT_NONE && json_next_member(&m, &root);) {
        if (strcmp(m.name, "result") == 0) {
            *result = m;
            result->parent = NULL;
            return true;
        }
    }
    buf_printf(why, "%s: the answer is no JSON-RPC: %.*s", method, (int)c->answer.error.n,
               c->answer.error.n > 0 ? (const char *)c->answer.error.p : "");
    return false;
}

bool rpc_client_call(struct rpc_client *c, json_value *result, struct buf *why, const char *method,
                     const char *parameters)
{
    struct buf text = {0};
    struct buf body = {0};
    if (c->has_answer) {
        json_fini(&c->answer);
    }
    c->has_answer = false;
    c->is_refusal = false;
    buf_clear(&c->data);
    buf_printf(&text, "{\"jsonrpc\":\"2.0\",\"id\":%llu,\"method\":\"%s\",\"params\":%s}",
               (unsigned long long)++c->id, method, parameters);
    bool ok = exchange(c, &body, why, buf_bytes(&text));
    if (ok) {
        enum fault f = json_parse(&c->answer, buf_bytes(&body));
        c->has_answer = true;
        if (f != FAULT_NONE) {
            buf_printf(why, "%s: the answer is no JSON: %.*s", method, (int)c->answer.error.n,
                       (const char *)c->answer.error.p);
            ok = false;
        }
        ok = ok && take_answer(c, result, why, method);
    }
    buf_fini(&text);
    buf_fini(&body);
    return ok;
}
