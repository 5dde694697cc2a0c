
  // Requests that were taken and not yet answered, by channel.
  reg started = 0;
  reg [1:0] addresses, words, reads;
  wire aw = awvalid_i & awready_o;
  wire w = wvalid_i & wready_o;
  wire b = bvalid_o & bready_i;
  wire ar = arvalid_i & arready_o;
  wire r = rvalid_o & rready_i;
  reg b_held, r_held;
  reg [1:0] b_was;
  reg [33:0] r_was;
  always @(posedge clk_i) begin
    started <= 1;
    addresses <= rst_i ? 0 : addresses + aw - b;
    words <= rst_i ? 0 : words + w - b;
    reads <= rst_i ? 0 : reads + ar - r;
    b_held <= bvalid_o & ~bready_i & ~rst_i;
    b_was <= bresp_o;
    r_held <= rvalid_o & ~rready_i & ~rst_i;
    r_was <= {rresp_o, rdata_o};
  end
  always @* begin
    assume (started | rst_i);
    if (started) begin
      // A response is there exactly while a complete request waits for one, and never a second request beside it.
      assert (bvalid_o == (addresses != 0 & words != 0));
      assert (rvalid_o == (reads != 0));
      assert (addresses <= 1 & words <= 1 & reads <= 1);
      // A request that finds no other one waiting is taken at once.
      assert (~(awvalid_i & wvalid_i & ~bvalid_o) | (aw & w));
      assert (~(arvalid_i & ~rvalid_o) | ar);
      assert (~b_held | (bvalid_o & bresp_o == b_was));
      assert (~r_held | (rvalid_o & {rresp_o, rdata_o} == r_was));
      assert (addresses == words);
    end
  end
