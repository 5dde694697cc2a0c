"""ECPIX-5 with its 512 MB of DDR3 behind the unit; the serial line is the second channel of its FTDI chip."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "litex"))
from board import main, refresh
from litedram.modules import MT41K256M16
from litedram.phy import ECP5DDRPHY
from litex_boards.platforms import lambdaconcept_ecpix5
from litex_boards.targets.lambdaconcept_ecpix5 import _CRG as Clocks


def soc(board):
    platform = lambdaconcept_ecpix5.Platform(device="85F")
    crg = Clocks(platform, board.hz)
    phy = ECP5DDRPHY(platform.request("ddram"), sys_clk_freq=board.hz)
    module = MT41K256M16(board.hz, "1:2")
    module.timing_settings.tRFC = refresh(board.hz, 260e-9)
    built = board.soc(platform, crg, phy, module)
    built.comb += [crg.stop.eq(phy.init.stop), crg.reset.eq(phy.init.reset)]
    return built


if __name__ == "__main__":
    main(__file__, soc)
