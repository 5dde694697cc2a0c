"""The rules of an AXI4 read master that shows from outside, watched cycle by cycle without cocotbext-axi."""

from dataclasses import dataclass

from cocotb.handle import HierarchyObject
from cocotb.triggers import RisingEdge

PAGE = 4096
# What the protocol document says of the unit's bursts.
BURST_BEATS = 64
ROOM = 512
INCR = 1
NORMAL_NOT_CACHED = 3
UNPRIVILEGED_SECURE_DATA = 0


@dataclass(frozen=True)
class Burst:
    """A request as it lies on AR."""

    address: int
    beats: int
    size: int
    kind: int
    cache: int
    prot: int


class ReadRules:
    """Watches `m_axi_wgt0`, whose beats have `beat` bytes, and keeps the bursts of the jobs under way."""

    def __init__(self, dut: HierarchyObject, beat: int) -> None:
        self.dut, self.beat = dut, beat
        self.bursts: list[Burst] = []
        self.next, self.left = 0, 0
        self.waiting: list[tuple[int, int]] = []
        self.asked, self.come = 0, 0

    def expect(self, base: int, beats: int) -> None:
        """A job begins: it may ask for these beats, in order, and for nothing else."""
        assert self.asked == self.come, f"a job begins with {self.asked - self.come} beats under way"
        self.bursts, self.next, self.left, self.waiting = [], base, beats, []

    def expect_behind(self, base: int, beats: int) -> None:
        """A job follows: it may ask for these beats once those before have been asked for."""
        self.waiting.append((base, beats))

    def complete(self) -> None:
        """The job is done: it has asked for every beat, and all have come."""
        assert self.left == 0 and not self.waiting, f"{self.left} beats and the jobs {self.waiting} were not asked for"
        assert self.asked == self.come, f"{self.asked - self.come} beats have not come"

    async def watch(self) -> None:
        """Fails at the first cycle in which a rule is broken."""
        dut = self.dut
        in_reset, waiting = True, None
        while True:
            await RisingEdge(dut.aclk)
            if not int(dut.aresetn.value):
                in_reset, waiting = True, None
                self.left = self.asked = self.come = 0
                continue
            assert int(dut.m_axi_wgt0_rready.value), "rready is low"
            offered = self.offered()
            assert not (in_reset and offered), f"{offered} in reset"
            in_reset = False
            assert waiting is None or offered == waiting, f"m_axi_wgt0_ar offered {waiting}, then {offered}"
            waiting = offered
            if offered:
                self.obeys(offered)
            if offered and int(dut.m_axi_wgt0_arready.value):
                self.take(offered)
                waiting = None
            if int(dut.m_axi_wgt0_rvalid.value):
                self.come += 1

    def waiting_beats(self) -> int:
        """Beats of the request that waits to be taken."""
        burst = self.offered()
        return burst.beats if burst else 0

    def offered(self) -> Burst | None:
        """The request that is valid now."""
        dut = self.dut
        if not int(dut.m_axi_wgt0_arvalid.value):
            return None
        fields = (dut.m_axi_wgt0_arsize, dut.m_axi_wgt0_arburst, dut.m_axi_wgt0_arcache, dut.m_axi_wgt0_arprot)
        address, length = int(dut.m_axi_wgt0_araddr.value), int(dut.m_axi_wgt0_arlen.value)
        return Burst(address, length + 1, *(int(field.value) for field in fields))

    def obeys(self, burst: Burst) -> None:
        """The rules of one burst."""
        assert burst.kind == INCR, f"{burst} is not INCR"
        assert 1 << burst.size == self.beat, f"{burst} is not as wide as the bus"
        assert burst.cache == NORMAL_NOT_CACHED and burst.prot == UNPRIVILEGED_SECURE_DATA, f"{burst}"
        assert burst.address % self.beat == 0, f"{burst} is not aligned"
        assert burst.beats <= BURST_BEATS, f"{burst} is too long"
        last = burst.address + burst.beats * self.beat - 1
        assert burst.address // PAGE == last // PAGE, f"{burst} crosses 4 KiB"

    def take(self, burst: Burst) -> None:
        """A burst belongs to the job, follows the one before, and there is room for it."""
        if not self.left and self.waiting:
            self.next, self.left = self.waiting.pop(0)
        assert burst.address == self.next, f"burst at {burst.address:#x}, not {self.next:#x}"
        assert burst.beats <= self.left, f"{burst} is longer than the {self.left} beats that are left"
        self.next += burst.beats * self.beat
        self.left -= burst.beats
        self.asked += burst.beats
        self.bursts.append(burst)
        assert self.asked - self.come <= ROOM, f"{self.asked - self.come} beats under way, room for {ROOM}"
