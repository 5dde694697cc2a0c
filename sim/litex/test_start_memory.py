"""synth/litex/start_memory.py on a model of the PHY's registers: windows of read delays wherever they are, and none.

Run by `make soc-sim`, and alone with the Python of .tools/litex.
"""

import runpy
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import dram
from phy_model import BASE, BITSLIPS, DELAYS, LINES, PHASES, TRANSFERS, Board

sys.path.insert(0, str(Path(__file__).parents[2] / "synth/litex"))
import memory_soc
import memory_test
import read_delays
import start_memory
from chip import Chip
from fault import MemoryFault

# As wide as the ones of the tests that do not vary them
GOOD = [(1, 2, 4), (1, 1, 5)]


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # LiteDRAM's own commands for an OrangeCrab
        memory = dram.ddr3(48)
        memory["phy"].bitslips, memory["phy"].delays = BITSLIPS, DELAYS
        file = tempfile.NamedTemporaryFile("w", suffix=".py")
        cls.addClassCleanup(file.close)
        file.write(memory_soc.start_commands(memory["phy"], memory["module"].timing_settings))
        file.flush()
        cls.header = file.name

    def start(self, board, words=512):
        """The lines that the start says."""
        said = []
        start_memory.start(board, self.header, words, said.append)
        return "\n".join(said)

    def fault(self, board):
        with self.assertRaises(MemoryFault) as caught:
            self.start(board)
        return str(caught.exception)


