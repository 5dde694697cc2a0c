"""The SoC of synth/litex/memory_soc.py for Verilator, with LiteDRAM's model of a PHY and of the chips.

    python3 soc.py RTL BUILD ulx3s|orangecrab uartbone|etherbone

builds it around the unit in folder RTL, with the memory of that board. BUILD gets `csr.csv`, `sdram_init.py` and `files.txt`,
which lists the Verilog files. The host's bytes come and go a byte a cycle, where a real UART needs hundreds of cycles; uartbone
behind it is LiteX's own. With Etherbone the contents of UDP packets come and go a word a cycle: LiteEth's core of Etherbone is
there, and its MAC, IP and UDP are not. Run by `make soc-sim`.
"""

import sys
from pathlib import Path

from litedram.phy.model import SDRAMPHYModel
from liteeth.core.udp import LiteEthUDPUserPort
from liteeth.frontend.etherbone import LiteEthEtherbone
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
RECEIVED = dict(received_valid=1, received_ready=1, received_last=1, received_length=16, received_data=32)
SENT = dict(sent_valid=1, sent_ready=1, sent_last=1, sent_data=32)
IO = [
    ("sys_clk", 0, Pins(1)),
    ("sys_rst", 0, Pins(1)),
    ("bytes", 0, *[Subsignal(name, Pins(width)) for name, width in BYTES.items()]),
    ("packets", 0, *[Subsignal(name, Pins(width)) for name, width in {**RECEIVED, **SENT}.items()]),
]
# LiteX's add_etherbone has the same
UDP_PORT, BUFFER = 1234, 16
BOARDS = {"ulx3s": lambda: dram.sdr(50), "orangecrab": lambda: dram.ddr3(48)}


class Phy(SDRAMPHYModel):
    """LiteDRAM's model, with read data valid on every phase and not on the first one only: the host reads all of them."""

    # findings/litedram-model-valid-of-one-phase.sh
    def __init__(self, *arguments, **settings):
        super().__init__(*arguments, **settings)
        first, *others = self.dfi.phases
        self.comb += [phase.rddata_valid.eq(first.rddata_valid) for phase in others]


class Udp:
    """A user port of LiteEth's UDP in the place of its crossbar."""

    dw = 8

    def __init__(self):
        self.crossbar, self.port = self, LiteEthUDPUserPort(32)

    def get_port(self, udp_port, dw, cd):
        return self.port


class EtherboneSoc(MemorySoc):
    """The SoC whose bus the contents of UDP packets reach."""

    def connect(self, line, hz):
        udp = Udp()
        self.bridge = LiteEthEtherbone(udp, UDP_PORT, buffer_depth=BUFFER)
        self.bus.add_master("bridge", self.bridge.wishbone.bus)
        received, sent = udp.port.source, udp.port.sink
        self.comb += [
            *[getattr(received, name).eq(getattr(line, f"received_{name}")) for name in ("valid", "last", "length", "data")],
            received.last_be.eq(line.received_last << 3),
            line.received_ready.eq(received.ready),
            *[getattr(line, f"sent_{name}").eq(getattr(sent, name)) for name in ("valid", "last", "data")],
            sent.ready.eq(line.sent_ready),
        ]


def main(rtl, build, board, bridge):
    memory = BOARDS[board]()
    platform = SimPlatform("SIM", IO)
    phy = Phy(memory["module"], memory["phy"], clk_freq=memory["hz"])
    made, line = {
        "uartbone": lambda: (MemorySoc, RS232PHYModel(platform.request("bytes"))),
        "etherbone": lambda: (EtherboneSoc, platform.request("packets")),
    }[bridge]()
    soc = made(platform, Path(rtl).resolve(), int(memory["hz"]), line, phy, memory["module"], models=True)
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
