
  // Bursts taken by the memory and not ended, beats of the burst that comes, words in the buffer, bursts of a dropped job.
  reg [1:0] age = 0;
  reg [7:0] taken;
  reg [6:0] within;
  reg [11:0] stored;
  reg [7:0] left_over;
  reg cleared, held, running;
  reg [37:0] address_was;
  reg [7:0] length_was;
  wire ar = axi_arvalid_o & axi_arready_i;
  wire end_of_burst = axi_rvalid_i & axi_rlast_i;
  wire [7:0] outstanding = taken + axi_arvalid_o;
  wire [15:0] promised = (outstanding << 6) - within;
  always @(posedge clk_i) begin
    age <= age == 2 ? 2 : age + 1;
    taken <= rst_i ? 0 : taken + ar - end_of_burst;
    within <= rst_i | end_of_burst ? 0 : within + axi_rvalid_i;
    stored <= rst_i | clear_i ? 0 : stored + push - buffer_pop_o;
    left_over <= rst_i ? 0 : clear_i ? outstanding - end_of_burst : left_over - (end_of_burst & left_over != 0);
    cleared <= clear_i;
    running <= ~rst_i & (start_i | running);
    held <= axi_arvalid_o & ~axi_arready_i & ~rst_i;
    address_was <= axi_araddr_o;
    length_was <= axi_arlen_o;
  end
  always @* begin
    // A reset lasts two cycles.
    assume (age == 2 | rst_i);
    if (age == 2) begin
      // A memory gives at most the beats that it was asked for, burst by burst.
      assume (~axi_rvalid_i | taken != 0);
      assume (~axi_rvalid_i | axi_rlast_i | within != BURST - 1);
      // A buffer hands on what it holds.
      assume (~buffer_pop_o| stored != 0);
      // A job starts behind a clear, when nothing drains.
      assume (~start_i | (cleared & ~clear_i & ~draining_o));
      // There is a place in the buffer for every beat that is there, promised or may yet be asked for.
      assert (~running | stored + promised + room_q <= ROOM);
      assert (running | (outstanding == 0 & stored == 0 & ~active_q));
      assert (~push | stored < ROOM);
      assert (outstanding == pending_q & taken <= ROOM / BURST);
      assert (within < BURST & (within == 0 | taken != 0));
      // A burst stays within its window, and so within its page.
      assert (~axi_arvalid_o | (axi_araddr_o & (BURST * BYTES - 1)) + axi_arlen_o * BYTES <= WINDOW);
      assert (~(active_q & final_q) | first_q <= end_q);
      // What is asked holds until it is taken.
      assert (~held | (axi_arvalid_o & axi_araddr_o == address_was & axi_arlen_o == length_was));
      // A job that was dropped drains until its last burst has come; none of it enters the buffer, and nothing is asked for.
      assert (draining_o == (left_over != 0));
      assert (left_over == 0 | left_over == outstanding);
      assert (~push | left_over == 0);
      assert (~(active_q & draining_o));
    end
  end
