#!/bin/sh
# The path of a model is not UTF-8, as in old archives. Right: it works, or it is refused with exit code 2.
folder=$(mktemp -d)/$(printf 'mod\350le')
cp -r "$TRINE_DIR/models/shakespeare-small" "$folder" || exit 2
"$TRINE" run --model "$folder" --prompt A --tokens 1 --backend golden >/dev/null
code=$?
[ $code -eq 0 ] || [ $code -eq 2 ] || { echo "FAULT: exit code $code"; exit 1; }
echo "right: exit code $code"
