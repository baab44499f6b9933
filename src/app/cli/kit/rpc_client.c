// SPDX-License-Identifier: MIT
// Requests to a node; see rpc_client.h.
#include "app/cli/kit/rpc_client.h"

#include <string.h>

#include "app/cli/kit/command.h"
#include "lib/base/bytes.h"
#include "lib/os/tcp.h"

#define TIMEOUT_MS 120000u // a traced transaction may take long
#define ANSWER_MAX ((usize)256 << 20)

bool rpc_client_open(struct rpc_client *c, struct buf *why, const char *url)
{
    static const char scheme[] = "http://";
    usize n = sizeof scheme - 1;
    *c = (struct rpc_client){.id = 0};
    if (strncmp(url, scheme, n) != 0) {
        buf_printf(why, "\"%.100s\" is no http URL; for example: " RPC_URL_DEFAULT, url);
        return false;
    }
    const char *host = url + n;
    usize authority = strcspn(host, "/");
    bool is_v6 = host[0] == '[';
    usize host_size = is_v6 ? strcspn(host, "]") : strcspn(host, ":/");
    const char *rest = host + host_size + (is_v6 && host[host_size] == ']');
    bool has_port = rest < host + authority && rest[0] == ':';
    if (host_size == 0 || (!has_port && rest != host + authority)) {
        buf_printf(why, "\"%.100s\" has no host; for example: " RPC_URL_DEFAULT, url);
        return false;
    }
    kit_text(&c->host, "%.*s", (int)(host_size - is_v6), host + is_v6);
    kit_text(&c->port, "%.*s", has_port ? (int)(host + authority - rest - 1) : 2,
             has_port ? rest + 1 : "80");
    kit_text(&c->path, "%s", host[authority] != 0 ? host + authority : "/");
    usize digits = strspn((const char *)c->port.p, "0123456789");
    if (digits == 0 || c->port.p[digits] != 0 || strpbrk(url, " \r\n") != NULL) {
        buf_printf(why, "\"%.100s\" has no port in decimal digits", url);
        return false;
    }
    return true;
}

void rpc_client_close(struct rpc_client *c)
{
    if (c->has_answer) {
        json_fini(&c->answer);
    }
    buf_fini(&c->host);
    buf_fini(&c->port);
    buf_fini(&c->path);
    buf_fini(&c->data);
    c->has_answer = false;
}

static bool exchange(struct rpc_client *c, struct buf *body, struct buf *why, bytes text)
{
    struct buf request = {0};
    struct buf answer = {0};
    buf_printf(&request,
               "POST %s HTTP/1.1\r\nhost: %s:%s\r\ncontent-type: application/json\r\n"
               "content-length: %zu\r\nconnection: close\r\n\r\n",
               (const char *)c->path.p, (const char *)c->host.p, (const char *)c->port.p, text.n);
    buf_put(&request, text.p, text.n);
    struct os_tcp_exchange e = {.host = (const char *)c->host.p,
                                .port = (const char *)c->port.p,
                                .request = buf_bytes(&request),
                                .timeout_ms = TIMEOUT_MS,
                                .size_max = ANSWER_MAX,
                                .is_whole = http_answer_is_whole};
    bool reached = os_tcp_ask(&answer, why, &e) == FAULT_NONE;
    if (!reached) {
        buf_put_text(why, "; is a node there? `hybrid-node --dev` starts one, --rpc names another");
    }
    bool ok = reached && http_answer_body(body, why, buf_bytes(&answer));
    if (reached && !ok) {
        buf_printf(why, " (%s:%s)", e.host, e.port);
    }
    buf_fini(&request);
    buf_fini(&answer);
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
