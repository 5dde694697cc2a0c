// Xilinx 7 series: block RAM of 18 or 36 Kbit, with 2 or 4 bytes a port. Every ninth bit is on pins of its own. In SDP
// mode port A reads and port B writes, and words twice as wide as a port use the data pins of both.
module trine_ramb #(
  parameter BYTES = 2,
  parameter SDP = 0,
  parameter READ_A = 0,
  parameter READ_B = 0,
  parameter WRITE_A = 0,
  parameter WRITE_B = 0,
  parameter MODE_A = "WRITE_FIRST",
  parameter MODE_B = "WRITE_FIRST"
) (
  input  wire clk_a, clk_b, enable_a, enable_b, unusual,
  input  wire [7:0] write_a, write_b,
  input  wire [12+BYTES/2:0] address_a, address_b,
  input  wire [8*BYTES-1:0] in_a, in_b,
  input  wire [BYTES-1:0] ninth_in_a, ninth_in_b,
  output wire [8*BYTES-1:0] out_a, out_b,
  output wire [BYTES-1:0] ninth_out_a, ninth_out_b
);
  localparam USED_A = READ_A > WRITE_A ? READ_A : WRITE_A;
  localparam USED_B = READ_B > WRITE_B ? READ_B : WRITE_B;
  localparam WIDE = 18 * BYTES;
  initial if ((READ_A != 0 && WRITE_A != 0 && (READ_A != WRITE_A || MODE_A == "WRITE_FIRST"))
           || (READ_B != 0 && WRITE_B != 0 && (READ_B != WRITE_B || MODE_B == "WRITE_FIRST"))
           || (SDP != 0 && (WRITE_A != 0 || READ_B != 0)))
    $fatal(1, "%m: a mode of block RAM that the model does not know");
  always @(posedge clk_a) if (unusual) $fatal(1, "%m: the block RAM is reset");

  wire [9*BYTES-1:0] pins_a, pins_b;
  wire [71:0] word_a, word_b;
  wire [9*BYTES-1:0] seen_b = SDP != 0 && READ_A == WIDE ? word_a[WIDE-1:9*BYTES] : word_b[9*BYTES-1:0];
  genvar i;
  generate for (i = 0; i < BYTES; i = i + 1) begin : pins
    assign pins_a[9*i +: 9] = {ninth_in_a[i], in_a[8*i +: 8]};
    assign pins_b[9*i +: 9] = {ninth_in_b[i], in_b[8*i +: 8]};
    assign {ninth_out_a[i], out_a[8*i +: 8]} = word_a[9*i +: 9];
    assign {ninth_out_b[i], out_b[8*i +: 8]} = seen_b[9*i +: 9];
  end endgenerate
  wire [71:0] data_b = SDP != 0 && WRITE_B == WIDE ? {pins_b, pins_a} : pins_b;
  trine_block_ram #(
    .BITS(13 + BYTES/2), .WIDTH_A(USED_A == 0 ? 9 : USED_A), .WIDTH_B(USED_B == 0 ? 9 : USED_B),
    .HOLD_A(MODE_A == "NO_CHANGE"), .HOLD_B(MODE_B == "NO_CHANGE")
  ) ram (
    .clk_a(clk_a), .enable_a(enable_a && USED_A != 0), .write_a(WRITE_A == 0 ? 8'd0 : write_a),
    .address_a(address_a), .data_a({{72-9*BYTES{1'b0}}, pins_a}), .word_a(word_a),
    .clk_b(clk_b), .enable_b(enable_b && USED_B != 0), .write_b(WRITE_B == 0 ? 8'd0 : write_b),
    .address_b(address_b), .data_b(data_b), .word_b(word_b)
  );
endmodule

module RAMB18E1 #(
  parameter DOA_REG = 0,
  parameter DOB_REG = 0,
  parameter RAM_MODE = "TDP",
  parameter READ_WIDTH_A = 0,
  parameter READ_WIDTH_B = 0,
  parameter WRITE_WIDTH_A = 0,
  parameter WRITE_WIDTH_B = 0,
  parameter WRITE_MODE_A = "WRITE_FIRST",
  parameter WRITE_MODE_B = "WRITE_FIRST",
  parameter INIT_A = 0,
  parameter INIT_B = 0,
  parameter SRVAL_A = 0,
  parameter SRVAL_B = 0,
  // initial contents
) (
  input  wire CLKARDCLK, CLKBWRCLK, ENARDEN, ENBWREN, REGCEAREGCE, REGCEB,
  input  wire RSTRAMARSTRAM, RSTRAMB, RSTREGARSTREG, RSTREGB,
  input  wire [13:0] ADDRARDADDR, ADDRBWRADDR,
  input  wire [15:0] DIADI, DIBDI,
  input  wire [1:0] DIPADIP, DIPBDIP,
  input  wire [1:0] WEA,
  input  wire [3:0] WEBWE,
  output wire [15:0] DOADO, DOBDO,
  output wire [1:0] DOPADOP, DOPBDOP
);
  initial if (DOA_REG != 0 || DOB_REG != 0) $fatal(1, "%m: RAMB18E1 has a register that the model does not know");
  trine_ramb #(
    .BYTES(2), .SDP(RAM_MODE == "SDP"), .READ_A(READ_WIDTH_A), .READ_B(READ_WIDTH_B),
    .WRITE_A(WRITE_WIDTH_A), .WRITE_B(WRITE_WIDTH_B), .MODE_A(WRITE_MODE_A), .MODE_B(WRITE_MODE_B)
  ) ports (
    .clk_a(CLKARDCLK), .clk_b(CLKBWRCLK), .enable_a(ENARDEN), .enable_b(ENBWREN),
    .unusual(RSTRAMARSTRAM || RSTRAMB), .write_a({6'd0, WEA}), .write_b({4'd0, WEBWE}),
    .address_a(ADDRARDADDR), .address_b(ADDRBWRADDR), .in_a(DIADI), .in_b(DIBDI),
    .ninth_in_a(DIPADIP), .ninth_in_b(DIPBDIP), .out_a(DOADO), .out_b(DOBDO),
    .ninth_out_a(DOPADOP), .ninth_out_b(DOPBDOP)
  );
endmodule

module RAMB36E1 #(
  parameter DOA_REG = 0,
  parameter DOB_REG = 0,
  parameter RAM_MODE = "TDP",
  parameter RAM_EXTENSION_A = "NONE",
  parameter RAM_EXTENSION_B = "NONE",
  parameter READ_WIDTH_A = 0,
  parameter READ_WIDTH_B = 0,
  parameter WRITE_WIDTH_A = 0,
  parameter WRITE_WIDTH_B = 0,
  parameter WRITE_MODE_A = "WRITE_FIRST",
  parameter WRITE_MODE_B = "WRITE_FIRST",
  parameter INIT_A = 0,
  parameter INIT_B = 0,
  parameter SRVAL_A = 0,
  parameter SRVAL_B = 0,
  // initial contents
) (
  input  wire CLKARDCLK, CLKBWRCLK, ENARDEN, ENBWREN, REGCEAREGCE, REGCEB,
  input  wire RSTRAMARSTRAM, RSTRAMB, RSTREGARSTREG, RSTREGB,
  input  wire [15:0] ADDRARDADDR, ADDRBWRADDR,
  input  wire [31:0] DIADI, DIBDI,
  input  wire [3:0] DIPADIP, DIPBDIP,
  input  wire [3:0] WEA,
  input  wire [7:0] WEBWE,
  output wire [31:0] DOADO, DOBDO,
  output wire [3:0] DOPADOP, DOPBDOP
);
  initial if (DOA_REG != 0 || DOB_REG != 0 || RAM_EXTENSION_A != "NONE" || RAM_EXTENSION_B != "NONE")
    $fatal(1, "%m: RAMB36E1 has a register or a cascade that the model does not know");
  trine_ramb #(
    .BYTES(4), .SDP(RAM_MODE == "SDP"), .READ_A(READ_WIDTH_A), .READ_B(READ_WIDTH_B),
    .WRITE_A(WRITE_WIDTH_A), .WRITE_B(WRITE_WIDTH_B), .MODE_A(WRITE_MODE_A), .MODE_B(WRITE_MODE_B)
  ) ports (
    .clk_a(CLKARDCLK), .clk_b(CLKBWRCLK), .enable_a(ENARDEN), .enable_b(ENBWREN),
    .unusual(RSTRAMARSTRAM || RSTRAMB), .write_a({4'd0, WEA}), .write_b(WEBWE),
    .address_a(ADDRARDADDR[14:0]), .address_b(ADDRBWRADDR[14:0]), .in_a(DIADI), .in_b(DIBDI),
    .ninth_in_a(DIPADIP), .ninth_in_b(DIPBDIP), .out_a(DOADO), .out_b(DOBDO),
    .ninth_out_a(DOPADOP), .ninth_out_b(DOPBDOP)
  );
endmodule
