#!/bin/sh
# A second `train` without --resume meets an unfinished training. Right: it is refused, and nothing is lost.
. "$(dirname "$0")/training.sh"
"$TRINE" train --data "$folder/text" --output "$folder/run" $recipe --until 15 >/dev/null || exit 2
before=$(cksum "$folder"/run/*)
"$TRINE" train --data "$folder/text" --output "$folder/run" $recipe --seed 9 --until 5 >/dev/null 2>"$folder/error"
code=$?
[ $code -eq 2 ] || { echo "FAULT: exit code $code, step 15 is gone"; exit 1; }
[ "$before" = "$(cksum "$folder"/run/*)" ] || { echo "FAULT: exit code $code, but files changed"; exit 1; }
echo "right: $(cat "$folder/error")"
