"""OrangeCrab r0.2 with its 128 MB of DDR3 behind the unit; the serial line is on pins 0 (from the host) and 1 of the Feather
header."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "litex"))
from board import main, refresh
from litedram.modules import MT41K64M16
from litedram.phy import ECP5DDRPHY
from litex.build.generic_platform import IOStandard, Misc, Pins, Subsignal
from litex_boards.platforms import gsd_orangecrab
from litex_boards.targets.gsd_orangecrab import _CRGSDRAM as Clocks

RX = Subsignal("rx", Pins("GPIO:0"), Misc("PULLMODE=UP"))
FEATHER = [("serial", 0, Subsignal("tx", Pins("GPIO:1")), RX, IOStandard("LVCMOS33"))]


def soc(board):
    platform = gsd_orangecrab.Platform(revision="0.2", device="25F")
    platform.add_extension(FEATHER)
    crg = Clocks(platform, board.hz)
    pads = platform.request("ddram")
    # Below the clock that DDR3 promises the chip runs with its DLL off: no termination, and commands later
    phy = ECP5DDRPHY(pads, sys_clk_freq=board.hz, dm_remapping={0: 1, 1: 0}, cmd_delay=100)
    phy.settings.rtt_nom = "disabled"
    module = MT41K64M16(board.hz, "1:2")
    module.timing_settings.tRFC = refresh(board.hz, 110e-9)
    built = board.soc(platform, crg, phy, module)
    built.comb += [crg.stop.eq(phy.init.stop), crg.reset.eq(phy.init.reset)]
    # Pins that this board uses as further supplies of the bank
    built.comb += [pads.vccio.eq(0b111111), pads.gnd.eq(0)]
    return built


if __name__ == "__main__":
    main(__file__, soc)
