"""What a host sees of a DDR3 memory of 16 lines behind LiteDRAM's ECP5 PHY: registers, and the memory behind the controller.

    board = Board(windows=[(1, 2, 4), (0, 3, 3)])    # for each module: bitslip, first delay, number of delays that work
    start_memory.start(board, header)

`board` takes the place of LiteX's client. A module whose bitslip or delay lies outside its window reads wrong: shifted transfers
with a wrong bitslip, no burst and other bits with a wrong delay. When the controller takes the chip over, `drift` shifts all windows
by that many delays, as temperature would. Commands that no chip understands are an AssertionError.
"""

from types import SimpleNamespace

SEL = 1
CS, WE, CAS, RAS, WRITE, READ = (1 << bit for bit in range(6))
PHASES, TRANSFERS, LINES, DELAYS, BITSLIPS = 2, 4, 16, 8, 4
BASE = 0x4000_0000


class Register:
    def __init__(self, read=None, write=None):
        self.read, self.write = read, write


class Board:
    def __init__(self, windows, drift=0, size=1 << 27, delays=True):
        self.windows, self.drift, self.delays = windows, drift, delays
        self.constants = SimpleNamespace(config_clock_frequency=10**12)
        self.mems = SimpleNamespace(main_ram=SimpleNamespace(base=BASE, size=size))
        self.modules = [SimpleNamespace(bitslip=3, delay=7) for _ in windows]
        self.selected, self.bursts, self.control = 0, 0, SEL
        self.modes, self.rows, self.cells, self.words = {}, {}, {}, {}
        self.injectors = [SimpleNamespace(address=0, baddress=0, command=0, wrdata=0, rddata=0) for _ in range(PHASES)]
        # Faults to be set by a test: bits of a word that stick at 0, an address line that does, reads that fail once
        self.stuck_bits, self.stuck_address, self.flaky = 0, 0, set()
        # Bitslips and delays of a module whose data come back rightly by chance, and without a burst of the strobe
        self.by_chance = set()
        self.regs = SimpleNamespace(**self.registers())

    def registers(self):
        found = {"sdram_dfii_control": Register(write=self.set_control)}
        for number, injector in enumerate(self.injectors):
            for name in ("address", "baddress", "command", "wrdata", "rddata"):
                found[f"sdram_dfii_pi{number}_{name}"] = self.field(injector, name)
            found[f"sdram_dfii_pi{number}_command_issue"] = Register(write=lambda _, number=number: self.issue(number))
        if self.delays:
            found.update(
                phy_dly_sel=Register(write=self.select),
                phy_rdly_dq_rst=Register(write=self.on_selected("delay", lambda _: 0)),
                phy_rdly_dq_inc=Register(write=self.on_selected("delay", lambda delay: (delay + 1) % DELAYS)),
                phy_rdly_dq_bitslip_rst=Register(write=self.on_selected("bitslip", lambda _: 0)),
                phy_rdly_dq_bitslip=Register(write=self.on_selected("bitslip", lambda bitslip: (bitslip + 1) % BITSLIPS)),
                phy_burstdet_clr=Register(write=lambda _: setattr(self, "bursts", 0)),
                phy_burstdet_seen=Register(read=lambda: self.bursts),
            )
        return found

    def field(self, injector, name):
        return Register(read=lambda: getattr(injector, name), write=lambda value: setattr(injector, name, value))

    def set_control(self, value):
        if value == SEL:
            assert not self.rows, "the controller finds open rows"
        self.control = value

    def select(self, modules):
        before, self.selected = self.selected, modules
        # Modules that went on at different times have their data in different cycles
        self.together = modules == 0 and before == (1 << len(self.modules)) - 1

    def on_selected(self, name, change):
        def write(_):
            for module, state in enumerate(self.modules):
                if self.selected >> module & 1:
                    setattr(state, name, change(getattr(state, name)))

        return write

    def issue(self, phase):
        assert self.control != SEL, "a command while the controller has the chip"
        injector = self.injectors[phase]
        command, bank, address = injector.command, injector.baddress, injector.address
        assert command & CS, "a command to no chip"
        kind = command & (RAS | CAS | WE)
        if kind == RAS:
            assert set(self.modes) == {0, 1, 2, 3}, "a row is opened before all mode registers are set"
            assert bank not in self.rows, "a row is opened in a bank with an open one"
            self.rows[bank] = address
        elif kind == RAS | WE:
            self.rows.pop(bank, None)
        elif kind == CAS | WE:
            assert command & WRITE and phase == self.write_phase
            self.cells[bank, self.rows[bank], address] = [each.wrdata for each in self.injectors]
        elif kind == CAS:
            assert command & READ and phase == self.read_phase
            for each, value in zip(self.injectors, self.burst(self.cells[bank, self.rows[bank], address])):
                each.rddata = value
        elif kind == RAS | CAS | WE:
            self.modes[bank] = address
        else:
            assert kind == WE, "a command that a DDR3 chip does not know"

    # Those of LiteDRAM for an ECP5 at 48 MHz
    read_phase, write_phase = 0, 1

    def works(self, module, once=False):
        """Whether the module reads rightly as it is set; `once` lets a flaky delay fail."""
        state = self.modules[module]
        bitslip, first, width = self.windows[module]
        shift = self.drift if self.control == SEL else 0
        setting = (module, state.bitslip, state.delay)
        if once and setting in self.flaky:
            self.flaky.remove(setting)
            return False
        return state.bitslip == bitslip and first <= state.delay + shift < first + width

    def burst(self, data):
        """`data`, a number a phase, as the PHY reads it back."""
        if not self.delays:
            return data
        assert not self.selected and self.together, "a read while modules pause, or after they went on one by one"
        shifts = [transfer * LINES for transfer in range(TRANSFERS)]
        transfers = [value >> shift & 0xFFFF for value in data for shift in shifts]
        read = [0] * len(transfers)
        for module, state in enumerate(self.modules):
            right, mask = self.works(module, once=True), 0xFF << 8 * module
            bitslip, first, width = self.windows[module]
            chance = (module, state.bitslip, state.delay) in self.by_chance
            right = right or chance
            if first <= state.delay < first + width and not chance:
                self.bursts |= 1 << module
            for index in range(len(read)):
                value = transfers[(index + (0 if right else state.bitslip - bitslip)) % len(transfers)]
                read[index] |= (value if right or state.bitslip != bitslip else ~value) & mask
        return [sum(read[phase * TRANSFERS + i] << shift for i, shift in enumerate(shifts)) for phase in range(PHASES)]

    def place(self, address):
        assert self.control == SEL, "the controller has no chip"
        assert BASE <= address < BASE + self.mems.main_ram.size and address % 4 == 0, f"0x{address:x} is no word of the memory"
        return address - BASE & ~self.stuck_address

    def write(self, address, values):
        assert 0 < len(values) < 256, "more words than a request has"
        for index, value in enumerate(values):
            self.words[self.place(address + 4 * index)] = value & ~self.stuck_bits

    def read(self, address, length):
        assert 0 < length < 256, "more words than a request has"
        # A word is two transfers of 16 lines
        wrong = sum(0x00FF_00FF << 8 * module for module in range(len(self.modules)) if self.delays and not self.works(module))
        return [self.words.get(self.place(address + 4 * index), 0xDEAD_BEEF) ^ wrong for index in range(length)]
