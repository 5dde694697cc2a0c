
  // The n-th word pushed is the n-th word popped, whatever n: a word picked at any time comes out after exactly the
  // words that were ahead of it.
  (* anyseq *) wire pick;
  reg started = 0;
  reg [ADDRESS:0] count;
  reg tracked;
  reg [ADDRESS:0] ahead;
  reg [WIDTH-1:0] token;
  reg held;
  reg [WIDTH-1:0] held_data;
  reg [1:0] late;
  always @(posedge clk_i) begin
    started <= 1;
    count <= count + push_i - pop_o;
    if (push_i & pick & ~tracked) begin
      tracked <= 1;
      token <= data_i;
      ahead <= count - pop_o;
    end else if (tracked & pop_o) begin
      ahead <= ahead - 1;
      tracked <= ahead != 0;
    end
    held <= valid_o & ~ready_i;
    held_data <= data_o;
    late <= (count != 0 & ~valid_o) ? late + 1 : 0;
    if (rst_i) begin
      count <= 0;
      tracked <= 0;
      held <= 0;
      late <= 0;
    end
  end

  // Where words are: `in_ram` of them behind the place that is read, then one in each register that is marked.
  wire [ADDRESS:0] in_ram = level_q + came_q - left_q;
  wire [ADDRESS-1:0] next_place = read_q + in_ram[ADDRESS-1:0];
  wire [1:0] in_registers = word_valid_q + out_valid_q;
  wire [ADDRESS-1:0] place = read_q + ahead - in_registers;
  wire [WIDTH-1:0] at_place = words_flat[place * WIDTH +: WIDTH];
  always @* begin
    assume (started | rst_i);
    // The pushing side keeps count of the room.
    assume (~push_i | count < DEPTH);
    if (started) begin
      assert (pop_o == (valid_o & ready_i));
      assert (~pop_o | count != 0);
      assert (~(pop_o & tracked & ahead == 0) | data_o == token);
      assert (~held | (valid_o & data_o == held_data));
      assert (late <= 2);
      // A word is never read in the cycle that writes it.
      assert (~(fetch & push_i & read_q == write_q));

      assert (stored_q == (in_ram != 0) & more_q == (in_ram > 1) & write_q == next_place);
      assert (both_q == (word_valid_q & out_valid_q));
      assert (in_ram <= DEPTH & count == in_ram + in_registers);
      assert (~tracked | ahead < count);
      assert (~(tracked & out_valid_q & ahead == 0) | \words.out_q == token);
      assert (~(tracked & word_valid_q & ahead == out_valid_q) | words_fetched == token);
      assert (~(tracked & ahead >= in_registers) | at_place == token);
    end
  end
