#!/bin/sh
# cocotbext-axi connects no AXI4 port without identifiers, which the specification allows, and its error names no signal.
#
# AXI4 makes ARID and RID optional: a master with one identifier leaves them out, and zero is meant. Seen on 2026-11-30 with
# cocotbext-axi 0.1.28, cocotb 2.1.0, cocotb-bus 0.3.0 and Icarus Verilog 11.0: `AxiReadBus.from_prefix` finds no arid and rid,
# says nothing and keeps None for them. Then `AxiRamRead` stops with "'NoneType' object has no attribute 'value'" from
# stream.py. The same port with ARID and RID of one bit works. Without them it works, too, if the bus's classes leave arid and
# rid out of `_signals` and have objects in their place that take and give zero. One would expect them among the optional signals,
# as ARPROT and RRESP are, or an error from `from_prefix` with the names. Others met it: alexforencich/cocotbext-axi#80.
# Needs iverilog.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip --quiet --disable-pip-version-check install cocotbext-axi==0.1.28 cocotb==2.1.0 cocotb-bus==0.3.0
cat >port.v <<'VERILOG'
// Reads four words from address 64 and adds them up
module port(
  input wire clk, input wire rst, output reg done, output reg [31:0] sum,
`ifdef IDENTIFIERS
  output wire [0:0] m_arid, input wire [0:0] m_rid,
`endif
  output wire [31:0] m_araddr, output wire [7:0] m_arlen, output wire [2:0] m_arsize, output wire [1:0] m_arburst,
  output reg m_arvalid, input wire m_arready,
  input wire [31:0] m_rdata, input wire [1:0] m_rresp, input wire m_rlast, input wire m_rvalid, output wire m_rready
);
`ifdef IDENTIFIERS
  assign m_arid = 1'd0;
`endif
  assign m_araddr = 32'd64;
  assign m_arlen = 8'd3;
  assign m_arsize = 3'd2;
  assign m_arburst = 2'd1;
  assign m_rready = 1'b1;
  always @(posedge clk)
    if (rst) begin
      m_arvalid <= 1'b1;
      sum <= 32'd0;
      done <= 1'b0;
    end else begin
      if (m_arready) m_arvalid <= 1'b0;
      if (m_rvalid) sum <= sum + m_rdata;
      if (m_rvalid && m_rlast) done <= 1'b1;
    end
endmodule
VERILOG
cat >check.py <<'PYTHON'
import os
import traceback

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import ClockCycles
from cocotbext.axi import AxiARBus, AxiRamRead, AxiRBus, AxiReadBus


class Zero:
    value = (0,)

    def __len__(self):
        return 0

    def setimmediatevalue(self, value):
        pass


class AddressBus(AxiARBus):
    _signals = [name for name in AxiARBus._signals if name != "arid"]
    arid = Zero()


class DataBus(AxiRBus):
    _signals = [name for name in AxiRBus._signals if name != "rid"]
    rid = Zero()


async def sum_of_four(dut, bus):
    dut.rst.value = 1
    memory = AxiRamRead(bus, dut.clk, dut.rst, size=4096)
    memory.write(64, b"".join(number.to_bytes(4, "little") for number in (1000, 200, 30, 4)))
    await ClockCycles(dut.clk, 4)
    dut.rst.value = 0
    await ClockCycles(dut.clk, 40)
    assert int(dut.done.value)
    return int(dut.sum.value)


@cocotb.test()
async def connects(dut):
    cocotb.start_soon(Clock(dut.clk, 10, "ns").start())
    bus = AxiReadBus.from_prefix(dut, "m")
    if os.environ["WITH"] == "identifiers":
        seen = f"with ARID and RID: the sum is {await sum_of_four(dut, bus)}"
    elif os.environ["WITH"] == "nothing":
        try:
            await sum_of_four(dut, bus)
            seen = "without them: works now"
        except Exception as error:
            place = os.path.basename(traceback.extract_tb(error.__traceback__)[-1].filename)
            seen = f"without them: from_prefix gives {bus.ar.arid} and {bus.r.rid}, then {place}: {type(error).__name__}: {error}"
    else:
        bus = AxiReadBus(AddressBus.from_prefix(dut, "m"), DataBus.from_prefix(dut, "m"))
        seen = f"without them, with objects of one's own: the sum is {await sum_of_four(dut, bus)}"
    with open("seen", "a") as out:
        print(seen, file=out)
PYTHON
cat >run.py <<'PYTHON'
from cocotb_tools.runner import get_runner

for case in ("identifiers", "nothing", "objects"):
    runner = get_runner("icarus")
    defines = {"IDENTIFIERS": 1} if case == "identifiers" else {}
    runner.build(sources=["port.v"], hdl_toplevel="port", build_dir=case, defines=defines, timescale=("1ns", "1ns"))
    runner.test(test_module="check", hdl_toplevel="port", build_dir=case, test_dir=".", extra_env={"WITH": case})
PYTHON
venv/bin/python run.py >log 2>&1 || { cat log; exit 1; }
cat >expected <<'TEXT'
with ARID and RID: the sum is 1234
without them: from_prefix gives None and None, then stream.py: AttributeError: 'NoneType' object has no attribute 'value'
without them, with objects of one's own: the sum is 1234
TEXT
cat seen
diff expected seen || { echo "this behaviour changed"; exit 1; }
