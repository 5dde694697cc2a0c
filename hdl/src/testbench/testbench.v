// Runs jobs on the unit through registers and streams, with pauses, and compares every sum: all lanes and columns, every trit and code,
// several chunks, passes and tokens, the largest job, and jobs that have to be refused. Ends with $fatal when something is wrong, so
// that simulators report failure.
//
// The simulation has to run in a folder with the vectors beside it: trine_tb_jobs.hex, trine_tb_act.hex, trine_tb_wgt.hex,
// trine_tb_sums.hex. Commands, with `-f trine_cells.f` in front of `-f trine.f` where there is such a file:
//
//   with Icarus: iverilog -g2012 -s trine_tb -o trine_tb.vvp -f trine.f trine_tb.v && vvp trine_tb.vvp
//   with Verilator: verilator --binary --timing -Wno-fatal --top-module trine_tb -f trine.f trine_tb.v && obj_dir/Vtrine_tb
//
// It does not check cycle and stall counters, aborts, resets, the watchdog, stream errors (tlast, tkeep) or access to registers in the
// middle of a job; `trine verify --rtl DIR` does. A message names a sum, not a lane: that command says which lanes are wrong.
module trine_tb;
  // settings

  reg [31:0] jobs [0:JOBS*ROW-1];
  reg [ACT_BITS-1:0] acts [0:ACTS-1];
  reg [WGT_BITS-1:0] wgts [0:WGTS-1];
  reg [31:0] sums [0:SUMS-1];

  reg aclk, aresetn;
  reg [11:0] awaddr, araddr;
  reg [31:0] wdata;
  reg awvalid, wvalid, arvalid;
  wire awready, wready, bvalid, arready, rvalid;
  wire [1:0] bresp, rresp;
  wire [31:0] rdata;
  reg [ACT_BITS-1:0] act;
  reg [WGT_BITS-1:0] wgt;
  wire [RES_BITS-1:0] res;
  wire [RES_BITS/8-1:0] res_keep;
  reg act_valid, act_last, wgt_valid, wgt_last, res_ready;
  wire act_ready, wgt_ready, res_valid, res_last, irq;
  initial begin
    aclk = 1'b0;
    forever #5 aclk = !aclk;
  end

  trine unit (
    .aclk(aclk), .aresetn(aresetn),
    .s_axil_awaddr(awaddr), .s_axil_awprot(3'd0), .s_axil_awvalid(awvalid), .s_axil_awready(awready),
    .s_axil_wdata(wdata), .s_axil_wstrb(4'hf), .s_axil_wvalid(wvalid), .s_axil_wready(wready),
    .s_axil_bresp(bresp), .s_axil_bvalid(bvalid), .s_axil_bready(1'b1),
    .s_axil_araddr(araddr), .s_axil_arprot(3'd0), .s_axil_arvalid(arvalid), .s_axil_arready(arready),
    .s_axil_rdata(rdata), .s_axil_rresp(rresp), .s_axil_rvalid(rvalid), .s_axil_rready(1'b1),
    .s_axis_act_tdata(act), .s_axis_act_tkeep({ACT_BITS/8{1'b1}}), .s_axis_act_tlast(act_last),
    .s_axis_act_tvalid(act_valid), .s_axis_act_tready(act_ready),
    .s_axis_wgt_tdata(wgt), .s_axis_wgt_tkeep({WGT_BITS/8{1'b1}}), .s_axis_wgt_tlast(wgt_last),
    .s_axis_wgt_tvalid(wgt_valid), .s_axis_wgt_tready(wgt_ready),
    .m_axis_res_tdata(res), .m_axis_res_tkeep(res_keep), .m_axis_res_tlast(res_last),
    .m_axis_res_tvalid(res_valid), .m_axis_res_tready(res_ready),
    .irq(irq)
  );

  // Pauses: a register of 32 bits, each stream with bits of its own.
  reg [31:0] dice;
  always @(posedge aclk) dice <= !aresetn ? 32'd1 : {dice[30:0], dice[31] ^ dice[21] ^ dice[1] ^ dice[0]};
  wire [3:0] act_dice = {dice[27], dice[19], dice[9], dice[2]};
  wire [3:0] wgt_dice = {dice[30], dice[17], dice[12], dice[5]};
  wire [3:0] res_dice = {dice[24], dice[20], dice[14], dice[7]};

  // The job: a row of the table.
  integer job, code, tokens, depth, outputs;
  integer act_base, act_period, act_beats, wgt_base, wgt_period, wgt_beats, sum_base;
  reg [4:0] act_pause, wgt_pause, res_pause;
  integer act_whole, wgt_whole, res_whole;
  reg streaming;

  // Cycles since anything moved.
  integer quiet;
  always @(posedge aclk)
    if ((act_valid && act_ready) || (wgt_valid && wgt_ready) || (res_valid && res_ready) || !streaming) quiet <= 0;
    else quiet <= quiet + 1;

  // Sources: what was offered stays until it is taken, what repeats itself is read again.
  integer act_sent, act_at, wgt_sent, wgt_at;
  always @(posedge aclk)
    if (!streaming) begin
      act_valid <= 1'b0;
      act_sent <= 0;
      act_at <= 0;
    end else if (!act_valid || act_ready) begin
      act_valid <= act_sent < act_beats && {1'b0, act_dice} >= act_pause;
      if (act_sent < act_beats && {1'b0, act_dice} >= act_pause) begin
        act <= acts[act_base + act_at];
        act_last <= act_sent == act_whole - 1;
        act_sent <= act_sent + 1;
        act_at <= act_at == act_period - 1 ? 0 : act_at + 1;
      end
    end
  always @(posedge aclk)
    if (!streaming) begin
      wgt_valid <= 1'b0;
      wgt_sent <= 0;
      wgt_at <= 0;
    end else if (!wgt_valid || wgt_ready) begin
      wgt_valid <= wgt_sent < wgt_beats && {1'b0, wgt_dice} >= wgt_pause;
      if (wgt_sent < wgt_beats && {1'b0, wgt_dice} >= wgt_pause) begin
        wgt <= wgts[wgt_base + wgt_at];
        wgt_last <= wgt_sent == wgt_whole - 1;
        wgt_sent <= wgt_sent + 1;
        wgt_at <= wgt_at == wgt_period - 1 ? 0 : wgt_at + 1;
      end
    end

  // Results: beats are blocks of columns, within them tokens.
  integer res_taken, checked;
  always @(posedge aclk) begin
    res_ready <= streaming && {1'b0, res_dice} >= res_pause;
    if (!streaming) res_taken <= 0;
    else if (res_valid && res_ready) begin
      compare(res_taken % tokens, res_taken / tokens * COLUMNS);
      res_taken <= res_taken + 1;
    end
  end

  // Compared with === and !==, so that x and z are wrong, too.
  task compare(input integer token, input integer block);
    integer column, output_at;
    reg signed [31:0] expected, actual;
    begin
      if (res_taken >= res_whole) begin
        name_job;
        $fatal(1, "a result beat comes behind the last one, number %0d of %0d", res_taken, res_whole);
      end
      if (res_last !== (res_taken == res_whole - 1)) begin
        name_job;
        $fatal(1, "result beat %0d of %0d: tlast is %b", res_taken, res_whole, res_last);
      end
      for (column = 0; column < COLUMNS; column = column + 1) begin
        output_at = block + column;
        if (res_keep[4*column+:4] !== {4{output_at < outputs}}) begin
          name_job;
          $fatal(1, "result beat %0d, column %0d: tkeep is %b", res_taken, column, res_keep[4*column+:4]);
        end
        if (output_at < outputs) begin
          expected = sums[sum_base + token * outputs + output_at];
          actual = res[32*column+:32];
          if (actual !== expected) begin
            name_job;
            $fatal(1, "token %0d, output %0d, beat %0d, column %0d: %0d expected, %0d came", token, output_at, res_taken, column,
                   expected, actual);
          end
          checked = checked + 1;
        end
      end
    end
  endtask

  task name_job;
    $display("trine_tb: job %0d, m = %0d, k = %0d, n = %0d, is wrong at %0t", job, tokens, depth, outputs, $time);
  endtask

  // Registers: requests change at falling edges, and what rising ones saw is looked at there. So no simulator meets a race.
  reg aw_taken, w_taken, b_seen, ar_taken, r_seen;
  reg [1:0] b_answer, r_answer;
  reg [31:0] r_word;
  always @(posedge aclk) begin
    aw_taken <= awvalid && awready;
    w_taken <= wvalid && wready;
    b_seen <= bvalid;
    b_answer <= bresp;
    ar_taken <= arvalid && arready;
    r_seen <= rvalid;
    r_answer <= rresp;
    r_word <= rdata;
  end

  reg [31:0] word;
  reg answered;
  integer waited;
  task write(input [127:0] name, input [11:0] at, input [31:0] value);
    begin
      awaddr = at;
      wdata = value;
      awvalid = 1'b1;
      wvalid = 1'b1;
      answered = 1'b0;
      for (waited = 0; !answered; waited = waited + 1) begin
        @(negedge aclk);
        if (aw_taken) awvalid = 1'b0;
        if (w_taken) wvalid = 1'b0;
        answered = b_seen === 1'b1;
        if (answered && b_answer !== 2'd0) $fatal(1, "writing register %0s at 0x%h is refused", name, at);
        if (waited == PATIENCE) $fatal(1, "register %0s at 0x%h does not answer a write", name, at);
      end
    end
  endtask

  task read(input [127:0] name, input [11:0] at);
    begin
      araddr = at;
      arvalid = 1'b1;
      answered = 1'b0;
      for (waited = 0; !answered; waited = waited + 1) begin
        @(negedge aclk);
        if (ar_taken) arvalid = 1'b0;
        answered = r_seen === 1'b1;
        word = r_word;
        if (answered && r_answer !== 2'd0) $fatal(1, "reading register %0s at 0x%h is refused", name, at);
        if (waited == PATIENCE) $fatal(1, "register %0s at 0x%h does not answer a read", name, at);
      end
    end
  endtask

  task expect_word(input [127:0] name, input [11:0] at, input [31:0] value);
    begin
      read(name, at);
      if (word !== value) $fatal(1, "register %0s at 0x%h is 0x%h, expected 0x%h", name, at, word, value);
    end
  endtask

  task show(input [127:0] name, input [11:0] at);
    begin
      read(name, at);
      $display("trine_tb:   %0s = 0x%h", name, word);
    end
  endtask

  // What a unit that stands still says of itself.
  task hang;
    begin
      name_job;
      $display("trine_tb: nothing moves: %0d of %0d activation beats, %0d of %0d weight beats and %0d of %0d result beats did, irq is %b",
               act_sent - (act_valid ? 1 : 0), act_beats, wgt_sent - (wgt_valid ? 1 : 0), wgt_beats, res_taken, res_whole, irq);
      write("PERF_CTRL", PERF_CTRL, SNAPSHOT);
      show("STATUS", STATUS);
      show("ERR_CODE", ERR_CODE);
      show("IRQ_STAT", IRQ_STAT);
      show("DONE_TAG", DONE_TAG);
      show("CYCLES_LO", CYCLES_LO);
      show("ACTIVE_LO", ACTIVE_LO);
      show("STALL_ACT_LO", STALL_ACT_LO);
      show("STALL_WGT_LO", STALL_WGT_LO);
      show("STALL_OUT_LO", STALL_OUT_LO);
      show("ACT_BEATS", ACT_BEATS);
      show("WGT_BEATS", WGT_BEATS);
      show("RES_BEATS", RES_BEATS);
      $fatal(1, "the unit hangs: see STATUS, ERR_CODE and the counters above");
    end
  endtask

  task load(input integer at);
    begin
      code = jobs[at];
      tokens = jobs[at+1];
      depth = jobs[at+2];
      outputs = jobs[at+3];
      act_base = jobs[at+4];
      act_period = jobs[at+5];
      act_beats = jobs[at+6];
      wgt_base = jobs[at+7];
      wgt_period = jobs[at+8];
      wgt_beats = jobs[at+9];
      sum_base = jobs[at+10];
      act_pause = jobs[at+11][20:16];
      wgt_pause = jobs[at+11][12:8];
      res_pause = jobs[at+11][4:0];
      act_whole = (depth + LANES - 1) / LANES * tokens;
      res_whole = (outputs + COLUMNS - 1) / COLUMNS * tokens;
      wgt_whole = (depth + LANES - 1) / LANES * ((outputs + COLUMNS - 1) / COLUMNS) * BEATS;
    end
  endtask

  // One job from its start to its end.
  task run;
    begin
      write("PERF_CTRL", PERF_CTRL, CLEAR);
      write("TOKENS", TOKENS, tokens);
      write("DEPTH", DEPTH, depth);
      write("OUTPUTS", OUTPUTS, outputs);
      write("JOB_TAG", JOB_TAG, job + 1);
      write("CTRL", CTRL, START);
      streaming = 1'b1;
      @(negedge aclk);
      while (irq !== 1'b1 && quiet < PATIENCE) @(negedge aclk);
      if (irq !== 1'b1) hang;
      read("STATUS", STATUS);
      if (code == 0) begin
        if ((word & ERROR) === ERROR) begin
          read("ERR_CODE", ERR_CODE);
          name_job;
          $fatal(1, "the unit drops the job: STATUS.error is set, ERR_CODE is %0d", word);
        end
        if (word !== DONE) hang;
        while (res_taken < res_whole && quiet < PATIENCE) @(negedge aclk);
        if (res_taken != res_whole || act_valid || wgt_valid || act_sent != act_beats || wgt_sent != wgt_beats) hang;
        expect_word("DONE_TAG", DONE_TAG, job + 1);
        expect_word("ERR_CODE", ERR_CODE, 32'd0);
        write("PERF_CTRL", PERF_CTRL, SNAPSHOT);
        expect_word("ACT_BEATS", ACT_BEATS, act_beats);
        expect_word("WGT_BEATS", WGT_BEATS, wgt_beats);
        expect_word("RES_BEATS", RES_BEATS, res_whole);
        write("STATUS", STATUS, DONE);
      end else begin
        if (word !== ERROR) begin
          name_job;
          $fatal(1, "the unit has to refuse the job with ERR_CODE %0d, but STATUS is 0x%h", code, word);
        end
        read("ERR_CODE", ERR_CODE);
        if (word !== code) begin
          name_job;
          $fatal(1, "ERR_CODE is %0d, expected %0d", word, code);
        end
        write("STATUS", STATUS, ERROR);
      end
      streaming = 1'b0;
      write("IRQ_STAT", IRQ_STAT, 32'd3);
      @(negedge aclk);
      if (irq !== 1'b0) $fatal(1, "irq stays high after IRQ_STAT was cleared");
    end
  endtask

  initial begin
    aresetn = 1'b0;
    awvalid = 1'b0;
    wvalid = 1'b0;
    arvalid = 1'b0;
    streaming = 1'b0;
    checked = 0;
    $readmemh("trine_tb_jobs.hex", jobs);
    $readmemh("trine_tb_act.hex", acts);
    $readmemh("trine_tb_wgt.hex", wgts);
    $readmemh("trine_tb_sums.hex", sums);
    if ((^jobs[JOBS*ROW-1] ^ ^acts[ACTS-1] ^ ^wgts[WGTS-1] ^ ^sums[SUMS-1]) === 1'bx)
      $fatal(1, "the vectors, trine_tb_*.hex, are not in the folder in which the simulation runs");
    repeat (16) @(negedge aclk);
    aresetn = 1'b1;
    @(negedge aclk);
    expect_word("ID", ID, ID_VALUE);
    expect_word("VERSION", VERSION, VERSION_VALUE);
    expect_word("CAPS0", CAPS0, CAPS0_VALUE);
    expect_word("CAPS1", CAPS1, CAPS1_VALUE);
    expect_word("CAPS2", CAPS2, CAPS2_VALUE);
    write("IRQ_EN", IRQ_EN, 32'd3);
    for (job = 0; job < JOBS; job = job + 1) begin
      load(job * ROW);
      run;
    end
    if (checked != SUMS) $fatal(1, "%0d sums of %0d were compared", checked, SUMS);
    $display("trine_tb: %0d jobs right, %0d sums", JOBS, checked);
    $finish;
  end
endmodule
