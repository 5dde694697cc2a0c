#!/bin/sh
# TRINE_CACHE is relative, as in continuous integration. Right: it is a folder below the one the command runs in.
TRINE_VERILATOR=${TRINE_VERILATOR:-$TRINE_DIR/.tools/bin/verilator_bin}
export TRINE_VERILATOR
cd "$(mktemp -d)" || exit 2
TRINE_CACHE=.trine-cache "$TRINE" verify --lanes 2 --columns 1 --cases 2 >out 2>&1
code=$?
[ $code -eq 0 ] && [ -d .trine-cache ] || { echo "FAULT: exit code $code"; head -3 out; exit 1; }
echo "right: exit code $code"
