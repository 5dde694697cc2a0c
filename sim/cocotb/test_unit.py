"""Generates units, simulates them with Icarus Verilog and checks them; broken ones must fail.

All run `register_checks.py`. Units with streams run `bus_checks.py`, units with windows `window_checks.py`, and units that read
their weights from memory `memory_checks.py`, those with a ring `ring_checks.py`.
"""

import os
import re
import shlex
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest
import regmap
from cocotb_tools.runner import get_runner

HERE = Path(__file__).parent
TRINE = shlex.split(os.environ.get("TRINE", "trine"))
SEED = int(os.environ.get("SEED", "1"))
FAILED = ("failure", "error")

MEMORY = "--weights memory"
MEMORY_REGISTERS = ("WGT_BASE", "WGT_LENGTH", "MEM_STATUS", "QUEUE")
STRIDE_REGISTERS = ("WGT_RUN", "WGT_STRIDE")
RING = f"{MEMORY} --ring"
RING_REGISTERS = ("RING_BASE", "RING_SIZE", "RING_HEAD", "RING_TAIL")
# A ring has the words of a descriptor for these.
JOB_REGISTERS = ("TOKENS", "DEPTH", "OUTPUTS", "JOB_TAG", "WGT_BASE", "WGT_LENGTH", "QUEUE")
LIMITS = "--max-depth 100 --max-tokens 5"
UNITS = {
    "7x3-two-bit": f"--lanes 7 --columns 3 --weight-code two-bit --weight-bus 16 {LIMITS}",
    "7x3-full-tile": f"--lanes 7 --columns 3 {LIMITS}",
    "8x4-base3": f"--lanes 8 --columns 4 --weight-bus 16 {LIMITS}",
    "7x3-windows": f"--lanes 7 --columns 3 --windows {LIMITS}",
    "7x3-memory-8": f"--lanes 7 --columns 3 --weight-code two-bit --weight-bus 8 {MEMORY} {LIMITS}",
    "7x3-memory-16": f"--lanes 7 --columns 3 --weight-bus 16 --windows {MEMORY} {LIMITS}",
    "7x3-memory-bursts": f"--lanes 7 --columns 3 --weight-bus 16 --burst-beats 16 {MEMORY} {LIMITS}",
    "9x5-memory-ports": f"--lanes 9 --columns 5 --weight-bus 32 --weight-ports 4 --strides {MEMORY} {LIMITS}",
    "9x5-memory-64": f"--lanes 9 --columns 5 --weight-code two-bit --weight-bus 64 {MEMORY} {LIMITS}",
    "13x7-memory-128": f"--lanes 13 --columns 7 --weight-bus 128 {MEMORY} {LIMITS}",
    "9x5-memory-runs": f"--lanes 9 --columns 5 --weight-code two-bit --weight-bus 32 --strides {MEMORY} {LIMITS}",
    "9x5-ring-32": f"--lanes 9 --columns 5 --weight-bus 32 --burst-beats 16 {RING} {LIMITS}",
    "9x5-ring-64": f"--lanes 9 --columns 5 --weight-code two-bit --weight-bus 64 {RING} {LIMITS}",
    "4x32-ring-128": f"--lanes 4 --columns 32 --weight-bus 128 {RING} {LIMITS}",
    "33x8-memory-512": f"--lanes 33 --columns 8 --weight-code two-bit --weight-bus 512 --windows {MEMORY} {LIMITS}",
}
WINDOWS = "7x3-windows"
FROM_MEMORY = "9x5-memory-64"
RUNS = "9x5-memory-runs"
FROM_RING = "9x5-ring-64"

