// SPDX-License-Identifier: MIT
// Other programs: what they print, how they end, and that neither side waits for the other.
#include "lib/os/process.h"

#include <string.h>

#include "lib/base/bytes.h"
#include "test/test.h"

struct ran {
    u32 status;
    struct buf out, err, why;
};

static enum fault run(struct ran *r, const char *script, bytes input)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    *r = (struct ran){.status = 99};
    return os_run_command(&r->status, &r->out, &r->err, &r->why,
                          &(struct os_command){.argv = argv, .input = input});
}

static void end(struct ran *r)
{
    buf_fini(&r->out);
    buf_fini(&r->err);
    buf_fini(&r->why);
}

TEST(process, tells_what_a_program_printed_and_how_it_ended)
{
    struct ran r;
    EXPECT_EQ(run(&r, "echo out; echo err >&2; exit 3", BYTES_NONE), FAULT_NONE);
    EXPECT_EQ(r.status, 3);
    EXPECT_BYTES(r.out.p, "out\n", 4);
    EXPECT_BYTES(r.err.p, "err\n", 4);
    end(&r);
    EXPECT_EQ(run(&r, "kill -9 $$", BYTES_NONE), FAULT_NONE);
    EXPECT_EQ(r.status, 128 + 9);
    end(&r);
}

TEST(process, passes_more_than_a_pipe_holds_in_both_directions)
{
    struct ran r;
    struct buf input = {0};
    memset(buf_extend(&input, 1 << 20), 'x', 1 << 20);
    EXPECT_EQ(run(&r, "cat", buf_bytes(&input)), FAULT_NONE);
    EXPECT_EQ(r.status, 0);
    EXPECT_EQ(r.out.n, input.n);
    EXPECT_BYTES(r.out.p, input.p, input.n);
    end(&r);
    EXPECT_EQ(run(&r, "exit 0", buf_bytes(&input)), FAULT_NONE); // which reads nothing of it
    EXPECT_EQ(r.status, 0);
    end(&r);
    buf_fini(&input);
}

TEST(process, says_which_program_or_folder_is_not_there)
{
    const char *const argv[] = {"no-such-program-anywhere", NULL};
    struct ran r = {.status = 0};
    EXPECT_EQ(os_run_command(&r.status, &r.out, &r.err, &r.why, &(struct os_command){.argv = argv}),
              FAULT_IO);
    buf_put_u8(&r.why, 0);
    EXPECT(strstr((const char *)r.why.p, "cannot run no-such-program-anywhere") != NULL);
    EXPECT(!os_has_program(argv[0]));
    EXPECT(os_has_program("sh"));
    end(&r);
}

TEST(process, knows_its_own_folder)
{
    struct buf folder = {0};
    EXPECT(os_program_folder(&folder));
    EXPECT(folder.n > 1 && folder.p[0] == '/' && folder.p[folder.n - 1] != '/');
    buf_fini(&folder);
}
