
  // Asserted from the second cycle of a reset on: a start that was already on its way outlives the first.
  reg was_reset = 0;
  reg was_reset_twice = 0;
  wire started = was_reset_twice | (ran & ~was_reset);
  reg ran = 0;
  reg held;
  reg [BITS + BITS/8:0] was;
  wire [BITS + BITS/8:0] offered = {m_axis_res_tlast, m_axis_res_tkeep, m_axis_res_tdata};
  always @(posedge aclk) begin
    was_reset <= ~aresetn;
    was_reset_twice <= ~aresetn & was_reset;
    ran <= started;
    held <= m_axis_res_tvalid & ~m_axis_res_tready & ~clear;
    was <= offered;
  end

  wire taken = \registers.ctrl_start_q | \job.check_q | \job.busy_q ;
  wire start_written = \registers.commit_q & \registers.ctrl_write & \registers.wdata_q [0];
  wire fits = \registers.tokens_m_q != 0 & \registers.tokens_m_q <= MAX_TOKENS & \registers.depth_k_q != 0
              & \registers.depth_k_q <= MAX_DEPTH & \registers.outputs_n_q != 0;
  wire shape_written = \registers.tokens_write | \registers.depth_write | \registers.outputs_write ;
  reg was_check;
  reg [TOKEN:0] was_last_token;
  reg [DEPTH:0] was_depth;
  wire same_shape = \job.last_token_q == was_last_token & \job.depth_q == was_depth;
  always @(posedge aclk) begin
    was_check <= \job.check_q ;
    was_last_token <= \job.last_token_q ;
    was_depth <= \job.depth_q ;
  end

  wire [ADDRESS:0] in_ram = \core.results.level_q + \core.results.came_q - \core.results.left_q ;
  wire [ADDRESS-1:0] next_place = \core.results.read_q + in_ram[ADDRESS-1:0];
  wire [ADDRESS-1:0] oldest = \core.results.read_q ;
  wire [ADDRESS+1:0] in_buffer = in_ram + \core.results.word_valid_q + \core.results.out_valid_q ;
  wire [ADDRESS:0] free = \core.sequencer.room_q ;
  wire is_last_pass = \core.sequencer.last_pass_q ;
  wire [TOKEN:0] token_now = \core.sequencer.token_q ;
  function [TOKEN:0] after (input [TOKEN:0] token);
    after = (token == last_token) ? 0 : token + 1;
  endfunction

  // The chunk of the pass that is issued, and how many chunks of any one token have been.
  (* anyconst *) wire [TOKEN:0] which;
  reg [19:0] chunk;
  reg [19:0] seen;
  wire [19:0] job_depth = \job.depth_q ;
  wire [19:0] through = (chunk + 1) * LANES;
  wire [DEPTH:0] left_after = job_depth - through;
  wire [DEPTH:0] left_after_first = job_depth - LANES;
  always @(posedge aclk) begin
    if (\core.sequencer.issue_q ) begin
      if (\core.sequencer.last_q ) chunk <= \core.sequencer.last_chunk_q ? 0 : chunk + 1;
      if (token_now == which) seen <= \core.sequencer.first_chunk_q ? 1 : seen + 1;
    end
    if (\job.start_q ) chunk <= 0;
  end
  always @* if (started) begin
    assert (~\core.sequencer.issue_q | \core.sequencer.act_valid_i );
    assert (~(\core.sequencer.run_q | \job.start_q ) | (job_depth != 0 & job_depth <= MAX_DEPTH));
    if (\core.sequencer.run_q ) begin
      assert (chunk < CHUNKS & \core.sequencer.first_chunk_q == (chunk == 0));
      assert (~(which <= last_token & (chunk != 0 | token_now > which)) | seen == chunk + (token_now > which));
      assert (chunk == 0 | chunk * LANES < job_depth);
      assert (\core.sequencer.last_chunk_q == (job_depth <= through) & \core.sequencer.k_after_q == left_after);
      assert (\core.sequencer.last_chunk_q | \core.sequencer.next_last_q == (job_depth <= through + LANES));
    end
    if (\core.sequencer.run_q | \job.start_q ) begin
      assert (\core.sequencer.one_chunk_q == (job_depth <= LANES) & \core.sequencer.k_second_q == left_after_first);
      assert (\core.sequencer.two_chunks_q == (job_depth <= 2 * LANES));
    end
  end

  always @* begin
    assume (aresetn ? started : 1'd1);
    if (started) begin
      assert (~held | (m_axis_res_tvalid & offered == was));
      assert (~\core.results.push_i [0] | in_buffer + filling < ROOM);
      assert (\core.results.stored_q == (in_ram != 0) & \core.results.more_q == (in_ram > 1));
      assert (\core.results.write_q == next_place + filling & in_ram + filling <= ROOM);
      assert (\core.results.both_q == (\core.results.word_valid_q & \core.results.out_valid_q ));

      // Every place is free, promised to a result under way, taken, or given back a cycle ago.
      assert (free + under_way + in_buffer + \core.sequencer.pop_q == ROOM);
      // What was decided a cycle ago is what can be done now.
      assert (\core.sequencer.issue_q == (\core.sequencer.run_q & \core.sequencer.act_valid_i
              & (\core.sequencer.tile_q | ~\core.sequencer.first_q ) & \core.sequencer.had_room_q ));
      // What is known in two places is the same in both.
      assert (\core.sequencer.able_q == (\core.sequencer.run_q & \core.sequencer.has_room_q ));
      assert (\core.sequencer.tile_q == \core.weights.valid_q );
      if (\core.sequencer.run_q )
        assert (\core.sequencer.pass_end_q == (\core.sequencer.last_q & \core.sequencer.last_chunk_q ));
      assert (~\core.sequencer.has_room_q | free >= 2);
      assert (~\core.sequencer.had_room_q | free >= 1);
      // A start is one cycle, finds nothing going on, and has a shape that stands still.
      assert (~\registers.commit_q | (\registers.bvalid_q & ~\registers.ctrl_start_q ));
      assert (~start_written | ~taken);
      assert (~(\registers.ctrl_start_q | \job.check_q ) | ~(\job.busy_q | \core.sequencer.run_q | \job.start_q ));
      assert (~(\registers.ctrl_start_q & \job.check_q ));
      // One register is written at a time, and so a shape stands still long before the start.
      assert (~(\registers.aw_full_q | \registers.commit_q ) | ~(\registers.ctrl_write & shape_written));
      assert (~\registers.ctrl_start_q | \job.fits == fits);
      assert (~\job.check_q | \job.shape_q == fits);
      assert (~(\core.sequencer.run_q | \job.start_q ) | \job.busy_q | \job.clear_q );
      assert (same_shape | (was_check & ~\job.start_q & ~\core.sequencer.run_q ));
      assert (~\job.busy_q | (job_depth != 0 & job_depth <= MAX_DEPTH & last_token < MAX_TOKENS));
      assert (~\job.start_q | (~\core.sequencer.run_q & free == ROOM));
      assert (~\job.res_done_q | ~\core.sequencer.run_q );
      // `tkeep` of a result of the last pass depends on where the sequencer stands, which then stays there.
      assert (~(\core.results.word_valid_q & word[TAIL]) | is_last_pass);
      assert (~(\core.results.out_valid_q & out[TAIL]) | is_last_pass);
      // The last result of a job leaves after the sequencer has stopped.
      assert (~(\core.results.word_valid_q & word[TAIL+1]) | ~\core.sequencer.run_q );
      assert (~(\core.results.out_valid_q & out[TAIL+1]) | ~\core.sequencer.run_q );
      // Tokens count up to the last one and begin again.
      if (\core.sequencer.run_q )
        assert (token_now <= last_token & \core.sequencer.last_q == (token_now == last_token));
      if (\core.sequencer.run_q | \job.start_q )
        assert (\core.sequencer.single_q == (last_token == 0)
                & \core.sequencer.before_last_q + 1'd1 == last_token + (last_token == 0 ? 2 << TOKEN : 0));
    end
  end
