"""Trits, tiles and beats in Python, written from their description and not from the code that packs them."""

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.int64]

TRITS_PER_BYTE = {"base3": 5, "two-bit": 4}


def base3(trits: list[int]) -> int:
    """The byte `P[2:0] Q[1:0] B[2:0]` of five trits: P codes trits 3 and 2, Q trit 4, B trits 1 and 0.

    A pair is its base-3 number, 0 to 7, with 2 for -1. The ninth pair (-1, -1) has no number. At the top it shows as a
    single of 3, and the true single takes the pair's place. At the bottom it shows as Q = 3 with P's top bit set; the
    single then lies in P's low bits and the upper pair in B.
    """
    d0, d1, d2, d3, d4 = (t % 3 for t in trits)
    upper, lower = 3 * d3 + d2, 3 * d1 + d0
    pair, single = (d4, 3) if upper == 8 else (upper, d4)
    if lower == 8:
        return (4 | single) << 5 | 3 << 3 | pair
    return pair << 5 | single << 3 | lower


def two_bit(trits: list[int]) -> int:
    """The byte of four trits, the first lowest: 00 is 0, 01 is 1, 11 is -1."""
    return sum({0: 0, 1: 1, -1: 3}[t] << 2 * i for i, t in enumerate(trits))


def pack(trits: npt.NDArray[np.int64], code: str, size: int) -> bytes:
    """A tile's trits in whole beats of `size` bytes, zero trits behind them."""
    per_byte = TRITS_PER_BYTE[code]
    beats = -(-len(trits) // (size * per_byte))
    padded = np.zeros(beats * size * per_byte, dtype=np.int64)
    padded[: len(trits)] = trits
    encode = base3 if code == "base3" else two_bit
    return bytes(encode(group) for group in padded.reshape(-1, per_byte).tolist())


def activations(x: Matrix, lanes: int, filler: npt.NDArray[np.int64]) -> bytes:
    """The stream of `x[M, K]`: lane chunks outermost, tokens innermost; lanes beyond K carry `filler`'s bytes."""
    tokens, depth = x.shape
    chunks = -(-depth // lanes)
    padded = np.resize(filler, (tokens, chunks * lanes))
    padded[:, :depth] = x
    return padded.reshape(tokens, chunks, lanes).transpose(1, 0, 2).astype(np.int8).tobytes()


def weights(w: Matrix, lanes: int, columns: int, code: str, size: int) -> bytes:
    """The stream of `w[K, N]`: column blocks outermost, then lane chunks; a tile runs column by column."""
    depth, outputs = w.shape
    chunks, blocks = -(-depth // lanes), -(-outputs // columns)
    padded = np.zeros((chunks * lanes, blocks * columns), dtype=np.int64)
    padded[:depth, :outputs] = w
    tiles = padded.reshape(chunks, lanes, blocks, columns).transpose(2, 0, 3, 1)
    return b"".join(pack(tile.reshape(-1), code, size) for block in tiles for tile in block)


def words(beat: bytes, filler: bytes) -> bytes:
    """A beat in whole words, lowest bytes first; what is beyond the beat carries `filler`."""
    return beat + filler[: -len(beat) % 4]


def results(data: bytes, tokens: int, outputs: int, columns: int) -> Matrix:
    """`y[M, N]` out of the result stream: column blocks outermost, tokens innermost, int32 a column."""
    blocks = -(-outputs // columns)
    beats = np.frombuffer(data, dtype="<i4").reshape(blocks, tokens, columns)
    return beats.transpose(1, 0, 2).reshape(tokens, blocks * columns)[:, :outputs].astype(np.int64)


def result_keep(tokens: int, outputs: int, columns: int) -> list[int]:
    """`tkeep` of the whole result stream, byte by byte: columns beyond N are not kept."""
    blocks = -(-outputs // columns)
    real = [
        block * columns + column < outputs
        for block in range(blocks)
        for _ in range(tokens)
        for column in range(columns)
    ]
    return [int(kept) for kept in real for _ in range(4)]
