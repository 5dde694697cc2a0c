
  // Requests that were taken and not yet answered, by channel.
  reg started = 0;
  reg [1:0] addresses, words, reads;
  wire aw = awvalid_i & awready_o;
  wire w = wvalid_i & wready_o;
  wire b = bvalid_o & bready_i;
  wire ar = arvalid_i & arready_o;
  wire r = rvalid_o & rready_i;
  reg b_held, r_held, b_due;
  reg [2:0] r_due;
  reg [1:0] b_was;
  reg [33:0] r_was;
  always @(posedge clk_i) begin
    started <= 1;
    addresses <= rst_i ? 0 : addresses + aw - b;
    words <= rst_i ? 0 : words + w - b;
    reads <= rst_i ? 0 : reads + ar - r;
    b_held <= bvalid_o & ~bready_i & ~rst_i;
    b_was <= bresp_o;
    b_due <= addresses != 0 & words != 0 & ~bvalid_o & ~rst_i;
    r_due <= {r_due[1:0], reads != 0} & {3{~rvalid_o & ~rst_i}};
    r_held <= rvalid_o & ~rready_i & ~rst_i;
    r_was <= {rresp_o, rdata_o};
  end
  always @* begin
    assume (started | rst_i);
    if (started) begin
      // No response without a complete request, and the response in the cycle after the request was complete, of a read two cycles after that.
      assert (~bvalid_o | (addresses != 0 & words != 0));
      assert (~rvalid_o | reads != 0);
      assert (~b_due | bvalid_o);
      assert (~r_due[2] | rvalid_o);
      // Each channel keeps one request beside the one that is being answered, and takes it at once.
      assert (addresses == aw_full_q + bvalid_o & words == w_full_q + bvalid_o & reads == ar_full_q + rvalid_o);
      assert (~settled_q | chosen_q | rvalid_o);
      assert (~chosen_q | ar_full_q);
      assert (~(awvalid_i & addresses == bvalid_o) | aw);
      assert (~(wvalid_i & words == bvalid_o) | w);
      assert (~(arvalid_i & reads == rvalid_o) | ar);
      assert (~b_held | (bvalid_o & bresp_o == b_was));
      assert (~r_held | (rvalid_o & {rresp_o, rdata_o} == r_was));
    end
  end
