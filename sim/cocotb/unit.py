"""The simulated unit with a host around it: register accesses, streams and random back-pressure."""

import itertools
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import cocotb
import layout
import numpy as np
import regmap
from cocotb.clock import Clock
from cocotb.handle import HierarchyObject, LogicArrayObject, LogicObject
from cocotb.triggers import ClockCycles, RisingEdge, with_timeout
from cocotbext.axi import (
    AxiLiteBus,
    AxiLiteMaster,
    AxiResp,
    AxiStreamBus,
    AxiStreamFrame,
    AxiStreamSink,
    AxiStreamSource,
)
from memory import WeightMemory
from read_rules import Layout, ReadRules, Rules
from write_rules import WriteRules

Signal = LogicObject | LogicArrayObject

PERIOD_NS = 10
JOB_TIMEOUT_US = 100


@dataclass(frozen=True)
class Matmul:
    """Operands of a job."""

    x: layout.Matrix
    w: layout.Matrix

    @staticmethod
    def random(rng: np.random.Generator, tokens: int, depth: int, outputs: int) -> "Matmul":
        """Operands over the whole range, the extremes included."""
        x = rng.integers(-128, 128, (tokens, depth))
        x[rng.random(x.shape) < 0.1] = -128
        return Matmul(x, rng.integers(-1, 2, (depth, outputs)))

    @property
    def shape(self) -> tuple[int, int, int]:
        """M, K, N."""
        return (*self.x.shape, self.w.shape[1])


