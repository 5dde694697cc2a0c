#!/bin/sh
# LiteEth's Etherbone answers to its own port number, whatever port asked, and reads wrong addresses where a record also writes.
#
# Seen on 2026-11-30 with liteeth 2024.12, litex 2024.12 and migen 0.10.0, in migen's simulation of LiteEthEtherbone in front of a memory
# whose words are their own numbers. 1. A read that comes from UDP port 5555 is answered to port 1234, the core's own (udp_port). One
# would expect the port that asked. LiteX's client binds the same port number at its end, and so does ours. 2. A record that writes three
# words and then reads address 0x20, with return address 0x40, is answered with the word at 0x40: the state RECEIVE_BASE_RET_ADDR looks
# at the return address and does not take it, so that it counts as the first address to read. One would expect the word at 0x20. The
# last address stays in the buffer, and the next record, a read of one word, gets no answer. The core's own words on its limits name
# one record a packet and no address spaces, and not this. LiteX's client writes and reads in records of their own, and so does ours.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install litex==2024.12 liteeth==2024.12 migen==0.10.0 pyserial==3.5
cat >core.py <<'PYTHON'
from liteeth.core.udp import LiteEthUDPUserPort
from liteeth.frontend.etherbone import LiteEthEtherbone
from litex.gen import LiteXModule
from litex.soc.interconnect import wishbone
from litex.tools.remote.etherbone import EtherbonePacket, EtherboneReads, EtherboneRecord, EtherboneWrites
from migen.sim import run_simulation


class Udp:
    """The user port of LiteEth's UDP core, in the place of its crossbar."""

    dw = 8

    def __init__(self):
        self.crossbar, self.port = self, LiteEthUDPUserPort(32)

    def get_port(self, udp_port, dw, cd):
        return self.port


class Core(LiteXModule):
    def __init__(self):
        udp = Udp()
        self.received, self.sent = udp.port.source, udp.port.sink
        self.etherbone = LiteEthEtherbone(udp, 1234, buffer_depth=16)
        self.memory = wishbone.SRAM(256, init=range(64))
        self.comb += self.etherbone.wishbone.bus.connect(self.memory.bus)


def packet(writes, reads, to=0x10):
    record = EtherboneRecord()
    record.writes = EtherboneWrites(base_addr=to, datas=writes) if writes else None
    record.reads = EtherboneReads(base_ret_addr=0x40, addrs=reads)
    made = EtherbonePacket()
    made.records = [record]
    made.encode()
    return bytes(made.bytes)


def send(core, packets):
    port = core.received
    for sent in packets:
        for at in range(0, len(sent), 4):
            last = at + 4 == len(sent)
            for signal, value in {"valid": 1, "data": int.from_bytes(sent[at : at + 4], "little"), "last": last,
                                  "last_be": 8 * last, "length": len(sent), "src_port": 5555, "ip_address": 1}.items():
                yield getattr(port, signal).eq(value)
            yield
            while not (yield port.ready):
                yield
        yield port.valid.eq(0)
        for _ in range(100):
            yield


def receive(core, answers, cycles):
    yield core.sent.ready.eq(1)
    answer = b""
    for _ in range(cycles):
        if (yield core.sent.valid):
            answer += (yield core.sent.data).to_bytes(4, "little")
            if (yield core.sent.last):
                answers.append(((yield core.sent.dst_port), answer))
                answer = b""
        yield


core, answers = Core(), []
packets = [packet([], [0x20]), packet([7, 7, 7], [0x20], to=0x10), packet([], [0x20])]
run_simulation(core, [send(core, packets), receive(core, answers, 450)])
for port, answer in answers:
    print(f"answer to port {port}: return address {int.from_bytes(answer[12:16]):#x}, word {int.from_bytes(answer[16:20])}")
print(f"{len(answers)} answers to {len(packets)} packets")
PYTHON
venv/bin/python core.py >seen 2>log || { cat log; exit 1; }
cat seen
cat >expected <<'TEXT'
answer to port 1234: return address 0x40, word 8
answer to port 1234: return address 0x40, word 16
2 answers to 3 packets
TEXT
cmp seen expected || { echo "this behaviour changed"; exit 1; }
