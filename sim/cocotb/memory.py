"""The memory behind a unit that reads its weights: cocotbext-axi's own, which knows nothing of this project."""

import numpy as np
from cocotb.handle import HierarchyObject
from cocotbext.axi import AxiARBus, AxiRamRead, AxiRBus, AxiReadBus
from read_rules import PAGE

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


class WeightMemory(AxiRamRead):
    """A memory at `m_axi_wgt0` that answers SLVERR to a beat at an address in `broken`."""

    def __init__(self, dut: HierarchyObject, rng: np.random.Generator) -> None:
        port = (dut, "m_axi_wgt0")
        bus = AxiReadBus(AddressBus.from_prefix(*port), DataBus.from_prefix(*port))
        super().__init__(bus, dut.aclk, dut.aresetn, reset_active_level=False, size=SPACE)
        # More bursts than a unit may have under way, so that only the unit holds itself back.
        self.ar_channel.queue_occupancy_limit = 32
        self.rng = rng
        self.broken: set[int] = set()

    async def _read(self, address: int, length: int) -> bytes:
        """What cocotbext-axi asks for each beat; it makes SLVERR of any exception."""
        if address in self.broken:
            raise ValueError("no such memory")
        return await super()._read(address, length)

    def place(self, base: int, data: bytes) -> None:
        """Puts a job's weights at `base`, with random bytes around them: a beat from elsewhere does not go unnoticed."""
        start, end = max(base - PAGE, 0), min(base + len(data) + PAGE, SPACE)
        self.write(start, self.rng.bytes(end - start))
        self.write(base, data)
