// Gowin: block RAM of 16 Kbit. In SDPX9B and SDPB port A writes and port B reads; in DPX9B both do both. Names with a 9 have
// bytes of nine bits, the others of eight.
module trine_gowin_sdp #(
  parameter NINTH = 1,
  parameter WRITE = 36,
  parameter READ = 36
) (
  input  wire clk_a, clk_b, enable_a, enable_b, unusual,
  input  wire [13:0] address_a, address_b,
  input  wire [35:0] data,
  output wire [35:0] word
);
  // Address bits that wide words have no use for select the bytes that are written
  wire [3:0] bytes = WRITE >= 32 ? address_a[3:0] : WRITE >= 16 ? {2'b00, address_a[1:0]} : 4'd1;
  wire [71:0] data_a, word_a, word_b;
  assign data_a = NINTH != 0 ? {36'd0, data}
    : {36'd0, 1'b0, data[31:24], 1'b0, data[23:16], 1'b0, data[15:8], 1'b0, data[7:0]};
  assign word = NINTH != 0 ? word_b[35:0] : {4'd0, word_b[34:27], word_b[25:18], word_b[16:9], word_b[7:0]};
  always @(posedge clk_a) if (unusual) $fatal(1, "%m: the block RAM is reset or deselected");
  trine_block_ram #(
    .BITS(14), .WIDTH_A(WRITE < 8 ? WRITE : NINTH != 0 ? WRITE : WRITE / 8 * 9),
    .WIDTH_B(READ < 8 ? READ : NINTH != 0 ? READ : READ / 8 * 9)
  ) ram (
    .clk_a(clk_a), .enable_a(enable_a), .write_a({4'd0, bytes}), .address_a(address_a), .data_a(data_a),
    .word_a(word_a), .clk_b(clk_b), .enable_b(enable_b), .write_b(8'd0), .address_b(address_b), .data_b(72'd0),
    .word_b(word_b)
  );
endmodule

module SDPX9B #(
  parameter READ_MODE = 1'b0,
  parameter BIT_WIDTH_0 = 36,
  parameter BIT_WIDTH_1 = 36,
  parameter BLK_SEL_0 = 3'b000,
  parameter BLK_SEL_1 = 3'b000,
  parameter RESET_MODE = "SYNC",
  // initial contents
) (
  input  wire CLKA, CEA, CLKB, CEB, OCE, RESETA, RESETB,
  input  wire [13:0] ADA, ADB,
  input  wire [2:0] BLKSELA, BLKSELB,
  input  wire [35:0] DI,
  output wire [35:0] DO
);
  initial if (READ_MODE != 0) $fatal(1, "%m: SDPX9B has a register that the model does not know");
  trine_gowin_sdp #(.NINTH(1), .WRITE(BIT_WIDTH_0), .READ(BIT_WIDTH_1)) ports (
    .clk_a(CLKA), .clk_b(CLKB), .enable_a(CEA), .enable_b(CEB), .address_a(ADA), .address_b(ADB), .data(DI), .word(DO),
    .unusual(RESETA || RESETB || BLKSELA != BLK_SEL_0 || BLKSELB != BLK_SEL_1)
  );
endmodule

module SDPB #(
  parameter READ_MODE = 1'b0,
  parameter BIT_WIDTH_0 = 32,
  parameter BIT_WIDTH_1 = 32,
  parameter BLK_SEL_0 = 3'b000,
  parameter BLK_SEL_1 = 3'b000,
  parameter RESET_MODE = "SYNC",
  // initial contents
) (
  input  wire CLKA, CEA, CLKB, CEB, OCE, RESETA, RESETB,
  input  wire [13:0] ADA, ADB,
  input  wire [2:0] BLKSELA, BLKSELB,
  input  wire [31:0] DI,
  output wire [31:0] DO
);
  wire [35:0] word;
  assign DO = word[31:0];
  initial if (READ_MODE != 0) $fatal(1, "%m: SDPB has a register that the model does not know");
  trine_gowin_sdp #(.NINTH(0), .WRITE(BIT_WIDTH_0), .READ(BIT_WIDTH_1)) ports (
    .clk_a(CLKA), .clk_b(CLKB), .enable_a(CEA), .enable_b(CEB), .address_a(ADA), .address_b(ADB),
    .data({4'd0, DI}), .word(word), .unusual(RESETA || RESETB || BLKSELA != BLK_SEL_0 || BLKSELB != BLK_SEL_1)
  );
endmodule

module DPX9B #(
  parameter READ_MODE0 = 1'b0,
  parameter READ_MODE1 = 1'b0,
  parameter WRITE_MODE0 = 2'b00,
  parameter WRITE_MODE1 = 2'b00,
  parameter BIT_WIDTH_0 = 18,
  parameter BIT_WIDTH_1 = 18,
  parameter BLK_SEL_0 = 3'b000,
  parameter BLK_SEL_1 = 3'b000,
  parameter RESET_MODE = "SYNC",
  // initial contents
) (
  input  wire CLKA, CEA, OCEA, WREA, RESETA, CLKB, CEB, OCEB, WREB, RESETB,
  input  wire [13:0] ADA, ADB,
  input  wire [2:0] BLKSELA, BLKSELB,
  input  wire [17:0] DIA, DIB,
  output wire [17:0] DOA, DOB
);
  initial if (READ_MODE0 != 0 || READ_MODE1 != 0)
    $fatal(1, "%m: a mode of DPX9B that the model does not know");
  always @(posedge CLKA) if (RESETA || RESETB || BLKSELA != BLK_SEL_0 || BLKSELB != BLK_SEL_1)
    $fatal(1, "%m: the block RAM is reset or deselected");
  // Address bits that words of two bytes have no use for select the bytes that are written
  wire [1:0] bytes_a = BIT_WIDTH_0 == 18 ? ADA[1:0] : 2'd1;
  wire [1:0] bytes_b = BIT_WIDTH_1 == 18 ? ADB[1:0] : 2'd1;
  wire [71:0] word_a, word_b;
  // What a port reads through its own write is not modelled, and comes out wrong on purpose
  reg through_a, through_b;
  always @(posedge CLKA) if (CEA) through_a <= WREA && WRITE_MODE0 == 2'b01;
  always @(posedge CLKB) if (CEB) through_b <= WREB && WRITE_MODE1 == 2'b01;
  assign DOA = word_a[17:0] ^ {18{through_a}};
  assign DOB = word_b[17:0] ^ {18{through_b}};
  trine_block_ram #(
    .BITS(14), .WIDTH_A(BIT_WIDTH_0), .WIDTH_B(BIT_WIDTH_1),
    .HOLD_A(WRITE_MODE0 != 2'b10), .HOLD_B(WRITE_MODE1 != 2'b10)
  ) ram (
    .clk_a(CLKA), .enable_a(CEA), .write_a({6'd0, bytes_a & {2{WREA}}}), .address_a(ADA),
    .data_a({54'd0, DIA}), .word_a(word_a),
    .clk_b(CLKB), .enable_b(CEB), .write_b({6'd0, bytes_b & {2{WREB}}}), .address_b(ADB),
    .data_b({54'd0, DIB}), .word_b(word_b)
  );
endmodule
