// Runs a few jobs of one product on the unit, y = x * w for w of 1 and -1, through registers and streams, and checks each.
// Ends with $fatal when something is wrong, so that simulators report failure.
`timescale 1ns / 1ps
module trine_tb;
  // settings
  reg aclk = 1'b0;
  reg aresetn = 1'b0;
  reg [11:0] awaddr = 0, araddr = 0;
  reg [31:0] wdata = 0;
  reg awvalid = 0, wvalid = 0, arvalid = 0;
  wire awready, wready, bvalid, arready, rvalid;
  wire [1:0] bresp, rresp;
  wire [31:0] rdata;
  reg [ACT_BITS-1:0] act = 0;
  reg [WGT_BITS-1:0] wgt = 0;
  wire [RES_BITS-1:0] res;
  wire [RES_BITS/8-1:0] res_keep;
  reg act_valid = 0, wgt_valid = 0, wgt_last = 0;
  wire act_ready, wgt_ready, res_valid, res_last, irq;
  always #5 aclk = !aclk;

  trine unit (
    .aclk(aclk), .aresetn(aresetn),
    .s_axil_awaddr(awaddr), .s_axil_awprot(3'd0), .s_axil_awvalid(awvalid), .s_axil_awready(awready),
    .s_axil_wdata(wdata), .s_axil_wstrb(4'hf), .s_axil_wvalid(wvalid), .s_axil_wready(wready),
    .s_axil_bresp(bresp), .s_axil_bvalid(bvalid), .s_axil_bready(1'b1),
    .s_axil_araddr(araddr), .s_axil_arprot(3'd0), .s_axil_arvalid(arvalid), .s_axil_arready(arready),
    .s_axil_rdata(rdata), .s_axil_rresp(rresp), .s_axil_rvalid(rvalid), .s_axil_rready(1'b1),
    .s_axis_act_tdata(act), .s_axis_act_tkeep({ACT_BITS/8{1'b1}}), .s_axis_act_tlast(1'b1),
    .s_axis_act_tvalid(act_valid), .s_axis_act_tready(act_ready),
    .s_axis_wgt_tdata(wgt), .s_axis_wgt_tkeep({WGT_BITS/8{1'b1}}), .s_axis_wgt_tlast(wgt_last),
    .s_axis_wgt_tvalid(wgt_valid), .s_axis_wgt_tready(wgt_ready),
    .m_axis_res_tdata(res), .m_axis_res_tkeep(res_keep), .m_axis_res_tlast(res_last),
    .m_axis_res_tvalid(res_valid), .m_axis_res_tready(1'b1),
    .irq(irq)
  );

  // What is driven changes at falling edges; what the unit says is looked at just before rising ones take effect.
  reg [31:0] word;
  task write(input [11:0] at, input [31:0] value);
    reg a, d;
    begin
      awaddr = at;
      wdata = value;
      awvalid = 1'b1;
      wvalid = 1'b1;
      while (awvalid || wvalid) begin
        @(posedge aclk) begin
          a = awready;
          d = wready;
        end
        @(negedge aclk) begin
          if (a) awvalid = 1'b0;
          if (d) wvalid = 1'b0;
        end
      end
    end
  endtask

  task read(input [11:0] at);
    reg got, a;
    begin
      araddr = at;
      arvalid = 1'b1;
      got = 1'b0;
      while (!got) begin
        @(posedge aclk) begin
          a = arready;
          if (rvalid) begin
            got = 1'b1;
            word = rdata;
          end
        end
        @(negedge aclk) if (a) arvalid = 1'b0;
      end
    end
  endtask

  // Sends activation and tile, and takes the result.
  reg signed [31:0] sum;
  task job(input signed [ACT_WIDTH-1:0] x, input [7:0] weight, input signed [31:0] expected);
    integer beat;
    reg a, w, got;
    begin
      write(TOKENS, 1);
      write(DEPTH, 1);
      write(OUTPUTS, 1);
      write(CTRL, START);
      act = 0;
      act[7:0] = {{8 - ACT_WIDTH + 1{x[ACT_WIDTH-1]}}, x[ACT_WIDTH-2:0]};
      act_valid = 1'b1;
      beat = 0;
      got = 1'b0;
      while (!got) begin
        wgt = {WGT_BITS/8{NOTHING}};
        if (beat == 0) wgt[7:0] = weight;
        wgt_valid = beat < BEATS;
        wgt_last = beat == BEATS - 1;
        @(posedge aclk) begin
          a = act_ready;
          w = wgt_valid && wgt_ready;
          if (res_valid) begin
            got = 1'b1;
            sum = res[31:0];
            if (!res_last || res_keep[3:0] != 4'hf) $fatal(1, "the result beat is not marked as the last one");
          end
        end
        @(negedge aclk) begin
          if (a) act_valid = 1'b0;
          if (w) beat = beat + 1;
        end
      end
      if (sum != expected) $fatal(1, "%0d came out, %0d expected", sum, expected);
      read(ERR_CODE);
      if (word != 0) $fatal(1, "the unit reports error %0d", word);
    end
  endtask

  always @(posedge aclk) if (aresetn && ((bvalid && bresp != 0) || (rvalid && rresp != 0))) $fatal(1, "a register is refused");

  initial begin
    repeat (16) @(negedge aclk);
    aresetn = 1'b1;
    @(negedge aclk) read(ID);
    if (word != ID_VALUE) $fatal(1, "the identification is %h", word);
    job(LARGEST, PLUS, LARGEST);
    job(LARGEST, MINUS, -LARGEST);
    job(-LARGEST - 1, MINUS, LARGEST + 1);
    job(LARGEST, NOTHING, 0);
    $display("trine_tb: 4 jobs right");
    $finish;
  end

  initial begin
    #1000000 $fatal(1, "the unit does not answer");
  end
endmodule
