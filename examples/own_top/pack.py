"""The bytes of a unit's streams, with the standard library alone; docs/reference/packing.md explains them.

`unit` is the `config` of `manifest.json`: lanes, columns, weight_code, weight_bus.
"""


def encode(trits):
    """The byte of five trits, in stream order."""
    d = [t % 3 for t in trits]  # -1 is 2
    upper, single, lower = 3 * d[3] + d[2], d[4], 3 * d[1] + d[0]
    if upper == 8:  # (-1, -1) has no number: the single takes its place
        upper, single = single, 3
    if lower == 8:  # no number here, either: top bit and Q mark it, the rest moves
        return (4 | single) << 5 | 3 << 3 | upper
    return upper << 5 | single << 3 | lower


def decode(byte):
    """The five trits of a byte, in stream order; None for the 13 illegal bytes."""
    upper, single, lower = byte >> 5, byte >> 3 & 3, byte & 7
    if single == 3 and upper & 4:
        upper, single, lower = lower, upper & 3, 8
    if single == 3:
        if upper > 2:
            return None
        upper, single = 8, upper
    return [(d + 1) % 3 - 1 for d in (lower % 3, lower // 3, upper % 3, upper // 3, single)]


def two_bit(trits):
    """The byte of four trits, the first in the lowest bits: 00 is 0, 01 is +1, 11 is -1."""
    return sum((t & 3) << 2 * i for i, t in enumerate(trits))


CODES = {"base3": (5, encode), "two-bit": (4, two_bit)}


def activations(x, unit):
    """The stream of x[M][K]: lane chunks outermost, then tokens, a byte a lane; lanes beyond K are 0."""
    lanes, depth = unit["lanes"], len(x[0])
    chunks = range(0, depth, lanes)
    return bytes(row[k] & 255 if k < depth else 0 for c in chunks for row in x for k in range(c, c + lanes))


def weights(w, unit):
    """The stream of w[K][N]: column blocks outermost, then lane chunks, a tile each; places beyond K and N are 0."""
    lanes, columns, depth, outputs = unit["lanes"], unit["columns"], len(w), len(w[0])
    per_byte, byte = CODES[unit["weight_code"]]
    beat = unit["weight_bus"] // 8 * per_byte
    stream = []
    for block in range(0, outputs, columns):
        for chunk in range(0, depth, lanes):
            places = [(k, n) for n in range(block, block + columns) for k in range(chunk, chunk + lanes)]
            tile = [w[k][n] if k < depth and n < outputs else 0 for k, n in places]
            tile += [0] * (-len(tile) % beat)
            stream += [byte(tile[i : i + per_byte]) for i in range(0, len(tile), per_byte)]
    return bytes(stream)


def results(stream, tokens, outputs, unit):
    """y[M][N] of the result stream: column blocks outermost, then tokens, a little-endian int32 a column."""
    columns = unit["columns"]
    words = [int.from_bytes(stream[i : i + 4], "little", signed=True) for i in range(0, len(stream), 4)]
    return [[words[(n // columns * tokens + m) * columns + n % columns] for n in range(outputs)] for m in range(tokens)]
