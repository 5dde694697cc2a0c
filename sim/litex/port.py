"""The simulated SoC behind a pseudo-terminal, as a board is behind its serial port.

    python3 port.py BUILD PATH

BUILD is a folder of simulation.build, such as target/soc-sim/orangecrab/soc. PATH becomes a link to the terminal. The simulated
clock runs only while a frame of uartbone is sent or answered. `ready` is printed when a client can come.
"""

import os
import pty
import select
import sys
import tty
from pathlib import Path

import simulation

WRITE, READ = (1, 3), (2, 4)
HEADER = 6
# Seconds of silence after which the rest of a frame does not come any more; the driver waits longer before it begins anew
GAP = 0.5


def frames(waiting):
    """Takes whole frames off the front of `waiting`, each with the number of bytes that answer it."""
    while waiting:
        command = waiting[0]
        if command not in WRITE + READ:
            del waiting[0]
            continue
        if len(waiting) < 2:
            return
        words = 4 * waiting[1]
        length = HEADER + (words if command in WRITE else 0)
        if len(waiting) < length:
            return
        frame = bytes(waiting[:length])
        del waiting[:length]
        yield frame, words if command in READ else 0


def main(build, path):
    line = simulation.Line(Path(build, "soc.so").resolve())
    master, slave = pty.openpty()
    tty.setraw(slave)
    os.symlink(os.ttyname(slave), path)
    print("ready", flush=True)
    waiting = bytearray()
    while True:
        if not select.select([master], [], [], GAP)[0]:
            waiting.clear()
            continue
        waiting += os.read(master, 1 << 16)
        for frame, answer in frames(waiting):
            line.write(frame)
            os.write(master, line.read(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
