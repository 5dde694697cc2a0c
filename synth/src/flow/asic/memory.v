// A memory macro, its behaviour: one port writes, one reads with a register. A word that is written while it is read
// comes out wrong on purpose: what a real macro gives then is not known.
module trine_memory #(
  parameter WORDS = 1,
  parameter WIDTH = 1,
  parameter ADDRESS = 1
) (
  input  wire clk_i,
  input  wire [WIDTH-1:0] write_i,
  input  wire [ADDRESS-1:0] write_at_i,
  input  wire [WIDTH-1:0] data_i,
  input  wire read_i,
  input  wire [ADDRESS-1:0] read_at_i,
  output reg  [WIDTH-1:0] data_o
);
  reg [WIDTH-1:0] words [0:WORDS-1];
  always @(posedge clk_i) begin
    if (write_i != {WIDTH{1'b0}})
      words[write_at_i] <= (data_i & write_i) | (words[write_at_i] & ~write_i);
    if (read_i)
      data_o <= write_i != {WIDTH{1'b0}} && write_at_i == read_at_i ? ~words[read_at_i] : words[read_at_i];
  end
endmodule
