// Lattice ECP5: two bits of a carry chain, each with a four-input LUT; simulation model.
/* verilator lint_off DECLFILENAME */
/* verilator lint_off WIDTHEXPAND */ // strings of different length
module CCU2C #(
  parameter [15:0] INIT0 = 16'h0000,
  parameter [15:0] INIT1 = 16'h0000,
  parameter INJECT1_0 = "YES",
  parameter INJECT1_1 = "YES"
) (
  input  wire CIN,
  input  wire A0, B0, C0, D0,
  input  wire A1, B1, C1, D1,
  output wire S0, S1,
  output wire COUT
);
  wire propagate0 = INIT0[{D0, C0, B0, A0}];
  wire propagate1 = INIT1[{D1, C1, B1, A1}];
  wire generate0 = INJECT1_0 != "YES" && INIT0[{2'b00, B0, A0}];
  wire generate1 = INJECT1_1 != "YES" && INIT1[{2'b00, B1, A1}];
  wire carry = propagate0 ? CIN : generate0;
  assign S0 = propagate0 ^ (INJECT1_0 != "YES" && CIN);
  assign S1 = propagate1 ^ (INJECT1_1 != "YES" && carry);
  assign COUT = propagate1 ? carry : generate1;
endmodule
