"""What the recipes of boards share: `soc.py` of a folder in synth/boards puts the SoC of memory_soc.py on that board.

    python3 soc.py RTL BUILD

RTL has the `manifest.json` of a unit with `--weights memory --windows`, whose weight bus is as wide as the memory's port. BUILD
gets `gateware` with Verilog and constraints (.lpf), `csr.csv`, and `sdram_init.py` with which start_memory.py starts the memory.
Clock, line speed and the name of the top module are those of `board.toml` beside the recipe. `trine synth --board` runs it.
"""

import argparse
import math
import tomllib
from pathlib import Path

from litex.soc.cores.uart import UARTPHY
from litex.soc.integration.builder import Builder

from memory_soc import MemorySoc


class Board:
    """The facts of `board.toml` that a recipe needs, and the unit's folder."""

    def __init__(self, folder, rtl):
        facts = tomllib.loads((folder / "board.toml").read_text())
        self.hz, self.baud, self.top, self.rtl = facts["clock-mhz"] * 1e6, facts["baud"], facts["top"], rtl

    def soc(self, platform, crg, phy, module):
        """The SoC with the pins `serial` of `platform`, the clocks `crg`, and the memory `module` behind `phy`."""
        line = UARTPHY(platform.request("serial"), self.hz, self.baud)
        built = MemorySoc(platform, self.rtl, self.hz, line, phy, module)
        built.crg = crg
        return built


def refresh(hz, seconds):
    """tRFC in cycles, one more than the data sheet's time takes.

    LiteDRAM counts tRFC of DDR3 chips in the clocks of their fastest grade, whatever a clock takes: 128 in place of 7 costs an
    OrangeCrab a sixth of its bandwidth.
    """
    return math.ceil(seconds * hz) + 1


def main(recipe, soc):
    """Builds `soc(board)`, where `recipe` is the file that has this function."""
    options = argparse.ArgumentParser()
    options.add_argument("rtl", type=Path)
    options.add_argument("build", type=Path)
    given = options.parse_args()
    board = Board(Path(recipe).parent, given.rtl.resolve())
    built = soc(board)
    builder = Builder(built, output_dir=str(given.build), compile_software=False, csr_csv=str(given.build / "csr.csv"))
    builder.build(build_name=board.top, run=False)
    (given.build / "sdram_init.py").write_text(built.start_commands)
