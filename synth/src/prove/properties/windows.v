
  // Cycles for which the request at hand has been waiting, by direction.
  reg started = 0;
  reg [PATIENCE:0] writes, reads;
  reg write_lost, read_lost, act_held, wgt_held, was_offered;
  reg [7:0] act_words, wgt_words;
  reg [ACT:0] act_was;
  reg [WGT:0] wgt_was;
  wire write = write_act_i | write_wgt_i;
  wire write_waits = write & write_wait_o;
  wire read_waits = read_i & read_wait_o;
  always @(posedge clk_i) begin
    started <= 1;
    writes <= write_waits & ~rst_i ? writes + 1 : 0;
    reads <= read_waits & ~rst_i ? reads + 1 : 0;
    write_lost <= write & ~write_wait_o & ~write_ok_o & ~rst_i;
    read_lost <= read_i & ~read_wait_o & ~read_ok_o & ~rst_i;
    act_held <= act_valid_o & ~act_ready_i & ~rst_i;
    act_was <= {act_last_o, act_data_o};
    wgt_held <= wgt_valid_o & ~wgt_ready_i & ~rst_i;
    wgt_was <= {wgt_last_o, wgt_data_o};
    was_offered <= res_valid_i & ~rst_i;
    if (rst_i) {act_words, wgt_words} <= 0;
    else if (write_ok_o & write_act_i) act_words <= act_words == ACT_WORDS - 1 ? 0 : act_words + 1;
    else if (write_ok_o) wgt_words <= wgt_words == WGT_WORDS - 1 ? 0 : wgt_words + 1;
  end
  always @* begin
    assume (started | rst_i);
    // The register file makes one request at a time of each direction.
    assume (~(write_act_i & write_wgt_i));
    if (started) begin
      // Nobody waits longer than the patience, or without a job that runs or starts, and nobody who waits is served.
      assert (writes <= 1 << PATIENCE & reads <= 1 << PATIENCE);
      assert (busy_i | starting_i | ~(write_wait_o | read_wait_o));
      assert (~starting_i | ~(write_ok_o | read_ok_o));
      assert (~(write_wait_o & write_ok_o) & ~(read_wait_o & read_ok_o));
      // Whoever is not served is reported, and nobody else.
      assert (full_o == write_lost & empty_o == read_lost);
      // Beats hold until they are taken, and come whole.
      assert (~act_held | (act_valid_o & {act_last_o, act_data_o} == act_was));
      assert (~wgt_held | (wgt_valid_o & {wgt_last_o, wgt_data_o} == wgt_was));
      assert (~act_valid_o | (act_full_q & ~act_ended_q & ~act_step_q));
      assert (~wgt_valid_o | (wgt_full_q & ~wgt_ended_q & ~wgt_step_q));
      assert (act_full_q == (act_valid_o | act_ended_q) & wgt_full_q == (wgt_valid_o | wgt_ended_q));
      // A result that is read was offered, and is taken with its last word.
      assert (~have_q | was_offered);
      assert (~res_ready_o | (read_ok_o & have_q));
      // A beat is complete with its last word.
      assert (act_place_q == 1 << act_words & wgt_place_q == 1 << wgt_words);
      assert (~act_full_q | act_words == 0);
      assert (~wgt_full_q | wgt_words == 0);
      assert (act_words < ACT_WORDS & wgt_words < WGT_WORDS);
      // The unit's books.
      assert (writes <= write_waited_q & reads <= read_waited_q);
    end
  end
