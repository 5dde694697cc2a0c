"""Starts the memory of a SoC without processor: the host does what firmware would do.

    python3 start_memory.py BUILD [--port 1234] [--words 4096]

takes `csr.csv` and `sdram_init.py` in folder BUILD (board.py), and the port of a running litex_server. It gives the commands of
LiteDRAM, measures and sets the read delays of a DDR3 PHY, hands the memory to the controller and tests it. Exit codes: 0 the
memory works, 1 it does not, and why is on stderr.
"""

import argparse
import runpy
import sys
from pathlib import Path

import memory_test
import read_delays
from chip import Chip
from fault import MemoryFault


def start(bus, header, words=4096, say=print):
    """Starts and tests the memory over LiteX's client `bus`; `header` is the file `sdram_init.py`, `say` gets lines on the way.

    Raises MemoryFault where the memory does not work.
    """
    chip = Chip(bus, runpy.run_path(str(header)))
    chip.start()
    read_delays.train(chip, say)
    chip.release()
    memory_test.check(bus, words, say=say)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("build", type=Path)
    options.add_argument("--port", type=int, default=1234)
    options.add_argument("--words", type=int, default=4096, help="random words to write and read [default: 4096]")
    given = options.parse_args()
    # Only here: the tests bring a client of their own
    from litex import RemoteClient

    bus = RemoteClient(port=given.port, csr_csv=str(given.build / "csr.csv"))
    bus.open()
    try:
        start(bus, given.build / "sdram_init.py", given.words)
    except MemoryFault as fault:
        print(fault, file=sys.stderr)
        return 1
    finally:
        bus.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
