// Register file on AXI4-Lite.
module trine_registers (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Synchronous reset.
  input  wire rst_i,
  // Write address in bytes.
  input  wire [11:0] awaddr_i,
  // A write address is offered.
  input  wire awvalid_i,
  // Word to write.
  input  wire [31:0] wdata_i,
  // Bytes of the word to write.
  input  wire [3:0] wstrb_i,
  // A word to write is offered.
  input  wire wvalid_i,
  // The answer to a write is taken.
  input  wire bready_i,
  // Read address in bytes.
  input  wire [11:0] araddr_i,
  // A read address is offered.
  input  wire arvalid_i,
  // The word read is taken.
  input  wire rready_i,
  // A job is running.
  input  wire status_busy_i,
  // Starts the job described by TOKENS, DEPTH, OUTPUTS and JOB_TAG, or begins the ring at its first slot; SLVERR while busy.
  output wire ctrl_start_o,
  // Drops the running job; streams must be restarted.
  output wire ctrl_abort_o,
  // Drops the running job and resets every register.
  output wire ctrl_soft_reset_o,
  // The beat that is completed next in ACT_WINDOW is the last one of the job.
  output wire ctrl_act_last_o,
  // The beat that is completed next in WGT_WINDOW is the last one of the job.
  output wire ctrl_wgt_last_o,
  // A job has finished since this was last cleared.
  input  wire status_done_set_i,
  // A job has finished since this was last cleared.
  output wire status_done_o,
  // A job was refused or dropped; see ERR_CODE.
  input  wire status_error_set_i,
  // A job was refused or dropped; see ERR_CODE.
  output wire status_error_o,
  // One of the error codes; kept until the next start.
  input  wire [3:0] err_code_code_i,
  // Interrupt when a job is done.
  output wire irq_en_done_o,
  // Interrupt on an error.
  output wire irq_en_error_o,
  // A job has finished.
  input  wire irq_stat_done_set_i,
  // A job has finished.
  output wire irq_stat_done_o,
  // A job was refused or dropped.
  input  wire irq_stat_error_set_i,
  // A job was refused or dropped.
  output wire irq_stat_error_o,
  // Rows of the activation matrix, 1 to CAPS1.max_tokens.
  output wire [12:0] tokens_m_o,
  // Depth of the dot products, 1 to CAPS1.max_depth.
  output wire [18:0] depth_k_o,
  // Outputs a token, at least 1.
  output wire [19:0] outputs_n_o,
  // The watchdog's limit is written.
  output wire watchdog_written_o,
  // Cycles without a beat on any stream after which a job is dropped; 0 switches the watchdog off.
  output wire [31:0] watchdog_cycles_o,
  // Copied to DONE_TAG when the job is done.
  output wire [31:0] job_tag_tag_o,
  // JOB_TAG at that job's start.
  input  wire [31:0] done_tag_tag_i,
  // Sets all counters to zero.
  output wire perf_ctrl_clear_o,
  // Copies all counters into the registers below.
  output wire perf_ctrl_snapshot_o,
  // Bits 31:0.
  input  wire [31:0] cycles_lo_value_i,
  // Bits 47:32.
  input  wire [15:0] cycles_hi_value_i,
  // Bits 31:0.
  input  wire [31:0] active_lo_value_i,
  // Bits 47:32.
  input  wire [15:0] active_hi_value_i,
  // Bits 31:0.
  input  wire [31:0] stall_act_lo_value_i,
  // Bits 47:32.
  input  wire [15:0] stall_act_hi_value_i,
  // Bits 31:0.
  input  wire [31:0] stall_wgt_lo_value_i,
  // Bits 47:32.
  input  wire [15:0] stall_wgt_hi_value_i,
  // Bits 31:0.
  input  wire [31:0] stall_out_lo_value_i,
  // Bits 47:32.
  input  wire [15:0] stall_out_hi_value_i,
  // Modulo 2^32.
  input  wire [31:0] act_beats_value_i,
  // Modulo 2^32.
  input  wire [31:0] wgt_beats_value_i,
  // Modulo 2^32.
  input  wire [31:0] res_beats_value_i,
  // Modulo 2^32.
  input  wire [31:0] jobs_value_i,
  // Keeps what was written.
  output wire [31:0] scratch_value_o,
  // The write address is taken.
  output wire awready_o,
  // The word to write is taken.
  output wire wready_o,
  // A write is answered.
  output wire bvalid_o,
  // Answer to the write: OKAY or SLVERR.
  output wire [1:0] bresp_o,
  // The read address is taken.
  output wire arready_o,
  // A read is answered.
  output wire rvalid_o,
  // Answer to the read: OKAY or SLVERR.
  output wire [1:0] rresp_o,
  // Word read.
  output wire [31:0] rdata_o
);
  reg bvalid_q;
  reg [1:0] bresp_q;
  reg rvalid_q;
  reg [1:0] rresp_q;
  reg [31:0] rdata_q;
  wire write;
  wire read;
  reg aw_full_q;
  wire aw_enter;
  reg w_full_q;
  wire w_enter;
  reg ar_full_q;
  wire ar_enter;
  wire [9:0] write_word;
  reg [31:0] wdata_q;
  reg strobes_full_q;
  wire [9:0] read_word;
  wire write_request;
  reg settled_q;
  reg chosen_q;
  wire read_request;
  wire starts;
  wire refused;
  wire allowed;
  reg soft_reset_q;
  wire reset;
  reg commit_q;
  reg [7:0] write_low_q;
  reg write_high_0_q;
  reg write_high_1_q;
  reg write_high_2_q;
  reg write_high_3_q;
  reg id_skip_q;
  reg [30:0] id_word_q;
  reg version_skip_q;
  reg [17:0] version_word_q;
  reg caps0_skip_q;
  reg [22:0] caps0_word_q;
  reg caps1_skip_q;
  reg [23:0] caps1_word_q;
  reg ctrl_skip_q;
  wire ctrl_write;
  wire ctrl_strobe;
  reg ctrl_start_q;
  reg ctrl_abort_q;
  reg ctrl_act_last_q;
  reg ctrl_wgt_last_q;
  reg [4:0] ctrl_word_q;
  reg status_skip_q;
  wire status_write;
  wire status_strobe;
  reg status_done_q;
  reg status_error_q;
  reg [2:0] status_word_q;
  reg err_code_skip_q;
  reg [3:0] err_code_word_q;
  reg irq_en_skip_q;
  wire irq_en_write;
  wire irq_en_strobe;
  reg irq_en_done_q;
  reg irq_en_error_q;
  reg [1:0] irq_en_word_q;
  reg irq_stat_skip_q;
  wire irq_stat_write;
  wire irq_stat_strobe;
  reg irq_stat_done_q;
  reg irq_stat_error_q;
  reg [1:0] irq_stat_word_q;
  reg tokens_skip_q;
  wire tokens_write;
  wire tokens_strobe;
  reg [12:0] tokens_m_q;
  reg [12:0] tokens_word_q;
  reg depth_skip_q;
  wire depth_write;
  wire depth_strobe;
  reg [18:0] depth_k_q;
  reg [18:0] depth_word_q;
  reg outputs_skip_q;
  wire outputs_write;
  wire outputs_strobe;
  reg [19:0] outputs_n_q;
  reg [19:0] outputs_word_q;
  reg caps2_skip_q;
  reg [6:0] caps2_word_q;
  reg watchdog_skip_q;
  wire watchdog_write;
  wire watchdog_strobe;
  reg [31:0] watchdog_cycles_q;
  reg [31:0] watchdog_word_q;
  reg job_tag_skip_q;
  wire job_tag_write;
  wire job_tag_strobe;
  reg [31:0] job_tag_tag_q;
  reg [31:0] job_tag_word_q;
  reg done_tag_skip_q;
  reg [31:0] done_tag_word_q;
  reg perf_ctrl_skip_q;
  wire perf_ctrl_write;
  wire perf_ctrl_strobe;
  reg perf_ctrl_clear_q;
  reg perf_ctrl_snapshot_q;
  reg [1:0] perf_ctrl_word_q;
  reg cycles_lo_skip_q;
  reg [31:0] cycles_lo_word_q;
  reg cycles_hi_skip_q;
  reg [15:0] cycles_hi_word_q;
  reg active_lo_skip_q;
  reg [31:0] active_lo_word_q;
  reg active_hi_skip_q;
  reg [15:0] active_hi_word_q;
  reg stall_act_lo_skip_q;
  reg [31:0] stall_act_lo_word_q;
  reg stall_act_hi_skip_q;
  reg [15:0] stall_act_hi_word_q;
  reg stall_wgt_lo_skip_q;
  reg [31:0] stall_wgt_lo_word_q;
  reg stall_wgt_hi_skip_q;
  reg [15:0] stall_wgt_hi_word_q;
  reg stall_out_lo_skip_q;
  reg [31:0] stall_out_lo_word_q;
  reg stall_out_hi_skip_q;
  reg [15:0] stall_out_hi_word_q;
  reg act_beats_skip_q;
  reg [31:0] act_beats_word_q;
  reg wgt_beats_skip_q;
  reg [31:0] wgt_beats_word_q;
  reg res_beats_skip_q;
  reg [31:0] res_beats_word_q;
  reg jobs_skip_q;
  reg [31:0] jobs_word_q;
  reg scratch_skip_q;
  wire scratch_write;
  wire scratch_strobe;
  reg [31:0] scratch_value_q;
  reg [31:0] scratch_word_q;
  reg known_q;
  reg found_q;
  wire denied;
  reg [30:0] words_0_q;
  reg [6:0] words_1_q;
  reg [12:0] words_2_q;
  reg [15:0] words_3_q;
  reg [31:0] words_4_q;
  reg [31:0] words_5_q;
  reg [31:0] words_6_q;
  reg [31:0] words_7_q;
  wire [31:0] value;
  assign aw_enter = awvalid_i & ~aw_full_q;
  assign w_enter = wvalid_i & ~w_full_q;
  assign ar_enter = arvalid_i & ~ar_full_q;
  assign write_word = awaddr_i[11:2];
  assign read_word = araddr_i[11:2];
  assign write_request = (aw_full_q & w_full_q) & ~bvalid_q;
  assign read_request = settled_q & ~rvalid_q;
  assign write = write_request;
  assign read = read_request;
  assign refused = status_busy_i & starts;
  assign allowed = strobes_full_q & ~refused;
  assign reset = rst_i | soft_reset_q;
  assign ctrl_write = write_low_q[4] & write_high_0_q;
  assign starts = ctrl_write & wdata_q[0];
  assign ctrl_strobe = commit_q & ctrl_write;
  assign ctrl_start_o = ctrl_start_q;
  assign ctrl_abort_o = ctrl_abort_q;
  assign ctrl_soft_reset_o = soft_reset_q;
  assign ctrl_act_last_o = ctrl_act_last_q;
  assign ctrl_wgt_last_o = ctrl_wgt_last_q;
  assign status_write = write_low_q[5] & write_high_0_q;
  assign status_strobe = commit_q & status_write;
  assign status_done_o = status_done_q;
  assign status_error_o = status_error_q;
  assign irq_en_write = write_low_q[7] & write_high_0_q;
  assign irq_en_strobe = commit_q & irq_en_write;
  assign irq_en_done_o = irq_en_done_q;
  assign irq_en_error_o = irq_en_error_q;
  assign irq_stat_write = write_low_q[0] & write_high_1_q;
  assign irq_stat_strobe = commit_q & irq_stat_write;
  assign irq_stat_done_o = irq_stat_done_q;
  assign irq_stat_error_o = irq_stat_error_q;
  assign tokens_write = write_low_q[1] & write_high_1_q;
  assign tokens_strobe = commit_q & tokens_write;
  assign tokens_m_o = tokens_m_q;
  assign depth_write = write_low_q[2] & write_high_1_q;
  assign depth_strobe = commit_q & depth_write;
  assign depth_k_o = depth_k_q;
  assign outputs_write = write_low_q[3] & write_high_1_q;
  assign outputs_strobe = commit_q & outputs_write;
  assign outputs_n_o = outputs_n_q;
  assign watchdog_write = write_low_q[5] & write_high_1_q;
  assign watchdog_strobe = commit_q & watchdog_write;
  assign watchdog_written_o = watchdog_strobe;
  assign watchdog_cycles_o = watchdog_cycles_q;
  assign job_tag_write = write_low_q[6] & write_high_1_q;
  assign job_tag_strobe = commit_q & job_tag_write;
  assign job_tag_tag_o = job_tag_tag_q;
  assign perf_ctrl_write = write_low_q[0] & write_high_2_q;
  assign perf_ctrl_strobe = commit_q & perf_ctrl_write;
  assign perf_ctrl_clear_o = perf_ctrl_clear_q;
  assign perf_ctrl_snapshot_o = perf_ctrl_snapshot_q;
  assign scratch_write = write_low_q[7] & write_high_3_q;
  assign scratch_strobe = commit_q & scratch_write;
  assign scratch_value_o = scratch_value_q;
  assign denied = ~(known_q & allowed);
  assign value = (((((({1'd0, words_0_q} | {25'd0, words_1_q}) | {19'd0, words_2_q}) | {16'd0, words_3_q}) | words_4_q) | words_5_q) | words_6_q) | words_7_q;
  assign awready_o = ~aw_full_q;
  assign wready_o = ~w_full_q;
  assign bvalid_o = bvalid_q;
  assign bresp_o = bresp_q;
  assign arready_o = ~ar_full_q;
  assign rvalid_o = rvalid_q;
  assign rresp_o = rresp_q;
  assign rdata_o = rdata_q;

  wire unused_ok = &{1'b0, awaddr_i[1:0], araddr_i[1:0]};

  always @(posedge clk_i) begin
    if (rst_i) begin
      aw_full_q <= 1'd0;
    end else begin
      aw_full_q <= aw_enter | (aw_full_q & ~write);
    end
    if (rst_i) begin
      w_full_q <= 1'd0;
    end else begin
      w_full_q <= w_enter | (w_full_q & ~write);
    end
    if (rst_i) begin
      ar_full_q <= 1'd0;
    end else begin
      ar_full_q <= ar_enter | (ar_full_q & ~read);
    end
    if (w_enter) begin
      wdata_q <= wdata_i;
      strobes_full_q <= &wstrb_i;
    end
    if (rst_i) begin
      chosen_q <= 1'd0;
      settled_q <= 1'd0;
    end else begin
      chosen_q <= ar_full_q & ~read;
      settled_q <= chosen_q;
    end
    commit_q <= (write & allowed) & ~reset;
    if (aw_enter) begin
      write_low_q <= {write_word[2:0] == 3'd7, write_word[2:0] == 3'd6, write_word[2:0] == 3'd5, write_word[2:0] == 3'd4, write_word[2:0] == 3'd3, write_word[2:0] == 3'd2, write_word[2:0] == 3'd1, write_word[2:0] == 3'd0};
    end
    if (aw_enter) begin
      write_high_0_q <= write_word[9:3] == 7'd0;
    end
    if (aw_enter) begin
      write_high_1_q <= write_word[9:3] == 7'd1;
    end
    if (aw_enter) begin
      write_high_2_q <= write_word[9:3] == 7'd2;
    end
    if (aw_enter) begin
      write_high_3_q <= write_word[9:3] == 7'd3;
    end
    if (ar_enter) begin
      id_skip_q <= ~(read_word == 10'd0);
    end
    id_word_q <= id_skip_q ? 31'd0 : 31'd1414678862;
    if (ar_enter) begin
      version_skip_q <= ~(read_word == 10'd1);
    end
    version_word_q <= version_skip_q ? 18'd0 : 18'd196608;
    if (ar_enter) begin
      caps0_skip_q <= ~(read_word == 10'd2);
    end
    caps0_word_q <= caps0_skip_q ? 23'd0 : 23'd6175743;
    if (ar_enter) begin
      caps1_skip_q <= ~(read_word == 10'd3);
    end
    caps1_word_q <= caps1_skip_q ? 24'd0 : 24'd8404992;
    if (ar_enter) begin
      ctrl_skip_q <= ~(read_word == 10'd4);
    end
    ctrl_start_q <= (wdata_q[0] & ctrl_strobe) & ~reset;
    ctrl_abort_q <= (wdata_q[1] & ctrl_strobe) & ~reset;
    soft_reset_q <= (wdata_q[2] & ctrl_strobe) & ~reset;
    ctrl_act_last_q <= (wdata_q[3] & ctrl_strobe) & ~reset;
    ctrl_wgt_last_q <= (wdata_q[4] & ctrl_strobe) & ~reset;
    ctrl_word_q <= ctrl_skip_q ? 5'd0 : {1'd0, 1'd0, 1'd0, 1'd0, 1'd0};
    if (ar_enter) begin
      status_skip_q <= ~(read_word == 10'd5);
    end
    if (reset) begin
      status_done_q <= 1'd0;
    end else begin
      status_done_q <= status_done_set_i | (status_done_q & ~(wdata_q[1] & status_strobe));
    end
    if (reset) begin
      status_error_q <= 1'd0;
    end else begin
      status_error_q <= status_error_set_i | (status_error_q & ~(wdata_q[2] & status_strobe));
    end
    status_word_q <= status_skip_q ? 3'd0 : {status_error_q, status_done_q, status_busy_i};
    if (ar_enter) begin
      err_code_skip_q <= ~(read_word == 10'd6);
    end
    err_code_word_q <= err_code_skip_q ? 4'd0 : err_code_code_i;
    if (ar_enter) begin
      irq_en_skip_q <= ~(read_word == 10'd7);
    end
    if (reset) begin
      irq_en_done_q <= 1'd0;
    end else begin
      if (irq_en_strobe) begin
        irq_en_done_q <= wdata_q[0];
      end
    end
    if (reset) begin
      irq_en_error_q <= 1'd0;
    end else begin
      if (irq_en_strobe) begin
        irq_en_error_q <= wdata_q[1];
      end
    end
    irq_en_word_q <= irq_en_skip_q ? 2'd0 : {irq_en_error_q, irq_en_done_q};
    if (ar_enter) begin
      irq_stat_skip_q <= ~(read_word == 10'd8);
    end
    if (reset) begin
      irq_stat_done_q <= 1'd0;
    end else begin
      irq_stat_done_q <= irq_stat_done_set_i | (irq_stat_done_q & ~(wdata_q[0] & irq_stat_strobe));
    end
    if (reset) begin
      irq_stat_error_q <= 1'd0;
    end else begin
      irq_stat_error_q <= irq_stat_error_set_i | (irq_stat_error_q & ~(wdata_q[1] & irq_stat_strobe));
    end
    irq_stat_word_q <= irq_stat_skip_q ? 2'd0 : {irq_stat_error_q, irq_stat_done_q};
    if (ar_enter) begin
      tokens_skip_q <= ~(read_word == 10'd9);
    end
    if (reset) begin
      tokens_m_q <= 13'd0;
    end else begin
      if (tokens_strobe) begin
        tokens_m_q <= wdata_q[12:0];
      end
    end
    tokens_word_q <= tokens_skip_q ? 13'd0 : tokens_m_q;
    if (ar_enter) begin
      depth_skip_q <= ~(read_word == 10'd10);
    end
    if (reset) begin
      depth_k_q <= 19'd0;
    end else begin
      if (depth_strobe) begin
        depth_k_q <= wdata_q[18:0];
      end
    end
    depth_word_q <= depth_skip_q ? 19'd0 : depth_k_q;
    if (ar_enter) begin
      outputs_skip_q <= ~(read_word == 10'd11);
    end
    if (reset) begin
      outputs_n_q <= 20'd0;
    end else begin
      if (outputs_strobe) begin
        outputs_n_q <= wdata_q[19:0];
      end
    end
    outputs_word_q <= outputs_skip_q ? 20'd0 : outputs_n_q;
    if (ar_enter) begin
      caps2_skip_q <= ~(read_word == 10'd12);
    end
    caps2_word_q <= caps2_skip_q ? 7'd0 : 7'd64;
    if (ar_enter) begin
      watchdog_skip_q <= ~(read_word == 10'd13);
    end
    if (reset) begin
      watchdog_cycles_q <= 32'd0;
    end else begin
      if (watchdog_strobe) begin
        watchdog_cycles_q <= wdata_q[31:0];
      end
    end
    watchdog_word_q <= watchdog_skip_q ? 32'd0 : watchdog_cycles_q;
    if (ar_enter) begin
      job_tag_skip_q <= ~(read_word == 10'd14);
    end
    if (reset) begin
      job_tag_tag_q <= 32'd0;
    end else begin
      if (job_tag_strobe) begin
        job_tag_tag_q <= wdata_q[31:0];
      end
    end
    job_tag_word_q <= job_tag_skip_q ? 32'd0 : job_tag_tag_q;
    if (ar_enter) begin
      done_tag_skip_q <= ~(read_word == 10'd15);
    end
    done_tag_word_q <= done_tag_skip_q ? 32'd0 : done_tag_tag_i;
    if (ar_enter) begin
      perf_ctrl_skip_q <= ~(read_word == 10'd16);
    end
    perf_ctrl_clear_q <= (wdata_q[0] & perf_ctrl_strobe) & ~reset;
    perf_ctrl_snapshot_q <= (wdata_q[1] & perf_ctrl_strobe) & ~reset;
    perf_ctrl_word_q <= perf_ctrl_skip_q ? 2'd0 : {1'd0, 1'd0};
    if (ar_enter) begin
      cycles_lo_skip_q <= ~(read_word == 10'd17);
    end
    cycles_lo_word_q <= cycles_lo_skip_q ? 32'd0 : cycles_lo_value_i;
    if (ar_enter) begin
      cycles_hi_skip_q <= ~(read_word == 10'd18);
    end
    cycles_hi_word_q <= cycles_hi_skip_q ? 16'd0 : cycles_hi_value_i;
    if (ar_enter) begin
      active_lo_skip_q <= ~(read_word == 10'd19);
    end
    active_lo_word_q <= active_lo_skip_q ? 32'd0 : active_lo_value_i;
    if (ar_enter) begin
      active_hi_skip_q <= ~(read_word == 10'd20);
    end
    active_hi_word_q <= active_hi_skip_q ? 16'd0 : active_hi_value_i;
    if (ar_enter) begin
      stall_act_lo_skip_q <= ~(read_word == 10'd21);
    end
    stall_act_lo_word_q <= stall_act_lo_skip_q ? 32'd0 : stall_act_lo_value_i;
    if (ar_enter) begin
      stall_act_hi_skip_q <= ~(read_word == 10'd22);
    end
    stall_act_hi_word_q <= stall_act_hi_skip_q ? 16'd0 : stall_act_hi_value_i;
    if (ar_enter) begin
      stall_wgt_lo_skip_q <= ~(read_word == 10'd23);
    end
    stall_wgt_lo_word_q <= stall_wgt_lo_skip_q ? 32'd0 : stall_wgt_lo_value_i;
    if (ar_enter) begin
      stall_wgt_hi_skip_q <= ~(read_word == 10'd24);
    end
    stall_wgt_hi_word_q <= stall_wgt_hi_skip_q ? 16'd0 : stall_wgt_hi_value_i;
    if (ar_enter) begin
      stall_out_lo_skip_q <= ~(read_word == 10'd25);
    end
    stall_out_lo_word_q <= stall_out_lo_skip_q ? 32'd0 : stall_out_lo_value_i;
    if (ar_enter) begin
      stall_out_hi_skip_q <= ~(read_word == 10'd26);
    end
    stall_out_hi_word_q <= stall_out_hi_skip_q ? 16'd0 : stall_out_hi_value_i;
    if (ar_enter) begin
      act_beats_skip_q <= ~(read_word == 10'd27);
    end
    act_beats_word_q <= act_beats_skip_q ? 32'd0 : act_beats_value_i;
    if (ar_enter) begin
      wgt_beats_skip_q <= ~(read_word == 10'd28);
    end
    wgt_beats_word_q <= wgt_beats_skip_q ? 32'd0 : wgt_beats_value_i;
    if (ar_enter) begin
      res_beats_skip_q <= ~(read_word == 10'd29);
    end
    res_beats_word_q <= res_beats_skip_q ? 32'd0 : res_beats_value_i;
    if (ar_enter) begin
      jobs_skip_q <= ~(read_word == 10'd30);
    end
    jobs_word_q <= jobs_skip_q ? 32'd0 : jobs_value_i;
    if (ar_enter) begin
      scratch_skip_q <= ~(read_word == 10'd31);
    end
    if (reset) begin
      scratch_value_q <= 32'd0;
    end else begin
      if (scratch_strobe) begin
        scratch_value_q <= wdata_q[31:0];
      end
    end
    scratch_word_q <= scratch_skip_q ? 32'd0 : scratch_value_q;
    if (aw_enter) begin
      known_q <= |{write_word == 10'd31, write_word == 10'd30, write_word == 10'd29, write_word == 10'd28, write_word == 10'd27, write_word == 10'd26, write_word == 10'd25, write_word == 10'd24, write_word == 10'd23, write_word == 10'd22, write_word == 10'd21, write_word == 10'd20, write_word == 10'd19, write_word == 10'd18, write_word == 10'd17, write_word == 10'd16, write_word == 10'd15, write_word == 10'd14, write_word == 10'd13, write_word == 10'd12, write_word == 10'd11, write_word == 10'd10, write_word == 10'd9, write_word == 10'd8, write_word == 10'd7, write_word == 10'd6, write_word == 10'd5, write_word == 10'd4, write_word == 10'd3, write_word == 10'd2, write_word == 10'd1, write_word == 10'd0};
    end
    if (ar_enter) begin
      found_q <= |{read_word == 10'd31, read_word == 10'd30, read_word == 10'd29, read_word == 10'd28, read_word == 10'd27, read_word == 10'd26, read_word == 10'd25, read_word == 10'd24, read_word == 10'd23, read_word == 10'd22, read_word == 10'd21, read_word == 10'd20, read_word == 10'd19, read_word == 10'd18, read_word == 10'd17, read_word == 10'd16, read_word == 10'd15, read_word == 10'd14, read_word == 10'd13, read_word == 10'd12, read_word == 10'd11, read_word == 10'd10, read_word == 10'd9, read_word == 10'd8, read_word == 10'd7, read_word == 10'd6, read_word == 10'd5, read_word == 10'd4, read_word == 10'd3, read_word == 10'd2, read_word == 10'd1, read_word == 10'd0};
    end
    words_0_q <= ((id_word_q | {13'd0, version_word_q}) | {8'd0, caps0_word_q}) | {7'd0, caps1_word_q};
    words_1_q <= ((caps2_word_q | {5'd0, irq_en_word_q}) | {5'd0, irq_stat_word_q}) | {5'd0, perf_ctrl_word_q};
    words_2_q <= (({10'd0, status_word_q} | {9'd0, err_code_word_q}) | {8'd0, ctrl_word_q}) | tokens_word_q;
    words_3_q <= ((cycles_hi_word_q | active_hi_word_q) | stall_act_hi_word_q) | stall_wgt_hi_word_q;
    words_4_q <= (({16'd0, stall_out_hi_word_q} | {13'd0, depth_word_q}) | {12'd0, outputs_word_q}) | watchdog_word_q;
    words_5_q <= ((job_tag_word_q | done_tag_word_q) | cycles_lo_word_q) | active_lo_word_q;
    words_6_q <= ((stall_act_lo_word_q | stall_wgt_lo_word_q) | stall_out_lo_word_q) | act_beats_word_q;
    words_7_q <= ((wgt_beats_word_q | res_beats_word_q) | jobs_word_q) | scratch_word_q;
    if (write) begin
      bresp_q <= denied ? 2'd2 : 2'd0;
    end
    if (read) begin
      rdata_q <= value;
      rresp_q <= found_q ? 2'd0 : 2'd2;
    end
    if (rst_i) begin
      bvalid_q <= 1'd0;
      rvalid_q <= 1'd0;
    end else begin
      bvalid_q <= write | (bvalid_q & ~bready_i);
      rvalid_q <= read | (rvalid_q & ~rready_i);
    end
  end
endmodule

// Where a bank is read: the next word with step_i, the first with back_i.
module trine_read_place (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Moves back to the first word.
  input  wire back_i,
  // Moves on to the next word.
  input  wire step_i,
  // Address to read at.
  output wire [9:0] at_o
);
  reg [9:0] at_q;
  assign at_o = at_q;

  (* keep *) always @(posedge clk_i) begin
    if (back_i) begin
      at_q <= 10'd0;
    end else begin
      if (step_i) begin
        at_q <= at_q + 10'd1;
      end
    end
  end
endmodule

// 1024 words of 2049 bits, read in two cycles.
module trine_activations_ram (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Writes the word.
  input  wire write_i,
  // Address to write at.
  input  wire [9:0] write_at_i,
  // Word to write.
  input  wire [2048:0] data_i,
  // Fetches a word.
  input  wire read_i,
  // Address to read at.
  input  wire [9:0] read_at_i,
  // Moves the fetched word to the output.
  input  wire next_i,
  // Clears the output instead.
  input  wire zero_i,
  // Word at the output.
  output wire [2048:0] word_o
);
  (* ram_style = "block", no_rw_check *) reg [2048:0] ram [0:1023];
  reg [2048:0] out_q;
  reg [2048:0] word_q;
  assign word_o = out_q;

  always @(posedge clk_i) begin
    if (read_i) begin
      word_q <= ram[read_at_i];
    end
    if (write_i) begin
      ram[write_at_i] <= data_i;
    end
    if (zero_i) begin
      out_q <= 2049'd0;
    end else begin
      if (next_i) begin
        out_q <= word_q;
      end
    end
  end
endmodule

// Stores up to 1024 words of 2048 bits and replays them.
module trine_activations (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Empties the buffer.
  input  wire rst_i,
  // Lets words in from the cycle after a reset on.
  input  wire open_next_i,
  // Words to store: a beat is offered; it holds until it is taken.
  input  wire in_valid_i,
  // Words to store: the beat is the last one.
  input  wire in_last_i,
  // Words to store: the beat.
  input  wire [2047:0] in_data_i,
  // Moves on to the next word.
  input  wire take_i,
  // Moves back to the first word instead.
  input  wire rewind_i,
  // Words to store: the beat is taken.
  output wire in_ready_o,
  // Word taken two cycles ago.
  output wire [2047:0] word_o,
  // That word has the closing mark.
  output wire last_o,
  // There is a word to take.
  output wire valid_o,
  // There will be a word to take in the next cycle.
  output wire valid_next_o
);
  reg [10:0] write_q;
  reg [10:0] probe_q;
  reg [12:0] gap_q;
  reg closed_q;
  reg admits_q;
  reg brink_q;
  reg quiet_q;
  reg lone_q;
  reg valid_q;
  reg store_q;
  reg [2048:0] marked_q;
  reg rst_1_q;
  wire store;
  wire ahead;
  wire valid_next;
  wire back;
  wire quiet;
  wire few;
  wire ends;
  wire [9:0] read_0_at_o;
  wire [9:0] write_at;
  wire [2048:0] bank_0_word_o;
  wire [2048:0] word;
  assign store = admits_q & in_valid_i;
  assign ahead = gap_q[12];
  assign valid_next = (ahead | closed_q) | (lone_q & ~take_i);
  assign back = rst_1_q | (take_i & rewind_i);
  assign quiet = ~((take_i | store_q) | rst_1_q);
  assign few = ~(|gap_q[12:2]);
  assign ends = store & (in_last_i | brink_q);
  assign write_at = write_q[9:0];
  assign word = bank_0_word_o;
  assign in_ready_o = admits_q;
  assign word_o = word[2047:0];
  assign last_o = word[2048];
  assign valid_o = valid_q;
  assign valid_next_o = valid_next;

  trine_read_place read_0 (
    .clk_i(clk_i),
    .back_i(back),
    .step_i(take_i),
    .at_o(read_0_at_o)
  );

  trine_activations_ram bank_0 (
    .clk_i(clk_i),
    .write_i(store_q),
    .write_at_i(write_at),
    .data_i(marked_q[2048:0]),
    .read_i(1'd1),
    .read_at_i(read_0_at_o),
    .next_i(1'd1),
    .zero_i(1'd0),
    .word_o(bank_0_word_o)
  );

  wire unused_ok = &{1'b0, gap_q[1:0]};

  always @(posedge clk_i) begin
    marked_q <= {in_last_i, in_data_i};
    rst_1_q <= rst_i;
    if (take_i) begin
      probe_q <= probe_q + 11'd1;
    end
    if (store_q) begin
      write_q <= write_q + 11'd1;
    end
    store_q <= store;
    gap_q <= {1'd0, probe_q, 1'd0} - {1'd0, {write_q, store_q}};
    quiet_q <= quiet;
    lone_q <= (few & quiet_q) & quiet;
    admits_q <= open_next_i & (rst_i | (admits_q & ~ends));
    if (store) begin
      closed_q <= in_last_i;
      brink_q <= ({write_q, store_q} == 12'd2044) | ({write_q, store_q} == 12'd2043);
    end
    valid_q <= valid_next;
    if (back) begin
      probe_q <= 11'd2;
    end
    if (rst_i) begin
      store_q <= 1'd0;
      write_q <= 11'd0;
      brink_q <= 1'd0;
      closed_q <= 1'd0;
      gap_q <= 13'd4;
      quiet_q <= 1'd0;
      lone_q <= 1'd0;
      valid_q <= 1'd0;
    end
  end
endmodule

// Five trits out of a byte.
module trine_trit_decoder (
  // Packed byte.
  input  wire [7:0] byte_i,
  // Two-bit codes of five trits, trit 0 lowest.
  output wire [9:0] codes_o,
  // The byte is no code.
  output wire illegal_o
);
  wire escape;
  wire [2:0] pair;
  wire [1:0] single;
  wire escape_top;
  wire [1:0] digit;
  wire [2:0] low;
  wire [3:0] pair_codes;
  wire [3:0] low_codes;
  assign escape = (&byte_i[4:3]) & byte_i[7];
  assign pair = escape ? byte_i[2:0] : byte_i[7:5];
  assign single = escape ? byte_i[6:5] : byte_i[4:3];
  assign escape_top = &single;
  assign digit = escape_top ? pair[1:0] : single;
  assign low = byte_i[2:0];
  assign pair_codes = (pair == 3'd0) ? 4'd0 : ((pair == 3'd1) ? 4'd1 : ((pair == 3'd2) ? 4'd3 : ((pair == 3'd3) ? 4'd4 : ((pair == 3'd4) ? 4'd5 : ((pair == 3'd5) ? 4'd7 : ((pair == 3'd6) ? 4'd12 : 4'd13))))));
  assign low_codes = (low == 3'd0) ? 4'd0 : ((low == 3'd1) ? 4'd1 : ((low == 3'd2) ? 4'd3 : ((low == 3'd3) ? 4'd4 : ((low == 3'd4) ? 4'd5 : ((low == 3'd5) ? 4'd7 : ((low == 3'd6) ? 4'd12 : 4'd13))))));
  assign codes_o = {{digit[1], digit[0] | digit[1]}, {4{escape_top}} | pair_codes, {4{escape}} | low_codes};
  assign illegal_o = escape_top & (pair[2] | (&pair[1:0]));
endmodule

// Decodes beats of 512 bits, of which 48 are a tile of 15360 trits.
module trine_weight_loader (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Empties the loader.
  input  wire rst_i,
  // Lets beats in from the cycle after a reset on.
  input  wire open_next_i,
  // Weights: a beat is offered; it holds until it is taken.
  input  wire in_valid_i,
  // Weights: the beat is the last one.
  input  wire in_last_i,
  // Weights: the beat.
  input  wire [511:0] in_data_i,
  // Takes a tile.
  input  wire take_i,
  // Two-bit codes of a beat: the last one of its tile in the cycle after it was taken.
  output wire [639:0] codes_o,
  // The number of the beat, one bit for each; none for the last one of a tile.
  output wire [46:0] keep_o,
  // Weights: the beat is taken.
  output wire in_ready_o,
  // There is a tile in the next cycle, even if another is taken in this one.
  output wire arrives_o,
  // The tile has the mark of the last beat.
  output wire last_o,
  // No whole tile is left, and a mark stands inside the next one.
  output wire early_o,
  // A beat holds an illegal code.
  output wire illegal_o
);
  reg [511:0] in_q;
  reg in_full_q;
  reg in_last_q;
  reg [511:0] beat_q;
  reg full_q;
  reg last_q;
  reg admits_q;
  reg [47:0] place_q;
  reg [47:0] offered_place_q;
  reg moved_q;
  reg valid_q;
  reg waits_q;
  reg stuck_q;
  reg flows_q;
  reg arrives_q;
  wire offered;
  wire accept;
  wire leave;
  wire complete;
  wire fills;
  wire stays;
  wire sticks;
  wire enter;
  wire [9:0] decoder_0_codes_o;
  wire decoder_0_illegal_o;
  wire [9:0] decoder_1_codes_o;
  wire decoder_1_illegal_o;
  wire [9:0] decoder_2_codes_o;
  wire decoder_2_illegal_o;
  wire [9:0] decoder_3_codes_o;
  wire decoder_3_illegal_o;
  wire [9:0] decoder_4_codes_o;
  wire decoder_4_illegal_o;
  wire [9:0] decoder_5_codes_o;
  wire decoder_5_illegal_o;
  wire [9:0] decoder_6_codes_o;
  wire decoder_6_illegal_o;
  wire [9:0] decoder_7_codes_o;
  wire decoder_7_illegal_o;
  wire [9:0] decoder_8_codes_o;
  wire decoder_8_illegal_o;
  wire [9:0] decoder_9_codes_o;
  wire decoder_9_illegal_o;
  wire [9:0] decoder_10_codes_o;
  wire decoder_10_illegal_o;
  wire [9:0] decoder_11_codes_o;
  wire decoder_11_illegal_o;
  wire [9:0] decoder_12_codes_o;
  wire decoder_12_illegal_o;
  wire [9:0] decoder_13_codes_o;
  wire decoder_13_illegal_o;
  wire [9:0] decoder_14_codes_o;
  wire decoder_14_illegal_o;
  wire [9:0] decoder_15_codes_o;
  wire decoder_15_illegal_o;
  wire [9:0] decoder_16_codes_o;
  wire decoder_16_illegal_o;
  wire [9:0] decoder_17_codes_o;
  wire decoder_17_illegal_o;
  wire [9:0] decoder_18_codes_o;
  wire decoder_18_illegal_o;
  wire [9:0] decoder_19_codes_o;
  wire decoder_19_illegal_o;
  wire [9:0] decoder_20_codes_o;
  wire decoder_20_illegal_o;
  wire [9:0] decoder_21_codes_o;
  wire decoder_21_illegal_o;
  wire [9:0] decoder_22_codes_o;
  wire decoder_22_illegal_o;
  wire [9:0] decoder_23_codes_o;
  wire decoder_23_illegal_o;
  wire [9:0] decoder_24_codes_o;
  wire decoder_24_illegal_o;
  wire [9:0] decoder_25_codes_o;
  wire decoder_25_illegal_o;
  wire [9:0] decoder_26_codes_o;
  wire decoder_26_illegal_o;
  wire [9:0] decoder_27_codes_o;
  wire decoder_27_illegal_o;
  wire [9:0] decoder_28_codes_o;
  wire decoder_28_illegal_o;
  wire [9:0] decoder_29_codes_o;
  wire decoder_29_illegal_o;
  wire [9:0] decoder_30_codes_o;
  wire decoder_30_illegal_o;
  wire [9:0] decoder_31_codes_o;
  wire decoder_31_illegal_o;
  wire [9:0] decoder_32_codes_o;
  wire decoder_32_illegal_o;
  wire [9:0] decoder_33_codes_o;
  wire decoder_33_illegal_o;
  wire [9:0] decoder_34_codes_o;
  wire decoder_34_illegal_o;
  wire [9:0] decoder_35_codes_o;
  wire decoder_35_illegal_o;
  wire [9:0] decoder_36_codes_o;
  wire decoder_36_illegal_o;
  wire [9:0] decoder_37_codes_o;
  wire decoder_37_illegal_o;
  wire [9:0] decoder_38_codes_o;
  wire decoder_38_illegal_o;
  wire [9:0] decoder_39_codes_o;
  wire decoder_39_illegal_o;
  wire [9:0] decoder_40_codes_o;
  wire decoder_40_illegal_o;
  wire [9:0] decoder_41_codes_o;
  wire decoder_41_illegal_o;
  wire [9:0] decoder_42_codes_o;
  wire decoder_42_illegal_o;
  wire [9:0] decoder_43_codes_o;
  wire decoder_43_illegal_o;
  wire [9:0] decoder_44_codes_o;
  wire decoder_44_illegal_o;
  wire [9:0] decoder_45_codes_o;
  wire decoder_45_illegal_o;
  wire [9:0] decoder_46_codes_o;
  wire decoder_46_illegal_o;
  wire [9:0] decoder_47_codes_o;
  wire decoder_47_illegal_o;
  wire [9:0] decoder_48_codes_o;
  wire decoder_48_illegal_o;
  wire [9:0] decoder_49_codes_o;
  wire decoder_49_illegal_o;
  wire [9:0] decoder_50_codes_o;
  wire decoder_50_illegal_o;
  wire [9:0] decoder_51_codes_o;
  wire decoder_51_illegal_o;
  wire [9:0] decoder_52_codes_o;
  wire decoder_52_illegal_o;
  wire [9:0] decoder_53_codes_o;
  wire decoder_53_illegal_o;
  wire [9:0] decoder_54_codes_o;
  wire decoder_54_illegal_o;
  wire [9:0] decoder_55_codes_o;
  wire decoder_55_illegal_o;
  wire [9:0] decoder_56_codes_o;
  wire decoder_56_illegal_o;
  wire [9:0] decoder_57_codes_o;
  wire decoder_57_illegal_o;
  wire [9:0] decoder_58_codes_o;
  wire decoder_58_illegal_o;
  wire [9:0] decoder_59_codes_o;
  wire decoder_59_illegal_o;
  wire [9:0] decoder_60_codes_o;
  wire decoder_60_illegal_o;
  wire [9:0] decoder_61_codes_o;
  wire decoder_61_illegal_o;
  wire [9:0] decoder_62_codes_o;
  wire decoder_62_illegal_o;
  wire [9:0] decoder_63_codes_o;
  wire decoder_63_illegal_o;
  wire [639:0] codes;
  wire [63:0] illegal;
  reg [639:0] code_q;
  reg code_last_q;
  reg [63:0] illegal_q;
  reg [7:0] group_q;
  reg checked_q;
  reg fault_q;
  reg code_complete_q;
  reg early_q;
  reg [46:0] keep_q;
  assign offered = admits_q & in_valid_i;
  assign accept = offered & ~stuck_q;
  assign leave = full_q & ~stuck_q;
  assign complete = ~stuck_q & (offered & offered_place_q[47]);
  assign fills = in_full_q | stuck_q;
  assign stays = valid_q & ~take_i;
  assign sticks = fills & stays;
  assign enter = in_full_q & ~stuck_q;
  assign codes = {decoder_63_codes_o, decoder_62_codes_o, decoder_61_codes_o, decoder_60_codes_o, decoder_59_codes_o, decoder_58_codes_o, decoder_57_codes_o, decoder_56_codes_o, decoder_55_codes_o, decoder_54_codes_o, decoder_53_codes_o, decoder_52_codes_o, decoder_51_codes_o, decoder_50_codes_o, decoder_49_codes_o, decoder_48_codes_o, decoder_47_codes_o, decoder_46_codes_o, decoder_45_codes_o, decoder_44_codes_o, decoder_43_codes_o, decoder_42_codes_o, decoder_41_codes_o, decoder_40_codes_o, decoder_39_codes_o, decoder_38_codes_o, decoder_37_codes_o, decoder_36_codes_o, decoder_35_codes_o, decoder_34_codes_o, decoder_33_codes_o, decoder_32_codes_o, decoder_31_codes_o, decoder_30_codes_o, decoder_29_codes_o, decoder_28_codes_o, decoder_27_codes_o, decoder_26_codes_o, decoder_25_codes_o, decoder_24_codes_o, decoder_23_codes_o, decoder_22_codes_o, decoder_21_codes_o, decoder_20_codes_o, decoder_19_codes_o, decoder_18_codes_o, decoder_17_codes_o, decoder_16_codes_o, decoder_15_codes_o, decoder_14_codes_o, decoder_13_codes_o, decoder_12_codes_o, decoder_11_codes_o, decoder_10_codes_o, decoder_9_codes_o, decoder_8_codes_o, decoder_7_codes_o, decoder_6_codes_o, decoder_5_codes_o, decoder_4_codes_o, decoder_3_codes_o, decoder_2_codes_o, decoder_1_codes_o, decoder_0_codes_o};
  assign illegal = {decoder_63_illegal_o, decoder_62_illegal_o, decoder_61_illegal_o, decoder_60_illegal_o, decoder_59_illegal_o, decoder_58_illegal_o, decoder_57_illegal_o, decoder_56_illegal_o, decoder_55_illegal_o, decoder_54_illegal_o, decoder_53_illegal_o, decoder_52_illegal_o, decoder_51_illegal_o, decoder_50_illegal_o, decoder_49_illegal_o, decoder_48_illegal_o, decoder_47_illegal_o, decoder_46_illegal_o, decoder_45_illegal_o, decoder_44_illegal_o, decoder_43_illegal_o, decoder_42_illegal_o, decoder_41_illegal_o, decoder_40_illegal_o, decoder_39_illegal_o, decoder_38_illegal_o, decoder_37_illegal_o, decoder_36_illegal_o, decoder_35_illegal_o, decoder_34_illegal_o, decoder_33_illegal_o, decoder_32_illegal_o, decoder_31_illegal_o, decoder_30_illegal_o, decoder_29_illegal_o, decoder_28_illegal_o, decoder_27_illegal_o, decoder_26_illegal_o, decoder_25_illegal_o, decoder_24_illegal_o, decoder_23_illegal_o, decoder_22_illegal_o, decoder_21_illegal_o, decoder_20_illegal_o, decoder_19_illegal_o, decoder_18_illegal_o, decoder_17_illegal_o, decoder_16_illegal_o, decoder_15_illegal_o, decoder_14_illegal_o, decoder_13_illegal_o, decoder_12_illegal_o, decoder_11_illegal_o, decoder_10_illegal_o, decoder_9_illegal_o, decoder_8_illegal_o, decoder_7_illegal_o, decoder_6_illegal_o, decoder_5_illegal_o, decoder_4_illegal_o, decoder_3_illegal_o, decoder_2_illegal_o, decoder_1_illegal_o, decoder_0_illegal_o};
  assign keep_o = keep_q;
  assign codes_o = code_q;
  assign in_ready_o = admits_q & ~stuck_q;
  assign arrives_o = arrives_q;
  assign last_o = code_last_q;
  assign early_o = early_q & ~valid_q;
  assign illegal_o = fault_q;

  trine_trit_decoder decoder_0 (
    .byte_i(beat_q[7:0]),
    .codes_o(decoder_0_codes_o),
    .illegal_o(decoder_0_illegal_o)
  );

  trine_trit_decoder decoder_1 (
    .byte_i(beat_q[15:8]),
    .codes_o(decoder_1_codes_o),
    .illegal_o(decoder_1_illegal_o)
  );

  trine_trit_decoder decoder_2 (
    .byte_i(beat_q[23:16]),
    .codes_o(decoder_2_codes_o),
    .illegal_o(decoder_2_illegal_o)
  );

  trine_trit_decoder decoder_3 (
    .byte_i(beat_q[31:24]),
    .codes_o(decoder_3_codes_o),
    .illegal_o(decoder_3_illegal_o)
  );

  trine_trit_decoder decoder_4 (
    .byte_i(beat_q[39:32]),
    .codes_o(decoder_4_codes_o),
    .illegal_o(decoder_4_illegal_o)
  );

  trine_trit_decoder decoder_5 (
    .byte_i(beat_q[47:40]),
    .codes_o(decoder_5_codes_o),
    .illegal_o(decoder_5_illegal_o)
  );

  trine_trit_decoder decoder_6 (
    .byte_i(beat_q[55:48]),
    .codes_o(decoder_6_codes_o),
    .illegal_o(decoder_6_illegal_o)
  );

  trine_trit_decoder decoder_7 (
    .byte_i(beat_q[63:56]),
    .codes_o(decoder_7_codes_o),
    .illegal_o(decoder_7_illegal_o)
  );

  trine_trit_decoder decoder_8 (
    .byte_i(beat_q[71:64]),
    .codes_o(decoder_8_codes_o),
    .illegal_o(decoder_8_illegal_o)
  );

  trine_trit_decoder decoder_9 (
    .byte_i(beat_q[79:72]),
    .codes_o(decoder_9_codes_o),
    .illegal_o(decoder_9_illegal_o)
  );

  trine_trit_decoder decoder_10 (
    .byte_i(beat_q[87:80]),
    .codes_o(decoder_10_codes_o),
    .illegal_o(decoder_10_illegal_o)
  );

  trine_trit_decoder decoder_11 (
    .byte_i(beat_q[95:88]),
    .codes_o(decoder_11_codes_o),
    .illegal_o(decoder_11_illegal_o)
  );

  trine_trit_decoder decoder_12 (
    .byte_i(beat_q[103:96]),
    .codes_o(decoder_12_codes_o),
    .illegal_o(decoder_12_illegal_o)
  );

  trine_trit_decoder decoder_13 (
    .byte_i(beat_q[111:104]),
    .codes_o(decoder_13_codes_o),
    .illegal_o(decoder_13_illegal_o)
  );

  trine_trit_decoder decoder_14 (
    .byte_i(beat_q[119:112]),
    .codes_o(decoder_14_codes_o),
    .illegal_o(decoder_14_illegal_o)
  );

  trine_trit_decoder decoder_15 (
    .byte_i(beat_q[127:120]),
    .codes_o(decoder_15_codes_o),
    .illegal_o(decoder_15_illegal_o)
  );

  trine_trit_decoder decoder_16 (
    .byte_i(beat_q[135:128]),
    .codes_o(decoder_16_codes_o),
    .illegal_o(decoder_16_illegal_o)
  );

  trine_trit_decoder decoder_17 (
    .byte_i(beat_q[143:136]),
    .codes_o(decoder_17_codes_o),
    .illegal_o(decoder_17_illegal_o)
  );

  trine_trit_decoder decoder_18 (
    .byte_i(beat_q[151:144]),
    .codes_o(decoder_18_codes_o),
    .illegal_o(decoder_18_illegal_o)
  );

  trine_trit_decoder decoder_19 (
    .byte_i(beat_q[159:152]),
    .codes_o(decoder_19_codes_o),
    .illegal_o(decoder_19_illegal_o)
  );

  trine_trit_decoder decoder_20 (
    .byte_i(beat_q[167:160]),
    .codes_o(decoder_20_codes_o),
    .illegal_o(decoder_20_illegal_o)
  );

  trine_trit_decoder decoder_21 (
    .byte_i(beat_q[175:168]),
    .codes_o(decoder_21_codes_o),
    .illegal_o(decoder_21_illegal_o)
  );

  trine_trit_decoder decoder_22 (
    .byte_i(beat_q[183:176]),
    .codes_o(decoder_22_codes_o),
    .illegal_o(decoder_22_illegal_o)
  );

  trine_trit_decoder decoder_23 (
    .byte_i(beat_q[191:184]),
    .codes_o(decoder_23_codes_o),
    .illegal_o(decoder_23_illegal_o)
  );

  trine_trit_decoder decoder_24 (
    .byte_i(beat_q[199:192]),
    .codes_o(decoder_24_codes_o),
    .illegal_o(decoder_24_illegal_o)
  );

  trine_trit_decoder decoder_25 (
    .byte_i(beat_q[207:200]),
    .codes_o(decoder_25_codes_o),
    .illegal_o(decoder_25_illegal_o)
  );

  trine_trit_decoder decoder_26 (
    .byte_i(beat_q[215:208]),
    .codes_o(decoder_26_codes_o),
    .illegal_o(decoder_26_illegal_o)
  );

  trine_trit_decoder decoder_27 (
    .byte_i(beat_q[223:216]),
    .codes_o(decoder_27_codes_o),
    .illegal_o(decoder_27_illegal_o)
  );

  trine_trit_decoder decoder_28 (
    .byte_i(beat_q[231:224]),
    .codes_o(decoder_28_codes_o),
    .illegal_o(decoder_28_illegal_o)
  );

  trine_trit_decoder decoder_29 (
    .byte_i(beat_q[239:232]),
    .codes_o(decoder_29_codes_o),
    .illegal_o(decoder_29_illegal_o)
  );

  trine_trit_decoder decoder_30 (
    .byte_i(beat_q[247:240]),
    .codes_o(decoder_30_codes_o),
    .illegal_o(decoder_30_illegal_o)
  );

  trine_trit_decoder decoder_31 (
    .byte_i(beat_q[255:248]),
    .codes_o(decoder_31_codes_o),
    .illegal_o(decoder_31_illegal_o)
  );

  trine_trit_decoder decoder_32 (
    .byte_i(beat_q[263:256]),
    .codes_o(decoder_32_codes_o),
    .illegal_o(decoder_32_illegal_o)
  );

  trine_trit_decoder decoder_33 (
    .byte_i(beat_q[271:264]),
    .codes_o(decoder_33_codes_o),
    .illegal_o(decoder_33_illegal_o)
  );

  trine_trit_decoder decoder_34 (
    .byte_i(beat_q[279:272]),
    .codes_o(decoder_34_codes_o),
    .illegal_o(decoder_34_illegal_o)
  );

  trine_trit_decoder decoder_35 (
    .byte_i(beat_q[287:280]),
    .codes_o(decoder_35_codes_o),
    .illegal_o(decoder_35_illegal_o)
  );

  trine_trit_decoder decoder_36 (
    .byte_i(beat_q[295:288]),
    .codes_o(decoder_36_codes_o),
    .illegal_o(decoder_36_illegal_o)
  );

  trine_trit_decoder decoder_37 (
    .byte_i(beat_q[303:296]),
    .codes_o(decoder_37_codes_o),
    .illegal_o(decoder_37_illegal_o)
  );

  trine_trit_decoder decoder_38 (
    .byte_i(beat_q[311:304]),
    .codes_o(decoder_38_codes_o),
    .illegal_o(decoder_38_illegal_o)
  );

  trine_trit_decoder decoder_39 (
    .byte_i(beat_q[319:312]),
    .codes_o(decoder_39_codes_o),
    .illegal_o(decoder_39_illegal_o)
  );

  trine_trit_decoder decoder_40 (
    .byte_i(beat_q[327:320]),
    .codes_o(decoder_40_codes_o),
    .illegal_o(decoder_40_illegal_o)
  );

  trine_trit_decoder decoder_41 (
    .byte_i(beat_q[335:328]),
    .codes_o(decoder_41_codes_o),
    .illegal_o(decoder_41_illegal_o)
  );

  trine_trit_decoder decoder_42 (
    .byte_i(beat_q[343:336]),
    .codes_o(decoder_42_codes_o),
    .illegal_o(decoder_42_illegal_o)
  );

  trine_trit_decoder decoder_43 (
    .byte_i(beat_q[351:344]),
    .codes_o(decoder_43_codes_o),
    .illegal_o(decoder_43_illegal_o)
  );

  trine_trit_decoder decoder_44 (
    .byte_i(beat_q[359:352]),
    .codes_o(decoder_44_codes_o),
    .illegal_o(decoder_44_illegal_o)
  );

  trine_trit_decoder decoder_45 (
    .byte_i(beat_q[367:360]),
    .codes_o(decoder_45_codes_o),
    .illegal_o(decoder_45_illegal_o)
  );

  trine_trit_decoder decoder_46 (
    .byte_i(beat_q[375:368]),
    .codes_o(decoder_46_codes_o),
    .illegal_o(decoder_46_illegal_o)
  );

  trine_trit_decoder decoder_47 (
    .byte_i(beat_q[383:376]),
    .codes_o(decoder_47_codes_o),
    .illegal_o(decoder_47_illegal_o)
  );

  trine_trit_decoder decoder_48 (
    .byte_i(beat_q[391:384]),
    .codes_o(decoder_48_codes_o),
    .illegal_o(decoder_48_illegal_o)
  );

  trine_trit_decoder decoder_49 (
    .byte_i(beat_q[399:392]),
    .codes_o(decoder_49_codes_o),
    .illegal_o(decoder_49_illegal_o)
  );

  trine_trit_decoder decoder_50 (
    .byte_i(beat_q[407:400]),
    .codes_o(decoder_50_codes_o),
    .illegal_o(decoder_50_illegal_o)
  );

  trine_trit_decoder decoder_51 (
    .byte_i(beat_q[415:408]),
    .codes_o(decoder_51_codes_o),
    .illegal_o(decoder_51_illegal_o)
  );

  trine_trit_decoder decoder_52 (
    .byte_i(beat_q[423:416]),
    .codes_o(decoder_52_codes_o),
    .illegal_o(decoder_52_illegal_o)
  );

  trine_trit_decoder decoder_53 (
    .byte_i(beat_q[431:424]),
    .codes_o(decoder_53_codes_o),
    .illegal_o(decoder_53_illegal_o)
  );

  trine_trit_decoder decoder_54 (
    .byte_i(beat_q[439:432]),
    .codes_o(decoder_54_codes_o),
    .illegal_o(decoder_54_illegal_o)
  );

  trine_trit_decoder decoder_55 (
    .byte_i(beat_q[447:440]),
    .codes_o(decoder_55_codes_o),
    .illegal_o(decoder_55_illegal_o)
  );

  trine_trit_decoder decoder_56 (
    .byte_i(beat_q[455:448]),
    .codes_o(decoder_56_codes_o),
    .illegal_o(decoder_56_illegal_o)
  );

  trine_trit_decoder decoder_57 (
    .byte_i(beat_q[463:456]),
    .codes_o(decoder_57_codes_o),
    .illegal_o(decoder_57_illegal_o)
  );

  trine_trit_decoder decoder_58 (
    .byte_i(beat_q[471:464]),
    .codes_o(decoder_58_codes_o),
    .illegal_o(decoder_58_illegal_o)
  );

  trine_trit_decoder decoder_59 (
    .byte_i(beat_q[479:472]),
    .codes_o(decoder_59_codes_o),
    .illegal_o(decoder_59_illegal_o)
  );

  trine_trit_decoder decoder_60 (
    .byte_i(beat_q[487:480]),
    .codes_o(decoder_60_codes_o),
    .illegal_o(decoder_60_illegal_o)
  );

  trine_trit_decoder decoder_61 (
    .byte_i(beat_q[495:488]),
    .codes_o(decoder_61_codes_o),
    .illegal_o(decoder_61_illegal_o)
  );

  trine_trit_decoder decoder_62 (
    .byte_i(beat_q[503:496]),
    .codes_o(decoder_62_codes_o),
    .illegal_o(decoder_62_illegal_o)
  );

  trine_trit_decoder decoder_63 (
    .byte_i(beat_q[511:504]),
    .codes_o(decoder_63_codes_o),
    .illegal_o(decoder_63_illegal_o)
  );

  always @(posedge clk_i) begin
    if (flows_q) begin
      in_q <= in_data_i;
      in_last_q <= in_last_i;
    end
    if (flows_q) begin
      beat_q <= in_q;
      last_q <= in_last_q;
    end
    admits_q <= open_next_i & (rst_i | (admits_q & ~(accept & in_last_i)));
    in_full_q <= stuck_q ? in_full_q : offered;
    full_q <= fills;
    valid_q <= stays | arrives_q;
    stuck_q <= sticks;
    flows_q <= ~sticks;
    arrives_q <= sticks ? arrives_q : complete;
    moved_q <= leave;
    waits_q <= stays;
    if (rst_i) begin
      in_full_q <= 1'd0;
      full_q <= 1'd0;
      moved_q <= 1'd0;
      waits_q <= 1'd0;
      stuck_q <= 1'd0;
      flows_q <= 1'd1;
      arrives_q <= 1'd0;
      valid_q <= 1'd0;
    end
    if (rst_i) begin
      place_q <= 48'd1;
    end else begin
      if (enter) begin
        place_q <= {place_q[46:0], place_q[47]};
      end
    end
    if (rst_i) begin
      offered_place_q <= 48'd1;
    end else begin
      if (accept) begin
        offered_place_q <= {offered_place_q[46:0], offered_place_q[47]};
      end
    end
    if (~waits_q) begin
      code_q <= codes;
      code_last_q <= last_q;
    end
    illegal_q <= illegal;
    group_q <= {|illegal_q[63:56], |illegal_q[55:48], |illegal_q[47:40], |illegal_q[39:32], |illegal_q[31:24], |illegal_q[23:16], |illegal_q[15:8], |illegal_q[7:0]};
    checked_q <= moved_q & ~rst_i;
    fault_q <= (checked_q & (|group_q)) & ~rst_i;
    code_complete_q <= leave & place_q[0];
    early_q <= ~rst_i & (early_q | ((moved_q & code_last_q) & ~code_complete_q));
    keep_q <= {47{leave}} & place_q[47:1];
  end
endmodule

// Walks the passes, tiles and tokens of a job.
module trine_sequencer (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Ends the job.
  input  wire rst_i,
  // Starts a job.
  input  wire start_i,
  // Shape of the job: number of the last token, M - 1.
  input  wire [3:0] last_token_i,
  // Shape of the job: depth K.
  input  wire [14:0] depth_i,
  // Shape of the job: outputs N.
  input  wire [19:0] outputs_i,
  // There is a lane chunk.
  input  wire act_valid_i,
  // There will be a lane chunk in the next cycle.
  input  wire act_valid_next_i,
  // The lane chunk issued two cycles ago has the stream's mark.
  input  wire act_last_i,
  // There is a tile in the next cycle.
  input  wire tile_arrives_i,
  // The tile taken in the cycle before has the stream's mark.
  input  wire tile_last_i,
  // A result leaves the result buffer.
  input  wire pop_i,
  // Issues a lane chunk into the columns.
  output wire issue_o,
  // The lane chunk is the last one of a pass.
  output wire rewind_o,
  // Takes a tile.
  output wire take_o,
  // Token of the lane chunk.
  output wire [3:0] token_o,
  // The lane chunk is of the first chunk of a pass.
  output wire first_chunk_o,
  // The issue makes a result.
  output wire result_o,
  // The pass is the last one.
  output wire last_pass_o,
  // Outputs left, in the last pass.
  output wire [5:0] n_left_o,
  // Stall: waits for activations.
  output wire stall_act_o,
  // Stall: waits for weights.
  output wire stall_wgt_o,
  // Stall: waits for room for results.
  output wire stall_out_o,
  // The activations ended early.
  output wire act_early_o,
  // The activations did not end.
  output wire act_late_o,
  // The weights ended early.
  output wire wgt_early_o,
  // The weights did not end.
  output wire wgt_late_o
);
  reg pop_q;
  reg run_q;
  reg [3:0] token_q;
  reg first_q;
  reg tile_q;
  reg last_q;
  reg [14:0] k_after_q;
  reg [19:0] n_left_q;
  reg first_chunk_q;
  reg last_chunk_q;
  reg last_pass_q;
  reg next_last_q;
  reg [5:0] room_q;
  wire roomy;
  reg has_room_q;
  reg able_q;
  reg had_room_q;
  reg single_q;
  reg [3:0] before_last_q;
  reg one_chunk_q;
  reg two_chunks_q;
  reg [14:0] k_second_q;
  reg one_pass_q;
  reg [19:0] n_step_q;
  reg pass_end_q;
  wire job_end;
  wire last_tile;
  wire has_tile;
  reg issue_q;
  reg take_q;
  wire result;
  wire promised;
  wire next_chunk;
  wire needs_tile;
  wire ends;
  wire may;
  wire last_next;
  wire tile_next;
  reg issue_1_q;
  reg pass_end_1_q;
  reg issue_2_q;
  reg pass_end_2_q;
  reg took_q;
  reg last_tile_q;
  reg act_early_q;
  reg act_late_q;
  reg wgt_early_q;
  reg wgt_late_q;
  assign roomy = ~(room_q < 6'd3);

  // what the shape says, which is there two cycles before the start
  assign job_end = pass_end_q & last_pass_q;
  assign last_tile = last_chunk_q & last_pass_q;
  assign has_tile = tile_q | ~first_q;
  assign result = issue_q & last_chunk_q;
  assign promised = result & ~pop_q;
  assign next_chunk = last_chunk_q ? one_chunk_q : next_last_q;
  assign needs_tile = issue_q ? last_q : first_q;
  assign ends = issue_q & job_end;
  assign may = (able_q & ~ends) & act_valid_next_i;
  assign last_next = last_q ? single_q : (token_q == before_last_q);
  assign tile_next = (tile_q & ~take_q) | tile_arrives_i;
  assign issue_o = issue_q;
  assign rewind_o = pass_end_q;
  assign take_o = take_q;
  assign token_o = token_q;
  assign first_chunk_o = first_chunk_q;
  assign result_o = result;
  assign last_pass_o = last_pass_q;
  assign n_left_o = n_left_q[5:0];

  // why nothing is issued, in this order of precedence
  assign stall_act_o = run_q & ~act_valid_i;
  assign stall_wgt_o = (run_q & act_valid_i) & ~has_tile;
  assign stall_out_o = ((run_q & act_valid_i) & has_tile) & ~had_room_q;

  // stream marks out of place, told a cycle later; a tile and its mark follow one cycle after the issue, a chunk two
  assign act_early_o = act_early_q;
  assign act_late_o = act_late_q;
  assign wgt_early_o = wgt_early_q;
  assign wgt_late_o = wgt_late_q;

  always @(posedge clk_i) begin
    pop_q <= pop_i & ~rst_i;
    has_room_q <= roomy;
    had_room_q <= has_room_q;
    single_q <= last_token_i == 4'd0;
    before_last_q <= last_token_i - 4'd1;
    one_chunk_q <= ~(15'd256 < depth_i);
    two_chunks_q <= ~(15'd512 < depth_i);
    k_second_q <= depth_i - 15'd256;
    one_pass_q <= ~(20'd60 < outputs_i);
    n_step_q <= rst_i ? outputs_i : (20'd0 - 20'd60);
    issue_q <= may & (tile_next | ~needs_tile);
    take_q <= (may & tile_next) & needs_tile;
    tile_q <= tile_next;
    able_q <= ((run_q & ~ends) | start_i) & roomy;
    room_q <= room_q + {{5{promised}}, result ^ pop_q};
    if (issue_q) begin
      token_q <= last_q ? 4'd0 : (token_q + 4'd1);
      first_q <= last_q;
      pass_end_q <= last_next & (last_q ? next_chunk : last_chunk_q);
      last_q <= last_next;
      if (last_q) begin
        last_chunk_q <= next_chunk;
        first_chunk_q <= last_chunk_q;
        next_last_q <= last_chunk_q ? two_chunks_q : ~(15'd512 < k_after_q);
        k_after_q <= last_chunk_q ? k_second_q : (k_after_q - 15'd256);
      end
      if (pass_end_q & ~last_pass_q) begin
        n_left_q <= n_left_q + n_step_q;
        last_pass_q <= ~(20'd120 < n_left_q);
      end
      if (job_end) begin
        run_q <= 1'd0;
      end
    end
    if (start_i) begin
      run_q <= 1'd1;
      token_q <= 4'd0;
      first_q <= 1'd1;
      last_q <= single_q;
      first_chunk_q <= 1'd1;
      last_chunk_q <= one_chunk_q;
      pass_end_q <= single_q & one_chunk_q;
      next_last_q <= two_chunks_q;
      k_after_q <= k_second_q;
      n_left_q <= n_left_q + n_step_q;
      last_pass_q <= one_pass_q;
    end
    if (rst_i) begin
      run_q <= 1'd0;
      issue_q <= 1'd0;
      take_q <= 1'd0;
      tile_q <= 1'd0;
      n_left_q <= 20'd0;
      room_q <= 6'd32;
      able_q <= 1'd0;
    end
    issue_1_q <= issue_q & ~rst_i;
    pass_end_1_q <= pass_end_q;
    issue_2_q <= issue_1_q & ~rst_i;
    pass_end_2_q <= pass_end_1_q;
    took_q <= take_q & ~rst_i;
    last_tile_q <= last_tile;
    act_early_q <= ((issue_2_q & act_last_i) & ~pass_end_2_q) & ~rst_i;
    act_late_q <= ((issue_2_q & ~act_last_i) & pass_end_2_q) & ~rst_i;
    wgt_early_q <= ((took_q & tile_last_i) & ~last_tile_q) & ~rst_i;
    wgt_late_q <= ((took_q & ~tile_last_i) & last_tile_q) & ~rst_i;
  end
endmodule

// A lane chunk beside the columns that it is for.
module trine_chunk (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Lane chunk.
  input  wire [2047:0] act_i,
  // The lane chunk of the cycle before.
  output wire [2047:0] act_o
);
  reg [2047:0] act_q;
  assign act_o = act_q;

  (* keep *) always @(posedge clk_i) begin
    act_q <= act_i;
  end
endmodule

// Ternary dot product of 256 lanes, 8 cycles.
module trine_column (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Activations, one a lane.
  input  wire [2047:0] act_i,
  // Two-bit codes of the trits, one a lane.
  input  wire [511:0] code_i,
  // Sum of the products, without the one that is owed.
  output wire signed [15:0] sum_o,
  // One that is still to be added.
  output wire owed_o
);
  wire signed [7:0] lane_0;
  wire signed [7:0] lane_1;
  wire signed [7:0] lane_2;
  wire signed [7:0] lane_3;
  wire signed [7:0] lane_4;
  wire signed [7:0] lane_5;
  wire signed [7:0] lane_6;
  wire signed [7:0] lane_7;
  wire signed [7:0] lane_8;
  wire signed [7:0] lane_9;
  wire signed [7:0] lane_10;
  wire signed [7:0] lane_11;
  wire signed [7:0] lane_12;
  wire signed [7:0] lane_13;
  wire signed [7:0] lane_14;
  wire signed [7:0] lane_15;
  wire signed [7:0] lane_16;
  wire signed [7:0] lane_17;
  wire signed [7:0] lane_18;
  wire signed [7:0] lane_19;
  wire signed [7:0] lane_20;
  wire signed [7:0] lane_21;
  wire signed [7:0] lane_22;
  wire signed [7:0] lane_23;
  wire signed [7:0] lane_24;
  wire signed [7:0] lane_25;
  wire signed [7:0] lane_26;
  wire signed [7:0] lane_27;
  wire signed [7:0] lane_28;
  wire signed [7:0] lane_29;
  wire signed [7:0] lane_30;
  wire signed [7:0] lane_31;
  wire signed [7:0] lane_32;
  wire signed [7:0] lane_33;
  wire signed [7:0] lane_34;
  wire signed [7:0] lane_35;
  wire signed [7:0] lane_36;
  wire signed [7:0] lane_37;
  wire signed [7:0] lane_38;
  wire signed [7:0] lane_39;
  wire signed [7:0] lane_40;
  wire signed [7:0] lane_41;
  wire signed [7:0] lane_42;
  wire signed [7:0] lane_43;
  wire signed [7:0] lane_44;
  wire signed [7:0] lane_45;
  wire signed [7:0] lane_46;
  wire signed [7:0] lane_47;
  wire signed [7:0] lane_48;
  wire signed [7:0] lane_49;
  wire signed [7:0] lane_50;
  wire signed [7:0] lane_51;
  wire signed [7:0] lane_52;
  wire signed [7:0] lane_53;
  wire signed [7:0] lane_54;
  wire signed [7:0] lane_55;
  wire signed [7:0] lane_56;
  wire signed [7:0] lane_57;
  wire signed [7:0] lane_58;
  wire signed [7:0] lane_59;
  wire signed [7:0] lane_60;
  wire signed [7:0] lane_61;
  wire signed [7:0] lane_62;
  wire signed [7:0] lane_63;
  wire signed [7:0] lane_64;
  wire signed [7:0] lane_65;
  wire signed [7:0] lane_66;
  wire signed [7:0] lane_67;
  wire signed [7:0] lane_68;
  wire signed [7:0] lane_69;
  wire signed [7:0] lane_70;
  wire signed [7:0] lane_71;
  wire signed [7:0] lane_72;
  wire signed [7:0] lane_73;
  wire signed [7:0] lane_74;
  wire signed [7:0] lane_75;
  wire signed [7:0] lane_76;
  wire signed [7:0] lane_77;
  wire signed [7:0] lane_78;
  wire signed [7:0] lane_79;
  wire signed [7:0] lane_80;
  wire signed [7:0] lane_81;
  wire signed [7:0] lane_82;
  wire signed [7:0] lane_83;
  wire signed [7:0] lane_84;
  wire signed [7:0] lane_85;
  wire signed [7:0] lane_86;
  wire signed [7:0] lane_87;
  wire signed [7:0] lane_88;
  wire signed [7:0] lane_89;
  wire signed [7:0] lane_90;
  wire signed [7:0] lane_91;
  wire signed [7:0] lane_92;
  wire signed [7:0] lane_93;
  wire signed [7:0] lane_94;
  wire signed [7:0] lane_95;
  wire signed [7:0] lane_96;
  wire signed [7:0] lane_97;
  wire signed [7:0] lane_98;
  wire signed [7:0] lane_99;
  wire signed [7:0] lane_100;
  wire signed [7:0] lane_101;
  wire signed [7:0] lane_102;
  wire signed [7:0] lane_103;
  wire signed [7:0] lane_104;
  wire signed [7:0] lane_105;
  wire signed [7:0] lane_106;
  wire signed [7:0] lane_107;
  wire signed [7:0] lane_108;
  wire signed [7:0] lane_109;
  wire signed [7:0] lane_110;
  wire signed [7:0] lane_111;
  wire signed [7:0] lane_112;
  wire signed [7:0] lane_113;
  wire signed [7:0] lane_114;
  wire signed [7:0] lane_115;
  wire signed [7:0] lane_116;
  wire signed [7:0] lane_117;
  wire signed [7:0] lane_118;
  wire signed [7:0] lane_119;
  wire signed [7:0] lane_120;
  wire signed [7:0] lane_121;
  wire signed [7:0] lane_122;
  wire signed [7:0] lane_123;
  wire signed [7:0] lane_124;
  wire signed [7:0] lane_125;
  wire signed [7:0] lane_126;
  wire signed [7:0] lane_127;
  wire signed [7:0] lane_128;
  wire signed [7:0] lane_129;
  wire signed [7:0] lane_130;
  wire signed [7:0] lane_131;
  wire signed [7:0] lane_132;
  wire signed [7:0] lane_133;
  wire signed [7:0] lane_134;
  wire signed [7:0] lane_135;
  wire signed [7:0] lane_136;
  wire signed [7:0] lane_137;
  wire signed [7:0] lane_138;
  wire signed [7:0] lane_139;
  wire signed [7:0] lane_140;
  wire signed [7:0] lane_141;
  wire signed [7:0] lane_142;
  wire signed [7:0] lane_143;
  wire signed [7:0] lane_144;
  wire signed [7:0] lane_145;
  wire signed [7:0] lane_146;
  wire signed [7:0] lane_147;
  wire signed [7:0] lane_148;
  wire signed [7:0] lane_149;
  wire signed [7:0] lane_150;
  wire signed [7:0] lane_151;
  wire signed [7:0] lane_152;
  wire signed [7:0] lane_153;
  wire signed [7:0] lane_154;
  wire signed [7:0] lane_155;
  wire signed [7:0] lane_156;
  wire signed [7:0] lane_157;
  wire signed [7:0] lane_158;
  wire signed [7:0] lane_159;
  wire signed [7:0] lane_160;
  wire signed [7:0] lane_161;
  wire signed [7:0] lane_162;
  wire signed [7:0] lane_163;
  wire signed [7:0] lane_164;
  wire signed [7:0] lane_165;
  wire signed [7:0] lane_166;
  wire signed [7:0] lane_167;
  wire signed [7:0] lane_168;
  wire signed [7:0] lane_169;
  wire signed [7:0] lane_170;
  wire signed [7:0] lane_171;
  wire signed [7:0] lane_172;
  wire signed [7:0] lane_173;
  wire signed [7:0] lane_174;
  wire signed [7:0] lane_175;
  wire signed [7:0] lane_176;
  wire signed [7:0] lane_177;
  wire signed [7:0] lane_178;
  wire signed [7:0] lane_179;
  wire signed [7:0] lane_180;
  wire signed [7:0] lane_181;
  wire signed [7:0] lane_182;
  wire signed [7:0] lane_183;
  wire signed [7:0] lane_184;
  wire signed [7:0] lane_185;
  wire signed [7:0] lane_186;
  wire signed [7:0] lane_187;
  wire signed [7:0] lane_188;
  wire signed [7:0] lane_189;
  wire signed [7:0] lane_190;
  wire signed [7:0] lane_191;
  wire signed [7:0] lane_192;
  wire signed [7:0] lane_193;
  wire signed [7:0] lane_194;
  wire signed [7:0] lane_195;
  wire signed [7:0] lane_196;
  wire signed [7:0] lane_197;
  wire signed [7:0] lane_198;
  wire signed [7:0] lane_199;
  wire signed [7:0] lane_200;
  wire signed [7:0] lane_201;
  wire signed [7:0] lane_202;
  wire signed [7:0] lane_203;
  wire signed [7:0] lane_204;
  wire signed [7:0] lane_205;
  wire signed [7:0] lane_206;
  wire signed [7:0] lane_207;
  wire signed [7:0] lane_208;
  wire signed [7:0] lane_209;
  wire signed [7:0] lane_210;
  wire signed [7:0] lane_211;
  wire signed [7:0] lane_212;
  wire signed [7:0] lane_213;
  wire signed [7:0] lane_214;
  wire signed [7:0] lane_215;
  wire signed [7:0] lane_216;
  wire signed [7:0] lane_217;
  wire signed [7:0] lane_218;
  wire signed [7:0] lane_219;
  wire signed [7:0] lane_220;
  wire signed [7:0] lane_221;
  wire signed [7:0] lane_222;
  wire signed [7:0] lane_223;
  wire signed [7:0] lane_224;
  wire signed [7:0] lane_225;
  wire signed [7:0] lane_226;
  wire signed [7:0] lane_227;
  wire signed [7:0] lane_228;
  wire signed [7:0] lane_229;
  wire signed [7:0] lane_230;
  wire signed [7:0] lane_231;
  wire signed [7:0] lane_232;
  wire signed [7:0] lane_233;
  wire signed [7:0] lane_234;
  wire signed [7:0] lane_235;
  wire signed [7:0] lane_236;
  wire signed [7:0] lane_237;
  wire signed [7:0] lane_238;
  wire signed [7:0] lane_239;
  wire signed [7:0] lane_240;
  wire signed [7:0] lane_241;
  wire signed [7:0] lane_242;
  wire signed [7:0] lane_243;
  wire signed [7:0] lane_244;
  wire signed [7:0] lane_245;
  wire signed [7:0] lane_246;
  wire signed [7:0] lane_247;
  wire signed [7:0] lane_248;
  wire signed [7:0] lane_249;
  wire signed [7:0] lane_250;
  wire signed [7:0] lane_251;
  wire signed [7:0] lane_252;
  wire signed [7:0] lane_253;
  wire signed [7:0] lane_254;
  wire signed [7:0] lane_255;
  reg signed [8:0] sum_1_0_q;
  reg owed_1_0_q;
  reg signed [8:0] sum_1_1_q;
  reg owed_1_1_q;
  reg signed [8:0] sum_1_2_q;
  reg owed_1_2_q;
  reg signed [8:0] sum_1_3_q;
  reg owed_1_3_q;
  reg signed [8:0] sum_1_4_q;
  reg owed_1_4_q;
  reg signed [8:0] sum_1_5_q;
  reg owed_1_5_q;
  reg signed [8:0] sum_1_6_q;
  reg owed_1_6_q;
  reg signed [8:0] sum_1_7_q;
  reg owed_1_7_q;
  reg signed [8:0] sum_1_8_q;
  reg owed_1_8_q;
  reg signed [8:0] sum_1_9_q;
  reg owed_1_9_q;
  reg signed [8:0] sum_1_10_q;
  reg owed_1_10_q;
  reg signed [8:0] sum_1_11_q;
  reg owed_1_11_q;
  reg signed [8:0] sum_1_12_q;
  reg owed_1_12_q;
  reg signed [8:0] sum_1_13_q;
  reg owed_1_13_q;
  reg signed [8:0] sum_1_14_q;
  reg owed_1_14_q;
  reg signed [8:0] sum_1_15_q;
  reg owed_1_15_q;
  reg signed [8:0] sum_1_16_q;
  reg owed_1_16_q;
  reg signed [8:0] sum_1_17_q;
  reg owed_1_17_q;
  reg signed [8:0] sum_1_18_q;
  reg owed_1_18_q;
  reg signed [8:0] sum_1_19_q;
  reg owed_1_19_q;
  reg signed [8:0] sum_1_20_q;
  reg owed_1_20_q;
  reg signed [8:0] sum_1_21_q;
  reg owed_1_21_q;
  reg signed [8:0] sum_1_22_q;
  reg owed_1_22_q;
  reg signed [8:0] sum_1_23_q;
  reg owed_1_23_q;
  reg signed [8:0] sum_1_24_q;
  reg owed_1_24_q;
  reg signed [8:0] sum_1_25_q;
  reg owed_1_25_q;
  reg signed [8:0] sum_1_26_q;
  reg owed_1_26_q;
  reg signed [8:0] sum_1_27_q;
  reg owed_1_27_q;
  reg signed [8:0] sum_1_28_q;
  reg owed_1_28_q;
  reg signed [8:0] sum_1_29_q;
  reg owed_1_29_q;
  reg signed [8:0] sum_1_30_q;
  reg owed_1_30_q;
  reg signed [8:0] sum_1_31_q;
  reg owed_1_31_q;
  reg signed [8:0] sum_1_32_q;
  reg owed_1_32_q;
  reg signed [8:0] sum_1_33_q;
  reg owed_1_33_q;
  reg signed [8:0] sum_1_34_q;
  reg owed_1_34_q;
  reg signed [8:0] sum_1_35_q;
  reg owed_1_35_q;
  reg signed [8:0] sum_1_36_q;
  reg owed_1_36_q;
  reg signed [8:0] sum_1_37_q;
  reg owed_1_37_q;
  reg signed [8:0] sum_1_38_q;
  reg owed_1_38_q;
  reg signed [8:0] sum_1_39_q;
  reg owed_1_39_q;
  reg signed [8:0] sum_1_40_q;
  reg owed_1_40_q;
  reg signed [8:0] sum_1_41_q;
  reg owed_1_41_q;
  reg signed [8:0] sum_1_42_q;
  reg owed_1_42_q;
  reg signed [8:0] sum_1_43_q;
  reg owed_1_43_q;
  reg signed [8:0] sum_1_44_q;
  reg owed_1_44_q;
  reg signed [8:0] sum_1_45_q;
  reg owed_1_45_q;
  reg signed [8:0] sum_1_46_q;
  reg owed_1_46_q;
  reg signed [8:0] sum_1_47_q;
  reg owed_1_47_q;
  reg signed [8:0] sum_1_48_q;
  reg owed_1_48_q;
  reg signed [8:0] sum_1_49_q;
  reg owed_1_49_q;
  reg signed [8:0] sum_1_50_q;
  reg owed_1_50_q;
  reg signed [8:0] sum_1_51_q;
  reg owed_1_51_q;
  reg signed [8:0] sum_1_52_q;
  reg owed_1_52_q;
  reg signed [8:0] sum_1_53_q;
  reg owed_1_53_q;
  reg signed [8:0] sum_1_54_q;
  reg owed_1_54_q;
  reg signed [8:0] sum_1_55_q;
  reg owed_1_55_q;
  reg signed [8:0] sum_1_56_q;
  reg owed_1_56_q;
  reg signed [8:0] sum_1_57_q;
  reg owed_1_57_q;
  reg signed [8:0] sum_1_58_q;
  reg owed_1_58_q;
  reg signed [8:0] sum_1_59_q;
  reg owed_1_59_q;
  reg signed [8:0] sum_1_60_q;
  reg owed_1_60_q;
  reg signed [8:0] sum_1_61_q;
  reg owed_1_61_q;
  reg signed [8:0] sum_1_62_q;
  reg owed_1_62_q;
  reg signed [8:0] sum_1_63_q;
  reg owed_1_63_q;
  reg signed [8:0] sum_1_64_q;
  reg owed_1_64_q;
  reg signed [8:0] sum_1_65_q;
  reg owed_1_65_q;
  reg signed [8:0] sum_1_66_q;
  reg owed_1_66_q;
  reg signed [8:0] sum_1_67_q;
  reg owed_1_67_q;
  reg signed [8:0] sum_1_68_q;
  reg owed_1_68_q;
  reg signed [8:0] sum_1_69_q;
  reg owed_1_69_q;
  reg signed [8:0] sum_1_70_q;
  reg owed_1_70_q;
  reg signed [8:0] sum_1_71_q;
  reg owed_1_71_q;
  reg signed [8:0] sum_1_72_q;
  reg owed_1_72_q;
  reg signed [8:0] sum_1_73_q;
  reg owed_1_73_q;
  reg signed [8:0] sum_1_74_q;
  reg owed_1_74_q;
  reg signed [8:0] sum_1_75_q;
  reg owed_1_75_q;
  reg signed [8:0] sum_1_76_q;
  reg owed_1_76_q;
  reg signed [8:0] sum_1_77_q;
  reg owed_1_77_q;
  reg signed [8:0] sum_1_78_q;
  reg owed_1_78_q;
  reg signed [8:0] sum_1_79_q;
  reg owed_1_79_q;
  reg signed [8:0] sum_1_80_q;
  reg owed_1_80_q;
  reg signed [8:0] sum_1_81_q;
  reg owed_1_81_q;
  reg signed [8:0] sum_1_82_q;
  reg owed_1_82_q;
  reg signed [8:0] sum_1_83_q;
  reg owed_1_83_q;
  reg signed [8:0] sum_1_84_q;
  reg owed_1_84_q;
  reg signed [8:0] sum_1_85_q;
  reg owed_1_85_q;
  reg signed [8:0] sum_1_86_q;
  reg owed_1_86_q;
  reg signed [8:0] sum_1_87_q;
  reg owed_1_87_q;
  reg signed [8:0] sum_1_88_q;
  reg owed_1_88_q;
  reg signed [8:0] sum_1_89_q;
  reg owed_1_89_q;
  reg signed [8:0] sum_1_90_q;
  reg owed_1_90_q;
  reg signed [8:0] sum_1_91_q;
  reg owed_1_91_q;
  reg signed [8:0] sum_1_92_q;
  reg owed_1_92_q;
  reg signed [8:0] sum_1_93_q;
  reg owed_1_93_q;
  reg signed [8:0] sum_1_94_q;
  reg owed_1_94_q;
  reg signed [8:0] sum_1_95_q;
  reg owed_1_95_q;
  reg signed [8:0] sum_1_96_q;
  reg owed_1_96_q;
  reg signed [8:0] sum_1_97_q;
  reg owed_1_97_q;
  reg signed [8:0] sum_1_98_q;
  reg owed_1_98_q;
  reg signed [8:0] sum_1_99_q;
  reg owed_1_99_q;
  reg signed [8:0] sum_1_100_q;
  reg owed_1_100_q;
  reg signed [8:0] sum_1_101_q;
  reg owed_1_101_q;
  reg signed [8:0] sum_1_102_q;
  reg owed_1_102_q;
  reg signed [8:0] sum_1_103_q;
  reg owed_1_103_q;
  reg signed [8:0] sum_1_104_q;
  reg owed_1_104_q;
  reg signed [8:0] sum_1_105_q;
  reg owed_1_105_q;
  reg signed [8:0] sum_1_106_q;
  reg owed_1_106_q;
  reg signed [8:0] sum_1_107_q;
  reg owed_1_107_q;
  reg signed [8:0] sum_1_108_q;
  reg owed_1_108_q;
  reg signed [8:0] sum_1_109_q;
  reg owed_1_109_q;
  reg signed [8:0] sum_1_110_q;
  reg owed_1_110_q;
  reg signed [8:0] sum_1_111_q;
  reg owed_1_111_q;
  reg signed [8:0] sum_1_112_q;
  reg owed_1_112_q;
  reg signed [8:0] sum_1_113_q;
  reg owed_1_113_q;
  reg signed [8:0] sum_1_114_q;
  reg owed_1_114_q;
  reg signed [8:0] sum_1_115_q;
  reg owed_1_115_q;
  reg signed [8:0] sum_1_116_q;
  reg owed_1_116_q;
  reg signed [8:0] sum_1_117_q;
  reg owed_1_117_q;
  reg signed [8:0] sum_1_118_q;
  reg owed_1_118_q;
  reg signed [8:0] sum_1_119_q;
  reg owed_1_119_q;
  reg signed [8:0] sum_1_120_q;
  reg owed_1_120_q;
  reg signed [8:0] sum_1_121_q;
  reg owed_1_121_q;
  reg signed [8:0] sum_1_122_q;
  reg owed_1_122_q;
  reg signed [8:0] sum_1_123_q;
  reg owed_1_123_q;
  reg signed [8:0] sum_1_124_q;
  reg owed_1_124_q;
  reg signed [8:0] sum_1_125_q;
  reg owed_1_125_q;
  reg signed [8:0] sum_1_126_q;
  reg owed_1_126_q;
  reg signed [8:0] sum_1_127_q;
  reg owed_1_127_q;
  reg signed [9:0] sum_2_0_q;
  reg owed_2_0_q;
  reg signed [9:0] sum_2_1_q;
  reg owed_2_1_q;
  reg signed [9:0] sum_2_2_q;
  reg owed_2_2_q;
  reg signed [9:0] sum_2_3_q;
  reg owed_2_3_q;
  reg signed [9:0] sum_2_4_q;
  reg owed_2_4_q;
  reg signed [9:0] sum_2_5_q;
  reg owed_2_5_q;
  reg signed [9:0] sum_2_6_q;
  reg owed_2_6_q;
  reg signed [9:0] sum_2_7_q;
  reg owed_2_7_q;
  reg signed [9:0] sum_2_8_q;
  reg owed_2_8_q;
  reg signed [9:0] sum_2_9_q;
  reg owed_2_9_q;
  reg signed [9:0] sum_2_10_q;
  reg owed_2_10_q;
  reg signed [9:0] sum_2_11_q;
  reg owed_2_11_q;
  reg signed [9:0] sum_2_12_q;
  reg owed_2_12_q;
  reg signed [9:0] sum_2_13_q;
  reg owed_2_13_q;
  reg signed [9:0] sum_2_14_q;
  reg owed_2_14_q;
  reg signed [9:0] sum_2_15_q;
  reg owed_2_15_q;
  reg signed [9:0] sum_2_16_q;
  reg owed_2_16_q;
  reg signed [9:0] sum_2_17_q;
  reg owed_2_17_q;
  reg signed [9:0] sum_2_18_q;
  reg owed_2_18_q;
  reg signed [9:0] sum_2_19_q;
  reg owed_2_19_q;
  reg signed [9:0] sum_2_20_q;
  reg owed_2_20_q;
  reg signed [9:0] sum_2_21_q;
  reg owed_2_21_q;
  reg signed [9:0] sum_2_22_q;
  reg owed_2_22_q;
  reg signed [9:0] sum_2_23_q;
  reg owed_2_23_q;
  reg signed [9:0] sum_2_24_q;
  reg owed_2_24_q;
  reg signed [9:0] sum_2_25_q;
  reg owed_2_25_q;
  reg signed [9:0] sum_2_26_q;
  reg owed_2_26_q;
  reg signed [9:0] sum_2_27_q;
  reg owed_2_27_q;
  reg signed [9:0] sum_2_28_q;
  reg owed_2_28_q;
  reg signed [9:0] sum_2_29_q;
  reg owed_2_29_q;
  reg signed [9:0] sum_2_30_q;
  reg owed_2_30_q;
  reg signed [9:0] sum_2_31_q;
  reg owed_2_31_q;
  reg signed [9:0] sum_2_32_q;
  reg owed_2_32_q;
  reg signed [9:0] sum_2_33_q;
  reg owed_2_33_q;
  reg signed [9:0] sum_2_34_q;
  reg owed_2_34_q;
  reg signed [9:0] sum_2_35_q;
  reg owed_2_35_q;
  reg signed [9:0] sum_2_36_q;
  reg owed_2_36_q;
  reg signed [9:0] sum_2_37_q;
  reg owed_2_37_q;
  reg signed [9:0] sum_2_38_q;
  reg owed_2_38_q;
  reg signed [9:0] sum_2_39_q;
  reg owed_2_39_q;
  reg signed [9:0] sum_2_40_q;
  reg owed_2_40_q;
  reg signed [9:0] sum_2_41_q;
  reg owed_2_41_q;
  reg signed [9:0] sum_2_42_q;
  reg owed_2_42_q;
  reg signed [9:0] sum_2_43_q;
  reg owed_2_43_q;
  reg signed [9:0] sum_2_44_q;
  reg owed_2_44_q;
  reg signed [9:0] sum_2_45_q;
  reg owed_2_45_q;
  reg signed [9:0] sum_2_46_q;
  reg owed_2_46_q;
  reg signed [9:0] sum_2_47_q;
  reg owed_2_47_q;
  reg signed [9:0] sum_2_48_q;
  reg owed_2_48_q;
  reg signed [9:0] sum_2_49_q;
  reg owed_2_49_q;
  reg signed [9:0] sum_2_50_q;
  reg owed_2_50_q;
  reg signed [9:0] sum_2_51_q;
  reg owed_2_51_q;
  reg signed [9:0] sum_2_52_q;
  reg owed_2_52_q;
  reg signed [9:0] sum_2_53_q;
  reg owed_2_53_q;
  reg signed [9:0] sum_2_54_q;
  reg owed_2_54_q;
  reg signed [9:0] sum_2_55_q;
  reg owed_2_55_q;
  reg signed [9:0] sum_2_56_q;
  reg owed_2_56_q;
  reg signed [9:0] sum_2_57_q;
  reg owed_2_57_q;
  reg signed [9:0] sum_2_58_q;
  reg owed_2_58_q;
  reg signed [9:0] sum_2_59_q;
  reg owed_2_59_q;
  reg signed [9:0] sum_2_60_q;
  reg owed_2_60_q;
  reg signed [9:0] sum_2_61_q;
  reg owed_2_61_q;
  reg signed [9:0] sum_2_62_q;
  reg owed_2_62_q;
  reg signed [9:0] sum_2_63_q;
  reg owed_2_63_q;
  reg signed [10:0] sum_3_0_q;
  reg owed_3_0_q;
  reg signed [10:0] sum_3_1_q;
  reg owed_3_1_q;
  reg signed [10:0] sum_3_2_q;
  reg owed_3_2_q;
  reg signed [10:0] sum_3_3_q;
  reg owed_3_3_q;
  reg signed [10:0] sum_3_4_q;
  reg owed_3_4_q;
  reg signed [10:0] sum_3_5_q;
  reg owed_3_5_q;
  reg signed [10:0] sum_3_6_q;
  reg owed_3_6_q;
  reg signed [10:0] sum_3_7_q;
  reg owed_3_7_q;
  reg signed [10:0] sum_3_8_q;
  reg owed_3_8_q;
  reg signed [10:0] sum_3_9_q;
  reg owed_3_9_q;
  reg signed [10:0] sum_3_10_q;
  reg owed_3_10_q;
  reg signed [10:0] sum_3_11_q;
  reg owed_3_11_q;
  reg signed [10:0] sum_3_12_q;
  reg owed_3_12_q;
  reg signed [10:0] sum_3_13_q;
  reg owed_3_13_q;
  reg signed [10:0] sum_3_14_q;
  reg owed_3_14_q;
  reg signed [10:0] sum_3_15_q;
  reg owed_3_15_q;
  reg signed [10:0] sum_3_16_q;
  reg owed_3_16_q;
  reg signed [10:0] sum_3_17_q;
  reg owed_3_17_q;
  reg signed [10:0] sum_3_18_q;
  reg owed_3_18_q;
  reg signed [10:0] sum_3_19_q;
  reg owed_3_19_q;
  reg signed [10:0] sum_3_20_q;
  reg owed_3_20_q;
  reg signed [10:0] sum_3_21_q;
  reg owed_3_21_q;
  reg signed [10:0] sum_3_22_q;
  reg owed_3_22_q;
  reg signed [10:0] sum_3_23_q;
  reg owed_3_23_q;
  reg signed [10:0] sum_3_24_q;
  reg owed_3_24_q;
  reg signed [10:0] sum_3_25_q;
  reg owed_3_25_q;
  reg signed [10:0] sum_3_26_q;
  reg owed_3_26_q;
  reg signed [10:0] sum_3_27_q;
  reg owed_3_27_q;
  reg signed [10:0] sum_3_28_q;
  reg owed_3_28_q;
  reg signed [10:0] sum_3_29_q;
  reg owed_3_29_q;
  reg signed [10:0] sum_3_30_q;
  reg owed_3_30_q;
  reg signed [10:0] sum_3_31_q;
  reg owed_3_31_q;
  reg signed [11:0] sum_4_0_q;
  reg owed_4_0_q;
  reg signed [11:0] sum_4_1_q;
  reg owed_4_1_q;
  reg signed [11:0] sum_4_2_q;
  reg owed_4_2_q;
  reg signed [11:0] sum_4_3_q;
  reg owed_4_3_q;
  reg signed [11:0] sum_4_4_q;
  reg owed_4_4_q;
  reg signed [11:0] sum_4_5_q;
  reg owed_4_5_q;
  reg signed [11:0] sum_4_6_q;
  reg owed_4_6_q;
  reg signed [11:0] sum_4_7_q;
  reg owed_4_7_q;
  reg signed [11:0] sum_4_8_q;
  reg owed_4_8_q;
  reg signed [11:0] sum_4_9_q;
  reg owed_4_9_q;
  reg signed [11:0] sum_4_10_q;
  reg owed_4_10_q;
  reg signed [11:0] sum_4_11_q;
  reg owed_4_11_q;
  reg signed [11:0] sum_4_12_q;
  reg owed_4_12_q;
  reg signed [11:0] sum_4_13_q;
  reg owed_4_13_q;
  reg signed [11:0] sum_4_14_q;
  reg owed_4_14_q;
  reg signed [11:0] sum_4_15_q;
  reg owed_4_15_q;
  reg signed [12:0] sum_5_0_q;
  reg owed_5_0_q;
  reg signed [12:0] sum_5_1_q;
  reg owed_5_1_q;
  reg signed [12:0] sum_5_2_q;
  reg owed_5_2_q;
  reg signed [12:0] sum_5_3_q;
  reg owed_5_3_q;
  reg signed [12:0] sum_5_4_q;
  reg owed_5_4_q;
  reg signed [12:0] sum_5_5_q;
  reg owed_5_5_q;
  reg signed [12:0] sum_5_6_q;
  reg owed_5_6_q;
  reg signed [12:0] sum_5_7_q;
  reg owed_5_7_q;
  reg signed [13:0] sum_6_0_q;
  reg owed_6_0_q;
  reg signed [13:0] sum_6_1_q;
  reg owed_6_1_q;
  reg signed [13:0] sum_6_2_q;
  reg owed_6_2_q;
  reg signed [13:0] sum_6_3_q;
  reg owed_6_3_q;
  reg signed [14:0] sum_7_0_q;
  reg owed_7_0_q;
  reg signed [14:0] sum_7_1_q;
  reg owed_7_1_q;
  reg signed [15:0] sum_8_0_q;
  reg owed_8_0_q;

  // select 0, x or ~x (= -x - 1)
  assign lane_0 = $signed((act_i[7:0] ^ {8{code_i[1]}}) & {8{code_i[0]}});
  assign lane_1 = $signed((act_i[15:8] ^ {8{code_i[3]}}) & {8{code_i[2]}});
  assign lane_2 = $signed((act_i[23:16] ^ {8{code_i[5]}}) & {8{code_i[4]}});
  assign lane_3 = $signed((act_i[31:24] ^ {8{code_i[7]}}) & {8{code_i[6]}});
  assign lane_4 = $signed((act_i[39:32] ^ {8{code_i[9]}}) & {8{code_i[8]}});
  assign lane_5 = $signed((act_i[47:40] ^ {8{code_i[11]}}) & {8{code_i[10]}});
  assign lane_6 = $signed((act_i[55:48] ^ {8{code_i[13]}}) & {8{code_i[12]}});
  assign lane_7 = $signed((act_i[63:56] ^ {8{code_i[15]}}) & {8{code_i[14]}});
  assign lane_8 = $signed((act_i[71:64] ^ {8{code_i[17]}}) & {8{code_i[16]}});
  assign lane_9 = $signed((act_i[79:72] ^ {8{code_i[19]}}) & {8{code_i[18]}});
  assign lane_10 = $signed((act_i[87:80] ^ {8{code_i[21]}}) & {8{code_i[20]}});
  assign lane_11 = $signed((act_i[95:88] ^ {8{code_i[23]}}) & {8{code_i[22]}});
  assign lane_12 = $signed((act_i[103:96] ^ {8{code_i[25]}}) & {8{code_i[24]}});
  assign lane_13 = $signed((act_i[111:104] ^ {8{code_i[27]}}) & {8{code_i[26]}});
  assign lane_14 = $signed((act_i[119:112] ^ {8{code_i[29]}}) & {8{code_i[28]}});
  assign lane_15 = $signed((act_i[127:120] ^ {8{code_i[31]}}) & {8{code_i[30]}});
  assign lane_16 = $signed((act_i[135:128] ^ {8{code_i[33]}}) & {8{code_i[32]}});
  assign lane_17 = $signed((act_i[143:136] ^ {8{code_i[35]}}) & {8{code_i[34]}});
  assign lane_18 = $signed((act_i[151:144] ^ {8{code_i[37]}}) & {8{code_i[36]}});
  assign lane_19 = $signed((act_i[159:152] ^ {8{code_i[39]}}) & {8{code_i[38]}});
  assign lane_20 = $signed((act_i[167:160] ^ {8{code_i[41]}}) & {8{code_i[40]}});
  assign lane_21 = $signed((act_i[175:168] ^ {8{code_i[43]}}) & {8{code_i[42]}});
  assign lane_22 = $signed((act_i[183:176] ^ {8{code_i[45]}}) & {8{code_i[44]}});
  assign lane_23 = $signed((act_i[191:184] ^ {8{code_i[47]}}) & {8{code_i[46]}});
  assign lane_24 = $signed((act_i[199:192] ^ {8{code_i[49]}}) & {8{code_i[48]}});
  assign lane_25 = $signed((act_i[207:200] ^ {8{code_i[51]}}) & {8{code_i[50]}});
  assign lane_26 = $signed((act_i[215:208] ^ {8{code_i[53]}}) & {8{code_i[52]}});
  assign lane_27 = $signed((act_i[223:216] ^ {8{code_i[55]}}) & {8{code_i[54]}});
  assign lane_28 = $signed((act_i[231:224] ^ {8{code_i[57]}}) & {8{code_i[56]}});
  assign lane_29 = $signed((act_i[239:232] ^ {8{code_i[59]}}) & {8{code_i[58]}});
  assign lane_30 = $signed((act_i[247:240] ^ {8{code_i[61]}}) & {8{code_i[60]}});
  assign lane_31 = $signed((act_i[255:248] ^ {8{code_i[63]}}) & {8{code_i[62]}});
  assign lane_32 = $signed((act_i[263:256] ^ {8{code_i[65]}}) & {8{code_i[64]}});
  assign lane_33 = $signed((act_i[271:264] ^ {8{code_i[67]}}) & {8{code_i[66]}});
  assign lane_34 = $signed((act_i[279:272] ^ {8{code_i[69]}}) & {8{code_i[68]}});
  assign lane_35 = $signed((act_i[287:280] ^ {8{code_i[71]}}) & {8{code_i[70]}});
  assign lane_36 = $signed((act_i[295:288] ^ {8{code_i[73]}}) & {8{code_i[72]}});
  assign lane_37 = $signed((act_i[303:296] ^ {8{code_i[75]}}) & {8{code_i[74]}});
  assign lane_38 = $signed((act_i[311:304] ^ {8{code_i[77]}}) & {8{code_i[76]}});
  assign lane_39 = $signed((act_i[319:312] ^ {8{code_i[79]}}) & {8{code_i[78]}});
  assign lane_40 = $signed((act_i[327:320] ^ {8{code_i[81]}}) & {8{code_i[80]}});
  assign lane_41 = $signed((act_i[335:328] ^ {8{code_i[83]}}) & {8{code_i[82]}});
  assign lane_42 = $signed((act_i[343:336] ^ {8{code_i[85]}}) & {8{code_i[84]}});
  assign lane_43 = $signed((act_i[351:344] ^ {8{code_i[87]}}) & {8{code_i[86]}});
  assign lane_44 = $signed((act_i[359:352] ^ {8{code_i[89]}}) & {8{code_i[88]}});
  assign lane_45 = $signed((act_i[367:360] ^ {8{code_i[91]}}) & {8{code_i[90]}});
  assign lane_46 = $signed((act_i[375:368] ^ {8{code_i[93]}}) & {8{code_i[92]}});
  assign lane_47 = $signed((act_i[383:376] ^ {8{code_i[95]}}) & {8{code_i[94]}});
  assign lane_48 = $signed((act_i[391:384] ^ {8{code_i[97]}}) & {8{code_i[96]}});
  assign lane_49 = $signed((act_i[399:392] ^ {8{code_i[99]}}) & {8{code_i[98]}});
  assign lane_50 = $signed((act_i[407:400] ^ {8{code_i[101]}}) & {8{code_i[100]}});
  assign lane_51 = $signed((act_i[415:408] ^ {8{code_i[103]}}) & {8{code_i[102]}});
  assign lane_52 = $signed((act_i[423:416] ^ {8{code_i[105]}}) & {8{code_i[104]}});
  assign lane_53 = $signed((act_i[431:424] ^ {8{code_i[107]}}) & {8{code_i[106]}});
  assign lane_54 = $signed((act_i[439:432] ^ {8{code_i[109]}}) & {8{code_i[108]}});
  assign lane_55 = $signed((act_i[447:440] ^ {8{code_i[111]}}) & {8{code_i[110]}});
  assign lane_56 = $signed((act_i[455:448] ^ {8{code_i[113]}}) & {8{code_i[112]}});
  assign lane_57 = $signed((act_i[463:456] ^ {8{code_i[115]}}) & {8{code_i[114]}});
  assign lane_58 = $signed((act_i[471:464] ^ {8{code_i[117]}}) & {8{code_i[116]}});
  assign lane_59 = $signed((act_i[479:472] ^ {8{code_i[119]}}) & {8{code_i[118]}});
  assign lane_60 = $signed((act_i[487:480] ^ {8{code_i[121]}}) & {8{code_i[120]}});
  assign lane_61 = $signed((act_i[495:488] ^ {8{code_i[123]}}) & {8{code_i[122]}});
  assign lane_62 = $signed((act_i[503:496] ^ {8{code_i[125]}}) & {8{code_i[124]}});
  assign lane_63 = $signed((act_i[511:504] ^ {8{code_i[127]}}) & {8{code_i[126]}});
  assign lane_64 = $signed((act_i[519:512] ^ {8{code_i[129]}}) & {8{code_i[128]}});
  assign lane_65 = $signed((act_i[527:520] ^ {8{code_i[131]}}) & {8{code_i[130]}});
  assign lane_66 = $signed((act_i[535:528] ^ {8{code_i[133]}}) & {8{code_i[132]}});
  assign lane_67 = $signed((act_i[543:536] ^ {8{code_i[135]}}) & {8{code_i[134]}});
  assign lane_68 = $signed((act_i[551:544] ^ {8{code_i[137]}}) & {8{code_i[136]}});
  assign lane_69 = $signed((act_i[559:552] ^ {8{code_i[139]}}) & {8{code_i[138]}});
  assign lane_70 = $signed((act_i[567:560] ^ {8{code_i[141]}}) & {8{code_i[140]}});
  assign lane_71 = $signed((act_i[575:568] ^ {8{code_i[143]}}) & {8{code_i[142]}});
  assign lane_72 = $signed((act_i[583:576] ^ {8{code_i[145]}}) & {8{code_i[144]}});
  assign lane_73 = $signed((act_i[591:584] ^ {8{code_i[147]}}) & {8{code_i[146]}});
  assign lane_74 = $signed((act_i[599:592] ^ {8{code_i[149]}}) & {8{code_i[148]}});
  assign lane_75 = $signed((act_i[607:600] ^ {8{code_i[151]}}) & {8{code_i[150]}});
  assign lane_76 = $signed((act_i[615:608] ^ {8{code_i[153]}}) & {8{code_i[152]}});
  assign lane_77 = $signed((act_i[623:616] ^ {8{code_i[155]}}) & {8{code_i[154]}});
  assign lane_78 = $signed((act_i[631:624] ^ {8{code_i[157]}}) & {8{code_i[156]}});
  assign lane_79 = $signed((act_i[639:632] ^ {8{code_i[159]}}) & {8{code_i[158]}});
  assign lane_80 = $signed((act_i[647:640] ^ {8{code_i[161]}}) & {8{code_i[160]}});
  assign lane_81 = $signed((act_i[655:648] ^ {8{code_i[163]}}) & {8{code_i[162]}});
  assign lane_82 = $signed((act_i[663:656] ^ {8{code_i[165]}}) & {8{code_i[164]}});
  assign lane_83 = $signed((act_i[671:664] ^ {8{code_i[167]}}) & {8{code_i[166]}});
  assign lane_84 = $signed((act_i[679:672] ^ {8{code_i[169]}}) & {8{code_i[168]}});
  assign lane_85 = $signed((act_i[687:680] ^ {8{code_i[171]}}) & {8{code_i[170]}});
  assign lane_86 = $signed((act_i[695:688] ^ {8{code_i[173]}}) & {8{code_i[172]}});
  assign lane_87 = $signed((act_i[703:696] ^ {8{code_i[175]}}) & {8{code_i[174]}});
  assign lane_88 = $signed((act_i[711:704] ^ {8{code_i[177]}}) & {8{code_i[176]}});
  assign lane_89 = $signed((act_i[719:712] ^ {8{code_i[179]}}) & {8{code_i[178]}});
  assign lane_90 = $signed((act_i[727:720] ^ {8{code_i[181]}}) & {8{code_i[180]}});
  assign lane_91 = $signed((act_i[735:728] ^ {8{code_i[183]}}) & {8{code_i[182]}});
  assign lane_92 = $signed((act_i[743:736] ^ {8{code_i[185]}}) & {8{code_i[184]}});
  assign lane_93 = $signed((act_i[751:744] ^ {8{code_i[187]}}) & {8{code_i[186]}});
  assign lane_94 = $signed((act_i[759:752] ^ {8{code_i[189]}}) & {8{code_i[188]}});
  assign lane_95 = $signed((act_i[767:760] ^ {8{code_i[191]}}) & {8{code_i[190]}});
  assign lane_96 = $signed((act_i[775:768] ^ {8{code_i[193]}}) & {8{code_i[192]}});
  assign lane_97 = $signed((act_i[783:776] ^ {8{code_i[195]}}) & {8{code_i[194]}});
  assign lane_98 = $signed((act_i[791:784] ^ {8{code_i[197]}}) & {8{code_i[196]}});
  assign lane_99 = $signed((act_i[799:792] ^ {8{code_i[199]}}) & {8{code_i[198]}});
  assign lane_100 = $signed((act_i[807:800] ^ {8{code_i[201]}}) & {8{code_i[200]}});
  assign lane_101 = $signed((act_i[815:808] ^ {8{code_i[203]}}) & {8{code_i[202]}});
  assign lane_102 = $signed((act_i[823:816] ^ {8{code_i[205]}}) & {8{code_i[204]}});
  assign lane_103 = $signed((act_i[831:824] ^ {8{code_i[207]}}) & {8{code_i[206]}});
  assign lane_104 = $signed((act_i[839:832] ^ {8{code_i[209]}}) & {8{code_i[208]}});
  assign lane_105 = $signed((act_i[847:840] ^ {8{code_i[211]}}) & {8{code_i[210]}});
  assign lane_106 = $signed((act_i[855:848] ^ {8{code_i[213]}}) & {8{code_i[212]}});
  assign lane_107 = $signed((act_i[863:856] ^ {8{code_i[215]}}) & {8{code_i[214]}});
  assign lane_108 = $signed((act_i[871:864] ^ {8{code_i[217]}}) & {8{code_i[216]}});
  assign lane_109 = $signed((act_i[879:872] ^ {8{code_i[219]}}) & {8{code_i[218]}});
  assign lane_110 = $signed((act_i[887:880] ^ {8{code_i[221]}}) & {8{code_i[220]}});
  assign lane_111 = $signed((act_i[895:888] ^ {8{code_i[223]}}) & {8{code_i[222]}});
  assign lane_112 = $signed((act_i[903:896] ^ {8{code_i[225]}}) & {8{code_i[224]}});
  assign lane_113 = $signed((act_i[911:904] ^ {8{code_i[227]}}) & {8{code_i[226]}});
  assign lane_114 = $signed((act_i[919:912] ^ {8{code_i[229]}}) & {8{code_i[228]}});
  assign lane_115 = $signed((act_i[927:920] ^ {8{code_i[231]}}) & {8{code_i[230]}});
  assign lane_116 = $signed((act_i[935:928] ^ {8{code_i[233]}}) & {8{code_i[232]}});
  assign lane_117 = $signed((act_i[943:936] ^ {8{code_i[235]}}) & {8{code_i[234]}});
  assign lane_118 = $signed((act_i[951:944] ^ {8{code_i[237]}}) & {8{code_i[236]}});
  assign lane_119 = $signed((act_i[959:952] ^ {8{code_i[239]}}) & {8{code_i[238]}});
  assign lane_120 = $signed((act_i[967:960] ^ {8{code_i[241]}}) & {8{code_i[240]}});
  assign lane_121 = $signed((act_i[975:968] ^ {8{code_i[243]}}) & {8{code_i[242]}});
  assign lane_122 = $signed((act_i[983:976] ^ {8{code_i[245]}}) & {8{code_i[244]}});
  assign lane_123 = $signed((act_i[991:984] ^ {8{code_i[247]}}) & {8{code_i[246]}});
  assign lane_124 = $signed((act_i[999:992] ^ {8{code_i[249]}}) & {8{code_i[248]}});
  assign lane_125 = $signed((act_i[1007:1000] ^ {8{code_i[251]}}) & {8{code_i[250]}});
  assign lane_126 = $signed((act_i[1015:1008] ^ {8{code_i[253]}}) & {8{code_i[252]}});
  assign lane_127 = $signed((act_i[1023:1016] ^ {8{code_i[255]}}) & {8{code_i[254]}});
  assign lane_128 = $signed((act_i[1031:1024] ^ {8{code_i[257]}}) & {8{code_i[256]}});
  assign lane_129 = $signed((act_i[1039:1032] ^ {8{code_i[259]}}) & {8{code_i[258]}});
  assign lane_130 = $signed((act_i[1047:1040] ^ {8{code_i[261]}}) & {8{code_i[260]}});
  assign lane_131 = $signed((act_i[1055:1048] ^ {8{code_i[263]}}) & {8{code_i[262]}});
  assign lane_132 = $signed((act_i[1063:1056] ^ {8{code_i[265]}}) & {8{code_i[264]}});
  assign lane_133 = $signed((act_i[1071:1064] ^ {8{code_i[267]}}) & {8{code_i[266]}});
  assign lane_134 = $signed((act_i[1079:1072] ^ {8{code_i[269]}}) & {8{code_i[268]}});
  assign lane_135 = $signed((act_i[1087:1080] ^ {8{code_i[271]}}) & {8{code_i[270]}});
  assign lane_136 = $signed((act_i[1095:1088] ^ {8{code_i[273]}}) & {8{code_i[272]}});
  assign lane_137 = $signed((act_i[1103:1096] ^ {8{code_i[275]}}) & {8{code_i[274]}});
  assign lane_138 = $signed((act_i[1111:1104] ^ {8{code_i[277]}}) & {8{code_i[276]}});
  assign lane_139 = $signed((act_i[1119:1112] ^ {8{code_i[279]}}) & {8{code_i[278]}});
  assign lane_140 = $signed((act_i[1127:1120] ^ {8{code_i[281]}}) & {8{code_i[280]}});
  assign lane_141 = $signed((act_i[1135:1128] ^ {8{code_i[283]}}) & {8{code_i[282]}});
  assign lane_142 = $signed((act_i[1143:1136] ^ {8{code_i[285]}}) & {8{code_i[284]}});
  assign lane_143 = $signed((act_i[1151:1144] ^ {8{code_i[287]}}) & {8{code_i[286]}});
  assign lane_144 = $signed((act_i[1159:1152] ^ {8{code_i[289]}}) & {8{code_i[288]}});
  assign lane_145 = $signed((act_i[1167:1160] ^ {8{code_i[291]}}) & {8{code_i[290]}});
  assign lane_146 = $signed((act_i[1175:1168] ^ {8{code_i[293]}}) & {8{code_i[292]}});
  assign lane_147 = $signed((act_i[1183:1176] ^ {8{code_i[295]}}) & {8{code_i[294]}});
  assign lane_148 = $signed((act_i[1191:1184] ^ {8{code_i[297]}}) & {8{code_i[296]}});
  assign lane_149 = $signed((act_i[1199:1192] ^ {8{code_i[299]}}) & {8{code_i[298]}});
  assign lane_150 = $signed((act_i[1207:1200] ^ {8{code_i[301]}}) & {8{code_i[300]}});
  assign lane_151 = $signed((act_i[1215:1208] ^ {8{code_i[303]}}) & {8{code_i[302]}});
  assign lane_152 = $signed((act_i[1223:1216] ^ {8{code_i[305]}}) & {8{code_i[304]}});
  assign lane_153 = $signed((act_i[1231:1224] ^ {8{code_i[307]}}) & {8{code_i[306]}});
  assign lane_154 = $signed((act_i[1239:1232] ^ {8{code_i[309]}}) & {8{code_i[308]}});
  assign lane_155 = $signed((act_i[1247:1240] ^ {8{code_i[311]}}) & {8{code_i[310]}});
  assign lane_156 = $signed((act_i[1255:1248] ^ {8{code_i[313]}}) & {8{code_i[312]}});
  assign lane_157 = $signed((act_i[1263:1256] ^ {8{code_i[315]}}) & {8{code_i[314]}});
  assign lane_158 = $signed((act_i[1271:1264] ^ {8{code_i[317]}}) & {8{code_i[316]}});
  assign lane_159 = $signed((act_i[1279:1272] ^ {8{code_i[319]}}) & {8{code_i[318]}});
  assign lane_160 = $signed((act_i[1287:1280] ^ {8{code_i[321]}}) & {8{code_i[320]}});
  assign lane_161 = $signed((act_i[1295:1288] ^ {8{code_i[323]}}) & {8{code_i[322]}});
  assign lane_162 = $signed((act_i[1303:1296] ^ {8{code_i[325]}}) & {8{code_i[324]}});
  assign lane_163 = $signed((act_i[1311:1304] ^ {8{code_i[327]}}) & {8{code_i[326]}});
  assign lane_164 = $signed((act_i[1319:1312] ^ {8{code_i[329]}}) & {8{code_i[328]}});
  assign lane_165 = $signed((act_i[1327:1320] ^ {8{code_i[331]}}) & {8{code_i[330]}});
  assign lane_166 = $signed((act_i[1335:1328] ^ {8{code_i[333]}}) & {8{code_i[332]}});
  assign lane_167 = $signed((act_i[1343:1336] ^ {8{code_i[335]}}) & {8{code_i[334]}});
  assign lane_168 = $signed((act_i[1351:1344] ^ {8{code_i[337]}}) & {8{code_i[336]}});
  assign lane_169 = $signed((act_i[1359:1352] ^ {8{code_i[339]}}) & {8{code_i[338]}});
  assign lane_170 = $signed((act_i[1367:1360] ^ {8{code_i[341]}}) & {8{code_i[340]}});
  assign lane_171 = $signed((act_i[1375:1368] ^ {8{code_i[343]}}) & {8{code_i[342]}});
  assign lane_172 = $signed((act_i[1383:1376] ^ {8{code_i[345]}}) & {8{code_i[344]}});
  assign lane_173 = $signed((act_i[1391:1384] ^ {8{code_i[347]}}) & {8{code_i[346]}});
  assign lane_174 = $signed((act_i[1399:1392] ^ {8{code_i[349]}}) & {8{code_i[348]}});
  assign lane_175 = $signed((act_i[1407:1400] ^ {8{code_i[351]}}) & {8{code_i[350]}});
  assign lane_176 = $signed((act_i[1415:1408] ^ {8{code_i[353]}}) & {8{code_i[352]}});
  assign lane_177 = $signed((act_i[1423:1416] ^ {8{code_i[355]}}) & {8{code_i[354]}});
  assign lane_178 = $signed((act_i[1431:1424] ^ {8{code_i[357]}}) & {8{code_i[356]}});
  assign lane_179 = $signed((act_i[1439:1432] ^ {8{code_i[359]}}) & {8{code_i[358]}});
  assign lane_180 = $signed((act_i[1447:1440] ^ {8{code_i[361]}}) & {8{code_i[360]}});
  assign lane_181 = $signed((act_i[1455:1448] ^ {8{code_i[363]}}) & {8{code_i[362]}});
  assign lane_182 = $signed((act_i[1463:1456] ^ {8{code_i[365]}}) & {8{code_i[364]}});
  assign lane_183 = $signed((act_i[1471:1464] ^ {8{code_i[367]}}) & {8{code_i[366]}});
  assign lane_184 = $signed((act_i[1479:1472] ^ {8{code_i[369]}}) & {8{code_i[368]}});
  assign lane_185 = $signed((act_i[1487:1480] ^ {8{code_i[371]}}) & {8{code_i[370]}});
  assign lane_186 = $signed((act_i[1495:1488] ^ {8{code_i[373]}}) & {8{code_i[372]}});
  assign lane_187 = $signed((act_i[1503:1496] ^ {8{code_i[375]}}) & {8{code_i[374]}});
  assign lane_188 = $signed((act_i[1511:1504] ^ {8{code_i[377]}}) & {8{code_i[376]}});
  assign lane_189 = $signed((act_i[1519:1512] ^ {8{code_i[379]}}) & {8{code_i[378]}});
  assign lane_190 = $signed((act_i[1527:1520] ^ {8{code_i[381]}}) & {8{code_i[380]}});
  assign lane_191 = $signed((act_i[1535:1528] ^ {8{code_i[383]}}) & {8{code_i[382]}});
  assign lane_192 = $signed((act_i[1543:1536] ^ {8{code_i[385]}}) & {8{code_i[384]}});
  assign lane_193 = $signed((act_i[1551:1544] ^ {8{code_i[387]}}) & {8{code_i[386]}});
  assign lane_194 = $signed((act_i[1559:1552] ^ {8{code_i[389]}}) & {8{code_i[388]}});
  assign lane_195 = $signed((act_i[1567:1560] ^ {8{code_i[391]}}) & {8{code_i[390]}});
  assign lane_196 = $signed((act_i[1575:1568] ^ {8{code_i[393]}}) & {8{code_i[392]}});
  assign lane_197 = $signed((act_i[1583:1576] ^ {8{code_i[395]}}) & {8{code_i[394]}});
  assign lane_198 = $signed((act_i[1591:1584] ^ {8{code_i[397]}}) & {8{code_i[396]}});
  assign lane_199 = $signed((act_i[1599:1592] ^ {8{code_i[399]}}) & {8{code_i[398]}});
  assign lane_200 = $signed((act_i[1607:1600] ^ {8{code_i[401]}}) & {8{code_i[400]}});
  assign lane_201 = $signed((act_i[1615:1608] ^ {8{code_i[403]}}) & {8{code_i[402]}});
  assign lane_202 = $signed((act_i[1623:1616] ^ {8{code_i[405]}}) & {8{code_i[404]}});
  assign lane_203 = $signed((act_i[1631:1624] ^ {8{code_i[407]}}) & {8{code_i[406]}});
  assign lane_204 = $signed((act_i[1639:1632] ^ {8{code_i[409]}}) & {8{code_i[408]}});
  assign lane_205 = $signed((act_i[1647:1640] ^ {8{code_i[411]}}) & {8{code_i[410]}});
  assign lane_206 = $signed((act_i[1655:1648] ^ {8{code_i[413]}}) & {8{code_i[412]}});
  assign lane_207 = $signed((act_i[1663:1656] ^ {8{code_i[415]}}) & {8{code_i[414]}});
  assign lane_208 = $signed((act_i[1671:1664] ^ {8{code_i[417]}}) & {8{code_i[416]}});
  assign lane_209 = $signed((act_i[1679:1672] ^ {8{code_i[419]}}) & {8{code_i[418]}});
  assign lane_210 = $signed((act_i[1687:1680] ^ {8{code_i[421]}}) & {8{code_i[420]}});
  assign lane_211 = $signed((act_i[1695:1688] ^ {8{code_i[423]}}) & {8{code_i[422]}});
  assign lane_212 = $signed((act_i[1703:1696] ^ {8{code_i[425]}}) & {8{code_i[424]}});
  assign lane_213 = $signed((act_i[1711:1704] ^ {8{code_i[427]}}) & {8{code_i[426]}});
  assign lane_214 = $signed((act_i[1719:1712] ^ {8{code_i[429]}}) & {8{code_i[428]}});
  assign lane_215 = $signed((act_i[1727:1720] ^ {8{code_i[431]}}) & {8{code_i[430]}});
  assign lane_216 = $signed((act_i[1735:1728] ^ {8{code_i[433]}}) & {8{code_i[432]}});
  assign lane_217 = $signed((act_i[1743:1736] ^ {8{code_i[435]}}) & {8{code_i[434]}});
  assign lane_218 = $signed((act_i[1751:1744] ^ {8{code_i[437]}}) & {8{code_i[436]}});
  assign lane_219 = $signed((act_i[1759:1752] ^ {8{code_i[439]}}) & {8{code_i[438]}});
  assign lane_220 = $signed((act_i[1767:1760] ^ {8{code_i[441]}}) & {8{code_i[440]}});
  assign lane_221 = $signed((act_i[1775:1768] ^ {8{code_i[443]}}) & {8{code_i[442]}});
  assign lane_222 = $signed((act_i[1783:1776] ^ {8{code_i[445]}}) & {8{code_i[444]}});
  assign lane_223 = $signed((act_i[1791:1784] ^ {8{code_i[447]}}) & {8{code_i[446]}});
  assign lane_224 = $signed((act_i[1799:1792] ^ {8{code_i[449]}}) & {8{code_i[448]}});
  assign lane_225 = $signed((act_i[1807:1800] ^ {8{code_i[451]}}) & {8{code_i[450]}});
  assign lane_226 = $signed((act_i[1815:1808] ^ {8{code_i[453]}}) & {8{code_i[452]}});
  assign lane_227 = $signed((act_i[1823:1816] ^ {8{code_i[455]}}) & {8{code_i[454]}});
  assign lane_228 = $signed((act_i[1831:1824] ^ {8{code_i[457]}}) & {8{code_i[456]}});
  assign lane_229 = $signed((act_i[1839:1832] ^ {8{code_i[459]}}) & {8{code_i[458]}});
  assign lane_230 = $signed((act_i[1847:1840] ^ {8{code_i[461]}}) & {8{code_i[460]}});
  assign lane_231 = $signed((act_i[1855:1848] ^ {8{code_i[463]}}) & {8{code_i[462]}});
  assign lane_232 = $signed((act_i[1863:1856] ^ {8{code_i[465]}}) & {8{code_i[464]}});
  assign lane_233 = $signed((act_i[1871:1864] ^ {8{code_i[467]}}) & {8{code_i[466]}});
  assign lane_234 = $signed((act_i[1879:1872] ^ {8{code_i[469]}}) & {8{code_i[468]}});
  assign lane_235 = $signed((act_i[1887:1880] ^ {8{code_i[471]}}) & {8{code_i[470]}});
  assign lane_236 = $signed((act_i[1895:1888] ^ {8{code_i[473]}}) & {8{code_i[472]}});
  assign lane_237 = $signed((act_i[1903:1896] ^ {8{code_i[475]}}) & {8{code_i[474]}});
  assign lane_238 = $signed((act_i[1911:1904] ^ {8{code_i[477]}}) & {8{code_i[476]}});
  assign lane_239 = $signed((act_i[1919:1912] ^ {8{code_i[479]}}) & {8{code_i[478]}});
  assign lane_240 = $signed((act_i[1927:1920] ^ {8{code_i[481]}}) & {8{code_i[480]}});
  assign lane_241 = $signed((act_i[1935:1928] ^ {8{code_i[483]}}) & {8{code_i[482]}});
  assign lane_242 = $signed((act_i[1943:1936] ^ {8{code_i[485]}}) & {8{code_i[484]}});
  assign lane_243 = $signed((act_i[1951:1944] ^ {8{code_i[487]}}) & {8{code_i[486]}});
  assign lane_244 = $signed((act_i[1959:1952] ^ {8{code_i[489]}}) & {8{code_i[488]}});
  assign lane_245 = $signed((act_i[1967:1960] ^ {8{code_i[491]}}) & {8{code_i[490]}});
  assign lane_246 = $signed((act_i[1975:1968] ^ {8{code_i[493]}}) & {8{code_i[492]}});
  assign lane_247 = $signed((act_i[1983:1976] ^ {8{code_i[495]}}) & {8{code_i[494]}});
  assign lane_248 = $signed((act_i[1991:1984] ^ {8{code_i[497]}}) & {8{code_i[496]}});
  assign lane_249 = $signed((act_i[1999:1992] ^ {8{code_i[499]}}) & {8{code_i[498]}});
  assign lane_250 = $signed((act_i[2007:2000] ^ {8{code_i[501]}}) & {8{code_i[500]}});
  assign lane_251 = $signed((act_i[2015:2008] ^ {8{code_i[503]}}) & {8{code_i[502]}});
  assign lane_252 = $signed((act_i[2023:2016] ^ {8{code_i[505]}}) & {8{code_i[504]}});
  assign lane_253 = $signed((act_i[2031:2024] ^ {8{code_i[507]}}) & {8{code_i[506]}});
  assign lane_254 = $signed((act_i[2039:2032] ^ {8{code_i[509]}}) & {8{code_i[508]}});
  assign lane_255 = $signed((act_i[2047:2040] ^ {8{code_i[511]}}) & {8{code_i[510]}});
  assign sum_o = sum_8_0_q;
  assign owed_o = owed_8_0_q;

  always @(posedge clk_i) begin
    // level 1
    sum_1_0_q <= ($signed({{1{lane_0[7]}}, lane_0}) + $signed({{1{lane_1[7]}}, lane_1})) + $signed({8'd0, code_i[1]});
    owed_1_0_q <= code_i[3];
    sum_1_1_q <= ($signed({{1{lane_2[7]}}, lane_2}) + $signed({{1{lane_3[7]}}, lane_3})) + $signed({8'd0, code_i[5]});
    owed_1_1_q <= code_i[7];
    sum_1_2_q <= ($signed({{1{lane_4[7]}}, lane_4}) + $signed({{1{lane_5[7]}}, lane_5})) + $signed({8'd0, code_i[9]});
    owed_1_2_q <= code_i[11];
    sum_1_3_q <= ($signed({{1{lane_6[7]}}, lane_6}) + $signed({{1{lane_7[7]}}, lane_7})) + $signed({8'd0, code_i[13]});
    owed_1_3_q <= code_i[15];
    sum_1_4_q <= ($signed({{1{lane_8[7]}}, lane_8}) + $signed({{1{lane_9[7]}}, lane_9})) + $signed({8'd0, code_i[17]});
    owed_1_4_q <= code_i[19];
    sum_1_5_q <= ($signed({{1{lane_10[7]}}, lane_10}) + $signed({{1{lane_11[7]}}, lane_11})) + $signed({8'd0, code_i[21]});
    owed_1_5_q <= code_i[23];
    sum_1_6_q <= ($signed({{1{lane_12[7]}}, lane_12}) + $signed({{1{lane_13[7]}}, lane_13})) + $signed({8'd0, code_i[25]});
    owed_1_6_q <= code_i[27];
    sum_1_7_q <= ($signed({{1{lane_14[7]}}, lane_14}) + $signed({{1{lane_15[7]}}, lane_15})) + $signed({8'd0, code_i[29]});
    owed_1_7_q <= code_i[31];
    sum_1_8_q <= ($signed({{1{lane_16[7]}}, lane_16}) + $signed({{1{lane_17[7]}}, lane_17})) + $signed({8'd0, code_i[33]});
    owed_1_8_q <= code_i[35];
    sum_1_9_q <= ($signed({{1{lane_18[7]}}, lane_18}) + $signed({{1{lane_19[7]}}, lane_19})) + $signed({8'd0, code_i[37]});
    owed_1_9_q <= code_i[39];
    sum_1_10_q <= ($signed({{1{lane_20[7]}}, lane_20}) + $signed({{1{lane_21[7]}}, lane_21})) + $signed({8'd0, code_i[41]});
    owed_1_10_q <= code_i[43];
    sum_1_11_q <= ($signed({{1{lane_22[7]}}, lane_22}) + $signed({{1{lane_23[7]}}, lane_23})) + $signed({8'd0, code_i[45]});
    owed_1_11_q <= code_i[47];
    sum_1_12_q <= ($signed({{1{lane_24[7]}}, lane_24}) + $signed({{1{lane_25[7]}}, lane_25})) + $signed({8'd0, code_i[49]});
    owed_1_12_q <= code_i[51];
    sum_1_13_q <= ($signed({{1{lane_26[7]}}, lane_26}) + $signed({{1{lane_27[7]}}, lane_27})) + $signed({8'd0, code_i[53]});
    owed_1_13_q <= code_i[55];
    sum_1_14_q <= ($signed({{1{lane_28[7]}}, lane_28}) + $signed({{1{lane_29[7]}}, lane_29})) + $signed({8'd0, code_i[57]});
    owed_1_14_q <= code_i[59];
    sum_1_15_q <= ($signed({{1{lane_30[7]}}, lane_30}) + $signed({{1{lane_31[7]}}, lane_31})) + $signed({8'd0, code_i[61]});
    owed_1_15_q <= code_i[63];
    sum_1_16_q <= ($signed({{1{lane_32[7]}}, lane_32}) + $signed({{1{lane_33[7]}}, lane_33})) + $signed({8'd0, code_i[65]});
    owed_1_16_q <= code_i[67];
    sum_1_17_q <= ($signed({{1{lane_34[7]}}, lane_34}) + $signed({{1{lane_35[7]}}, lane_35})) + $signed({8'd0, code_i[69]});
    owed_1_17_q <= code_i[71];
    sum_1_18_q <= ($signed({{1{lane_36[7]}}, lane_36}) + $signed({{1{lane_37[7]}}, lane_37})) + $signed({8'd0, code_i[73]});
    owed_1_18_q <= code_i[75];
    sum_1_19_q <= ($signed({{1{lane_38[7]}}, lane_38}) + $signed({{1{lane_39[7]}}, lane_39})) + $signed({8'd0, code_i[77]});
    owed_1_19_q <= code_i[79];
    sum_1_20_q <= ($signed({{1{lane_40[7]}}, lane_40}) + $signed({{1{lane_41[7]}}, lane_41})) + $signed({8'd0, code_i[81]});
    owed_1_20_q <= code_i[83];
    sum_1_21_q <= ($signed({{1{lane_42[7]}}, lane_42}) + $signed({{1{lane_43[7]}}, lane_43})) + $signed({8'd0, code_i[85]});
    owed_1_21_q <= code_i[87];
    sum_1_22_q <= ($signed({{1{lane_44[7]}}, lane_44}) + $signed({{1{lane_45[7]}}, lane_45})) + $signed({8'd0, code_i[89]});
    owed_1_22_q <= code_i[91];
    sum_1_23_q <= ($signed({{1{lane_46[7]}}, lane_46}) + $signed({{1{lane_47[7]}}, lane_47})) + $signed({8'd0, code_i[93]});
    owed_1_23_q <= code_i[95];
    sum_1_24_q <= ($signed({{1{lane_48[7]}}, lane_48}) + $signed({{1{lane_49[7]}}, lane_49})) + $signed({8'd0, code_i[97]});
    owed_1_24_q <= code_i[99];
    sum_1_25_q <= ($signed({{1{lane_50[7]}}, lane_50}) + $signed({{1{lane_51[7]}}, lane_51})) + $signed({8'd0, code_i[101]});
    owed_1_25_q <= code_i[103];
    sum_1_26_q <= ($signed({{1{lane_52[7]}}, lane_52}) + $signed({{1{lane_53[7]}}, lane_53})) + $signed({8'd0, code_i[105]});
    owed_1_26_q <= code_i[107];
    sum_1_27_q <= ($signed({{1{lane_54[7]}}, lane_54}) + $signed({{1{lane_55[7]}}, lane_55})) + $signed({8'd0, code_i[109]});
    owed_1_27_q <= code_i[111];
    sum_1_28_q <= ($signed({{1{lane_56[7]}}, lane_56}) + $signed({{1{lane_57[7]}}, lane_57})) + $signed({8'd0, code_i[113]});
    owed_1_28_q <= code_i[115];
    sum_1_29_q <= ($signed({{1{lane_58[7]}}, lane_58}) + $signed({{1{lane_59[7]}}, lane_59})) + $signed({8'd0, code_i[117]});
    owed_1_29_q <= code_i[119];
    sum_1_30_q <= ($signed({{1{lane_60[7]}}, lane_60}) + $signed({{1{lane_61[7]}}, lane_61})) + $signed({8'd0, code_i[121]});
    owed_1_30_q <= code_i[123];
    sum_1_31_q <= ($signed({{1{lane_62[7]}}, lane_62}) + $signed({{1{lane_63[7]}}, lane_63})) + $signed({8'd0, code_i[125]});
    owed_1_31_q <= code_i[127];
    sum_1_32_q <= ($signed({{1{lane_64[7]}}, lane_64}) + $signed({{1{lane_65[7]}}, lane_65})) + $signed({8'd0, code_i[129]});
    owed_1_32_q <= code_i[131];
    sum_1_33_q <= ($signed({{1{lane_66[7]}}, lane_66}) + $signed({{1{lane_67[7]}}, lane_67})) + $signed({8'd0, code_i[133]});
    owed_1_33_q <= code_i[135];
    sum_1_34_q <= ($signed({{1{lane_68[7]}}, lane_68}) + $signed({{1{lane_69[7]}}, lane_69})) + $signed({8'd0, code_i[137]});
    owed_1_34_q <= code_i[139];
    sum_1_35_q <= ($signed({{1{lane_70[7]}}, lane_70}) + $signed({{1{lane_71[7]}}, lane_71})) + $signed({8'd0, code_i[141]});
    owed_1_35_q <= code_i[143];
    sum_1_36_q <= ($signed({{1{lane_72[7]}}, lane_72}) + $signed({{1{lane_73[7]}}, lane_73})) + $signed({8'd0, code_i[145]});
    owed_1_36_q <= code_i[147];
    sum_1_37_q <= ($signed({{1{lane_74[7]}}, lane_74}) + $signed({{1{lane_75[7]}}, lane_75})) + $signed({8'd0, code_i[149]});
    owed_1_37_q <= code_i[151];
    sum_1_38_q <= ($signed({{1{lane_76[7]}}, lane_76}) + $signed({{1{lane_77[7]}}, lane_77})) + $signed({8'd0, code_i[153]});
    owed_1_38_q <= code_i[155];
    sum_1_39_q <= ($signed({{1{lane_78[7]}}, lane_78}) + $signed({{1{lane_79[7]}}, lane_79})) + $signed({8'd0, code_i[157]});
    owed_1_39_q <= code_i[159];
    sum_1_40_q <= ($signed({{1{lane_80[7]}}, lane_80}) + $signed({{1{lane_81[7]}}, lane_81})) + $signed({8'd0, code_i[161]});
    owed_1_40_q <= code_i[163];
    sum_1_41_q <= ($signed({{1{lane_82[7]}}, lane_82}) + $signed({{1{lane_83[7]}}, lane_83})) + $signed({8'd0, code_i[165]});
    owed_1_41_q <= code_i[167];
    sum_1_42_q <= ($signed({{1{lane_84[7]}}, lane_84}) + $signed({{1{lane_85[7]}}, lane_85})) + $signed({8'd0, code_i[169]});
    owed_1_42_q <= code_i[171];
    sum_1_43_q <= ($signed({{1{lane_86[7]}}, lane_86}) + $signed({{1{lane_87[7]}}, lane_87})) + $signed({8'd0, code_i[173]});
    owed_1_43_q <= code_i[175];
    sum_1_44_q <= ($signed({{1{lane_88[7]}}, lane_88}) + $signed({{1{lane_89[7]}}, lane_89})) + $signed({8'd0, code_i[177]});
    owed_1_44_q <= code_i[179];
    sum_1_45_q <= ($signed({{1{lane_90[7]}}, lane_90}) + $signed({{1{lane_91[7]}}, lane_91})) + $signed({8'd0, code_i[181]});
    owed_1_45_q <= code_i[183];
    sum_1_46_q <= ($signed({{1{lane_92[7]}}, lane_92}) + $signed({{1{lane_93[7]}}, lane_93})) + $signed({8'd0, code_i[185]});
    owed_1_46_q <= code_i[187];
    sum_1_47_q <= ($signed({{1{lane_94[7]}}, lane_94}) + $signed({{1{lane_95[7]}}, lane_95})) + $signed({8'd0, code_i[189]});
    owed_1_47_q <= code_i[191];
    sum_1_48_q <= ($signed({{1{lane_96[7]}}, lane_96}) + $signed({{1{lane_97[7]}}, lane_97})) + $signed({8'd0, code_i[193]});
    owed_1_48_q <= code_i[195];
    sum_1_49_q <= ($signed({{1{lane_98[7]}}, lane_98}) + $signed({{1{lane_99[7]}}, lane_99})) + $signed({8'd0, code_i[197]});
    owed_1_49_q <= code_i[199];
    sum_1_50_q <= ($signed({{1{lane_100[7]}}, lane_100}) + $signed({{1{lane_101[7]}}, lane_101})) + $signed({8'd0, code_i[201]});
    owed_1_50_q <= code_i[203];
    sum_1_51_q <= ($signed({{1{lane_102[7]}}, lane_102}) + $signed({{1{lane_103[7]}}, lane_103})) + $signed({8'd0, code_i[205]});
    owed_1_51_q <= code_i[207];
    sum_1_52_q <= ($signed({{1{lane_104[7]}}, lane_104}) + $signed({{1{lane_105[7]}}, lane_105})) + $signed({8'd0, code_i[209]});
    owed_1_52_q <= code_i[211];
    sum_1_53_q <= ($signed({{1{lane_106[7]}}, lane_106}) + $signed({{1{lane_107[7]}}, lane_107})) + $signed({8'd0, code_i[213]});
    owed_1_53_q <= code_i[215];
    sum_1_54_q <= ($signed({{1{lane_108[7]}}, lane_108}) + $signed({{1{lane_109[7]}}, lane_109})) + $signed({8'd0, code_i[217]});
    owed_1_54_q <= code_i[219];
    sum_1_55_q <= ($signed({{1{lane_110[7]}}, lane_110}) + $signed({{1{lane_111[7]}}, lane_111})) + $signed({8'd0, code_i[221]});
    owed_1_55_q <= code_i[223];
    sum_1_56_q <= ($signed({{1{lane_112[7]}}, lane_112}) + $signed({{1{lane_113[7]}}, lane_113})) + $signed({8'd0, code_i[225]});
    owed_1_56_q <= code_i[227];
    sum_1_57_q <= ($signed({{1{lane_114[7]}}, lane_114}) + $signed({{1{lane_115[7]}}, lane_115})) + $signed({8'd0, code_i[229]});
    owed_1_57_q <= code_i[231];
    sum_1_58_q <= ($signed({{1{lane_116[7]}}, lane_116}) + $signed({{1{lane_117[7]}}, lane_117})) + $signed({8'd0, code_i[233]});
    owed_1_58_q <= code_i[235];
    sum_1_59_q <= ($signed({{1{lane_118[7]}}, lane_118}) + $signed({{1{lane_119[7]}}, lane_119})) + $signed({8'd0, code_i[237]});
    owed_1_59_q <= code_i[239];
    sum_1_60_q <= ($signed({{1{lane_120[7]}}, lane_120}) + $signed({{1{lane_121[7]}}, lane_121})) + $signed({8'd0, code_i[241]});
    owed_1_60_q <= code_i[243];
    sum_1_61_q <= ($signed({{1{lane_122[7]}}, lane_122}) + $signed({{1{lane_123[7]}}, lane_123})) + $signed({8'd0, code_i[245]});
    owed_1_61_q <= code_i[247];
    sum_1_62_q <= ($signed({{1{lane_124[7]}}, lane_124}) + $signed({{1{lane_125[7]}}, lane_125})) + $signed({8'd0, code_i[249]});
    owed_1_62_q <= code_i[251];
    sum_1_63_q <= ($signed({{1{lane_126[7]}}, lane_126}) + $signed({{1{lane_127[7]}}, lane_127})) + $signed({8'd0, code_i[253]});
    owed_1_63_q <= code_i[255];
    sum_1_64_q <= ($signed({{1{lane_128[7]}}, lane_128}) + $signed({{1{lane_129[7]}}, lane_129})) + $signed({8'd0, code_i[257]});
    owed_1_64_q <= code_i[259];
    sum_1_65_q <= ($signed({{1{lane_130[7]}}, lane_130}) + $signed({{1{lane_131[7]}}, lane_131})) + $signed({8'd0, code_i[261]});
    owed_1_65_q <= code_i[263];
    sum_1_66_q <= ($signed({{1{lane_132[7]}}, lane_132}) + $signed({{1{lane_133[7]}}, lane_133})) + $signed({8'd0, code_i[265]});
    owed_1_66_q <= code_i[267];
    sum_1_67_q <= ($signed({{1{lane_134[7]}}, lane_134}) + $signed({{1{lane_135[7]}}, lane_135})) + $signed({8'd0, code_i[269]});
    owed_1_67_q <= code_i[271];
    sum_1_68_q <= ($signed({{1{lane_136[7]}}, lane_136}) + $signed({{1{lane_137[7]}}, lane_137})) + $signed({8'd0, code_i[273]});
    owed_1_68_q <= code_i[275];
    sum_1_69_q <= ($signed({{1{lane_138[7]}}, lane_138}) + $signed({{1{lane_139[7]}}, lane_139})) + $signed({8'd0, code_i[277]});
    owed_1_69_q <= code_i[279];
    sum_1_70_q <= ($signed({{1{lane_140[7]}}, lane_140}) + $signed({{1{lane_141[7]}}, lane_141})) + $signed({8'd0, code_i[281]});
    owed_1_70_q <= code_i[283];
    sum_1_71_q <= ($signed({{1{lane_142[7]}}, lane_142}) + $signed({{1{lane_143[7]}}, lane_143})) + $signed({8'd0, code_i[285]});
    owed_1_71_q <= code_i[287];
    sum_1_72_q <= ($signed({{1{lane_144[7]}}, lane_144}) + $signed({{1{lane_145[7]}}, lane_145})) + $signed({8'd0, code_i[289]});
    owed_1_72_q <= code_i[291];
    sum_1_73_q <= ($signed({{1{lane_146[7]}}, lane_146}) + $signed({{1{lane_147[7]}}, lane_147})) + $signed({8'd0, code_i[293]});
    owed_1_73_q <= code_i[295];
    sum_1_74_q <= ($signed({{1{lane_148[7]}}, lane_148}) + $signed({{1{lane_149[7]}}, lane_149})) + $signed({8'd0, code_i[297]});
    owed_1_74_q <= code_i[299];
    sum_1_75_q <= ($signed({{1{lane_150[7]}}, lane_150}) + $signed({{1{lane_151[7]}}, lane_151})) + $signed({8'd0, code_i[301]});
    owed_1_75_q <= code_i[303];
    sum_1_76_q <= ($signed({{1{lane_152[7]}}, lane_152}) + $signed({{1{lane_153[7]}}, lane_153})) + $signed({8'd0, code_i[305]});
    owed_1_76_q <= code_i[307];
    sum_1_77_q <= ($signed({{1{lane_154[7]}}, lane_154}) + $signed({{1{lane_155[7]}}, lane_155})) + $signed({8'd0, code_i[309]});
    owed_1_77_q <= code_i[311];
    sum_1_78_q <= ($signed({{1{lane_156[7]}}, lane_156}) + $signed({{1{lane_157[7]}}, lane_157})) + $signed({8'd0, code_i[313]});
    owed_1_78_q <= code_i[315];
    sum_1_79_q <= ($signed({{1{lane_158[7]}}, lane_158}) + $signed({{1{lane_159[7]}}, lane_159})) + $signed({8'd0, code_i[317]});
    owed_1_79_q <= code_i[319];
    sum_1_80_q <= ($signed({{1{lane_160[7]}}, lane_160}) + $signed({{1{lane_161[7]}}, lane_161})) + $signed({8'd0, code_i[321]});
    owed_1_80_q <= code_i[323];
    sum_1_81_q <= ($signed({{1{lane_162[7]}}, lane_162}) + $signed({{1{lane_163[7]}}, lane_163})) + $signed({8'd0, code_i[325]});
    owed_1_81_q <= code_i[327];
    sum_1_82_q <= ($signed({{1{lane_164[7]}}, lane_164}) + $signed({{1{lane_165[7]}}, lane_165})) + $signed({8'd0, code_i[329]});
    owed_1_82_q <= code_i[331];
    sum_1_83_q <= ($signed({{1{lane_166[7]}}, lane_166}) + $signed({{1{lane_167[7]}}, lane_167})) + $signed({8'd0, code_i[333]});
    owed_1_83_q <= code_i[335];
    sum_1_84_q <= ($signed({{1{lane_168[7]}}, lane_168}) + $signed({{1{lane_169[7]}}, lane_169})) + $signed({8'd0, code_i[337]});
    owed_1_84_q <= code_i[339];
    sum_1_85_q <= ($signed({{1{lane_170[7]}}, lane_170}) + $signed({{1{lane_171[7]}}, lane_171})) + $signed({8'd0, code_i[341]});
    owed_1_85_q <= code_i[343];
    sum_1_86_q <= ($signed({{1{lane_172[7]}}, lane_172}) + $signed({{1{lane_173[7]}}, lane_173})) + $signed({8'd0, code_i[345]});
    owed_1_86_q <= code_i[347];
    sum_1_87_q <= ($signed({{1{lane_174[7]}}, lane_174}) + $signed({{1{lane_175[7]}}, lane_175})) + $signed({8'd0, code_i[349]});
    owed_1_87_q <= code_i[351];
    sum_1_88_q <= ($signed({{1{lane_176[7]}}, lane_176}) + $signed({{1{lane_177[7]}}, lane_177})) + $signed({8'd0, code_i[353]});
    owed_1_88_q <= code_i[355];
    sum_1_89_q <= ($signed({{1{lane_178[7]}}, lane_178}) + $signed({{1{lane_179[7]}}, lane_179})) + $signed({8'd0, code_i[357]});
    owed_1_89_q <= code_i[359];
    sum_1_90_q <= ($signed({{1{lane_180[7]}}, lane_180}) + $signed({{1{lane_181[7]}}, lane_181})) + $signed({8'd0, code_i[361]});
    owed_1_90_q <= code_i[363];
    sum_1_91_q <= ($signed({{1{lane_182[7]}}, lane_182}) + $signed({{1{lane_183[7]}}, lane_183})) + $signed({8'd0, code_i[365]});
    owed_1_91_q <= code_i[367];
    sum_1_92_q <= ($signed({{1{lane_184[7]}}, lane_184}) + $signed({{1{lane_185[7]}}, lane_185})) + $signed({8'd0, code_i[369]});
    owed_1_92_q <= code_i[371];
    sum_1_93_q <= ($signed({{1{lane_186[7]}}, lane_186}) + $signed({{1{lane_187[7]}}, lane_187})) + $signed({8'd0, code_i[373]});
    owed_1_93_q <= code_i[375];
    sum_1_94_q <= ($signed({{1{lane_188[7]}}, lane_188}) + $signed({{1{lane_189[7]}}, lane_189})) + $signed({8'd0, code_i[377]});
    owed_1_94_q <= code_i[379];
    sum_1_95_q <= ($signed({{1{lane_190[7]}}, lane_190}) + $signed({{1{lane_191[7]}}, lane_191})) + $signed({8'd0, code_i[381]});
    owed_1_95_q <= code_i[383];
    sum_1_96_q <= ($signed({{1{lane_192[7]}}, lane_192}) + $signed({{1{lane_193[7]}}, lane_193})) + $signed({8'd0, code_i[385]});
    owed_1_96_q <= code_i[387];
    sum_1_97_q <= ($signed({{1{lane_194[7]}}, lane_194}) + $signed({{1{lane_195[7]}}, lane_195})) + $signed({8'd0, code_i[389]});
    owed_1_97_q <= code_i[391];
    sum_1_98_q <= ($signed({{1{lane_196[7]}}, lane_196}) + $signed({{1{lane_197[7]}}, lane_197})) + $signed({8'd0, code_i[393]});
    owed_1_98_q <= code_i[395];
    sum_1_99_q <= ($signed({{1{lane_198[7]}}, lane_198}) + $signed({{1{lane_199[7]}}, lane_199})) + $signed({8'd0, code_i[397]});
    owed_1_99_q <= code_i[399];
    sum_1_100_q <= ($signed({{1{lane_200[7]}}, lane_200}) + $signed({{1{lane_201[7]}}, lane_201})) + $signed({8'd0, code_i[401]});
    owed_1_100_q <= code_i[403];
    sum_1_101_q <= ($signed({{1{lane_202[7]}}, lane_202}) + $signed({{1{lane_203[7]}}, lane_203})) + $signed({8'd0, code_i[405]});
    owed_1_101_q <= code_i[407];
    sum_1_102_q <= ($signed({{1{lane_204[7]}}, lane_204}) + $signed({{1{lane_205[7]}}, lane_205})) + $signed({8'd0, code_i[409]});
    owed_1_102_q <= code_i[411];
    sum_1_103_q <= ($signed({{1{lane_206[7]}}, lane_206}) + $signed({{1{lane_207[7]}}, lane_207})) + $signed({8'd0, code_i[413]});
    owed_1_103_q <= code_i[415];
    sum_1_104_q <= ($signed({{1{lane_208[7]}}, lane_208}) + $signed({{1{lane_209[7]}}, lane_209})) + $signed({8'd0, code_i[417]});
    owed_1_104_q <= code_i[419];
    sum_1_105_q <= ($signed({{1{lane_210[7]}}, lane_210}) + $signed({{1{lane_211[7]}}, lane_211})) + $signed({8'd0, code_i[421]});
    owed_1_105_q <= code_i[423];
    sum_1_106_q <= ($signed({{1{lane_212[7]}}, lane_212}) + $signed({{1{lane_213[7]}}, lane_213})) + $signed({8'd0, code_i[425]});
    owed_1_106_q <= code_i[427];
    sum_1_107_q <= ($signed({{1{lane_214[7]}}, lane_214}) + $signed({{1{lane_215[7]}}, lane_215})) + $signed({8'd0, code_i[429]});
    owed_1_107_q <= code_i[431];
    sum_1_108_q <= ($signed({{1{lane_216[7]}}, lane_216}) + $signed({{1{lane_217[7]}}, lane_217})) + $signed({8'd0, code_i[433]});
    owed_1_108_q <= code_i[435];
    sum_1_109_q <= ($signed({{1{lane_218[7]}}, lane_218}) + $signed({{1{lane_219[7]}}, lane_219})) + $signed({8'd0, code_i[437]});
    owed_1_109_q <= code_i[439];
    sum_1_110_q <= ($signed({{1{lane_220[7]}}, lane_220}) + $signed({{1{lane_221[7]}}, lane_221})) + $signed({8'd0, code_i[441]});
    owed_1_110_q <= code_i[443];
    sum_1_111_q <= ($signed({{1{lane_222[7]}}, lane_222}) + $signed({{1{lane_223[7]}}, lane_223})) + $signed({8'd0, code_i[445]});
    owed_1_111_q <= code_i[447];
    sum_1_112_q <= ($signed({{1{lane_224[7]}}, lane_224}) + $signed({{1{lane_225[7]}}, lane_225})) + $signed({8'd0, code_i[449]});
    owed_1_112_q <= code_i[451];
    sum_1_113_q <= ($signed({{1{lane_226[7]}}, lane_226}) + $signed({{1{lane_227[7]}}, lane_227})) + $signed({8'd0, code_i[453]});
    owed_1_113_q <= code_i[455];
    sum_1_114_q <= ($signed({{1{lane_228[7]}}, lane_228}) + $signed({{1{lane_229[7]}}, lane_229})) + $signed({8'd0, code_i[457]});
    owed_1_114_q <= code_i[459];
    sum_1_115_q <= ($signed({{1{lane_230[7]}}, lane_230}) + $signed({{1{lane_231[7]}}, lane_231})) + $signed({8'd0, code_i[461]});
    owed_1_115_q <= code_i[463];
    sum_1_116_q <= ($signed({{1{lane_232[7]}}, lane_232}) + $signed({{1{lane_233[7]}}, lane_233})) + $signed({8'd0, code_i[465]});
    owed_1_116_q <= code_i[467];
    sum_1_117_q <= ($signed({{1{lane_234[7]}}, lane_234}) + $signed({{1{lane_235[7]}}, lane_235})) + $signed({8'd0, code_i[469]});
    owed_1_117_q <= code_i[471];
    sum_1_118_q <= ($signed({{1{lane_236[7]}}, lane_236}) + $signed({{1{lane_237[7]}}, lane_237})) + $signed({8'd0, code_i[473]});
    owed_1_118_q <= code_i[475];
    sum_1_119_q <= ($signed({{1{lane_238[7]}}, lane_238}) + $signed({{1{lane_239[7]}}, lane_239})) + $signed({8'd0, code_i[477]});
    owed_1_119_q <= code_i[479];
    sum_1_120_q <= ($signed({{1{lane_240[7]}}, lane_240}) + $signed({{1{lane_241[7]}}, lane_241})) + $signed({8'd0, code_i[481]});
    owed_1_120_q <= code_i[483];
    sum_1_121_q <= ($signed({{1{lane_242[7]}}, lane_242}) + $signed({{1{lane_243[7]}}, lane_243})) + $signed({8'd0, code_i[485]});
    owed_1_121_q <= code_i[487];
    sum_1_122_q <= ($signed({{1{lane_244[7]}}, lane_244}) + $signed({{1{lane_245[7]}}, lane_245})) + $signed({8'd0, code_i[489]});
    owed_1_122_q <= code_i[491];
    sum_1_123_q <= ($signed({{1{lane_246[7]}}, lane_246}) + $signed({{1{lane_247[7]}}, lane_247})) + $signed({8'd0, code_i[493]});
    owed_1_123_q <= code_i[495];
    sum_1_124_q <= ($signed({{1{lane_248[7]}}, lane_248}) + $signed({{1{lane_249[7]}}, lane_249})) + $signed({8'd0, code_i[497]});
    owed_1_124_q <= code_i[499];
    sum_1_125_q <= ($signed({{1{lane_250[7]}}, lane_250}) + $signed({{1{lane_251[7]}}, lane_251})) + $signed({8'd0, code_i[501]});
    owed_1_125_q <= code_i[503];
    sum_1_126_q <= ($signed({{1{lane_252[7]}}, lane_252}) + $signed({{1{lane_253[7]}}, lane_253})) + $signed({8'd0, code_i[505]});
    owed_1_126_q <= code_i[507];
    sum_1_127_q <= ($signed({{1{lane_254[7]}}, lane_254}) + $signed({{1{lane_255[7]}}, lane_255})) + $signed({8'd0, code_i[509]});
    owed_1_127_q <= code_i[511];
    // level 2
    sum_2_0_q <= ($signed({{1{sum_1_0_q[8]}}, sum_1_0_q}) + $signed({{1{sum_1_1_q[8]}}, sum_1_1_q})) + $signed({9'd0, owed_1_0_q});
    owed_2_0_q <= owed_1_1_q;
    sum_2_1_q <= ($signed({{1{sum_1_2_q[8]}}, sum_1_2_q}) + $signed({{1{sum_1_3_q[8]}}, sum_1_3_q})) + $signed({9'd0, owed_1_2_q});
    owed_2_1_q <= owed_1_3_q;
    sum_2_2_q <= ($signed({{1{sum_1_4_q[8]}}, sum_1_4_q}) + $signed({{1{sum_1_5_q[8]}}, sum_1_5_q})) + $signed({9'd0, owed_1_4_q});
    owed_2_2_q <= owed_1_5_q;
    sum_2_3_q <= ($signed({{1{sum_1_6_q[8]}}, sum_1_6_q}) + $signed({{1{sum_1_7_q[8]}}, sum_1_7_q})) + $signed({9'd0, owed_1_6_q});
    owed_2_3_q <= owed_1_7_q;
    sum_2_4_q <= ($signed({{1{sum_1_8_q[8]}}, sum_1_8_q}) + $signed({{1{sum_1_9_q[8]}}, sum_1_9_q})) + $signed({9'd0, owed_1_8_q});
    owed_2_4_q <= owed_1_9_q;
    sum_2_5_q <= ($signed({{1{sum_1_10_q[8]}}, sum_1_10_q}) + $signed({{1{sum_1_11_q[8]}}, sum_1_11_q})) + $signed({9'd0, owed_1_10_q});
    owed_2_5_q <= owed_1_11_q;
    sum_2_6_q <= ($signed({{1{sum_1_12_q[8]}}, sum_1_12_q}) + $signed({{1{sum_1_13_q[8]}}, sum_1_13_q})) + $signed({9'd0, owed_1_12_q});
    owed_2_6_q <= owed_1_13_q;
    sum_2_7_q <= ($signed({{1{sum_1_14_q[8]}}, sum_1_14_q}) + $signed({{1{sum_1_15_q[8]}}, sum_1_15_q})) + $signed({9'd0, owed_1_14_q});
    owed_2_7_q <= owed_1_15_q;
    sum_2_8_q <= ($signed({{1{sum_1_16_q[8]}}, sum_1_16_q}) + $signed({{1{sum_1_17_q[8]}}, sum_1_17_q})) + $signed({9'd0, owed_1_16_q});
    owed_2_8_q <= owed_1_17_q;
    sum_2_9_q <= ($signed({{1{sum_1_18_q[8]}}, sum_1_18_q}) + $signed({{1{sum_1_19_q[8]}}, sum_1_19_q})) + $signed({9'd0, owed_1_18_q});
    owed_2_9_q <= owed_1_19_q;
    sum_2_10_q <= ($signed({{1{sum_1_20_q[8]}}, sum_1_20_q}) + $signed({{1{sum_1_21_q[8]}}, sum_1_21_q})) + $signed({9'd0, owed_1_20_q});
    owed_2_10_q <= owed_1_21_q;
    sum_2_11_q <= ($signed({{1{sum_1_22_q[8]}}, sum_1_22_q}) + $signed({{1{sum_1_23_q[8]}}, sum_1_23_q})) + $signed({9'd0, owed_1_22_q});
    owed_2_11_q <= owed_1_23_q;
    sum_2_12_q <= ($signed({{1{sum_1_24_q[8]}}, sum_1_24_q}) + $signed({{1{sum_1_25_q[8]}}, sum_1_25_q})) + $signed({9'd0, owed_1_24_q});
    owed_2_12_q <= owed_1_25_q;
    sum_2_13_q <= ($signed({{1{sum_1_26_q[8]}}, sum_1_26_q}) + $signed({{1{sum_1_27_q[8]}}, sum_1_27_q})) + $signed({9'd0, owed_1_26_q});
    owed_2_13_q <= owed_1_27_q;
    sum_2_14_q <= ($signed({{1{sum_1_28_q[8]}}, sum_1_28_q}) + $signed({{1{sum_1_29_q[8]}}, sum_1_29_q})) + $signed({9'd0, owed_1_28_q});
    owed_2_14_q <= owed_1_29_q;
    sum_2_15_q <= ($signed({{1{sum_1_30_q[8]}}, sum_1_30_q}) + $signed({{1{sum_1_31_q[8]}}, sum_1_31_q})) + $signed({9'd0, owed_1_30_q});
    owed_2_15_q <= owed_1_31_q;
    sum_2_16_q <= ($signed({{1{sum_1_32_q[8]}}, sum_1_32_q}) + $signed({{1{sum_1_33_q[8]}}, sum_1_33_q})) + $signed({9'd0, owed_1_32_q});
    owed_2_16_q <= owed_1_33_q;
    sum_2_17_q <= ($signed({{1{sum_1_34_q[8]}}, sum_1_34_q}) + $signed({{1{sum_1_35_q[8]}}, sum_1_35_q})) + $signed({9'd0, owed_1_34_q});
    owed_2_17_q <= owed_1_35_q;
    sum_2_18_q <= ($signed({{1{sum_1_36_q[8]}}, sum_1_36_q}) + $signed({{1{sum_1_37_q[8]}}, sum_1_37_q})) + $signed({9'd0, owed_1_36_q});
    owed_2_18_q <= owed_1_37_q;
    sum_2_19_q <= ($signed({{1{sum_1_38_q[8]}}, sum_1_38_q}) + $signed({{1{sum_1_39_q[8]}}, sum_1_39_q})) + $signed({9'd0, owed_1_38_q});
    owed_2_19_q <= owed_1_39_q;
    sum_2_20_q <= ($signed({{1{sum_1_40_q[8]}}, sum_1_40_q}) + $signed({{1{sum_1_41_q[8]}}, sum_1_41_q})) + $signed({9'd0, owed_1_40_q});
    owed_2_20_q <= owed_1_41_q;
    sum_2_21_q <= ($signed({{1{sum_1_42_q[8]}}, sum_1_42_q}) + $signed({{1{sum_1_43_q[8]}}, sum_1_43_q})) + $signed({9'd0, owed_1_42_q});
    owed_2_21_q <= owed_1_43_q;
    sum_2_22_q <= ($signed({{1{sum_1_44_q[8]}}, sum_1_44_q}) + $signed({{1{sum_1_45_q[8]}}, sum_1_45_q})) + $signed({9'd0, owed_1_44_q});
    owed_2_22_q <= owed_1_45_q;
    sum_2_23_q <= ($signed({{1{sum_1_46_q[8]}}, sum_1_46_q}) + $signed({{1{sum_1_47_q[8]}}, sum_1_47_q})) + $signed({9'd0, owed_1_46_q});
    owed_2_23_q <= owed_1_47_q;
    sum_2_24_q <= ($signed({{1{sum_1_48_q[8]}}, sum_1_48_q}) + $signed({{1{sum_1_49_q[8]}}, sum_1_49_q})) + $signed({9'd0, owed_1_48_q});
    owed_2_24_q <= owed_1_49_q;
    sum_2_25_q <= ($signed({{1{sum_1_50_q[8]}}, sum_1_50_q}) + $signed({{1{sum_1_51_q[8]}}, sum_1_51_q})) + $signed({9'd0, owed_1_50_q});
    owed_2_25_q <= owed_1_51_q;
    sum_2_26_q <= ($signed({{1{sum_1_52_q[8]}}, sum_1_52_q}) + $signed({{1{sum_1_53_q[8]}}, sum_1_53_q})) + $signed({9'd0, owed_1_52_q});
    owed_2_26_q <= owed_1_53_q;
    sum_2_27_q <= ($signed({{1{sum_1_54_q[8]}}, sum_1_54_q}) + $signed({{1{sum_1_55_q[8]}}, sum_1_55_q})) + $signed({9'd0, owed_1_54_q});
    owed_2_27_q <= owed_1_55_q;
    sum_2_28_q <= ($signed({{1{sum_1_56_q[8]}}, sum_1_56_q}) + $signed({{1{sum_1_57_q[8]}}, sum_1_57_q})) + $signed({9'd0, owed_1_56_q});
    owed_2_28_q <= owed_1_57_q;
    sum_2_29_q <= ($signed({{1{sum_1_58_q[8]}}, sum_1_58_q}) + $signed({{1{sum_1_59_q[8]}}, sum_1_59_q})) + $signed({9'd0, owed_1_58_q});
    owed_2_29_q <= owed_1_59_q;
    sum_2_30_q <= ($signed({{1{sum_1_60_q[8]}}, sum_1_60_q}) + $signed({{1{sum_1_61_q[8]}}, sum_1_61_q})) + $signed({9'd0, owed_1_60_q});
    owed_2_30_q <= owed_1_61_q;
    sum_2_31_q <= ($signed({{1{sum_1_62_q[8]}}, sum_1_62_q}) + $signed({{1{sum_1_63_q[8]}}, sum_1_63_q})) + $signed({9'd0, owed_1_62_q});
    owed_2_31_q <= owed_1_63_q;
    sum_2_32_q <= ($signed({{1{sum_1_64_q[8]}}, sum_1_64_q}) + $signed({{1{sum_1_65_q[8]}}, sum_1_65_q})) + $signed({9'd0, owed_1_64_q});
    owed_2_32_q <= owed_1_65_q;
    sum_2_33_q <= ($signed({{1{sum_1_66_q[8]}}, sum_1_66_q}) + $signed({{1{sum_1_67_q[8]}}, sum_1_67_q})) + $signed({9'd0, owed_1_66_q});
    owed_2_33_q <= owed_1_67_q;
    sum_2_34_q <= ($signed({{1{sum_1_68_q[8]}}, sum_1_68_q}) + $signed({{1{sum_1_69_q[8]}}, sum_1_69_q})) + $signed({9'd0, owed_1_68_q});
    owed_2_34_q <= owed_1_69_q;
    sum_2_35_q <= ($signed({{1{sum_1_70_q[8]}}, sum_1_70_q}) + $signed({{1{sum_1_71_q[8]}}, sum_1_71_q})) + $signed({9'd0, owed_1_70_q});
    owed_2_35_q <= owed_1_71_q;
    sum_2_36_q <= ($signed({{1{sum_1_72_q[8]}}, sum_1_72_q}) + $signed({{1{sum_1_73_q[8]}}, sum_1_73_q})) + $signed({9'd0, owed_1_72_q});
    owed_2_36_q <= owed_1_73_q;
    sum_2_37_q <= ($signed({{1{sum_1_74_q[8]}}, sum_1_74_q}) + $signed({{1{sum_1_75_q[8]}}, sum_1_75_q})) + $signed({9'd0, owed_1_74_q});
    owed_2_37_q <= owed_1_75_q;
    sum_2_38_q <= ($signed({{1{sum_1_76_q[8]}}, sum_1_76_q}) + $signed({{1{sum_1_77_q[8]}}, sum_1_77_q})) + $signed({9'd0, owed_1_76_q});
    owed_2_38_q <= owed_1_77_q;
    sum_2_39_q <= ($signed({{1{sum_1_78_q[8]}}, sum_1_78_q}) + $signed({{1{sum_1_79_q[8]}}, sum_1_79_q})) + $signed({9'd0, owed_1_78_q});
    owed_2_39_q <= owed_1_79_q;
    sum_2_40_q <= ($signed({{1{sum_1_80_q[8]}}, sum_1_80_q}) + $signed({{1{sum_1_81_q[8]}}, sum_1_81_q})) + $signed({9'd0, owed_1_80_q});
    owed_2_40_q <= owed_1_81_q;
    sum_2_41_q <= ($signed({{1{sum_1_82_q[8]}}, sum_1_82_q}) + $signed({{1{sum_1_83_q[8]}}, sum_1_83_q})) + $signed({9'd0, owed_1_82_q});
    owed_2_41_q <= owed_1_83_q;
    sum_2_42_q <= ($signed({{1{sum_1_84_q[8]}}, sum_1_84_q}) + $signed({{1{sum_1_85_q[8]}}, sum_1_85_q})) + $signed({9'd0, owed_1_84_q});
    owed_2_42_q <= owed_1_85_q;
    sum_2_43_q <= ($signed({{1{sum_1_86_q[8]}}, sum_1_86_q}) + $signed({{1{sum_1_87_q[8]}}, sum_1_87_q})) + $signed({9'd0, owed_1_86_q});
    owed_2_43_q <= owed_1_87_q;
    sum_2_44_q <= ($signed({{1{sum_1_88_q[8]}}, sum_1_88_q}) + $signed({{1{sum_1_89_q[8]}}, sum_1_89_q})) + $signed({9'd0, owed_1_88_q});
    owed_2_44_q <= owed_1_89_q;
    sum_2_45_q <= ($signed({{1{sum_1_90_q[8]}}, sum_1_90_q}) + $signed({{1{sum_1_91_q[8]}}, sum_1_91_q})) + $signed({9'd0, owed_1_90_q});
    owed_2_45_q <= owed_1_91_q;
    sum_2_46_q <= ($signed({{1{sum_1_92_q[8]}}, sum_1_92_q}) + $signed({{1{sum_1_93_q[8]}}, sum_1_93_q})) + $signed({9'd0, owed_1_92_q});
    owed_2_46_q <= owed_1_93_q;
    sum_2_47_q <= ($signed({{1{sum_1_94_q[8]}}, sum_1_94_q}) + $signed({{1{sum_1_95_q[8]}}, sum_1_95_q})) + $signed({9'd0, owed_1_94_q});
    owed_2_47_q <= owed_1_95_q;
    sum_2_48_q <= ($signed({{1{sum_1_96_q[8]}}, sum_1_96_q}) + $signed({{1{sum_1_97_q[8]}}, sum_1_97_q})) + $signed({9'd0, owed_1_96_q});
    owed_2_48_q <= owed_1_97_q;
    sum_2_49_q <= ($signed({{1{sum_1_98_q[8]}}, sum_1_98_q}) + $signed({{1{sum_1_99_q[8]}}, sum_1_99_q})) + $signed({9'd0, owed_1_98_q});
    owed_2_49_q <= owed_1_99_q;
    sum_2_50_q <= ($signed({{1{sum_1_100_q[8]}}, sum_1_100_q}) + $signed({{1{sum_1_101_q[8]}}, sum_1_101_q})) + $signed({9'd0, owed_1_100_q});
    owed_2_50_q <= owed_1_101_q;
    sum_2_51_q <= ($signed({{1{sum_1_102_q[8]}}, sum_1_102_q}) + $signed({{1{sum_1_103_q[8]}}, sum_1_103_q})) + $signed({9'd0, owed_1_102_q});
    owed_2_51_q <= owed_1_103_q;
    sum_2_52_q <= ($signed({{1{sum_1_104_q[8]}}, sum_1_104_q}) + $signed({{1{sum_1_105_q[8]}}, sum_1_105_q})) + $signed({9'd0, owed_1_104_q});
    owed_2_52_q <= owed_1_105_q;
    sum_2_53_q <= ($signed({{1{sum_1_106_q[8]}}, sum_1_106_q}) + $signed({{1{sum_1_107_q[8]}}, sum_1_107_q})) + $signed({9'd0, owed_1_106_q});
    owed_2_53_q <= owed_1_107_q;
    sum_2_54_q <= ($signed({{1{sum_1_108_q[8]}}, sum_1_108_q}) + $signed({{1{sum_1_109_q[8]}}, sum_1_109_q})) + $signed({9'd0, owed_1_108_q});
    owed_2_54_q <= owed_1_109_q;
    sum_2_55_q <= ($signed({{1{sum_1_110_q[8]}}, sum_1_110_q}) + $signed({{1{sum_1_111_q[8]}}, sum_1_111_q})) + $signed({9'd0, owed_1_110_q});
    owed_2_55_q <= owed_1_111_q;
    sum_2_56_q <= ($signed({{1{sum_1_112_q[8]}}, sum_1_112_q}) + $signed({{1{sum_1_113_q[8]}}, sum_1_113_q})) + $signed({9'd0, owed_1_112_q});
    owed_2_56_q <= owed_1_113_q;
    sum_2_57_q <= ($signed({{1{sum_1_114_q[8]}}, sum_1_114_q}) + $signed({{1{sum_1_115_q[8]}}, sum_1_115_q})) + $signed({9'd0, owed_1_114_q});
    owed_2_57_q <= owed_1_115_q;
    sum_2_58_q <= ($signed({{1{sum_1_116_q[8]}}, sum_1_116_q}) + $signed({{1{sum_1_117_q[8]}}, sum_1_117_q})) + $signed({9'd0, owed_1_116_q});
    owed_2_58_q <= owed_1_117_q;
    sum_2_59_q <= ($signed({{1{sum_1_118_q[8]}}, sum_1_118_q}) + $signed({{1{sum_1_119_q[8]}}, sum_1_119_q})) + $signed({9'd0, owed_1_118_q});
    owed_2_59_q <= owed_1_119_q;
    sum_2_60_q <= ($signed({{1{sum_1_120_q[8]}}, sum_1_120_q}) + $signed({{1{sum_1_121_q[8]}}, sum_1_121_q})) + $signed({9'd0, owed_1_120_q});
    owed_2_60_q <= owed_1_121_q;
    sum_2_61_q <= ($signed({{1{sum_1_122_q[8]}}, sum_1_122_q}) + $signed({{1{sum_1_123_q[8]}}, sum_1_123_q})) + $signed({9'd0, owed_1_122_q});
    owed_2_61_q <= owed_1_123_q;
    sum_2_62_q <= ($signed({{1{sum_1_124_q[8]}}, sum_1_124_q}) + $signed({{1{sum_1_125_q[8]}}, sum_1_125_q})) + $signed({9'd0, owed_1_124_q});
    owed_2_62_q <= owed_1_125_q;
    sum_2_63_q <= ($signed({{1{sum_1_126_q[8]}}, sum_1_126_q}) + $signed({{1{sum_1_127_q[8]}}, sum_1_127_q})) + $signed({9'd0, owed_1_126_q});
    owed_2_63_q <= owed_1_127_q;
    // level 3
    sum_3_0_q <= ($signed({{1{sum_2_0_q[9]}}, sum_2_0_q}) + $signed({{1{sum_2_1_q[9]}}, sum_2_1_q})) + $signed({10'd0, owed_2_0_q});
    owed_3_0_q <= owed_2_1_q;
    sum_3_1_q <= ($signed({{1{sum_2_2_q[9]}}, sum_2_2_q}) + $signed({{1{sum_2_3_q[9]}}, sum_2_3_q})) + $signed({10'd0, owed_2_2_q});
    owed_3_1_q <= owed_2_3_q;
    sum_3_2_q <= ($signed({{1{sum_2_4_q[9]}}, sum_2_4_q}) + $signed({{1{sum_2_5_q[9]}}, sum_2_5_q})) + $signed({10'd0, owed_2_4_q});
    owed_3_2_q <= owed_2_5_q;
    sum_3_3_q <= ($signed({{1{sum_2_6_q[9]}}, sum_2_6_q}) + $signed({{1{sum_2_7_q[9]}}, sum_2_7_q})) + $signed({10'd0, owed_2_6_q});
    owed_3_3_q <= owed_2_7_q;
    sum_3_4_q <= ($signed({{1{sum_2_8_q[9]}}, sum_2_8_q}) + $signed({{1{sum_2_9_q[9]}}, sum_2_9_q})) + $signed({10'd0, owed_2_8_q});
    owed_3_4_q <= owed_2_9_q;
    sum_3_5_q <= ($signed({{1{sum_2_10_q[9]}}, sum_2_10_q}) + $signed({{1{sum_2_11_q[9]}}, sum_2_11_q})) + $signed({10'd0, owed_2_10_q});
    owed_3_5_q <= owed_2_11_q;
    sum_3_6_q <= ($signed({{1{sum_2_12_q[9]}}, sum_2_12_q}) + $signed({{1{sum_2_13_q[9]}}, sum_2_13_q})) + $signed({10'd0, owed_2_12_q});
    owed_3_6_q <= owed_2_13_q;
    sum_3_7_q <= ($signed({{1{sum_2_14_q[9]}}, sum_2_14_q}) + $signed({{1{sum_2_15_q[9]}}, sum_2_15_q})) + $signed({10'd0, owed_2_14_q});
    owed_3_7_q <= owed_2_15_q;
    sum_3_8_q <= ($signed({{1{sum_2_16_q[9]}}, sum_2_16_q}) + $signed({{1{sum_2_17_q[9]}}, sum_2_17_q})) + $signed({10'd0, owed_2_16_q});
    owed_3_8_q <= owed_2_17_q;
    sum_3_9_q <= ($signed({{1{sum_2_18_q[9]}}, sum_2_18_q}) + $signed({{1{sum_2_19_q[9]}}, sum_2_19_q})) + $signed({10'd0, owed_2_18_q});
    owed_3_9_q <= owed_2_19_q;
    sum_3_10_q <= ($signed({{1{sum_2_20_q[9]}}, sum_2_20_q}) + $signed({{1{sum_2_21_q[9]}}, sum_2_21_q})) + $signed({10'd0, owed_2_20_q});
    owed_3_10_q <= owed_2_21_q;
    sum_3_11_q <= ($signed({{1{sum_2_22_q[9]}}, sum_2_22_q}) + $signed({{1{sum_2_23_q[9]}}, sum_2_23_q})) + $signed({10'd0, owed_2_22_q});
    owed_3_11_q <= owed_2_23_q;
    sum_3_12_q <= ($signed({{1{sum_2_24_q[9]}}, sum_2_24_q}) + $signed({{1{sum_2_25_q[9]}}, sum_2_25_q})) + $signed({10'd0, owed_2_24_q});
    owed_3_12_q <= owed_2_25_q;
    sum_3_13_q <= ($signed({{1{sum_2_26_q[9]}}, sum_2_26_q}) + $signed({{1{sum_2_27_q[9]}}, sum_2_27_q})) + $signed({10'd0, owed_2_26_q});
    owed_3_13_q <= owed_2_27_q;
    sum_3_14_q <= ($signed({{1{sum_2_28_q[9]}}, sum_2_28_q}) + $signed({{1{sum_2_29_q[9]}}, sum_2_29_q})) + $signed({10'd0, owed_2_28_q});
    owed_3_14_q <= owed_2_29_q;
    sum_3_15_q <= ($signed({{1{sum_2_30_q[9]}}, sum_2_30_q}) + $signed({{1{sum_2_31_q[9]}}, sum_2_31_q})) + $signed({10'd0, owed_2_30_q});
    owed_3_15_q <= owed_2_31_q;
    sum_3_16_q <= ($signed({{1{sum_2_32_q[9]}}, sum_2_32_q}) + $signed({{1{sum_2_33_q[9]}}, sum_2_33_q})) + $signed({10'd0, owed_2_32_q});
    owed_3_16_q <= owed_2_33_q;
    sum_3_17_q <= ($signed({{1{sum_2_34_q[9]}}, sum_2_34_q}) + $signed({{1{sum_2_35_q[9]}}, sum_2_35_q})) + $signed({10'd0, owed_2_34_q});
    owed_3_17_q <= owed_2_35_q;
    sum_3_18_q <= ($signed({{1{sum_2_36_q[9]}}, sum_2_36_q}) + $signed({{1{sum_2_37_q[9]}}, sum_2_37_q})) + $signed({10'd0, owed_2_36_q});
    owed_3_18_q <= owed_2_37_q;
    sum_3_19_q <= ($signed({{1{sum_2_38_q[9]}}, sum_2_38_q}) + $signed({{1{sum_2_39_q[9]}}, sum_2_39_q})) + $signed({10'd0, owed_2_38_q});
    owed_3_19_q <= owed_2_39_q;
    sum_3_20_q <= ($signed({{1{sum_2_40_q[9]}}, sum_2_40_q}) + $signed({{1{sum_2_41_q[9]}}, sum_2_41_q})) + $signed({10'd0, owed_2_40_q});
    owed_3_20_q <= owed_2_41_q;
    sum_3_21_q <= ($signed({{1{sum_2_42_q[9]}}, sum_2_42_q}) + $signed({{1{sum_2_43_q[9]}}, sum_2_43_q})) + $signed({10'd0, owed_2_42_q});
    owed_3_21_q <= owed_2_43_q;
    sum_3_22_q <= ($signed({{1{sum_2_44_q[9]}}, sum_2_44_q}) + $signed({{1{sum_2_45_q[9]}}, sum_2_45_q})) + $signed({10'd0, owed_2_44_q});
    owed_3_22_q <= owed_2_45_q;
    sum_3_23_q <= ($signed({{1{sum_2_46_q[9]}}, sum_2_46_q}) + $signed({{1{sum_2_47_q[9]}}, sum_2_47_q})) + $signed({10'd0, owed_2_46_q});
    owed_3_23_q <= owed_2_47_q;
    sum_3_24_q <= ($signed({{1{sum_2_48_q[9]}}, sum_2_48_q}) + $signed({{1{sum_2_49_q[9]}}, sum_2_49_q})) + $signed({10'd0, owed_2_48_q});
    owed_3_24_q <= owed_2_49_q;
    sum_3_25_q <= ($signed({{1{sum_2_50_q[9]}}, sum_2_50_q}) + $signed({{1{sum_2_51_q[9]}}, sum_2_51_q})) + $signed({10'd0, owed_2_50_q});
    owed_3_25_q <= owed_2_51_q;
    sum_3_26_q <= ($signed({{1{sum_2_52_q[9]}}, sum_2_52_q}) + $signed({{1{sum_2_53_q[9]}}, sum_2_53_q})) + $signed({10'd0, owed_2_52_q});
    owed_3_26_q <= owed_2_53_q;
    sum_3_27_q <= ($signed({{1{sum_2_54_q[9]}}, sum_2_54_q}) + $signed({{1{sum_2_55_q[9]}}, sum_2_55_q})) + $signed({10'd0, owed_2_54_q});
    owed_3_27_q <= owed_2_55_q;
    sum_3_28_q <= ($signed({{1{sum_2_56_q[9]}}, sum_2_56_q}) + $signed({{1{sum_2_57_q[9]}}, sum_2_57_q})) + $signed({10'd0, owed_2_56_q});
    owed_3_28_q <= owed_2_57_q;
    sum_3_29_q <= ($signed({{1{sum_2_58_q[9]}}, sum_2_58_q}) + $signed({{1{sum_2_59_q[9]}}, sum_2_59_q})) + $signed({10'd0, owed_2_58_q});
    owed_3_29_q <= owed_2_59_q;
    sum_3_30_q <= ($signed({{1{sum_2_60_q[9]}}, sum_2_60_q}) + $signed({{1{sum_2_61_q[9]}}, sum_2_61_q})) + $signed({10'd0, owed_2_60_q});
    owed_3_30_q <= owed_2_61_q;
    sum_3_31_q <= ($signed({{1{sum_2_62_q[9]}}, sum_2_62_q}) + $signed({{1{sum_2_63_q[9]}}, sum_2_63_q})) + $signed({10'd0, owed_2_62_q});
    owed_3_31_q <= owed_2_63_q;
    // level 4
    sum_4_0_q <= ($signed({{1{sum_3_0_q[10]}}, sum_3_0_q}) + $signed({{1{sum_3_1_q[10]}}, sum_3_1_q})) + $signed({11'd0, owed_3_0_q});
    owed_4_0_q <= owed_3_1_q;
    sum_4_1_q <= ($signed({{1{sum_3_2_q[10]}}, sum_3_2_q}) + $signed({{1{sum_3_3_q[10]}}, sum_3_3_q})) + $signed({11'd0, owed_3_2_q});
    owed_4_1_q <= owed_3_3_q;
    sum_4_2_q <= ($signed({{1{sum_3_4_q[10]}}, sum_3_4_q}) + $signed({{1{sum_3_5_q[10]}}, sum_3_5_q})) + $signed({11'd0, owed_3_4_q});
    owed_4_2_q <= owed_3_5_q;
    sum_4_3_q <= ($signed({{1{sum_3_6_q[10]}}, sum_3_6_q}) + $signed({{1{sum_3_7_q[10]}}, sum_3_7_q})) + $signed({11'd0, owed_3_6_q});
    owed_4_3_q <= owed_3_7_q;
    sum_4_4_q <= ($signed({{1{sum_3_8_q[10]}}, sum_3_8_q}) + $signed({{1{sum_3_9_q[10]}}, sum_3_9_q})) + $signed({11'd0, owed_3_8_q});
    owed_4_4_q <= owed_3_9_q;
    sum_4_5_q <= ($signed({{1{sum_3_10_q[10]}}, sum_3_10_q}) + $signed({{1{sum_3_11_q[10]}}, sum_3_11_q})) + $signed({11'd0, owed_3_10_q});
    owed_4_5_q <= owed_3_11_q;
    sum_4_6_q <= ($signed({{1{sum_3_12_q[10]}}, sum_3_12_q}) + $signed({{1{sum_3_13_q[10]}}, sum_3_13_q})) + $signed({11'd0, owed_3_12_q});
    owed_4_6_q <= owed_3_13_q;
    sum_4_7_q <= ($signed({{1{sum_3_14_q[10]}}, sum_3_14_q}) + $signed({{1{sum_3_15_q[10]}}, sum_3_15_q})) + $signed({11'd0, owed_3_14_q});
    owed_4_7_q <= owed_3_15_q;
    sum_4_8_q <= ($signed({{1{sum_3_16_q[10]}}, sum_3_16_q}) + $signed({{1{sum_3_17_q[10]}}, sum_3_17_q})) + $signed({11'd0, owed_3_16_q});
    owed_4_8_q <= owed_3_17_q;
    sum_4_9_q <= ($signed({{1{sum_3_18_q[10]}}, sum_3_18_q}) + $signed({{1{sum_3_19_q[10]}}, sum_3_19_q})) + $signed({11'd0, owed_3_18_q});
    owed_4_9_q <= owed_3_19_q;
    sum_4_10_q <= ($signed({{1{sum_3_20_q[10]}}, sum_3_20_q}) + $signed({{1{sum_3_21_q[10]}}, sum_3_21_q})) + $signed({11'd0, owed_3_20_q});
    owed_4_10_q <= owed_3_21_q;
    sum_4_11_q <= ($signed({{1{sum_3_22_q[10]}}, sum_3_22_q}) + $signed({{1{sum_3_23_q[10]}}, sum_3_23_q})) + $signed({11'd0, owed_3_22_q});
    owed_4_11_q <= owed_3_23_q;
    sum_4_12_q <= ($signed({{1{sum_3_24_q[10]}}, sum_3_24_q}) + $signed({{1{sum_3_25_q[10]}}, sum_3_25_q})) + $signed({11'd0, owed_3_24_q});
    owed_4_12_q <= owed_3_25_q;
    sum_4_13_q <= ($signed({{1{sum_3_26_q[10]}}, sum_3_26_q}) + $signed({{1{sum_3_27_q[10]}}, sum_3_27_q})) + $signed({11'd0, owed_3_26_q});
    owed_4_13_q <= owed_3_27_q;
    sum_4_14_q <= ($signed({{1{sum_3_28_q[10]}}, sum_3_28_q}) + $signed({{1{sum_3_29_q[10]}}, sum_3_29_q})) + $signed({11'd0, owed_3_28_q});
    owed_4_14_q <= owed_3_29_q;
    sum_4_15_q <= ($signed({{1{sum_3_30_q[10]}}, sum_3_30_q}) + $signed({{1{sum_3_31_q[10]}}, sum_3_31_q})) + $signed({11'd0, owed_3_30_q});
    owed_4_15_q <= owed_3_31_q;
    // level 5
    sum_5_0_q <= ($signed({{1{sum_4_0_q[11]}}, sum_4_0_q}) + $signed({{1{sum_4_1_q[11]}}, sum_4_1_q})) + $signed({12'd0, owed_4_0_q});
    owed_5_0_q <= owed_4_1_q;
    sum_5_1_q <= ($signed({{1{sum_4_2_q[11]}}, sum_4_2_q}) + $signed({{1{sum_4_3_q[11]}}, sum_4_3_q})) + $signed({12'd0, owed_4_2_q});
    owed_5_1_q <= owed_4_3_q;
    sum_5_2_q <= ($signed({{1{sum_4_4_q[11]}}, sum_4_4_q}) + $signed({{1{sum_4_5_q[11]}}, sum_4_5_q})) + $signed({12'd0, owed_4_4_q});
    owed_5_2_q <= owed_4_5_q;
    sum_5_3_q <= ($signed({{1{sum_4_6_q[11]}}, sum_4_6_q}) + $signed({{1{sum_4_7_q[11]}}, sum_4_7_q})) + $signed({12'd0, owed_4_6_q});
    owed_5_3_q <= owed_4_7_q;
    sum_5_4_q <= ($signed({{1{sum_4_8_q[11]}}, sum_4_8_q}) + $signed({{1{sum_4_9_q[11]}}, sum_4_9_q})) + $signed({12'd0, owed_4_8_q});
    owed_5_4_q <= owed_4_9_q;
    sum_5_5_q <= ($signed({{1{sum_4_10_q[11]}}, sum_4_10_q}) + $signed({{1{sum_4_11_q[11]}}, sum_4_11_q})) + $signed({12'd0, owed_4_10_q});
    owed_5_5_q <= owed_4_11_q;
    sum_5_6_q <= ($signed({{1{sum_4_12_q[11]}}, sum_4_12_q}) + $signed({{1{sum_4_13_q[11]}}, sum_4_13_q})) + $signed({12'd0, owed_4_12_q});
    owed_5_6_q <= owed_4_13_q;
    sum_5_7_q <= ($signed({{1{sum_4_14_q[11]}}, sum_4_14_q}) + $signed({{1{sum_4_15_q[11]}}, sum_4_15_q})) + $signed({12'd0, owed_4_14_q});
    owed_5_7_q <= owed_4_15_q;
    // level 6
    sum_6_0_q <= ($signed({{1{sum_5_0_q[12]}}, sum_5_0_q}) + $signed({{1{sum_5_1_q[12]}}, sum_5_1_q})) + $signed({13'd0, owed_5_0_q});
    owed_6_0_q <= owed_5_1_q;
    sum_6_1_q <= ($signed({{1{sum_5_2_q[12]}}, sum_5_2_q}) + $signed({{1{sum_5_3_q[12]}}, sum_5_3_q})) + $signed({13'd0, owed_5_2_q});
    owed_6_1_q <= owed_5_3_q;
    sum_6_2_q <= ($signed({{1{sum_5_4_q[12]}}, sum_5_4_q}) + $signed({{1{sum_5_5_q[12]}}, sum_5_5_q})) + $signed({13'd0, owed_5_4_q});
    owed_6_2_q <= owed_5_5_q;
    sum_6_3_q <= ($signed({{1{sum_5_6_q[12]}}, sum_5_6_q}) + $signed({{1{sum_5_7_q[12]}}, sum_5_7_q})) + $signed({13'd0, owed_5_6_q});
    owed_6_3_q <= owed_5_7_q;
    // level 7
    sum_7_0_q <= ($signed({{1{sum_6_0_q[13]}}, sum_6_0_q}) + $signed({{1{sum_6_1_q[13]}}, sum_6_1_q})) + $signed({14'd0, owed_6_0_q});
    owed_7_0_q <= owed_6_1_q;
    sum_7_1_q <= ($signed({{1{sum_6_2_q[13]}}, sum_6_2_q}) + $signed({{1{sum_6_3_q[13]}}, sum_6_3_q})) + $signed({14'd0, owed_6_2_q});
    owed_7_1_q <= owed_6_3_q;
    // level 8
    sum_8_0_q <= ($signed({{1{sum_7_0_q[14]}}, sum_7_0_q}) + $signed({{1{sum_7_1_q[14]}}, sum_7_1_q})) + $signed({15'd0, owed_7_0_q});
    owed_8_0_q <= owed_7_1_q;
  end
endmodule

// 256 lanes x 60 columns around one tile of weights.
module trine_tile (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Takes the tile of weights for the lane chunk of the next cycle.
  input  wire swap_i,
  // Lane chunk.
  input  wire [2047:0] act_i,
  // Two-bit codes of a tile of weights, column by column.
  input  wire [30719:0] tile_i,
  // The lane chunk of the cycle before.
  output wire [2047:0] act_o,
  // Sums of all columns.
  output wire [959:0] sums_o,
  // Ones that the columns owe.
  output wire [59:0] owed_o
);
  wire [2047:0] chunk_0_act_o;
  wire [2047:0] chunk_1_act_o;
  wire [2047:0] chunk_2_act_o;
  wire [2047:0] chunk_3_act_o;
  wire [2047:0] chunk_4_act_o;
  wire [2047:0] chunk_5_act_o;
  wire [2047:0] chunk_6_act_o;
  wire [2047:0] chunk_7_act_o;
  wire [2047:0] chunk_8_act_o;
  wire [2047:0] chunk_9_act_o;
  wire [2047:0] chunk_10_act_o;
  wire [2047:0] chunk_11_act_o;
  wire [2047:0] chunk_12_act_o;
  wire [2047:0] chunk_13_act_o;
  wire [2047:0] chunk_14_act_o;
  reg [30719:0] next_q;
  reg [30719:0] tile_q;
  wire signed [15:0] column_0_sum_o;
  wire column_0_owed_o;
  wire signed [15:0] column_1_sum_o;
  wire column_1_owed_o;
  wire signed [15:0] column_2_sum_o;
  wire column_2_owed_o;
  wire signed [15:0] column_3_sum_o;
  wire column_3_owed_o;
  wire signed [15:0] column_4_sum_o;
  wire column_4_owed_o;
  wire signed [15:0] column_5_sum_o;
  wire column_5_owed_o;
  wire signed [15:0] column_6_sum_o;
  wire column_6_owed_o;
  wire signed [15:0] column_7_sum_o;
  wire column_7_owed_o;
  wire signed [15:0] column_8_sum_o;
  wire column_8_owed_o;
  wire signed [15:0] column_9_sum_o;
  wire column_9_owed_o;
  wire signed [15:0] column_10_sum_o;
  wire column_10_owed_o;
  wire signed [15:0] column_11_sum_o;
  wire column_11_owed_o;
  wire signed [15:0] column_12_sum_o;
  wire column_12_owed_o;
  wire signed [15:0] column_13_sum_o;
  wire column_13_owed_o;
  wire signed [15:0] column_14_sum_o;
  wire column_14_owed_o;
  wire signed [15:0] column_15_sum_o;
  wire column_15_owed_o;
  wire signed [15:0] column_16_sum_o;
  wire column_16_owed_o;
  wire signed [15:0] column_17_sum_o;
  wire column_17_owed_o;
  wire signed [15:0] column_18_sum_o;
  wire column_18_owed_o;
  wire signed [15:0] column_19_sum_o;
  wire column_19_owed_o;
  wire signed [15:0] column_20_sum_o;
  wire column_20_owed_o;
  wire signed [15:0] column_21_sum_o;
  wire column_21_owed_o;
  wire signed [15:0] column_22_sum_o;
  wire column_22_owed_o;
  wire signed [15:0] column_23_sum_o;
  wire column_23_owed_o;
  wire signed [15:0] column_24_sum_o;
  wire column_24_owed_o;
  wire signed [15:0] column_25_sum_o;
  wire column_25_owed_o;
  wire signed [15:0] column_26_sum_o;
  wire column_26_owed_o;
  wire signed [15:0] column_27_sum_o;
  wire column_27_owed_o;
  wire signed [15:0] column_28_sum_o;
  wire column_28_owed_o;
  wire signed [15:0] column_29_sum_o;
  wire column_29_owed_o;
  wire signed [15:0] column_30_sum_o;
  wire column_30_owed_o;
  wire signed [15:0] column_31_sum_o;
  wire column_31_owed_o;
  wire signed [15:0] column_32_sum_o;
  wire column_32_owed_o;
  wire signed [15:0] column_33_sum_o;
  wire column_33_owed_o;
  wire signed [15:0] column_34_sum_o;
  wire column_34_owed_o;
  wire signed [15:0] column_35_sum_o;
  wire column_35_owed_o;
  wire signed [15:0] column_36_sum_o;
  wire column_36_owed_o;
  wire signed [15:0] column_37_sum_o;
  wire column_37_owed_o;
  wire signed [15:0] column_38_sum_o;
  wire column_38_owed_o;
  wire signed [15:0] column_39_sum_o;
  wire column_39_owed_o;
  wire signed [15:0] column_40_sum_o;
  wire column_40_owed_o;
  wire signed [15:0] column_41_sum_o;
  wire column_41_owed_o;
  wire signed [15:0] column_42_sum_o;
  wire column_42_owed_o;
  wire signed [15:0] column_43_sum_o;
  wire column_43_owed_o;
  wire signed [15:0] column_44_sum_o;
  wire column_44_owed_o;
  wire signed [15:0] column_45_sum_o;
  wire column_45_owed_o;
  wire signed [15:0] column_46_sum_o;
  wire column_46_owed_o;
  wire signed [15:0] column_47_sum_o;
  wire column_47_owed_o;
  wire signed [15:0] column_48_sum_o;
  wire column_48_owed_o;
  wire signed [15:0] column_49_sum_o;
  wire column_49_owed_o;
  wire signed [15:0] column_50_sum_o;
  wire column_50_owed_o;
  wire signed [15:0] column_51_sum_o;
  wire column_51_owed_o;
  wire signed [15:0] column_52_sum_o;
  wire column_52_owed_o;
  wire signed [15:0] column_53_sum_o;
  wire column_53_owed_o;
  wire signed [15:0] column_54_sum_o;
  wire column_54_owed_o;
  wire signed [15:0] column_55_sum_o;
  wire column_55_owed_o;
  wire signed [15:0] column_56_sum_o;
  wire column_56_owed_o;
  wire signed [15:0] column_57_sum_o;
  wire column_57_owed_o;
  wire signed [15:0] column_58_sum_o;
  wire column_58_owed_o;
  wire signed [15:0] column_59_sum_o;
  wire column_59_owed_o;
  assign act_o = chunk_14_act_o;
  assign sums_o = {column_59_sum_o, column_58_sum_o, column_57_sum_o, column_56_sum_o, column_55_sum_o, column_54_sum_o, column_53_sum_o, column_52_sum_o, column_51_sum_o, column_50_sum_o, column_49_sum_o, column_48_sum_o, column_47_sum_o, column_46_sum_o, column_45_sum_o, column_44_sum_o, column_43_sum_o, column_42_sum_o, column_41_sum_o, column_40_sum_o, column_39_sum_o, column_38_sum_o, column_37_sum_o, column_36_sum_o, column_35_sum_o, column_34_sum_o, column_33_sum_o, column_32_sum_o, column_31_sum_o, column_30_sum_o, column_29_sum_o, column_28_sum_o, column_27_sum_o, column_26_sum_o, column_25_sum_o, column_24_sum_o, column_23_sum_o, column_22_sum_o, column_21_sum_o, column_20_sum_o, column_19_sum_o, column_18_sum_o, column_17_sum_o, column_16_sum_o, column_15_sum_o, column_14_sum_o, column_13_sum_o, column_12_sum_o, column_11_sum_o, column_10_sum_o, column_9_sum_o, column_8_sum_o, column_7_sum_o, column_6_sum_o, column_5_sum_o, column_4_sum_o, column_3_sum_o, column_2_sum_o, column_1_sum_o, column_0_sum_o};
  assign owed_o = {column_59_owed_o, column_58_owed_o, column_57_owed_o, column_56_owed_o, column_55_owed_o, column_54_owed_o, column_53_owed_o, column_52_owed_o, column_51_owed_o, column_50_owed_o, column_49_owed_o, column_48_owed_o, column_47_owed_o, column_46_owed_o, column_45_owed_o, column_44_owed_o, column_43_owed_o, column_42_owed_o, column_41_owed_o, column_40_owed_o, column_39_owed_o, column_38_owed_o, column_37_owed_o, column_36_owed_o, column_35_owed_o, column_34_owed_o, column_33_owed_o, column_32_owed_o, column_31_owed_o, column_30_owed_o, column_29_owed_o, column_28_owed_o, column_27_owed_o, column_26_owed_o, column_25_owed_o, column_24_owed_o, column_23_owed_o, column_22_owed_o, column_21_owed_o, column_20_owed_o, column_19_owed_o, column_18_owed_o, column_17_owed_o, column_16_owed_o, column_15_owed_o, column_14_owed_o, column_13_owed_o, column_12_owed_o, column_11_owed_o, column_10_owed_o, column_9_owed_o, column_8_owed_o, column_7_owed_o, column_6_owed_o, column_5_owed_o, column_4_owed_o, column_3_owed_o, column_2_owed_o, column_1_owed_o, column_0_owed_o};

  trine_chunk chunk_0 (
    .clk_i(clk_i),
    .act_i(act_i),
    .act_o(chunk_0_act_o)
  );

  trine_chunk chunk_1 (
    .clk_i(clk_i),
    .act_i(act_i),
    .act_o(chunk_1_act_o)
  );

  trine_chunk chunk_2 (
    .clk_i(clk_i),
    .act_i(act_i),
    .act_o(chunk_2_act_o)
  );

  trine_chunk chunk_3 (
    .clk_i(clk_i),
    .act_i(act_i),
    .act_o(chunk_3_act_o)
  );

  trine_chunk chunk_4 (
    .clk_i(clk_i),
    .act_i(act_i),
    .act_o(chunk_4_act_o)
  );

  trine_chunk chunk_5 (
    .clk_i(clk_i),
    .act_i(act_i),
    .act_o(chunk_5_act_o)
  );

  trine_chunk chunk_6 (
    .clk_i(clk_i),
    .act_i(act_i),
    .act_o(chunk_6_act_o)
  );

  trine_chunk chunk_7 (
    .clk_i(clk_i),
    .act_i(act_i),
    .act_o(chunk_7_act_o)
  );

  trine_chunk chunk_8 (
    .clk_i(clk_i),
    .act_i(act_i),
    .act_o(chunk_8_act_o)
  );

  trine_chunk chunk_9 (
    .clk_i(clk_i),
    .act_i(act_i),
    .act_o(chunk_9_act_o)
  );

  trine_chunk chunk_10 (
    .clk_i(clk_i),
    .act_i(act_i),
    .act_o(chunk_10_act_o)
  );

  trine_chunk chunk_11 (
    .clk_i(clk_i),
    .act_i(act_i),
    .act_o(chunk_11_act_o)
  );

  trine_chunk chunk_12 (
    .clk_i(clk_i),
    .act_i(act_i),
    .act_o(chunk_12_act_o)
  );

  trine_chunk chunk_13 (
    .clk_i(clk_i),
    .act_i(act_i),
    .act_o(chunk_13_act_o)
  );

  trine_chunk chunk_14 (
    .clk_i(clk_i),
    .act_i(act_i),
    .act_o(chunk_14_act_o)
  );

  trine_column column_0 (
    .clk_i(clk_i),
    .act_i(chunk_0_act_o),
    .code_i(tile_q[511:0]),
    .sum_o(column_0_sum_o),
    .owed_o(column_0_owed_o)
  );

  trine_column column_1 (
    .clk_i(clk_i),
    .act_i(chunk_0_act_o),
    .code_i(tile_q[1023:512]),
    .sum_o(column_1_sum_o),
    .owed_o(column_1_owed_o)
  );

  trine_column column_2 (
    .clk_i(clk_i),
    .act_i(chunk_0_act_o),
    .code_i(tile_q[1535:1024]),
    .sum_o(column_2_sum_o),
    .owed_o(column_2_owed_o)
  );

  trine_column column_3 (
    .clk_i(clk_i),
    .act_i(chunk_0_act_o),
    .code_i(tile_q[2047:1536]),
    .sum_o(column_3_sum_o),
    .owed_o(column_3_owed_o)
  );

  trine_column column_4 (
    .clk_i(clk_i),
    .act_i(chunk_1_act_o),
    .code_i(tile_q[2559:2048]),
    .sum_o(column_4_sum_o),
    .owed_o(column_4_owed_o)
  );

  trine_column column_5 (
    .clk_i(clk_i),
    .act_i(chunk_1_act_o),
    .code_i(tile_q[3071:2560]),
    .sum_o(column_5_sum_o),
    .owed_o(column_5_owed_o)
  );

  trine_column column_6 (
    .clk_i(clk_i),
    .act_i(chunk_1_act_o),
    .code_i(tile_q[3583:3072]),
    .sum_o(column_6_sum_o),
    .owed_o(column_6_owed_o)
  );

  trine_column column_7 (
    .clk_i(clk_i),
    .act_i(chunk_1_act_o),
    .code_i(tile_q[4095:3584]),
    .sum_o(column_7_sum_o),
    .owed_o(column_7_owed_o)
  );

  trine_column column_8 (
    .clk_i(clk_i),
    .act_i(chunk_2_act_o),
    .code_i(tile_q[4607:4096]),
    .sum_o(column_8_sum_o),
    .owed_o(column_8_owed_o)
  );

  trine_column column_9 (
    .clk_i(clk_i),
    .act_i(chunk_2_act_o),
    .code_i(tile_q[5119:4608]),
    .sum_o(column_9_sum_o),
    .owed_o(column_9_owed_o)
  );

  trine_column column_10 (
    .clk_i(clk_i),
    .act_i(chunk_2_act_o),
    .code_i(tile_q[5631:5120]),
    .sum_o(column_10_sum_o),
    .owed_o(column_10_owed_o)
  );

  trine_column column_11 (
    .clk_i(clk_i),
    .act_i(chunk_2_act_o),
    .code_i(tile_q[6143:5632]),
    .sum_o(column_11_sum_o),
    .owed_o(column_11_owed_o)
  );

  trine_column column_12 (
    .clk_i(clk_i),
    .act_i(chunk_3_act_o),
    .code_i(tile_q[6655:6144]),
    .sum_o(column_12_sum_o),
    .owed_o(column_12_owed_o)
  );

  trine_column column_13 (
    .clk_i(clk_i),
    .act_i(chunk_3_act_o),
    .code_i(tile_q[7167:6656]),
    .sum_o(column_13_sum_o),
    .owed_o(column_13_owed_o)
  );

  trine_column column_14 (
    .clk_i(clk_i),
    .act_i(chunk_3_act_o),
    .code_i(tile_q[7679:7168]),
    .sum_o(column_14_sum_o),
    .owed_o(column_14_owed_o)
  );

  trine_column column_15 (
    .clk_i(clk_i),
    .act_i(chunk_3_act_o),
    .code_i(tile_q[8191:7680]),
    .sum_o(column_15_sum_o),
    .owed_o(column_15_owed_o)
  );

  trine_column column_16 (
    .clk_i(clk_i),
    .act_i(chunk_4_act_o),
    .code_i(tile_q[8703:8192]),
    .sum_o(column_16_sum_o),
    .owed_o(column_16_owed_o)
  );

  trine_column column_17 (
    .clk_i(clk_i),
    .act_i(chunk_4_act_o),
    .code_i(tile_q[9215:8704]),
    .sum_o(column_17_sum_o),
    .owed_o(column_17_owed_o)
  );

  trine_column column_18 (
    .clk_i(clk_i),
    .act_i(chunk_4_act_o),
    .code_i(tile_q[9727:9216]),
    .sum_o(column_18_sum_o),
    .owed_o(column_18_owed_o)
  );

  trine_column column_19 (
    .clk_i(clk_i),
    .act_i(chunk_4_act_o),
    .code_i(tile_q[10239:9728]),
    .sum_o(column_19_sum_o),
    .owed_o(column_19_owed_o)
  );

  trine_column column_20 (
    .clk_i(clk_i),
    .act_i(chunk_5_act_o),
    .code_i(tile_q[10751:10240]),
    .sum_o(column_20_sum_o),
    .owed_o(column_20_owed_o)
  );

  trine_column column_21 (
    .clk_i(clk_i),
    .act_i(chunk_5_act_o),
    .code_i(tile_q[11263:10752]),
    .sum_o(column_21_sum_o),
    .owed_o(column_21_owed_o)
  );

  trine_column column_22 (
    .clk_i(clk_i),
    .act_i(chunk_5_act_o),
    .code_i(tile_q[11775:11264]),
    .sum_o(column_22_sum_o),
    .owed_o(column_22_owed_o)
  );

  trine_column column_23 (
    .clk_i(clk_i),
    .act_i(chunk_5_act_o),
    .code_i(tile_q[12287:11776]),
    .sum_o(column_23_sum_o),
    .owed_o(column_23_owed_o)
  );

  trine_column column_24 (
    .clk_i(clk_i),
    .act_i(chunk_6_act_o),
    .code_i(tile_q[12799:12288]),
    .sum_o(column_24_sum_o),
    .owed_o(column_24_owed_o)
  );

  trine_column column_25 (
    .clk_i(clk_i),
    .act_i(chunk_6_act_o),
    .code_i(tile_q[13311:12800]),
    .sum_o(column_25_sum_o),
    .owed_o(column_25_owed_o)
  );

  trine_column column_26 (
    .clk_i(clk_i),
    .act_i(chunk_6_act_o),
    .code_i(tile_q[13823:13312]),
    .sum_o(column_26_sum_o),
    .owed_o(column_26_owed_o)
  );

  trine_column column_27 (
    .clk_i(clk_i),
    .act_i(chunk_6_act_o),
    .code_i(tile_q[14335:13824]),
    .sum_o(column_27_sum_o),
    .owed_o(column_27_owed_o)
  );

  trine_column column_28 (
    .clk_i(clk_i),
    .act_i(chunk_7_act_o),
    .code_i(tile_q[14847:14336]),
    .sum_o(column_28_sum_o),
    .owed_o(column_28_owed_o)
  );

  trine_column column_29 (
    .clk_i(clk_i),
    .act_i(chunk_7_act_o),
    .code_i(tile_q[15359:14848]),
    .sum_o(column_29_sum_o),
    .owed_o(column_29_owed_o)
  );

  trine_column column_30 (
    .clk_i(clk_i),
    .act_i(chunk_7_act_o),
    .code_i(tile_q[15871:15360]),
    .sum_o(column_30_sum_o),
    .owed_o(column_30_owed_o)
  );

  trine_column column_31 (
    .clk_i(clk_i),
    .act_i(chunk_7_act_o),
    .code_i(tile_q[16383:15872]),
    .sum_o(column_31_sum_o),
    .owed_o(column_31_owed_o)
  );

  trine_column column_32 (
    .clk_i(clk_i),
    .act_i(chunk_8_act_o),
    .code_i(tile_q[16895:16384]),
    .sum_o(column_32_sum_o),
    .owed_o(column_32_owed_o)
  );

  trine_column column_33 (
    .clk_i(clk_i),
    .act_i(chunk_8_act_o),
    .code_i(tile_q[17407:16896]),
    .sum_o(column_33_sum_o),
    .owed_o(column_33_owed_o)
  );

  trine_column column_34 (
    .clk_i(clk_i),
    .act_i(chunk_8_act_o),
    .code_i(tile_q[17919:17408]),
    .sum_o(column_34_sum_o),
    .owed_o(column_34_owed_o)
  );

  trine_column column_35 (
    .clk_i(clk_i),
    .act_i(chunk_8_act_o),
    .code_i(tile_q[18431:17920]),
    .sum_o(column_35_sum_o),
    .owed_o(column_35_owed_o)
  );

  trine_column column_36 (
    .clk_i(clk_i),
    .act_i(chunk_9_act_o),
    .code_i(tile_q[18943:18432]),
    .sum_o(column_36_sum_o),
    .owed_o(column_36_owed_o)
  );

  trine_column column_37 (
    .clk_i(clk_i),
    .act_i(chunk_9_act_o),
    .code_i(tile_q[19455:18944]),
    .sum_o(column_37_sum_o),
    .owed_o(column_37_owed_o)
  );

  trine_column column_38 (
    .clk_i(clk_i),
    .act_i(chunk_9_act_o),
    .code_i(tile_q[19967:19456]),
    .sum_o(column_38_sum_o),
    .owed_o(column_38_owed_o)
  );

  trine_column column_39 (
    .clk_i(clk_i),
    .act_i(chunk_9_act_o),
    .code_i(tile_q[20479:19968]),
    .sum_o(column_39_sum_o),
    .owed_o(column_39_owed_o)
  );

  trine_column column_40 (
    .clk_i(clk_i),
    .act_i(chunk_10_act_o),
    .code_i(tile_q[20991:20480]),
    .sum_o(column_40_sum_o),
    .owed_o(column_40_owed_o)
  );

  trine_column column_41 (
    .clk_i(clk_i),
    .act_i(chunk_10_act_o),
    .code_i(tile_q[21503:20992]),
    .sum_o(column_41_sum_o),
    .owed_o(column_41_owed_o)
  );

  trine_column column_42 (
    .clk_i(clk_i),
    .act_i(chunk_10_act_o),
    .code_i(tile_q[22015:21504]),
    .sum_o(column_42_sum_o),
    .owed_o(column_42_owed_o)
  );

  trine_column column_43 (
    .clk_i(clk_i),
    .act_i(chunk_10_act_o),
    .code_i(tile_q[22527:22016]),
    .sum_o(column_43_sum_o),
    .owed_o(column_43_owed_o)
  );

  trine_column column_44 (
    .clk_i(clk_i),
    .act_i(chunk_11_act_o),
    .code_i(tile_q[23039:22528]),
    .sum_o(column_44_sum_o),
    .owed_o(column_44_owed_o)
  );

  trine_column column_45 (
    .clk_i(clk_i),
    .act_i(chunk_11_act_o),
    .code_i(tile_q[23551:23040]),
    .sum_o(column_45_sum_o),
    .owed_o(column_45_owed_o)
  );

  trine_column column_46 (
    .clk_i(clk_i),
    .act_i(chunk_11_act_o),
    .code_i(tile_q[24063:23552]),
    .sum_o(column_46_sum_o),
    .owed_o(column_46_owed_o)
  );

  trine_column column_47 (
    .clk_i(clk_i),
    .act_i(chunk_11_act_o),
    .code_i(tile_q[24575:24064]),
    .sum_o(column_47_sum_o),
    .owed_o(column_47_owed_o)
  );

  trine_column column_48 (
    .clk_i(clk_i),
    .act_i(chunk_12_act_o),
    .code_i(tile_q[25087:24576]),
    .sum_o(column_48_sum_o),
    .owed_o(column_48_owed_o)
  );

  trine_column column_49 (
    .clk_i(clk_i),
    .act_i(chunk_12_act_o),
    .code_i(tile_q[25599:25088]),
    .sum_o(column_49_sum_o),
    .owed_o(column_49_owed_o)
  );

  trine_column column_50 (
    .clk_i(clk_i),
    .act_i(chunk_12_act_o),
    .code_i(tile_q[26111:25600]),
    .sum_o(column_50_sum_o),
    .owed_o(column_50_owed_o)
  );

  trine_column column_51 (
    .clk_i(clk_i),
    .act_i(chunk_12_act_o),
    .code_i(tile_q[26623:26112]),
    .sum_o(column_51_sum_o),
    .owed_o(column_51_owed_o)
  );

  trine_column column_52 (
    .clk_i(clk_i),
    .act_i(chunk_13_act_o),
    .code_i(tile_q[27135:26624]),
    .sum_o(column_52_sum_o),
    .owed_o(column_52_owed_o)
  );

  trine_column column_53 (
    .clk_i(clk_i),
    .act_i(chunk_13_act_o),
    .code_i(tile_q[27647:27136]),
    .sum_o(column_53_sum_o),
    .owed_o(column_53_owed_o)
  );

  trine_column column_54 (
    .clk_i(clk_i),
    .act_i(chunk_13_act_o),
    .code_i(tile_q[28159:27648]),
    .sum_o(column_54_sum_o),
    .owed_o(column_54_owed_o)
  );

  trine_column column_55 (
    .clk_i(clk_i),
    .act_i(chunk_13_act_o),
    .code_i(tile_q[28671:28160]),
    .sum_o(column_55_sum_o),
    .owed_o(column_55_owed_o)
  );

  trine_column column_56 (
    .clk_i(clk_i),
    .act_i(chunk_14_act_o),
    .code_i(tile_q[29183:28672]),
    .sum_o(column_56_sum_o),
    .owed_o(column_56_owed_o)
  );

  trine_column column_57 (
    .clk_i(clk_i),
    .act_i(chunk_14_act_o),
    .code_i(tile_q[29695:29184]),
    .sum_o(column_57_sum_o),
    .owed_o(column_57_owed_o)
  );

  trine_column column_58 (
    .clk_i(clk_i),
    .act_i(chunk_14_act_o),
    .code_i(tile_q[30207:29696]),
    .sum_o(column_58_sum_o),
    .owed_o(column_58_owed_o)
  );

  trine_column column_59 (
    .clk_i(clk_i),
    .act_i(chunk_14_act_o),
    .code_i(tile_q[30719:30208]),
    .sum_o(column_59_sum_o),
    .owed_o(column_59_owed_o)
  );

  always @(posedge clk_i) begin
    if (swap_i) begin
      next_q <= tile_i;
    end
    tile_q <= next_q;
  end
endmodule

// 16 words of 1380 bits, read in two cycles.
module trine_accumulators_ram (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Writes the word.
  input  wire write_i,
  // Address to write at.
  input  wire [3:0] write_at_i,
  // Word to write.
  input  wire [1379:0] data_i,
  // Fetches a word.
  input  wire read_i,
  // Address to read at.
  input  wire [3:0] read_at_i,
  // Moves the fetched word to the output.
  input  wire next_i,
  // Clears the output instead.
  input  wire zero_i,
  // Word at the output.
  output wire [1379:0] word_o
);
  (* ram_style = "block", no_rw_check *) reg [1379:0] ram [0:15];
  reg [1379:0] out_q;
  reg [1379:0] word_q;
  assign word_o = out_q;

  always @(posedge clk_i) begin
    if (read_i) begin
      word_q <= ram[read_at_i];
    end
    if (write_i) begin
      ram[write_at_i] <= data_i;
    end
    if (zero_i) begin
      out_q <= 1380'd0;
    end else begin
      if (next_i) begin
        out_q <= word_q;
      end
    end
  end
endmodule

// Adds one sum to one accumulator.
module trine_accumulate (
  // Adds to the total of the issue before.
  input  wire forward_i,
  // Total so far from the memory.
  input  wire [22:0] word_i,
  // Total of the issue before.
  input  wire [22:0] last_i,
  // Total of the issue before that.
  input  wire [22:0] before_i,
  // Sum of the column.
  input  wire signed [15:0] sum_i,
  // One that the column owes.
  input  wire owed_i,
  // Total with the sum.
  output wire signed [22:0] total_o
);
  wire signed [22:0] base;
  assign base = $signed(forward_i ? last_i : (word_i | before_i));
  assign total_o = (base + $signed({{7{sum_i[15]}}, sum_i})) + $signed({22'd0, owed_i});
endmodule

// 60 accumulators for each of 16 tokens.
module trine_accumulators (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Synchronous reset.
  input  wire rst_i,
  // Token whose total is read for the sum after the next.
  input  wire [3:0] read_token_i,
  // The sum of the next cycle is of the first chunk.
  input  wire next_first_i,
  // There is a sum in the next cycle.
  input  wire next_valid_i,
  // The token of the next sum is odd.
  input  wire next_odd_i,
  // The sum of the next cycle is of the last chunk.
  input  wire next_last_chunk_i,
  // Token of the sum.
  input  wire [3:0] token_i,
  // There is a sum.
  input  wire valid_i,
  // The job has one token.
  input  wire single_i,
  // The job has two tokens.
  input  wire pair_i,
  // Sums of all columns.
  input  wire [959:0] sums_i,
  // Ones that the columns owe.
  input  wire [59:0] owed_i,
  // Totals of all columns, one cycle after the sum.
  output wire [1379:0] total_o
);
  reg [1379:0] total_q;
  reg [1379:0] before_q;
  wire [1379:0] total;
  reg forward_q;
  wire zero;
  wire begins;
  reg clears_q;
  wire [1379:0] words_word_o;
  wire signed [22:0] adder_0_total_o;
  wire signed [22:0] adder_1_total_o;
  wire signed [22:0] adder_2_total_o;
  wire signed [22:0] adder_3_total_o;
  wire signed [22:0] adder_4_total_o;
  wire signed [22:0] adder_5_total_o;
  wire signed [22:0] adder_6_total_o;
  wire signed [22:0] adder_7_total_o;
  wire signed [22:0] adder_8_total_o;
  wire signed [22:0] adder_9_total_o;
  wire signed [22:0] adder_10_total_o;
  wire signed [22:0] adder_11_total_o;
  wire signed [22:0] adder_12_total_o;
  wire signed [22:0] adder_13_total_o;
  wire signed [22:0] adder_14_total_o;
  wire signed [22:0] adder_15_total_o;
  wire signed [22:0] adder_16_total_o;
  wire signed [22:0] adder_17_total_o;
  wire signed [22:0] adder_18_total_o;
  wire signed [22:0] adder_19_total_o;
  wire signed [22:0] adder_20_total_o;
  wire signed [22:0] adder_21_total_o;
  wire signed [22:0] adder_22_total_o;
  wire signed [22:0] adder_23_total_o;
  wire signed [22:0] adder_24_total_o;
  wire signed [22:0] adder_25_total_o;
  wire signed [22:0] adder_26_total_o;
  wire signed [22:0] adder_27_total_o;
  wire signed [22:0] adder_28_total_o;
  wire signed [22:0] adder_29_total_o;
  wire signed [22:0] adder_30_total_o;
  wire signed [22:0] adder_31_total_o;
  wire signed [22:0] adder_32_total_o;
  wire signed [22:0] adder_33_total_o;
  wire signed [22:0] adder_34_total_o;
  wire signed [22:0] adder_35_total_o;
  wire signed [22:0] adder_36_total_o;
  wire signed [22:0] adder_37_total_o;
  wire signed [22:0] adder_38_total_o;
  wire signed [22:0] adder_39_total_o;
  wire signed [22:0] adder_40_total_o;
  wire signed [22:0] adder_41_total_o;
  wire signed [22:0] adder_42_total_o;
  wire signed [22:0] adder_43_total_o;
  wire signed [22:0] adder_44_total_o;
  wire signed [22:0] adder_45_total_o;
  wire signed [22:0] adder_46_total_o;
  wire signed [22:0] adder_47_total_o;
  wire signed [22:0] adder_48_total_o;
  wire signed [22:0] adder_49_total_o;
  wire signed [22:0] adder_50_total_o;
  wire signed [22:0] adder_51_total_o;
  wire signed [22:0] adder_52_total_o;
  wire signed [22:0] adder_53_total_o;
  wire signed [22:0] adder_54_total_o;
  wire signed [22:0] adder_55_total_o;
  wire signed [22:0] adder_56_total_o;
  wire signed [22:0] adder_57_total_o;
  wire signed [22:0] adder_58_total_o;
  wire signed [22:0] adder_59_total_o;
  assign zero = next_first_i | pair_i;
  assign begins = next_valid_i & (next_odd_i ? next_last_chunk_i : next_first_i);
  assign total = {$unsigned(adder_59_total_o), $unsigned(adder_58_total_o), $unsigned(adder_57_total_o), $unsigned(adder_56_total_o), $unsigned(adder_55_total_o), $unsigned(adder_54_total_o), $unsigned(adder_53_total_o), $unsigned(adder_52_total_o), $unsigned(adder_51_total_o), $unsigned(adder_50_total_o), $unsigned(adder_49_total_o), $unsigned(adder_48_total_o), $unsigned(adder_47_total_o), $unsigned(adder_46_total_o), $unsigned(adder_45_total_o), $unsigned(adder_44_total_o), $unsigned(adder_43_total_o), $unsigned(adder_42_total_o), $unsigned(adder_41_total_o), $unsigned(adder_40_total_o), $unsigned(adder_39_total_o), $unsigned(adder_38_total_o), $unsigned(adder_37_total_o), $unsigned(adder_36_total_o), $unsigned(adder_35_total_o), $unsigned(adder_34_total_o), $unsigned(adder_33_total_o), $unsigned(adder_32_total_o), $unsigned(adder_31_total_o), $unsigned(adder_30_total_o), $unsigned(adder_29_total_o), $unsigned(adder_28_total_o), $unsigned(adder_27_total_o), $unsigned(adder_26_total_o), $unsigned(adder_25_total_o), $unsigned(adder_24_total_o), $unsigned(adder_23_total_o), $unsigned(adder_22_total_o), $unsigned(adder_21_total_o), $unsigned(adder_20_total_o), $unsigned(adder_19_total_o), $unsigned(adder_18_total_o), $unsigned(adder_17_total_o), $unsigned(adder_16_total_o), $unsigned(adder_15_total_o), $unsigned(adder_14_total_o), $unsigned(adder_13_total_o), $unsigned(adder_12_total_o), $unsigned(adder_11_total_o), $unsigned(adder_10_total_o), $unsigned(adder_9_total_o), $unsigned(adder_8_total_o), $unsigned(adder_7_total_o), $unsigned(adder_6_total_o), $unsigned(adder_5_total_o), $unsigned(adder_4_total_o), $unsigned(adder_3_total_o), $unsigned(adder_2_total_o), $unsigned(adder_1_total_o), $unsigned(adder_0_total_o)};
  assign total_o = total_q;

  trine_accumulators_ram words (
    .clk_i(clk_i),
    .write_i(valid_i),
    .write_at_i(token_i),
    .data_i(total),
    .read_i(1'd1),
    .read_at_i(read_token_i),
    .next_i(1'd1),
    .zero_i(zero),
    .word_o(words_word_o)
  );

  trine_accumulate adder_0 (
    .forward_i(forward_q),
    .word_i(words_word_o[22:0]),
    .last_i(total_q[22:0]),
    .before_i(before_q[22:0]),
    .sum_i(sums_i[15:0]),
    .owed_i(owed_i[0]),
    .total_o(adder_0_total_o)
  );

  trine_accumulate adder_1 (
    .forward_i(forward_q),
    .word_i(words_word_o[45:23]),
    .last_i(total_q[45:23]),
    .before_i(before_q[45:23]),
    .sum_i(sums_i[31:16]),
    .owed_i(owed_i[1]),
    .total_o(adder_1_total_o)
  );

  trine_accumulate adder_2 (
    .forward_i(forward_q),
    .word_i(words_word_o[68:46]),
    .last_i(total_q[68:46]),
    .before_i(before_q[68:46]),
    .sum_i(sums_i[47:32]),
    .owed_i(owed_i[2]),
    .total_o(adder_2_total_o)
  );

  trine_accumulate adder_3 (
    .forward_i(forward_q),
    .word_i(words_word_o[91:69]),
    .last_i(total_q[91:69]),
    .before_i(before_q[91:69]),
    .sum_i(sums_i[63:48]),
    .owed_i(owed_i[3]),
    .total_o(adder_3_total_o)
  );

  trine_accumulate adder_4 (
    .forward_i(forward_q),
    .word_i(words_word_o[114:92]),
    .last_i(total_q[114:92]),
    .before_i(before_q[114:92]),
    .sum_i(sums_i[79:64]),
    .owed_i(owed_i[4]),
    .total_o(adder_4_total_o)
  );

  trine_accumulate adder_5 (
    .forward_i(forward_q),
    .word_i(words_word_o[137:115]),
    .last_i(total_q[137:115]),
    .before_i(before_q[137:115]),
    .sum_i(sums_i[95:80]),
    .owed_i(owed_i[5]),
    .total_o(adder_5_total_o)
  );

  trine_accumulate adder_6 (
    .forward_i(forward_q),
    .word_i(words_word_o[160:138]),
    .last_i(total_q[160:138]),
    .before_i(before_q[160:138]),
    .sum_i(sums_i[111:96]),
    .owed_i(owed_i[6]),
    .total_o(adder_6_total_o)
  );

  trine_accumulate adder_7 (
    .forward_i(forward_q),
    .word_i(words_word_o[183:161]),
    .last_i(total_q[183:161]),
    .before_i(before_q[183:161]),
    .sum_i(sums_i[127:112]),
    .owed_i(owed_i[7]),
    .total_o(adder_7_total_o)
  );

  trine_accumulate adder_8 (
    .forward_i(forward_q),
    .word_i(words_word_o[206:184]),
    .last_i(total_q[206:184]),
    .before_i(before_q[206:184]),
    .sum_i(sums_i[143:128]),
    .owed_i(owed_i[8]),
    .total_o(adder_8_total_o)
  );

  trine_accumulate adder_9 (
    .forward_i(forward_q),
    .word_i(words_word_o[229:207]),
    .last_i(total_q[229:207]),
    .before_i(before_q[229:207]),
    .sum_i(sums_i[159:144]),
    .owed_i(owed_i[9]),
    .total_o(adder_9_total_o)
  );

  trine_accumulate adder_10 (
    .forward_i(forward_q),
    .word_i(words_word_o[252:230]),
    .last_i(total_q[252:230]),
    .before_i(before_q[252:230]),
    .sum_i(sums_i[175:160]),
    .owed_i(owed_i[10]),
    .total_o(adder_10_total_o)
  );

  trine_accumulate adder_11 (
    .forward_i(forward_q),
    .word_i(words_word_o[275:253]),
    .last_i(total_q[275:253]),
    .before_i(before_q[275:253]),
    .sum_i(sums_i[191:176]),
    .owed_i(owed_i[11]),
    .total_o(adder_11_total_o)
  );

  trine_accumulate adder_12 (
    .forward_i(forward_q),
    .word_i(words_word_o[298:276]),
    .last_i(total_q[298:276]),
    .before_i(before_q[298:276]),
    .sum_i(sums_i[207:192]),
    .owed_i(owed_i[12]),
    .total_o(adder_12_total_o)
  );

  trine_accumulate adder_13 (
    .forward_i(forward_q),
    .word_i(words_word_o[321:299]),
    .last_i(total_q[321:299]),
    .before_i(before_q[321:299]),
    .sum_i(sums_i[223:208]),
    .owed_i(owed_i[13]),
    .total_o(adder_13_total_o)
  );

  trine_accumulate adder_14 (
    .forward_i(forward_q),
    .word_i(words_word_o[344:322]),
    .last_i(total_q[344:322]),
    .before_i(before_q[344:322]),
    .sum_i(sums_i[239:224]),
    .owed_i(owed_i[14]),
    .total_o(adder_14_total_o)
  );

  trine_accumulate adder_15 (
    .forward_i(forward_q),
    .word_i(words_word_o[367:345]),
    .last_i(total_q[367:345]),
    .before_i(before_q[367:345]),
    .sum_i(sums_i[255:240]),
    .owed_i(owed_i[15]),
    .total_o(adder_15_total_o)
  );

  trine_accumulate adder_16 (
    .forward_i(forward_q),
    .word_i(words_word_o[390:368]),
    .last_i(total_q[390:368]),
    .before_i(before_q[390:368]),
    .sum_i(sums_i[271:256]),
    .owed_i(owed_i[16]),
    .total_o(adder_16_total_o)
  );

  trine_accumulate adder_17 (
    .forward_i(forward_q),
    .word_i(words_word_o[413:391]),
    .last_i(total_q[413:391]),
    .before_i(before_q[413:391]),
    .sum_i(sums_i[287:272]),
    .owed_i(owed_i[17]),
    .total_o(adder_17_total_o)
  );

  trine_accumulate adder_18 (
    .forward_i(forward_q),
    .word_i(words_word_o[436:414]),
    .last_i(total_q[436:414]),
    .before_i(before_q[436:414]),
    .sum_i(sums_i[303:288]),
    .owed_i(owed_i[18]),
    .total_o(adder_18_total_o)
  );

  trine_accumulate adder_19 (
    .forward_i(forward_q),
    .word_i(words_word_o[459:437]),
    .last_i(total_q[459:437]),
    .before_i(before_q[459:437]),
    .sum_i(sums_i[319:304]),
    .owed_i(owed_i[19]),
    .total_o(adder_19_total_o)
  );

  trine_accumulate adder_20 (
    .forward_i(forward_q),
    .word_i(words_word_o[482:460]),
    .last_i(total_q[482:460]),
    .before_i(before_q[482:460]),
    .sum_i(sums_i[335:320]),
    .owed_i(owed_i[20]),
    .total_o(adder_20_total_o)
  );

  trine_accumulate adder_21 (
    .forward_i(forward_q),
    .word_i(words_word_o[505:483]),
    .last_i(total_q[505:483]),
    .before_i(before_q[505:483]),
    .sum_i(sums_i[351:336]),
    .owed_i(owed_i[21]),
    .total_o(adder_21_total_o)
  );

  trine_accumulate adder_22 (
    .forward_i(forward_q),
    .word_i(words_word_o[528:506]),
    .last_i(total_q[528:506]),
    .before_i(before_q[528:506]),
    .sum_i(sums_i[367:352]),
    .owed_i(owed_i[22]),
    .total_o(adder_22_total_o)
  );

  trine_accumulate adder_23 (
    .forward_i(forward_q),
    .word_i(words_word_o[551:529]),
    .last_i(total_q[551:529]),
    .before_i(before_q[551:529]),
    .sum_i(sums_i[383:368]),
    .owed_i(owed_i[23]),
    .total_o(adder_23_total_o)
  );

  trine_accumulate adder_24 (
    .forward_i(forward_q),
    .word_i(words_word_o[574:552]),
    .last_i(total_q[574:552]),
    .before_i(before_q[574:552]),
    .sum_i(sums_i[399:384]),
    .owed_i(owed_i[24]),
    .total_o(adder_24_total_o)
  );

  trine_accumulate adder_25 (
    .forward_i(forward_q),
    .word_i(words_word_o[597:575]),
    .last_i(total_q[597:575]),
    .before_i(before_q[597:575]),
    .sum_i(sums_i[415:400]),
    .owed_i(owed_i[25]),
    .total_o(adder_25_total_o)
  );

  trine_accumulate adder_26 (
    .forward_i(forward_q),
    .word_i(words_word_o[620:598]),
    .last_i(total_q[620:598]),
    .before_i(before_q[620:598]),
    .sum_i(sums_i[431:416]),
    .owed_i(owed_i[26]),
    .total_o(adder_26_total_o)
  );

  trine_accumulate adder_27 (
    .forward_i(forward_q),
    .word_i(words_word_o[643:621]),
    .last_i(total_q[643:621]),
    .before_i(before_q[643:621]),
    .sum_i(sums_i[447:432]),
    .owed_i(owed_i[27]),
    .total_o(adder_27_total_o)
  );

  trine_accumulate adder_28 (
    .forward_i(forward_q),
    .word_i(words_word_o[666:644]),
    .last_i(total_q[666:644]),
    .before_i(before_q[666:644]),
    .sum_i(sums_i[463:448]),
    .owed_i(owed_i[28]),
    .total_o(adder_28_total_o)
  );

  trine_accumulate adder_29 (
    .forward_i(forward_q),
    .word_i(words_word_o[689:667]),
    .last_i(total_q[689:667]),
    .before_i(before_q[689:667]),
    .sum_i(sums_i[479:464]),
    .owed_i(owed_i[29]),
    .total_o(adder_29_total_o)
  );

  trine_accumulate adder_30 (
    .forward_i(forward_q),
    .word_i(words_word_o[712:690]),
    .last_i(total_q[712:690]),
    .before_i(before_q[712:690]),
    .sum_i(sums_i[495:480]),
    .owed_i(owed_i[30]),
    .total_o(adder_30_total_o)
  );

  trine_accumulate adder_31 (
    .forward_i(forward_q),
    .word_i(words_word_o[735:713]),
    .last_i(total_q[735:713]),
    .before_i(before_q[735:713]),
    .sum_i(sums_i[511:496]),
    .owed_i(owed_i[31]),
    .total_o(adder_31_total_o)
  );

  trine_accumulate adder_32 (
    .forward_i(forward_q),
    .word_i(words_word_o[758:736]),
    .last_i(total_q[758:736]),
    .before_i(before_q[758:736]),
    .sum_i(sums_i[527:512]),
    .owed_i(owed_i[32]),
    .total_o(adder_32_total_o)
  );

  trine_accumulate adder_33 (
    .forward_i(forward_q),
    .word_i(words_word_o[781:759]),
    .last_i(total_q[781:759]),
    .before_i(before_q[781:759]),
    .sum_i(sums_i[543:528]),
    .owed_i(owed_i[33]),
    .total_o(adder_33_total_o)
  );

  trine_accumulate adder_34 (
    .forward_i(forward_q),
    .word_i(words_word_o[804:782]),
    .last_i(total_q[804:782]),
    .before_i(before_q[804:782]),
    .sum_i(sums_i[559:544]),
    .owed_i(owed_i[34]),
    .total_o(adder_34_total_o)
  );

  trine_accumulate adder_35 (
    .forward_i(forward_q),
    .word_i(words_word_o[827:805]),
    .last_i(total_q[827:805]),
    .before_i(before_q[827:805]),
    .sum_i(sums_i[575:560]),
    .owed_i(owed_i[35]),
    .total_o(adder_35_total_o)
  );

  trine_accumulate adder_36 (
    .forward_i(forward_q),
    .word_i(words_word_o[850:828]),
    .last_i(total_q[850:828]),
    .before_i(before_q[850:828]),
    .sum_i(sums_i[591:576]),
    .owed_i(owed_i[36]),
    .total_o(adder_36_total_o)
  );

  trine_accumulate adder_37 (
    .forward_i(forward_q),
    .word_i(words_word_o[873:851]),
    .last_i(total_q[873:851]),
    .before_i(before_q[873:851]),
    .sum_i(sums_i[607:592]),
    .owed_i(owed_i[37]),
    .total_o(adder_37_total_o)
  );

  trine_accumulate adder_38 (
    .forward_i(forward_q),
    .word_i(words_word_o[896:874]),
    .last_i(total_q[896:874]),
    .before_i(before_q[896:874]),
    .sum_i(sums_i[623:608]),
    .owed_i(owed_i[38]),
    .total_o(adder_38_total_o)
  );

  trine_accumulate adder_39 (
    .forward_i(forward_q),
    .word_i(words_word_o[919:897]),
    .last_i(total_q[919:897]),
    .before_i(before_q[919:897]),
    .sum_i(sums_i[639:624]),
    .owed_i(owed_i[39]),
    .total_o(adder_39_total_o)
  );

  trine_accumulate adder_40 (
    .forward_i(forward_q),
    .word_i(words_word_o[942:920]),
    .last_i(total_q[942:920]),
    .before_i(before_q[942:920]),
    .sum_i(sums_i[655:640]),
    .owed_i(owed_i[40]),
    .total_o(adder_40_total_o)
  );

  trine_accumulate adder_41 (
    .forward_i(forward_q),
    .word_i(words_word_o[965:943]),
    .last_i(total_q[965:943]),
    .before_i(before_q[965:943]),
    .sum_i(sums_i[671:656]),
    .owed_i(owed_i[41]),
    .total_o(adder_41_total_o)
  );

  trine_accumulate adder_42 (
    .forward_i(forward_q),
    .word_i(words_word_o[988:966]),
    .last_i(total_q[988:966]),
    .before_i(before_q[988:966]),
    .sum_i(sums_i[687:672]),
    .owed_i(owed_i[42]),
    .total_o(adder_42_total_o)
  );

  trine_accumulate adder_43 (
    .forward_i(forward_q),
    .word_i(words_word_o[1011:989]),
    .last_i(total_q[1011:989]),
    .before_i(before_q[1011:989]),
    .sum_i(sums_i[703:688]),
    .owed_i(owed_i[43]),
    .total_o(adder_43_total_o)
  );

  trine_accumulate adder_44 (
    .forward_i(forward_q),
    .word_i(words_word_o[1034:1012]),
    .last_i(total_q[1034:1012]),
    .before_i(before_q[1034:1012]),
    .sum_i(sums_i[719:704]),
    .owed_i(owed_i[44]),
    .total_o(adder_44_total_o)
  );

  trine_accumulate adder_45 (
    .forward_i(forward_q),
    .word_i(words_word_o[1057:1035]),
    .last_i(total_q[1057:1035]),
    .before_i(before_q[1057:1035]),
    .sum_i(sums_i[735:720]),
    .owed_i(owed_i[45]),
    .total_o(adder_45_total_o)
  );

  trine_accumulate adder_46 (
    .forward_i(forward_q),
    .word_i(words_word_o[1080:1058]),
    .last_i(total_q[1080:1058]),
    .before_i(before_q[1080:1058]),
    .sum_i(sums_i[751:736]),
    .owed_i(owed_i[46]),
    .total_o(adder_46_total_o)
  );

  trine_accumulate adder_47 (
    .forward_i(forward_q),
    .word_i(words_word_o[1103:1081]),
    .last_i(total_q[1103:1081]),
    .before_i(before_q[1103:1081]),
    .sum_i(sums_i[767:752]),
    .owed_i(owed_i[47]),
    .total_o(adder_47_total_o)
  );

  trine_accumulate adder_48 (
    .forward_i(forward_q),
    .word_i(words_word_o[1126:1104]),
    .last_i(total_q[1126:1104]),
    .before_i(before_q[1126:1104]),
    .sum_i(sums_i[783:768]),
    .owed_i(owed_i[48]),
    .total_o(adder_48_total_o)
  );

  trine_accumulate adder_49 (
    .forward_i(forward_q),
    .word_i(words_word_o[1149:1127]),
    .last_i(total_q[1149:1127]),
    .before_i(before_q[1149:1127]),
    .sum_i(sums_i[799:784]),
    .owed_i(owed_i[49]),
    .total_o(adder_49_total_o)
  );

  trine_accumulate adder_50 (
    .forward_i(forward_q),
    .word_i(words_word_o[1172:1150]),
    .last_i(total_q[1172:1150]),
    .before_i(before_q[1172:1150]),
    .sum_i(sums_i[815:800]),
    .owed_i(owed_i[50]),
    .total_o(adder_50_total_o)
  );

  trine_accumulate adder_51 (
    .forward_i(forward_q),
    .word_i(words_word_o[1195:1173]),
    .last_i(total_q[1195:1173]),
    .before_i(before_q[1195:1173]),
    .sum_i(sums_i[831:816]),
    .owed_i(owed_i[51]),
    .total_o(adder_51_total_o)
  );

  trine_accumulate adder_52 (
    .forward_i(forward_q),
    .word_i(words_word_o[1218:1196]),
    .last_i(total_q[1218:1196]),
    .before_i(before_q[1218:1196]),
    .sum_i(sums_i[847:832]),
    .owed_i(owed_i[52]),
    .total_o(adder_52_total_o)
  );

  trine_accumulate adder_53 (
    .forward_i(forward_q),
    .word_i(words_word_o[1241:1219]),
    .last_i(total_q[1241:1219]),
    .before_i(before_q[1241:1219]),
    .sum_i(sums_i[863:848]),
    .owed_i(owed_i[53]),
    .total_o(adder_53_total_o)
  );

  trine_accumulate adder_54 (
    .forward_i(forward_q),
    .word_i(words_word_o[1264:1242]),
    .last_i(total_q[1264:1242]),
    .before_i(before_q[1264:1242]),
    .sum_i(sums_i[879:864]),
    .owed_i(owed_i[54]),
    .total_o(adder_54_total_o)
  );

  trine_accumulate adder_55 (
    .forward_i(forward_q),
    .word_i(words_word_o[1287:1265]),
    .last_i(total_q[1287:1265]),
    .before_i(before_q[1287:1265]),
    .sum_i(sums_i[895:880]),
    .owed_i(owed_i[55]),
    .total_o(adder_55_total_o)
  );

  trine_accumulate adder_56 (
    .forward_i(forward_q),
    .word_i(words_word_o[1310:1288]),
    .last_i(total_q[1310:1288]),
    .before_i(before_q[1310:1288]),
    .sum_i(sums_i[911:896]),
    .owed_i(owed_i[56]),
    .total_o(adder_56_total_o)
  );

  trine_accumulate adder_57 (
    .forward_i(forward_q),
    .word_i(words_word_o[1333:1311]),
    .last_i(total_q[1333:1311]),
    .before_i(before_q[1333:1311]),
    .sum_i(sums_i[927:912]),
    .owed_i(owed_i[57]),
    .total_o(adder_57_total_o)
  );

  trine_accumulate adder_58 (
    .forward_i(forward_q),
    .word_i(words_word_o[1356:1334]),
    .last_i(total_q[1356:1334]),
    .before_i(before_q[1356:1334]),
    .sum_i(sums_i[943:928]),
    .owed_i(owed_i[58]),
    .total_o(adder_58_total_o)
  );

  trine_accumulate adder_59 (
    .forward_i(forward_q),
    .word_i(words_word_o[1379:1357]),
    .last_i(total_q[1379:1357]),
    .before_i(before_q[1379:1357]),
    .sum_i(sums_i[959:944]),
    .owed_i(owed_i[59]),
    .total_o(adder_59_total_o)
  );

  always @(posedge clk_i) begin
    forward_q <= single_i & ~next_first_i;
    clears_q <= (rst_i | ~pair_i) | begins;
    if (valid_i) begin
      total_q <= total;
    end
    if (clears_q) begin
      before_q <= 1380'd0;
    end else begin
      if (valid_i) begin
        before_q <= total_q;
      end
    end
  end
endmodule

// 60 columns with their weights and sums.
module trine_group (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Synchronous reset.
  input  wire rst_i,
  // Two-bit codes of a beat, those that this group or one behind it uses.
  input  wire [639:0] codes_i,
  // The number of the beat among those of this group, one bit for each; none for the last one of a tile.
  input  wire [46:0] keep_i,
  // The last beat of a tile is there, for the lane chunk of the next cycle.
  input  wire swap_i,
  // Lane chunk.
  input  wire [2047:0] act_i,
  // Token of the sum after the next.
  input  wire [3:0] read_token_i,
  // The sum of the next cycle is of the first chunk.
  input  wire next_first_i,
  // There is a sum in the next cycle.
  input  wire next_valid_i,
  // The token of the next sum is odd.
  input  wire next_odd_i,
  // The sum of the next cycle is of the last chunk.
  input  wire next_last_chunk_i,
  // Token of the sum.
  input  wire [3:0] token_i,
  // There is a sum.
  input  wire valid_i,
  // The job has one token.
  input  wire single_i,
  // The job has two tokens.
  input  wire pair_i,
  // The lane chunk of the cycle before.
  output wire [2047:0] act_o,
  // Totals of the columns, one cycle after the sum.
  output wire [1379:0] total_o
);
  reg [639:0] held_0_q;
  reg [639:0] held_1_q;
  reg [639:0] held_2_q;
  reg [639:0] held_3_q;
  reg [639:0] held_4_q;
  reg [639:0] held_5_q;
  reg [639:0] held_6_q;
  reg [639:0] held_7_q;
  reg [639:0] held_8_q;
  reg [639:0] held_9_q;
  reg [639:0] held_10_q;
  reg [639:0] held_11_q;
  reg [639:0] held_12_q;
  reg [639:0] held_13_q;
  reg [639:0] held_14_q;
  reg [639:0] held_15_q;
  reg [639:0] held_16_q;
  reg [639:0] held_17_q;
  reg [639:0] held_18_q;
  reg [639:0] held_19_q;
  reg [639:0] held_20_q;
  reg [639:0] held_21_q;
  reg [639:0] held_22_q;
  reg [639:0] held_23_q;
  reg [639:0] held_24_q;
  reg [639:0] held_25_q;
  reg [639:0] held_26_q;
  reg [639:0] held_27_q;
  reg [639:0] held_28_q;
  reg [639:0] held_29_q;
  reg [639:0] held_30_q;
  reg [639:0] held_31_q;
  reg [639:0] held_32_q;
  reg [639:0] held_33_q;
  reg [639:0] held_34_q;
  reg [639:0] held_35_q;
  reg [639:0] held_36_q;
  reg [639:0] held_37_q;
  reg [639:0] held_38_q;
  reg [639:0] held_39_q;
  reg [639:0] held_40_q;
  reg [639:0] held_41_q;
  reg [639:0] held_42_q;
  reg [639:0] held_43_q;
  reg [639:0] held_44_q;
  reg [639:0] held_45_q;
  reg [639:0] held_46_q;
  wire [639:0] last_codes;
  wire [2047:0] tile_act_o;
  wire [959:0] tile_sums_o;
  wire [59:0] tile_owed_o;
  wire [1379:0] sums_total_o;
  assign last_codes = codes_i;
  assign act_o = tile_act_o;
  assign total_o = sums_total_o;

  trine_tile tile (
    .clk_i(clk_i),
    .swap_i(swap_i),
    .act_i(act_i),
    .tile_i({last_codes, held_46_q, held_45_q, held_44_q, held_43_q, held_42_q, held_41_q, held_40_q, held_39_q, held_38_q, held_37_q, held_36_q, held_35_q, held_34_q, held_33_q, held_32_q, held_31_q, held_30_q, held_29_q, held_28_q, held_27_q, held_26_q, held_25_q, held_24_q, held_23_q, held_22_q, held_21_q, held_20_q, held_19_q, held_18_q, held_17_q, held_16_q, held_15_q, held_14_q, held_13_q, held_12_q, held_11_q, held_10_q, held_9_q, held_8_q, held_7_q, held_6_q, held_5_q, held_4_q, held_3_q, held_2_q, held_1_q, held_0_q}),
    .act_o(tile_act_o),
    .sums_o(tile_sums_o),
    .owed_o(tile_owed_o)
  );

  trine_accumulators sums (
    .clk_i(clk_i),
    .rst_i(rst_i),
    .read_token_i(read_token_i),
    .next_first_i(next_first_i),
    .next_valid_i(next_valid_i),
    .next_odd_i(next_odd_i),
    .next_last_chunk_i(next_last_chunk_i),
    .token_i(token_i),
    .valid_i(valid_i),
    .single_i(single_i),
    .pair_i(pair_i),
    .sums_i(tile_sums_o),
    .owed_i(tile_owed_o),
    .total_o(sums_total_o)
  );

  always @(posedge clk_i) begin
    if (keep_i[0]) begin
      held_0_q <= codes_i;
    end
    if (keep_i[1]) begin
      held_1_q <= codes_i;
    end
    if (keep_i[2]) begin
      held_2_q <= codes_i;
    end
    if (keep_i[3]) begin
      held_3_q <= codes_i;
    end
    if (keep_i[4]) begin
      held_4_q <= codes_i;
    end
    if (keep_i[5]) begin
      held_5_q <= codes_i;
    end
    if (keep_i[6]) begin
      held_6_q <= codes_i;
    end
    if (keep_i[7]) begin
      held_7_q <= codes_i;
    end
    if (keep_i[8]) begin
      held_8_q <= codes_i;
    end
    if (keep_i[9]) begin
      held_9_q <= codes_i;
    end
    if (keep_i[10]) begin
      held_10_q <= codes_i;
    end
    if (keep_i[11]) begin
      held_11_q <= codes_i;
    end
    if (keep_i[12]) begin
      held_12_q <= codes_i;
    end
    if (keep_i[13]) begin
      held_13_q <= codes_i;
    end
    if (keep_i[14]) begin
      held_14_q <= codes_i;
    end
    if (keep_i[15]) begin
      held_15_q <= codes_i;
    end
    if (keep_i[16]) begin
      held_16_q <= codes_i;
    end
    if (keep_i[17]) begin
      held_17_q <= codes_i;
    end
    if (keep_i[18]) begin
      held_18_q <= codes_i;
    end
    if (keep_i[19]) begin
      held_19_q <= codes_i;
    end
    if (keep_i[20]) begin
      held_20_q <= codes_i;
    end
    if (keep_i[21]) begin
      held_21_q <= codes_i;
    end
    if (keep_i[22]) begin
      held_22_q <= codes_i;
    end
    if (keep_i[23]) begin
      held_23_q <= codes_i;
    end
    if (keep_i[24]) begin
      held_24_q <= codes_i;
    end
    if (keep_i[25]) begin
      held_25_q <= codes_i;
    end
    if (keep_i[26]) begin
      held_26_q <= codes_i;
    end
    if (keep_i[27]) begin
      held_27_q <= codes_i;
    end
    if (keep_i[28]) begin
      held_28_q <= codes_i;
    end
    if (keep_i[29]) begin
      held_29_q <= codes_i;
    end
    if (keep_i[30]) begin
      held_30_q <= codes_i;
    end
    if (keep_i[31]) begin
      held_31_q <= codes_i;
    end
    if (keep_i[32]) begin
      held_32_q <= codes_i;
    end
    if (keep_i[33]) begin
      held_33_q <= codes_i;
    end
    if (keep_i[34]) begin
      held_34_q <= codes_i;
    end
    if (keep_i[35]) begin
      held_35_q <= codes_i;
    end
    if (keep_i[36]) begin
      held_36_q <= codes_i;
    end
    if (keep_i[37]) begin
      held_37_q <= codes_i;
    end
    if (keep_i[38]) begin
      held_38_q <= codes_i;
    end
    if (keep_i[39]) begin
      held_39_q <= codes_i;
    end
    if (keep_i[40]) begin
      held_40_q <= codes_i;
    end
    if (keep_i[41]) begin
      held_41_q <= codes_i;
    end
    if (keep_i[42]) begin
      held_42_q <= codes_i;
    end
    if (keep_i[43]) begin
      held_43_q <= codes_i;
    end
    if (keep_i[44]) begin
      held_44_q <= codes_i;
    end
    if (keep_i[45]) begin
      held_45_q <= codes_i;
    end
    if (keep_i[46]) begin
      held_46_q <= codes_i;
    end
  end
endmodule

// 32 words of 1382 bits, read in two cycles.
module trine_results_ram (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Writes the word.
  input  wire write_i,
  // Address to write at.
  input  wire [4:0] write_at_i,
  // Word to write.
  input  wire [1381:0] data_i,
  // Fetches a word.
  input  wire read_i,
  // Address to read at.
  input  wire [4:0] read_at_i,
  // Moves the fetched word to the output.
  input  wire next_i,
  // Clears the output instead.
  input  wire zero_i,
  // Word at the output.
  output wire [1381:0] word_o
);
  (* ram_style = "block", no_rw_check *) reg [1381:0] ram [0:31];
  reg [1381:0] out_q;
  reg [1381:0] word_q;
  assign word_o = out_q;

  always @(posedge clk_i) begin
    if (read_i) begin
      word_q <= ram[read_at_i];
    end
    if (write_i) begin
      ram[write_at_i] <= data_i;
    end
    if (zero_i) begin
      out_q <= 1382'd0;
    end else begin
      if (next_i) begin
        out_q <= word_q;
      end
    end
  end
endmodule

// First in, first out: 32 words of 1382 bits.
module trine_results (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Empties the buffer.
  input  wire rst_i,
  // Stores a word, for which there is room; a bit for each part of it.
  input  wire push_i,
  // Word to store.
  input  wire [1381:0] data_i,
  // Words in the order they came: the beat is taken.
  input  wire ready_i,
  // Words in the order they came: a beat is offered; it holds until it is taken.
  output wire valid_o,
  // Words in the order they came: the beat.
  output wire [1381:0] data_o,
  // A word leaves.
  output wire pop_o
);
  reg [4:0] write_q;
  reg [4:0] read_q;
  reg [5:0] level_q;
  reg came_q;
  reg left_q;
  reg stored_q;
  reg more_q;
  reg word_valid_q;
  reg out_valid_q;
  reg both_q;
  wire out_free;
  wire word_free;
  wire word_next;
  wire out_next;
  wire fetch;
  wire less;
  wire many;
  wire [1381:0] words_word_o;
  assign out_free = ready_i | ~out_valid_q;
  assign word_free = ready_i | ~both_q;
  assign word_next = word_free ? stored_q : word_valid_q;
  assign out_next = out_free ? word_valid_q : out_valid_q;
  assign fetch = stored_q & word_free;
  assign less = left_q & ~came_q;
  assign many = (|level_q[5:2]) | (level_q[1] & (level_q[0] ? ~less : (came_q & ~left_q)));
  assign valid_o = out_valid_q;
  assign data_o = words_word_o;
  assign pop_o = out_valid_q & ready_i;

  trine_results_ram words (
    .clk_i(clk_i),
    .write_i(push_i),
    .write_at_i(write_q),
    .data_i(data_i[1381:0]),
    .read_i(word_free),
    .read_at_i(read_q),
    .next_i(out_free),
    .zero_i(1'd0),
    .word_o(words_word_o)
  );

  always @(posedge clk_i) begin
    if (rst_i) begin
      level_q <= 6'd0;
      came_q <= 1'd0;
      left_q <= 1'd0;
      more_q <= 1'd0;
      stored_q <= 1'd0;
      write_q <= 5'd0;
      read_q <= 5'd0;
      word_valid_q <= 1'd0;
      out_valid_q <= 1'd0;
      both_q <= 1'd0;
    end else begin
      if (push_i) begin
        write_q <= write_q + 5'd1;
      end
      if (fetch) begin
        read_q <= read_q + 5'd1;
      end
      level_q <= level_q + {{5{less}}, came_q ^ left_q};
      came_q <= push_i;
      left_q <= fetch;
      stored_q <= (fetch ? more_q : stored_q) | push_i;
      more_q <= fetch ? (push_i ? more_q : many) : (more_q | (push_i & stored_q));
      both_q <= word_next & out_next;
      word_valid_q <= word_next;
      out_valid_q <= out_next;
    end
  end
endmodule

// 256 x 60 datapath, 12 cycles from issue to result.
module trine_core (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Empties the datapath.
  input  wire clear_i,
  // Starts a job.
  input  wire start_i,
  // Lets beats in from the cycle after a clear on.
  input  wire open_next_i,
  // Shape of the job: number of the last token, M - 1.
  input  wire [3:0] last_token_i,
  // Shape of the job: depth K.
  input  wire [14:0] depth_i,
  // Shape of the job: outputs N.
  input  wire [19:0] outputs_i,
  // Activations, one lane chunk of one token a beat: a beat is offered; it holds until it is taken.
  input  wire act_valid_i,
  // Activations, one lane chunk of one token a beat: the beat is the last one.
  input  wire act_last_i,
  // Activations, one lane chunk of one token a beat: the beat.
  input  wire [2047:0] act_data_i,
  // Weights, part of a tile a beat: a beat is offered; it holds until it is taken.
  input  wire wgt_valid_i,
  // Weights, part of a tile a beat: the beat is the last one.
  input  wire wgt_last_i,
  // Weights, part of a tile a beat: the beat.
  input  wire [511:0] wgt_data_i,
  // Results, an int32 a column: the beat is taken.
  input  wire res_ready_i,
  // Activations, one lane chunk of one token a beat: the beat is taken.
  output wire act_ready_o,
  // Weights, part of a tile a beat: the beat is taken.
  output wire wgt_ready_o,
  // Results, an int32 a column: a beat is offered; it holds until it is taken.
  output wire res_valid_o,
  // Results, an int32 a column: the beat.
  output wire [1919:0] res_data_o,
  // Results, an int32 a column: bytes of the beat that count.
  output wire [239:0] res_keep_o,
  // Results, an int32 a column: the beat is the last one.
  output wire res_last_o,
  // A lane chunk is issued.
  output wire active_o,
  // Stall: waits for activations.
  output wire stall_act_o,
  // Stall: waits for weights.
  output wire stall_wgt_o,
  // Stall: waits for room for results.
  output wire stall_out_o,
  // The activations ended early.
  output wire act_early_o,
  // The activations did not end.
  output wire act_late_o,
  // The weights did not end.
  output wire wgt_late_o,
  // The weights ended early.
  output wire wgt_early_o,
  // A beat of weights holds an illegal code.
  output wire illegal_o
);
  wire issue;
  wire take;
  wire rewind;
  wire activations_in_ready_o;
  wire [2047:0] activations_word_o;
  wire activations_last_o;
  wire activations_valid_o;
  wire activations_valid_next_o;
  wire [639:0] weights_codes_o;
  wire [46:0] weights_keep_o;
  wire weights_in_ready_o;
  wire weights_arrives_o;
  wire weights_last_o;
  wire weights_early_o;
  wire weights_illegal_o;
  wire pop;
  wire sequencer_issue_o;
  wire sequencer_rewind_o;
  wire sequencer_take_o;
  wire [3:0] sequencer_token_o;
  wire sequencer_first_chunk_o;
  wire sequencer_result_o;
  wire sequencer_last_pass_o;
  wire [5:0] sequencer_n_left_o;
  wire sequencer_stall_act_o;
  wire sequencer_stall_wgt_o;
  wire sequencer_stall_out_o;
  wire sequencer_act_early_o;
  wire sequencer_act_late_o;
  wire sequencer_wgt_early_o;
  wire sequencer_wgt_late_o;
  reg take_q;
  reg valid_1_q;
  reg valid_2_q;
  reg valid_3_q;
  reg valid_4_q;
  reg valid_5_q;
  reg valid_6_q;
  reg valid_7_q;
  reg valid_8_q;
  reg valid_9_q;
  reg valid_10_q;
  reg valid_11_q;
  reg result_1_q;
  reg result_2_q;
  reg result_3_q;
  reg result_4_q;
  reg result_5_q;
  reg result_6_q;
  reg result_7_q;
  reg result_8_q;
  reg result_9_q;
  reg result_10_q;
  reg result_11_q;
  reg result_12_q;
  reg first_1_q;
  reg first_2_q;
  reg first_3_q;
  reg first_4_q;
  reg first_5_q;
  reg first_6_q;
  reg first_7_q;
  reg first_8_q;
  reg first_9_q;
  reg first_10_q;
  reg [3:0] token_1_q;
  reg [3:0] token_2_q;
  reg [3:0] token_3_q;
  reg [3:0] token_4_q;
  reg [3:0] token_5_q;
  reg [3:0] token_6_q;
  reg [3:0] token_7_q;
  reg [3:0] token_8_q;
  reg [3:0] token_9_q;
  reg [3:0] token_10_q;
  reg [3:0] token_11_q;
  reg last_pass_1_q;
  reg last_pass_2_q;
  reg last_pass_3_q;
  reg last_pass_4_q;
  reg last_pass_5_q;
  reg last_pass_6_q;
  reg last_pass_7_q;
  reg last_pass_8_q;
  reg last_pass_9_q;
  reg last_pass_10_q;
  reg last_pass_11_q;
  reg last_pass_12_q;
  reg pass_end_1_q;
  reg pass_end_2_q;
  reg pass_end_3_q;
  reg pass_end_4_q;
  reg pass_end_5_q;
  reg pass_end_6_q;
  reg pass_end_7_q;
  reg pass_end_8_q;
  reg pass_end_9_q;
  reg pass_end_10_q;
  reg pass_end_11_q;
  reg pass_end_12_q;
  reg single_q;
  reg pair_q;
  wire [2047:0] group_act_o;
  wire [1379:0] group_total_o;
  wire job_end;
  wire [1381:0] word;
  wire results_valid_o;
  wire [1381:0] results_data_o;
  wire results_pop_o;
  wire tail;
  wire signed [31:0] result_0;
  wire signed [31:0] result_1;
  wire signed [31:0] result_2;
  wire signed [31:0] result_3;
  wire signed [31:0] result_4;
  wire signed [31:0] result_5;
  wire signed [31:0] result_6;
  wire signed [31:0] result_7;
  wire signed [31:0] result_8;
  wire signed [31:0] result_9;
  wire signed [31:0] result_10;
  wire signed [31:0] result_11;
  wire signed [31:0] result_12;
  wire signed [31:0] result_13;
  wire signed [31:0] result_14;
  wire signed [31:0] result_15;
  wire signed [31:0] result_16;
  wire signed [31:0] result_17;
  wire signed [31:0] result_18;
  wire signed [31:0] result_19;
  wire signed [31:0] result_20;
  wire signed [31:0] result_21;
  wire signed [31:0] result_22;
  wire signed [31:0] result_23;
  wire signed [31:0] result_24;
  wire signed [31:0] result_25;
  wire signed [31:0] result_26;
  wire signed [31:0] result_27;
  wire signed [31:0] result_28;
  wire signed [31:0] result_29;
  wire signed [31:0] result_30;
  wire signed [31:0] result_31;
  wire signed [31:0] result_32;
  wire signed [31:0] result_33;
  wire signed [31:0] result_34;
  wire signed [31:0] result_35;
  wire signed [31:0] result_36;
  wire signed [31:0] result_37;
  wire signed [31:0] result_38;
  wire signed [31:0] result_39;
  wire signed [31:0] result_40;
  wire signed [31:0] result_41;
  wire signed [31:0] result_42;
  wire signed [31:0] result_43;
  wire signed [31:0] result_44;
  wire signed [31:0] result_45;
  wire signed [31:0] result_46;
  wire signed [31:0] result_47;
  wire signed [31:0] result_48;
  wire signed [31:0] result_49;
  wire signed [31:0] result_50;
  wire signed [31:0] result_51;
  wire signed [31:0] result_52;
  wire signed [31:0] result_53;
  wire signed [31:0] result_54;
  wire signed [31:0] result_55;
  wire signed [31:0] result_56;
  wire signed [31:0] result_57;
  wire signed [31:0] result_58;
  wire signed [31:0] result_59;
  reg [58:0] real_q;
  wire [239:0] keep;
  assign issue = sequencer_issue_o;
  assign take = sequencer_take_o;
  assign rewind = sequencer_rewind_o;
  assign job_end = pass_end_12_q & last_pass_12_q;
  assign word = {job_end, last_pass_12_q, group_total_o};
  assign pop = results_pop_o;
  assign tail = results_data_o[1380];
  assign result_0 = $signed({{9{results_data_o[22]}}, $signed(results_data_o[22:0])});
  assign result_1 = $signed({{9{results_data_o[45]}}, $signed(results_data_o[45:23])});
  assign result_2 = $signed({{9{results_data_o[68]}}, $signed(results_data_o[68:46])});
  assign result_3 = $signed({{9{results_data_o[91]}}, $signed(results_data_o[91:69])});
  assign result_4 = $signed({{9{results_data_o[114]}}, $signed(results_data_o[114:92])});
  assign result_5 = $signed({{9{results_data_o[137]}}, $signed(results_data_o[137:115])});
  assign result_6 = $signed({{9{results_data_o[160]}}, $signed(results_data_o[160:138])});
  assign result_7 = $signed({{9{results_data_o[183]}}, $signed(results_data_o[183:161])});
  assign result_8 = $signed({{9{results_data_o[206]}}, $signed(results_data_o[206:184])});
  assign result_9 = $signed({{9{results_data_o[229]}}, $signed(results_data_o[229:207])});
  assign result_10 = $signed({{9{results_data_o[252]}}, $signed(results_data_o[252:230])});
  assign result_11 = $signed({{9{results_data_o[275]}}, $signed(results_data_o[275:253])});
  assign result_12 = $signed({{9{results_data_o[298]}}, $signed(results_data_o[298:276])});
  assign result_13 = $signed({{9{results_data_o[321]}}, $signed(results_data_o[321:299])});
  assign result_14 = $signed({{9{results_data_o[344]}}, $signed(results_data_o[344:322])});
  assign result_15 = $signed({{9{results_data_o[367]}}, $signed(results_data_o[367:345])});
  assign result_16 = $signed({{9{results_data_o[390]}}, $signed(results_data_o[390:368])});
  assign result_17 = $signed({{9{results_data_o[413]}}, $signed(results_data_o[413:391])});
  assign result_18 = $signed({{9{results_data_o[436]}}, $signed(results_data_o[436:414])});
  assign result_19 = $signed({{9{results_data_o[459]}}, $signed(results_data_o[459:437])});
  assign result_20 = $signed({{9{results_data_o[482]}}, $signed(results_data_o[482:460])});
  assign result_21 = $signed({{9{results_data_o[505]}}, $signed(results_data_o[505:483])});
  assign result_22 = $signed({{9{results_data_o[528]}}, $signed(results_data_o[528:506])});
  assign result_23 = $signed({{9{results_data_o[551]}}, $signed(results_data_o[551:529])});
  assign result_24 = $signed({{9{results_data_o[574]}}, $signed(results_data_o[574:552])});
  assign result_25 = $signed({{9{results_data_o[597]}}, $signed(results_data_o[597:575])});
  assign result_26 = $signed({{9{results_data_o[620]}}, $signed(results_data_o[620:598])});
  assign result_27 = $signed({{9{results_data_o[643]}}, $signed(results_data_o[643:621])});
  assign result_28 = $signed({{9{results_data_o[666]}}, $signed(results_data_o[666:644])});
  assign result_29 = $signed({{9{results_data_o[689]}}, $signed(results_data_o[689:667])});
  assign result_30 = $signed({{9{results_data_o[712]}}, $signed(results_data_o[712:690])});
  assign result_31 = $signed({{9{results_data_o[735]}}, $signed(results_data_o[735:713])});
  assign result_32 = $signed({{9{results_data_o[758]}}, $signed(results_data_o[758:736])});
  assign result_33 = $signed({{9{results_data_o[781]}}, $signed(results_data_o[781:759])});
  assign result_34 = $signed({{9{results_data_o[804]}}, $signed(results_data_o[804:782])});
  assign result_35 = $signed({{9{results_data_o[827]}}, $signed(results_data_o[827:805])});
  assign result_36 = $signed({{9{results_data_o[850]}}, $signed(results_data_o[850:828])});
  assign result_37 = $signed({{9{results_data_o[873]}}, $signed(results_data_o[873:851])});
  assign result_38 = $signed({{9{results_data_o[896]}}, $signed(results_data_o[896:874])});
  assign result_39 = $signed({{9{results_data_o[919]}}, $signed(results_data_o[919:897])});
  assign result_40 = $signed({{9{results_data_o[942]}}, $signed(results_data_o[942:920])});
  assign result_41 = $signed({{9{results_data_o[965]}}, $signed(results_data_o[965:943])});
  assign result_42 = $signed({{9{results_data_o[988]}}, $signed(results_data_o[988:966])});
  assign result_43 = $signed({{9{results_data_o[1011]}}, $signed(results_data_o[1011:989])});
  assign result_44 = $signed({{9{results_data_o[1034]}}, $signed(results_data_o[1034:1012])});
  assign result_45 = $signed({{9{results_data_o[1057]}}, $signed(results_data_o[1057:1035])});
  assign result_46 = $signed({{9{results_data_o[1080]}}, $signed(results_data_o[1080:1058])});
  assign result_47 = $signed({{9{results_data_o[1103]}}, $signed(results_data_o[1103:1081])});
  assign result_48 = $signed({{9{results_data_o[1126]}}, $signed(results_data_o[1126:1104])});
  assign result_49 = $signed({{9{results_data_o[1149]}}, $signed(results_data_o[1149:1127])});
  assign result_50 = $signed({{9{results_data_o[1172]}}, $signed(results_data_o[1172:1150])});
  assign result_51 = $signed({{9{results_data_o[1195]}}, $signed(results_data_o[1195:1173])});
  assign result_52 = $signed({{9{results_data_o[1218]}}, $signed(results_data_o[1218:1196])});
  assign result_53 = $signed({{9{results_data_o[1241]}}, $signed(results_data_o[1241:1219])});
  assign result_54 = $signed({{9{results_data_o[1264]}}, $signed(results_data_o[1264:1242])});
  assign result_55 = $signed({{9{results_data_o[1287]}}, $signed(results_data_o[1287:1265])});
  assign result_56 = $signed({{9{results_data_o[1310]}}, $signed(results_data_o[1310:1288])});
  assign result_57 = $signed({{9{results_data_o[1333]}}, $signed(results_data_o[1333:1311])});
  assign result_58 = $signed({{9{results_data_o[1356]}}, $signed(results_data_o[1356:1334])});
  assign result_59 = $signed({{9{results_data_o[1379]}}, $signed(results_data_o[1379:1357])});
  assign keep = {{4{~tail | real_q[58]}}, {4{~tail | real_q[57]}}, {4{~tail | real_q[56]}}, {4{~tail | real_q[55]}}, {4{~tail | real_q[54]}}, {4{~tail | real_q[53]}}, {4{~tail | real_q[52]}}, {4{~tail | real_q[51]}}, {4{~tail | real_q[50]}}, {4{~tail | real_q[49]}}, {4{~tail | real_q[48]}}, {4{~tail | real_q[47]}}, {4{~tail | real_q[46]}}, {4{~tail | real_q[45]}}, {4{~tail | real_q[44]}}, {4{~tail | real_q[43]}}, {4{~tail | real_q[42]}}, {4{~tail | real_q[41]}}, {4{~tail | real_q[40]}}, {4{~tail | real_q[39]}}, {4{~tail | real_q[38]}}, {4{~tail | real_q[37]}}, {4{~tail | real_q[36]}}, {4{~tail | real_q[35]}}, {4{~tail | real_q[34]}}, {4{~tail | real_q[33]}}, {4{~tail | real_q[32]}}, {4{~tail | real_q[31]}}, {4{~tail | real_q[30]}}, {4{~tail | real_q[29]}}, {4{~tail | real_q[28]}}, {4{~tail | real_q[27]}}, {4{~tail | real_q[26]}}, {4{~tail | real_q[25]}}, {4{~tail | real_q[24]}}, {4{~tail | real_q[23]}}, {4{~tail | real_q[22]}}, {4{~tail | real_q[21]}}, {4{~tail | real_q[20]}}, {4{~tail | real_q[19]}}, {4{~tail | real_q[18]}}, {4{~tail | real_q[17]}}, {4{~tail | real_q[16]}}, {4{~tail | real_q[15]}}, {4{~tail | real_q[14]}}, {4{~tail | real_q[13]}}, {4{~tail | real_q[12]}}, {4{~tail | real_q[11]}}, {4{~tail | real_q[10]}}, {4{~tail | real_q[9]}}, {4{~tail | real_q[8]}}, {4{~tail | real_q[7]}}, {4{~tail | real_q[6]}}, {4{~tail | real_q[5]}}, {4{~tail | real_q[4]}}, {4{~tail | real_q[3]}}, {4{~tail | real_q[2]}}, {4{~tail | real_q[1]}}, {4{~tail | real_q[0]}}, 4'd15};
  assign act_ready_o = activations_in_ready_o;
  assign wgt_ready_o = weights_in_ready_o;
  assign res_valid_o = results_valid_o;
  assign res_data_o = {$unsigned(result_59), $unsigned(result_58), $unsigned(result_57), $unsigned(result_56), $unsigned(result_55), $unsigned(result_54), $unsigned(result_53), $unsigned(result_52), $unsigned(result_51), $unsigned(result_50), $unsigned(result_49), $unsigned(result_48), $unsigned(result_47), $unsigned(result_46), $unsigned(result_45), $unsigned(result_44), $unsigned(result_43), $unsigned(result_42), $unsigned(result_41), $unsigned(result_40), $unsigned(result_39), $unsigned(result_38), $unsigned(result_37), $unsigned(result_36), $unsigned(result_35), $unsigned(result_34), $unsigned(result_33), $unsigned(result_32), $unsigned(result_31), $unsigned(result_30), $unsigned(result_29), $unsigned(result_28), $unsigned(result_27), $unsigned(result_26), $unsigned(result_25), $unsigned(result_24), $unsigned(result_23), $unsigned(result_22), $unsigned(result_21), $unsigned(result_20), $unsigned(result_19), $unsigned(result_18), $unsigned(result_17), $unsigned(result_16), $unsigned(result_15), $unsigned(result_14), $unsigned(result_13), $unsigned(result_12), $unsigned(result_11), $unsigned(result_10), $unsigned(result_9), $unsigned(result_8), $unsigned(result_7), $unsigned(result_6), $unsigned(result_5), $unsigned(result_4), $unsigned(result_3), $unsigned(result_2), $unsigned(result_1), $unsigned(result_0)};
  assign res_keep_o = keep;
  assign res_last_o = results_data_o[1381];
  assign active_o = issue;
  assign stall_act_o = sequencer_stall_act_o;
  assign stall_wgt_o = sequencer_stall_wgt_o;
  assign stall_out_o = sequencer_stall_out_o;
  assign act_early_o = sequencer_act_early_o;
  assign act_late_o = sequencer_act_late_o;
  assign wgt_late_o = sequencer_wgt_late_o;
  assign wgt_early_o = sequencer_wgt_early_o | weights_early_o;
  assign illegal_o = weights_illegal_o;

  trine_activations activations (
    .clk_i(clk_i),
    .rst_i(clear_i),
    .open_next_i(open_next_i),
    .in_valid_i(act_valid_i),
    .in_last_i(act_last_i),
    .in_data_i(act_data_i),
    .take_i(issue),
    .rewind_i(rewind),
    .in_ready_o(activations_in_ready_o),
    .word_o(activations_word_o),
    .last_o(activations_last_o),
    .valid_o(activations_valid_o),
    .valid_next_o(activations_valid_next_o)
  );

  trine_weight_loader weights (
    .clk_i(clk_i),
    .rst_i(clear_i),
    .open_next_i(open_next_i),
    .in_valid_i(wgt_valid_i),
    .in_last_i(wgt_last_i),
    .in_data_i(wgt_data_i),
    .take_i(take),
    .codes_o(weights_codes_o),
    .keep_o(weights_keep_o),
    .in_ready_o(weights_in_ready_o),
    .arrives_o(weights_arrives_o),
    .last_o(weights_last_o),
    .early_o(weights_early_o),
    .illegal_o(weights_illegal_o)
  );

  trine_sequencer sequencer (
    .clk_i(clk_i),
    .rst_i(clear_i),
    .start_i(start_i),
    .last_token_i(last_token_i),
    .depth_i(depth_i),
    .outputs_i(outputs_i),
    .act_valid_i(activations_valid_o),
    .act_valid_next_i(activations_valid_next_o),
    .act_last_i(activations_last_o),
    .tile_arrives_i(weights_arrives_o),
    .tile_last_i(weights_last_o),
    .pop_i(pop),
    .issue_o(sequencer_issue_o),
    .rewind_o(sequencer_rewind_o),
    .take_o(sequencer_take_o),
    .token_o(sequencer_token_o),
    .first_chunk_o(sequencer_first_chunk_o),
    .result_o(sequencer_result_o),
    .last_pass_o(sequencer_last_pass_o),
    .n_left_o(sequencer_n_left_o),
    .stall_act_o(sequencer_stall_act_o),
    .stall_wgt_o(sequencer_stall_wgt_o),
    .stall_out_o(sequencer_stall_out_o),
    .act_early_o(sequencer_act_early_o),
    .act_late_o(sequencer_act_late_o),
    .wgt_early_o(sequencer_wgt_early_o),
    .wgt_late_o(sequencer_wgt_late_o)
  );

  trine_group group (
    .clk_i(clk_i),
    .rst_i(clear_i),
    .codes_i(weights_codes_o),
    .keep_i({weights_keep_o[46], weights_keep_o[45], weights_keep_o[44], weights_keep_o[43], weights_keep_o[42], weights_keep_o[41], weights_keep_o[40], weights_keep_o[39], weights_keep_o[38], weights_keep_o[37], weights_keep_o[36], weights_keep_o[35], weights_keep_o[34], weights_keep_o[33], weights_keep_o[32], weights_keep_o[31], weights_keep_o[30], weights_keep_o[29], weights_keep_o[28], weights_keep_o[27], weights_keep_o[26], weights_keep_o[25], weights_keep_o[24], weights_keep_o[23], weights_keep_o[22], weights_keep_o[21], weights_keep_o[20], weights_keep_o[19], weights_keep_o[18], weights_keep_o[17], weights_keep_o[16], weights_keep_o[15], weights_keep_o[14], weights_keep_o[13], weights_keep_o[12], weights_keep_o[11], weights_keep_o[10], weights_keep_o[9], weights_keep_o[8], weights_keep_o[7], weights_keep_o[6], weights_keep_o[5], weights_keep_o[4], weights_keep_o[3], weights_keep_o[2], weights_keep_o[1], weights_keep_o[0]}),
    .swap_i(take_q),
    .act_i(activations_word_o),
    .read_token_i(token_9_q),
    .next_first_i(first_10_q),
    .next_valid_i(valid_10_q),
    .next_odd_i(token_10_q[0]),
    .next_last_chunk_i(result_10_q),
    .token_i(token_11_q),
    .valid_i(valid_11_q),
    .single_i(single_q),
    .pair_i(pair_q),
    .act_o(group_act_o),
    .total_o(group_total_o)
  );

  trine_results results (
    .clk_i(clk_i),
    .rst_i(clear_i),
    .push_i(result_12_q),
    .data_i(word),
    .ready_i(res_ready_i),
    .valid_o(results_valid_o),
    .data_o(results_data_o),
    .pop_o(results_pop_o)
  );

  wire unused_ok = &{1'b0, group_act_o};

  always @(posedge clk_i) begin
    take_q <= take;
    if (clear_i) begin
      valid_1_q <= 1'd0;
    end else begin
      valid_1_q <= issue;
    end
    if (clear_i) begin
      valid_2_q <= 1'd0;
    end else begin
      valid_2_q <= valid_1_q;
    end
    if (clear_i) begin
      valid_3_q <= 1'd0;
    end else begin
      valid_3_q <= valid_2_q;
    end
    if (clear_i) begin
      valid_4_q <= 1'd0;
    end else begin
      valid_4_q <= valid_3_q;
    end
    if (clear_i) begin
      valid_5_q <= 1'd0;
    end else begin
      valid_5_q <= valid_4_q;
    end
    if (clear_i) begin
      valid_6_q <= 1'd0;
    end else begin
      valid_6_q <= valid_5_q;
    end
    if (clear_i) begin
      valid_7_q <= 1'd0;
    end else begin
      valid_7_q <= valid_6_q;
    end
    if (clear_i) begin
      valid_8_q <= 1'd0;
    end else begin
      valid_8_q <= valid_7_q;
    end
    if (clear_i) begin
      valid_9_q <= 1'd0;
    end else begin
      valid_9_q <= valid_8_q;
    end
    if (clear_i) begin
      valid_10_q <= 1'd0;
    end else begin
      valid_10_q <= valid_9_q;
    end
    if (clear_i) begin
      valid_11_q <= 1'd0;
    end else begin
      valid_11_q <= valid_10_q;
    end
    if (clear_i) begin
      result_1_q <= 1'd0;
    end else begin
      result_1_q <= sequencer_result_o;
    end
    if (clear_i) begin
      result_2_q <= 1'd0;
    end else begin
      result_2_q <= result_1_q;
    end
    if (clear_i) begin
      result_3_q <= 1'd0;
    end else begin
      result_3_q <= result_2_q;
    end
    if (clear_i) begin
      result_4_q <= 1'd0;
    end else begin
      result_4_q <= result_3_q;
    end
    if (clear_i) begin
      result_5_q <= 1'd0;
    end else begin
      result_5_q <= result_4_q;
    end
    if (clear_i) begin
      result_6_q <= 1'd0;
    end else begin
      result_6_q <= result_5_q;
    end
    if (clear_i) begin
      result_7_q <= 1'd0;
    end else begin
      result_7_q <= result_6_q;
    end
    if (clear_i) begin
      result_8_q <= 1'd0;
    end else begin
      result_8_q <= result_7_q;
    end
    if (clear_i) begin
      result_9_q <= 1'd0;
    end else begin
      result_9_q <= result_8_q;
    end
    if (clear_i) begin
      result_10_q <= 1'd0;
    end else begin
      result_10_q <= result_9_q;
    end
    if (clear_i) begin
      result_11_q <= 1'd0;
    end else begin
      result_11_q <= result_10_q;
    end
    if (clear_i) begin
      result_12_q <= 1'd0;
    end else begin
      result_12_q <= result_11_q;
    end
    first_1_q <= sequencer_first_chunk_o;
    first_2_q <= first_1_q;
    first_3_q <= first_2_q;
    first_4_q <= first_3_q;
    first_5_q <= first_4_q;
    first_6_q <= first_5_q;
    first_7_q <= first_6_q;
    first_8_q <= first_7_q;
    first_9_q <= first_8_q;
    first_10_q <= first_9_q;
    token_1_q <= sequencer_token_o;
    token_2_q <= token_1_q;
    token_3_q <= token_2_q;
    token_4_q <= token_3_q;
    token_5_q <= token_4_q;
    token_6_q <= token_5_q;
    token_7_q <= token_6_q;
    token_8_q <= token_7_q;
    token_9_q <= token_8_q;
    token_10_q <= token_9_q;
    token_11_q <= token_10_q;
    last_pass_1_q <= sequencer_last_pass_o;
    last_pass_2_q <= last_pass_1_q;
    last_pass_3_q <= last_pass_2_q;
    last_pass_4_q <= last_pass_3_q;
    last_pass_5_q <= last_pass_4_q;
    last_pass_6_q <= last_pass_5_q;
    last_pass_7_q <= last_pass_6_q;
    last_pass_8_q <= last_pass_7_q;
    last_pass_9_q <= last_pass_8_q;
    last_pass_10_q <= last_pass_9_q;
    last_pass_11_q <= last_pass_10_q;
    last_pass_12_q <= last_pass_11_q;
    pass_end_1_q <= rewind;
    pass_end_2_q <= pass_end_1_q;
    pass_end_3_q <= pass_end_2_q;
    pass_end_4_q <= pass_end_3_q;
    pass_end_5_q <= pass_end_4_q;
    pass_end_6_q <= pass_end_5_q;
    pass_end_7_q <= pass_end_6_q;
    pass_end_8_q <= pass_end_7_q;
    pass_end_9_q <= pass_end_8_q;
    pass_end_10_q <= pass_end_9_q;
    pass_end_11_q <= pass_end_10_q;
    pass_end_12_q <= pass_end_11_q;
    single_q <= last_token_i == 4'd0;
    pair_q <= last_token_i == 4'd1;
    real_q <= {6'd59 < sequencer_n_left_o, 6'd58 < sequencer_n_left_o, 6'd57 < sequencer_n_left_o, 6'd56 < sequencer_n_left_o, 6'd55 < sequencer_n_left_o, 6'd54 < sequencer_n_left_o, 6'd53 < sequencer_n_left_o, 6'd52 < sequencer_n_left_o, 6'd51 < sequencer_n_left_o, 6'd50 < sequencer_n_left_o, 6'd49 < sequencer_n_left_o, 6'd48 < sequencer_n_left_o, 6'd47 < sequencer_n_left_o, 6'd46 < sequencer_n_left_o, 6'd45 < sequencer_n_left_o, 6'd44 < sequencer_n_left_o, 6'd43 < sequencer_n_left_o, 6'd42 < sequencer_n_left_o, 6'd41 < sequencer_n_left_o, 6'd40 < sequencer_n_left_o, 6'd39 < sequencer_n_left_o, 6'd38 < sequencer_n_left_o, 6'd37 < sequencer_n_left_o, 6'd36 < sequencer_n_left_o, 6'd35 < sequencer_n_left_o, 6'd34 < sequencer_n_left_o, 6'd33 < sequencer_n_left_o, 6'd32 < sequencer_n_left_o, 6'd31 < sequencer_n_left_o, 6'd30 < sequencer_n_left_o, 6'd29 < sequencer_n_left_o, 6'd28 < sequencer_n_left_o, 6'd27 < sequencer_n_left_o, 6'd26 < sequencer_n_left_o, 6'd25 < sequencer_n_left_o, 6'd24 < sequencer_n_left_o, 6'd23 < sequencer_n_left_o, 6'd22 < sequencer_n_left_o, 6'd21 < sequencer_n_left_o, 6'd20 < sequencer_n_left_o, 6'd19 < sequencer_n_left_o, 6'd18 < sequencer_n_left_o, 6'd17 < sequencer_n_left_o, 6'd16 < sequencer_n_left_o, 6'd15 < sequencer_n_left_o, 6'd14 < sequencer_n_left_o, 6'd13 < sequencer_n_left_o, 6'd12 < sequencer_n_left_o, 6'd11 < sequencer_n_left_o, 6'd10 < sequencer_n_left_o, 6'd9 < sequencer_n_left_o, 6'd8 < sequencer_n_left_o, 6'd7 < sequencer_n_left_o, 6'd6 < sequencer_n_left_o, 6'd5 < sequencer_n_left_o, 6'd4 < sequencer_n_left_o, 6'd3 < sequencer_n_left_o, 6'd2 < sequencer_n_left_o, 6'd1 < sequencer_n_left_o};
  end
endmodule

// Starts, watches and ends jobs.
module trine_job (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Synchronous reset.
  input  wire rst_i,
  // Starts a job.
  input  wire start_i,
  // Ends the job.
  input  wire abort_i,
  // Tokens M asked for.
  input  wire [12:0] tokens_i,
  // Depth K asked for.
  input  wire [18:0] depth_i,
  // Outputs N asked for.
  input  wire [19:0] outputs_i,
  // Tag of the job asked for.
  input  wire [31:0] tag_i,
  // Cycles without a beat after which a job fails; 0 for none.
  input  wire [31:0] watchdog_i,
  // The limit is written: the watchdog begins anew.
  input  wire watchdog_written_i,
  // Beats of activations, weights and results that move.
  input  wire [2:0] moved_i,
  // The last result leaves.
  input  wire res_done_i,
  // The activations ended early.
  input  wire act_early_i,
  // The activations did not end.
  input  wire act_late_i,
  // The weights ended early.
  input  wire wgt_early_i,
  // The weights did not end.
  input  wire wgt_late_i,
  // A beat of weights holds an illegal code.
  input  wire illegal_i,
  // Starts the datapath.
  output wire start_o,
  // Empties the datapath.
  output wire clear_o,
  // A job runs.
  output wire busy_o,
  // No other job can start.
  output wire taken_o,
  // A job is done, for one cycle.
  output wire done_o,
  // A job failed or was refused, for one cycle.
  output wire error_o,
  // Reason of the last failure, a code of ERR_CODE.
  output wire [3:0] code_o,
  // Tag of the job done last.
  output wire [31:0] done_tag_o,
  // Shape of the job: number of the last token, M - 1.
  output wire [3:0] last_token_o,
  // Shape of the job: depth K.
  output wire [14:0] depth_o,
  // Shape of the job: outputs N.
  output wire [19:0] outputs_o
);
  reg busy_q;
  reg [3:0] code_q;
  reg [3:0] last_token_q;
  reg [14:0] depth_q;
  reg [19:0] outputs_q;
  reg [31:0] tag_q;
  reg [31:0] done_tag_q;
  reg [31:0] idle_q;
  reg [3:0] beyond_q;
  reg [1:0] some_q;
  reg [1:0] some_outputs_q;
  wire fits;
  reg shape_q;
  reg check_q;
  wire accept;
  wire refuse;
  reg [3:0] matches_q;
  reg [1:0] limited_q;
  wire expired;
  wire [3:0] reason;
  reg fault_q;
  reg [3:0] reason_q;
  wire fault;
  reg clear_q;
  reg res_done_q;
  wire finish;
  reg start_q;
  wire begins;
  reg [2:0] moved_q;
  assign fits = (~(|beyond_q) & (&some_q)) & (|some_outputs_q);
  assign accept = check_q & shape_q;
  assign refuse = check_q & ~shape_q;
  assign expired = (&matches_q) & (|limited_q);
  assign reason = act_early_i ? 4'd2 : (act_late_i ? 4'd3 : (wgt_early_i ? 4'd4 : (wgt_late_i ? 4'd5 : (illegal_i ? 4'd6 : 4'd7))));
  assign fault = busy_q & fault_q;
  assign finish = (busy_q & res_done_q) & ~fault_q;
  assign begins = clear_q & busy_q;
  assign start_o = start_q;
  assign clear_o = clear_q;
  assign busy_o = busy_q;
  assign taken_o = (start_i | check_q) | busy_q;
  assign done_o = finish;
  assign error_o = fault | refuse;
  assign code_o = code_q;
  assign done_tag_o = done_tag_q;
  assign last_token_o = last_token_q;
  assign depth_o = depth_q;
  assign outputs_o = outputs_q;

  always @(posedge clk_i) begin
    beyond_q <= {(|depth_i[13:0]) & (&depth_i[14]), |depth_i[18:15], (|tokens_i[3:0]) & (&tokens_i[4]), |tokens_i[12:5]};
    some_q <= {|depth_i[14:0], |tokens_i[4:0]};
    some_outputs_q <= {|outputs_i[19:16], |outputs_i[15:0]};
    shape_q <= fits;
    matches_q <= {idle_q[31:24] == watchdog_i[31:24], idle_q[23:16] == watchdog_i[23:16], idle_q[15:8] == watchdog_i[15:8], idle_q[7:0] == watchdog_i[7:0]};
    limited_q <= {|watchdog_i[31:16], |watchdog_i[15:0]};
    reason_q <= reason;
    res_done_q <= (res_done_i & busy_q) & ~clear_q;
    moved_q <= moved_i;
    idle_q <= (((|moved_q) | watchdog_written_i) | ~busy_q) ? 32'd0 : (idle_q + 32'd1);
    if (finish) begin
      busy_q <= 1'd0;
      done_tag_q <= tag_q;
    end
    if (fault) begin
      busy_q <= 1'd0;
      code_q <= reason_q;
    end
    if (abort_i) begin
      busy_q <= 1'd0;
    end
    if (accept) begin
      busy_q <= 1'd1;
      code_q <= 4'd0;
    end
    if (check_q) begin
      tag_q <= tag_i;
      last_token_q <= tokens_i[3:0] - 4'd1;
      depth_q <= depth_i[14:0];
      outputs_q <= outputs_i;
    end
    if (refuse) begin
      code_q <= 4'd1;
    end
    check_q <= start_i;
    fault_q <= busy_q & (act_early_i | (act_late_i | (wgt_early_i | (wgt_late_i | (illegal_i | expired)))));
    clear_q <= (check_q | fault) | abort_i;
    start_q <= begins;
    if (rst_i) begin
      busy_q <= 1'd0;
      code_q <= 4'd0;
      done_tag_q <= 32'd0;
      check_q <= 1'd0;
      fault_q <= 1'd0;
      clear_q <= 1'd1;
      start_q <= 1'd0;
    end
  end
endmodule

// Event counters with a snapshot.
module trine_counters (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Synchronous reset.
  input  wire rst_i,
  // Sets the counters to zero.
  input  wire clear_i,
  // Copies the counters to the outputs.
  input  wire snapshot_i,
  // Cycles of jobs: an event happens.
  input  wire cycles_i,
  // Cycles of jobs: events counted at the last snapshot.
  output wire [47:0] cycles_o,
  // Lane chunks issued: an event happens.
  input  wire active_i,
  // Lane chunks issued: events counted at the last snapshot.
  output wire [47:0] active_o,
  // Cycles that wait for activations: an event happens.
  input  wire stall_act_i,
  // Cycles that wait for activations: events counted at the last snapshot.
  output wire [47:0] stall_act_o,
  // Cycles that wait for weights: an event happens.
  input  wire stall_wgt_i,
  // Cycles that wait for weights: events counted at the last snapshot.
  output wire [47:0] stall_wgt_o,
  // Cycles that wait for room for results: an event happens.
  input  wire stall_out_i,
  // Cycles that wait for room for results: events counted at the last snapshot.
  output wire [47:0] stall_out_o,
  // Beats of activations: an event happens.
  input  wire act_beats_i,
  // Beats of activations: events counted at the last snapshot.
  output wire [31:0] act_beats_o,
  // Beats of weights: an event happens.
  input  wire wgt_beats_i,
  // Beats of weights: events counted at the last snapshot.
  output wire [31:0] wgt_beats_o,
  // Beats of results: an event happens.
  input  wire res_beats_i,
  // Beats of results: events counted at the last snapshot.
  output wire [31:0] res_beats_o,
  // Jobs done: an event happens.
  input  wire jobs_i,
  // Jobs done: events counted at the last snapshot.
  output wire [31:0] jobs_o
);
  reg cycles_event_q;
  reg [47:0] cycles_q;
  reg [47:0] cycles_copy_q;
  reg active_event_q;
  reg [47:0] active_q;
  reg [47:0] active_copy_q;
  reg stall_act_event_q;
  reg [47:0] stall_act_q;
  reg [47:0] stall_act_copy_q;
  reg stall_wgt_event_q;
  reg [47:0] stall_wgt_q;
  reg [47:0] stall_wgt_copy_q;
  reg stall_out_event_q;
  reg [47:0] stall_out_q;
  reg [47:0] stall_out_copy_q;
  reg act_beats_event_q;
  reg [31:0] act_beats_q;
  reg [31:0] act_beats_copy_q;
  reg wgt_beats_event_q;
  reg [31:0] wgt_beats_q;
  reg [31:0] wgt_beats_copy_q;
  reg res_beats_event_q;
  reg [31:0] res_beats_q;
  reg [31:0] res_beats_copy_q;
  reg jobs_event_q;
  reg [31:0] jobs_q;
  reg [31:0] jobs_copy_q;
  assign cycles_o = cycles_copy_q;
  assign active_o = active_copy_q;
  assign stall_act_o = stall_act_copy_q;
  assign stall_wgt_o = stall_wgt_copy_q;
  assign stall_out_o = stall_out_copy_q;
  assign act_beats_o = act_beats_copy_q;
  assign wgt_beats_o = wgt_beats_copy_q;
  assign res_beats_o = res_beats_copy_q;
  assign jobs_o = jobs_copy_q;

  always @(posedge clk_i) begin
    cycles_event_q <= cycles_i;
    if (rst_i | clear_i) begin
      cycles_q <= 48'd0;
    end else begin
      if (cycles_event_q) begin
        cycles_q <= cycles_q + 48'd1;
      end
    end
    if (rst_i) begin
      cycles_copy_q <= 48'd0;
    end else begin
      if (snapshot_i) begin
        cycles_copy_q <= cycles_q;
      end
    end
    active_event_q <= active_i;
    if (rst_i | clear_i) begin
      active_q <= 48'd0;
    end else begin
      if (active_event_q) begin
        active_q <= active_q + 48'd1;
      end
    end
    if (rst_i) begin
      active_copy_q <= 48'd0;
    end else begin
      if (snapshot_i) begin
        active_copy_q <= active_q;
      end
    end
    stall_act_event_q <= stall_act_i;
    if (rst_i | clear_i) begin
      stall_act_q <= 48'd0;
    end else begin
      if (stall_act_event_q) begin
        stall_act_q <= stall_act_q + 48'd1;
      end
    end
    if (rst_i) begin
      stall_act_copy_q <= 48'd0;
    end else begin
      if (snapshot_i) begin
        stall_act_copy_q <= stall_act_q;
      end
    end
    stall_wgt_event_q <= stall_wgt_i;
    if (rst_i | clear_i) begin
      stall_wgt_q <= 48'd0;
    end else begin
      if (stall_wgt_event_q) begin
        stall_wgt_q <= stall_wgt_q + 48'd1;
      end
    end
    if (rst_i) begin
      stall_wgt_copy_q <= 48'd0;
    end else begin
      if (snapshot_i) begin
        stall_wgt_copy_q <= stall_wgt_q;
      end
    end
    stall_out_event_q <= stall_out_i;
    if (rst_i | clear_i) begin
      stall_out_q <= 48'd0;
    end else begin
      if (stall_out_event_q) begin
        stall_out_q <= stall_out_q + 48'd1;
      end
    end
    if (rst_i) begin
      stall_out_copy_q <= 48'd0;
    end else begin
      if (snapshot_i) begin
        stall_out_copy_q <= stall_out_q;
      end
    end
    act_beats_event_q <= act_beats_i;
    if (rst_i | clear_i) begin
      act_beats_q <= 32'd0;
    end else begin
      if (act_beats_event_q) begin
        act_beats_q <= act_beats_q + 32'd1;
      end
    end
    if (rst_i) begin
      act_beats_copy_q <= 32'd0;
    end else begin
      if (snapshot_i) begin
        act_beats_copy_q <= act_beats_q;
      end
    end
    wgt_beats_event_q <= wgt_beats_i;
    if (rst_i | clear_i) begin
      wgt_beats_q <= 32'd0;
    end else begin
      if (wgt_beats_event_q) begin
        wgt_beats_q <= wgt_beats_q + 32'd1;
      end
    end
    if (rst_i) begin
      wgt_beats_copy_q <= 32'd0;
    end else begin
      if (snapshot_i) begin
        wgt_beats_copy_q <= wgt_beats_q;
      end
    end
    res_beats_event_q <= res_beats_i;
    if (rst_i | clear_i) begin
      res_beats_q <= 32'd0;
    end else begin
      if (res_beats_event_q) begin
        res_beats_q <= res_beats_q + 32'd1;
      end
    end
    if (rst_i) begin
      res_beats_copy_q <= 32'd0;
    end else begin
      if (snapshot_i) begin
        res_beats_copy_q <= res_beats_q;
      end
    end
    jobs_event_q <= jobs_i;
    if (rst_i | clear_i) begin
      jobs_q <= 32'd0;
    end else begin
      if (jobs_event_q) begin
        jobs_q <= jobs_q + 32'd1;
      end
    end
    if (rst_i) begin
      jobs_copy_q <= 32'd0;
    end else begin
      if (snapshot_i) begin
        jobs_copy_q <= jobs_q;
      end
    end
  end
endmodule

// Ternary matmul unit: y[M x N] = x[M x K] * W[K x N], int8 x trit -> int32.
// 256 lanes x 60 columns, base3 weights on 512 bits a beat.
module trine (
  // Clock; registers change at its rising edge.
  (* X_INTERFACE_INFO = "xilinx.com:signal:clock:1.0 aclk CLK", X_INTERFACE_PARAMETER = "ASSOCIATED_BUSIF s_axil:s_axis_act:s_axis_wgt:m_axis_res, ASSOCIATED_RESET aresetn" *)
  input  wire aclk,
  // Reset, synchronous, active low.
  (* X_INTERFACE_INFO = "xilinx.com:signal:reset:1.0 aresetn RST", X_INTERFACE_PARAMETER = "POLARITY ACTIVE_LOW" *)
  input  wire aresetn,
  // Registers: write address in bytes.
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil AWADDR", X_INTERFACE_PARAMETER = "PROTOCOL AXI4LITE" *)
  input  wire [11:0] s_axil_awaddr,
  // Registers: protection of the write; not looked at.
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil AWPROT" *)
  input  wire [2:0] s_axil_awprot,
  // Registers: a write address is offered.
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil AWVALID" *)
  input  wire s_axil_awvalid,
  // Registers: word to write.
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil WDATA" *)
  input  wire [31:0] s_axil_wdata,
  // Registers: bytes of the word to write.
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil WSTRB" *)
  input  wire [3:0] s_axil_wstrb,
  // Registers: a word to write is offered.
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil WVALID" *)
  input  wire s_axil_wvalid,
  // Registers: the answer to a write is taken.
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil BREADY" *)
  input  wire s_axil_bready,
  // Registers: read address in bytes.
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil ARADDR" *)
  input  wire [11:0] s_axil_araddr,
  // Registers: protection of the read; not looked at.
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil ARPROT" *)
  input  wire [2:0] s_axil_arprot,
  // Registers: a read address is offered.
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil ARVALID" *)
  input  wire s_axil_arvalid,
  // Registers: the word read is taken.
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil RREADY" *)
  input  wire s_axil_rready,
  // Activations: the beat.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_act TDATA" *)
  input  wire [2047:0] s_axis_act_tdata,
  // Activations: bytes of the beat that count.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_act TKEEP" *)
  input  wire [255:0] s_axis_act_tkeep,
  // Activations: the beat is the last one.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_act TLAST" *)
  input  wire s_axis_act_tlast,
  // Activations: a beat is offered; it holds until it is taken.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_act TVALID" *)
  input  wire s_axis_act_tvalid,
  // Weights: the beat.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_wgt TDATA" *)
  input  wire [511:0] s_axis_wgt_tdata,
  // Weights: bytes of the beat that count.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_wgt TKEEP" *)
  input  wire [63:0] s_axis_wgt_tkeep,
  // Weights: the beat is the last one.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_wgt TLAST" *)
  input  wire s_axis_wgt_tlast,
  // Weights: a beat is offered; it holds until it is taken.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_wgt TVALID" *)
  input  wire s_axis_wgt_tvalid,
  // Results: the beat is taken.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 m_axis_res TREADY" *)
  input  wire m_axis_res_tready,
  // Registers: the write address is taken.
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil AWREADY" *)
  output wire s_axil_awready,
  // Registers: the word to write is taken.
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil WREADY" *)
  output wire s_axil_wready,
  // Registers: answer to the write: OKAY or SLVERR.
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil BRESP" *)
  output wire [1:0] s_axil_bresp,
  // Registers: a write is answered.
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil BVALID" *)
  output wire s_axil_bvalid,
  // Registers: the read address is taken.
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil ARREADY" *)
  output wire s_axil_arready,
  // Registers: word read.
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil RDATA" *)
  output wire [31:0] s_axil_rdata,
  // Registers: answer to the read: OKAY or SLVERR.
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil RRESP" *)
  output wire [1:0] s_axil_rresp,
  // Registers: a read is answered.
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil RVALID" *)
  output wire s_axil_rvalid,
  // Activations: the beat is taken.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_act TREADY" *)
  output wire s_axis_act_tready,
  // Weights: the beat is taken.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_wgt TREADY" *)
  output wire s_axis_wgt_tready,
  // Results: the beat.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 m_axis_res TDATA" *)
  output wire [1919:0] m_axis_res_tdata,
  // Results: bytes of the beat that count.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 m_axis_res TKEEP" *)
  output wire [239:0] m_axis_res_tkeep,
  // Results: the beat is the last one.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 m_axis_res TLAST" *)
  output wire m_axis_res_tlast,
  // Results: a beat is offered; it holds until it is taken.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 m_axis_res TVALID" *)
  output wire m_axis_res_tvalid,
  // Interrupt: high while an enabled one is pending.
  (* X_INTERFACE_INFO = "xilinx.com:signal:interrupt:1.0 irq INTERRUPT", X_INTERFACE_PARAMETER = "SENSITIVITY LEVEL_HIGH" *)
  output wire irq
);
  wire hard_reset;
  wire rst;
  wire status_busy;
  wire status_done_set;
  wire status_error_set;
  wire [3:0] err_code_code;
  wire irq_stat_done_set;
  wire irq_stat_error_set;
  wire [31:0] done_tag_tag;
  wire [31:0] cycles_lo_value;
  wire [15:0] cycles_hi_value;
  wire [31:0] active_lo_value;
  wire [15:0] active_hi_value;
  wire [31:0] stall_act_lo_value;
  wire [15:0] stall_act_hi_value;
  wire [31:0] stall_wgt_lo_value;
  wire [15:0] stall_wgt_hi_value;
  wire [31:0] stall_out_lo_value;
  wire [15:0] stall_out_hi_value;
  wire [31:0] act_beats_value;
  wire [31:0] wgt_beats_value;
  wire [31:0] res_beats_value;
  wire [31:0] jobs_value;
  wire registers_ctrl_start_o;
  wire registers_ctrl_abort_o;
  wire registers_ctrl_soft_reset_o;
  wire registers_ctrl_act_last_o;
  wire registers_ctrl_wgt_last_o;
  wire registers_status_done_o;
  wire registers_status_error_o;
  wire registers_irq_en_done_o;
  wire registers_irq_en_error_o;
  wire registers_irq_stat_done_o;
  wire registers_irq_stat_error_o;
  wire [12:0] registers_tokens_m_o;
  wire [18:0] registers_depth_k_o;
  wire [19:0] registers_outputs_n_o;
  wire registers_watchdog_written_o;
  wire [31:0] registers_watchdog_cycles_o;
  wire [31:0] registers_job_tag_tag_o;
  wire registers_perf_ctrl_clear_o;
  wire registers_perf_ctrl_snapshot_o;
  wire [31:0] registers_scratch_value_o;
  wire registers_awready_o;
  wire registers_wready_o;
  wire registers_bvalid_o;
  wire [1:0] registers_bresp_o;
  wire registers_arready_o;
  wire registers_rvalid_o;
  wire [1:0] registers_rresp_o;
  wire [31:0] registers_rdata_o;
  wire busy;
  wire clear;
  wire start;
  wire [3:0] last_token;
  wire [14:0] depth;
  wire [19:0] outputs;
  wire core_act_ready_o;
  wire core_wgt_ready_o;
  wire core_res_valid_o;
  wire [1919:0] core_res_data_o;
  wire [239:0] core_res_keep_o;
  wire core_res_last_o;
  wire core_active_o;
  wire core_stall_act_o;
  wire core_stall_wgt_o;
  wire core_stall_out_o;
  wire core_act_early_o;
  wire core_act_late_o;
  wire core_wgt_late_o;
  wire core_wgt_early_o;
  wire core_illegal_o;
  wire act_moved;
  wire wgt_moved;
  wire res_moved;
  wire [2:0] moved;
  wire res_done;
  wire job_start_o;
  wire job_clear_o;
  wire job_busy_o;
  wire job_taken_o;
  wire job_done_o;
  wire job_error_o;
  wire [3:0] job_code_o;
  wire [31:0] job_done_tag_o;
  wire [3:0] job_last_token_o;
  wire [14:0] job_depth_o;
  wire [19:0] job_outputs_o;
  wire [47:0] counters_cycles_o;
  wire [47:0] counters_active_o;
  wire [47:0] counters_stall_act_o;
  wire [47:0] counters_stall_wgt_o;
  wire [47:0] counters_stall_out_o;
  wire [31:0] counters_act_beats_o;
  wire [31:0] counters_wgt_beats_o;
  wire [31:0] counters_res_beats_o;
  wire [31:0] counters_jobs_o;
  assign hard_reset = ~aresetn;
  assign rst = hard_reset | registers_ctrl_soft_reset_o;
  assign act_moved = s_axis_act_tvalid & core_act_ready_o;
  assign wgt_moved = s_axis_wgt_tvalid & core_wgt_ready_o;
  assign res_moved = core_res_valid_o & m_axis_res_tready;
  assign moved = {res_moved, wgt_moved, act_moved};
  assign res_done = res_moved & core_res_last_o;
  assign busy = job_busy_o;
  assign clear = job_clear_o;
  assign start = job_start_o;
  assign last_token = job_last_token_o;
  assign depth = job_depth_o;
  assign outputs = job_outputs_o;
  assign status_busy = job_taken_o;
  assign status_error_set = job_error_o;
  assign status_done_set = job_done_o;
  assign irq_stat_done_set = job_done_o;
  assign irq_stat_error_set = job_error_o;
  assign err_code_code = job_code_o;
  assign done_tag_tag = job_done_tag_o;
  assign cycles_lo_value = counters_cycles_o[31:0];
  assign cycles_hi_value = counters_cycles_o[47:32];
  assign active_lo_value = counters_active_o[31:0];
  assign active_hi_value = counters_active_o[47:32];
  assign stall_act_lo_value = counters_stall_act_o[31:0];
  assign stall_act_hi_value = counters_stall_act_o[47:32];
  assign stall_wgt_lo_value = counters_stall_wgt_o[31:0];
  assign stall_wgt_hi_value = counters_stall_wgt_o[47:32];
  assign stall_out_lo_value = counters_stall_out_o[31:0];
  assign stall_out_hi_value = counters_stall_out_o[47:32];
  assign act_beats_value = counters_act_beats_o;
  assign wgt_beats_value = counters_wgt_beats_o;
  assign res_beats_value = counters_res_beats_o;
  assign jobs_value = counters_jobs_o;
  assign s_axil_awready = registers_awready_o;
  assign s_axil_wready = registers_wready_o;
  assign s_axil_bresp = registers_bresp_o;
  assign s_axil_bvalid = registers_bvalid_o;
  assign s_axil_arready = registers_arready_o;
  assign s_axil_rdata = registers_rdata_o;
  assign s_axil_rresp = registers_rresp_o;
  assign s_axil_rvalid = registers_rvalid_o;
  assign s_axis_act_tready = core_act_ready_o;
  assign s_axis_wgt_tready = core_wgt_ready_o;
  assign m_axis_res_tdata = core_res_data_o;
  assign m_axis_res_tkeep = core_res_keep_o;
  assign m_axis_res_tlast = core_res_last_o;
  assign m_axis_res_tvalid = core_res_valid_o;
  assign irq = (registers_irq_en_done_o & registers_irq_stat_done_o) | (registers_irq_en_error_o & registers_irq_stat_error_o);

  trine_registers registers (
    .clk_i(aclk),
    .rst_i(hard_reset),
    .awaddr_i(s_axil_awaddr),
    .awvalid_i(s_axil_awvalid),
    .wdata_i(s_axil_wdata),
    .wstrb_i(s_axil_wstrb),
    .wvalid_i(s_axil_wvalid),
    .bready_i(s_axil_bready),
    .araddr_i(s_axil_araddr),
    .arvalid_i(s_axil_arvalid),
    .rready_i(s_axil_rready),
    .status_busy_i(status_busy),
    .status_done_set_i(status_done_set),
    .status_error_set_i(status_error_set),
    .err_code_code_i(err_code_code),
    .irq_stat_done_set_i(irq_stat_done_set),
    .irq_stat_error_set_i(irq_stat_error_set),
    .done_tag_tag_i(done_tag_tag),
    .cycles_lo_value_i(cycles_lo_value),
    .cycles_hi_value_i(cycles_hi_value),
    .active_lo_value_i(active_lo_value),
    .active_hi_value_i(active_hi_value),
    .stall_act_lo_value_i(stall_act_lo_value),
    .stall_act_hi_value_i(stall_act_hi_value),
    .stall_wgt_lo_value_i(stall_wgt_lo_value),
    .stall_wgt_hi_value_i(stall_wgt_hi_value),
    .stall_out_lo_value_i(stall_out_lo_value),
    .stall_out_hi_value_i(stall_out_hi_value),
    .act_beats_value_i(act_beats_value),
    .wgt_beats_value_i(wgt_beats_value),
    .res_beats_value_i(res_beats_value),
    .jobs_value_i(jobs_value),
    .ctrl_start_o(registers_ctrl_start_o),
    .ctrl_abort_o(registers_ctrl_abort_o),
    .ctrl_soft_reset_o(registers_ctrl_soft_reset_o),
    .ctrl_act_last_o(registers_ctrl_act_last_o),
    .ctrl_wgt_last_o(registers_ctrl_wgt_last_o),
    .status_done_o(registers_status_done_o),
    .status_error_o(registers_status_error_o),
    .irq_en_done_o(registers_irq_en_done_o),
    .irq_en_error_o(registers_irq_en_error_o),
    .irq_stat_done_o(registers_irq_stat_done_o),
    .irq_stat_error_o(registers_irq_stat_error_o),
    .tokens_m_o(registers_tokens_m_o),
    .depth_k_o(registers_depth_k_o),
    .outputs_n_o(registers_outputs_n_o),
    .watchdog_written_o(registers_watchdog_written_o),
    .watchdog_cycles_o(registers_watchdog_cycles_o),
    .job_tag_tag_o(registers_job_tag_tag_o),
    .perf_ctrl_clear_o(registers_perf_ctrl_clear_o),
    .perf_ctrl_snapshot_o(registers_perf_ctrl_snapshot_o),
    .scratch_value_o(registers_scratch_value_o),
    .awready_o(registers_awready_o),
    .wready_o(registers_wready_o),
    .bvalid_o(registers_bvalid_o),
    .bresp_o(registers_bresp_o),
    .arready_o(registers_arready_o),
    .rvalid_o(registers_rvalid_o),
    .rresp_o(registers_rresp_o),
    .rdata_o(registers_rdata_o)
  );

  trine_core core (
    .clk_i(aclk),
    .clear_i(clear),
    .start_i(start),
    .open_next_i(busy),
    .last_token_i(last_token),
    .depth_i(depth),
    .outputs_i(outputs),
    .act_valid_i(s_axis_act_tvalid),
    .act_last_i(s_axis_act_tlast),
    .act_data_i(s_axis_act_tdata),
    .wgt_valid_i(s_axis_wgt_tvalid),
    .wgt_last_i(s_axis_wgt_tlast),
    .wgt_data_i(s_axis_wgt_tdata),
    .res_ready_i(m_axis_res_tready),
    .act_ready_o(core_act_ready_o),
    .wgt_ready_o(core_wgt_ready_o),
    .res_valid_o(core_res_valid_o),
    .res_data_o(core_res_data_o),
    .res_keep_o(core_res_keep_o),
    .res_last_o(core_res_last_o),
    .active_o(core_active_o),
    .stall_act_o(core_stall_act_o),
    .stall_wgt_o(core_stall_wgt_o),
    .stall_out_o(core_stall_out_o),
    .act_early_o(core_act_early_o),
    .act_late_o(core_act_late_o),
    .wgt_late_o(core_wgt_late_o),
    .wgt_early_o(core_wgt_early_o),
    .illegal_o(core_illegal_o)
  );

  trine_job job (
    .clk_i(aclk),
    .rst_i(rst),
    .start_i(registers_ctrl_start_o),
    .abort_i(registers_ctrl_abort_o),
    .tokens_i(registers_tokens_m_o),
    .depth_i(registers_depth_k_o),
    .outputs_i(registers_outputs_n_o),
    .tag_i(registers_job_tag_tag_o),
    .watchdog_i(registers_watchdog_cycles_o),
    .watchdog_written_i(registers_watchdog_written_o),
    .moved_i(moved),
    .res_done_i(res_done),
    .act_early_i(core_act_early_o),
    .act_late_i(core_act_late_o),
    .wgt_early_i(core_wgt_early_o),
    .wgt_late_i(core_wgt_late_o),
    .illegal_i(core_illegal_o),
    .start_o(job_start_o),
    .clear_o(job_clear_o),
    .busy_o(job_busy_o),
    .taken_o(job_taken_o),
    .done_o(job_done_o),
    .error_o(job_error_o),
    .code_o(job_code_o),
    .done_tag_o(job_done_tag_o),
    .last_token_o(job_last_token_o),
    .depth_o(job_depth_o),
    .outputs_o(job_outputs_o)
  );

  trine_counters counters (
    .clk_i(aclk),
    .rst_i(rst),
    .clear_i(registers_perf_ctrl_clear_o),
    .snapshot_i(registers_perf_ctrl_snapshot_o),
    .cycles_i(busy),
    .active_i(core_active_o),
    .stall_act_i(core_stall_act_o),
    .stall_wgt_i(core_stall_wgt_o),
    .stall_out_i(core_stall_out_o),
    .act_beats_i(act_moved),
    .wgt_beats_i(wgt_moved),
    .res_beats_i(res_moved),
    .jobs_i(job_done_o),
    .cycles_o(counters_cycles_o),
    .active_o(counters_active_o),
    .stall_act_o(counters_stall_act_o),
    .stall_wgt_o(counters_stall_wgt_o),
    .stall_out_o(counters_stall_out_o),
    .act_beats_o(counters_act_beats_o),
    .wgt_beats_o(counters_wgt_beats_o),
    .res_beats_o(counters_res_beats_o),
    .jobs_o(counters_jobs_o)
  );

  wire unused_ok = &{1'b0, s_axil_awprot, s_axil_arprot, s_axis_act_tkeep, s_axis_wgt_tkeep, registers_status_done_o, registers_status_error_o, registers_scratch_value_o, registers_ctrl_act_last_o, registers_ctrl_wgt_last_o};
endmodule
