"""The SoC of memory_soc.py for a board whose memory the unit reads: Verilog, constraints, and what starts the memory.

    python3 board.py ulx3s|orangecrab|ecpix5 RTL BUILD [--route]

builds it around the unit in folder RTL, which `trine generate --weights memory --windows --style ecp5` wrote with a
`--weight-bus` of 16 bits (ulx3s) or 128 (the others). BUILD gets `csr.csv`, `sdram_init.py` with the commands that start the
memory (start_memory.py gives them), and `gateware` with Verilog, constraints (.lpf) and a script. `--route` runs the script,
which needs `yosys`, `nextpnr-ecp5` and `ecppack` on PATH. The serial line has 1 Mbaud. Boards, pins and clocks are those of
litex-boards.
"""

import argparse
import math
from pathlib import Path

from litedram.modules import AS4C32M16, MT41K256M16, MT41K64M16
from litedram.phy import ECP5DDRPHY, GENSDRPHY
from litex.build.generic_platform import IOStandard, Misc, Pins, Subsignal
from litex.soc.cores.uart import UARTPHY
from litex.soc.integration.builder import Builder
from litex_boards.platforms import gsd_orangecrab, lambdaconcept_ecpix5, radiona_ulx3s
from litex_boards.targets.gsd_orangecrab import _CRGSDRAM as OrangecrabClocks
from litex_boards.targets.lambdaconcept_ecpix5 import _CRG as Ecpix5Clocks
from litex_boards.targets.radiona_ulx3s import _CRG as Ulx3sClocks

from memory_soc import MemorySoc

BAUD = 1_000_000
RX = Subsignal("rx", Pins("GPIO:0"), Misc("PULLMODE=UP"))
FEATHER = [("serial", 0, Subsignal("tx", Pins("GPIO:1")), RX, IOStandard("LVCMOS33"))]


def ulx3s(rtl):
    """ULX3S with LFE5U-85F and 64 MB of SDR SDRAM."""
    hz = 50e6
    platform = radiona_ulx3s.Platform(device="LFE5U-85F")
    crg = Ulx3sClocks(platform, hz)
    phy = GENSDRPHY(platform.request("sdram"), hz)
    return soc(platform, rtl, hz, crg, phy, AS4C32M16(hz, "1:1"))


def orangecrab(rtl):
    """OrangeCrab r0.2 with LFE5U-25F and 128 MB of DDR3; the serial line is on pins 0 and 1 of the Feather header."""
    hz = 48e6
    platform = gsd_orangecrab.Platform(revision="0.2", device="25F")
    platform.add_extension(FEATHER)
    crg = OrangecrabClocks(platform, hz)
    pads = platform.request("ddram")
    # Below the clock that DDR3 promises the chip runs with its DLL off: no termination, and commands later
    phy = ECP5DDRPHY(pads, sys_clk_freq=hz, dm_remapping={0: 1, 1: 0}, cmd_delay=100)
    phy.settings.rtt_nom = "disabled"
    module = MT41K64M16(hz, "1:2")
    module.timing_settings.tRFC = refresh(hz, 110e-9)
    built = soc(platform, rtl, hz, crg, phy, module)
    built.comb += [crg.stop.eq(phy.init.stop), crg.reset.eq(phy.init.reset)]
    # Pins that this board uses as further supplies of the bank
    built.comb += [pads.vccio.eq(0b111111), pads.gnd.eq(0)]
    return built


def ecpix5(rtl):
    """ECPIX-5 with LFE5UM5G-85F and 512 MB of DDR3; the serial line is the second channel of its FTDI chip."""
    hz = 75e6
    platform = lambdaconcept_ecpix5.Platform(device="85F")
    crg = Ecpix5Clocks(platform, hz)
    phy = ECP5DDRPHY(platform.request("ddram"), sys_clk_freq=hz)
    module = MT41K256M16(hz, "1:2")
    module.timing_settings.tRFC = refresh(hz, 260e-9)
    built = soc(platform, rtl, hz, crg, phy, module)
    built.comb += [crg.stop.eq(phy.init.stop), crg.reset.eq(phy.init.reset)]
    return built


def refresh(hz, seconds):
    """tRFC in cycles, one more than the data sheet's time takes.

    LiteDRAM counts tRFC of these chips in the clocks of their fastest grade, whatever a clock takes: 128 in place of 7 costs an
    OrangeCrab a sixth of its bandwidth.
    """
    return math.ceil(seconds * hz) + 1


def soc(platform, rtl, hz, crg, phy, module):
    line = UARTPHY(platform.request("serial"), hz, BAUD)
    built = MemorySoc(platform, rtl, hz, line, phy, module)
    built.crg = crg
    return built


BOARDS = {"ulx3s": ulx3s, "orangecrab": orangecrab, "ecpix5": ecpix5}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("board", choices=BOARDS)
    options.add_argument("rtl", type=Path)
    options.add_argument("build", type=Path)
    options.add_argument("--route", action="store_true")
    given = options.parse_args()
    built = BOARDS[given.board](given.rtl.resolve())
    builder = Builder(built, output_dir=str(given.build), compile_software=False, csr_csv=str(given.build / "csr.csv"))
    # Before the rest, which ends with the program where a tool is missing
    given.build.mkdir(parents=True, exist_ok=True)
    (given.build / "sdram_init.py").write_text(built.start_commands)
    builder.build(build_name=given.board, run=given.route)


if __name__ == "__main__":
    main()
