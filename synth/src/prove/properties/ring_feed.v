
  // The beats of memory that are held, parts of them that came or went, and beats of activations that are left of the job.
  reg started = 0;
  reg [HOLD-1:0] whole;
  reg [7:0] part;
  reg have, held;
  reg [COUNT-1:0] todo;
  reg [ACT:0] act_was;
  wire take = beats_valid_i & beats_ready_o;
  wire move = act_valid_o & act_ready_i;
  wire ended = move & todo == 1;
  wire last_part = part == PARTS - 1;
  wire [COUNT-1:0] todo_now = todo - move;
  wire [HOLD-1:0] rest = CUTS ? whole >> part * SLOT : whole;
  wire [HOLD-1:0] beyond = (hold_q ^ rest) << part * SLOT;
  wire [HOLD-1:0] came = (hold_q >> (PARTS - part) * BUS) ^ (whole & ((1'd1 << part * BUS) - 1));
  always @(posedge clk_i) begin
    started <= 1;
    todo <= rst_i ? 0 : take & todo_now == 0 ? count_i : todo_now;
    if (CUTS) begin
      if (take) whole <= beats_data_i;
      part <= rst_i | take ? 0 : move ? (last_part ? 0 : part + 1) : part;
      have <= ~rst_i & (take | have & ~(move & (ended | last_part)));
    end else begin
      if (take) whole[part * BUS +: BUS] <= beats_data_i;
      part <= rst_i ? 0 : take ? (last_part ? 0 : part + 1) : part;
      have <= ~rst_i & (take & last_part | have & ~move);
    end
    held <= act_valid_o & ~act_ready_i & ~rst_i;
    act_was <= {act_last_o, act_data_o};
  end
  always @* begin
    assume (started | rst_i);
    // A job has activations.
    assume (count_i != 0);
    if (started) begin
      // The activations offered are the next ones of what was taken, the last one of the job marked, and hold until taken.
      assert (act_valid_o == have);
      assert (~have | (act_data_o == rest[ACT-1:0] & act_last_o == (todo == 1)));
      assert (~held | (act_valid_o & {act_last_o, act_data_o} == act_was));
      // A beat is taken when all that belongs to the job has left the one before, and no later.
      assert (beats_ready_o == (~have | move & (CUTS == 0 | ended | last_part)));
      // The feeder's books.
      assert (full_q == have & fresh_q == (todo == 0 & (CUTS | part == 0)));
      assert (~have | todo != 0);
      assert (todo == 0 | left_q == todo);
      assert (part < PARTS);
      assert (place == part | (CUTS & ~have));
      assert (CUTS ? ~have | beyond == 0 : have ? part == 0 & hold_q == whole : came == 0);
    end
  end
