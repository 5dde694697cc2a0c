"""Jobs of a unit that reads its weights from memory, with streams or windows for the rest."""

import numpy as np
from cocotb.triggers import ClockCycles, with_timeout
from cocotbext.axi import AxiResp, AxiStreamFrame
from layout import Matrix, results
from memory import STEP
from unit import JOB_TIMEOUT_US, Matmul, Unit
from windows import receive, send

# Cycles until an abort has taken effect.
EFFECT = 8
# Reads of the status until a job must have ended.
POLLS = 400


async def begin(unit: Unit, job: Matmul, base: int, tag: int = 0, length: int | None = None) -> None:
    """Puts the weights into memory and starts the job; `length` is a wrong number of beats."""
    weights = unit.wgt_stream(job)
    unit.memory.place(base, weights)
    await begin_at(unit, job, base, len(weights) // unit.beat if length is None else length, tag)


async def begin_at(unit: Unit, job: Matmul, base: int, length: int, tag: int = 0) -> None:
    """Starts a job whose weights are `length` beats from `base` on."""
    assert base % STEP == 0
    await unit.write("WGT_BASE", base // STEP)
    await unit.write("WGT_LENGTH", length)
    unit.rules.expect(base, length)
    await unit.start(job.shape, tag)


async def begin_runs(unit: Unit, job: Matmul, base: int, run: int, stride: int, tag: int) -> None:
    """Puts the weights into memory in runs of `run` beats every `stride` beats, and starts the job; a run of 0 beats is none."""
    if not unit.has_strides:
        return await begin(unit, job, base, tag)
    weights = unit.wgt_stream(job)
    beats = len(weights) // unit.beat
    size = run or beats
    runs = [(at // size * stride, min(size, beats - at)) for at in range(0, beats, size)]
    around = bytearray(unit.rng.bytes((runs[-1][0] + runs[-1][1]) * unit.beat))
    taken = 0
    for first, length in runs:
        around[first * unit.beat : (first + length) * unit.beat] = weights[taken : taken + length * unit.beat]
        taken += length * unit.beat
    unit.memory.place(base, bytes(around))
    await unit.write("WGT_RUN", run)
    await unit.write("WGT_STRIDE", stride)
    await unit.write("WGT_BASE", base // STEP)
    await unit.write("WGT_LENGTH", beats)
    unit.rules.expect(base, runs[0][1])
    for first, length in runs[1:]:
        unit.rules.expect_behind(base + first * unit.beat, length)
    await unit.start(job.shape, tag)


async def follow(unit: Unit, job: Matmul, base: int, tag: int, length: int | None = None) -> None:
    """Puts the weights into memory and starts the job behind those that run or wait; `length` is a wrong number of beats."""
    weights = unit.wgt_stream(job)
    unit.memory.place(base, weights)
    beats = len(weights) // unit.beat if length is None else length
    await unit.write("WGT_BASE", base // STEP)
    await unit.write("WGT_LENGTH", beats)
    unit.rules.expect_behind(base, beats)
    await unit.describe(job.shape, tag)
    await unit.write("QUEUE", unit.mask("QUEUE", "follow"))


async def offer(unit: Unit, job: Matmul, may_fail: bool = False) -> None:
    """Sends the activations; a job that `may_fail` may refuse them."""
    activations = unit.act_stream(job)
    if unit.windows:
        await send(unit, "ACT_WINDOW", activations, unit.lanes, "act_last", may_fail)
    else:
        unit.act.send_nowait(AxiStreamFrame(activations))


async def take(unit: Unit, shape: tuple[int, int, int]) -> Matrix:
    """The results of a job whose activations are on their way."""
    if not unit.windows:
        return await unit.results(shape)
    tokens, _, outputs = shape
    data = b""
    for _ in range(-(-outputs // unit.columns)):
        data += await with_timeout(receive(unit, tokens), JOB_TIMEOUT_US, "us")
    return results(data, tokens, outputs, unit.columns)


async def compare(unit: Unit, job: Matmul) -> None:
    """Takes the results of a job and compares them with numpy's products."""
    found, expected = await take(unit, job.shape), job.x @ job.w
    wrong = np.argwhere(found != expected)
    assert not len(wrong), f"{job.shape}: {len(wrong)} wrong, first at {wrong[0]} of\n{found}\nnot\n{expected}"


async def finish(unit: Unit, job: Matmul, tag: int = 0) -> None:
    """Carries a job that has begun to its end and compares its products with numpy's."""
    await offer(unit, job)
    await compare(unit, job)
    assert await unit.status() == (0, 1, 0) and await unit.read("DONE_TAG") == tag
    assert await unit.read("MEM_STATUS") == 0, "MEM_STATUS of a job without a fault"
    await unit.write("STATUS", unit.mask("STATUS", "done"))
    unit.rules.complete()


async def check(unit: Unit, job: Matmul, base: int, tag: int = 0) -> None:
    """A whole job; the next one's place is written while it runs, and is not its own."""
    await begin(unit, job, base, tag)
    await unit.write("WGT_BASE", int(unit.rng.integers(1 << 32)))
    await unit.write("WGT_LENGTH", int(unit.rng.integers(1 << 32)))
    await finish(unit, job, tag)


async def refuses_a_start(unit: Unit, register: str = "CTRL", field: str = "start") -> None:
    """While bursts are under way no job may begin."""
    start = unit.mask(register, field).to_bytes(4, "little")
    assert (await unit.axil.write(unit.map[register].offset, start)).resp == AxiResp.SLVERR


async def drop(unit: Unit, action: str) -> None:
    """Drops the running job; only a burst that waits to be taken may still go out."""
    unit.may_drop = True
    await unit.write("CTRL", unit.mask("CTRL", action))
    await ClockCycles(unit.dut.aclk, EFFECT)
    unit.rules.dropped()


async def idle(unit: Unit) -> tuple[int, int, int]:
    """The status once the unit is no longer busy; every burst has come by then."""
    for _ in range(POLLS):
        status = await unit.status()
        if not status[0]:
            break
    assert not status[0], "still busy"
    assert all(port.asked == port.come for port in unit.rules.ports), "idle with beats under way"
    assert not await unit.read("MEM_STATUS") & unit.mask("MEM_STATUS", "draining")
    return status


async def fails(unit: Unit, reason: str) -> None:
    """The job under way ends with this error, and what it asked for drains."""
    unit.may_drop = True
    assert await idle(unit) == (0, 0, 1), reason
    assert await unit.read("ERR_CODE") == unit.errors[reason], reason
    await unit.write("STATUS", unit.mask("STATUS", "error"))
    unit.restart_streams()
