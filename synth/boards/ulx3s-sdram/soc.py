"""ULX3S with its 64 MB of SDR SDRAM behind the unit; the serial line is the FTDI chip behind USB connector US1."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "litex"))
from board import main
from litedram.modules import AS4C32M16
from litedram.phy import GENSDRPHY
from litex_boards.platforms import radiona_ulx3s
from litex_boards.targets.radiona_ulx3s import _CRG as Clocks


def soc(board):
    platform = radiona_ulx3s.Platform(device="LFE5U-85F")
    crg = Clocks(platform, board.hz)
    phy = GENSDRPHY(platform.request("sdram"), board.hz)
    return board.soc(platform, crg, phy, AS4C32M16(board.hz, "1:1"))


if __name__ == "__main__":
    main(__file__, soc)
