"""A LiteX SoC without processor around a unit that reads its weights from LiteDRAM.

    host == bytes ==> uartbone ──┬── registers and windows of the unit ──┐
                                 ├── counters of the port                │ unit
                                 └── LiteDRAM <── AXI4, reads only ──────┘
                                        └── PHY, memory

The host stores packed weights in the region `main_ram`. WGT_BASE takes the same addresses. What gives the bytes, the PHY and
the memory belong to a board (board.py) or to a simulation (sim/litex/soc.py).

`start_commands` is the text of `sdram_init.py`, with which start_memory.py starts a board's memory.
"""

from litedram.frontend.axi import LiteDRAMAXI2Native
from litedram.init import get_sdram_phy_py_header
from litex.gen import LiteXModule
from litex.soc.cores.uart import UARTBone
from litex.soc.integration.soc import SoCRegion
from litex.soc.integration.soc_core import SoCMini
from litex.soc.interconnect.csr import CSR, CSRStatus
from migen import If, Mux, Signal

from trine import Trine

UNIT = 0x3000_0000
MEMORY = 0x4000_0000


class PortCounters(LiteXModule):
    """Counts the beats that an AXI master reads, and the cycles in which one of its reads is asked for or under way."""

    def __init__(self, master):
        self.clear = CSR()
        self.beats = CSRStatus(32)
        self.cycles = CSRStatus(32)
        asked, answered = master.ar.valid & master.ar.ready, master.r.valid & master.r.ready
        due = Signal(16)
        self.sync += [
            due.eq(due + Mux(asked, master.ar.len + 1, 0) - answered),
            If(self.clear.re, self.beats.status.eq(0), self.cycles.status.eq(0)).Else(
                self.beats.status.eq(self.beats.status + answered),
                self.cycles.status.eq(self.cycles.status + (master.ar.valid | (due != 0))),
            ),
        ]


class MemorySoc(SoCMini):
    """The SoC on `platform` with the unit in folder `rtl`.

    `line` gives and takes bytes, as a UART does; a class of its own may `connect` something else to the bus. `module` is LiteDRAM's description of the memory behind `phy`. `models` adds
    simulation models of technology cells.
    """

    def __init__(self, platform, rtl, hz, line, phy, module, models=False):
        SoCMini.__init__(self, platform, hz, ident="", ident_version=False)
        self.connect(line, hz)
        self.phy = phy
        # A cache would hold what the unit cannot see
        self.add_sdram("sdram", phy=phy, module=module, origin=MEMORY, l2_cache_size=0)
        self.trine = Trine(platform, rtl, models=models)
        self.bus.add_slave("trine", self.trine.bus, SoCRegion(origin=UNIT, size=0x1000, cached=False))
        # Of the controller's own width: LiteDRAM's converter costs bandwidth, and LiteX's has corrupted short transfers
        port = self.sdram.crossbar.get_port()
        if port.data_width != self.trine.weights.data_width:
            raise ValueError(f"the memory's port has {port.data_width} bits: generate the unit with --weight-bus {port.data_width}")
        self.port = LiteDRAMAXI2Native(self.trine.weights, port, base_address=MEMORY)
        self.counters = PortCounters(self.trine.weights)
        self.start_commands = start_commands(phy.settings, module.timing_settings)

    def connect(self, line, hz):
        """Lets what comes through `line` reach the bus."""
        self.bridge = UARTBone(line, hz)
        self.bus.add_master("bridge", self.bridge.wishbone)


def start_commands(settings, timings):
    """LiteDRAM's commands that start a memory, and the facts of its PHY that chip.py needs, as Python."""
    names = "databits dfi_databits nphases rdphase wrphase bitslips delays".split()
    facts = {name: getattr(settings, name) for name in names}
    return get_sdram_phy_py_header(settings, timings) + f"\nphy = {facts}\n"
