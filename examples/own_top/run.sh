#!/usr/bin/env bash
# Generates a unit and runs one job on it, in a top that knows nothing of Trine's driver.
# Usage: run.sh DIR [FLAGS]: the folder to write to, and flags of `trine generate`.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=${1:?a folder to write to}
shift
(($#)) || set -- --lanes 2 --columns 3 --weight-bus 8 --max-depth 64 --max-tokens 4
trine generate "$@" -o "$folder" >/dev/null
exec python3 -B "$here/run.py" "$folder"
