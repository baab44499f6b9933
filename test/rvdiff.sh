#!/bin/sh
# SPDX-License-Identifier: MIT
# Random RV64 programs give the same registers, fcsr and memory in the engine and under qemu.
for command in qemu-riscv64 riscv64-linux-gnu-gcc-12; do
    command -v "$command" >/dev/null || { echo "test/rvdiff.sh needs $command"; exit 1; }
done
exec "${HYBRID_BUILD:-build/release}/rvdiff" --cases "${RVDIFF_CASES:-100000}" --model 20000 --seed 1 \
    --oracle 'qemu-riscv64 -cpu rv64,zba=true,zbb=true,zbc=true,zbs=true build/rvdiff/oracle'
