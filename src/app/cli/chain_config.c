// SPDX-License-Identifier: MIT
// What of a chain's configuration holds at one block; see chain_config.h. A fork is in force if its
// own member says so, whatever the ones before it say.
#include "app/cli/chain_config.h"

#include "core/chain/config_table.h"
#include "lib/num/u256.h"

static void find_fork(struct chain_config *c, const struct config *config, u256 number,
                      u256 timestamp)
{
    for (u32 i = 0; i < ACTIVATION_COUNT; i++) {
        const struct activation_row *a = &activation_rows[i];
        if (!config->has[i] || i == ACTIVATION_EIP155 || i == ACTIVATION_DAO) {
            continue;
        }
        c->has_fork = true;
        if (!u256_gt(u256_from_u64(config->at[i]), a->by == BY_TIME ? timestamp : number)) {
            c->fork = a->fork > c->fork ? a->fork : c->fork;
        }
    }
    // The merge by total difficulty: there is no chain to count it on, so it is past if it is zero
    // or the configuration says that it is.
    bool merged = config->terminal_difficulty_passed ||
                  (config->has_terminal_difficulty && u256_is_zero(config->terminal_difficulty));
    if (merged && c->fork >= FORK_LONDON && c->fork < FORK_PARIS) {
        c->fork = FORK_PARIS;
    }
}

enum fault hybrid_params_read(struct vm_params *params, const json_value *object)
{
    struct hybrid_entry e;
    TRY(config_read_hybrid_entry(&e, object, false));
    *params = e.params;
    return FAULT_NONE;
}

enum fault chain_config_read(struct chain_config *c, const json_value *root, u256 number,
                             u256 timestamp)
{
    *c = (struct chain_config){.params = vm_params_default()};
    c->params.riscv = false;
    json_value inner;
    bool found;
    struct config config;
    TRY(json_find(&inner, &found, root, "config"));
    TRY(config_read(&config, found ? &inner : root));
    c->has_chain_id = config.has_chain_id;
    c->chain_id = config.chain_id;
    find_fork(c, &config, number, timestamp);
    for (u32 i = 0; i < config.hybrid_count; i++) {
        if (!u256_gt(u256_from_u64(config.hybrid[i].time), timestamp)) {
            c->params = config.hybrid[i].params;
        }
    }
    return FAULT_NONE;
}
