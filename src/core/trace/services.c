// SPDX-License-Identifier: MIT
// Services by number; see services.h. The text of arguments is a list: "a0 ptr, a1 len" names
// single registers, "key a0-a3, value a4-a7" ranges, whose width tells the form.
#include "core/trace/services.h"

#include "lib/base/buf.h"
#include "lib/base/bytes.h"
#include "lib/base/cc.h"
#include "lib/base/check.h"

struct service_row {
    const char *name, *in;
};

static const struct service_row ROWS[256] = {
#define SYSCALL(id, NAME, name, FORK, gas, in, out, note) [id] = {name, in},
#include "spec/syscalls.def"
};

const char *service_name(u8 id)
{
    return ROWS[id].name;
}

void service_upper_name(char out[static SERVICE_NAME_MAX], u8 id)
{
    static const char DIGITS[] = "0123456789abcdef";
    const char *name = ROWS[id].name;
    if (name == NULL) {
        copy_bytes(out, "SERVICE_0x", 10);
        out[10] = DIGITS[id >> 4];
        out[11] = DIGITS[id & 15];
        out[12] = 0;
        return;
    }
    usize i = 0;
    for (; name[i] != 0; i++) {
        CHECK(i + 1 < SERVICE_NAME_MAX);
        out[i] = name[i] >= 'a' && name[i] <= 'z' ? (char)(name[i] - 'a' + 'A') : name[i];
    }
    out[i] = 0;
}

static bool is_register(const char *p)
{
    return p[0] == 'a' && p[1] >= '0' && p[1] <= '7' &&
           (p[2] == ' ' || p[2] == '-' || p[2] == ',' || p[2] == 0);
}

// One item of the list, which ends at a comma or at the end.
static bool read_item(struct service_argument *a, const char *p, usize n)
{
    usize at = 0; // where its first register stands
    while (at + 1 < n && !((at == 0 || p[at - 1] == ' ') && is_register(p + at))) {
        at++;
    }
    if (at + 1 >= n) {
        return false;
    }
    u32 first = (u32)(p[at + 1] - '0');
    u32 last = at + 4 < n && p[at + 2] == '-' ? (u32)(p[at + 4] - '0') : first;
    *a = (struct service_argument){.first = first};
    if (at == 0) { // "a0 ptr"
        usize skip = n > 3 ? 3 : n;
        a->name = (bytes){(const u8 *)p + skip, n - skip};
    } else { // "key a0-a3"
        a->name = (bytes){(const u8 *)p, at - 1};
    }
    bool is_integer = a->name.n == 5 && equal_bytes(a->name.p, "addrU", 5);
    a->form = last - first == 3   ? SERVICE_WORD
              : last - first != 2 ? SERVICE_NUMBER
              : is_integer        ? SERVICE_INTEGER
                                  : SERVICE_ADDRESS;
    return true;
}

static bool is_called(const struct service_argument *a, const char *name)
{
    usize n = __builtin_strlen(name);
    return a->name.n >= n && equal_bytes(a->name.p + a->name.n - n, name, n);
}

u32 service_arguments(struct service_argument out[static SERVICE_ARGUMENTS_MAX], u8 id)
{
    const char *p = ROWS[id].in != NULL ? ROWS[id].in : "";
    u32 count = 0;
    while (*p != 0 && count < SERVICE_ARGUMENTS_MAX) {
        usize n = 0;
        while (p[n] != 0 && p[n] != ',') {
            n++;
        }
        count += read_item(&out[count], p, n);
        p += n;
        while (*p == ',' || *p == ' ') {
            p++;
        }
    }
    for (u32 i = 0; i + 1 < count; i++) {
        out[i].is_data = is_called(&out[i], "ptr") && is_called(&out[i + 1], "len");
    }
    return count;
}

u32 service_register_count(u8 id)
{
    struct service_argument a[SERVICE_ARGUMENTS_MAX];
    u32 n = service_arguments(a, id);
    u32 count = 0;
    for (u32 i = 0; i < n; i++) {
        u32 width = a[i].form == SERVICE_NUMBER ? 1 : a[i].form == SERVICE_WORD ? 4 : 3;
        count = a[i].first + width > count ? a[i].first + width : count;
    }
    return count;
}
