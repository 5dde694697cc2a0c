// ULX3S: 25 MHz times 4; the serial line is the FTDI chip behind USB connector US1; button PWR resets.
module ulx3s (
  input  wire clk,
  input  wire button_n,
  input  wire uart_rx,
  output wire uart_tx,
  output wire led,
  output wire wifi_gpio0
);
  // The ESP32 takes the board over unless this is high.
  assign wifi_gpio0 = 1'b1;

  // VCO at 600 MHz.
  wire clk100, locked;
  (* FREQUENCY_PIN_CLKI = "25", FREQUENCY_PIN_CLKOP = "100", ICP_CURRENT = "12", LPF_RESISTOR = "8" *)
  (* MFG_ENABLE_FILTEROPAMP = "1", MFG_GMCREF_SEL = "2" *)
  EHXPLLL #(
    .CLKI_DIV(1),
    .CLKFB_DIV(4),
    .CLKOP_ENABLE("ENABLED"),
    .CLKOP_DIV(6),
    .CLKOP_CPHASE(2),
    .CLKOP_FPHASE(0),
    .FEEDBK_PATH("CLKOP")
  ) pll (
    .CLKI(clk),
    .CLKFB(clk100),
    .CLKOP(clk100),
    .LOCK(locked),
    .RST(1'b0),
    .STDBY(1'b0),
    .PHASESEL0(1'b0),
    .PHASESEL1(1'b0),
    .PHASEDIR(1'b1),
    .PHASESTEP(1'b1),
    .PHASELOADREG(1'b1),
    .PLLWAKESYNC(1'b0),
    .ENCLKOP(1'b0)
  );

  wire resetn;
  power_on_reset reset (.clk_i(clk100), .hold_i(!button_n || !locked), .resetn_o(resetn));

  trine_serial unit (
    .aclk(clk100),
    .aresetn(resetn),
    .uart_divider(`TRINE_UART_DIVIDER),
    .uart_rx(uart_rx),
    .uart_tx(uart_tx),
    .irq(led)
  );
endmodule
