"""What is asked of a simulated unit. `test_unit.py` builds units and runs these inside the simulator."""

import cocotb
import numpy as np
from cocotb.handle import HierarchyObject
from cocotb.triggers import ClockCycles
from cocotbext.axi import AxiResp
from layout import base3
from unit import Matmul, Unit

STALLS = 0.4
T = (-1, 0, 1)
TIMEOUT = {"timeout_time": 2, "timeout_unit": "ms"}


@cocotb.test(**TIMEOUT)
async def refused_accesses_change_nothing(dut: HierarchyObject) -> None:
    unit = Unit(dut, STALLS)
    await unit.start_up()
    await unit.write("SCRATCH", 0x12345678)
    for offset in (0x80, 0x400, 0xFFC):
        answer = await unit.axil.read(offset, 4)
        assert answer.resp == AxiResp.SLVERR and answer.data == bytes(4)
        assert (await unit.axil.write(offset, b"\xff" * 4)).resp == AxiResp.SLVERR
    for offset, size in ((0, 1), (3, 1), (0, 2), (2, 2), (1, 3)):
        answer = await unit.axil.write(unit.map["SCRATCH"].offset + offset, b"\xff" * size)
        assert answer.resp == AxiResp.SLVERR, f"{size} bytes at {offset}"
    assert await unit.read("SCRATCH") == 0x12345678


@cocotb.test(**TIMEOUT)
async def a_start_while_busy_is_refused(dut: HierarchyObject) -> None:
    unit = Unit(dut, STALLS)
    await unit.start_up()
    job = Matmul.random(unit.rng, 2, unit.lanes + 1, unit.columns + 1)
    await unit.start(job.shape, tag=7)
    for name in ("TOKENS", "DEPTH", "OUTPUTS", "JOB_TAG"):
        await unit.write(name, 1)
    start = unit.mask("CTRL", "start").to_bytes(4, "little")
    assert (await unit.axil.write(unit.map["CTRL"].offset, start)).resp == AxiResp.SLVERR
    assert await unit.status() == (1, 0, 0)
    unit.send(unit.act_stream(job), unit.wgt_stream(job))
    assert np.array_equal(await unit.results(job.shape), job.x @ job.w), "the running job keeps its shape"
    assert await unit.status() == (0, 1, 0) and await unit.read("DONE_TAG") == 7


@cocotb.test(**TIMEOUT)
@cocotb.parametrize(stalls=[0.0, STALLS])
async def matmuls_are_exact(dut: HierarchyObject, stalls: float) -> None:
    unit = Unit(dut, stalls)
    await unit.start_up()
    lanes, columns, tokens = unit.lanes, unit.columns, unit.max_tokens
    shapes = [
        (1, 1, 1),
        (1, lanes, columns),
        (tokens, 2 * lanes + 1, 2 * columns + 1),
        (2, lanes - 1, columns + 1),
        (3, 3 * lanes - 2, 3 * columns),
        (tokens, unit.max_depth, columns),
    ]
    for tag, shape in enumerate(shapes):
        await unit.check(Matmul.random(unit.rng, *shape), tag)
    assert await unit.read("JOBS") == 0
    await unit.write("PERF_CTRL", unit.mask("PERF_CTRL", "snapshot"))
    assert await unit.read("JOBS") == len(shapes)


@cocotb.test(**TIMEOUT)
async def extremes_are_exact(dut: HierarchyObject) -> None:
    unit = Unit(dut, STALLS)
    await unit.start_up()
    shape = (2, unit.max_depth, unit.columns + 1)
    for activation in (-128, 127):
        for weight in (-1, 1):
            await unit.check(Matmul(np.full(shape[:2], activation), np.full(shape[1:], weight)))


@cocotb.test(**TIMEOUT)
async def an_illegal_code_ends_the_job_and_the_next_is_right(dut: HierarchyObject) -> None:
    unit = Unit(dut, STALLS)
    await unit.start_up()
    job = Matmul.random(unit.rng, 2, 2 * unit.lanes, 2 * unit.columns)
    legal = {base3([a, b, c, d, e]) for a in T for b in T for c in T for d in T for e in T}
    illegal = sorted(set(range(256)) - legal) if unit.code == "base3" else [0b10 << 2 * i for i in range(4)]
    assert len(illegal) == (13 if unit.code == "base3" else 4)
    await unit.write("IRQ_EN", unit.mask("IRQ_EN", "error"))
    for byte in illegal:
        weights = bytearray(unit.wgt_stream(job))
        weights[unit.rng.integers(len(weights))] = byte
        assert int(dut.irq.value) == 0
        await fails(unit, job, unit.act_stream(job), bytes(weights), "illegal_trit")
        assert int(dut.irq.value) == 1
        await unit.write("IRQ_STAT", unit.mask("IRQ_STAT", "error"))
        # What is written changes a cycle after the request was carried out.
        await ClockCycles(dut.aclk, 1)
        unit.restart_streams()
    await unit.check(job)


@cocotb.test(**TIMEOUT)
async def a_mark_out_of_place_ends_the_job_and_the_next_is_right(dut: HierarchyObject) -> None:
    unit = Unit(dut, STALLS)
    await unit.start_up()
    job = Matmul.random(unit.rng, 2, 2 * unit.lanes, 2 * unit.columns)
    activations, weights = unit.act_stream(job), unit.wgt_stream(job)
    cases = {
        "activations_early": (activations[: -unit.lanes], weights),
        "activations_late": (activations + bytes(unit.lanes), weights),
        "weights_early": (activations, weights[: -unit.beat]),
        "weights_late": (activations, weights + bytes(unit.beat)),
    }
    for reason, streams in cases.items():
        await fails(unit, job, *streams, reason)
        assert await unit.read("ERR_CODE") == unit.errors[reason], "kept when the flag is cleared"
        unit.restart_streams()
        await unit.check(job)
        assert await unit.read("ERR_CODE") == unit.errors["none"], "until the next start"


async def fails(unit: Unit, job: Matmul, activations: bytes, weights: bytes, reason: str) -> None:
    """Runs a job that must end with an error."""
    unit.may_drop = True
    await unit.start(job.shape)
    unit.send(activations, weights)
    for _ in range(200):
        if (await unit.status())[0] == 0:
            break
    assert await unit.status() == (0, 0, 1), reason
    assert not int(unit.dut.s_axis_act_tready.value) and not int(unit.dut.s_axis_wgt_tready.value), "beats are refused"
    assert await unit.read("ERR_CODE") == unit.errors[reason], reason
    await unit.write("STATUS", unit.mask("STATUS", "error"))


@cocotb.test(**TIMEOUT)
@cocotb.parametrize(action=["abort", "soft_reset"])
async def a_dropped_job_leaves_no_results(dut: HierarchyObject, action: str) -> None:
    unit = Unit(dut)
    await unit.start_up()
    job = Matmul.random(unit.rng, 2, unit.lanes, 3 * unit.columns)
    unit.res.pause = True
    await unit.start(job.shape)
    unit.send(unit.act_stream(job), unit.wgt_stream(job))
    await ClockCycles(dut.aclk, 60)
    assert int(dut.m_axis_res_tvalid.value) == 1, "a result waits"
    unit.may_drop = True
    await unit.write("CTRL", unit.mask("CTRL", action))
    await ClockCycles(dut.aclk, 4)
    assert int(dut.m_axis_res_tvalid.value) == 0, "and is gone"
    assert await unit.status() == (0, 0, 0) and await unit.read("IRQ_STAT") == 0
    unit.restart_streams()
    unit.res.pause = False
    await unit.check(job)
