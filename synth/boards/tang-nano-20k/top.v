// Tang Nano 20K: 27 MHz; the serial line is the BL616 behind the USB connector; button S1 resets.
module tang_nano_20k (
  input  wire clk,
  input  wire button,
  input  wire uart_rx,
  output wire uart_tx,
  output wire led_n
);
  wire resetn, irq;
  assign led_n = !irq;
  power_on_reset reset (.clk_i(clk), .hold_i(button), .resetn_o(resetn));

  trine_serial unit (
    .aclk(clk),
    .aresetn(resetn),
    .uart_divider(`TRINE_UART_DIVIDER),
    .uart_rx(uart_rx),
    .uart_tx(uart_tx),
    .irq(irq)
  );
endmodule
