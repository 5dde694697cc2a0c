"""A unit behind `trine serve`, through LiteX's own litex_server and RemoteClient: registers, and whole products through the
windows, packed by Python code that the driver knows nothing of.

TRINE is the command. Run by `make litex`.
"""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import numpy as np
from litex import RemoteClient

sys.path.insert(0, str(Path(__file__).parent.parent / "cocotb"))
import layout

TRINE = shlex.split(os.environ.get("TRINE", "trine"))
SIZE = "--lanes 5 --columns 2 --max-depth 64 --max-tokens 4 --windows"
# Where docs/reference/registers.md has the windows
ACT, WGT, RES = 0x400, 0x800, 0xC00
# Words of one request of the client, which counts them in a byte
REQUEST = 128
# Building a simulation included
PATIENCE = 600


class Registers(unittest.TestCase):
    """The bridge as the server has it by itself."""

    flags = ""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.port = Path(folder.name, "port")
        rtl = Path(folder.name, "rtl")
        subprocess.run([*TRINE, "generate", *SIZE.split(), "-o", str(rtl)], check=True, stdout=subprocess.DEVNULL)
        manifest = json.loads((rtl / "manifest.json").read_text())
        cls.config = manifest["config"]
        cls.map = {register["name"]: register for register in manifest["registers"]}
        serve = [*TRINE, "serve", *SIZE.split(), *cls.flags.split(), "--uart", str(cls.port)]
        cls.unit = subprocess.Popen(serve, stdout=subprocess.DEVNULL)
        cls.addClassCleanup(stop, cls.unit)
        wait(cls.port.is_symlink)
        cls.rng = np.random.default_rng(1)

    def setUp(self):
        with socket.socket() as free:
            free.bind(("localhost", 0))
            tcp = free.getsockname()[1]
        server = Path(sys.executable).with_name("litex_server")
        options = ["--uart", f"--uart-port={self.port}", f"--bind-port={tcp}"]
        process = subprocess.Popen([sys.executable, str(server), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(stop, process)
        wait(lambda: listens(tcp))
        self.bus = RemoteClient(port=tcp)
        self.bus.open()
        self.addCleanup(self.bus.close)

    def read(self, name):
        return self.bus.read(self.map[name]["offset"])

    def write(self, name, value):
        self.bus.write(self.map[name]["offset"], value)

    def mask(self, name, field):
        found = next(f for f in self.map[name]["fields"] if f["name"] == field)
        return ((1 << found["width"]) - 1) << found["lsb"]

    def send(self, window, stream, beat, mark):
        """Writes beats to a window, the last one announced by a bit of CTRL where `mark` names it."""
        beats = [layout.words(stream[at : at + beat], bytes(3)) for at in range(0, len(stream), beat)]
        for part in (beats[:-1], beats[-1:]) if mark else (beats,):
            if mark and part == beats[-1:]:
                self.write("CTRL", self.mask("CTRL", mark))
            words = np.frombuffer(b"".join(part), dtype="<u4").tolist()
            for at in range(0, len(words), REQUEST):
                self.bus.write(window, words[at : at + REQUEST])

    def multiply(self, x, w):
        (tokens, depth), outputs = x.shape, w.shape[1]
        lanes, columns = self.config["lanes"], self.config["columns"]
        beat = self.config["weight_bus"] // 8
        for name, value in zip(("TOKENS", "DEPTH", "OUTPUTS"), (tokens, depth, outputs)):
            self.write(name, value)
        self.write("CTRL", self.mask("CTRL", "start"))
        blocks = -(-outputs // columns)
        weights = layout.weights(w, lanes, columns, self.config["weight_code"], beat)
        part = len(weights) // blocks
        self.send(ACT, layout.activations(x, lanes, np.zeros(1, dtype=int)), lanes, "act_last")
        results = []
        for block in range(blocks):
            last = "wgt_last" if block + 1 == blocks else ""
            self.send(WGT, weights[part * block : part * (block + 1)], beat, last)
            results += self.bus.read(RES, tokens * columns)
        self.assertEqual(self.read("STATUS"), self.mask("STATUS", "done"))
        self.write("STATUS", self.mask("STATUS", "done"))
        return layout.results(np.array(results, dtype="<u4").tobytes(), tokens, outputs, columns)

    def operands(self, tokens, depth, outputs):
        return self.rng.integers(-128, 128, (tokens, depth)), self.rng.integers(-1, 2, (depth, outputs))

    def test_identity(self):
        self.assertEqual(self.bus.read(self.map["ID"]["offset"]).to_bytes(4, "big"), b"TRIN")

    def test_scratch(self):
        for value in (0xFFFF_FFFF, 0x0123_4567, 0):
            self.write("SCRATCH", value)
            self.assertEqual(self.read("SCRATCH"), value)

    def test_products(self):
        for shape in [(1, 1, 1), (4, 23, 5), (2, 64, 3)]:
            x, w = self.operands(*shape)
            np.testing.assert_array_equal(self.multiply(x, w), x @ w, err_msg=str(shape))

    def test_products_of_other_weights_differ(self):
        x, w = self.operands(2, 23, 5)
        x[1, 22] = 100
        changed = w.copy()
        changed[22, 4] = (w[22, 4] + 2) % 3 - 1
        wrong = self.multiply(x, changed) != x @ w
        self.assertTrue(wrong[1, 4] and not wrong[:, :4].any())

    def test_a_frame_that_breaks_off_is_forgotten(self):
        with self.port.open("wb", buffering=0) as line:
            line.write(bytes([1, 200, 0]))
        # LiteX's server does not wait for a line to fall silent
        time.sleep(self.gap)
        self.test_identity()

    gap = 2


class Pins(Registers):
    """The generated bridge, simulated bit by bit; a frame that breaks off takes it 2^22 cycles to give up."""

    flags = "--pins 26"
    gap = 20


def wait(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"not so after {PATIENCE} s")
        time.sleep(0.05)


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("localhost", port)) == 0


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.wait()


if __name__ == "__main__":
    unittest.main(verbosity=2)
