// SPDX-License-Identifier: MIT
// main of a fuzz target outside of libFuzzer: feeds it every file of the folders and files named on
// the command line, so that `./do test` replays each corpus with any compiler and sanitizer.
// Without arguments it feeds the empty input only.
#include "lib/base/types.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const u8 *data, usize n);

enum { INPUT_SIZE_MAX = 64 << 20, PATH_SIZE = 4096 };

static u64 replay_file(const char *path, usize size)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL || size > INPUT_SIZE_MAX) {
        fprintf(stderr, "replay: cannot read %s\n", path);
        exit(3);
    }
    u8 *exact =
        malloc(size > 0 ? size : 1); // not a byte more: a sanitizer sees a read past the end
    usize n = fread(exact, 1, size, f);
    fclose(f);
    fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(exact, n);
    free(exact);
    return 1;
}

static u64 replay(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0) {
        return 0; // a target without a corpus yet
    }
    if (!S_ISDIR(status.st_mode)) {
        return replay_file(path, (usize)status.st_size);
    }
    u64 count = 0;
    DIR *folder = opendir(path);
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        char name[PATH_SIZE];
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (stat(name, &status) == 0 && S_ISREG(status.st_mode)) {
            count += replay_file(name, (usize)status.st_size);
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
    return count;
}

int main(int argc, char **argv)
{
    u8 nothing[1] = {0};
    LLVMFuzzerTestOneInput(nothing, 0);
    u64 count = 1;
    for (int i = 1; i < argc; i++) {
        count += replay(argv[i]);
    }
    printf("%llu inputs replayed\n", (unsigned long long)count);
    return 0;
}