class Windows(Case):
    def test_the_phases_of_the_model_are_those_of_litedram(self):
        phy = runpy.run_path(self.header)["phy"]
        self.assertEqual((phy["rdphase"], phy["wrphase"]), (Board.read_phase, Board.write_phase))

    def test_every_window_gets_its_middle(self):
        for bitslip in range(BITSLIPS):
            for first in range(DELAYS):
                for width in range(2, DELAYS - first + 1):
                    board = Board([(bitslip, first, width), GOOD[1]])
                    self.start(board)
                    state = board.modules[0]
                    self.assertEqual((state.bitslip, state.delay), (bitslip, first + (width - 1) // 2), (first, width))
                    # A delay at the edge has no room on one side
                    if width > 2:
                        self.assertTrue(first < state.delay < first + width - 1, (first, width))

    def test_modules_have_windows_of_their_own(self):
        board = Board([(0, 5, 3), (3, 0, 4)])
        self.start(board)
        self.assertEqual([(state.bitslip, state.delay) for state in board.modules], [(0, 6), (3, 1)])

    def test_the_middle_holds_when_the_windows_drift(self):
        for drift in (-1, 1):
            self.start(Board([(1, 2, 3), (2, 4, 3)], drift))

    def test_a_delay_at_the_edge_does_not_hold(self):
        edges = [lambda window: window.first, lambda window: window.first + window.width - 1]
        for drift, edge in zip((-1, 1), edges):
            with mock.patch.object(read_delays, "middle", edge):
                self.assertIn("memory test, data lines: at 0x40000000", self.fault(Board([(1, 2, 3), (2, 4, 3)], drift)))

    def test_the_windows_are_shown(self):
        said = self.start(Board([(1, 2, 4), (0, 5, 3)]))
        self.assertIn("module 0, lines 0 to 7\n    bitslip 0  ........\n    bitslip 1  ..****..     <- delay 3\n", said)
        self.assertIn("module 1, lines 8 to 15\n    bitslip 0  .....***     <- delay 6\n    bitslip 1  ........\n", said)
        self.assertNotIn("warning", said)

    def test_a_module_without_a_window(self):
        said = self.fault(Board([GOOD[0], (1, 0, 0)]))
        self.assertTrue(said.startswith("no window of read delays on module 1: look at the supply"), said)
        self.assertIn("module 0, lines 0 to 7\n    bitslip 0  ........\n    bitslip 1  ..****..", said)
        self.assertEqual(said.split("module 1, lines")[1].count("........"), BITSLIPS)

    def test_no_module_has_a_window(self):
        self.assertIn("no window of read delays on module 0, 1: ", self.fault(Board([(0, 0, 0), (0, 0, 0)])))

    def test_one_delay_alone_is_no_window(self):
        said = self.fault(Board([(2, 4, 1), GOOD[1]]))
        self.assertIn("no window of read delays on module 0: ", said)
        self.assertIn("bitslip 2  ....*...", said)

    def test_a_narrow_window_is_warned_of(self):
        said = self.start(Board([(2, 4, 2), GOOD[1]]))
        self.assertIn("warning: the window of module 0 has 2 delays", said)

    def test_a_delay_that_fails_once_ends_the_window(self):
        board = Board([(1, 1, 6), GOOD[1]])
        board.flaky = {(0, 1, 2)}
        said = self.start(board)
        self.assertIn("bitslip 1  .*.****.     <- delay 4", said)

    def test_a_delay_that_fails_when_it_is_set_is_refused(self):
        board = Board([(1, 1, 5), GOOD[1]])
        scan = read_delays.scan

        def then_flaky(chip):
            works = scan(chip)
            board.flaky = {(0, 1, 3)}
            return works

        with mock.patch.object(read_delays, "scan", then_flaky):
            self.assertIn("patterns read back wrong on module 0 with the delays that worked before", self.fault(board))

    def test_right_data_without_a_burst_are_no_window(self):
        board = Board([(1, 2, 3), GOOD[1]])
        board.by_chance = {(0, 1, 4), (0, 1, 5), (0, 1, 6), (0, 3, 0)}
        said = self.start(board)
        self.assertIn("bitslip 1  ..**....     <- delay 2", said)
        self.assertIn("bitslip 3  ........\n  module 1", said)

    def test_the_patterns_have_both_values_of_every_bit(self):
        chip = Chip(Board(GOOD, delays=False), runpy.run_path(self.header))
        chip.start()
        self.assertEqual(chip.wrong_modules(), set())
        for phase in range(PHASES):
            for bit in range(TRANSFERS * LINES):
                for stuck in 0, 1:

                    def burst(data, phase=phase, bit=bit, stuck=stuck):
                        read = list(data)
                        read[phase] = read[phase] & ~(1 << bit) | stuck << bit
                        return read

                    chip.bus.burst = burst
                    self.assertEqual(chip.wrong_modules(), {bit % LINES // 8}, (phase, bit, stuck))

    def test_without_training_nothing_works(self):
        with mock.patch.object(read_delays, "train", lambda chip, say: None):
            self.assertIn("memory test, data lines", self.fault(Board(GOOD)))

    def test_modules_that_go_on_one_by_one_are_noticed(self):
        board = Board(GOOD)
        put = read_delays.put

        def careless(chip, modules, bitslip, delay):
            put(chip, modules, bitslip, delay)
            board.regs.phy_dly_sel.write(1)
            board.regs.phy_dly_sel.write(0)

        with mock.patch.object(read_delays, "put", careless), self.assertRaises(AssertionError):
            self.start(board)

    def test_a_phy_without_delays(self):
        board = Board(GOOD, delays=False)
        said = self.start(board)
        self.assertTrue(said.startswith("read delays: this PHY has none to set\nmemory test: "), said)

    def test_a_phy_without_delays_that_reads_wrong(self):
        board = Board(GOOD, delays=False)
        board.burst = lambda data: [data[0] ^ 0x0100, *data[1:]]
        self.assertIn("patterns read back wrong on module 1, and this PHY has no read delays", self.fault(board))


class Memory(Case):
    def test_it_passes_and_says_what_it_did(self):
        for size, lines in (1 << 25, 23), (1 << 27, 25), (1 << 29, 27):
            said = self.start(Board(GOOD, size=size), words=500)
            self.assertIn(f"data lines, {lines} address lines and 500 random words in {size:,} bytes, no fault", said)

    def test_every_bit_that_sticks(self):
        for bit in range(32):
            board = Board(GOOD)
            board.stuck_bits = 1 << bit
            said = self.fault(board)
            self.assertRegex(said, rf"memory test, data lines: at 0x400000.. wrote 0x.*, wrong bits {bit}\. What to do")

    def test_every_address_line_that_sticks(self):
        for bit in range(2, 27):
            board = Board(GOOD)
            board.stuck_address = 1 << bit
            said = self.fault(board)
            # Two bursts of the test of data are in eight words
            name = "data lines" if bit < 5 else "address lines"
            self.assertIn(f"memory test, {name}: at 0x", said, bit)
            if bit >= 5:
                self.assertIn("so an address line is stuck or joined to another", said)

    def test_a_word_that_forgets(self):
        board = Board(GOOD)
        self.start(board)
        seen = sorted(board.words)
        # A place that only the random words reach
        place = next(place for place in seen if place > 0x1000 and place & place - 1)
        write = board.write

        def forgets(address, values):
            write(address, values)
            if BASE + place in range(address, address + 4 * len(values), 4):
                board.words[place] ^= 0x10

        board.write = forgets
        with self.assertRaises(MemoryFault) as caught:
            memory_test.check(board, 512)
        self.assertIn(f"random words, seed 1: at 0x{BASE + place:08x} ", str(caught.exception))
        self.assertIn("wrong bits 4.", str(caught.exception))


if __name__ == "__main__":
    unittest.main(verbosity=2)
