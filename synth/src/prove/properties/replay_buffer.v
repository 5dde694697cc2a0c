
  // Words are numbered as they are stored; whatever the number, taking that word gives what was stored under it.
  (* anyconst *) wire [ADDRESS:0] which;
  reg started = 0;
  reg [ADDRESS:0] count;
  reg [ADDRESS:0] position;
  reg closed;
  reg [WIDTH:0] token;
  reg fetched, expected;
  reg valid_due;
  wire stored_now = in_ready_o & in_valid_i;
  reg [ADDRESS:0] stored;
  wire [ADDRESS:0] position_next = ~take_i ? position : rewind_i ? 0 : position + 1;
  always @(posedge clk_i) begin
    started <= 1;
    position <= position_next;
    fetched <= take_i & position == which;
    expected <= fetched;
    stored <= count;
    valid_due <= position_next < stored;
    if (stored_now) begin
      count <= count + 1;
      closed <= in_last_i;
      if (count == which) token <= {in_last_i, in_data_i};
    end
    if (rst_i) begin
      count <= 0;
      stored <= 0;
      position <= 0;
      closed <= 0;
      fetched <= 0;
      expected <= 0;
      valid_due <= 0;
    end
  end

  wire [WIDTH:0] at_which = words_flat[which[ADDRESS-1:0] * (WIDTH + 1) +: WIDTH + 1];
  always @* begin
    assume (started | rst_i);
    assume (~take_i | valid_o);
    assume (which < DEPTH);
    if (started) begin
      assert (in_ready_o == (open_i & ~closed & count < DEPTH));
      assert (valid_o == valid_due);
      assert (~valid_o | position < stored);
      assert (~expected | {last_o, word_o} == token);
      assert (~fetched | \words.word_q == token);
      // A word is never taken in the cycle that writes it.
      assert (~(take_i & store_q & read_at == write_at_q));
      assert (~store_q | (write_at_q == stored[ADDRESS-1:0] & count == stored + 1'd1));
      assert (store_q | count == stored);
      assert (~(store_q & which == stored) | marked_q == token);
      assert (full_q == (count == DEPTH) & stored_q == stored);

      assert (count <= DEPTH & position <= stored);
      assert (write_q == count & read_q == position & closed_q == closed);
      assert (next_q == position + 1'd1);
      assert (~(which < stored) | at_which == token);
    end
  end
