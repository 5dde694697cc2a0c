// One job on a unit: shape and start through the registers, beats from act.hex and wgt.hex, each result beat printed as
// "result TDATA TKEEP TLAST". run.py sets the parameters.
module top;
  parameter LANES = 2, COLUMNS = 3, WGT_BYTES = 1;
  parameter M = 2, K = 3, N = 2;
  parameter ACT_BEATS = 4, WGT_BEATS = 4;
  localparam CTRL = 12'h010, STATUS = 12'h014, ERR_CODE = 12'h018, TOKENS = 12'h024, DEPTH = 12'h028, OUTPUTS = 12'h02c;

  reg aclk = 0, aresetn = 0;
  always #5 aclk = !aclk;

  // Registers.
  reg [11:0] awaddr = 0, araddr = 0;
  reg [31:0] wdata = 0;
  reg awvalid = 0, wvalid = 0, arvalid = 0;
  wire awready, wready, bvalid, arready, rvalid;
  wire [1:0] bresp, rresp;
  wire [31:0] rdata;

  // Sources: a beat is offered until it is taken, before the start as well. Sink: always ready.
  reg [8*LANES-1:0] act [0:ACT_BEATS-1];
  reg [8*WGT_BYTES-1:0] wgt [0:WGT_BEATS-1];
  integer act_at = 0, wgt_at = 0;
  wire act_valid = aresetn && act_at < ACT_BEATS, wgt_valid = aresetn && wgt_at < WGT_BEATS;
  wire act_ready, wgt_ready, res_valid, res_last;
  wire [32*COLUMNS-1:0] res;
  wire [4*COLUMNS-1:0] res_keep;
  always @(posedge aclk) begin
    if (act_valid && act_ready) act_at <= act_at + 1;
    if (wgt_valid && wgt_ready) wgt_at <= wgt_at + 1;
    if (aresetn && res_valid) $display("result %h %b %b", res, res_keep, res_last);
  end

  trine unit (
    .aclk(aclk), .aresetn(aresetn),
    .s_axil_awaddr(awaddr), .s_axil_awprot(3'd0), .s_axil_awvalid(awvalid), .s_axil_awready(awready),
    .s_axil_wdata(wdata), .s_axil_wstrb(4'hf), .s_axil_wvalid(wvalid), .s_axil_wready(wready),
    .s_axil_bresp(bresp), .s_axil_bvalid(bvalid), .s_axil_bready(1'b1),
    .s_axil_araddr(araddr), .s_axil_arprot(3'd0), .s_axil_arvalid(arvalid), .s_axil_arready(arready),
    .s_axil_rdata(rdata), .s_axil_rresp(rresp), .s_axil_rvalid(rvalid), .s_axil_rready(1'b1),
    .s_axis_act_tdata(act[act_at]), .s_axis_act_tkeep({LANES{1'b1}}), .s_axis_act_tlast(act_at == ACT_BEATS - 1),
    .s_axis_act_tvalid(act_valid), .s_axis_act_tready(act_ready),
    .s_axis_wgt_tdata(wgt[wgt_at]), .s_axis_wgt_tkeep({WGT_BYTES{1'b1}}), .s_axis_wgt_tlast(wgt_at == WGT_BEATS - 1),
    .s_axis_wgt_tvalid(wgt_valid), .s_axis_wgt_tready(wgt_ready),
    .m_axis_res_tdata(res), .m_axis_res_tkeep(res_keep), .m_axis_res_tlast(res_last),
    .m_axis_res_tvalid(res_valid), .m_axis_res_tready(1'b1),
    .irq()
  );

  // Requests change at falling edges, so that no simulator meets a race.
  task write(input [11:0] at, input [31:0] value);
    begin
      while (!(awready && wready)) @(negedge aclk);
      awaddr = at;
      wdata = value;
      awvalid = 1;
      wvalid = 1;
      @(negedge aclk);
      awvalid = 0;
      wvalid = 0;
      while (!bvalid) @(negedge aclk);
      if (bresp != 0) $display("writing 0x%h is refused", at);
      @(negedge aclk);
    end
  endtask

  reg [31:0] word;
  task read(input [11:0] at);
    begin
      while (!arready) @(negedge aclk);
      araddr = at;
      arvalid = 1;
      @(negedge aclk);
      arvalid = 0;
      while (!rvalid) @(negedge aclk);
      word = rdata;
      if (rresp != 0) $display("reading 0x%h is refused", at);
      @(negedge aclk);
    end
  endtask

  initial begin
    $readmemh("act.hex", act);
    $readmemh("wgt.hex", wgt);
    // One rising edge with aresetn low resets the unit.
    @(posedge aclk);
    @(negedge aclk);
    aresetn = 1;
    write(TOKENS, M);
    write(DEPTH, K);
    write(OUTPUTS, N);
    write(CTRL, 32'd1);
    word = 0;
    while (!word[1] && !word[2]) read(STATUS);
    if (word[2]) begin
      read(ERR_CODE);
      $display("the unit ends the job with ERR_CODE %0d", word);
    end else begin
      write(STATUS, 32'd2);
      $display("done");
    end
    $finish;
  end

  initial begin
    repeat (10000) @(posedge aclk);
    $display("nothing is done after 10000 cycles: %0d activation and %0d weight beats moved", act_at, wgt_at);
    $finish;
  end
endmodule
