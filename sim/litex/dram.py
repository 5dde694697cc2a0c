"""Verilog of LiteDRAM's own controller, with its model of a PHY and of the chips, and a DMA reader, for comparison with the
simulated memory.

    python3 dram.py FOLDER

writes one design a case to FOLDER, and FOLDER/cases.txt: name, bits of a read. The reader asks for `words` words, in order or
in runs with a jump behind each, as soon as `go` is high; `cycles` counts until the last one is there. Run by `make dram-check`.
"""

import sys
from pathlib import Path

from litedram import modules
from litedram.common import PhySettings, get_default_cl_cwl, get_sys_latency, get_sys_phase
from litedram.core import LiteDRAMCore
from litedram.core.controller import ControllerSettings
from litedram.frontend.dma import LiteDRAMDMAReader
from litedram.phy.model import SDRAMPHYModel, get_sdram_phy_settings
from litex.build.sim import SimPlatform
from litex.gen import LiteXModule
from litex.gen.fhdl import verilog
from migen import ClockDomain, If, Signal


class Reader(LiteXModule):
    """Counts the cycles that LiteDRAM needs for `words` reads at addresses in runs of `run` words, `jump` words apart."""

    def __init__(self, module, phy, hz, fifo, run=None, jump=0):
        self.go, self.words = Signal(name="go"), Signal(32, name="words")
        self.beats, self.cycles = Signal(32, name="beats"), Signal(32, name="cycles")
        self.cd_sys = ClockDomain()
        self.phy = SDRAMPHYModel(module, phy, clk_freq=hz, we_granularity=0)
        self.core = LiteDRAMCore(self.phy, module.geom_settings, module.timing_settings, hz, controller_settings=ControllerSettings())
        # Of the controller's own width: any other one is converted, which costs a fifth and more
        port = self.core.crossbar.get_port("read")
        self.bits = port.data_width
        self.dma = LiteDRAMDMAReader(port, fifo_depth=fifo)
        asked, address = Signal(32), Signal(port.address_width)
        ask, answer = self.dma.sink, self.dma.source
        self.comb += [ask.valid.eq(self.go & (asked < self.words)), ask.address.eq(address), answer.ready.eq(1)]
        step = address + 1
        if run is not None:
            in_run = Signal(max=run)
            taken = ask.valid & ask.ready
            self.sync += If(taken, If(in_run == run - 1, in_run.eq(0)).Else(in_run.eq(in_run + 1)))
            step = address + 1 + (in_run == run - 1) * jump
        self.sync += [
            If(ask.valid & ask.ready, asked.eq(asked + 1), address.eq(step)),
            If(self.go & (self.beats < self.words), self.cycles.eq(self.cycles + 1)),
            If(answer.valid, self.beats.eq(self.beats + 1)),
        ]


def sdr(mhz):
    """A 16 bit SDR SDRAM, one command and one transfer a cycle."""
    hz = mhz * 1e6
    return dict(module=modules.AS4C32M16(hz, "1:1"), phy=get_sdram_phy_settings("SDR", 16, hz), hz=hz, fifo=16)


def ddr3(mhz, refresh=7):
    """A 16 bit DDR3 chip as an ECP5 drives it: two phases, 64 bits a cycle. `refresh` is tRFC in cycles; None leaves the 128
    clocks of the module, which are those of 800 MHz."""
    hz, phases = mhz * 1e6, 2
    module = modules.MT41K64M16(hz, f"1:{phases}")
    if refresh is not None:
        module.timing_settings.tRFC = refresh
    cl, cwl = get_default_cl_cwl("DDR3", 2 / (2 * phases * hz))
    read, write = get_sys_latency(phases, cl), get_sys_latency(phases, cwl)
    phy = PhySettings(
        phytype="ECP5DDRPHY",
        memtype="DDR3",
        databits=16,
        dfi_databits=4 * 16,
        nphases=phases,
        rdphase=get_sys_phase(phases, read, cl),
        wrphase=get_sys_phase(phases, write, cwl),
        cl=cl,
        cwl=cwl,
        # What the PHY of an ECP5 adds to the chip's own latency
        read_latency=read + 10,
        write_latency=write,
    )
    return dict(module=module, phy=phy, hz=hz, fifo=32)


# Name, design. tests/litedram.rs knows the same names.
CASES = [
    ("sdr_50", lambda: Reader(**sdr(50))),
    ("ddr3_48", lambda: Reader(**ddr3(48))),
    ("sdr_100", lambda: Reader(**sdr(100))),
    ("ddr3_48_long_refresh", lambda: Reader(**ddr3(48, refresh=None))),
    ("sdr_50_runs", lambda: Reader(**sdr(50), run=64, jump=5 * 1024 - 64)),
    ("ddr3_48_runs", lambda: Reader(**ddr3(48), run=16, jump=3 * 128 - 16)),
]


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for name, design in CASES:
        reader = design()
        ports = {reader.go, reader.words, reader.beats, reader.cycles, reader.cd_sys.clk, reader.cd_sys.rst}
        text = verilog.convert(reader, ios=ports, name=name, platform=SimPlatform("SIM", []))
        (folder / f"{name}.v").write_text(str(text))
        lines.append(f"{name} {reader.bits}\n")
    (folder / "cases.txt").write_text("".join(lines))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
