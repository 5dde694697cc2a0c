#!/bin/sh
# A trine without the feature `rust-hdl` is asked for that emitter. Right: it says how to build one with it, and writes nothing.
cd "$(mktemp -d)" || exit 2
"$TRINE" generate --lanes 2 --columns 1 -o rtl --emitter rust-hdl >out 2>&1
code=$?
[ $code -eq 2 ] && grep -q 'built without the emitter rust-hdl.*--features rust-hdl' out && [ ! -e rtl ] ||
    { echo "FAULT: exit code $code"; head -3 out; exit 1; }
echo "right: exit code $code"
