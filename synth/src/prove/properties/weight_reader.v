
  // Bursts taken by the memory and not ended, beats that were asked for and have not come, beats in the buffer, bursts of dropped jobs.
  reg [1:0] age = 0;
  reg [7:0] taken;
  reg [11:0] due, stored;
  reg [7:0] left_over;
  reg held, offered;
  reg [37:0] address_was;
  reg [7:0] length_was;
  reg [JOB-1:0] job_was;
  wire ar = axi_arvalid_o & axi_arready_i;
  wire end_of_burst = axi_rvalid_i & axi_rlast_i;
  wire [7:0] outstanding = taken + axi_arvalid_o;
  wire [6:0] length = 7'd1 + ends - first_q;
  // A burst gives back what it leaves of its window a cycle late.
  wire [5:0] late = asked_q ? BURST - 1 - arlen_q : 6'd0;
  always @(posedge clk_i) begin
    age <= age == 2 ? 2 : age + 1;
    taken <= rst_i ? 0 : taken + ar - end_of_burst;
    due <= rst_i ? 0 : due + (ask ? length : 0) - axi_rvalid_i;
    stored <= rst_i | clear_i ? 0 : stored + push - buffer_pop_o;
    left_over <= rst_i ? 0 : clear_i ? outstanding - end_of_burst : left_over - (end_of_burst & left_over != 0);
    held <= axi_arvalid_o & ~axi_arready_i & ~rst_i;
    address_was <= axi_araddr_o;
    length_was <= axi_arlen_o;
    offered <= ~rst_i & job_valid_i & ~job_ready_o & ~clear_i;
    job_was <= job_data_i;
  end
  always @* begin
    // A reset lasts two cycles.
    assume (age == 2 | rst_i);
    if (age == 2) begin
      // A memory gives the beats that it was asked for, a beat or more a burst.
      assume (~axi_rvalid_i | taken != 0);
      assume (~axi_rvalid_i | (axi_rlast_i ? (outstanding == 1) == (due == 1) : due > outstanding));
      // A buffer hands on what it holds.
      assume (~buffer_pop_o | stored != 0);
      // No job comes while bursts are under way that were dropped, and one that is offered stays.
      given (~job_valid_i | ~draining_o);
      given (~offered | (job_valid_i & job_data_i == job_was));
      // Every place of the buffer holds a beat, or is promised to one, or can be promised.
      assert (draining_o ? stored == 0 & room_q == ROOM & ~asked_q : stored + due + room_q + late == ROOM);
      assert (due >= outstanding & (due == 0) == (outstanding == 0));
      assert (~push | stored < ROOM);
      assert (outstanding == pending_q & outstanding <= BURSTS & taken <= BURSTS);
      // A burst stays within its window, and so within its page.
      assert (~axi_arvalid_o | (axi_araddr_o & (BURST * BYTES - 1)) + axi_arlen_o * BYTES <= WINDOW);
      assert (~(active_q & final_q) | first_q <= end_q);
      // What is asked holds until it is taken.
      assert (~held | (axi_arvalid_o & axi_araddr_o == address_was & axi_arlen_o == length_was));
      // A job that was dropped drains until its last burst has come; none of it enters the buffer, and nothing is asked for.
      assert (draining_o == (left_over != 0));
      assert (left_over == 0 | left_over == outstanding);
      assert (~push & ~push_q | left_over == 0);
      assert (~(active_q & draining_o));
    end
  end
