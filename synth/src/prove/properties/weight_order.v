
  // Next beat of the job that is asked for and beats that are left of it; the place of the request that was made last.
  (* anyseq *) wire pick;
  reg [PLACE-1:0] next_beat, place_was;
  reg [32:0] to_ask;
  reg closing;
  // A burst that is picked, bursts that come before it, and the mark of its last beat.
  reg tracked, mark;
  reg [7:0] before;
  wire [PLACE-1:0] job_beat = job_data_i[BASE-1:0] << STEPS;
  wire [31:0] job_beats = job_data_i[BASE +: 32];
  wire [PLACE-1:0] was_beat = job_was[BASE-1:0] << STEPS;
  wire [31:0] was_beats = job_was[BASE +: 32];
  wire [$clog2(BURST):0] was_before = was_beat % BURST - 1;
  wire [32:0] was_total = was_beats - 32'd1 + (was_beat % BURST);
  wire final_ask = closing & to_ask == length;
  always @(posedge clk_i) begin
    if (enter) begin
      next_beat <= job_beat;
      to_ask <= job_beats;
      closing <= STRIDES ? job_data_i[JOB-1] : 1'd1;
    end else if (ask) begin
      next_beat <= next_beat + length;
      to_ask <= to_ask - length;
    end
    if (ask) place_was <= next_beat;
    if (ask & pick & ~tracked) begin
      tracked <= 1;
      mark <= final_ask;
      before <= outstanding - end_of_burst;
    end else if (end_of_burst) begin
      tracked <= tracked & before != 0;
      before <= before - 1;
    end
    if (rst_i) tracked <= 0;
  end
  always @* begin
    if (age == 2) begin
      // A job has beats.
      assume (~job_valid_i | job_beats != 0);
      // The bursts of a job ask for its beats and no others, in order.
      assert (~ask | (to_ask != 0 & length <= to_ask));
      assert (~axi_arvalid_o | axi_araddr_o == (place_was / BURST * PORTS * BURST + place_was % BURST) * BYTES);
      // The last beat of a job is marked, and no other.
      assert (~(axi_rvalid_i & tracked & before == 0) | last == (axi_rlast_i & mark));
      // The reader's books.
      assert (~active_q | {window_q, first_q} == next_beat);
      assert (~active_q | to_ask == left_q * BURST + end_q + 1 - first_q);
      assert (~active_q | (to_ask != 0 & to_ask <= 33'h100000000 & final_q == (left_q == 0) & closes == closing));
      assert (~known_q[0] | (offered & base_q == job_was[BASE-1:0] & before_q == was_before));
      assert (~known_q[1] | (offered & known_q[0] & total_q == was_total));
      assert (finals_q >> outstanding == 0);
      assert (~tracked | (before < outstanding & finals_q[before] == mark));
    end
  end
