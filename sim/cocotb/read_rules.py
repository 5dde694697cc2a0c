"""The rules of an AXI4 read master that shows from outside, watched cycle by cycle without cocotbext-axi."""

from dataclasses import dataclass

from cocotb.handle import HierarchyObject
from cocotb.triggers import RisingEdge

PAGE = 4096
# What the protocol document says of the unit's buffer.
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


@dataclass(frozen=True)
class Layout:
    """Beats of the weight stream in memory: `ports` take turns by windows of `burst` beats, each with its part of `beat` bytes."""

    beat: int
    burst: int
    ports: int

    @property
    def part(self) -> int:
        """Bytes of a beat on one port."""
        return self.beat // self.ports

    def place(self, at: int) -> int:
        """Address in memory of a byte of the stream."""
        beat, byte = divmod(at, self.beat)
        port, byte = divmod(byte, self.part)
        window, number = divmod(beat, self.burst)
        return ((window * self.ports + port) * self.burst + number) * self.part + byte

    def stream(self, port: int, address: int) -> int:
        """Place in the stream of the beat whose part a port reads at an address."""
        window, number = divmod(address // self.part, self.burst)
        assert window % self.ports == port, f"port {port} reads {address:#x} of port {window % self.ports}"
        return (window // self.ports * self.burst + number) * self.beat


class Rules:
    """The rules of all ports, each of which asks for its part of every beat."""

    def __init__(self, dut: HierarchyObject, layout: Layout) -> None:
        self.ports = [ReadRules(dut, layout, port) for port in range(layout.ports)]

    def expect(self, base: int, beats: int) -> None:
        for port in self.ports:
            port.expect(base, beats)

    def expect_behind(self, base: int, beats: int) -> None:
        for port in self.ports:
            port.expect_behind(base, beats)

    def complete(self) -> None:
        for port in self.ports:
            port.complete()

    def dropped(self) -> None:
        """A job was dropped on all ports."""
        for port in self.ports:
            port.dropped()

    @property
    def asked(self) -> int:
        """Beats that every port has asked for."""
        return min(port.asked for port in self.ports)

    @property
    def come(self) -> int:
        """Beats of which any part has come."""
        return max(port.come for port in self.ports)

    @property
    def bursts(self) -> list[Burst]:
        """Those of the first port."""
        return self.ports[0].bursts


class ReadRules:
    """Watches one port and keeps its bursts of the jobs under way."""

    def __init__(self, dut: HierarchyObject, layout: Layout, port: int, name: str | None = None) -> None:
        self.dut, self.layout, self.port = dut, layout, port
        self.beat, self.burst = layout.part, layout.burst
        names = "arvalid arready araddr arlen arsize arburst arcache arprot rvalid rready".split()
        self.name = name or f"m_axi_wgt{port}"
        self.pins = {pin: getattr(dut, f"{self.name}_{pin}") for pin in names}
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
            assert int(self.pins["rready"].value), "rready is low"
            offered = self.offered()
            assert not (in_reset and offered), f"{offered} in reset"
            in_reset = False
            assert waiting is None or offered == waiting, f"{self.name}_ar offered {waiting}, then {offered}"
            waiting = offered
            if offered:
                self.obeys(offered)
            if offered and int(self.pins["arready"].value):
                self.take(offered)
                waiting = None
            if int(self.pins["rvalid"].value):
                self.come += 1

    def dropped(self) -> None:
        """A job was dropped: only a request that waits to be taken may still go out."""
        self.left, self.waiting = self.waiting_beats(), []

    def waiting_beats(self) -> int:
        """Beats of the request that waits to be taken."""
        burst = self.offered()
        return burst.beats if burst else 0

    def offered(self) -> Burst | None:
        """The request that is valid now."""
        if not int(self.pins["arvalid"].value):
            return None
        address, length = int(self.pins["araddr"].value), int(self.pins["arlen"].value)
        return Burst(address, length + 1, *(int(self.pins[name].value) for name in ("arsize", "arburst", "arcache", "arprot")))

    def obeys(self, burst: Burst) -> None:
        """The rules of one burst."""
        assert burst.kind == INCR, f"{burst} is not INCR"
        assert 1 << burst.size == self.beat, f"{burst} is not as wide as the bus"
        assert burst.cache == NORMAL_NOT_CACHED and burst.prot == UNPRIVILEGED_SECURE_DATA, f"{burst}"
        assert burst.address % self.beat == 0, f"{burst} is not aligned"
        assert burst.beats <= self.burst, f"{burst} is too long"
        last = burst.address + burst.beats * self.beat - 1
        assert burst.address // PAGE == last // PAGE, f"{burst} crosses 4 KiB"

    def take(self, burst: Burst) -> None:
        """A burst belongs to the job, follows the one before, and there is room for it."""
        if not self.left and self.waiting:
            self.next, self.left = self.waiting.pop(0)
        place = self.layout.stream(self.port, burst.address)
        assert place == self.next, f"burst at {place:#x}, not {self.next:#x}"
        assert burst.beats <= self.left, f"{burst} is longer than the {self.left} beats that are left"
        self.next += burst.beats * self.layout.beat
        self.left -= burst.beats
        self.asked += burst.beats
        self.bursts.append(burst)
        assert self.asked - self.come <= ROOM, f"{self.asked - self.come} beats under way, room for {ROOM}"
