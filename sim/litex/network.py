"""The simulated SoC behind a UDP port of this machine, as a board is behind its Ethernet.

    python3 network.py BUILD

BUILD is a folder of simulation.build for etherbone, such as target/soc-sim/etherbone/soc. The simulated clock runs only while a
packet is sent or answered. `etherbone:HOST:PORT` is printed when a client can come. LiteEth's core would answer to its own port
number; this answers to whoever asked.
"""

import ctypes
import socket
import sys
from pathlib import Path

from simulation import PATIENCE

# Words of the longest packet of the core: two headers, an address and a buffer full of words
ROOM = 32


class Packets:
    """The simulated SoC: packets in, packets out."""

    def __init__(self, library):
        self.library = ctypes.CDLL(str(library))
        self.library.exchange.restype = ctypes.c_size_t
        words = ctypes.POINTER(ctypes.c_uint32)
        self.library.exchange.argtypes = [words, ctypes.c_size_t, words, ctypes.c_size_t, ctypes.c_bool, ctypes.c_uint64]
        self.library.reset()

    def answer(self, packet):
        """The answer to a packet; nothing where it has none."""
        probes, reads = packet[2] & 1, len(packet) > 11 and packet[11]
        words = [int.from_bytes(packet[at : at + 4], "little") for at in range(0, len(packet), 4)]
        sent, came = (ctypes.c_uint32 * len(words))(*words), (ctypes.c_uint32 * ROOM)()
        count = self.library.exchange(sent, len(words), came, ROOM, bool(probes or reads), PATIENCE)
        return b"".join(word.to_bytes(4, "little") for word in came[:count])


def main(build):
    packets = Packets(Path(build, "soc.so").resolve())
    port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    port.bind(("127.0.0.1", 0))
    print(f"etherbone:127.0.0.1:{port.getsockname()[1]}", flush=True)
    while True:
        packet, client = port.recvfrom(2048)
        answer = packets.answer(packet)
        if answer:
            port.sendto(answer, client)


if __name__ == "__main__":
    main(*sys.argv[1:])
