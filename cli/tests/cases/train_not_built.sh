#!/bin/sh
# A trine without the feature `train` is asked to train. Right: it says how to build one that can, and writes nothing.
cd "$(mktemp -d)" || exit 2
echo "to be or not to be" >text
"$TRINE" train --data text --output run --steps 5 >out 2>&1
code=$?
[ $code -eq 2 ] && grep -q 'built without `train`.*--features train' out && [ ! -e run ] ||
    { echo "FAULT: exit code $code"; head -3 out; exit 1; }
echo "right: exit code $code"
