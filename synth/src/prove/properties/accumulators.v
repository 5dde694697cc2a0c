
  // The exact sum of any one token, counted in chunks, in a width that no sum of so many can leave.
  (* anyconst *) wire [TOKEN-1:0] which;
  reg started = 0;
  reg open = 0;
  reg [31:0] chunks;
  reg signed [47:0] exact;
  reg was_valid = 0;
  reg [TOKEN-1:0] was_token, was_read;
  reg was_single;
  wire same = single_i == was_single;
  reg checked = 0;
  wire mine = valid_i & token_i == which;
  wire signed [SUM-1:0] sum = sums_i;
  wire signed [47:0] base_exact = first_i ? 0 : exact;
  wire signed [47:0] next_exact = base_exact + sum + $signed({1'b0, owed_i});
  always @(posedge clk_i) begin
    started <= 1;
    was_valid <= valid_i;
    was_token <= token_i;
    was_read <= read_token_i;
    was_single <= single_i;
    if (~same) open <= 0;
    checked <= mine;
    if (mine) begin
      open <= 1;
      chunks <= first_i ? 1 : chunks + 1;
      exact <= next_exact;
    end
  end
  wire signed [WIDTH-1:0] stored = ram[which];
  wire signed [WIDTH-1:0] made = total_q;
  wire signed [WIDTH-1:0] read = word_q;
  wire signed [47:0] reach = $signed({16'd0, chunks}) * LEAST;
  always @* begin
    // What the columns guarantee, and K: no more chunks than the largest job has. Another number of tokens is another job.
    assume (next_exact - base_exact >= -LEAST & next_exact - base_exact <= LEAST);
    assume (~mine | first_i | (open & same & chunks < CHUNKS));
    // The RAM is read one cycle ahead; only a single token comes twice in a row.
    assume (token_i < (single_i ? 1 : TOKENS) & which < TOKENS);
    assume (~valid_i | (started & token_i == was_read));
    assume (~(valid_i & was_valid & token_i == was_token) | single_i | first_i);

    assert (~checked | made == exact);
    assert (~(open & was_single & which == 0) | made == exact);
    assert (~open | (stored == exact & chunks != 0 & chunks <= CHUNKS));
    assert (~open | (exact >= -reach & exact <= reach));
    assert (~(open & was_read == which & ~(was_valid & was_token == which)) | read == exact);
    assert (~(checked & ~open));
    assert (checked == (was_valid & was_token == which));
  end
