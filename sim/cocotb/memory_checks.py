"""What is asked of a unit that reads its weights from memory (R33 to R42); run by `test_unit.py` like `bus_checks.py`.

The memory is cocotbext-axi's, and `read_rules.py` watches the port in every check.
"""

import cocotb
from cocotb.handle import HierarchyObject
from cocotb.triggers import ClockCycles
from cocotbext.axi import AxiResp
from cocotbext.axi.stream import StreamPause
from memory import SPACE, STEP
from memory_jobs import begin, begin_at, begin_runs, check, compare, drop, fails, finish, follow, idle, offer, refuses_a_start
from read_rules import PAGE, ROOM
from unit import Matmul, Unit

STALLS = 0.4
TIMEOUT = {"timeout_time": 4, "timeout_unit": "ms"}
MEMORY_ERROR = 10
BASE = 5 * PAGE + 3 * STEP


def of_size(unit: Unit, size: int) -> Matmul:
    """A job of the largest depth with at least `size` bytes of weights."""
    columns = len(unit.wgt_stream(Matmul.random(unit.rng, 1, unit.max_depth, unit.columns)))
    return Matmul.random(unit.rng, 1, unit.max_depth, unit.columns * -(-size // columns))


def pause(channels: list[StreamPause], paused: bool) -> None:
    """Stops a channel on all ports, or lets it go on."""
    for channel in channels:
        channel.pause = paused


@cocotb.test(**TIMEOUT)
@cocotb.parametrize(stalls=[0.0, STALLS])
async def matmuls_are_exact_from_memory(dut: HierarchyObject, stalls: float) -> None:
    unit = Unit(dut, stalls)
    await unit.start_up()
    lanes, columns, tokens = unit.lanes, unit.columns, unit.max_tokens
    shapes = [
        (1, 1, 1),
        (tokens, 2 * lanes + 1, 2 * columns + 1),
        (2, lanes - 1, columns + 1),
        (1, lanes, columns),
        (tokens, unit.max_depth, 3 * columns - 1),
    ]
    bases = [0, PAGE - STEP, BASE, SPACE // 2 - STEP, 0x15_5555_5540]
    for tag, (shape, base) in enumerate(zip(shapes, bases, strict=True)):
        await check(unit, Matmul.random(unit.rng, *shape), base, tag)
    job = Matmul.random(unit.rng, *shapes[1])
    steps = -(-len(unit.wgt_stream(job)) // STEP)
    await check(unit, job, SPACE - steps * STEP)


@cocotb.test(**TIMEOUT)
async def jobs_follow_each_other_at_random_places(dut: HierarchyObject) -> None:
    unit = Unit(dut, STALLS)
    await unit.start_up()
    limits = unit.max_tokens, 2 * unit.lanes, 2 * unit.columns
    for tag in range(12):
        shape = tuple(int(unit.rng.integers(1, limit + 1)) for limit in limits)
        await check(unit, Matmul.random(unit.rng, *shape), STEP * int(unit.rng.integers(1 << 31)), tag)


@cocotb.test(**TIMEOUT)
@cocotb.parametrize(stalls=[0.0, STALLS])
async def jobs_wait_behind_the_one_that_runs(dut: HierarchyObject, stalls: float) -> None:
    unit = Unit(dut, stalls)
    await unit.start_up()
    await refuses_a_start(unit, "QUEUE", "follow")
    jobs = [Matmul.random(unit.rng, 1 + i % 2, unit.lanes + i, 2 * unit.columns - i) for i in range(5)]
    for tag, job in enumerate(jobs):
        await (follow if tag else begin)(unit, job, BASE + tag * 2 * PAGE, tag)
    assert await unit.read("QUEUE") == unit.mask("QUEUE", "waiting") & 4 << 2, "four wait, and no more can follow"
    await refuses_a_start(unit, "QUEUE", "follow")
    for job in jobs:
        await offer(unit, job)
        await compare(unit, job)
    assert await unit.status() == (0, 1, 0) and await unit.read("DONE_TAG") == len(jobs) - 1
    await unit.write("STATUS", unit.mask("STATUS", "done"))
    unit.rules.complete()
    # One that fails takes those behind it along.
    await begin(unit, jobs[0], BASE)
    await follow(unit, jobs[1], BASE + 2 * PAGE, 1, length=1)
    await follow(unit, jobs[2], BASE + 4 * PAGE, 2)
    await offer(unit, jobs[0])
    await compare(unit, jobs[0])
    unit.may_drop = True
    assert await idle(unit) == (0, 1, 1)
    assert await unit.read("ERR_CODE") == unit.errors["weights_early"] and await unit.read("DONE_TAG") == 0
    await unit.write("STATUS", unit.mask("STATUS", "done") | unit.mask("STATUS", "error"))
    unit.restart_streams()
    assert await unit.read("QUEUE") == 0
    await refuses_a_start(unit, "QUEUE", "follow")
    await check(unit, jobs[0], BASE)


@cocotb.test(**TIMEOUT)
@cocotb.parametrize(stalls=[0.0, STALLS])
async def a_job_may_span_pages(dut: HierarchyObject, stalls: float) -> None:
    unit = Unit(dut, stalls)
    await unit.start_up()
    job = of_size(unit, PAGE + 2 * STEP)
    # A burst ends at the border of a page, and the job at least behind the next one.
    await begin(unit, job, 7 * PAGE - STEP)
    await finish(unit, job)
    ends = [burst.address + burst.beats * unit.beat // unit.ports for burst in unit.rules.bursts]
    border = 7 * PAGE - (unit.ports - 1) * unit.burst * unit.beat // unit.ports
    assert border in ends and len(ends) >= 3, ends
    assert {burst.address // PAGE for burst in unit.rules.bursts} >= {6, 7, 8}


@cocotb.test(**TIMEOUT)
@cocotb.parametrize(stalls=[0.0, STALLS])
async def weights_lie_in_runs(dut: HierarchyObject, stalls: float) -> None:
    unit = Unit(dut, stalls)
    await unit.start_up()
    job = of_size(unit, PAGE)
    beats = len(unit.wgt_stream(job)) // unit.beat
    # A run of a beat, an odd one that is no part of the whole, all in one, and runs one behind another.
    for tag, (run, gap) in enumerate([(1, 2), (unit.burst + 3, 2 * unit.burst + 1), (beats, 5), (7, 0), (0, 9)]):
        if unit.has_strides or not run:
            await begin_runs(unit, job, BASE + tag * 64 * PAGE, run, run + gap, tag)
            await finish(unit, job, tag)
    if unit.has_strides:
        await unit.write("WGT_RUN", 0)
    await check(unit, job, BASE)


@cocotb.test(**TIMEOUT)
async def a_unit_asks_only_for_what_it_has_room_for(dut: HierarchyObject) -> None:
    unit = Unit(dut)
    await unit.start_up()
    job = of_size(unit, 5 * ROOM // 4 * unit.beat)
    pause(unit.memory.r_channels, True)
    await begin(unit, job, 16 * PAGE)
    await ClockCycles(dut.aclk, 100)
    assert unit.rules.asked == ROOM and unit.rules.come == 0, "asked for all that fits while nothing comes"
    pause(unit.memory.r_channels, False)
    # No activations: the buffer is full, apart from the tiles that the datapath took.
    await ClockCycles(dut.aclk, 3 * ROOM)
    assert unit.rules.asked == unit.rules.come < 5 * ROOM // 4, "and for no more while nothing is used"
    await finish(unit, job)


@cocotb.test(**TIMEOUT)
@cocotb.parametrize(action=["abort", "soft_reset"])
async def a_dropped_job_drains(dut: HierarchyObject, action: str) -> None:
    unit = Unit(dut)
    await unit.start_up()
    job = of_size(unit, 4 * unit.burst * unit.beat)
    memory, draining = unit.memory, unit.mask("MEM_STATUS", "draining")
    # A request waits at AR, and the beats of an earlier one at R.
    pause(memory.r_channels, True)
    await begin(unit, job, BASE)
    while not unit.rules.asked:
        await ClockCycles(dut.aclk, 1)
    pause(memory.ar_channels, True)
    await ClockCycles(dut.aclk, 4)
    assert int(dut.m_axi_wgt0_arvalid.value), "a request waits"
    await drop(unit, action)
    for channels in (memory.ar_channels, memory.r_channels):
        assert await unit.status() == (1, 0, 0) and await unit.read("MEM_STATUS") == draining
        await refuses_a_start(unit)
        pause(channels, False)
        await ClockCycles(dut.aclk, 10)
    assert await idle(unit) == (0, 0, 0) and await unit.read("IRQ_STAT") == 0
    unit.restart_streams()
    await check(unit, Matmul.random(unit.rng, 2, 2 * unit.lanes - 1, unit.columns + 1), BASE + PAGE)


@cocotb.test(**TIMEOUT)
async def jobs_are_dropped_at_any_time(dut: HierarchyObject) -> None:
    unit = Unit(dut, STALLS)
    await unit.start_up()
    for tag in range(12):
        dropped, job = (Matmul.random(unit.rng, 2, 2 * unit.lanes, 3 * unit.columns) for _ in range(2))
        await begin(unit, dropped, BASE)
        if tag % 2:
            await offer(unit, dropped)
        await ClockCycles(dut.aclk, int(unit.rng.integers(1, 60)))
        await drop(unit, "soft_reset" if tag % 4 == 3 else "abort")
        status = await idle(unit)
        assert status in ((0, 0, 0), (0, 1, 0)), status
        await unit.write("STATUS", unit.mask("STATUS", "done"))
        unit.restart_streams()
        await check(unit, job, BASE + STEP * tag, tag)


@cocotb.test(**TIMEOUT)
async def an_error_of_the_memory_ends_the_job_and_the_next_is_right(dut: HierarchyObject) -> None:
    unit = Unit(dut, STALLS)
    await unit.start_up()
    assert unit.errors["memory"] == MEMORY_ERROR
    response = next(f for f in unit.map["MEM_STATUS"].fields if f.name == "response")
    job = of_size(unit, 4 * unit.burst * unit.beat)
    last = len(unit.wgt_stream(job)) // unit.beat - 1
    # Two answers in one job: the first is told and kept, and the second changes nothing. Through windows no result is read, so
    # that the datapath takes no more than the first beats.
    late = ((1, 2), (2, 2)) if unit.windows else ((unit.burst, last), (last, last))
    for beats in ((0, 1), *late):
        unit.memory.breaks({BASE + beat * unit.beat for beat in beats})
        await begin(unit, job, BASE)
        await offer(unit, job, may_fail=True)
        await fails(unit, "memory")
        assert response.of(await unit.read("MEM_STATUS")) == AxiResp.SLVERR, "kept until the next start"
        unit.memory.breaks(set())
        await check(unit, Matmul.random(unit.rng, 2, 2 * unit.lanes, 2 * unit.columns), BASE)
        assert await unit.read("ERR_CODE") == unit.errors["none"]


@cocotb.test(**TIMEOUT)
async def wrong_lengths_and_codes_end_the_job_and_the_next_is_right(dut: HierarchyObject) -> None:
    unit = Unit(dut, STALLS)
    await unit.start_up()
    job = Matmul.random(unit.rng, 2, 2 * unit.lanes, unit.columns)
    weights = unit.wgt_stream(job)
    beats = len(weights) // unit.beat
    for length, reason in ((beats - 1, "weights_early"), (beats + 1, "weights_late"), (0, "shape")):
        await begin(unit, job, BASE, length=length)
        await offer(unit, job, may_fail=True)
        await fails(unit, reason)
        await check(unit, job, BASE)
    illegal = bytearray(weights)
    illegal[-unit.beat] = {"base3": 0b011_11_000, "two-bit": 0b10}[unit.code]
    unit.memory.place(BASE, bytes(illegal))
    await begin_at(unit, job, BASE, beats)
    await offer(unit, job, may_fail=True)
    await fails(unit, "illegal_trit")
    await check(unit, job, BASE)


@cocotb.test(**TIMEOUT)
@cocotb.parametrize(silent=["ar_channels", "r_channels"])
async def a_memory_that_never_answers_ends_the_job(dut: HierarchyObject, silent: str) -> None:
    unit = Unit(dut)
    await unit.start_up()
    job = Matmul.random(unit.rng, 2, unit.lanes, unit.columns)
    await unit.write("WATCHDOG", 100)
    pause(getattr(unit.memory, silent), True)
    await begin(unit, job, BASE)
    await ClockCycles(dut.aclk, 200)
    assert await unit.status() == (1, 0, 1) and await unit.read("ERR_CODE") == unit.errors["watchdog"]
    await refuses_a_start(unit)
    await drop(unit, "soft_reset")
    assert await unit.status() == (1, 0, 0) and await unit.read("MEM_STATUS") == unit.mask("MEM_STATUS", "draining")
    await refuses_a_start(unit)
    # Nothing but the reset pin frees the unit.
    dut.aresetn.value = 0
    await ClockCycles(dut.aclk, 16)
    pause(getattr(unit.memory, silent), False)
    dut.aresetn.value = 1
    await ClockCycles(dut.aclk, 2)
    assert await unit.status() == (0, 0, 0) and await unit.read("MEM_STATUS") == 0
    assert int(dut.m_axi_wgt0_arvalid.value) == 0
    await check(unit, job, BASE)


@cocotb.test(**TIMEOUT)
async def weights_have_no_window(dut: HierarchyObject) -> None:
    unit = Unit(dut, STALLS)
    await unit.start_up()
    for offset in (0x3F8, 0x800, 0xBFC):
        assert (await unit.axil.write(offset, bytes(4))).resp == AxiResp.SLVERR
    assert await unit.status() == (0, 0, 0)
    job = Matmul.random(unit.rng, 1, unit.lanes, unit.columns)
    await begin(unit, job, BASE)
    assert (await unit.axil.write(0x800, bytes(4))).resp == AxiResp.SLVERR
    await finish(unit, job)
