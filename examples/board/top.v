// Example board: 25 MHz; the serial line is a USB bridge beside the device; a button resets.
module example (
  input  wire clk,
  input  wire button_n,
  input  wire uart_rx,
  output wire uart_tx,
  output wire led_n
);
  wire resetn, irq;
  assign led_n = !irq;
  power_on_reset reset (.clk_i(clk), .hold_i(!button_n), .resetn_o(resetn));

  trine_serial unit (
    .aclk(clk),
    .aresetn(resetn),
    .uart_divider(`TRINE_UART_DIVIDER),
    .uart_rx(uart_rx),
    .uart_tx(uart_tx),
    .irq(irq)
  );
endmodule
