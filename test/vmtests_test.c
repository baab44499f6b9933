// SPDX-License-Identifier: MIT
// The legacy VM tests of the official fixtures, as `hybrid vmtest --compare-traces` runs them.
// Without the fixtures each says so and is not run.
#include "app/cli/vmtest.h"
#include "lib/os/file.h"
#include "test/test.h"

#include <stdio.h>
#include <string.h>

static void run_folder(const char *folder, bool traced)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", test_asset("fixtures/unit/VMTests"), folder);
    if (!os_is_folder(path)) {
        (void)printf("official VM tests (fixtures/unit/VMTests) not found: not run\n");
        return;
    }
    struct suite_options o = {.guest = true, .native = true, .compare_traces = traced, .jobs = 1};
    struct suite_files files = {.count = 0};
    struct buf why = {0};
    struct tally tally = {.options = &o.tell};
    EXPECT_EQ(suite_files_add(&files, &why, path), FAULT_NONE);
    struct vmtest *t = vmtest_new(&o);
    for (usize i = 0; i < files.count; i++) {
        struct buf text = {0};
        EXPECT_EQ(os_read_file(&text, &why, files.file[i].path, SUITE_FILE_MAX), FAULT_NONE);
        tally_begin(&tally, files.file[i].path, NULL);
        vmtest_run(t, buf_bytes(&text), &tally);
        buf_fini(&text);
    }
    if (tally.failed > 0) {
        FAIL("%.*s", (int)tally.out.n, (const char *)tally.out.p);
    }
    EXPECT(tally.passed > 0);
    vmtest_free(t);
    tally_fini(&tally);
    suite_files_fini(&files);
    buf_fini(&why);
}

#define VM_FOLDER(folder)                                                                          \
    TEST(vmtests, folder##_passes_in_both_forms_with_equal_traces)                                 \
    {                                                                                              \
        run_folder(#folder, true);                                                                 \
    }
VM_FOLDER(vmArithmeticTest)
VM_FOLDER(vmBitwiseLogicOperation)
VM_FOLDER(vmBlockInfoTest)
VM_FOLDER(vmEnvironmentalInfo)
VM_FOLDER(vmIOandFlowOperations)
VM_FOLDER(vmLogTest)
VM_FOLDER(vmPushDupSwapTest)
VM_FOLDER(vmRandomTest)
VM_FOLDER(vmSha3Test)
VM_FOLDER(vmSystemOperations)
VM_FOLDER(vmTests)

// Loops of ten million rounds: minutes under sanitizers, so in the long run only.
TEST_LONG(vmtests, vmPerformance_passes_in_both_forms)
{
    run_folder("vmPerformance", false);
}
