
  // The exact sum of any one token, counted in chunks, in a width that no sum of so many can leave.
  (* anyconst *) wire [TOKEN-1:0] which;
  reg started = 0;
  reg open = 0;
  reg [31:0] chunks;
  reg signed [47:0] exact;
  reg [1:0] was_mine = 0;
  reg [1:0] was_valid = 0;
  reg [TOKEN-1:0] token_1, token_2, read_1, read_2;
  reg was_single, was_pair, was_reset, reset_before, was_zero, first_q, was_odd, was_next, was_last;
  // Of two tokens, the next one, and whether it begins a pass.
  reg turn, turn_first;
  wire same = single_i == was_single & pair_i == was_pair;
  // What is on its way when a reset comes is of no use to anyone.
  wire used = valid_i & ~rst_i;
  wire mine = used & token_i == which;
  wire signed [SUM-1:0] sum = sums_i;
  wire signed [47:0] base_exact = first_q ? 0 : exact;
  wire signed [47:0] next_exact = base_exact + sum + $signed({1'b0, owed_i});
  always @(posedge clk_i) begin
    started <= 1;
    was_mine <= {was_mine[0], mine};
    was_valid <= {was_valid[0], used};
    {token_2, token_1} <= {token_1, token_i};
    {read_2, read_1} <= {read_1, read_token_i};
    was_single <= single_i;
    was_pair <= pair_i;
    was_reset <= rst_i;
    reset_before <= was_reset;
    first_q <= next_first_i;
    {was_odd, was_next, was_last} <= {next_odd_i, next_valid_i, next_last_chunk_i};
    was_zero <= next_first_i | pair_i;
    if (used) turn <= ~token_i[0];
    if (used) turn_first <= token_i[0] ? was_last : first_q;
    if (rst_i) {open, turn, turn_first} <= 3'b001;
    else if (mine) begin
      open <= 1;
      chunks <= first_q ? 1 : chunks + 1;
      exact <= next_exact;
    end
  end
  wire signed [WIDTH-1:0] stored = words_flat[which * WIDTH +: WIDTH];
  wire signed [WIDTH-1:0] made = total_q;
  wire signed [WIDTH-1:0] before = before_q;
  wire signed [WIDTH-1:0] fetched = LATE ? 0 : \words.word_q ;
  wire signed [WIDTH-1:0] read = \words.out_q ;
  wire signed [47:0] reach = $signed({16'd0, chunks}) * LEAST;
  wire my_turn = turn == which;
  wire of_pair = pair_i & which < 2;
  always @* begin
    assume (started | rst_i);
    // What the columns guarantee, and K: no more chunks than the largest job has.
    assume (next_exact - base_exact >= -LEAST & next_exact - base_exact <= LEAST);
    assume (~mine | first_q | (open & chunks < CHUNKS));
    // Another number of tokens is another job, and a reset before it, which empties the way here.
    assume (~(single_i & pair_i) & (~started | same | was_reset) & ~(valid_i & (was_reset | reset_before)));
    // The RAM is read two cycles ahead; one token comes twice in a row, two in turn, and each of more three cycles apart.
    assume (single_i | (TOKENS > 1 & pair_i) | (TOKENS > 2 & ~pair_i));
    assume (~used | (token_i == read_2 & token_i < (single_i ? 1 : TOKENS)));
    assume (~(used & was_valid[0] & token_i == token_1) | single_i);
    assume (~(used & was_valid[1] & token_i == token_2) | single_i | pair_i);
    assume (~(used & pair_i) | (token_i == turn & first_q == turn_first));
    // What is told a cycle ahead
    assume (~started | (valid_i ? was_next : ~was_next | was_reset) & (~valid_i | was_odd == token_i[0]));
    // The choice
    assume (which < TOKENS);

    assert (was_mine[0] == (was_valid[0] & token_1 == which) & was_mine[1] == (was_valid[1] & token_2 == which));
    if (started) assert (clears_q == (was_reset | ~was_pair | was_next & (was_odd ? was_last : first_q)));
    if (started) assert (was_zero == (was_pair | first_q));
    if (started) assert (~was_reset | (~open & turn == 0 & turn_first));
    if (started) assert (~reset_before | was_reset | before == 0);
    if (started & ~rst_i & ~was_reset) begin
      assert (~was_mine[0] | (open & made == exact));
      assert (~open | (chunks != 0 & chunks <= CHUNKS));
      // A distributed memory is written a cycle later.
      assert (~open | (LATE & was_mine[0]) | stored == exact);
      assert (~open | (exact >= -reach & exact <= reach));
      // One token
      assert (~(open & single_i) | which == 0);
      assert (~(open & single_i) | made == exact);
      assert (forward_q == (was_single & ~first_q));
      // Two tokens
      assert (~(open & pair_i) | which < 2);
      assert (pair_i | before == 0);
      assert (~of_pair | open | (turn_first & turn <= which));
      assert (~(of_pair & my_turn) | before == (turn_first ? 0 : exact));
      assert (~(of_pair & ~my_turn & open) | made == exact);
      // More
      assert (LATE | ~(open & read_1 == which & ~was_mine[0]) | fetched == exact);
      assert (~(open & read_2 == which & was_mine == 0 & ~was_zero) | read == exact);
      assert (~was_zero | read == 0);
    end
  end
