// SPDX-License-Identifier: MIT
// From executable bytes to records and charges. There is a record for every even pc, because a jump
// may go to each of them; it is made when control first arrives at its block, and at a cost that
// the arrival pays for: an image can map the same bytes sixteen times, so all of it at once would
// be work that nobody has paid. Charges are suffix sums (ABI section 4). Two things the interpreter
// shall not have to ask are settled here: writes to x0, and whether the target of a direct jump
// lies in the same run.
#include "engine/rv/priv.h"

#include "lib/base/bytes.h"
#include "lib/base/mem.h"

// Operations that the decoder knows and a contract's machine does not, or not always.
static bool needs_check(u32 op)
{
#define CHECKED(NAME, ...) [RV_OP_##NAME] = true,
#define RV_BARE CHECKED
#define RV_CSR CHECKED
#define RV_CSRI CHECKED
    static const bool checked[RV_OP_COUNT] = {
#include "spec/rv64.def"
    };
#undef CHECKED
    return checked[op];
}

struct rv_insn rv_run_insn(const struct rv_run *run, u32 pc)
{
    struct rv_insn insn = {.op = RV_OP_ILLEGAL, .size = 2};
    u32 at = pc - run->lo;
    u32 left = run->hi - pc;
    if (left < 2) {
        return insn;
    }
    u32 low = load_le16(run->bytes + at);
    if ((low & 3) != 3) {
        insn = rv_decode(low);
    } else if (left >= 4) {
        insn = rv_decode(load_le32(run->bytes + at));
    }
    // only CSR instructions are decided by more than the operation
    if (insn.op == RV_OP_ILLEGAL || (needs_check(insn.op) && !rv_contract_decodable(&insn))) {
        insn = (struct rv_insn){.op = RV_OP_ILLEGAL, .size = insn.size};
    }
    return insn;
}

// What an operation's operand fields mean to the interpreter.
enum shape { SHAPE_OTHER, SHAPE_PURE, SHAPE_BRANCH, SHAPE_JAL, SHAPE_AUIPC, SHAPE_FP };

static u8 shape_of(u32 op)
{
#define PURE(NAME, ...) [RV_OP_##NAME] = SHAPE_PURE,
#define FP(NAME, ...) [RV_OP_##NAME] = SHAPE_FP,
#define RV_R PURE
#define RV_I PURE
#define RV_SHIFT PURE
#define RV_SHIFTW PURE
#define RV_UNARY PURE
#define RV_U PURE
#define RV_BRANCH(NAME, ...) [RV_OP_##NAME] = SHAPE_BRANCH,
#define RV_JAL(NAME, ...) [RV_OP_##NAME] = SHAPE_JAL,
#define RV_F_FFF_RM FP
#define RV_F_FF_RM FP
#define RV_F_F_RM FP
#define RV_X_F_RM FP
#define RV_F_X_RM FP
    static const u8 shapes[RV_OP_COUNT] = {
#include "spec/rv64.def"
    };
#undef PURE
#undef FP
    return op == RV_OP_AUIPC ? SHAPE_AUIPC : shapes[op];
}

// Whether rd is an F register, of which f0 is an ordinary one.
static bool writes_f(u32 op)
{
#define F(NAME, ...) [RV_OP_##NAME] = true,
#define RV_FLOAD F
#define RV_F_FFF_RM F
#define RV_F_FF_RM F
#define RV_F_F_RM F
#define RV_F_FF F
#define RV_F_X_RM F
#define RV_F_X F
    static const bool is_f[RV_OP_COUNT] = {
#include "spec/rv64.def"
    };
#undef F
    return is_f[op];
}

// Distance in bytes of records from record i to that of a jump's target. One outside of the run
// gets a record behind the others.
static i32 target_distance(const struct rv_run *run, u32 i, i32 offset)
{
    u32 target = run->first + 2 * i + (u32)offset;
    u32 index = (target - run->first) / 2;
    if (target < run->first || index >= run->count) {
        index = run->count + 1 + i;
        run->records[index] = (struct rv_record){
            .kind = RV_KIND_FAR,
            .imm = (i32)target,
            .handler = rv_interp_handlers()->of[RV_KIND_FAR][0],
        };
    }
    return ((i32)index - (i32)i) * (i32)sizeof(struct rv_record);
}

