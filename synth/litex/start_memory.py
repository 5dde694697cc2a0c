"""Starts the memory of a SoC without processor: the host gives the commands that firmware would give.

    python3 start_memory.py BUILD [--port 1234]

takes `csr.csv` and `sdram_init.py` in folder BUILD (board.py), and the port of a running litex_server. An SDR SDRAM then works.
A DDR3 SDRAM has its mode registers and still needs the read delays of its PHY, which nobody measures here.
"""

import argparse
import runpy
import time
from pathlib import Path

from litex import RemoteClient


def start(bus, header):
    """Gives the commands of LiteDRAM's `sdram_init.py` over LiteX's client `bus`, then hands the memory to the controller."""
    known = runpy.run_path(str(header))
    registers = bus.regs
    for _, address, bank, command, delay in known["init_sequence"]:
        registers.sdram_dfii_pi0_address.write(address)
        registers.sdram_dfii_pi0_baddress.write(bank)
        # Levels of CKE, ODT and reset select no chip
        if command & known["dfii_command_cs"]:
            registers.sdram_dfii_pi0_command.write(command)
            registers.sdram_dfii_pi0_command_issue.write(1)
        else:
            registers.sdram_dfii_control.write(command)
        time.sleep(delay / bus.constants.config_clock_frequency)
    registers.sdram_dfii_control.write(known["dfii_control_sel"])


def main():
    options = argparse.ArgumentParser()
    options.add_argument("build", type=Path)
    options.add_argument("--port", type=int, default=1234)
    given = options.parse_args()
    bus = RemoteClient(port=given.port, csr_csv=str(given.build / "csr.csv"))
    bus.open()
    start(bus, given.build / "sdram_init.py")
    bus.close()


if __name__ == "__main__":
    main()
