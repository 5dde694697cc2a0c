#!/bin/sh
# LiteDRAM's model of a PHY marks read data as valid on phase 0 only, so that the host's injector never takes those of the others.
#
# Seen on 2026-11-30 with litedram 2024.12, litex 2024.12 and migen 0.10.0: SDRAMPHYModel assigns a single bit to the `rddata_valid` of
# all phases side by side, and the bits beyond the first one are 0. PHYs of hardware, like ECP5DDRPHY, set all of them. LiteDRAM's
# controller looks at phase 0, so that simulations work. The DFI injector takes the data of each phase with its own bit: where a
# program reads through it, as a memory training does, `sdram_dfii_pi1_rddata` stays 0. One would expect the bit on every phase.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install litedram==2024.12 litex==2024.12 migen==0.10.0 pyserial==3.5
venv/bin/python - <<'PYTHON'
from litedram.modules import MT41K64M16
from litedram.phy.model import SDRAMPHYModel, get_sdram_phy_settings
from migen import run_simulation


class Small(MT41K64M16):
    nrows, ncols = 2048, 16


clock = 50e6
model = SDRAMPHYModel(Small(clock, "1:4"), get_sdram_phy_settings("DDR3", 16, clock), clk_freq=clock)
phases = model.dfi.phases
seen = [0] * len(phases)


def command(ras, cas):
    for name, level in ("cs_n", 0), ("ras_n", ras), ("cas_n", cas), ("we_n", 1):
        yield getattr(phases[0], name).eq(level)
    yield
    yield phases[0].cs_n.eq(1)


def host():
    for phase in phases:
        yield phase.cs_n.eq(1)
    yield from command(ras=0, cas=1)
    yield from command(ras=1, cas=0)
    for _ in range(20):
        yield
        for number, phase in enumerate(phases):
            seen[number] += yield phase.rddata_valid


run_simulation(model, host())
print("cycles with rddata_valid after one read, for each phase:", *seen)
assert seen[0] > 0, "no data at all: this script reads wrongly"
assert not any(seen[1:]), "the other phases have it now, too"
PYTHON