static struct rv_record make_record(const struct rv_run *run, u32 i, const struct rv_insn *insn)
{
    struct rv_record r = {
        .rd = insn->rd, .rs1 = insn->rs1, .rs2 = insn->rs2, .kind = (u8)insn->op, .imm = insn->imm};
    u8 shape = shape_of(insn->op);
    bool to_x0 = insn->rd == 0 && !writes_f(insn->op);
    if (shape == SHAPE_BRANCH || shape == SHAPE_JAL) {
        r.imm = target_distance(run, i, insn->imm);
    }
    if (shape == SHAPE_AUIPC) {
        u64 value = run->first + 2 * i + (u64)(i64)insn->imm;
        r.imm = (i32)(u32)value;
        r.rs1 = (u8)(value >> 32 & 1);
    }
    if (shape == SHAPE_FP) {
        r.imm = insn->rm | insn->rs3 << 8;
    }
    if (to_x0 && (shape == SHAPE_PURE || shape == SHAPE_AUIPC)) {
        r.kind = RV_KIND_NOP;
        r.imm = insn->op; // whose cost it has
    } else if (to_x0 && shape == SHAPE_JAL) {
        r.kind = RV_KIND_JUMP;
    } else if (to_x0) {
        r.rd = 32;
    }
    r.handler = rv_interp_handlers()->of[r.kind][insn->size == 4];
    return r;
}

static u32 cost_of(const struct rv_record *r)
{
    u32 op = r->kind == RV_KIND_NOP ? (u32)r->imm : r->kind == RV_KIND_JUMP ? RV_OP_JAL : r->kind;
    return rv_op_cost(op);
}

// ---- pairs --------------------------------------------------------------------------------------

// An instruction as pairs.def tells them apart: kind and size.
static u32 pair_key(u32 kind, u32 size)
{
    return kind << 1 | (size == 4);
}

#define PAIR_PLACES 1024u // more than twice the rows

struct rv_pairs {
    u16 row[PAIR_PLACES];           // row of pairs.def plus 1; 0: free
    bool begins[2 * RV_KIND_COUNT]; // whether this is the first of some row
};