class Unit:
    """A unit after reset, `stalls` being the share of cycles in which each side of each channel holds back."""

    def __init__(self, dut: HierarchyObject, stalls: float = 0.0) -> None:
        self.dut = dut
        config = json.loads(Path(os.environ["TRINE_MANIFEST"]).read_text())["config"]
        self.lanes, self.columns = int(config["lanes"]), int(config["columns"])
        self.code, self.beat = str(config["weight_code"]), int(config["weight_bus"]) // 8
        self.burst, self.ports = int(config.get("burst_beats", 64)), int(config.get("weight_ports", 1))
        self.has_strides = bool(config.get("strides", False))
        self.max_depth, self.max_tokens = int(config["max_depth"]), int(config["max_tokens"])
        self.map = {r.name: r for r in regmap.from_rdl(Path(os.environ["TRINE_RDL"]))}
        self.windows = {w.name: w for w in regmap.windows_from_rdl(Path(os.environ["TRINE_RDL"]))}
        self.errors = regmap.rdl_error_codes(Path(os.environ["TRINE_RDL"]))
        self.rng = np.random.default_rng(cocotb.RANDOM_SEED)
        reset = (dut.aclk, dut.aresetn, False)
        dut.aresetn.value = 0
        self.axil = AxiLiteMaster(AxiLiteBus.from_prefix(dut, "s_axil"), *reset)
        self.streams: list[AxiStreamSource | AxiStreamSink] = []
        self.has_memory = config["weights"] == "memory"
        self.has_ring = bool(config.get("ring", False))
        if not self.windows and not self.has_ring:
            self.act = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s_axis_act"), *reset)
            self.res = AxiStreamSink(AxiStreamBus.from_prefix(dut, "m_axis_res"), *reset)
            self.streams = [self.act, self.res]
            if not self.has_memory:
                self.wgt = AxiStreamSource(AxiStreamBus.from_prefix(dut, "s_axis_wgt"), *reset)
                self.streams.append(self.wgt)
        if self.has_memory:
            self.memory = WeightMemory(dut, self.rng, Layout(self.beat, self.burst, self.ports), self.has_ring)
            self.rules = Rules(dut, self.memory.layout)
        if self.has_ring:
            self.bus = len(dut.m_axi_rdata) // 8
            self.ring_reads = ReadRules(dut, Layout(self.bus, self.burst, 1), 0, "m_axi")
            self.ring_writes = WriteRules(dut, self.bus)
        if stalls > 0:
            self.stall(stalls)

    def stall(self, share: float) -> None:
        """Lets every channel hold back at random, each in its own rhythm."""
        write, read = self.axil.write_if, self.axil.read_if
        channels = [write.aw_channel, write.w_channel, write.b_channel, read.ar_channel, read.r_channel]
        memory = self.memory.channels if self.has_memory else []
        for number, channel in enumerate([*channels, *self.streams, *memory]):
            channel.set_pause_generator(pauses(Random(cocotb.RANDOM_SEED + number), share))

    async def start_up(self) -> None:
        """Runs the clock, resets the unit and watches the rules of what it sends."""
        cocotb.start_soon(Clock(self.dut.aclk, PERIOD_NS, "ns").start())
        await ClockCycles(self.dut.aclk, 4)
        self.dut.aresetn.value = 1
        await ClockCycles(self.dut.aclk, 2)
        self.may_drop = False
        if self.streams:
            data = self.dut.m_axis_res_tdata, self.dut.m_axis_res_tkeep, self.dut.m_axis_res_tlast
            cocotb.start_soon(self.holds("m_axis_res", self.dut.m_axis_res_tvalid, self.dut.m_axis_res_tready, data))
        if self.has_memory:
            for port in self.rules.ports:
                cocotb.start_soon(port.watch())
        if self.has_ring:
            cocotb.start_soon(self.ring_reads.watch())
            cocotb.start_soon(self.ring_writes.watch())
        answer = (self.dut.s_axil_rdata, self.dut.s_axil_rresp)
        cocotb.start_soon(self.holds("s_axil_r", self.dut.s_axil_rvalid, self.dut.s_axil_rready, answer))
        cocotb.start_soon(
            self.holds("s_axil_b", self.dut.s_axil_bvalid, self.dut.s_axil_bready, (self.dut.s_axil_bresp,))
        )

    async def holds(self, channel: str, valid: Signal, ready: Signal, payload: tuple[Signal, ...]) -> None:
        """Checks that what is offered stays until it is taken; `may_drop` excuses the result stream."""
        waiting = None
        while True:
            await RisingEdge(self.dut.aclk)
            offered = [str(signal.value) for signal in payload] if int(valid.value) else None
            if waiting is not None and not (self.may_drop and channel == "m_axis_res"):
                assert offered == waiting, f"{channel} offered {waiting}, then {offered}"
            waiting = offered if offered and not int(ready.value) else None

    async def read(self, name: str) -> int:
        """Reads a register that must answer."""
        answer = await self.axil.read(self.map[name].offset, 4)
        assert answer.resp == AxiResp.OKAY, f"{name}: {answer.resp}"
        return int.from_bytes(answer.data, "little")

    async def write(self, name: str, value: int) -> None:
        """Writes a register that must take it."""
        answer = await self.axil.write(self.map[name].offset, value.to_bytes(4, "little"))
        assert answer.resp == AxiResp.OKAY, f"{name}: {answer.resp}"

    def mask(self, name: str, field: str) -> int:
        """The bits of a field."""
        return next(f for f in self.map[name].fields if f.name == field).at(-1)

    async def status(self) -> tuple[int, int, int]:
        """Busy, done, error."""
        word = await self.read("STATUS")
        return tuple(f.of(word) for f in self.map["STATUS"].fields)

    async def start(self, shape: tuple[int, int, int], tag: int = 0) -> None:
        """Starts a job of M, K, N."""
        await self.describe(shape, tag)
        await self.write("CTRL", self.mask("CTRL", "start"))

    async def describe(self, shape: tuple[int, int, int], tag: int) -> None:
        """Says what the next job is: M, K, N and its tag."""
        for name, value in zip(("TOKENS", "DEPTH", "OUTPUTS", "JOB_TAG"), (*shape, tag), strict=True):
            await self.write(name, value)

    def act_stream(self, job: Matmul) -> bytes:
        """The job's activations; bytes that count for nothing are random."""
        return layout.activations(job.x, self.lanes, self.rng.integers(-128, 128, 64))

    def wgt_stream(self, job: Matmul) -> bytes:
        """The job's weights."""
        return layout.weights(job.w, self.lanes, self.columns, self.code, self.beat)

    def send(self, activations: bytes, weights: bytes) -> None:
        """Offers a job's two streams."""
        for source, data in ((self.act, activations), (self.wgt, weights)):
            # What a source keeps is not looked at; only the length of a frame matters to it.
            source.send_nowait(AxiStreamFrame(data, tkeep=[1] * (len(data) - 1) + [0]))

    def restart_streams(self) -> None:
        """Drops whatever is under way at the stream ends, as a host does after a job that failed."""
        self.may_drop = False
        for end in self.streams:
            end.assert_reset(True)
            end.clear()
            end.assert_reset(False)

    async def results(self, shape: tuple[int, int, int]) -> layout.Matrix:
        """The next frame of results: complete, and marked as it should be."""
        frame = await with_timeout(self.res.recv(compact=False), JOB_TIMEOUT_US, "us")
        tokens, _, outputs = shape
        assert list(frame.tkeep) == layout.result_keep(tokens, outputs, self.columns), f"tkeep or length at {shape}"
        return layout.results(bytes(frame.tdata), tokens, outputs, self.columns)

    async def check(self, job: Matmul, tag: int = 0) -> None:
        """A whole job, start to cleared flags, against numpy."""
        await self.start(job.shape, tag)
        self.send(self.act_stream(job), self.wgt_stream(job))
        found, expected = await self.results(job.shape), job.x @ job.w
        wrong = np.argwhere(found != expected)
        assert not len(wrong), f"{job.shape}: {len(wrong)} wrong, first at {wrong[0]} of\n{found}\nnot\n{expected}"
        assert await self.status() == (0, 1, 0) and await self.read("DONE_TAG") == tag
        await self.write("STATUS", self.mask("STATUS", "done"))
        assert await self.status() == (0, 0, 0)


def pauses(random: Random, share: float) -> Iterator[bool]:
    """Pauses of one to four cycles that fill `share` of the time."""
    while True:
        yield from itertools.repeat(random.random() < share, random.randint(1, 4))
