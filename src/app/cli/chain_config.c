// SPDX-License-Identifier: MIT
// Chain configurations; see chain_config.h. Activations are a table in the order of the forks; a
// fork is in force if its own member says so, whatever the ones before it say.
#include "app/cli/chain_config.h"

#include "app/cli/number.h"
#include "lib/num/u256.h"

#define CODE_SIZE_LIMIT (1u << 30)      // bytes; more than the machine's image region holds
#define CODE_DEPOSIT_LIMIT (1ull << 32) // gas a byte; times the size limit it stays below 2^63
#define JSON_EXACT (1ull << 53)

struct activation {
    enum fork fork;
    bool by_time;
    const char *member;
};

static const struct activation activations[] = {
    {FORK_HOMESTEAD, false, "homesteadBlock"},
    {FORK_TANGERINE, false, "eip150Block"},
    {FORK_SPURIOUS, false, "eip158Block"},
    {FORK_BYZANTIUM, false, "byzantiumBlock"},
    {FORK_CONSTANTINOPLE, false, "constantinopleBlock"},
    {FORK_PETERSBURG, false, "petersburgBlock"},
    {FORK_ISTANBUL, false, "istanbulBlock"},
    {FORK_BERLIN, false, "berlinBlock"},
    {FORK_LONDON, false, "londonBlock"},
    {FORK_PARIS, false, "mergeNetsplitBlock"},
    {FORK_SHANGHAI, true, "shanghaiTime"},
    {FORK_CANCUN, true, "cancunTime"},
    {FORK_PRAGUE, true, "pragueTime"},
    {FORK_OSAKA, true, "osakaTime"},
};

static const char *const entry_members[] = {
    "time", "abi", "cyclesPerGas", "maxCodeSize", "codeDepositGas", "maxTxGas",
};

struct reader {
    const json_value *config;
    u256 number, timestamp;
    bool has_shanghai;
    u64 shanghai;
};

static enum fault read_forks(struct chain_config *c, struct reader *r)
{
    for (usize i = 0; i < COUNT_OF(activations); i++) {
        const struct activation *a = &activations[i];
        json_value v;
        bool found;
        TRY(json_find(&v, &found, r->config, a->member));
        if (!found) {
            continue;
        }
        u64 at;
        TRY(number_json_u64(&at, &v, ~(u64)0));
        c->has_fork = true;
        if (a->fork == FORK_SHANGHAI) {
            r->has_shanghai = true;
            r->shanghai = at;
        }
        if (!u256_gt(u256_from_u64(at), a->by_time ? r->timestamp : r->number)) {
            c->fork = a->fork > c->fork ? a->fork : c->fork;
        }
    }
    return FAULT_NONE;
}

// The merge by total difficulty: this program has no chain to count it on, so it is past if it is
// zero or the configuration says that it is.
static enum fault read_merge(struct chain_config *c, const struct reader *r)
{
    json_value v;
    bool found;
    bool passed = false;
    TRY(json_find_bool(&passed, r->config, "terminalTotalDifficultyPassed"));
    TRY(json_find(&v, &found, r->config, "terminalTotalDifficulty"));
    if (found && !passed) {
        u256 difficulty;
        TRY(number_json(&difficulty, &v));
        passed = u256_is_zero(difficulty);
    }
    if (passed && c->fork >= FORK_LONDON && c->fork < FORK_PARIS) {
        c->fork = FORK_PARIS;
    }
    return FAULT_NONE;
}

// A member that is a JSON number from min to max; `found` is false if it is missing or null.
static enum fault find_whole(u64 *out, bool *found, const json_value *object, const char *name,
                             const u64 range[2])
{
    json_value v;
    TRY(json_find(&v, found, object, name));
    if (!*found) {
        return FAULT_NONE;
    }
    TRY(json_expect(&v, JSON_KIND_NUMBER));
    TRY(json_get_u64(out, &v));
    if (*out < range[0] || *out > range[1]) {
        return json_refuse(&v, "%llu is not from %llu to %llu", (unsigned long long)*out,
                           (unsigned long long)range[0], (unsigned long long)range[1]);
    }
    return FAULT_NONE;
}

