// SPDX-License-Identifier: MIT
// Runner of official difficulty tests, and of those of the proof of work.
#include "app/cli/unittest.h"
#include "core/chain/ethash.h"
#include "core/chain/header_rules.h"
#include "lib/base/bytes.h"
#include "lib/codec/hex.h"
#include "lib/num/u256.h"

#include <string.h>

static bool difficulty_rules(struct block_rules *r, const char *name)
{
    struct schedule s;
    if (!schedule_from_test_name(&s, name)) {
        return false;
    }
    u256 nothing = u256_zero();
    *r = schedule_rules(&s, 1, 0, &nothing);
    return true;
}

// The fork that a file of the older form means, by its name.
static const char *fork_of_path(const char *path)
{
    static const char *const NAMES[][2] = {
        {"Byzantium", "Byzantium"},       {"Constantinople", "Constantinople"},
        {"EIP2384", "Istanbul"},          {"Frontier", "Frontier"},
        {"CustomHomestead", "Homestead"}, {"Homestead", "Homestead"},
    };
    for (u32 i = 0; i < COUNT_OF(NAMES); i++) {
        if (strstr(path, NAMES[i][0]) != NULL) {
            return NAMES[i][1];
        }
    }
    return NULL; // a chain
}

// Difficulty rules of the main network and of Ropsten by block number (EIP-606, 609, 2384).
static const char *fork_of_chain(const char *path, u64 number)
{
    static const struct {
        u64 main, ropsten;
        const char *fork;
    } STEPS[] = {
        {9200000, 7117117, "Istanbul"},
        {7280000, 4230000, "Constantinople"},
        {4370000, 1700000, "Byzantium"},
        {1150000, 0, "Homestead"},
    };
    bool ropsten = strstr(path, "Ropsten") != NULL;
    for (u32 i = 0; i < COUNT_OF(STEPS); i++) {
        if (number >= (ropsten ? STEPS[i].ropsten : STEPS[i].main)) {
            return STEPS[i].fork;
        }
    }
    return "Frontier";
}

static enum fault run_difficulty_case(const char *fork, const json_value *test, struct buf *why)
{
    struct header parent = {.number = 0, .uncles_hash = UNCLES_NONE_HASH};
    u64 number = 0;
    u64 timestamp = 0;
    u256 expected = u256_zero();
    u256 uncles = u256_zero();
    struct block_rules r;
    TRY(json_find_u64(&parent.timestamp, test, "parentTimestamp"));
    TRY(json_find_u256(&parent.difficulty, test, "parentDifficulty"));
    TRY(json_find_u256(&uncles, test, "parentUncles"));
    TRY(json_find_u64(&timestamp, test, "currentTimestamp"));
    TRY(json_find_u64(&number, test, "currentBlockNumber"));
    TRY(json_find_u256(&expected, test, "currentDifficulty"));
    u256 none = u256_from_b256(UNCLES_NONE_HASH);
    if (!u256_is_zero(uncles) && !u256_eq(uncles, none)) {
        parent.uncles_hash = (b256){{1}};
    }
    parent.number = number - 1;
    if (!difficulty_rules(&r, fork)) {
        return json_refuse(test, "unknown fork %s", fork);
    }
    u256 got = header_difficulty(&r, timestamp, &parent);
    if (!u256_eq(got, expected)) {
        buf_put_text(why, "difficulty ");
        hex_put_quantity(why, got);
        buf_put_text(why, ", expected ");
        hex_put_quantity(why, expected);
    }
    return FAULT_NONE;
}

// ---- proof of work (PoWTests)

// The result of the work is exactly `result`: it is enough for the greatest difficulty d with
// result * d <= 2^256, and not for the next.
static bool seals_exactly(struct ethash *e, const struct header *h, const b256 *hash, u256 result)
{
    u256 most = u256_div(u256_max(), result); // 2^256 - 1: result does not divide 2^256
    u256 next = u256_add(most, u256_one());
    return ethash_verify(e, h->number, hash, &h->mix_hash, h->nonce, &most) &&
           !ethash_verify(e, h->number, hash, &h->mix_hash, h->nonce, &next);
}

