// Reset after configuration and on request: low for 255 cycles after the last cycle of hold_i, which may come at any time.
module power_on_reset (
  input  wire clk_i,
  input  wire hold_i,
  output reg  resetn_o = 1'b0
);
  reg [1:0] hold_q = 2'd0;
  reg [7:0] count_q = 8'd0;

  always @(posedge clk_i) begin
    hold_q <= {hold_q[0], hold_i};
    resetn_o <= &count_q;
    if (hold_q[1]) count_q <= 8'd0;
    else if (!(&count_q)) count_q <= count_q + 8'd1;
  end
endmodule
