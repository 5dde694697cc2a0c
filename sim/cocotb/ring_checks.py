"""What is asked of a unit that fetches its jobs from a ring (R44 to R52); run by `test_unit.py` like `bus_checks.py`.

The memory is cocotbext-axi's, and `read_rules.py` and `write_rules.py` watch its ports in every check.
"""

import cocotb
from cocotb.handle import HierarchyObject
from cocotb.triggers import ClockCycles
from cocotbext.axi import AxiResp
from read_rules import PAGE
from ring import ENDED, FENCE, INTERRUPT, Ring
from unit import Matmul, Unit

STALLS = 0.4
TIMEOUT = {"timeout_time": 4, "timeout_unit": "ms"}
BASE = 3 * PAGE - 64
# Cycles until an abort has taken effect.
EFFECT = 8


def jobs(unit: Unit, count: int) -> list[Matmul]:
    """Jobs of any shape."""
    limits = unit.max_tokens, unit.max_depth, 4 * unit.columns
    shapes = [tuple(int(unit.rng.integers(1, limit + 1)) for limit in limits) for _ in range(count)]
    return [Matmul.random(unit.rng, *shape) for shape in shapes]


@cocotb.test(**TIMEOUT)
@cocotb.parametrize(stalls=[0.0, STALLS])
async def jobs_of_a_ring_are_exact(dut: HierarchyObject, stalls: float) -> None:
    unit = Unit(dut, stalls)
    await unit.start_up()
    ring = Ring(unit, BASE, 2)
    await ring.begin()
    lanes, columns, tokens = unit.lanes, unit.columns, unit.max_tokens
    shapes = [(1, 1, 1), (tokens, unit.max_depth, 8 * columns - 1), (2, lanes + 1, columns), (1, lanes, columns + 1)]
    first = [ring.place(Matmul.random(unit.rng, *shape), tag=tag) for tag, shape in enumerate(shapes)]
    await ring.ring()
    await ring.tail(4)
    # The ring begins anew at its first slot, and one job waits for all before.
    second = [ring.place(job, FENCE if tag == 2 else 0, tag=4 + tag) for tag, job in enumerate(jobs(unit, 3))]
    await ring.ring()
    await ring.tail(7)
    # A slot that was used again has the outcome of its last job.
    for placed in (first[3], *second):
        ring.compare(placed)
    assert await unit.read("DONE_TAG") == 6
    await ring.complete()


@cocotb.test(**TIMEOUT)
async def results_are_in_memory_when_the_tail_counts(dut: HierarchyObject) -> None:
    unit = Unit(dut, STALLS)
    await unit.start_up()
    ring = Ring(unit, BASE, 3)
    await ring.begin()
    await unit.write("IRQ_EN", unit.mask("IRQ_EN", "done"))
    for count, job in enumerate(jobs(unit, 6)):
        placed = ring.place(job, INTERRUPT if count % 2 else 0)
        await ring.ring()
        await ring.tail(count + 1)
        ring.compare(placed)
        assert int(dut.irq.value) == count % 2
        await unit.write("IRQ_STAT", unit.mask("IRQ_STAT", "done"))
        await ring.complete()


@cocotb.test(**TIMEOUT)
async def an_error_of_the_memory_ends_the_ring_at_its_job(dut: HierarchyObject) -> None:
    unit = Unit(dut, STALLS)
    await unit.start_up()
    ring = Ring(unit, BASE, 2)
    for where in ("weights", "activations"):
        await ring.begin()
        good, bad, behind = (ring.place(job) for job in jobs(unit, 3))
        if where == "weights":
            unit.memory.breaks({unit.rules.ports[0].waiting[1][0]})
        else:
            unit.memory.ring.broken = {unit.ring_reads.waiting[3][0]}
        await ring.ring()
        assert (await ring.quiet())[2] == 1
        ring.forget()
        code = unit.errors["memory"]
        assert await unit.read("ERR_CODE") == code and await unit.read("RING_TAIL") == 1
        ring.compare(good)
        assert ring.outcome(bad) == ENDED | code and ring.outcome(behind) == 0
        response = next(f for f in unit.map["MEM_STATUS"].fields if f.name == "response")
        assert response.of(await unit.read("MEM_STATUS")) == AxiResp.SLVERR
        unit.memory.breaks(set())
        unit.memory.ring.broken = set()
        await unit.write("STATUS", unit.mask("STATUS", "done") | unit.mask("STATUS", "error"))
        await afresh(ring)


@cocotb.test(**TIMEOUT)
async def a_ring_that_is_dropped_drains(dut: HierarchyObject) -> None:
    unit = Unit(dut)
    await unit.start_up()
    ring = Ring(unit, BASE, 2)
    await ring.begin()
    for job in jobs(unit, 3):
        ring.place(job)
    # An answer to a write is missing, and beats of activations and weights.
    for channel in unit.memory.b_channels:
        channel.pause = True
    await ring.ring()
    while not unit.ring_writes.unanswered:
        await ClockCycles(dut.aclk, 1)
    for channel in unit.memory.r_channels:
        channel.pause = True
    await ClockCycles(dut.aclk, 20)
    await unit.write("CTRL", unit.mask("CTRL", "abort"))
    await ClockCycles(dut.aclk, EFFECT)
    ring.forget()
    start = unit.mask("CTRL", "start").to_bytes(4, "little")
    for channels in (unit.memory.r_channels, unit.memory.b_channels):
        assert await unit.status() == (1, 0, 0)
        assert await unit.read("MEM_STATUS") & unit.mask("MEM_STATUS", "draining")
        assert (await unit.axil.write(unit.map["CTRL"].offset, start)).resp == AxiResp.SLVERR
        for channel in channels:
            channel.pause = False
        await ClockCycles(dut.aclk, 20)
    assert await ring.quiet() == (0, 0, 0) and await unit.read("RING_TAIL") == 0
    await afresh(ring)


@cocotb.test(**TIMEOUT)
async def a_ring_is_dropped_at_any_time(dut: HierarchyObject) -> None:
    unit = Unit(dut, STALLS)
    await unit.start_up()
    ring = Ring(unit, BASE, 2)
    for _ in range(10):
        await ring.begin()
        placed = [ring.place(job) for job in jobs(unit, 3)]
        await ring.ring()
        await ClockCycles(dut.aclk, int(unit.rng.integers(1, 900)))
        await unit.write("CTRL", unit.mask("CTRL", "abort"))
        await ClockCycles(dut.aclk, EFFECT)
        ring.forget()
        assert (await ring.quiet())[2] == 0
        for done in placed[: await unit.read("RING_TAIL")]:
            ring.compare(done)
        await unit.write("STATUS", unit.mask("STATUS", "done"))
        await afresh(ring)


async def afresh(ring: Ring) -> None:
    """Begins the ring again, and the next jobs are right."""
    await ring.begin()
    placed = [ring.place(job) for job in jobs(ring.unit, 2)]
    await ring.ring()
    await ring.tail(2)
    for done in placed:
        ring.compare(done)
    await ring.complete()
    await ring.unit.write("CTRL", ring.unit.mask("CTRL", "abort"))
