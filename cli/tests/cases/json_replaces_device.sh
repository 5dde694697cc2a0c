#!/bin/sh
# `--json` names a device node or a FIFO. Right: it is written through, and stays what it is. A device node needs root.
folder=$(mktemp -d)
mkfifo "$folder/fifo"
cat "$folder/fifo" >"$folder/read" &
reader=$!
timeout 60 "$TRINE" estimate --model synthetic:bitnet-2b-4t:1 --json "$folder/fifo" >/dev/null
code=$?
[ -p "$folder/fifo" ] || { echo "FAULT: exit code $code, the FIFO became a regular file"; kill $reader; exit 1; }
wait
[ -s "$folder/read" ] || { echo "FAULT: exit code $code, nothing came through the FIFO"; exit 1; }
if [ "$(id -u)" -eq 0 ] && mknod -m 666 "$folder/null" c 1 3; then
    "$TRINE" estimate --model synthetic:bitnet-2b-4t:1 --json "$folder/null" >/dev/null
    code=$?
    [ -c "$folder/null" ] || { echo "FAULT: exit code $code, the device node became a regular file"; exit 1; }
fi
echo "right: exit code $code"
