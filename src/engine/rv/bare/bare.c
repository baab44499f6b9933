// SPDX-License-Identifier: MIT
// Runs one program on the bare machine: loads it, steps the hart until it ends, dumps the
// signature.
#include "engine/rv/bare/bare.h"

#include <inttypes.h>

#include "engine/rv/bare/priv.h"
#include "lib/base/bytes.h"
#include "lib/base/check.h"
#include "lib/base/mem.h"

#define COUNT_CYCLE 1u
#define COUNT_INSTRET 4u
#define SIGNATURE_MAX (64ull << 20)

static const char *load_image(struct bare_hart *hart, bytes elf)
{
    const char *reason = bare_image_read(&hart->image, elf);
    if (reason != NULL) {
        return reason;
    }
    bool fits = bare_ram_add(&hart->ram, BARE_RAM_BASE, BARE_RAM_BASE + BARE_RAM_SIZE);
    for (u32 i = 0; i < hart->image.segment_count; i++) {
        const struct bare_segment *s = &hart->image.segment[i];
        fits = fits && s->memory_size <= BARE_RAM_TOTAL_MAX &&
               s->address < 0 - (s->memory_size + 2 * BARE_RAM_SIZE) &&
               bare_ram_add(&hart->ram, s->address, s->address + s->memory_size + BARE_RAM_SIZE);
    }
    if (!fits) {
        return "its segments do not fit into 4 GiB of memory";
    }
    for (u32 i = 0; i < hart->image.segment_count; i++) {
        const struct bare_segment *s = &hart->image.segment[i];
        CHECK(bare_ram_copy_in(&hart->ram, s->address, s->file));
    }
    hart->pc = hart->image.entry & ~1ull;
    hart->mode = BARE_M;
    return NULL;
}

static const struct rv_insn *decode(struct bare_hart *hart, u32 bits)
{
    struct bare_decoded *d = &hart->decoded[(bits ^ bits >> 12 ^ bits >> 20) % BARE_DECODED_COUNT];
    if (d->bits != bits || d->insn.size == 0) {
        d->bits = bits;
        d->insn = rv_decode(bits);
    }
    return &d->insn;
}

static void count(struct bare_hart *hart)
{
    hart->instructions++;
    if (hart->counters_written) { // the value written is what the next instruction reads
        hart->counters_written = false;
        return;
    }
    hart->mcycle += (hart->mcountinhibit & COUNT_CYCLE) == 0;
    hart->minstret += (hart->mcountinhibit & COUNT_INSTRET) == 0;
}

static void run(struct bare_hart *hart, u64 steps_max)
{
    while (!hart->ended) {
        if (hart->steps++ == steps_max) {
            buf_printf(bare_end(hart, BARE_TIMEOUT),
                       "it did not end within %" PRIu64 " steps, it is at 0x%" PRIx64 "%s",
                       steps_max, hart->pc,
                       hart->image.has_tohost ? "" : " and has no symbol tohost to report through");
            return;
        }
        if ((hart->mip & hart->mie) != 0) {
            bare_take_interrupt(hart);
        }
        u32 bits;
        if (bare_fetch(hart, &bits) && bare_execute(hart, decode(hart, bits), bits)) {
            count(hart);
        } else {
            bare_take_exception(hart);
        }
    }
}

// One grain a line, its bytes from the highest address to the lowest, so that it reads as a number.
// Returns why there is no signature, or NULL.
static const char *dump_signature(struct bare_hart *hart, u32 grain)
{
    const struct bare_image *image = &hart->image;
    struct buf *out = &hart->result->signature;
    if (!image->has_signature) {
        return "it has no symbols begin_signature and end_signature";
    }
    if (image->signature_hi < image->signature_lo) {
        return "its end_signature lies below begin_signature";
    }
    if (image->signature_hi - image->signature_lo > SIGNATURE_MAX) {
        return "its signature is larger than 64 MiB";
    }
    u8 line[16];
    for (u64 at = image->signature_lo; at < image->signature_hi; at += grain) {
        zero_bytes(line, sizeof line);
        const u64 left = image->signature_hi - at;
        if (!bare_ram_copy_out(&hart->ram, line, at, left < grain ? left : grain)) {
            return "its signature lies where no memory is";
        }
        for (u32 i = grain; i > 0; i--) {
            buf_printf(out, "%02x", line[i - 1]);
        }
        buf_put_u8(out, '\n');
    }
    return NULL;
}

void bare_run(const struct bare_options *options, bytes elf, struct bare_result *result)
{
    const u32 grain = options->signature_grain == 0 ? 4 : options->signature_grain;
    CHECK(grain <= 16 && (grain & (grain - 1)) == 0);
    *result = (struct bare_result){.end = BARE_REFUSED};
    struct bare_hart *hart = mem_zalloc(sizeof *hart);
    hart->result = result;
    const char *reason = load_image(hart, elf);
    if (reason == NULL) {
        run(hart, options->steps_max == 0 ? BARE_STEPS_DEFAULT : options->steps_max);
        if (options->signature) {
            result->no_signature = dump_signature(hart, grain);
        }
    } else {
        buf_put_text(bare_end(hart, BARE_REFUSED), reason);
    }
    result->instructions = hart->instructions;
    bare_ram_fini(&hart->ram);
    mem_free(hart);
}

void bare_result_fini(struct bare_result *result)
{
    buf_fini(&result->text);
    buf_fini(&result->signature);
}
