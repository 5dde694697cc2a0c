// A block RAM with two ports, as FPGAs have them: bytes of eight bits and a ninth, addressed in bits, read in words of
// 1, 2 or 4 bits of a byte or of 1, 2, 4 or 8 whole bytes. A byte that one port writes while the other reads it comes out
// wrong on purpose: what the device gives then is not known.
module trine_block_ram #(
  parameter BITS = 14,          // log2 of the bits without the ninth ones
  parameter WIDTH_A = 36,
  parameter WIDTH_B = 36,
  parameter HOLD_A = 1,         // what a port that writes reads: 1 what it read before, 0 the old word
  parameter HOLD_B = 1
) (
  input  wire clk_a,
  input  wire enable_a,
  input  wire [7:0] write_a,    // one bit a byte of the word
  input  wire [BITS-1:0] address_a,
  input  wire [71:0] data_a,
  output reg  [71:0] word_a,
  input  wire clk_b,
  input  wire enable_b,
  input  wire [7:0] write_b,
  input  wire [BITS-1:0] address_b,
  input  wire [71:0] data_b,
  output reg  [71:0] word_b
);
  localparam BYTES_A = WIDTH_A < 9 ? 1 : WIDTH_A / 9;
  localparam BYTES_B = WIDTH_B < 9 ? 1 : WIDTH_B / 9;
  localparam [8:0] PART_A = WIDTH_A < 9 ? (1 << WIDTH_A) - 1 : 9'h1ff;
  localparam [8:0] PART_B = WIDTH_B < 9 ? (1 << WIDTH_B) - 1 : 9'h1ff;

  reg [8:0] bytes [0:(1 << (BITS - 3)) - 1];
  wire [BITS-4:0] first_a = address_a[BITS-1:3] & ~(BYTES_A - 1);
  wire [BITS-4:0] first_b = address_b[BITS-1:3] & ~(BYTES_B - 1);
  wire [2:0] low_a = WIDTH_A < 9 ? address_a[2:0] & ~(WIDTH_A - 1) : 3'd0;
  wire [2:0] low_b = WIDTH_B < 9 ? address_b[2:0] & ~(WIDTH_B - 1) : 3'd0;
  integer a, b;

  always @(posedge clk_a) if (enable_a)
    for (a = 0; a < BYTES_A; a = a + 1) begin
      if (write_a[a])
        bytes[first_a + a] <= (bytes[first_a + a] & ~(PART_A << low_a))
                            | ((data_a[9*a +: 9] & PART_A) << low_a);
      if (!HOLD_A || write_a == 8'd0)
        word_a[9*a +: 9] <= PART_A & ((bytes[first_a + a] >> low_a) ^ {9{enable_b && write_b[(first_a + a - first_b) & 7]
                                                    && first_a + a >= first_b && first_a + a < first_b + BYTES_B}});
    end

  always @(posedge clk_b) if (enable_b)
    for (b = 0; b < BYTES_B; b = b + 1) begin
      if (write_b[b])
        bytes[first_b + b] <= (bytes[first_b + b] & ~(PART_B << low_b))
                            | ((data_b[9*b +: 9] & PART_B) << low_b);
      if (!HOLD_B || write_b == 8'd0)
        word_b[9*b +: 9] <= PART_B & ((bytes[first_b + b] >> low_b) ^ {9{enable_a && write_a[(first_b + b - first_a) & 7]
                                                    && first_b + b >= first_a && first_b + b < first_a + BYTES_A}});
    end
endmodule
