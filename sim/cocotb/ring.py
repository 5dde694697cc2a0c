"""The host of a ring: descriptors, activations and weights in memory, results and outcomes from there."""

from dataclasses import dataclass

import numpy as np
from memory import STEP
from unit import Matmul, Unit

SLOT = 64
# Steps of places of results, and of the regions that jobs have here.
KIB = 1024
REGION = 1 << 20
POLLS = 600
# Words of a descriptor by their place, and bits of its word STATUS.
FLAGS, TOKENS, DEPTH, OUTPUTS, TAG, WGT_BASE, WGT_LENGTH, ACT_BASE, ACT_LENGTH, RES_BASE, RUN, STATUS = (*range(11), 12)
FENCE, INTERRUPT, ENDED = 1, 2, 16


@dataclass(frozen=True)
class Placed:
    """A job that was put into memory: its operands, its slot, and what lies around its results."""

    job: Matmul
    slot: int
    results: int
    before: bytes


class Ring:
    """A ring of 2^`log2` slots from `base` on; job `n` has its operands and results in region `n`."""

    def __init__(self, unit: Unit, base: int, log2: int) -> None:
        self.unit, self.base, self.log2 = unit, base, log2
        self.memory = unit.memory.ports[0]
        self.head = 0

    async def begin(self) -> None:
        """Begins the ring at its first slot."""
        self.head = 0
        for register, value in (("RING_BASE", self.base // STEP), ("RING_SIZE", self.log2), ("RING_HEAD", 0)):
            await self.unit.write(register, value)
        await self.unit.write("CTRL", self.unit.mask("CTRL", "start"))

    def place(self, job: Matmul, flags: int = 0, tag: int = 0) -> Placed:
        """Writes the next descriptor and what it names."""
        unit = self.unit
        region = (self.head + 1) * REGION
        weights, act, results = region + 3 * STEP, region + REGION // 2 + 5 * STEP, region + REGION // 4 + 3 * KIB
        stream = unit.wgt_stream(job)
        unit.memory.place(weights, stream)
        beats = self.slots(unit.act_stream(job))
        self.memory.write(act, beats)
        room = unit.rng.bytes(len(result_bytes(job, unit.columns)) + 2 * KIB)
        self.memory.write(results - KIB, room)
        words = np.frombuffer(unit.rng.bytes(SLOT), dtype="<u4").copy()
        count = len(beats) // self.act_slot
        words[FLAGS : TAG + 1] = [flags, *job.shape, tag]
        words[WGT_BASE : RES_BASE + 1] = [weights // STEP, len(stream) // unit.beat, act // STEP, count, results // STEP]
        words[[RUN, STATUS]] = 0
        slot = self.base + SLOT * (self.head % (1 << self.log2))
        self.memory.write(slot, words.tobytes())
        unit.rules.expect_behind(weights, len(stream) // unit.beat)
        unit.ring_reads.expect_behind(slot, SLOT // unit.bus)
        unit.ring_reads.expect_behind(act, -(-len(beats) // unit.bus))
        self.head += 1
        return Placed(job, slot, results, room)

    @property
    def act_slot(self) -> int:
        """Bytes that a beat of activations takes: a power of two, four at least."""
        return max(4, 1 << (self.unit.lanes - 1).bit_length())

    def slots(self, stream: bytes) -> bytes:
        """Beats of activations in their slots, with anything behind them."""
        lanes, fill = self.unit.lanes, self.act_slot - self.unit.lanes
        return b"".join(stream[at : at + lanes] + self.unit.rng.bytes(fill) for at in range(0, len(stream), lanes))

    async def ring(self) -> None:
        """Shows the unit the descriptors that were written."""
        await self.unit.write("RING_HEAD", self.head % (1 << 16))

    async def tail(self, count: int) -> None:
        """Waits until so many jobs are done."""
        for _ in range(POLLS):
            tail = await self.unit.read("RING_TAIL")
            if tail == count:
                return
        raise AssertionError(f"RING_TAIL is {tail}, not {count}; error {await self.unit.read('ERR_CODE')}")

    def outcome(self, placed: Placed) -> int:
        """The word STATUS of a job without its cycles."""
        word = int.from_bytes(self.memory.read(placed.slot + 4 * STATUS, 4), "little")
        assert word == 0 or word >> 5, "cycles of a job"
        return word & 31

    def compare(self, placed: Placed) -> None:
        """Compares the results of a job that is done with numpy's products, and what lies around them with what was there."""
        assert self.outcome(placed) == ENDED, f"outcome {self.outcome(placed)}"
        expected = result_bytes(placed.job, self.unit.columns)
        found = self.memory.read(placed.results - KIB, len(placed.before))
        products = found[KIB:-KIB]
        wrong = [i for i in range(0, len(expected), 4) if products[i : i + 4] != expected[i : i + 4]]
        assert not wrong, f"{placed.job.shape}: {len(wrong)} wrong, first at byte {wrong[0]}"
        assert found[:KIB] == placed.before[:KIB] and found[-KIB:] == placed.before[-KIB:], "written beside the results"

    async def complete(self) -> None:
        """All jobs are done: the unit is quiet, and has asked for what they name and for nothing else."""
        unit = self.unit
        assert await unit.status() == (0, 1, 0)
        assert unit.ring_writes.under_way == 0, "done with writes under way"
        unit.rules.complete()
        unit.ring_reads.complete()
        assert await unit.read("MEM_STATUS") == 0, "MEM_STATUS of jobs without a fault"
        await unit.write("STATUS", unit.mask("STATUS", "done"))

    async def quiet(self) -> tuple[int, int, int]:
        """The status once the unit is no longer busy; memory has answered all by then."""
        unit = self.unit
        for _ in range(POLLS):
            status = await unit.status()
            if not status[0]:
                break
        assert not status[0], "still busy"
        reads = [*unit.rules.ports, unit.ring_reads]
        assert all(port.asked == port.come for port in reads), "idle with beats under way"
        assert unit.ring_writes.under_way == 0, "idle with writes under way"
        assert not await unit.read("MEM_STATUS") & unit.mask("MEM_STATUS", "draining")
        return status

    def forget(self) -> None:
        """The jobs were dropped: only requests that wait to be taken may still go out."""
        self.unit.rules.dropped()
        self.unit.ring_reads.dropped()


def result_bytes(job: Matmul, columns: int) -> bytes:
    """The products in memory: column blocks outermost, then tokens, an int32 for each real column."""
    product = (job.x @ job.w).astype("<i4")
    blocks = range(0, product.shape[1], columns)
    return b"".join(product[:, block : block + columns].tobytes() for block in blocks)
