"""Read delays of LiteDRAM's ECP5 DDR PHY, measured and set by the host.

A module's data come some time after the command, and nobody knows how long on this board. The PHY can look for the strobe later
in steps of a delay (`rdly`), and can shift the transfers of a burst by whole ones (`bitslip`). `train` writes patterns with each
setting and reads them back. The delays that work with one bitslip are a window; the widest one of a module wins, and its middle is
set: there temperature and voltage have the most room on both sides.

    module 0, lines 0 to 7
      bitslip 0  ........
      bitslip 1  ..****..     <- delay 3
"""

from collections import namedtuple

from fault import MemoryFault

# Delays from `first` on, `width` of them
Window = namedtuple("Window", "bitslip first width")
# One delay that works alone is at the edge of a window between two delays, or chance
NARROWEST = 2
# From here on both neighbours of the middle work, too
SAFE = 3


def train(chip, say=print):
    """Sets the read delays of `chip`, a Chip that has been started; `say` gets lines on what was found.

    Raises MemoryFault with the windows seen where a module has none.
    """
    if not hasattr(chip.bus.regs, "phy_rdly_dq_inc"):
        say("read delays: this PHY has none to set")
        wrong = chip.wrong_modules()
        if wrong:
            modules = ", ".join(map(str, sorted(wrong)))
            raise MemoryFault(f"patterns read back wrong on module {modules}, and this PHY has no read delays to set: {ADVICE}")
        return
    works = scan(chip)
    chosen = [widest(chart) for chart in works]
    shown = "\n".join(drawn(module, chart, window) for module, (chart, window) in enumerate(zip(works, chosen)))
    without = [str(module) for module, window in enumerate(chosen) if window is None or window.width < NARROWEST]
    if without:
        raise MemoryFault(f"no window of read delays on module {', '.join(without)}: {ADVICE}\n{shown}")
    say(f"read delays:\n{shown}")
    for module, window in enumerate(chosen):
        if window.width < SAFE:
            say(f"warning: the window of module {module} has {window.width} delays, and its middle is at the edge")
        put(chip, 1 << module, window.bitslip, middle(window))
    wrong = chip.wrong_modules()
    if wrong:
        modules = ", ".join(map(str, sorted(wrong)))
        raise MemoryFault(f"patterns read back wrong on module {modules} with the delays that worked before: {ADVICE}\n{shown}")


ADVICE = "look at the supply of the memory, and whether the bitstream is that of this board and its csr.csv that of the bitstream"


def scan(chip):
    """For each module a chart: for each bitslip, for each delay, whether all patterns came back."""
    works = [[] for _ in range(chip.modules)]
    for bitslip in range(chip.phy["bitslips"]):
        for chart in works:
            chart.append([])
        for delay in range(chip.phy["delays"]):
            put(chip, everyone(chip), bitslip, delay)
            wrong = chip.wrong_modules()
            for module, chart in enumerate(works):
                chart[bitslip].append(module not in wrong)
    return works


def everyone(chip):
    return (1 << chip.modules) - 1


def put(chip, modules, bitslip, delay):
    """Gives the modules of a bit mask this bitslip and this delay."""
    registers = chip.bus.regs
    registers.phy_dly_sel.write(modules)
    registers.phy_rdly_dq_rst.write(1)
    for _ in range(delay):
        registers.phy_rdly_dq_inc.write(1)
    registers.phy_rdly_dq_bitslip_rst.write(1)
    for _ in range(bitslip):
        registers.phy_rdly_dq_bitslip.write(1)
    # A selected module pauses. All have to pause and go on together, or their data come in different cycles
    registers.phy_dly_sel.write(everyone(chip))
    registers.phy_dly_sel.write(0)


def widest(chart):
    """The widest window of a chart, the first one of several; None without any."""
    windows = []
    for bitslip, row in enumerate(chart):
        first = None
        for delay, working in enumerate([*row, False]):
            if working and first is None:
                first = delay
            if not working and first is not None:
                windows.append(Window(bitslip, first, delay - first))
                first = None
    return max(windows, key=lambda window: window.width, default=None)


def middle(window):
    """The delay in the middle; the smaller one of two."""
    return window.first + (window.width - 1) // 2


def drawn(module, chart, window):
    lines = [f"  module {module}, lines {8 * module} to {8 * module + 7}"]
    for bitslip, row in enumerate(chart):
        mark = f"     <- delay {middle(window)}" if window and window.bitslip == bitslip else ""
        lines.append(f"    bitslip {bitslip}  {''.join('*' if working else '.' for working in row)}{mark}")
    return "\n".join(lines)
