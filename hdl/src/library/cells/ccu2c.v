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
  // An unknown input leaves the output known where both entries of the table are equal, as in the device.
  function look_up(input [15:0] init, input d, input c, input b, input a);
    reg [7:0] of_d;
    reg [3:0] of_c;
    reg [1:0] of_b;
    begin
      of_d = d ? init[15:8] : init[7:0];
      of_c = c ? of_d[7:4] : of_d[3:0];
      of_b = b ? of_c[3:2] : of_c[1:0];
      look_up = a ? of_b[1] : of_b[0];
    end
  endfunction
  wire propagate0 = look_up(INIT0, D0, C0, B0, A0);
  wire propagate1 = look_up(INIT1, D1, C1, B1, A1);
  wire generate0 = INJECT1_0 != "YES" && look_up(INIT0, 1'b0, 1'b0, B0, A0);
  wire generate1 = INJECT1_1 != "YES" && look_up(INIT1, 1'b0, 1'b0, B1, A1);
  wire carry = propagate0 ? CIN : generate0;
  assign S0 = propagate0 ^ (INJECT1_0 != "YES" && CIN);
  assign S1 = propagate1 ^ (INJECT1_1 != "YES" && carry);
  assign COUT = propagate1 ? carry : generate1;
endmodule
