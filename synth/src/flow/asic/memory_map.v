// Block memories with one read port and one write port become macros: no standard cell library has them.
(* techmap_celltype = "$mem_v2" *)
module trine_memory_map (RD_CLK, RD_EN, RD_ARST, RD_SRST, RD_ADDR, RD_DATA, WR_CLK, WR_EN, WR_ADDR, WR_DATA);
  parameter MEMID = "";
  parameter SIZE = 0;
  parameter OFFSET = 0;
  parameter ABITS = 0;
  parameter WIDTH = 0;
  parameter INIT = 1'bx;
  parameter RD_PORTS = 0;
  parameter RD_CLK_ENABLE = 0;
  parameter RD_CLK_POLARITY = 0;
  parameter RD_TRANSPARENCY_MASK = 0;
  parameter RD_COLLISION_X_MASK = 0;
  parameter RD_WIDE_CONTINUATION = 0;
  parameter RD_CE_OVER_SRST = 0;
  parameter RD_ARST_VALUE = 0;
  parameter RD_SRST_VALUE = 0;
  parameter RD_INIT_VALUE = 0;
  parameter WR_PORTS = 0;
  parameter WR_CLK_ENABLE = 0;
  parameter WR_CLK_POLARITY = 0;
  parameter WR_PRIORITY_MASK = 0;
  parameter WR_WIDE_CONTINUATION = 0;
  input [RD_PORTS-1:0] RD_CLK, RD_EN, RD_ARST, RD_SRST;
  input [RD_PORTS*ABITS-1:0] RD_ADDR;
  output [RD_PORTS*WIDTH-1:0] RD_DATA;
  input [WR_PORTS-1:0] WR_CLK;
  input [WR_PORTS*WIDTH-1:0] WR_EN;
  input [WR_PORTS*ABITS-1:0] WR_ADDR;
  input [WR_PORTS*WIDTH-1:0] WR_DATA;

  // Resets of the output register must be tied low
  parameter _TECHMAP_CONSTMSK_RD_ARST_ = 0;
  parameter _TECHMAP_CONSTVAL_RD_ARST_ = 0;
  parameter _TECHMAP_CONSTMSK_RD_SRST_ = 0;
  parameter _TECHMAP_CONSTVAL_RD_SRST_ = 0;
  localparam RESETS = !_TECHMAP_CONSTMSK_RD_ARST_ || _TECHMAP_CONSTVAL_RD_ARST_
                   || !_TECHMAP_CONSTMSK_RD_SRST_ || _TECHMAP_CONSTVAL_RD_SRST_;
  localparam PORTS = RD_PORTS != 1 || WR_PORTS != 1 || !RD_CLK_ENABLE || !RD_CLK_POLARITY || !WR_CLK_POLARITY;
  wire _TECHMAP_FAIL_ = RESETS || PORTS || RD_TRANSPARENCY_MASK != 0 || OFFSET != 0;

  trine_memory #(.WORDS(SIZE), .WIDTH(WIDTH), .ADDRESS(ABITS)) _TECHMAP_REPLACE_ (
    .clk_i(WR_CLK),
    .write_i(WR_EN),
    .write_at_i(WR_ADDR),
    .data_i(WR_DATA),
    .read_i(RD_EN),
    .read_at_i(RD_ADDR),
    .data_o(RD_DATA)
  );
endmodule