static const u16 pair_keys[][2] = {
#define SIZED(kind, size) ((kind) << 1 | ((size) == 4))
#define RV_OP_JUMP RV_KIND_JUMP
#define PAIR(execute, FIRST, size, go_on, SECOND, second_size)                                     \
    {SIZED(RV_OP_##FIRST, size), SIZED(RV_OP_##SECOND, second_size)},
#include "engine/rv/pairs.def"
};

static_assert(COUNT_OF(pair_keys) * 2 < PAIR_PLACES, "a search ends soon");

// Where the row of a pair is, or the free place where it would be.
static u32 find_pair(const struct rv_pairs *places, u32 first, u32 second)
{
    u32 at = (first * 0x9E3779B1u ^ second * 0x85EBCA6Bu) >> 22;
    while (places->row[at] != 0 && (pair_keys[places->row[at] - 1][0] != first ||
                                    pair_keys[places->row[at] - 1][1] != second)) {
        at = (at + 1) % PAIR_PLACES;
    }
    return at;
}

struct rv_pairs *rv_pairs_new(void)
{
    struct rv_pairs *places = mem_zalloc(sizeof *places);
    for (u32 i = 0; i < COUNT_OF(pair_keys); i++) {
        places->row[find_pair(places, pair_keys[i][0], pair_keys[i][1])] = (u16)(i + 1);
        places->begins[pair_keys[i][0]] = true;
    }
    return places;
}

// Lets record i execute the one behind it, too, where the interpreter can. Pairs may overlap: only
// what is arrived at is executed.
static void pair_up(const struct rv_run *run, const struct rv_pairs *places, u32 i)
{
    const struct rv_handlers *handlers = rv_interp_handlers();
    u32 size = rv_run_size(run, i), next = i + size / 2;
    u32 first = pair_key(run->records[i].kind, size);
    if (handlers->pair == NULL || next >= run->count || !places->begins[first]) {
        return;
    }
    u32 second = pair_key(run->records[next].kind, rv_run_size(run, next));
    u32 row = places->row[find_pair(places, first, second)];
    if (row > 0) {
        run->records[i].handler = handlers->pair[row - 1];
    }
}

// Rows of more than two; 0 ends a triple.
static const u16 chain_keys[][4] = {
#define QUAD(execute, NAME, size)                                                                  \
    {SIZED(RV_OP_##NAME, size), SIZED(RV_OP_##NAME, size), SIZED(RV_OP_##NAME, size),              \
     SIZED(RV_OP_##NAME, size)},
#define TRIPLE(execute, FIRST, size, next, SECOND, second_size, go_on, THIRD, third_size)          \
    {SIZED(RV_OP_##FIRST, size), SIZED(RV_OP_##SECOND, second_size),                               \
     SIZED(RV_OP_##THIRD, third_size), 0},
#include "engine/rv/pairs.def"
};

static bool chain_matches(const struct rv_run *run, u32 i, const u16 keys[4])
{
    for (u32 k = 0; k < 4 && keys[k] != 0; k++) {
        if (i >= run->count || pair_key(run->records[i].kind, rv_run_size(run, i)) != keys[k]) {
            return false;
        }
        i += rv_run_size(run, i) / 2;
    }
    return true;
}

static void chain_up(const struct rv_run *run, u32 i)
{
    const struct rv_handlers *handlers = rv_interp_handlers();
    for (u32 row = 0; handlers->chain != NULL && row < COUNT_OF(chain_keys); row++) {
        if (chain_matches(run, i, chain_keys[row])) {
            run->records[i].handler = handlers->chain[row];
        }
    }
}

// ---- fill loops ---------------------------------------------------------------------------------

static u32 store_width(u32 kind)
{
#define RV_STORE(NAME, text, match, cost, type) [RV_OP_##NAME] = sizeof(type),
    static const u8 width[RV_KIND_COUNT] = {
#include "spec/rv64.def"
    };
    return width[kind];
}

// If record i begins a fill loop (priv.h), gives it the handler for that.
static void mark_fill(const struct rv_run *run, u32 i)
{
    struct rv_record *store = &run->records[i];
    u32 width = store_width(store->kind), p = store->rs1;
    if (width == 0 || store->rs2 != 0 || store->imm != 0 || i + 2 >= run->count) {
        return;
    }
    const struct rv_record *add =
        store + 2; // stores of 2 bytes that have x0 (c.swsp, c.sdsp) are not looked at
    if (rv_run_size(run, i) != 4 || add->kind != RV_OP_ADDI || add->rd != p || add->rs1 != p ||
        (u32)add->imm != width) {
        return;
    }
    u32 at = i + 2 + rv_run_size(run, i + 2) / 2;
    const struct rv_record *branch = &run->records[at];
    if (at >= run->count || branch->imm != (i32)(i - at) * (i32)sizeof *branch) {
        return;
    }
    bool below = branch->kind == RV_OP_BLTU && branch->rs1 == p;
    bool unequal = branch->kind == RV_OP_BNE && (branch->rs1 == p || branch->rs2 == p);
    u32 end = branch->rs1 == p ? branch->rs2 : branch->rs1;
    if ((below || unequal) && end != p) {
        store->rd = (u8)(unequal ? end | RV_FILL_UNTIL_EQUAL : end);
        store->handler = rv_interp_handlers()->fill;
    }
}

// ---- blocks -------------------------------------------------------------------------------------

void rv_run_measure(struct rv_run *run)
{
    run->first = run->lo + run->lo % 2;
    run->count = run->hi > run->first ? (run->hi - run->first + 1) / 2 : 0;
}

void rv_run_begin(struct rv_run *run)
{
    run->records[run->count] = (struct rv_record){
        .kind = RV_KIND_OUTSIDE,
        .imm = (i32)(run->first + 2 * run->count),
        .handler = rv_interp_handlers()->of[RV_KIND_OUTSIDE][0],
    };
}

// Makes the records from i on, up to the end of the block or to the first that is published
// already. Returns what arriving at i costs, 0 if that is more than limit; *end: the record behind
// the last one made.
static rv_charge make_block(const struct rv_run *run, u32 i, u32 *end, u64 limit)
{
    rv_charge sum = 0;
    for (; i < run->count && run->charges[i] == 0; *end = i) {
        struct rv_insn insn = rv_run_insn(run, run->first + 2 * i);
        sum += RV_CHARGE_OF_ONE(rv_op_cost(insn.op));
        if (rv_charge_cycles(sum) > limit) {
            return 0;
        }
        run->records[i] = make_record(run, i, &insn);
        i += insn.size / 2;
        if (rv_op_ends_block(insn.op)) {
            *end = i;
            return sum;
        }
    }
    return sum + run->charges[i]; // that of the run's end is 0
}

static bool decode_block(const struct rv_run *run, const struct rv_pairs *pairs, u32 i, u64 limit)
{
    u32 end = i;
    rv_charge charge = make_block(run, i, &end, limit);
    if (charge == 0) {
        return false;
    }
    for (u32 at = i; at < end; at += rv_run_size(run, at) / 2) {
        pair_up(run, pairs, at);
        chain_up(run, at);
        mark_fill(run, at);
    }
    for (u32 at = i; at < end; at += rv_run_size(run, at) / 2) {
        __atomic_store_n(&run->charges[at], charge, __ATOMIC_RELEASE);
        charge -= RV_CHARGE_OF_ONE(cost_of(&run->records[at]));
    }
    return true;
}

bool rv_run_decode(struct rv_program *p, const struct rv_run *run, u32 i, u64 limit)
{
    while (atomic_flag_test_and_set_explicit(&p->is_decoding, memory_order_acquire)) {
    }
    bool ok = run->charges[i] != 0 || decode_block(run, p->pairs, i, limit);
    atomic_flag_clear_explicit(&p->is_decoding, memory_order_release);
    return ok;
}
