#!/bin/sh
# A training is interrupted and resumed with no other flag. Right: its files equal those of an uninterrupted one.
. "$(dirname "$0")/training.sh"
"$TRINE" train --data "$folder/text" --output "$folder/whole" $recipe >/dev/null || exit 2
"$TRINE" train --data "$folder/text" --output "$folder/parts" $recipe --until 10 >/dev/null || exit 2
"$TRINE" train --data "$folder/text" --output "$folder/parts" --resume >/dev/null || { echo "FAULT: no resume"; exit 1; }
for file in curve.csv checkpoint.safetensors; do
    cmp "$folder/whole/$file" "$folder/parts/$file" || { echo "FAULT: $file differs"; exit 1; }
done
echo "right: curve and checkpoint are equal"
