
  // Beats that are owed of the burst that was asked for first, and of the one behind it; complete bursts without an answer.
  (* anyconst *) wire [BASE-1:0] base_always;
  (* anyconst *) wire [SIZE-1:0] size_always;
  localparam MARKS = BYTES / 4;
  reg [1:0] age = 0;
  reg [4:0] burst_a, burst_b, complete;
  // Beats of results that are left to take of the burst that was taken.
  reg [4:0] to_take;
  reg aw_held, w_held, dropped, failed_before, told_before, cleared_before;
  reg load_results, load_status, load_void, load_failed;
  reg [ADDRESS+7:0] aw_was;
  reg [9*BYTES:0] w_was;
  reg [MARKS+8*BYTES-1:0] beat_was;
  reg [7:0] code_was;
  reg [ADDRESS-1:0] expected, address_was;
  reg begins_job;
  reg [TAIL-1:0] tail_1, tail_2;
  reg [1:0] calm;
  reg [4*MARKS-1:0] strobes_was;
  integer i;
  wire aw = axi_awvalid_o & axi_awready_i;
  wire w = axi_wvalid_o & axi_wready_i;
  wire [4:0] less = burst_a - w;
  wire [4:0] front = less == 0 ? burst_b : less;
  wire [4:0] back = less == 0 ? 5'd0 : burst_b;
  wire [4:0] length = axi_awlen_o + 8'd1;
  wire [5:0] outstanding = complete + (burst_a != 0) + (burst_b != 0);
  wire taken = bursts_valid_i & bursts_ready_o;
  wire [BASE-1:0] place = base_i + (tail_2 & ((32'd1 << size_i) - 1));
  wire [ADDRESS-1:0] slot_of_tail = {tail_place, 6'd0} | (STATUS / BYTES * BYTES % 64);
  wire [BASE-1:0] tail_place = base_i + (tail_o & ((32'd1 << size_i) - 1));
  always @(posedge clk_i) begin
    age <= age == 3 ? 3 : age + 1;
    burst_a <= rst_i ? 0 : (aw & front == 0) ? length : front;
    burst_b <= rst_i ? 0 : (aw & front != 0) ? length : back;
    complete <= rst_i ? 0 : complete + (w & axi_wlast_o) - axi_bvalid_i;
    aw_held <= axi_awvalid_o & ~axi_awready_i & ~rst_i;
    aw_was <= {axi_awaddr_o, axi_awlen_o};
    w_held <= axi_wvalid_o & ~axi_wready_i & ~rst_i;
    w_was <= {axi_wdata_o, axi_wstrb_o, axi_wlast_o};
    // A drop while results are written.
    dropped <= ~rst_i & ~idle & ~status_q & (drop_i | dropped);
    failed_before <= failed_i & ~rst_i;
    told_before <= told_o;
    cleared_before <= start_i | rst_i;
    tail_1 <= tail_o;
    tail_2 <= tail_1;
    calm <= (told_o | start_i | rst_i) ? 0 : calm + (calm != 3);
    load_results <= loads & ~status_q & ~dropped & ~rst_i;
    load_status <= loads & status_q & ~rst_i;
    load_void <= loads & ~status_q & dropped & ~rst_i;
    load_failed <= error_q;
    beat_was <= beats_data_i;
    code_was <= code_i;
    to_take <= rst_i | drop_i ? 0 : taken ? bursts_data_i[3:0] + 5'd1 : to_take - (beats_valid_i & beats_ready_o);
    if (aw) address_was <= axi_awaddr_o;
    if (taken) expected <= begins_job ? {jobs_data_i[RESULTS-1:0], 10'd0} : expected + 16 * BYTES;
    begins_job <= (rst_i | drop_i) ? 1 : taken ? bursts_data_i[4] : begins_job;
  end
  always @* begin
    for (i = 0; i < MARKS; i = i + 1) strobes_was[4*i +: 4] = {4{beat_was[i]}};
    assume (age != 0 | rst_i);
    assume (base_i == base_always & size_i == size_always);
    // A burst is answered when its last beat was taken; the ring begins again only when all is quiet, and a failure drops all jobs.
    assume (~axi_bvalid_i | complete != 0);
    assume (~start_i | ~(busy_o | bursts_valid_i));
    assume (~failed_before | drop_i);
    if (age != 0) begin
      // What is offered holds until it is taken.
      assert (~aw_held | (axi_awvalid_o & {axi_awaddr_o, axi_awlen_o} == aw_was));
      assert (~w_held | (axi_wvalid_o & {axi_wdata_o, axi_wstrb_o, axi_wlast_o} == w_was));
      // A burst stays within its page, and has the beats that it asked for, the last one marked; none comes before its address.
      assert (~axi_awvalid_o | (axi_awaddr_o & 4095) + (axi_awlen_o + 1) * BYTES <= 4096);
      assert (~axi_awvalid_o | axi_awlen_o < 16);
      assert (~axi_wvalid_o | (burst_a != 0 & axi_wlast_o == (burst_a == 1)));
      assert (~aw | burst_b == 0);
      // Every answer is waited for.
      assert (outstanding == pending_q & complete < 16);
      assert (busy_o | (outstanding == 0 & ~axi_awvalid_o & ~axi_wvalid_o));
      assert (~(stored_o | told_o) | (outstanding == 0 & ~axi_awvalid_o & ~axi_wvalid_o));
      // The tail counts on with the answer to a status in its slot, and only then.
      assert (tail_o == (cleared_before ? {TAIL{1'd0}} : tail_1 + told_before) | age == 1);
      assert (~told_o | (age == 3 & address_was == slot_of_tail));
      // A job that was dropped is not stored, and the rest of its burst writes nothing.
      assert (~(stored_o & dropped));
      assert (~load_void | axi_wstrb_o == 0);
      // Beats are taken of a burst that was, as many as it has.
      assert (~beats_ready_o | to_take != 0 | drop_i);
      assert (~(taken | stored_o | told_o) | to_take == 0);
      // Results are written as they came, one burst behind the other; a status has its word alone.
      assert (~load_results | (axi_wdata_o == beat_was[MARKS +: 8*BYTES] & axi_wstrb_o == strobes_was));
      assert (~(axi_awvalid_o & ~status_q) | axi_awaddr_o == expected);
      assert (~load_status | axi_wstrb_o == 15 << STATUS % BYTES);
      assert (~load_status | (axi_wdata_o >> STATUS % BYTES * 8 & (2 << CODE) - 1) == (1 << CODE | (load_failed ? code_was[CODE-1:0] : 0)));

      // The writer's books.
      assert (to_take == ((addresses | loading) & ~status_q & ~void_q ? left_q + 5'd1 : 5'd0));
      assert (loading
        ? axi_wvalid_o
          ? axi_wlast_o ? burst_a == 1 & burst_b == left_q + 1 : burst_a == left_q + 2 & burst_b == 0
          : burst_a == left_q + 1 & burst_b == 0
        : axi_wvalid_o ? axi_wlast_o & burst_a == 1 & burst_b == 0 : burst_a == 0 & burst_b == 0);
      assert (~addresses | ~pending_q[3] | ~pending_q[2] | ~pending_q[1] | ~pending_q[0]);
      assert (dropped == void_q & ~(~idle & status_q & void_q) | age == 1);
      assert (~((addresses | loading) & status_q) | left_q == 0);
      assert (~answers | status_q | last_q);
      assert (~(addresses & status_q) | axi_awaddr_o == slot_of_tail);
      assert (~((loading | answers) & status_q) | address_was == slot_of_tail);
      assert (first_q == begins_job);
      assert (first_q | {next_q, {LOW{1'd0}}} == expected + 16 * BYTES);
      assert (age < 3 | (within_q == (tail_1 & ((32'd1 << size_i) - 1)) & slot_q == place));
      assert (calm < 1 | tail_1 == tail_o);
      assert (calm < 2 | tail_2 == tail_o);
      assert (calm >= state_q);
      assert (~failed_q | failed_before | quiet_q <= calm);
    end
  end