static enum fault judge_work(const json_value *test, struct buf *why)
{
    struct buf coded = {0};
    struct header h;
    b256 expected = {{0}};
    b256 hash;
    b256 result_bytes = {{0}};
    TRY(json_find_b256(&expected, test, "header_hash"));
    TRY(json_find_b256(&result_bytes, test, "result"));
    u256 result = u256_from_b256(result_bytes);
    enum fault f = json_find_data(&coded, test, "header");
    bytes rest = buf_bytes(&coded);
    bool ok = f == FAULT_NONE && header_decode(&h, &rest) && !u256_is_zero(result);
    buf_fini(&coded);
    TRY(f);
    if (!ok) {
        buf_put_text(why, "the header does not decode");
        return FAULT_NONE;
    }
    json_value nonce;
    struct buf nonce_bytes = {0};
    TRY(json_find_b256(&h.mix_hash, test, "mixHash"));
    TRY(json_member(&nonce, test, "nonce"));
    f = json_get_data(&nonce_bytes, &nonce);
    copy_bytes(h.nonce, nonce_bytes.p, nonce_bytes.n == sizeof h.nonce ? sizeof h.nonce : 0);
    buf_fini(&nonce_bytes);
    TRY(f);
    header_seal_hash(&hash, &h);
    struct ethash *e = ethash_new();
    if (!b256_equal(&hash, &expected)) {
        buf_put_text(why, "hash of the header ");
        hex_put_data(why, hash.b, sizeof hash.b);
        buf_put_text(why, ", expected ");
        hex_put_data(why, expected.b, sizeof expected.b);
    } else if (!seals_exactly(e, &h, &hash, result)) {
        buf_put_text(why, "nonce and mix hash do not give the result");
    }
    ethash_free(e);
    return FAULT_NONE;
}

// ---- files

struct difficulty_walk {
    const char *path;
    struct tally *tally;
};

// fork -> case -> numbers, or the same one level flatter.
static enum fault walk_difficulty(struct difficulty_walk *w, const char *fork, const json_value *v)
{
    json_value found_v;
    bool is_case = false;
    bool is_work = false;
    TRY(json_find(&found_v, &is_work, v, "header_hash"));
    if (is_work) {
        struct tally_case work = {.test = v->name};
        enum fault f = FAULT_NONE;
        if (tally_take(w->tally, work.test)) {
            f = judge_work(v, &work.why);
            if (f == FAULT_NONE) {
                tally_tell(w->tally, &work);
            }
        }
        tally_case_fini(&work);
        return f;
    }
    TRY(json_find(&found_v, &is_case, v, "currentDifficulty"));
    if (is_case) {
        u64 number = 0;
        TRY(json_find_u64(&number, v, "currentBlockNumber"));
        const char *of_path = fork_of_path(w->path);
        const char *by_number = fork_of_chain(w->path, number);
        const char *of_file = of_path != NULL ? of_path : by_number;
        struct tally_case c = {.test = v->name, .fork = fork != NULL ? fork : of_file};
        enum fault f = FAULT_NONE;
        if (tally_take(w->tally, v->name)) {
            f = run_difficulty_case(c.fork, v, &c.why);
            if (f == FAULT_NONE) {
                tally_tell(w->tally, &c);
            }
        }
        tally_case_fini(&c);
        return f;
    }
    json_value member = {0};
    while (json_next_member(&member, v)) {
        struct block_rules r;
        if (strcmp(member.name, "_info") == 0) {
            continue;
        }
        TRY(walk_difficulty(w, difficulty_rules(&r, member.name) ? member.name : fork, &member));
    }
    return FAULT_NONE;
}

void difficultytest_run(bytes text, struct tally *tally)
{
    struct json j;
    struct difficulty_walk w = {tally->path, tally};
    enum fault f = json_parse(&j, text);
    if (f == FAULT_NONE) {
        json_value root = json_root(&j);
        f = walk_difficulty(&w, NULL, &root);
    }
    if (f != FAULT_NONE) {
        tally_broken(tally, buf_bytes(&j.error));
    }
    json_fini(&j);
}
