// A unit with windows and weights from memory, for the block design of a Zynq (docs/how-to/zynq.md).
//
//   M_AXI_GP0, M_AXI_HPM0_FPD ── interconnect ── s_axil ── trine ── m_axi_wgt0 ── S_AXI_HP0
//                                 OKAY <── bresp, rresp
//
// The unit answers what it refuses with SLVERR, which ends a process under Linux or stops the system. Here every answer is OKAY: the
// driver reads the reason in STATUS and ERR_CODE, as it does behind a serial line, which has no answers at all.
// WEIGHT_BITS is the width of the unit's weight bus (--weight-bus).
module trine_zynq #(
  parameter WEIGHT_BITS = 64
) (
  (* X_INTERFACE_INFO = "xilinx.com:signal:clock:1.0 aclk CLK", X_INTERFACE_PARAMETER = "ASSOCIATED_BUSIF s_axil:m_axi_wgt0, ASSOCIATED_RESET aresetn" *)
  input  wire aclk,
  (* X_INTERFACE_INFO = "xilinx.com:signal:reset:1.0 aresetn RST", X_INTERFACE_PARAMETER = "POLARITY ACTIVE_LOW" *)
  input  wire aresetn,
  input  wire [11:0] s_axil_awaddr,
  input  wire [2:0] s_axil_awprot,
  input  wire s_axil_awvalid,
  output wire s_axil_awready,
  input  wire [31:0] s_axil_wdata,
  input  wire [3:0] s_axil_wstrb,
  input  wire s_axil_wvalid,
  output wire s_axil_wready,
  output wire [1:0] s_axil_bresp,
  output wire s_axil_bvalid,
  input  wire s_axil_bready,
  input  wire [11:0] s_axil_araddr,
  input  wire [2:0] s_axil_arprot,
  input  wire s_axil_arvalid,
  output wire s_axil_arready,
  output wire [31:0] s_axil_rdata,
  output wire [1:0] s_axil_rresp,
  output wire s_axil_rvalid,
  input  wire s_axil_rready,
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 m_axi_wgt0 ARADDR", X_INTERFACE_PARAMETER = "PROTOCOL AXI4, READ_WRITE_MODE READ_ONLY, SUPPORTS_NARROW_BURST 0" *)
  output wire [37:0] m_axi_wgt0_araddr,
  output wire [7:0] m_axi_wgt0_arlen,
  output wire [2:0] m_axi_wgt0_arsize,
  output wire [1:0] m_axi_wgt0_arburst,
  output wire [3:0] m_axi_wgt0_arcache,
  output wire [2:0] m_axi_wgt0_arprot,
  output wire m_axi_wgt0_arvalid,
  input  wire m_axi_wgt0_arready,
  input  wire [WEIGHT_BITS-1:0] m_axi_wgt0_rdata,
  input  wire [1:0] m_axi_wgt0_rresp,
  input  wire m_axi_wgt0_rlast,
  input  wire m_axi_wgt0_rvalid,
  output wire m_axi_wgt0_rready,
  output wire irq
);
  assign s_axil_bresp = 2'b00;
  assign s_axil_rresp = 2'b00;

  trine unit (
    .aclk(aclk),
    .aresetn(aresetn),
    .s_axil_awaddr(s_axil_awaddr),
    .s_axil_awprot(s_axil_awprot),
    .s_axil_awvalid(s_axil_awvalid),
    .s_axil_awready(s_axil_awready),
    .s_axil_wdata(s_axil_wdata),
    .s_axil_wstrb(s_axil_wstrb),
    .s_axil_wvalid(s_axil_wvalid),
    .s_axil_wready(s_axil_wready),
    .s_axil_bresp(),
    .s_axil_bvalid(s_axil_bvalid),
    .s_axil_bready(s_axil_bready),
    .s_axil_araddr(s_axil_araddr),
    .s_axil_arprot(s_axil_arprot),
    .s_axil_arvalid(s_axil_arvalid),
    .s_axil_arready(s_axil_arready),
    .s_axil_rdata(s_axil_rdata),
    .s_axil_rresp(),
    .s_axil_rvalid(s_axil_rvalid),
    .s_axil_rready(s_axil_rready),
    .m_axi_wgt0_araddr(m_axi_wgt0_araddr),
    .m_axi_wgt0_arlen(m_axi_wgt0_arlen),
    .m_axi_wgt0_arsize(m_axi_wgt0_arsize),
    .m_axi_wgt0_arburst(m_axi_wgt0_arburst),
    .m_axi_wgt0_arcache(m_axi_wgt0_arcache),
    .m_axi_wgt0_arprot(m_axi_wgt0_arprot),
    .m_axi_wgt0_arvalid(m_axi_wgt0_arvalid),
    .m_axi_wgt0_arready(m_axi_wgt0_arready),
    .m_axi_wgt0_rdata(m_axi_wgt0_rdata),
    .m_axi_wgt0_rresp(m_axi_wgt0_rresp),
    .m_axi_wgt0_rlast(m_axi_wgt0_rlast),
    .m_axi_wgt0_rvalid(m_axi_wgt0_rvalid),
    .m_axi_wgt0_rready(m_axi_wgt0_rready),
    .irq(irq)
  );
endmodule
