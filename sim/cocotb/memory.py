"""The memory behind a unit that reads its weights: cocotbext-axi's own, which knows nothing of this project."""

import numpy as np
from cocotb.handle import HierarchyObject
from cocotbext.axi import AxiARBus, AxiRamRead, AxiRBus, AxiReadBus
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


class WeightPort(AxiRamRead):
    """A memory at one port that answers SLVERR to a beat at an address in `broken`."""

    def __init__(self, dut: HierarchyObject, number: int, **memory: object) -> None:
        port = (dut, f"m_axi_wgt{number}")
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


class WeightMemory:
    """One memory behind all ports of the weights; addresses are those of the weight stream."""

    def __init__(self, dut: HierarchyObject, rng: np.random.Generator, layout: Layout) -> None:
        self.rng, self.layout = rng, layout
        first = WeightPort(dut, 0, size=SPACE)
        self.ports = [first, *(WeightPort(dut, number, mem=first.mem) for number in range(1, layout.ports))]
        self.ar_channels = [port.ar_channel for port in self.ports]
        self.r_channels = [port.r_channel for port in self.ports]

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
