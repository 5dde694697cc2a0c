
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

  wire [ADDRESS:0] in_ram = \core.results.write_q - \core.results.read_q ;
  wire [ADDRESS-1:0] oldest = \core.results.read_q ;
  wire [ADDRESS+1:0] in_buffer = in_ram + \core.results.word_valid_q + \core.results.out_valid_q ;
  wire [ADDRESS:0] free = \core.sequencer.room_q ;
  wire is_last_pass = \core.sequencer.last_pass_q ;
  wire [TOKEN:0] token_now = \core.sequencer.token_q ;
  function [TOKEN:0] after (input [TOKEN:0] token);
    after = (token == last_token) ? 0 : token + 1;
  endfunction
  always @* begin
    assume (aresetn ? started : 1'd1);
    if (started) begin
      assert (~held | (m_axis_res_tvalid & offered == was));
      assert (~\core.results.push_i | in_buffer < ROOM);

      // Every place is free, promised to a result under way, or taken.
      assert (free + under_way + in_buffer == ROOM);
      assert (\core.sequencer.has_room_q == (free != 0));
      // A start is one cycle, and finds the datapath empty.
      assert (~\registers.ctrl_start_q | \registers.bvalid_q );
      assert (~\job.start_q | (~\registers.ctrl_start_q & ~\core.sequencer.run_q & free == ROOM));
      // `tkeep` of a result of the last pass depends on where the sequencer stands, which then stays there.
      assert (~(\core.results.word_valid_q & \core.results.word_q [TAIL]) | is_last_pass);
      assert (~(\core.results.out_valid_q & \core.results.out_q [TAIL]) | is_last_pass);
      // Tokens count up to the last one and begin again.
      if (\core.sequencer.run_q )
        assert (token_now <= last_token & \core.sequencer.last_q == (token_now == last_token)
                & \core.sequencer.single_q == (last_token == 0)
                & \core.sequencer.before_last_q + 1'd1 == last_token + (last_token == 0 ? 2 << TOKEN : 0));
    end
  end
