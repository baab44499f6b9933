// SPDX-License-Identifier: MIT
// Fork schedules and the networks of the official tests.
#include "core/chain/schedule.h"

#include "lib/base/check.h"
#include "lib/num/u256.h"

const address DEPOSIT_CONTRACT_MAINNET = {{0x00, 0x00, 0x00, 0x00, 0x21, 0x9a, 0xb5,
                                           0x40, 0x35, 0x6c, 0xbb, 0x83, 0x9c, 0xbe,
                                           0x05, 0x30, 0x3d, 0x77, 0x05, 0xfa}};

// EIP-649, 1234, 2384, 3554; Arrow and Gray Glacier (EIP-4345, 5133) are activations of their own.
u64 bomb_delay_of(enum fork f)
{
    return f >= FORK_LONDON           ? 9700000
           : f >= FORK_ISTANBUL       ? 9000000
           : f >= FORK_CONSTANTINOPLE ? 5000000
           : f >= FORK_BYZANTIUM      ? 3000000
                                      : 0;
}

void schedule_add(struct schedule *s, enum fork f, enum activation by, u64 at)
{
    CHECK(s->count < SCHEDULE_MAX);
    s->fork[s->count++] = (struct fork_activation){
        .fork = f,
        .by = by,
        .at = at,
        .bomb_delay = bomb_delay_of(f),
        .blobs = f >= FORK_CANCUN ? blob_schedule_of(f) : (struct blob_schedule){0, 0, 0},
    };
}

struct block_rules schedule_rules(const struct schedule *s, u64 number, u64 timestamp,
                                  const u256 *difficulty_before)
{
    const struct fork_activation *last = &s->fork[0];
    bool merges = true; // forks by time come after the merge
    for (u32 i = 0; i < s->count; i++) {
        const struct fork_activation *a = &s->fork[i];
        bool active = a->by == BY_BLOCK  ? number >= a->at
                      : a->by == BY_TIME ? merges && timestamp >= a->at
                                         : !u256_lt(*difficulty_before, a->at_difficulty);
        merges = merges && (a->by != BY_DIFFICULTY || active);
        last = active ? a : last;
    }
    struct hybrid_entry hybrid = {
        .params = s->params,
        .has_tx_gas_max = s->has_tx_gas_max,
        .tx_gas_max = s->tx_gas_max,
    };
    for (u32 i = 0; i < s->hybrid_count && timestamp >= s->hybrid[i].time; i++) {
        hybrid = s->hybrid[i];
    }
    return (struct block_rules){
        .params = hybrid.params,
        .has_tx_gas_max = hybrid.has_tx_gas_max,
        .tx_gas_max = hybrid.tx_gas_max,
        .fork = last->fork,
        .bomb_delay = last->bomb_delay,
        .blobs = last->blobs,
        .is_dao_block = s->has_dao && number == s->dao_block,
        .has_dao_extra = s->has_dao && number >= s->dao_block && number < s->dao_block + 10,
    };
}

struct named_network {
    const char *name;
    enum fork from, to;
    enum activation by;
    u64 at;
};

static const struct named_network TRANSITIONS[] = {
    {"FrontierToHomesteadAt5", FORK_FRONTIER, FORK_HOMESTEAD, BY_BLOCK, 5},
    {"HomesteadToDaoAt5", FORK_HOMESTEAD, FORK_HOMESTEAD, BY_BLOCK, 5},
    {"HomesteadToEIP150At5", FORK_HOMESTEAD, FORK_TANGERINE, BY_BLOCK, 5},
    {"EIP158ToByzantiumAt5", FORK_SPURIOUS, FORK_BYZANTIUM, BY_BLOCK, 5},
    {"ByzantiumToConstantinopleAt5", FORK_BYZANTIUM, FORK_CONSTANTINOPLE, BY_BLOCK, 5},
    {"ByzantiumToConstantinopleFixAt5", FORK_BYZANTIUM, FORK_PETERSBURG, BY_BLOCK, 5},
    {"ConstantinopleFixToIstanbulAt5", FORK_PETERSBURG, FORK_ISTANBUL, BY_BLOCK, 5},
    {"IstanbulToBerlinAt5", FORK_ISTANBUL, FORK_BERLIN, BY_BLOCK, 5},
    {"BerlinToLondonAt5", FORK_BERLIN, FORK_LONDON, BY_BLOCK, 5},
    {"ParisToShanghaiAtTime15k", FORK_PARIS, FORK_SHANGHAI, BY_TIME, 15000},
    {"ShanghaiToCancunAtTime15k", FORK_SHANGHAI, FORK_CANCUN, BY_TIME, 15000},
    {"CancunToPragueAtTime15k", FORK_CANCUN, FORK_PRAGUE, BY_TIME, 15000},
    {"PragueToOsakaAtTime15k", FORK_PRAGUE, FORK_OSAKA, BY_TIME, 15000},
    {"OsakaToBPO1AtTime15k", FORK_OSAKA, FORK_OSAKA, BY_TIME, 15000},
    {"BPO1ToBPO2AtTime15k", FORK_OSAKA, FORK_OSAKA, BY_TIME, 15000},
    {"BPO2ToBPO3AtTime15k", FORK_OSAKA, FORK_OSAKA, BY_TIME, 15000},
    {"BPO3ToBPO4AtTime15k", FORK_OSAKA, FORK_OSAKA, BY_TIME, 15000},
};

static bool same(const char *a, const char *b)
{
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static void set_glacier(struct schedule *s, const char *name)
{
    u64 delay = same(name, "ArrowGlacier") ? 10700000 : 11400000;
    s->fork[s->count - 1].bomb_delay = delay;
}

bool schedule_from_test_name(struct schedule *s, const char *name)
{
    *s = (struct schedule){
        .chain_id = u256_one(),
        .deposit_contract = DEPOSIT_CONTRACT_MAINNET,
    };
    enum fork f = FORK_FRONTIER;
    if (fork_from_name(&f, name)) {
        schedule_add(s, f, BY_BLOCK, 0);
        return true;
    }
    if (same(name, "ArrowGlacier") || same(name, "GrayGlacier")) {
        schedule_add(s, FORK_LONDON, BY_BLOCK, 0);
        set_glacier(s, name);
        return true;
    }
    if (same(name, "ArrowGlacierToParisAtDiffC0000")) {
        schedule_add(s, FORK_LONDON, BY_BLOCK, 0);
        set_glacier(s, "ArrowGlacier");
        schedule_add(s, FORK_PARIS, BY_DIFFICULTY, 0);
        s->fork[1].at_difficulty = u256_from_u64(0xC0000);
        return true;
    }
    for (u32 i = 0; i < COUNT_OF(TRANSITIONS); i++) {
        const struct named_network *n = &TRANSITIONS[i];
        if (same(name, n->name)) {
            schedule_add(s, n->from, BY_BLOCK, 0);
            schedule_add(s, n->to, n->by, n->at);
            s->has_dao = same(name, "HomesteadToDaoAt5");
            s->dao_block = n->at;
            return true;
        }
    }
    return false;
}
