
  // What was asked and not yet answered, by channel.
  reg [1:0] age = 0;
  reg [1:0] addresses, words, answers, reads;
  wire aw = awvalid_o & awready_i;
  wire w = wvalid_o & wready_i;
  wire ar = arvalid_o & arready_i;
  wire r = rvalid_i;
  reg aw_held, w_held, ar_held;
  reg [ADDRESS-1:0] aw_was, ar_was;
  reg [31:0] w_was;
  always @(posedge clk_i) begin
    age <= age == 2 ? 2 : age + 1;
    addresses <= rst_i ? 0 : addresses + aw - bvalid_i;
    words <= rst_i ? 0 : words + w - bvalid_i;
    reads <= rst_i ? 0 : reads + ar - r;
    aw_held <= awvalid_o & ~awready_i & ~rst_i;
    aw_was <= awaddr_o;
    w_held <= wvalid_o & ~wready_i & ~rst_i;
    w_was <= wdata_o;
    ar_held <= arvalid_o & ~arready_i & ~rst_i;
    ar_was <= araddr_o;
  end
  always @* begin
    // A reset lasts two cycles.
    assume (age == 2 | rst_i);
    if (age == 2) begin
      // A slave answers what it was asked, and nothing else.
      assume (~bvalid_i | (addresses != 0 & words != 0));
      assume (~rvalid_i | reads != 0);
      // A request holds until it is taken.
      assert (~aw_held | (awvalid_o & awaddr_o == aw_was));
      assert (~w_held | (wvalid_o & wdata_o == w_was));
      assert (~ar_held | (arvalid_o & araddr_o == ar_was));
      // No second request beside one that has no answer, and no read beside a write.
      assert (addresses + awvalid_o <= 1 & words + wvalid_o <= 1 & reads + arvalid_o <= 1);
      assert (~(pending_q & asked_q));
      // The bridge's books.
      assert (pending_q == (addresses + awvalid_o != 0) & pending_q == (words + wvalid_o != 0));
      assert (asked_q == (reads + arvalid_o != 0));
      assert (~asked_q | state_q == 4);
      assert (state_q <= 5);
      // A frame that stands still is given up.
      assert (gap_q <= (1 << GAP) + 1);
      assert (gap_q == 0 | waiting | state_q == 0);
    end
  end
