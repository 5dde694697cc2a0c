// Lattice ECP5: a block RAM of 18 kbit; simulation model.
//
// Two ports A and B of 1, 2, 4, 9 or 18 bits each, or a write port A and a read port B of 36 bits. A row is two bytes of
// nine bits; ports of 1, 2 and 4 bits leave the ninth bit of a byte alone. Ports of 18 and 36 bits take their lowest
// address pins as byte enables of a write. A port reads in cycles without a write of its own; what the other port writes
// in that cycle is not seen yet. RST clears the output register, or without one the output.
/* verilator lint_off DECLFILENAME */
/* verilator lint_off MULTIDRIVEN */
/* verilator lint_off UNUSEDPARAM */ // settings without a meaning in simulation
/* verilator lint_off UNUSEDSIGNAL */ // address pins that a width leaves alone
/* verilator lint_off WIDTHEXPAND */ // strings of different length
module DP16KD #(
  parameter DATA_WIDTH_A = 18,
  parameter DATA_WIDTH_B = 18,
  parameter REGMODE_A = "NOREG",
  parameter REGMODE_B = "NOREG",
  parameter RESETMODE = "SYNC",
  parameter ASYNC_RESET_RELEASE = "SYNC",
  parameter CSDECODE_A = "0b000",
  parameter CSDECODE_B = "0b000",
  parameter WRITEMODE_A = "NORMAL",
  parameter WRITEMODE_B = "NORMAL",
  parameter CLKAMUX = "CLKA",
  parameter CLKBMUX = "CLKB",
  parameter GSR = "ENABLED",
  parameter [319:0] INITVAL_00 = 320'd0, INITVAL_01 = 320'd0, INITVAL_02 = 320'd0, INITVAL_03 = 320'd0,
  parameter [319:0] INITVAL_04 = 320'd0, INITVAL_05 = 320'd0, INITVAL_06 = 320'd0, INITVAL_07 = 320'd0,
  parameter [319:0] INITVAL_08 = 320'd0, INITVAL_09 = 320'd0, INITVAL_0A = 320'd0, INITVAL_0B = 320'd0,
  parameter [319:0] INITVAL_0C = 320'd0, INITVAL_0D = 320'd0, INITVAL_0E = 320'd0, INITVAL_0F = 320'd0,
  parameter [319:0] INITVAL_10 = 320'd0, INITVAL_11 = 320'd0, INITVAL_12 = 320'd0, INITVAL_13 = 320'd0,
  parameter [319:0] INITVAL_14 = 320'd0, INITVAL_15 = 320'd0, INITVAL_16 = 320'd0, INITVAL_17 = 320'd0,
  parameter [319:0] INITVAL_18 = 320'd0, INITVAL_19 = 320'd0, INITVAL_1A = 320'd0, INITVAL_1B = 320'd0,
  parameter [319:0] INITVAL_1C = 320'd0, INITVAL_1D = 320'd0, INITVAL_1E = 320'd0, INITVAL_1F = 320'd0,
  parameter [319:0] INITVAL_20 = 320'd0, INITVAL_21 = 320'd0, INITVAL_22 = 320'd0, INITVAL_23 = 320'd0,
  parameter [319:0] INITVAL_24 = 320'd0, INITVAL_25 = 320'd0, INITVAL_26 = 320'd0, INITVAL_27 = 320'd0,
  parameter [319:0] INITVAL_28 = 320'd0, INITVAL_29 = 320'd0, INITVAL_2A = 320'd0, INITVAL_2B = 320'd0,
  parameter [319:0] INITVAL_2C = 320'd0, INITVAL_2D = 320'd0, INITVAL_2E = 320'd0, INITVAL_2F = 320'd0,
  parameter [319:0] INITVAL_30 = 320'd0, INITVAL_31 = 320'd0, INITVAL_32 = 320'd0, INITVAL_33 = 320'd0,
  parameter [319:0] INITVAL_34 = 320'd0, INITVAL_35 = 320'd0, INITVAL_36 = 320'd0, INITVAL_37 = 320'd0,
  parameter [319:0] INITVAL_38 = 320'd0, INITVAL_39 = 320'd0, INITVAL_3A = 320'd0, INITVAL_3B = 320'd0,
  parameter [319:0] INITVAL_3C = 320'd0, INITVAL_3D = 320'd0, INITVAL_3E = 320'd0, INITVAL_3F = 320'd0
) (
  input  wire DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2,
      DIA1, DIA0,
  input  wire ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0,
  input  wire CEA, OCEA, CLKA, WEA, RSTA, CSA2, CSA1, CSA0,
  input  wire DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2,
      DIB1, DIB0,
  input  wire ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0,
  input  wire CEB, OCEB, CLKB, WEB, RSTB, CSB2, CSB1, CSB0,
  output wire DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2,
      DOA1, DOA0,
  output wire DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2,
      DOB1, DOB0
);
  reg [17:0] ram [0:1023];

  // Each setting holds sixteen rows, twenty bits apart.
  localparam [20479:0] INIT = {
    INITVAL_3F, INITVAL_3E, INITVAL_3D, INITVAL_3C, INITVAL_3B, INITVAL_3A, INITVAL_39, INITVAL_38,
    INITVAL_37, INITVAL_36, INITVAL_35, INITVAL_34, INITVAL_33, INITVAL_32, INITVAL_31, INITVAL_30,
    INITVAL_2F, INITVAL_2E, INITVAL_2D, INITVAL_2C, INITVAL_2B, INITVAL_2A, INITVAL_29, INITVAL_28,
    INITVAL_27, INITVAL_26, INITVAL_25, INITVAL_24, INITVAL_23, INITVAL_22, INITVAL_21, INITVAL_20,
    INITVAL_1F, INITVAL_1E, INITVAL_1D, INITVAL_1C, INITVAL_1B, INITVAL_1A, INITVAL_19, INITVAL_18,
    INITVAL_17, INITVAL_16, INITVAL_15, INITVAL_14, INITVAL_13, INITVAL_12, INITVAL_11, INITVAL_10,
    INITVAL_0F, INITVAL_0E, INITVAL_0D, INITVAL_0C, INITVAL_0B, INITVAL_0A, INITVAL_09, INITVAL_08,
    INITVAL_07, INITVAL_06, INITVAL_05, INITVAL_04, INITVAL_03, INITVAL_02, INITVAL_01, INITVAL_00
  };
  integer row;
  initial for (row = 0; row < 1024; row = row + 1) ram[row] = INIT[20 * row +: 18];

  // Where a narrow word starts in its row, and which bits it takes.
  function [4:0] start(input integer width, input [3:0] low);
    start = (width >= 18 ? 5'd0 : low[3] ? 5'd9 : 5'd0) + (width >= 9 ? 5'd0 : width == 4 ? {2'd0, low[2], 2'd0} :
            width == 2 ? {2'd0, low[2:1], 1'b0} : {2'd0, low[2:0]});
  endfunction
  function [17:0] taken(input integer width, input [1:0] bytes);
    taken = width >= 18 ? {{9{bytes[1]}}, {9{bytes[0]}}} : width == 9 ? 18'h1FF : width == 4 ? 18'hF :
            width == 2 ? 18'h3 : 18'h1;
  endfunction

  wire [17:0] di_a = {DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3,
      DIA2, DIA1, DIA0};
  wire [13:0] ad_a = {ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0};
  wire on_a = CEA & ~(CSA2 | CSA1 | CSA0);
  wire [17:0] di_b = {DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3,
      DIB2, DIB1, DIB0};
  wire [13:0] ad_b = {ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0};
  wire on_b = CEB & ~(CSB2 | CSB1 | CSB0);
  wire [4:0] start_a = start(DATA_WIDTH_A, ad_a[3:0]);
  wire [4:0] start_b = start(DATA_WIDTH_B, ad_b[3:0]);
  wire [17:0] mask_a = taken(DATA_WIDTH_A, ad_a[1:0]) << start_a;
  wire [17:0] mask_b = taken(DATA_WIDTH_B, ad_b[1:0]) << start_b;
  wire [17:0] mask_high = taken(18, ad_a[3:2]);
  reg [17:0] out_a, out_b, reg_a, reg_b;

  generate
    if (DATA_WIDTH_A == 36) begin : wide_write
      always @(posedge CLKA) if (on_a & WEA) begin
        ram[{ad_a[13:5], 1'b0}] <= (ram[{ad_a[13:5], 1'b0}] & ~mask_a) | (di_a & mask_a);
        ram[{ad_a[13:5], 1'b1}] <= (ram[{ad_a[13:5], 1'b1}] & ~mask_high) | (di_b & mask_high);
      end
    end else begin : port_a
      always @(posedge CLKA) begin
        if (on_a & WEA) ram[ad_a[13:4]] <= (ram[ad_a[13:4]] & ~mask_a) | ((di_a << start_a) & mask_a);
        if (RSTA & REGMODE_A == "NOREG") out_a <= 18'd0;
        else if (on_a & ~WEA) out_a <= (ram[ad_a[13:4]] >> start_a) & taken(DATA_WIDTH_A, 2'b11);
        if (RSTA) reg_a <= 18'd0;
        else if (OCEA) reg_a <= out_a;
      end
    end
    if (DATA_WIDTH_B == 36) begin : wide_read
      always @(posedge CLKB) begin
        if (RSTB & REGMODE_B == "NOREG") {out_b, out_a} <= 36'd0;
        else if (on_b) {out_b, out_a} <= {ram[{ad_b[13:5], 1'b1}], ram[{ad_b[13:5], 1'b0}]};
        if (RSTB) {reg_b, reg_a} <= 36'd0;
        else if (OCEB) {reg_b, reg_a} <= {out_b, out_a};
      end
    end else begin : port_b
      always @(posedge CLKB) begin
        if (on_b & WEB & DATA_WIDTH_A != 36)
          ram[ad_b[13:4]] <= (ram[ad_b[13:4]] & ~mask_b) | ((di_b << start_b) & mask_b);
        if (RSTB & REGMODE_B == "NOREG") out_b <= 18'd0;
        else if (on_b & ~WEB) out_b <= (ram[ad_b[13:4]] >> start_b) & taken(DATA_WIDTH_B, 2'b11);
        if (RSTB) reg_b <= 18'd0;
        else if (OCEB) reg_b <= out_b;
      end
    end
  endgenerate

  assign {DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1,
      DOA0} = (DATA_WIDTH_B == 36 ? REGMODE_B : REGMODE_A) == "OUTREG" ? reg_a : out_a;
  assign {DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1,
      DOB0} = REGMODE_B == "OUTREG" ? reg_b : out_b;
endmodule
