"""The memory chip as the host commands it through LiteDRAM's DFI injector, in place of the controller.

    chip = Chip(bus, runpy.run_path("sdram_init.py"))
    chip.start()            # the commands of LiteDRAM: reset, mode registers, calibration
    chip.wrong_modules()    # the modules that give back other data than was written
    chip.release()          # the controller has the chip again

A module is eight data lines and their strobe. `bus` is LiteX's client. The file `sdram_init.py` is that of memory_soc.py: LiteDRAM's
commands, and `phy` with the PHY's widths, phases and delays.
"""

import random
import time

# Each is written and read back as it is and inverted, so that every line transfers both values
PATTERNS = 3
BANK, ROW, COLUMN = 0, 0, 0


class Chip:
    def __init__(self, bus, known):
        self.bus, self.known, self.phy = bus, known, known["phy"]
        self.lines = self.phy["databits"]
        self.modules = self.lines // 8
        # Transfers of one phase, from the lowest bits of its data on
        self.transfers = self.phy["dfi_databits"] // self.lines

    def start(self):
        """Gives the commands that start the chip, and leaves it with the host."""
        for _, address, bank, command, delay in self.known["init_sequence"]:
            # Levels of CKE, ODT and reset select no chip
            if command & self.known["dfii_command_cs"]:
                self.command(0, bank, address, command)
            else:
                self.write("control", command)
            time.sleep(delay / self.bus.constants.config_clock_frequency)

    def release(self):
        self.write("control", self.known["dfii_control_sel"])

    def wrong_modules(self):
        """The modules that give back other data than was written, or whose PHY sees no burst of the strobe."""
        wrong = set()
        for seed in range(PATTERNS):
            plain = [random.Random(f"{seed} {phase}").getrandbits(self.phy["dfi_databits"]) for phase in self.phases]
            inverted = [value ^ (1 << self.phy["dfi_databits"]) - 1 for value in plain]
            for pattern in plain, inverted:
                got = self.written_and_read(pattern)
                wrong |= {module for module in range(self.modules) if self.part(module, got) != self.part(module, pattern)}
                wrong |= self.without_burst()
        return wrong

    @property
    def phases(self):
        return range(self.phy["nphases"])

    def part(self, module, data):
        """The bits of `data`, a number a phase, that cross the module's lines."""
        shifts = [transfer * self.lines + 8 * module for transfer in range(self.transfers)]
        return [value >> shift & 0xFF for value in data for shift in shifts]

    def written_and_read(self, data):
        """Writes one burst, and reads it back.

        The row stays open between the commands, some milliseconds over a serial line: nothing else can close or refresh it.
        """
        self.command(0, BANK, ROW, self.bits("ras"))
        for phase, value in zip(self.phases, data):
            self.write(f"pi{phase}_wrdata", value)
        self.command(self.phy["wrphase"], BANK, COLUMN, self.bits("cas we wrdata"))
        if hasattr(self.bus.regs, "phy_burstdet_clr"):
            self.bus.regs.phy_burstdet_clr.write(1)
        self.command(self.phy["rdphase"], BANK, COLUMN, self.bits("cas rddata"))
        self.command(0, BANK, ROW, self.bits("ras we"))
        return [self.register(f"pi{phase}_rddata").read() for phase in self.phases]

    def without_burst(self):
        if not hasattr(self.bus.regs, "phy_burstdet_seen"):
            return set()
        seen = self.bus.regs.phy_burstdet_seen.read()
        return {module for module in range(self.modules) if not seen >> module & 1}

    def bits(self, names):
        return sum(self.known[f"dfii_command_{name}"] for name in ("cs " + names).split())

    def command(self, phase, bank, address, command):
        self.write(f"pi{phase}_address", address)
        self.write(f"pi{phase}_baddress", bank)
        self.write(f"pi{phase}_command", command)
        self.write(f"pi{phase}_command_issue", 1)

    def register(self, name):
        return getattr(self.bus.regs, f"sdram_dfii_{name}")

    def write(self, name, value):
        self.register(name).write(value)
