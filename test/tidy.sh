#!/bin/sh
# SPDX-License-Identifier: MIT
# tools/tidy finds each kind of breach in a small tree made for it, at the right place, and accepts a clean one.
tidy=$(pwd)/build/tools/tidy
tree=$(pwd)/build/tidy-test
rm -rf "$tree"
mkdir -p "$tree/src/lib/base" "$tree/src/engine/rv" "$tree/src/core/vm" "$tree/tools" "$tree/docs"
cd "$tree" || exit 1
spdx='// SPDX-License-Identifier: MIT'
passed=0 failed=0

cat >src/LAYERS <<'EOF'
lib/base [guest]: -: bricks
engine/rv: lib/base: machine
core/vm: lib engine/rv/rv.h: frames
EOF
: >tools/tidy.conf

# expect NAME TEXT: tidy's output contains the text.
expect() {
    if "$tidy" . | grep -qF -e "$2"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "tidy does not say: $2 ($1)"
        "$tidy" .
    fi
}

# file PATH LINE...: a C file with the tag and these lines.
file() {
    path=$1
    shift
    printf '%s\n' "$spdx" "$@" >"$path"
}

clean() {
    file src/lib/base/types.h '#pragma once' '#include <stdint.h>'
    file src/engine/rv/rv.h '#pragma once' '#include "lib/base/types.h"'
    file src/engine/rv/priv.h '#pragma once'
    file src/engine/rv/rv.c '#include "engine/rv/rv.h"' '#include "engine/rv/priv.h"'
    file src/core/vm/vm.c '#include "engine/rv/rv.h"'
    file docs/tour.md 'The machine is `engine/rv/rv.h:pragma`.'
}

clean
expect 'a clean tree has no findings' 'tidy: 6 files, 0 findings'
file src/engine/rv/rv.c '#include "engine/rv/rv.h"' '#include "core/vm/vm.h"'
file src/core/vm/vm.h '#pragma once'
expect 'a layer may not include upwards' 'src/engine/rv/rv.c:3: engine/rv may not include core/vm/vm.h'
rm src/core/vm/vm.h
clean
file src/core/vm/vm.c '#include "engine/rv/rv.h"' '#include "engine/rv/priv.h"'
expect 'a file entry allows that file only' 'src/core/vm/vm.c:3: core/vm may not include engine/rv/priv.h'
file src/core/vm/vm.c '#include "types.h"'
expect 'inclusion is from src/' 'src/core/vm/vm.c:2: "types.h" is no module'
file src/core/vm/vm.c '#include <unistd.h>'
expect 'POSIX headers are for lib/os' 'src/core/vm/vm.c:2: <unistd.h> is not for this module'
echo 'system unistd.h src/core/vm/ a reason' >tools/tidy.conf
expect 'an exception is respected' '0 findings'
echo 'system unistd.h src/core/vm/' >tools/tidy.conf
expect 'an exception has a reason' 'tools/tidy.conf:1: a row is'
: >tools/tidy.conf
file src/core/vm/vm.c 'void f(char *p)' '{' '    strcpy(p, "x"); // strcpy is in code here' '}'
expect 'banned calls are found' 'src/core/vm/vm.c:4: strcpy is banned'
file src/core/vm/vm.c '// strcpy(a, b)' 'const char *s = "malloc(3)";'
expect 'comments and strings are not code' '0 findings'
file src/core/vm/vm.c 'void *f(void)' '{' '    return malloc(3);' '}'
expect 'memory comes from lib/os' 'src/core/vm/vm.c:4: malloc belongs to lib/os'
file src/core/vm/vm.c "// $(printf '%0100d' 0)"
expect 'long lines are found' 'src/core/vm/vm.c:2: 103 columns'
file src/core/vm/vm.c "// TO""DO: later"
expect 'unfinished work is found' 'src/core/vm/vm.c:2: TO''DO'
file src/core/vm/vm.c "// see /ho""me/me/x"
expect 'paths of a machine are found' 'src/core/vm/vm.c:2: names a path'
echo 'int x;' >src/core/vm/vm.c
expect 'the tag is missing' 'src/core/vm/vm.c:1: the first line is the SPDX tag'
{ echo "$spdx"; echo 'int long_one(int a)'; echo '{'; yes '    a++;' | head -n 95; echo '}'; } >src/core/vm/vm.c
expect 'long functions are found' 'src/core/vm/vm.c:2: long_one has 98 lines, the limit is 90'
{ echo "$spdx"; yes '' | head -n 1200; } >src/core/vm/vm.c
expect 'long files are found' 'src/core/vm/vm.c:1000: 1201 lines'
clean
file src/core/vm/dead.h '#pragma once'
expect 'dead headers are found' 'src/core/vm/dead.h:1: nothing includes it'
rm src/core/vm/dead.h
file docs/tour.md 'Then `engine/rv/rv.c:rv_run` runs.'
expect 'anchors of the tour exist' 'docs/tour.md:2: there is no rv_run in engine/rv/rv.c'
clean
mkdir -p objects/src/core/vm
printf 'int counter;\nstatic const int table[] = {1};\nconst int *p(void);\nconst int *p(void) { return table; }\n' |
    gcc -x c -c -o objects/src/core/vm/vm.o -
if "$tidy" objects | grep -qF 'src/core/vm/vm.c:1: counter is a mutable object at file scope'; then
    passed=$((passed + 1))
else
    failed=$((failed + 1))
    "$tidy" objects
fi
echo "$passed passed, $failed failed"
[ $failed = 0 ]