# One character each: file, what stands there, what stands there then, the check that must notice and what it says.
BROKEN = {
    "sign": ("trine_column.v", "{8{code_i[1]}}", "{8{code_i[0]}}", "matmuls_are_exact", "wrong, first at"),
    "illegal": ("trine_trit_decoder.v", "(&pair[1:0])", "(&pair[2:0])", "an_illegal_code", "illegal_trit"),
    "blocks": ("trine_sequencer.v", "20'd8 < n_left_q", "20'd9 < n_left_q", "matmuls_are_exact", ""),
    "keep": ("trine.v", "m_axis_res_tkeep = ", "m_axis_res_tkeep =~", "matmuls_are_exact", "tkeep or length"),
    "strobes": ("trine_registers.v", "<= &wstrb_i", "<= |wstrb_i", "refused_accesses", "1 bytes at 0"),
    "hold": (
        "trine_registers.v",
        "(bvalid_q & ~bready_i)",
        "(bvalid_q &  bready_i)",
        "refused_accesses",
        "s_axil_b offered",
    ),
    "reset": (
        "trine_registers.v",
        "scratch_value_q <= 32'd0",
        "scratch_value_q <= 32'd1",
        "hold_their_resets",
        "SCRATCH",
    ),
    "busy": ("trine_registers.v", "starts = ctrl_write & wdata_q[0]", "starts = ctrl_write & wdata_q[1]", "a_start_while_busy", ""),
}
# The same, in a unit with windows.
BROKEN_WINDOWS = {
    "order": ("trine_windows.v", "res_place_q <= 3'd1", "res_place_q <= 3'd2", "matmuls_are_exact", ""),
    "words": ("trine_windows.v", "act_place_q[1]", "act_place_q[0]", "matmuls_are_exact", ""),
    "closed": ("trine_windows.v", "act_closed_q <= 1'd0", "act_closed_q <= 1'd1", "matmuls_are_exact", ""),
    "stray": ("trine_windows.v", "(~busy_i | act_closed_q)", "(~busy_i & act_closed_q)", "a_word_too_many", ""),
    "strobes": ("trine_registers.v", "<= &wstrb_i", "<= |wstrb_i", "accesses_that_are", ""),
    "window": ("trine_registers.v", "read_word[9:8] == 2'd3", "read_word[9:8] == 2'd2", "accesses_that_are", ""),
}
# The same, in a unit that reads its weights from memory.
READER = "trine_weight_reader.v"
BROKEN_READERS = {
    "page": (READER, "ends - first_q", "ends + first_q", "a_job_may_span", "crosses 4 KiB"),
    "address": (READER, "window_q + 29'd1", "window_q + 29'd2", "a_job_may_span", "burst at"),
    "burst": (READER, "arburst_o = 2'd1", "arburst_o = 2'd2", "a_job_may_span", "is not INCR"),
    "hold": (READER, "(arvalid_q & ~axi_arready_i)", "(arvalid_q &  axi_arready_i)", "a_dropped_job", "ar offered"),
    "room": (READER, "10'd512", "10'd712", "a_unit_asks", "while nothing is used"),
    "drain": (READER, "dropping & (|pending_next)", "dropping & (&pending_next)", "jobs_are_dropped", "SimTimeoutError"),
    "error": (READER, "buffer_pop_o & answer[1]", "buffer_pop_o & answer[0]", "an_error_of", "(0, 1, 0)"),
    "kept": (READER, "if (rst_i | start_i)", "if (rst_i & start_i)", "an_error_of", ""),
    "mark": (READER, "finals_q[0]", "finals_q[1]", "matmuls_are_exact", "SimTimeoutError"),
    "queue": ("trine_job_queue.v", "full = count_q[2]", "full = count_q[1]", "jobs_wait", ""),
    "follow": ("trine_job_queue.v", "chain_q <= 1'd0", "chain_q <= 1'd1", "jobs_wait", "AssertionError"),
}
# The same, in a unit whose weights lie in runs.
BROKEN_RUNS = {
    "rest": ("trine_weight_runs.v", "left_q - run_wide", "left_q + run_wide", "weights_lie_in_runs", ""),
    "stride": ("trine_weight_runs.v", "at_q + {", "at_q - {", "weights_lie_in_runs", "burst at"),
}
# The same, in a unit with a ring.
STORE = "trine_ring_store.v"
BROKEN_RINGS = {
    "slot": ("trine_ring_fetch.v", "next_q + 16'd1", "next_q + 16'd2", "jobs_of_a_ring", ""),
    "feed": ("trine_ring_feed.v", "left_q == 24'd1", "left_q == 24'd2", "jobs_of_a_ring", ""),
    "pack": ("trine_ring_pack.v", "last_q | (&burst_q)", "last_q | (|burst_q)", "jobs_of_a_ring", "wrong, first at"),
    "length": (STORE, "axi_awlen_o = {4'd0", "axi_awlen_o = {4'd1", "jobs_of_a_ring", "beats to"),
    "hold": (STORE, "(wvalid_q & ~axi_wready_i)", "(wvalid_q &  axi_wready_i)", "jobs_of_a_ring", ""),
    "answers": (STORE, "answers & settled", "answers | settled", "jobs_of_a_ring", ""),
    "void": (STORE, "(drop_i & ~status_q)", "(drop_i &  status_q)", "is_dropped", ""),
}


@dataclass(frozen=True)
class Generated:
    """A generated unit on disk."""

    folder: Path
    flags: str

    @property
    def rdl(self) -> Path:
        return self.folder / "trine.rdl"

    @property
    def modules(self) -> list[str]:
        if RING in self.flags:
            return ["register_checks", "ring_checks"]
        if MEMORY in self.flags:
            return ["register_checks", "memory_checks"]
        return ["register_checks", "window_checks" if "--windows" in self.flags else "bus_checks"]

    def simulate(self, checks: str = ".*") -> dict[str, str]:
        """Runs the checks that match; tells of each what was wrong, which is nothing when it passed."""
        files = [self.folder / name for name in (self.folder / "trine.f").read_text().split()]
        runner = get_runner("icarus")
        build = self.folder / "sim"
        common = {"hdl_toplevel": "trine", "build_dir": build, "timescale": ("1ns", "1ps")}
        runner.build(sources=files, build_args=["-g2005"], log_file=self.folder / "build.log", **common)
        report = self.folder / "results.xml"
        environment = {
            "TRINE_MANIFEST": str(self.folder / "manifest.json"),
            "TRINE_RDL": str(self.rdl),
            "COCOTB_LOG_LEVEL": "WARNING",
        }
        # Failed checks end the runner; the report tells more about them.
        with suppress(SystemExit):
            runner.test(
                test_module=self.modules,
                test_filter=checks,
                seed=SEED,
                extra_env=environment,
                results_xml=str(report),
                log_file=self.folder / "run.log",
                **common,
            )
        cases = ElementTree.parse(report).getroot().iter("testcase")
        return {
            case.get("name", ""): "".join(ElementTree.tostring(f, "unicode") for f in case if f.tag in FAILED)
            for case in cases
        }


