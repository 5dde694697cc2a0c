"""A LiteX SoC without processor: a unit with windows on the bus, reached through uartbone.

    python3 soc.py RTL BUILD

builds the SoC around the unit in folder RTL into folder BUILD: gateware, `csr.json`, and `files.txt` with the Verilog files,
the SoC's own last.
"""

import sys
from pathlib import Path

from litex.build.generic_platform import Pins, Subsignal
from litex.build.io import CRG
from litex.build.sim import SimPlatform
from litex.soc.integration.builder import Builder
from litex.soc.integration.soc import SoCRegion
from litex.soc.integration.soc_core import SoCMini

from trine import Trine

# Cycles a bit of the serial line, as sim/tests/litex.rs sends them
DIVIDER = 32
ORIGIN = 0x3000_0000
TOP = "trine_soc"

IO = [
    ("sys_clk", 0, Pins(1)),
    ("sys_rst", 0, Pins(1)),
    ("uart", 0, Subsignal("rx", Pins(1)), Subsignal("tx", Pins(1))),
]


class Soc(SoCMini):
    def __init__(self, platform, rtl):
        clock = DIVIDER * 1_000_000
        SoCMini.__init__(self, platform, clock, ident="", ident_version=False)
        self.crg = CRG(platform.request("sys_clk"), rst=platform.request("sys_rst"))
        self.add_uartbone(uart_name="uart", baudrate=clock // DIVIDER)
        self.trine = Trine(platform, rtl, models=True)
        self.bus.add_slave("trine", self.trine.bus, SoCRegion(origin=ORIGIN, size=0x1000, cached=False))


def main(rtl, build):
    platform = SimPlatform("SIM", IO)
    soc = Soc(platform, Path(rtl).resolve())
    builder = Builder(soc, output_dir=build, compile_software=False, csr_json=f"{build}/csr.json")
    builder.build(build=False, run=False)
    top = Path(builder.gateware_dir, f"{TOP}.v")
    platform.get_verilog(soc, name=TOP).write(str(top))
    files = [source[0] for source in platform.sources] + [top]
    Path(build, "files.txt").write_text("".join(f"{Path(file).resolve()}\n" for file in files))


if __name__ == "__main__":
    main(*sys.argv[1:])
