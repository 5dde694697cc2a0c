"""The rules of the AXI4 master that writes results, watched cycle by cycle without cocotbext-axi."""

from cocotb.handle import HierarchyObject
from cocotb.triggers import RisingEdge
from read_rules import INCR, NORMAL_NOT_CACHED, PAGE, UNPRIVILEGED_SECURE_DATA

# What the protocol document says of bursts of results.
MOST = 16
ADDRESS = "awaddr awlen awsize awburst awcache awprot".split()
DATA = "wdata wstrb wlast".split()


class WriteRules:
    """Watches the writing side of the port of a ring, of `beat` bytes."""

    def __init__(self, dut: HierarchyObject, beat: int) -> None:
        self.dut, self.beat = dut, beat
        names = [*ADDRESS, *DATA, "awvalid", "awready", "wvalid", "wready", "bvalid", "bready"]
        self.pins = {pin: getattr(dut, f"m_axi_{pin}") for pin in names}
        self.lengths: list[int] = []
        self.beats, self.unanswered = 0, 0

    @property
    def under_way(self) -> int:
        """Bursts that were asked for and have no answer."""
        return len(self.lengths) + self.unanswered

    def high(self, pin: str) -> bool:
        return bool(int(self.pins[pin].value))

    async def watch(self) -> None:
        """Fails at the first cycle in which a rule is broken."""
        waiting: dict[str, list[str] | None] = {"aw": None, "w": None}
        while True:
            await RisingEdge(self.dut.aclk)
            if not int(self.dut.aresetn.value):
                waiting = {"aw": None, "w": None}
                self.lengths, self.beats, self.unanswered = [], 0, 0
                continue
            for channel, pins in (("aw", ADDRESS), ("w", DATA)):
                offered = [str(self.pins[pin].value) for pin in pins] if self.high(f"{channel}valid") else None
                was = waiting[channel]
                assert was is None or offered == was, f"m_axi_{channel} offered {was}, then {offered}"
                waiting[channel] = None if self.high(f"{channel}ready") else offered
            if self.high("bvalid"):
                assert self.high("bready"), "an answer waits"
                self.unanswered -= 1
            if self.high("awvalid") and self.high("awready"):
                self.asks()
            if self.high("wvalid") and self.high("wready"):
                self.writes()

    def asks(self) -> None:
        """A burst is asked for."""
        address, length, size, kind, cache, prot = (int(self.pins[pin].value) for pin in ADDRESS)
        assert kind == INCR and 1 << size == self.beat, f"burst of kind {kind} with 2^{size} bytes a beat"
        assert cache == NORMAL_NOT_CACHED and prot == UNPRIVILEGED_SECURE_DATA, (cache, prot)
        assert address % self.beat == 0 and length < MOST, f"{length + 1} beats to {address:#x}"
        last = address + (length + 1) * self.beat - 1
        assert address // PAGE == last // PAGE, f"{length + 1} beats to {address:#x} cross 4 KiB"
        self.lengths.append(length + 1)

    def writes(self) -> None:
        """A beat is taken; it belongs to the oldest burst that is not complete."""
        assert self.lengths, "a beat of no burst"
        self.beats += 1
        last = self.high("wlast")
        assert last == (self.beats == self.lengths[0]), f"wlast is {last} on beat {self.beats} of {self.lengths[0]}"
        if last:
            self.lengths.pop(0)
            self.beats = 0
            self.unanswered += 1
