
  // Words are numbered as they come and as they are pushed; one that is picked at any time is pushed under its number.
  (* anyseq *) wire pick, pick_burst;
  (* anyconst *) wire [7:0] column;
  reg started = 0;
  reg [7:0] came, gone, number;
  reg tracked, ends_job;
  reg [31:0] token;
  // Beats of the burst that is being made; beats and complete bursts that are stored.
  reg [4:0] made;
  reg [6:0] stored, bursts;
  // A burst that is picked, not yet taken: beats in front of it, and its own.
  reg watched;
  reg [6:0] bursts_ahead, beats_ahead, own;
  // Words of the beat of results that comes, that is held, and of the beat that is pushed.
  reg [7:0] coming, held, packed;
  reg [31:0] chosen, at_beat, at_hold;
  integer i;
  wire [7:0] in_beat = push_q ? packed : place;
  wire [7:0] at = number - gone;
  wire [7:0] at_held = at - in_beat;
  wire [6:0] closed = stored - made;
  wire picks = takes & pick & ~tracked & column < coming;
  wire leaves = push_q & tracked & at < packed;
  always @* begin
    coming = 0; held = 0; packed = 0; chosen = 0; at_beat = 0; at_hold = 0;
    for (i = 0; i < COLUMNS; i = i + 1) begin
      coming = coming + res_data_i[COLUMNS * ACC + i];
      held = held + (full_q & keep_q[i]);
      if (column == i) chosen = $signed(res_data_i[ACC * i +: ACC]);
      if (shown + at_held == i) at_hold = $signed(hold_q[ACC * i +: ACC]);
    end
    for (i = 0; i < WORDS; i = i + 1) begin
      packed = packed + pushed[i];
      if (at == i) at_beat = pushed[WORDS + 32 * i +: 32];
    end
  end
  always @(posedge clk_i) begin
    started <= 1;
    came <= rst_i ? 0 : takes ? came + coming : came;
    gone <= rst_i ? 0 : push_q ? gone + packed : gone;
    tracked <= ~rst_i & (picks | tracked & ~leaves);
    if (picks) begin
      number <= came + column;
      token <= chosen;
      ends_job <= res_last_i & column + 1 == coming;
    end
    made <= rst_i | ended ? 0 : made + push_q;
    stored <= rst_i ? 0 : stored + push_q - beats_pop_o;
    bursts <= rst_i ? 0 : bursts + ended - lengths_pop_o;
    if (ended & pick_burst & ~watched) begin
      watched <= 1;
      bursts_ahead <= bursts - lengths_pop_o;
      beats_ahead <= closed - beats_pop_o;
      own <= made + 1;
    end else if (watched) begin
      bursts_ahead <= bursts_ahead - lengths_pop_o;
      beats_ahead <= beats_ahead - beats_pop_o;
      watched <= ~(lengths_pop_o & bursts_ahead == 0);
    end
    if (rst_i) watched <= 0;
  end
  always @* begin
    assume (started | rst_i);
    // The first columns are real, one at least.
    assume (res_data_i[COLUMNS * ACC +: COLUMNS] == (1 << coming) - 1 & coming != 0);
    if (started) begin
      // Buffers hand on what they hold, and whoever takes bursts takes no beat of one before.
      assume (~lengths_pop_o | bursts != 0);
      assume (~beats_pop_o | closed > bursts);
      assume (~(beats_pop_o & watched) | beats_ahead > bursts_ahead);
      // Each word is pushed under its number, in a beat that is full or ends the job, which is marked then and only then.
      assert (~leaves | (at_beat == token & pushed[at]));
      assert (~leaves | (ends_job == (last_q & at + 1 == packed)));
      assert (~tracked | at < came - gone);
      assert (~push_q | (packed != 0 & pushed[WORDS-1:0] == (1 << packed) - 1));
      assert (~push_q | packed == WORDS | last_q);
      // No buffer overflows, and a burst is complete, 16 beats or the last ones of a job, when it is pushed.
      assert (~push_q | stored < 32);
      assert (~ended | (bursts < 32 & burst_q == made));
      assert (ended == (push_q & (last_q | made == 15)));
      assert (~watched | (stored >= beats_ahead + own & own >= 1 & own <= 16));
      // The packer's books.
      assert (came - gone == held + in_beat);
      assert (~full_q | (held != 0 & keep_q == (1 << held) - 1 & shown + held <= COLUMNS));
      assert (place < WORDS & (~push_q | place == 0));
      assert (place == 0 | pushed[WORDS-1:0] == (1 << place) - 1);
      assert (~(tracked & at < in_beat) | at_beat == token);
      assert (~(tracked & at >= in_beat) | (at_hold == token & ends_job == (final_q & at_held + 1 == held)));
      assert (~(tracked & ~push_q & at < place) | ~ends_job);
      assert (~(tracked & push_q & at < packed) | ends_job == (last_q & at + 1 == packed));
      assert (stored + push_q + free_q == 32 & made == burst_q & made < 16);
      assert (made <= stored & stored <= 32 & bursts <= closed);
      assert (~watched | (bursts_ahead < bursts & bursts_ahead <= beats_ahead & beats_ahead <= closed & beats_ahead + own <= closed));
    end
  end
