// SPDX-License-Identifier: MIT
// From executable bytes to records and charges. Records are made for every even pc, because a jump
// may go to each of them; charges are suffix sums (ABI section 4) and fall out of one pass from the
// end. Two things the interpreter shall not have to ask are settled here: writes to x0, and whether
// the target of a direct jump lies in the same run.
#include "engine/rv/priv.h"

#include "lib/base/bytes.h"
#include "lib/base/mem.h"

// Targets of direct jumps that lie outside the run; each gets a record behind the others.
struct far_targets {
    u32 *pc;
    u32 count, capacity;
};

static u32 add_far(struct far_targets *far, u32 pc)
{
    if (far->count == far->capacity) {
        far->capacity = far->capacity == 0 ? 64 : far->capacity * 2;
        far->pc = mem_realloc(far->pc, far->capacity * sizeof *far->pc);
    }
    far->pc[far->count] = pc;
    return far->count++;
}

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

static i32 target_distance(const struct rv_run *run, struct far_targets *far, u32 i, i32 offset)
{
    u32 target = run->first + 2 * i + (u32)offset;
    u32 index = (target - run->first) / 2;
    if (target < run->first || index >= run->count) {
        index = run->count + 1 + add_far(far, target);
    }
    return ((i32)index - (i32)i) * (i32)sizeof(struct rv_record);
}

// Without its handler.
static struct rv_record make_record(const struct rv_run *run, struct far_targets *far, u32 i,
                                    const struct rv_insn *insn)
{
    struct rv_record r = {
        .rd = insn->rd, .rs1 = insn->rs1, .rs2 = insn->rs2, .kind = (u8)insn->op, .imm = insn->imm};
    u8 shape = shape_of(insn->op);
    bool to_x0 = insn->rd == 0 && !writes_f(insn->op);
    if (shape == SHAPE_BRANCH || shape == SHAPE_JAL) {
        r.imm = target_distance(run, far, i, insn->imm);
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
    } else if (to_x0 && shape == SHAPE_JAL) {
        r.kind = RV_KIND_JUMP;
    } else if (to_x0) {
        r.rd = 32;
    }
    return r;
}

// ---- pairs --------------------------------------------------------------------------------------

// An instruction as pairs.def tells them apart: kind and size.
static u32 pair_key(u32 kind, u32 size)
{
    return kind << 1 | (size == 4);
}

#define PAIR_PLACES 1024u // more than twice the rows

struct pair_places {
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
static u32 find_pair(const struct pair_places *places, u32 first, u32 second)
{
    u32 at = (first * 0x9E3779B1u ^ second * 0x85EBCA6Bu) >> 22;
    while (places->row[at] != 0 && (pair_keys[places->row[at] - 1][0] != first ||
                                    pair_keys[places->row[at] - 1][1] != second)) {
        at = (at + 1) % PAIR_PLACES;
    }
    return at;
}

static void fill_pairs(struct pair_places *places)
{
    *places = (struct pair_places){0};
    for (u32 i = 0; i < COUNT_OF(pair_keys); i++) {
        places->row[find_pair(places, pair_keys[i][0], pair_keys[i][1])] = (u16)(i + 1);
        places->begins[pair_keys[i][0]] = true;
    }
}

// Lets a record execute the one behind it, too, where the interpreter can. Pairs may overlap: only
// what is arrived at is executed.
static void pair_up(struct rv_run *run)
{
    const struct rv_handlers *handlers = rv_interp_handlers();
    if (handlers->pair == NULL) {
        return;
    }
    struct pair_places places;
    fill_pairs(&places);
    for (u32 i = 0; i < run->count; i++) {
        u32 size = rv_run_size(run, i), next = i + size / 2;
        u32 first = pair_key(run->records[i].kind, size);
        if (next >= run->count || !places.begins[first]) {
            continue;
        }
        u32 second = pair_key(run->records[next].kind, rv_run_size(run, next));
        u32 row = places.row[find_pair(&places, first, second)];
        if (row > 0) {
            run->records[i].handler = handlers->pair[row - 1];
        }
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

static void chain_up(struct rv_run *run)
{
    const struct rv_handlers *handlers = rv_interp_handlers();
    for (u32 i = 0; handlers->chain != NULL && i < run->count; i++) {
        for (u32 row = 0; row < COUNT_OF(chain_keys); row++) {
            if (chain_matches(run, i, chain_keys[row])) {
                run->records[i].handler = handlers->chain[row];
            }
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
static void mark_fill(struct rv_run *run, u32 i)
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

// The records behind those of the pcs: the end of the run, and the far targets.
static void make_tail(struct rv_run *run, const struct far_targets *far)
{
    u32 end = run->first + 2 * run->count;
    run->records[run->count] = (struct rv_record){
        .kind = RV_KIND_OUTSIDE,
        .imm = (i32)end,
        .handler = rv_interp_handlers()->of[RV_KIND_OUTSIDE][0],
    };
    run->charges[run->count] = 0;
    for (u32 i = 0; i < far->count; i++) {
        run->records[run->count + 1 + i].imm = (i32)far->pc[i];
    }
}

void rv_run_predecode(struct rv_run *run)
{
    const struct rv_handlers *handlers = rv_interp_handlers();
    struct far_targets far = {0};
    run->first = run->lo + run->lo % 2;
    run->count = run->hi > run->first ? (run->hi - run->first + 1) / 2 : 0;
    run->records = mem_alloc((run->count + 1) * sizeof *run->records);
    run->charges = mem_alloc((run->count + 1) * sizeof *run->charges);
    run->charges[run->count] = 0;
    for (u32 i = run->count; i-- > 0;) {
        struct rv_insn insn = rv_run_insn(run, run->first + 2 * i);
        run->records[i] = make_record(run, &far, i, &insn);
        run->records[i].handler = handlers->of[run->records[i].kind][insn.size == 4];
        rv_charge charge = 1ull << 32 | rv_op_cost(insn.op);
        if (!rv_op_ends_block(insn.op)) {
            charge += run->charges[i + insn.size / 2];
        }
        run->charges[i] = charge;
    }
    run->far_count = far.count;
    run->records = mem_realloc(run->records, rv_run_records(run) * sizeof *run->records);
    run->charges = mem_realloc(run->charges, rv_run_records(run) * sizeof *run->charges);
    make_tail(run, &far);
    pair_up(run);
    chain_up(run);
    for (u32 i = 0; i < run->count; i++) {
        mark_fill(run, i);
    }
    mem_free(far.pc);
}

void rv_run_link(struct rv_run *run, const struct rv_program *p)
{
    for (u32 i = run->count + 1; i < rv_run_records(run); i++) {
        struct rv_record *r = &run->records[i];
        const struct rv_run *to = rv_run_find(p, (u32)r->imm);
        r->kind = to != NULL ? RV_KIND_FAR : RV_KIND_OUTSIDE;
        r->handler = rv_interp_handlers()->of[r->kind][0];
        run->charges[i] = to != NULL ? to->charges[((u32)r->imm - to->first) / 2] : 0;
    }
}
