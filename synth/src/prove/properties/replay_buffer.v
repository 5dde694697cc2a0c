
  // Words are numbered as they are stored; whatever the number, taking that word gives what was stored under it.
  (* anyconst *) wire [ADDRESS:0] which;
  reg started = 0;
  reg [ADDRESS:0] count;
  reg [ADDRESS:0] position;
  reg closed;
  reg [WIDTH-1:0] token;
  reg fetched, expected;
  reg [2:0] still;
  // Where to read is set back a cycle after a reset.
  reg fresh;
  reg was_open;
  wire stored_now = in_ready_o & in_valid_i;
  wire [ADDRESS:0] stored = count - store_q;
  wire [GAP:0] gap_now = 2 * probe_q - 2 * write_q;
  always @(posedge clk_i) begin
    started <= 1;
    fresh <= rst_i;
    was_open <= open_next_i & (rst_i | was_open);
    if (take_i) position <= rewind_i ? 0 : position + 1;
    fetched <= take_i & position == which;
    expected <= fetched;
    still <= (stored_now | take_i) ? 0 : still + (still < 4);
    if (stored_now) begin
      count <= count + 1;
      closed <= in_last_i;
      if (count == which) token <= {in_last_i, in_data_i};
    end
    if (rst_i) begin
      count <= 0;
      position <= 0;
      closed <= 0;
      fetched <= 0;
      expected <= 0;
      still <= 0;
    end
  end

  wire [WIDTH-1:0] at_which = bank_0_flat[which[ADDRESS-1:0] * WIDTH +: WIDTH];
  always @* begin
    assume (started | rst_i);
    assume (~take_i | valid_o);
    // Behind the marked word there is none.
    assume (~(take_i & closed & position + 1'd1 == count) | rewind_i);
    assume (which < DEPTH);
    if (started) begin
      assert (in_ready_o == (was_open & ~closed & count < DEPTH));
      assert (~valid_o | position < stored);
      // Whoever waits for a word gets it: after the last one, and when nothing moves.
      assert (~(closed & still != 0) | valid_o);
      assert (~(position < count & still == 4) | valid_o);
      assert (~expected | {last_o, word_o} == token);
      assert (~fetched | \bank_0.word_q == token);
      // A word is never taken in the cycle that writes it.
      assert (~(take_i & store_q & \read_0.at_q == write_at));
      assert (~store_q | count != 0);
      assert (~(store_q & which == stored) | marked_q == token);
      assert (brink_q == (count == DEPTH - 1));
      assert (rst_1_q == fresh);

      assert (count <= DEPTH & position <= count & (~closed | position < count));
      assert (write_q == stored & closed_q == closed);
      assert (fresh | (\read_0.at_q == position[ADDRESS-1:0] & probe_q == position + 2'd2));
      assert (~ahead | position + 2'd2 <= stored);
      assert (~quiet_q | gap_q == gap_now);
      assert (~lone_q | position < stored);
      assert (still == 0 | ~store_q);
      assert (still < 2 | quiet_q);
      assert (still < 3 | position == count | lone_q | ahead);
      assert (~(which < stored) | at_which == token);
    end
  end
