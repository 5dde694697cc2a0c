#!/bin/sh
# LiteDRAM gives the DDR3 chips MT41K64M16, MT41K128M16 and MT41K256M16 a refresh of a fixed number of clocks, so that a slow controller waits many times too long.
#
# A chip of 1, 2 or 4 Gbit is refreshed in 110, 160 or 260 ns (tRFC), whatever the clock is. Seen on 2026-11-29 with litedram 2024.12 and
# litex 2024.12: the modules have 128, 128 and 208 clocks of the DRAM and no nanoseconds, where others, like IS43TR16128B, have
# nanoseconds. At 48 MHz and a rate of 1:2 that is 64, 64 and 104 cycles of the controller, 1,333 to 2,167 ns, and the same number of cycles at
# 100 MHz. tREFI, from refresh to refresh, does follow the clock. One would expect nanoseconds for a time that the chip has in nanoseconds; a
# board with a slow controller has to set timing_settings.tRFC itself.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install litedram==2024.12 litex==2024.12 migen==0.10.0 pyserial==3.5
venv/bin/python - <<'PYTHON'
from litedram.modules import IS43TR16128B, MT41K64M16, MT41K128M16, MT41K256M16

def cycles(chip, clock):
    timing = chip(clock, "1:2").timing_settings
    return timing.tRFC, timing.tREFI

for chip, expected in [(MT41K64M16, 64), (MT41K128M16, 64), (MT41K256M16, 104)]:
    (slow, slow_every), (fast, fast_every) = cycles(chip, 48e6), cycles(chip, 100e6)
    print(f"{chip.__name__}: tRFC of {slow} cycles at 48 MHz ({slow / 48e6 * 1e9:.0f} ns), {fast} at 100 MHz; tREFI of {slow_every} and {fast_every}")
    assert slow == fast == expected and fast_every > 2 * slow_every, "the refresh follows the clock now"
slow, fast = cycles(IS43TR16128B, 48e6)[0], cycles(IS43TR16128B, 100e6)[0]
print(f"IS43TR16128B: tRFC of {slow} cycles at 48 MHz, {fast} at 100 MHz")
assert slow < fast, "this one has clocks now, too"
PYTHON
