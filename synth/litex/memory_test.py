"""A test of the memory behind LiteDRAM's controller, from the host: data lines, address lines, and random words.

It overwrites what the memory holds. `bus` is LiteX's client; the memory is its region `main_ram`.
"""

import random

from fault import MemoryFault

# Bytes of a word of the bus
WORD = 4
ALL = 0xFFFF_FFFF
# Words of one request: the protocol counts them in a byte
REQUEST = 128
# Two bursts of 16 lines, so that every line has every bit of the test in each of its transfers
BURSTS = 8


def check(bus, words=4096, seed=1, say=print):
    """Raises MemoryFault with the first word that is wrong. `words` is how many random ones are written and read."""
    base, size = bus.mems.main_ram.base, bus.mems.main_ram.size
    data_lines(bus, base)
    lines = address_lines(bus, base, size)
    random_words(bus, base, size, words, seed)
    say(f"memory test: data lines, {lines} address lines and {words} random words in {size:,} bytes, no fault")


def data_lines(bus, base):
    """Walks a one and a zero over every bit of two bursts."""
    for bit in range(8 * WORD):
        for flip in 0, ALL:
            values = [1 << (bit + word) % (8 * WORD) ^ flip for word in range(BURSTS)]
            bus.write(base, values)
            compare(base, values, bus.read(base, BURSTS), "data lines")


def address_lines(bus, base, size):
    """Writes other words to address 0 and to every power of two, and reads all of them; how many lines that were."""
    bits = range((WORD - 1).bit_length(), (size - 1).bit_length())
    places = [0, *[1 << bit for bit in bits]]
    for flip in 0, ALL:
        values = {place: (place * 0x9E37_79B1 + 0x0123_4567 & ALL) ^ flip for place in places}
        for place, value in values.items():
            bus.write(base + place, [value])
        for place, value in values.items():
            got = bus.read(base + place, 1)[0]
            others = [other for other, written in values.items() if written == got and other != place]
            hint = f"; that is the word of 0x{base + others[0]:08x}, so an address line is stuck or joined to another" if others else ""
            compare(base + place, [value], [got], "address lines", hint)
    return len(bits)


def random_words(bus, base, size, words, seed):
    """Writes random words to random places, and reads all of them when the last one is written."""
    rng = random.Random(seed)
    requests = -(-words // REQUEST)
    # Places do not overlap
    places = [base + WORD * REQUEST * slot for slot in rng.sample(range(size // (WORD * REQUEST)), requests)]
    blocks = [[rng.getrandbits(8 * WORD) for _ in range(min(REQUEST, words - REQUEST * block))] for block in range(requests)]
    for place, values in zip(places, blocks):
        bus.write(place, values)
    for place, values in zip(places, blocks):
        compare(place, values, bus.read(place, len(values)), f"random words, seed {seed}")


def compare(place, written, read, name, hint=""):
    for index, (value, got) in enumerate(zip(written, read, strict=True)):
        if value != got:
            bits = ", ".join(str(bit) for bit in range(8 * WORD) if (value ^ got) >> bit & 1)
            problem = f"wrote 0x{value:08x}, read 0x{got:08x}, wrong bits {bits}{hint}"
            advice = "start the memory again; if it fails again, look at its supply and at the windows of its read delays"
            raise MemoryFault(f"memory test, {name}: at 0x{place + WORD * index:08x} {problem}. What to do: {advice}")
