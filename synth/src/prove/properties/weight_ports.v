  // Jobs that all ports took; what is proven of each reader is in its own module.
  reg [1:0] age = 0;
  reg [7:0] jobs;
  reg offered;
  reg [JOB-1:0] job_was, job_taken;
  always @(posedge clk_i) begin
    age <= age == 2 ? 2 : age + 1;
    jobs <= rst_i | clear_i ? 0 : jobs + (job_valid_i & job_ready_o);
    offered <= ~rst_i & job_valid_i & ~job_ready_o & ~clear_i;
    job_was <= job_data_i;
    if (enters != 0) job_taken <= job_data_i;
  end
  always @* begin
    assume (age == 2 | rst_i);
    if (age == 2) begin
      // No job comes while bursts are under way that were dropped, and one that is offered stays.
      assume (~job_valid_i | ~draining_o);
      assume (~offered | (job_valid_i & job_data_i == job_was));
      // Every port takes every job once, the same one, and the job is taken when all have.
      assert ((enters & (done_q | {PORTS{~job_valid_i}})) == 0);
      assert (done_q == 0 | offered);
      assert (done_q == 0 | job_taken == job_was);
      assert (done_q != {PORTS{1'd1}});
      assert (job_ready_o == (&(enters | done_q)));
      // A beat leaves all buffers at once.
      assert (pops == {PORTS{beats_valid_o & beats_ready_i}});
      // Whoever waits for bursts of dropped jobs waits for those of all ports.
      assert (draining_o == (left != 0));
    end
  end
