// Lattice ECP5: block RAM of 16 Kbit. With 36 bits port A writes, port B reads, and both halves of the data pins are used.
// The output registers move with OCE and are cleared by RST; without a register RST must stay low.
module DP16KD #(
  parameter DATA_WIDTH_A = 18,
  parameter DATA_WIDTH_B = 18,
  parameter REGMODE_A = "NOREG",
  parameter REGMODE_B = "NOREG",
  parameter RESETMODE = "SYNC",
  parameter ASYNC_RESET_RELEASE = "SYNC",
  parameter CSDECODE_A = "0b000",
  parameter CSDECODE_B = "0b000",
  parameter CLKAMUX = "CLKA",
  parameter CLKBMUX = "CLKB",
  parameter WRITEMODE_A = "NORMAL",
  parameter WRITEMODE_B = "NORMAL",
  parameter GSR = "ENABLED",
  // initial contents
) (
  input wire CLKA, CEA, OCEA, WEA, RSTA, CSA0, CSA1, CSA2,
  input wire CLKB, CEB, OCEB, WEB, RSTB, CSB0, CSB1, CSB2,
  input wire ADA0, ADA1, ADA2, ADA3, ADA4, ADA5, ADA6, ADA7, ADA8, ADA9, ADA10, ADA11, ADA12, ADA13,
  input wire ADB0, ADB1, ADB2, ADB3, ADB4, ADB5, ADB6, ADB7, ADB8, ADB9, ADB10, ADB11, ADB12, ADB13,
  input wire DIA0, DIA1, DIA2, DIA3, DIA4, DIA5, DIA6, DIA7, DIA8,
  input wire DIA9, DIA10, DIA11, DIA12, DIA13, DIA14, DIA15, DIA16, DIA17,
  input wire DIB0, DIB1, DIB2, DIB3, DIB4, DIB5, DIB6, DIB7, DIB8,
  input wire DIB9, DIB10, DIB11, DIB12, DIB13, DIB14, DIB15, DIB16, DIB17,
  output wire DOA0, DOA1, DOA2, DOA3, DOA4, DOA5, DOA6, DOA7, DOA8,
  output wire DOA9, DOA10, DOA11, DOA12, DOA13, DOA14, DOA15, DOA16, DOA17,
  output wire DOB0, DOB1, DOB2, DOB3, DOB4, DOB5, DOB6, DOB7, DOB8,
  output wire DOB9, DOB10, DOB11, DOB12, DOB13, DOB14, DOB15, DOB16, DOB17
);
  initial if (CSDECODE_A != "0b000" || CSDECODE_B != "0b000" || CLKAMUX != "CLKA" || CLKBMUX != "CLKB"
           || WRITEMODE_A == "WRITETHROUGH" || WRITEMODE_B == "WRITETHROUGH"
           || (RESETMODE != "SYNC" && (REGMODE_A != "NOREG" || REGMODE_B != "NOREG")))
    $fatal(1, "%m: a mode of DP16KD that the model does not know");
  always @(posedge CLKA)
    if ((RSTA && REGMODE_A == "NOREG") || (RSTB && REGMODE_B == "NOREG") || CSA0 || CSA1 || CSA2 || CSB0 || CSB1 || CSB2)
      $fatal(1, "%m: DP16KD is reset or deselected");

  wire [13:0] at_a = {ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0};
  wire [13:0] at_b = {ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0};
  // Address bits that wide words have no use for select the bytes that are written
  wire [3:0] bytes_a = DATA_WIDTH_A == 36 ? at_a[3:0] : DATA_WIDTH_A == 18 ? {2'b00, at_a[1:0]} : 4'd1;
  wire [3:0] bytes_b = DATA_WIDTH_B == 36 ? at_b[3:0] : DATA_WIDTH_B == 18 ? {2'b00, at_b[1:0]} : 4'd1;
  wire [17:0] in_a = {DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9,
                      DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1, DIA0};
  wire [17:0] in_b = {DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9,
                      DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2, DIB1, DIB0};
  wire [71:0] word_a, word_b;
  trine_block_ram #(
    .BITS(14), .WIDTH_A(DATA_WIDTH_A), .WIDTH_B(DATA_WIDTH_B),
    .HOLD_A(WRITEMODE_A == "NORMAL"), .HOLD_B(WRITEMODE_B == "NORMAL")
  ) ram (
    .clk_a(CLKA), .enable_a(CEA), .write_a({4'd0, bytes_a & {4{WEA}}}), .address_a(at_a),
    .data_a({36'd0, in_b, in_a}), .word_a(word_a),
    .clk_b(CLKB), .enable_b(CEB), .write_b({4'd0, bytes_b & {4{WEB}}}), .address_b(at_b),
    .data_b({54'd0, in_b}), .word_b(word_b)
  );
  reg [17:0] held_a;
  reg [35:0] held_b;
  always @(posedge CLKA) if (RSTA) held_a <= 18'd0; else if (OCEA) held_a <= word_a[17:0];
  always @(posedge CLKB) if (RSTB) held_b <= 36'd0; else if (OCEB) held_b <= word_b[35:0];
  wire [17:0] seen_a = REGMODE_A == "NOREG" ? word_a[17:0] : held_a;
  wire [35:0] seen_b = REGMODE_B == "NOREG" ? word_b[35:0] : held_b;
  wire [17:0] out_a = DATA_WIDTH_B == 36 ? seen_b[17:0] : seen_a;
  wire [17:0] out_b = DATA_WIDTH_B == 36 ? seen_b[35:18] : seen_b[17:0];
  assign {DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9,
          DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1, DOA0} = out_a;
  assign {DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9,
          DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0} = out_b;
endmodule
