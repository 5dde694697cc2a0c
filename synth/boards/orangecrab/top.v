// OrangeCrab r0.2: 48 MHz; the serial line is on the Feather header, RX (0) into the board and TX (1) out of it.
module orangecrab (
  input  wire clk,
  input  wire uart_rx,
  output wire uart_tx,
  output wire led_n
);
  wire resetn, irq;
  assign led_n = !irq;
  power_on_reset reset (.clk_i(clk), .hold_i(1'b0), .resetn_o(resetn));

  trine_serial unit (
    .aclk(clk),
    .aresetn(resetn),
    .uart_divider(`TRINE_UART_DIVIDER),
    .uart_rx(uart_rx),
    .uart_tx(uart_tx),
    .irq(irq)
  );
endmodule