def trine(line: str) -> str:
    return subprocess.run([*TRINE, *line.split()], check=True, stdout=subprocess.PIPE, text=True).stdout


@pytest.fixture(scope="session", params=UNITS)
def unit(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generated:
    return generate(request.param, tmp_path_factory.mktemp(request.param))


def generate(name: str, folder: Path) -> Generated:
    flags = UNITS[name]
    trine(f"generate {flags} -o {folder}")
    trine(f"regs --format rdl {flags} -o {folder / 'trine.rdl'}")
    return Generated(folder, flags)


def test_rdl_and_markdown_describe_the_same_map(unit: Generated) -> None:
    compiled, document = regmap.from_rdl(unit.rdl), trine(f"regs --format markdown {unit.flags}")
    registers = regmap.from_markdown(document)
    registers = [r for r in registers if not r.name.startswith("DESC_")]
    assert len(registers) == 42
    # The document is that of all units; only one that reads from memory has the registers for it.
    missing = (() if MEMORY in unit.flags else MEMORY_REGISTERS) + (() if "--strides" in unit.flags else STRIDE_REGISTERS)
    missing += JOB_REGISTERS if RING in unit.flags else RING_REGISTERS
    assert compiled == [r for r in registers if r.name not in missing]
    described = regmap.windows_from_markdown(document)
    assert len(described) == 3
    in_unit = [window for window in described if window.name != "WGT_WINDOW" or MEMORY not in unit.flags]
    assert regmap.windows_from_rdl(unit.rdl) == (in_unit if "--windows" in unit.flags else [])


def test_the_unit_passes_every_check(unit: Generated) -> None:
    outcome = unit.simulate()
    wrong = "\n".join(said for said in outcome.values() if said)
    assert not wrong, f"SEED={SEED}, {unit.flags}; see {unit.folder / 'run.log'}"
    source = "".join((HERE / f"{module}.py").read_text() for module in unit.modules)
    variants = sum(len(values.split(",")) - 1 for values in re.findall(r"^@cocotb.parametrize\(\w+=\[(.*)\]", source, re.M))
    assert len(outcome) == len(re.findall("^@cocotb.test", source, re.M)) + variants


@pytest.fixture(scope="session")
def intact(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Generated]:
    return {name: generate(name, tmp_path_factory.mktemp("intact")) for name in ("8x4-base3", WINDOWS, FROM_MEMORY, RUNS, FROM_RING)}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_unit_is_noticed(fault: str, intact: dict[str, Generated], tmp_path: Path) -> None:
    noticed(BROKEN[fault], intact["8x4-base3"], tmp_path / "broken")


@pytest.mark.parametrize("fault", BROKEN_WINDOWS)
def test_broken_windows_are_noticed(fault: str, intact: dict[str, Generated], tmp_path: Path) -> None:
    noticed(BROKEN_WINDOWS[fault], intact[WINDOWS], tmp_path / "broken")


@pytest.mark.parametrize("fault", BROKEN_READERS)
def test_a_broken_reader_is_noticed(fault: str, intact: dict[str, Generated], tmp_path: Path) -> None:
    noticed(BROKEN_READERS[fault], intact[FROM_MEMORY], tmp_path / "broken")


@pytest.mark.parametrize("fault", BROKEN_RUNS)
def test_broken_runs_are_noticed(fault: str, intact: dict[str, Generated], tmp_path: Path) -> None:
    noticed(BROKEN_RUNS[fault], intact[RUNS], tmp_path / "broken")


@pytest.mark.parametrize("fault", BROKEN_RINGS)
def test_a_broken_ring_is_noticed(fault: str, intact: dict[str, Generated], tmp_path: Path) -> None:
    noticed(BROKEN_RINGS[fault], intact[FROM_RING], tmp_path / "broken")


def noticed(fault: tuple[str, str, str, str, str], intact: Generated, folder: Path) -> None:
    """Breaks a copy of the unit in one character; the check named must notice."""
    name, was, becomes, check, says = fault
    assert len(was) == len(becomes) and sum(a != b for a, b in zip(was, becomes, strict=True)) == 1
    shutil.copytree(intact.folder, folder)
    text = (folder / name).read_text()
    assert was in text, f"{name} has changed"
    (folder / name).write_text(text.replace(was, becomes, 1))
    outcome = Generated(folder, intact.flags).simulate(check)
    wrong = "".join(outcome.values())
    assert wrong and says in wrong, f"{check} says: {wrong or 'nothing'}"
