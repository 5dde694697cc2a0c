"""Real layers through a whole simulated SoC: uartbone, LiteX's bus, a unit that reads its weights, and LiteDRAM.

Every layer of models/shakespeare is stored in the DRAM once, through uartbone. Jobs with random activations follow, and numpy
computes every sum again. A wrong bit in the DRAM and a wrong address must show. Then the driver itself comes through a serial port: `trine load`
places the model and repairs what is damaged, `trine run` computes with it. A SoC with LiteEth's Etherbone in the place of uartbone does
the same through a UDP port.

TRINE is the command. Run by `make soc-sim`.
"""

import itertools
import json
import os
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import numpy as np

import simulation

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "sim/cocotb"), str(ROOT / "synth/litex")]
import layout
import start_memory

TRINE = shlex.split(os.environ.get("TRINE", "trine"))
MODEL = ROOT / "models/shakespeare/model.safetensors"
# Where docs/reference/registers.md has the windows
ACT, RES = 0x400, 0xC00
WINDOW_WORDS = 0x400 // 4
# Steps in which WGT_BASE counts
STEP = 64


def ternary_layers(path):
    """Names and trits `w[K, N]` of the packed linears of a checkpoint of transformers' bitnet."""
    data = path.read_bytes()
    (size,) = struct.unpack_from("<Q", data)
    found = {}
    for name, entry in json.loads(data[8 : 8 + size]).items():
        if entry.get("dtype") == "U8":
            begin, end = entry["data_offsets"]
            packed = np.frombuffer(data[8 + size + begin : 8 + size + end], dtype=np.uint8).reshape(entry["shape"])
            # The first quarter of the outputs lies in the lowest two bits of each byte
            codes = np.concatenate([packed >> 2 * quarter & 3 for quarter in range(4)])
            found[name] = codes.T.astype(np.int64) - 1
    return found


def trine(line):
    """Runs the command with the model; returns its output."""
    command = [*TRINE, *line.split(), "--model", MODEL.parent]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise AssertionError(done.stdout)
    return done.stdout


