"""The SoC of synth/litex/memory_soc.py for Verilator, with LiteDRAM's model of a PHY and of the chips.

    python3 soc.py RTL BUILD ulx3s|orangecrab

builds it around the unit in folder RTL, with the memory of that board. BUILD gets `csr.csv`, `sdram_init.py` and `files.txt`,
which lists the Verilog files. The host's bytes come and go a byte a cycle, where a real UART needs hundreds of cycles; uartbone
behind it is LiteX's own. Run by `make soc-sim`.
"""

import sys
from pathlib import Path

from litedram.phy.model import SDRAMPHYModel
from litex.build.generic_platform import Pins, Subsignal
from litex.build.io import CRG
from litex.build.sim import SimPlatform
from litex.soc.cores.uart import RS232PHYModel
from litex.soc.integration.builder import Builder

import dram

sys.path.insert(0, str(Path(__file__).parents[2] / "synth/litex"))
from memory_soc import MemorySoc

TOP = "soc"
BYTES = dict(sink_valid=1, sink_ready=1, sink_data=8, source_valid=1, source_ready=1, source_data=8)
IO = [
    ("sys_clk", 0, Pins(1)),
    ("sys_rst", 0, Pins(1)),
    ("bytes", 0, *[Subsignal(name, Pins(width)) for name, width in BYTES.items()]),
]
BOARDS = {"ulx3s": lambda: dram.sdr(50), "orangecrab": lambda: dram.ddr3(48)}


class Phy(SDRAMPHYModel):
    """LiteDRAM's model, with read data valid on every phase and not on the first one only: the host reads all of them."""

    # findings/litedram-model-valid-of-one-phase.sh
    def __init__(self, *arguments, **settings):
        super().__init__(*arguments, **settings)
        first, *others = self.dfi.phases
        self.comb += [phase.rddata_valid.eq(first.rddata_valid) for phase in others]


def main(rtl, build, board):
    memory = BOARDS[board]()
    platform = SimPlatform("SIM", IO)
    phy = Phy(memory["module"], memory["phy"], clk_freq=memory["hz"])
    line = RS232PHYModel(platform.request("bytes"))
    soc = MemorySoc(platform, Path(rtl).resolve(), int(memory["hz"]), line, phy, memory["module"], models=True)
    soc.crg = CRG(platform.request("sys_clk"), rst=platform.request("sys_rst"))
    builder = Builder(soc, output_dir=build, compile_software=False, csr_csv=f"{build}/csr.csv")
    builder.build(build=False, run=False)
    Path(build, "sdram_init.py").write_text(soc.start_commands)
    top = Path(builder.gateware_dir, f"{TOP}.v")
    platform.get_verilog(soc, name=TOP).write(str(top))
    files = [source[0] for source in platform.sources] + [top]
    Path(build, "files.txt").write_text("".join(f"{Path(file).resolve()}\n" for file in files))


if __name__ == "__main__":
    main(*sys.argv[1:])
