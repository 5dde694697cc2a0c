"""A job's beats through the windows of a unit, in the order of a host that does one thing at a time."""

import layout
from cocotbext.axi import AxiResp
from unit import Unit


async def send(unit: Unit, window: str, stream: bytes, beat: int, mark: str, may_fail: bool = False) -> None:
    """Writes beats to a window; each is a burst over rising addresses. A job that `may_fail` may refuse them."""
    for start in range(0, len(stream), beat):
        if mark and start + beat == len(stream):
            await unit.write("CTRL", unit.mask("CTRL", mark))
        words = layout.words(stream[start : start + beat], unit.rng.bytes(4))
        # Any word of the window will do.
        offset = unit.windows[window].offset + 4 * int(unit.rng.integers(256 - len(words) // 4))
        assert (await unit.axil.write(offset, words)).resp == AxiResp.OKAY or may_fail


async def receive(unit: Unit, tokens: int) -> bytes:
    """Reads the results of a column block."""
    results = b""
    for _ in range(tokens):
        answer = await unit.axil.read(unit.windows["RES_WINDOW"].offset, 4 * unit.columns)
        assert answer.resp == AxiResp.OKAY
        results += answer.data
    return results
