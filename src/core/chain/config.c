// SPDX-License-Identifier: MIT
// Chain configurations: reading, checking, writing. All walk the table of activations
// (spec/activations.def).
#include "core/chain/config.h"

#include "core/chain/config_table.h"
#include "lib/num/u256.h"

#define CODE_SIZE_LIMIT (1u << 30)      // bytes; more than the machine's image region holds
#define CODE_DEPOSIT_LIMIT (1ull << 32) // gas a byte; times the size limit it stays below 2^63
#define JSON_EXACT (1ull << 53)
#define CYCLES_LIMIT 4096u

const struct activation_row activation_rows[ACTIVATION_COUNT] = {
#define ACTIVATION(NAME, member, by, fork, change, need, bomb, blobs)                              \
    {member, BY_##by, FORK_##fork, CHANGE_##change, NEED_##need, bomb, blobs},
#include "spec/activations.def"
};

// ---- the hybrid section

static const char *const entry_members[] = {
    "time", "abi", "cyclesPerGas", "maxCodeSize", "codeDepositGas", "maxTxGas",
};

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

enum fault config_read_hybrid_entry(struct hybrid_entry *e, const json_value *object, bool has_time)
{
    *e = (struct hybrid_entry){.params = vm_params_default()};
    TRY(json_expect(object, JSON_KIND_OBJECT));
    usize skipped = has_time ? 0 : 1; // the first member is `time`
    TRY(json_only_members(object, entry_members + skipped, COUNT_OF(entry_members) - skipped));
    struct vm_params *p = &e->params;
    u64 value = 0;
    bool found;
    TRY(find_whole(&e->time, &found, object, "time", (u64[]){0, JSON_EXACT}));
    TRY(find_whole(&value, &found, object, "abi", (u64[]){1, 1}));
    TRY(find_whole(&value, &found, object, "cyclesPerGas", (u64[]){1, CYCLES_LIMIT}));
    p->cycles_per_gas = found ? (u32)value : p->cycles_per_gas;
    TRY(find_whole(&value, &found, object, "maxCodeSize", (u64[]){1, CODE_SIZE_LIMIT}));
    p->max_code_size = found ? value : p->max_code_size;
    TRY(find_whole(&value, &found, object, "codeDepositGas", (u64[]){0, CODE_DEPOSIT_LIMIT}));
    p->has_code_deposit = found;
    p->code_deposit_gas = found ? value : 0;
    TRY(find_whole(&e->tx_gas_max, &e->has_tx_gas_max, object, "maxTxGas", (u64[]){0, JSON_EXACT}));
    return FAULT_NONE;
}

static enum fault add_hybrid_entry(struct config *c, const json_value *object)
{
    if (c->hybrid_count == HYBRID_MAX) {
        return json_refuse(object, "is one more than the %u entries allowed", HYBRID_MAX);
    }
    struct hybrid_entry *e = &c->hybrid[c->hybrid_count];
    TRY(config_read_hybrid_entry(e, object, true));
    if (c->hybrid_count > 0 && e->time <= e[-1].time) {
        return json_refuse(object, "time %llu is not after that of the entry before, %llu",
                           (unsigned long long)e->time, (unsigned long long)e[-1].time);
    }
    bool has_forks = false;
    for (u32 i = 0; i < ACTIVATION_COUNT; i++) {
        has_forks = has_forks || c->has[i];
    }
    if (has_forks && !c->has[ACTIVATION_SHANGHAI]) {
        return json_refuse(object, "is before Shanghai: the config has no shanghaiTime");
    }
    if (has_forks && e->time < c->at[ACTIVATION_SHANGHAI]) {
        return json_refuse(object, "time %llu is before Shanghai, %llu",
                           (unsigned long long)e->time,
                           (unsigned long long)c->at[ACTIVATION_SHANGHAI]);
    }
    c->hybrid_count++;
    return FAULT_NONE;
}

static enum fault read_hybrid(struct config *c, const json_value *config)
{
    json_value hybrid;
    bool found;
    TRY(json_find(&hybrid, &found, config, "hybrid"));
    if (!found) {
        return FAULT_NONE;
    }
    if (json_kind_of(&hybrid) != JSON_KIND_LIST) {
        return add_hybrid_entry(c, &hybrid);
    }
    for (usize i = 0; i < json_count(&hybrid); i++) {
        json_value entry = json_element(&hybrid, i);
        TRY(add_hybrid_entry(c, &entry));
    }
    return FAULT_NONE;
}

// ---- the rest of the object

static enum fault read_activations(struct config *c, const json_value *config)
{
    for (u32 i = 0; i < ACTIVATION_COUNT; i++) {
        json_value v;
        TRY(json_find(&v, &c->has[i], config, activation_rows[i].member));
        if (c->has[i]) {
            TRY(json_get_u64(&c->at[i], &v));
        }
    }
    static const char *const unknown[] = {"amsterdamTime", "verkleTime"};
    for (u32 i = 0; i < COUNT_OF(unknown); i++) {
        json_value v;
        bool found;
        TRY(json_find(&v, &found, config, unknown[i]));
        if (found) {
            return json_refuse(&v, "activates a fork that this program does not have");
        }
    }
    return FAULT_NONE;
}

static enum fault read_blobs(struct config *c, const json_value *config)
{
    json_value all;
    bool found;
    TRY(json_find(&all, &found, config, "blobSchedule"));
    for (u32 i = 0; found && i < ACTIVATION_COUNT; i++) {
        json_value row;
        const char *name = activation_rows[i].blobs;
        if (name == NULL) {
            continue;
        }
        TRY(json_find(&row, &c->has_blobs[i], &all, name));
        if (c->has_blobs[i]) {
            struct blob_schedule *b = &c->blobs[i];
            TRY(json_find_u64(&b->target, &row, "target"));
            TRY(json_find_u64(&b->max, &row, "max"));
            TRY(json_find_u64(&b->update_fraction, &row, "baseFeeUpdateFraction"));
        }
    }
    return FAULT_NONE;
}

enum fault config_read(struct config *c, const json_value *config)
{
    *c = (struct config){.dao_support = false};
    TRY(json_expect(config, JSON_KIND_OBJECT));
    json_value v;
    TRY(json_find(&v, &c->has_chain_id, config, "chainId"));
    if (c->has_chain_id) {
        TRY(json_get_u256(&c->chain_id, &v));
    }
    TRY(read_activations(c, config));
    TRY(json_find_bool(&c->dao_support, config, "daoForkSupport"));
    TRY(json_find(&v, &c->has_ethash, config, "ethash"));
    TRY(json_find(&v, &c->has_terminal_difficulty, config, "terminalTotalDifficulty"));
    if (c->has_terminal_difficulty) {
        TRY(json_get_u256(&c->terminal_difficulty, &v));
    }
    TRY(json_find_bool(&c->terminal_difficulty_passed, config, "terminalTotalDifficultyPassed"));
    TRY(json_find(&v, &c->has_deposit_contract, config, "depositContractAddress"));
    if (c->has_deposit_contract) {
        TRY(json_get_address(&c->deposit_contract, &v));
    }
    TRY(read_blobs(c, config));
    return read_hybrid(c, config);
}

// ---- contradictions

static bool check_order(const struct config *c, struct buf *why)
{
    u32 before = ACTIVATION_COUNT;  // the last one that is there
    u32 missing = ACTIVATION_COUNT; // the first that is not, though later ones need it
    for (u32 i = 0; i < ACTIVATION_COUNT; i++) {
        const struct activation_row *row = &activation_rows[i];
        if (!c->has[i]) {
            missing = row->need == NEED_MUST && missing == ACTIVATION_COUNT ? i : missing;
            continue;
        }
        if (missing != ACTIVATION_COUNT) {
            buf_printf(why, "%s is set, but %s, which comes before it, is not", row->member,
                       activation_rows[missing].member);
            return false;
        }
        const struct activation_row *last =
            before == ACTIVATION_COUNT ? row : &activation_rows[before];
        if (before != ACTIVATION_COUNT && row->by == last->by && c->at[i] < c->at[before]) {
            buf_printf(why, "%s is %llu, before %s, %llu", row->member,
                       (unsigned long long)c->at[i], last->member,
                       (unsigned long long)c->at[before]);
            return false;
        }
        before = i;
    }
    return true;
}

static bool check_blobs(const struct config *c, struct buf *why)
{
    for (u32 i = 0; i < ACTIVATION_COUNT; i++) {
        const struct blob_schedule *b = &c->blobs[i];
        const char *name = activation_rows[i].blobs;
        if (c->has_blobs[i] && (b->max == 0 || b->target > b->max || b->update_fraction == 0)) {
            buf_printf(why,
                       "blobSchedule.%s: target %llu, max %llu, baseFeeUpdateFraction %llu are no "
                       "schedule",
                       name, (unsigned long long)b->target, (unsigned long long)b->max,
                       (unsigned long long)b->update_fraction);
            return false;
        }
        if (i >= ACTIVATION_BPO1 && c->has[i] && !c->has_blobs[i]) {
            buf_printf(why, "%s is set, but blobSchedule.%s is missing", activation_rows[i].member,
                       name);
            return false;
        }
    }
    return true;
}

bool config_check(const struct config *c, struct buf *why)
{
    if (!check_order(c, why) || !check_blobs(c, why)) {
        return false;
    }
    if (c->has[ACTIVATION_EIP155] && c->has[ACTIVATION_SPURIOUS] &&
        c->at[ACTIVATION_EIP155] != c->at[ACTIVATION_SPURIOUS]) {
        buf_printf(why, "eip155Block is %llu and eip158Block %llu: they are one fork here",
                   (unsigned long long)c->at[ACTIVATION_EIP155],
                   (unsigned long long)c->at[ACTIVATION_SPURIOUS]);
        return false;
    }
    bool merges = c->has_terminal_difficulty || c->has[ACTIVATION_SHANGHAI];
    if (merges && !c->has[ACTIVATION_LONDON]) {
        buf_put_text(why, "terminalTotalDifficulty is set, but londonBlock, which comes before the "
                          "merge, is not");
        return false;
    }
    return true;
}

// ---- schedule

static void add_paris(struct schedule *s, const struct config *c)
{
    bool merges = c->has_terminal_difficulty || c->has[ACTIVATION_SHANGHAI];
    if (merges) {
        schedule_add(s, FORK_PARIS, BY_DIFFICULTY, 0);
        s->fork[s->count - 1].at_difficulty = c->terminal_difficulty;
    }
}

static void add_activation(struct schedule *s, const struct config *c, u32 i)
{
    const struct activation_row *row = &activation_rows[i];
    const struct fork_activation before = s->fork[s->count - 1];
    enum fork f = row->fork;
    if (f == FORK_CONSTANTINOPLE && !c->has[ACTIVATION_PETERSBURG]) {
        f = FORK_PETERSBURG; // who names only the first means both (EIP-1716)
    }
    schedule_add(s, f, row->by, c->at[i]);
    struct fork_activation *a = &s->fork[s->count - 1];
    a->bomb_delay = row->bomb != 0 ? row->bomb : before.bomb_delay;
    if (c->has_blobs[i]) {
        a->blobs = c->blobs[i];
    } else if (i >= ACTIVATION_OSAKA) { // no schedule of its own: Osaka goes on with Prague's
        a->blobs = before.blobs;
    }
}

void config_schedule(struct schedule *s, const struct config *c)
{
    *s = (struct schedule){
        .chain_id = c->chain_id,
        .params = vm_params_default(),
        .deposit_contract = c->deposit_contract,
        .hybrid_count = c->hybrid_count,
        .has_dao = c->has[ACTIVATION_DAO] && c->dao_support,
        .dao_block = c->at[ACTIVATION_DAO],
        .proves_work = c->has_ethash,
    };
    s->params.riscv = false;
    for (u32 i = 0; i < c->hybrid_count; i++) {
        s->hybrid[i] = c->hybrid[i];
    }
    schedule_add(s, FORK_FRONTIER, BY_BLOCK, 0);
    for (u32 i = 0; i < ACTIVATION_COUNT; i++) {
        if (i == ACTIVATION_SHANGHAI) {
            add_paris(s, c);
        }
        if (c->has[i] && activation_rows[i].change == CHANGE_RULES) {
            add_activation(s, c, i);
        }
    }
}
