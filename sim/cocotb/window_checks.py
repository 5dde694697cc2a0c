"""What is asked of a unit with windows, through AXI4-Lite alone; run by `test_unit.py` like `bus_checks.py`."""

import cocotb
import layout
import numpy as np
from cocotb.handle import HierarchyObject
from cocotbext.axi import AxiResp
from unit import Matmul, Unit
from windows import receive, send

STALLS = 0.4
TIMEOUT = {"timeout_time": 4, "timeout_unit": "ms"}


@cocotb.test(**TIMEOUT)
@cocotb.parametrize(stalls=[0.0, STALLS])
async def matmuls_are_exact_through_windows(dut: HierarchyObject, stalls: float) -> None:
    unit = Unit(dut, stalls)
    await unit.start_up()
    lanes, columns, tokens = unit.lanes, unit.columns, unit.max_tokens
    shapes = [(1, 1, 1), (tokens, 2 * lanes + 1, 2 * columns + 1), (2, lanes - 1, columns), (3, unit.max_depth, 1)]
    for tag, shape in enumerate(shapes):
        job = Matmul.random(unit.rng, *shape)
        await unit.start(job.shape, tag)
        found = await through_windows(unit, job)
        assert np.array_equal(found, job.x @ job.w), f"{shape}:\n{found}\nnot\n{job.x @ job.w}"
        assert await unit.status() == (0, 1, 0) and await unit.read("DONE_TAG") == tag
        await unit.write("STATUS", unit.mask("STATUS", "done"))


@cocotb.test(**TIMEOUT)
async def window_accesses_that_are_refused(dut: HierarchyObject) -> None:
    unit = Unit(dut, STALLS)
    await unit.start_up()
    job = Matmul.random(unit.rng, 2, unit.lanes + 1, unit.columns + 1)
    await unit.start(job.shape)
    for name in ("ACT_WINDOW", "WGT_WINDOW"):
        for offset, size in ((0, 1), (3, 1), (4, 2), (9, 3)):
            assert (await unit.axil.write(unit.windows[name].offset + offset, b"\xff" * size)).resp == AxiResp.SLVERR
        assert (await unit.axil.read(unit.windows[name].offset, 4)).resp == AxiResp.SLVERR
    assert (await unit.axil.write(unit.windows["RES_WINDOW"].offset, bytes(4))).resp == AxiResp.SLVERR
    assert np.array_equal(await through_windows(unit, job), job.x @ job.w), "and they have changed nothing"


@cocotb.test(**TIMEOUT)
async def a_word_too_many_ends_the_job_and_the_next_is_right(dut: HierarchyObject) -> None:
    unit = Unit(dut, STALLS)
    await unit.start_up()
    job = Matmul.random(unit.rng, 2, unit.lanes, unit.columns)
    for name, mark in (("ACT_WINDOW", "act_last"), ("WGT_WINDOW", "wgt_last")):
        await unit.start(job.shape)
        await send(unit, "ACT_WINDOW", unit.act_stream(job), unit.lanes, "act_last")
        if mark == "wgt_last":
            await send(unit, "WGT_WINDOW", unit.wgt_stream(job), unit.beat, "wgt_last")
        assert (await unit.axil.write(unit.windows[name].offset, bytes(4))).resp == AxiResp.SLVERR
        assert await unit.status() == (0, 0, 1) and await unit.read("ERR_CODE") == unit.errors["window_full"]
        await unit.write("STATUS", unit.mask("STATUS", "error"))
    await unit.start(job.shape)
    assert np.array_equal(await through_windows(unit, job), job.x @ job.w)


async def through_windows(unit: Unit, job: Matmul) -> layout.Matrix:
    """Sends the beats of a job and reads its results, in the order of a host that does one thing at a time."""
    tokens, _, outputs = job.shape
    blocks = -(-outputs // unit.columns)
    weights = unit.wgt_stream(job)
    part = len(weights) // blocks
    await send(unit, "ACT_WINDOW", unit.act_stream(job), unit.lanes, "act_last")
    results = b""
    for block in range(blocks):
        last = "wgt_last" if block + 1 == blocks else ""
        await send(unit, "WGT_WINDOW", weights[part * block : part * (block + 1)], unit.beat, last)
        results += await receive(unit, tokens)
    return layout.results(results, tokens, outputs, unit.columns)
