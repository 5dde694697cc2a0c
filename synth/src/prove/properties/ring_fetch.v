
  // Beats that are under way of activations, and behind them of a descriptor; descriptors asked for and jobs handed on since the start.
  (* anyconst *) wire [BASE-1:0] base_always;
  (* anyconst *) wire [SIZE-1:0] size_always;
  localparam WORDS = 512 / BUS;
  reg started = 0;
  reg on, any, held, apart, level, begun;
  reg [31:0] act_left;
  reg [4:0] desc_left;
  reg [15:0] asked_for, handed, next_was;
  reg [63:0] read_was;
  reg [1:0] calm;
  reg [511:0] words_came;
  reg [23:0] count_was;
  reg [15:0] next_1, next_2;
  wire [4:0] at = WORDS - desc_left;
  wire ask = read_valid_o & read_ready_i;
  wire take = beats_valid_i & beats_ready_o;
  wire hand = first_o | follow_o;
  wire came = checks | pushes | acts;
  // Words of the descriptor that have come.
  wire [4:0] known = came ? 16 : words ? at * (BUS / 32) : 0;
  wire [BASE-1:0] slot_next = base_i + (asked_for & ((32'd1 << size_i) - 1));
  wire [31:0] act_beats = SLOT >= BUS ? count_o * (SLOT / BUS) : (count_o + (BUS / SLOT - 1)) / (BUS / SLOT);
  always @(posedge clk_i) begin
    started <= 1;
    on <= ~ended & (start_i | on);
    any <= ~start_i & (hand | any);
    held <= read_valid_o & ~read_ready_i & ~rst_i & ~drop_i;
    read_was <= read_data_o;
    apart <= head_i != next_q;
    level <= tail_i == next_q;
    begun <= start_i;
    next_was <= next_q;
    next_1 <= next_q;
    next_2 <= next_1;
    calm <= ~started | start_i | asked ? 0 : calm + (calm != 3);
    act_left <= ended ? 0 : ask & acts ? (read_data_o >> 32) : act_left - (take & act_left != 0);
    desc_left <= ended ? 0 : ask & reads ? (read_data_o >> 32) : desc_left - (take & act_left == 0);
    asked_for <= start_i ? 0 : asked_for + (ask & reads);
    handed <= start_i ? 0 : handed + hand;
    if (take & act_left == 0) words_came[at * BUS +: BUS] <= beats_data_i;
    if (ask & acts) count_was <= count_o;
  end
  always @* begin
    assume (started | rst_i);
    assume (base_i == base_always & size_i == size_always);
    if (started) begin
      // The reader gives what it was asked for, in order; nothing of jobs that were dropped.
      assume (~beats_valid_i | act_left != 0 | desc_left != 0);
      assume (~beats_valid_i | beats_last_i == (act_left != 0 ? act_left == 1 : desc_left == 1));
      // A ring begins when nothing is under way. The head counts on, and the tail no further than jobs were handed on.
      assume (~start_i | (~working_o & act_left == 0 & desc_left == 0));
      assume (~(on & ~begun & apart & next_q == next_was) | head_i != next_q);
      assume (~(on & ~begun & level & next_q == next_was) | tail_i == next_q);
      assume (~begun | tail_i == 0);
      // A request holds until it is taken, unless the ring ends; none comes, and no job, before it begins again.
      assert (~held | drop_i | rst_i | (read_valid_o & read_data_o == read_was));
      assert (~read_valid_o & ~hand | (on & ~drop_i & ~rst_i));
      // A descriptor is asked for when it was written, where its slot is, and when all beats before are of activations.
      assert (~(read_valid_o & ~acts) | (reads & head_i != asked_for & read_data_o == {WORDS, slot_next} & desc_left == 0));
      // A job is handed on once a descriptor, as that has it, and only the first one as such.
      assert (~hand | (handed + 16'd1 == asked_for & desc_left == 0 & act_left == 0));
      assert (~hand | (first_o ? ~follow_o & ~any : any));
      assert (~hand | (tokens_o == words_came[32*1 +: TOKENS] & depth_o == words_came[32*2 +: DEPTH]));
      assert (~hand | (outputs_o == words_came[32*3 +: OUTPUTS] & tag_o == words_came[32*4 +: 32]));
      assert (~hand | (weights_o == words_came[32*5 +: 32] & (length_o == 0 | length_o == words_came[32*6 +: 32])));
      assert (~hand | (results_o == words_came[32*9+4 +: 28] & interrupt_o == words_came[1]));
      assert (~hand | ~STRIDES | (run_out == words_came[32*10 +: 24] & stride_out == words_came[32*11 +: 24]));
      // Its activations are asked for once, behind it, as many beats as hold them; they go on and nothing else does.
      assert (~(read_valid_o & acts) | (handed == asked_for & desc_left == 0 & act_left == 0));
      assert (~(read_valid_o & acts) | read_data_o == {act_beats, words_came[32*7 +: 32]});
      assert (~(read_valid_o & acts) | act_beats != 0);
      assert (act_valid_o == (beats_valid_i & act_left != 0));
      assert (act_left == 0 | beats_ready_o == act_ready_i);
      assert (act_left == 0 | count_o == count_was);
      assert (act_left != 0 | desc_left == 0 | beats_ready_o);
      // The fetcher's books.
      assert (on == on_q & (on | (idle & ~act_turn_q & act_left == 0 & desc_left == 0)));
      assert (words == (desc_left != 0) & desc_left <= WORDS);
      assert (act_turn_q == (came | state_q == 7 | act_left != 0));
      assert (~(came | state_q == 7) | act_left == 0);
      assert (~on | next_q + (words | came | state_q == 7) == asked_for);
      assert (~on | state_q == 7 | handed + (words | checks | pushes) == asked_for);
      assert (~on | any == ~first_q);
      assert (~(on & ~first_q) | any);
      assert (place == (words ? at : 0));
      assert (~(words | came) | calm == 3 | reads);
      assert (~reads | (calm >= 2 & apart));
      assert (~(on & more_q & idle) | (calm != 0 & apart));
      assert (~settles | calm >= wait_q);
      assert (~(reads | words | pushes | acts) | wait_q == 0);
      assert (calm < 1 | (next_1 == next_q & next_was == next_q));
      assert (calm < 2 | (next_2 == next_q));
      assert (calm < 1 | within_q == (next_q & ((32'd1 << size_i) - 1)));
      assert (calm < 2 | slot_q == base_i + (next_q & ((32'd1 << size_i) - 1)));
      assert (~on | calm == 0 | behind_q == ~level);
      assert (~(checks & wait_q != 0 | pushes | acts) | act_beats_q == act_beats);
      assert (~(checks & wait_q != 0 | pushes | acts) | good_q == (~(strange_q | askew_q | no_runs) & count_q != 0));
      assert (~acts | good_q);
      assert (known <= 0 | (interrupt_q == words_came[1] & fence_q == words_came[0]));
      assert (known <= 1 | tokens_q == words_came[32*1 +: TOKENS]);
      assert (known <= 2 | depth_q == words_came[32*2 +: DEPTH]);
      assert (known <= 3 | outputs_q == words_came[32*3 +: OUTPUTS]);
      assert (known <= 4 | tag_q == words_came[32*4 +: 32]);
      assert (known <= 5 | weights_q == words_came[32*5 +: 32]);
      assert (known <= 6 | length_q == words_came[32*6 +: 32]);
      assert (known <= 7 | act_base_q == words_came[32*7 +: 32]);
      assert (known <= 8 | count_q == words_came[32*8 +: 24]);
      assert (known <= 10 | (STRIDES ? run == words_came[32*10 +: 24] : no_runs == (words_came[32*10 +: 24] != 0)));
      assert (known <= 11 | ~STRIDES | stride == words_came[32*11 +: 24]);
      assert (known <= 9 | results_q == words_came[32*9+4 +: 28]);
    end
  end
