
  // Words are numbered as they are stored; whatever the number, taking that word gives what was stored under it.
  (* anyconst *) wire [ADDRESS:0] which;
  reg started = 0;
  reg [ADDRESS:0] count;
  reg [ADDRESS:0] position;
  reg closed;
  reg [WIDTH:0] token;
  reg fetched, expected;
  reg [1:0] quiet;
  wire stored_now = in_ready_o & in_valid_i;
  wire [ADDRESS:0] stored = count - store_q;
  always @(posedge clk_i) begin
    started <= 1;
    if (take_i) position <= rewind_i ? 0 : position + 1;
    fetched <= take_i & position == which;
    expected <= fetched;
    quiet <= (stored_now | take_i) ? 0 : quiet + (quiet < 2);
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
      quiet <= 0;
    end
  end

  wire [WIDTH:0] at_which = words_flat[which[ADDRESS-1:0] * (WIDTH + 1) +: WIDTH + 1];
  always @* begin
    assume (started | rst_i);
    assume (~take_i | valid_o);
    // Behind the marked word there is none.
    assume (~(take_i & closed & position + 1'd1 == count) | rewind_i);
    assume (which < DEPTH);
    if (started) begin
      assert (in_ready_o == (open_i & ~closed & count < DEPTH));
      assert (~valid_o | position < stored);
      // Whoever waits for a word gets it: after the last one, and when nothing moves.
      assert (~(closed & quiet == 2) | valid_o);
      assert (~(position < count & quiet == 2) | valid_o);
      assert (~expected | {last_o, word_o} == token);
      assert (~fetched | \words.word_q == token);
      // A word is never taken in the cycle that writes it.
      assert (~(take_i & store_q & read_at == write_at_q));
      assert (~store_q | (count != 0 & write_at_q == stored[ADDRESS-1:0]));
      assert (~(store_q & which == stored) | marked_q == token);
      assert (full_q == (count == DEPTH));

      assert (count <= DEPTH & position <= count & (~closed | position < count));
      assert (write_q == count & read_q == position & closed_q == closed);
      assert (probe_q == position + 2'd2 & goal_q == count + 2'd2);
      assert (~ahead_q | (closed & ~store_q) | position + 2'd2 <= stored);
      assert (~(unread_q & quiet_q) | (position < count & ~store_q));
      assert (quiet == 0 | (~store_q & quiet_q & (~closed | ahead_q) & (position >= count | unread_q)));
      assert (~(which < stored) | at_which == token);
    end
  end