enum fault hybrid_params_read(struct vm_params *params, u64 *time, const json_value *object)
{
    TRY(json_expect(object, JSON_KIND_OBJECT));
    usize skipped = time == NULL; // the first member is `time`
    TRY(json_only_members(object, entry_members + skipped, COUNT_OF(entry_members) - skipped));
    u64 value = 0;
    bool found;
    if (time != NULL) {
        *time = 0;
        TRY(find_whole(time, &found, object, "time", (u64[]){0, JSON_EXACT}));
    }
    TRY(find_whole(&value, &found, object, "abi", (u64[]){1, 1}));
    TRY(find_whole(&value, &found, object, "cyclesPerGas", (u64[]){1, 4096}));
    params->cycles_per_gas = found ? (u32)value : params->cycles_per_gas;
    TRY(find_whole(&value, &found, object, "maxCodeSize", (u64[]){1, CODE_SIZE_LIMIT}));
    params->max_code_size = found ? value : params->max_code_size;
    TRY(find_whole(&value, &found, object, "codeDepositGas", (u64[]){0, CODE_DEPOSIT_LIMIT}));
    params->has_code_deposit = found;
    params->code_deposit_gas = found ? value : 0;
    TRY(find_whole(&value, &found, object, "maxTxGas",
                   (u64[]){0, JSON_EXACT})); // of transactions only
    return FAULT_NONE;
}

// Reads one entry and takes it over if it is in force. *last is the time of the one before.
static enum fault read_entry(struct chain_config *c, const struct reader *r,
                             const json_value *entry, i64 *last)
{
    struct vm_params params = vm_params_default();
    u64 time;
    TRY(hybrid_params_read(&params, &time, entry));
    if ((i64)time <= *last) {
        return json_refuse(entry, "time %llu is not after that of the entry before, %lld",
                           (unsigned long long)time, (long long)*last);
    }
    *last = (i64)time;
    if (c->has_fork && !r->has_shanghai) {
        return json_refuse(entry, "is before Shanghai: the config has no shanghaiTime");
    }
    if (r->has_shanghai && time < r->shanghai) {
        return json_refuse(entry, "time %llu is before Shanghai, %llu", (unsigned long long)time,
                           (unsigned long long)r->shanghai);
    }
    if (!u256_gt(u256_from_u64(time), r->timestamp)) {
        params.riscv = true;
        c->params = params;
    }
    return FAULT_NONE;
}

static enum fault read_hybrid(struct chain_config *c, const struct reader *r)
{
    json_value hybrid;
    bool found;
    TRY(json_find(&hybrid, &found, r->config, "hybrid"));
    i64 last = -1;
    if (!found) {
        return FAULT_NONE;
    }
    if (json_kind_of(&hybrid) != JSON_KIND_LIST) {
        return read_entry(c, r, &hybrid, &last);
    }
    for (usize i = 0; i < json_count(&hybrid); i++) {
        json_value entry = json_element(&hybrid, i);
        TRY(read_entry(c, r, &entry, &last));
    }
    return FAULT_NONE;
}

enum fault chain_config_read(struct chain_config *c, const json_value *root, u256 number,
                             u256 timestamp)
{
    *c = (struct chain_config){.params = vm_params_default()};
    c->params.riscv = false;
    json_value config;
    bool found;
    TRY(json_find(&config, &found, root, "config"));
    struct reader r = {.config = found ? &config : root, .number = number, .timestamp = timestamp};
    json_value v;
    TRY(json_find(&v, &found, r.config, "chainId"));
    if (found) {
        c->has_chain_id = true;
        TRY(number_json(&c->chain_id, &v));
    }
    TRY(read_forks(c, &r));
    TRY(read_merge(c, &r));
    return read_hybrid(c, &r);
}
