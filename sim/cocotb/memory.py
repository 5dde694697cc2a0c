"""The memory behind a unit that reads its weights or fetches its jobs: cocotbext-axi's own, which knows nothing of this project."""

import numpy as np
from cocotb.handle import HierarchyObject
from cocotb.types import LogicArray
from cocotbext.axi import (
    AxiARBus,
    AxiAWBus,
    AxiBBus,
    AxiRamRead,
    AxiRamWrite,
    AxiRBus,
    AxiReadBus,
    AxiWBus,
    AxiWriteBus,
)
from cocotbext.axi.axi_channels import AxiWTransaction
from read_rules import PAGE, Layout

# Bytes of a step of WGT_BASE, and of all that it can address.
STEP = 64
SPACE = STEP << 32


class NoIdentifier:
    """The place of ARID and RID, which cocotbext-axi expects and the unit's port does not have."""

    value = (0,)

    def __len__(self) -> int:
        return 0

    def setimmediatevalue(self, value: object) -> None:
        """There is no signal to set."""


class AddressBus(AxiARBus):
    """AR without an identifier."""

    _signals = tuple(name for name in AxiARBus._signals if name != "arid")
    arid = NoIdentifier()


class DataBus(AxiRBus):
    """R without an identifier."""

    _signals = tuple(name for name in AxiRBus._signals if name != "rid")
    rid = NoIdentifier()


class WriteAddressBus(AxiAWBus):
    """AW without an identifier."""

    _signals = tuple(name for name in AxiAWBus._signals if name != "awid")
    awid = NoIdentifier()


class AnswerBus(AxiBBus):
    """B without an identifier."""

    _signals = tuple(name for name in AxiBBus._signals if name != "bid")
    bid = NoIdentifier()


class ReadPort(AxiRamRead):
    """A memory at the port of this name that answers SLVERR to a beat at an address in `broken`."""

    def __init__(self, dut: HierarchyObject, name: str, **memory: object) -> None:
        port = (dut, name)
        bus = AxiReadBus(AddressBus.from_prefix(*port), DataBus.from_prefix(*port))
        super().__init__(bus, dut.aclk, dut.aresetn, reset_active_level=False, **memory)
        # More bursts than a unit may have under way, so that only the unit holds itself back.
        self.ar_channel.queue_occupancy_limit = 64
        self.broken: set[int] = set()

    async def _read(self, address: int, length: int) -> bytes:
        """What cocotbext-axi asks for each beat; it makes SLVERR of any exception."""
        if address in self.broken:
            raise ValueError("no such memory")
        return await super()._read(address, length)


class WritePort(AxiRamWrite):
    """A memory at the writing side of the port of a ring."""

    def __init__(self, dut: HierarchyObject, name: str, **memory: object) -> None:
        port = (dut, name)
        bus = AxiWriteBus(WriteAddressBus.from_prefix(*port), AxiWBus.from_prefix(*port), AnswerBus.from_prefix(*port))
        super().__init__(bus, dut.aclk, dut.aresetn, reset_active_level=False, **memory)
        self.aw_channel.queue_occupancy_limit = 64
        self.taken = self.w_channel.recv
        self.w_channel.recv = self.receive

    async def receive(self) -> AxiWTransaction:
        """A beat; bytes without a strobe may be unknown, and cocotbext-axi would not take them."""
        beat = await self.taken()
        strobes, bits = int(beat.wstrb), str(beat.wdata)
        places = range(len(bits) - 1, -1, -1)
        beat.wdata = LogicArray("".join(bit if strobes >> at // 8 & 1 else "0" for at, bit in zip(places, bits, strict=True)))
        return beat


class WeightMemory:
    """One memory behind all ports of the weights and that of a `ring`; addresses are those of the weight stream."""

    def __init__(self, dut: HierarchyObject, rng: np.random.Generator, layout: Layout, ring: bool = False) -> None:
        self.rng, self.layout = rng, layout
        first = ReadPort(dut, "m_axi_wgt0", size=SPACE)
        self.ports = [first, *(ReadPort(dut, f"m_axi_wgt{number}", mem=first.mem) for number in range(1, layout.ports))]
        self.ring: ReadPort | None = None
        self.results: WritePort | None = None
        if ring:
            self.ring, self.results = ReadPort(dut, "m_axi", mem=first.mem), WritePort(dut, "m_axi", mem=first.mem)
        readers = [*self.ports, *([self.ring] if self.ring else [])]
        self.ar_channels = [port.ar_channel for port in readers]
        self.r_channels = [port.r_channel for port in readers]
        self.aw_channels = [self.results.aw_channel] if self.results else []
        self.w_channels = [self.results.w_channel] if self.results else []
        self.b_channels = [self.results.b_channel] if self.results else []
        writes = [*self.aw_channels, *self.w_channels, *self.b_channels]
        self.channels = [*self.ar_channels, *self.r_channels, *writes]

    def breaks(self, beats: set[int]) -> None:
        """Answers SLVERR to the beats at these places of the stream, each on another port than the one before."""
        for port in self.ports:
            port.broken = set()
        for number, at in enumerate(sorted(beats)):
            port = number % self.layout.ports
            self.ports[port].broken.add(self.layout.place(at + port * self.layout.part))

    def place(self, base: int, data: bytes) -> None:
        """Puts a job's weights at `base`, with random bytes around them: a beat from elsewhere does not go unnoticed."""
        window = self.layout.beat * self.layout.burst
        start, end = max(base - PAGE, 0) // window * window, min(base + len(data) + PAGE, SPACE)
        end = min(-(-end // window) * window, SPACE)
        stream = bytearray(self.rng.bytes(end - start))
        stream[base - start : base - start + len(data)] = data
        part = self.layout.part
        stored = bytearray(len(stream))
        for at in range(0, len(stream), part):
            to = self.layout.place(start + at) - start
            stored[to : to + part] = stream[at : at + part]
        self.ports[0].write(start, bytes(stored))