class Orangecrab(unittest.TestCase):
    """DDR3 of 16 bits at 48 MHz: two phases, so four transfers a cycle, and a port of 128 bits."""

    # `peak` is in bytes a cycle
    board, size, peak, hz = "orangecrab", "--lanes 40 --columns 8 --weight-bus 128", 8, 48e6

    @classmethod
    def setUpClass(cls):
        work = ROOT / "target/soc-sim" / cls.board
        shutil.rmtree(work, ignore_errors=True)
        rtl = work / "rtl"
        command = [*TRINE, "generate", "--weights", "memory", "--windows", "--style", "packed", *cls.size.split(), "-o", str(rtl)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        manifest = json.loads((rtl / "manifest.json").read_text())
        cls.config = manifest["config"]
        cls.map = {register["name"]: register for register in manifest["registers"]}
        cls.built = built = simulation.build(rtl, work / "soc", cls.board)
        cls.bus = simulation.Bus(built)
        # The model would work without; a board's memory does not. It has no read delays, and the start says so
        said = []
        start_memory.start(cls.bus, built / "sdram_init.py", say=said.append)
        print(f"\n{cls.board}: " + "\n  ".join(said))
        cls.said = said
        cls.rng = np.random.default_rng(1)
        cls.layers = ternary_layers(MODEL)
        cls.places = cls.store(cls.layers)

    @classmethod
    def store(cls, layers):
        """Writes every layer's packed weights to the DRAM; addresses and numbers of beats by name."""
        beat, address, places, before = cls.config["weight_bus"] // 8, cls.bus.mems.main_ram.base, {}, cls.bus.elapsed
        for name, trits in layers.items():
            packed = layout.weights(trits, cls.config["lanes"], cls.config["columns"], cls.config["weight_code"], beat)
            places[name] = address, len(packed) // beat
            packed += bytes(-len(packed) % STEP)
            cls.bus.write(address, np.frombuffer(packed, dtype="<u4").tolist())
            address += len(packed)
        stored = address - cls.bus.mems.main_ram.base
        print(f"\n{cls.board}: {len(layers)} layers, {stored:,} bytes through uartbone in {cls.bus.elapsed - before:,} cycles")
        return places

    def read(self, name):
        return self.bus.read(self.unit(self.map[name]["offset"]))

    def write(self, name, value):
        self.bus.write(self.unit(self.map[name]["offset"]), value)

    def unit(self, offset):
        return self.bus.mems.trine.base + offset

    def mask(self, name, field):
        found = next(f for f in self.map[name]["fields"] if f["name"] == field)
        return ((1 << found["width"]) - 1) << found["lsb"]

    def multiply(self, x, outputs, place):
        """The sums of one job; None where the unit reports an error."""
        (tokens, depth), (address, beats) = x.shape, place
        lanes, columns = self.config["lanes"], self.config["columns"]
        shape = {"TOKENS": tokens, "DEPTH": depth, "OUTPUTS": outputs}
        for name, value in {**shape, "WGT_BASE": address // STEP, "WGT_LENGTH": beats}.items():
            self.write(name, value)
        self.write("CTRL", self.mask("CTRL", "start"))
        stream = layout.activations(x, lanes, np.zeros(1, dtype=int))
        words = [layout.words(stream[at : at + lanes], bytes(3)) for at in range(0, len(stream), lanes)]
        for part, last in (words[:-1], False), (words[-1:], True):
            if last:
                self.write("CTRL", self.mask("CTRL", "act_last"))
            values = np.frombuffer(b"".join(part), dtype="<u4").tolist()
            for at in range(0, len(values), WINDOW_WORDS):
                self.bus.write(self.unit(ACT), values[at : at + WINDOW_WORDS])
        results = []
        # Of a length that a byte holds: uartbone counts the words of a request in one
        for _ in range(tokens * -(-outputs // columns)):
            results += self.bus.read(self.unit(RES), columns)
        status = self.read("STATUS")
        self.write("STATUS", status)
        if status != self.mask("STATUS", "done"):
            return None
        return layout.results(np.array(results, dtype="<u4").tobytes(), tokens, outputs, columns)

    def activations(self, tokens, depth):
        return self.rng.integers(-128, 128, (tokens, depth))

    def test_the_start_trains_nothing_and_tests_the_memory(self):
        delays, memory = self.said
        self.assertEqual(delays, "read delays: this PHY has none to set")
        self.assertTrue(memory.endswith(f"in {self.bus.mems.main_ram.size:,} bytes, no fault"), memory)

    def test_every_sum_of_every_layer(self):
        for tokens in (1, self.config["max_tokens"]):
            self.bus.regs.counters_clear.write(1)
            before, macs, sums, wrong = self.bus.elapsed, 0, 0, 0
            for name, trits in self.layers.items():
                x = self.activations(tokens, len(trits))
                y = self.multiply(x, trits.shape[1], self.places[name])
                self.assertIsNotNone(y, name)
                wrong += np.count_nonzero(y != x @ trits)
                sums += y.size
                macs += tokens * trits.size
            beats, cycles = self.bus.regs.counters_beats.read(), self.bus.regs.counters_cycles.read()
            self.assertEqual(beats, sum(beats for _, beats in self.places.values()))
            rate = beats * self.config["weight_bus"] / 8 / cycles
            print(f"\n{self.board}, M = {tokens}: mismatches {wrong} of {sums:,} sums ({macs:,} MACs),", end=" ")
            print(f"{self.bus.elapsed - before:,} cycles of the SoC")
            print(f"  {beats:,} beats in {cycles:,} cycles with a read under way: {rate:.3f} bytes a cycle,", end=" ")
            print(f"{100 * rate / self.peak:.1f} % of the peak, {rate * self.hz / 1e6:.0f} MB/s")
            self.assertEqual(wrong, 0)

    def test_a_wrong_bit_in_the_dram(self):
        name, trits = next(iter(self.layers.items()))
        x = self.activations(2, len(trits))
        x[x == 0] = 1
        address, beats = self.places[name]
        word = self.bus.read(address)
        legal = {layout.base3(list(five)) for five in itertools.product((-1, 0, 1), repeat=5)}
        bit = next(bit for bit in range(8) if (word ^ 1 << bit) & 0xFF in legal)
        self.bus.write(address, word ^ 1 << bit)
        y = self.multiply(x, trits.shape[1], (address, beats))
        self.bus.write(address, word)
        wrong = y != x @ trits
        self.assertTrue(wrong[:, 0].any() and not wrong[:, 1:].any())
        np.testing.assert_array_equal(self.multiply(x, trits.shape[1], (address, beats)), x @ trits)

    def test_a_wrong_address(self):
        name, trits = next(iter(self.layers.items()))
        x = self.activations(1, len(trits))
        address, beats = self.places[name]
        y = self.multiply(x, trits.shape[1], (address + STEP, beats))
        self.assertIsNotNone(y)
        self.assertGreater(np.count_nonzero(y != x @ trits), trits.shape[1] // 2)

    def test_a_wrong_length(self):
        name, trits = next(iter(self.layers.items()))
        address, beats = self.places[name]
        self.assertIsNone(self.multiply(self.activations(1, len(trits)), trits.shape[1], (address, beats - 1)))

    def test_the_driver_loads_and_runs_a_model(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name, "port")
        port = subprocess.Popen([sys.executable, ROOT / "sim/litex/port.py", self.built, path], stdout=subprocess.PIPE)
        self.addCleanup(port.stdout.close)
        self.addCleanup(port.wait)
        self.addCleanup(port.terminate)
        self.assertEqual(port.stdout.readline(), b"ready\n")
        memory = self.bus.mems.main_ram
        unit = f"--weights memory --style packed {self.size} --base {self.bus.mems.trine.base}"
        unit += f" --memory-base {memory.base} --memory-bytes {memory.size} --backend uart:{path}"
        first = trine(f"load {unit}")
        self.assertRegex(first, "35 regions of (.*) bytes are there; wrote 35 regions of \\1 bytes")
        self.assertIn("wrote nothing", trine(f"load {unit}"))
        # In the first region, behind the directory: no code of base 3
        address = memory.base + max(4096, min(1 << 20, memory.size // 256)) + 64
        terminal = os.open(path, os.O_RDWR | os.O_NOCTTY)
        os.write(terminal, struct.pack(">BBI", 1, 1, address // 4) + bytes([255] * 4))
        os.close(terminal)
        self.assertIn("read back: 1 region damaged", trine(f"load --check {unit}"))
        said = trine(f"run --prompt KING --tokens 2 --offload linear {unit}")
        self.assertRegex(said, "mismatches 0 of [1-9]")
        self.assertIn("failures of the unit 0,", said)
        print(f"\n{self.board}, through trine: {first.splitlines()[-1]}")
        print(next(line for line in said.splitlines() if line.startswith("mismatches")))


class Ulx3s(Orangecrab):
    """SDR SDRAM of 16 bits at 50 MHz: one transfer a cycle, and a port of 16 bits."""

    board, size, peak, hz = "ulx3s", "--lanes 20 --columns 4 --weight-bus 16", 2, 50e6


class Etherbone(unittest.TestCase):
    """The SoC of the OrangeCrab with LiteEth's core of Etherbone, and the driver at the other end."""

    def test_the_driver_loads_and_runs_a_model(self):
        work = ROOT / "target/soc-sim/etherbone"
        shutil.rmtree(work, ignore_errors=True)
        size = Orangecrab.size
        generate = f"generate --weights memory --windows --style packed {size} -o"
        subprocess.run([*TRINE, *generate.split(), str(work / "rtl")], check=True, capture_output=True)
        built = simulation.build(work / "rtl", work / "soc", Orangecrab.board, "etherbone")
        network = subprocess.Popen([sys.executable, ROOT / "sim/litex/network.py", built], stdout=subprocess.PIPE, text=True)
        self.addCleanup(network.stdout.close)
        self.addCleanup(network.wait)
        self.addCleanup(network.terminate)
        unit = f"--backend {network.stdout.readline().strip()} --weights memory --style packed {size} --base 0x30000000"
        unit += " --memory-base 0x40000000 --memory-bytes 128M"
        first = trine(f"load {unit}")
        self.assertRegex(first, "35 regions of (.*) bytes are there; wrote 35 regions of \\1 bytes")
        checked = trine(f"load --check {unit}")
        self.assertIn("read back: 0 regions damaged", checked)
        self.assertIn("wrote nothing", checked)
        said = trine(f"run --prompt KING --tokens 2 --offload linear {unit}")
        self.assertRegex(said, "mismatches 0 of [1-9]")
        self.assertIn("failures of the unit 0,", said)
        print(f"\netherbone, through trine: {first.splitlines()[-1]}")
        print(next(line for line in said.splitlines() if line.startswith("mismatches")))


if __name__ == "__main__":
    # LiteX's client leaves its files to the collector
    unittest.main(verbosity=2, warnings="ignore")
