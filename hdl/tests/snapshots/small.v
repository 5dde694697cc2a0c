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
  reg [22:0] caps1_word_q;
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
  reg [5:0] caps2_word_q;
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
  reg [5:0] words_1_q;
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
  assign value = (((((({1'd0, words_0_q} | {26'd0, words_1_q}) | {19'd0, words_2_q}) | {16'd0, words_3_q}) | words_4_q) | words_5_q) | words_6_q) | words_7_q;
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
    caps0_word_q <= caps0_skip_q ? 23'd0 : 23'd5375007;
    if (ar_enter) begin
      caps1_skip_q <= ~(read_word == 10'd3);
    end
    caps1_word_q <= caps1_skip_q ? 23'd0 : 23'd4196352;
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
    caps2_word_q <= caps2_skip_q ? 6'd0 : 6'd32;
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
    words_0_q <= ((id_word_q | {13'd0, version_word_q}) | {8'd0, caps0_word_q}) | {8'd0, caps1_word_q};
    words_1_q <= ((caps2_word_q | {4'd0, irq_en_word_q}) | {4'd0, irq_stat_word_q}) | {4'd0, perf_ctrl_word_q};
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
  output wire [8:0] at_o
);
  reg [8:0] at_q;
  assign at_o = at_q;

  (* keep *) always @(posedge clk_i) begin
    if (back_i) begin
      at_q <= 9'd0;
    end else begin
      if (step_i) begin
        at_q <= at_q + 9'd1;
      end
    end
  end
endmodule

// 512 words of 257 bits, read in two cycles.
module trine_activations_ram (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Writes the word.
  input  wire write_i,
  // Address to write at.
  input  wire [8:0] write_at_i,
  // Word to write.
  input  wire [256:0] data_i,
  // Fetches a word.
  input  wire read_i,
  // Address to read at.
  input  wire [8:0] read_at_i,
  // Moves the fetched word to the output.
  input  wire next_i,
  // Clears the output instead.
  input  wire zero_i,
  // Word at the output.
  output wire [256:0] word_o
);
  (* ram_style = "block", no_rw_check *) reg [256:0] ram [0:511];
  reg [256:0] out_q;
  reg [256:0] word_q;
  assign word_o = out_q;

  always @(posedge clk_i) begin
    if (read_i) begin
      word_q <= ram[read_at_i];
    end
    if (write_i) begin
      ram[write_at_i] <= data_i;
    end
    if (zero_i) begin
      out_q <= 257'd0;
    end else begin
      if (next_i) begin
        out_q <= word_q;
      end
    end
  end
endmodule

// Stores up to 512 words of 256 bits and replays them.
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
  input  wire [255:0] in_data_i,
  // Moves on to the next word.
  input  wire take_i,
  // Moves back to the first word instead.
  input  wire rewind_i,
  // Words to store: the beat is taken.
  output wire in_ready_o,
  // Word taken two cycles ago.
  output wire [255:0] word_o,
  // That word has the closing mark.
  output wire last_o,
  // There is a word to take.
  output wire valid_o,
  // There will be a word to take in the next cycle.
  output wire valid_next_o
);
  reg [9:0] write_q;
  reg [9:0] probe_q;
  reg [11:0] gap_q;
  reg closed_q;
  reg admits_q;
  reg brink_q;
  reg quiet_q;
  reg lone_q;
  reg valid_q;
  reg store_q;
  reg [256:0] marked_q;
  reg rst_1_q;
  wire store;
  wire ahead;
  wire valid_next;
  wire back;
  wire quiet;
  wire few;
  wire ends;
  wire [8:0] read_0_at_o;
  wire [8:0] write_at;
  wire [256:0] bank_0_word_o;
  wire [256:0] word;
  assign store = admits_q & in_valid_i;
  assign ahead = gap_q[11];
  assign valid_next = (ahead | closed_q) | (lone_q & ~take_i);
  assign back = rst_1_q | (take_i & rewind_i);
  assign quiet = ~((take_i | store_q) | rst_1_q);
  assign few = ~(|gap_q[11:2]);
  assign ends = store & (in_last_i | brink_q);
  assign write_at = write_q[8:0];
  assign word = bank_0_word_o;
  assign in_ready_o = admits_q;
  assign word_o = word[255:0];
  assign last_o = word[256];
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
    .data_i(marked_q[256:0]),
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
      probe_q <= probe_q + 10'd1;
    end
    if (store_q) begin
      write_q <= write_q + 10'd1;
    end
    store_q <= store;
    gap_q <= {1'd0, probe_q, 1'd0} - {1'd0, {write_q, store_q}};
    quiet_q <= quiet;
    lone_q <= (few & quiet_q) & quiet;
    admits_q <= open_next_i & (rst_i | (admits_q & ~ends));
    if (store) begin
      closed_q <= in_last_i;
      brink_q <= ({write_q, store_q} == 11'd1020) | ({write_q, store_q} == 11'd1019);
    end
    valid_q <= valid_next;
    if (back) begin
      probe_q <= 10'd2;
    end
    if (rst_i) begin
      store_q <= 1'd0;
      write_q <= 10'd0;
      brink_q <= 1'd0;
      closed_q <= 1'd0;
      gap_q <= 12'd4;
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

// Decodes beats of 256 bits, of which 1 are a tile of 160 trits.
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
  input  wire [255:0] in_data_i,
  // Takes a tile.
  input  wire take_i,
  // Two-bit codes of a beat: the last one of its tile in the cycle after it was taken.
  output wire [319:0] codes_o,
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
  reg [255:0] in_q;
  reg in_full_q;
  reg in_last_q;
  reg [255:0] beat_q;
  reg full_q;
  reg last_q;
  reg admits_q;
  reg moved_q;
  reg valid_q;
  reg waits_q;
  reg stuck_q;
  reg flows_q;
  reg arrives_q;
  wire offered;
  wire accept;
  wire leave;
  reg complete_q;
  wire complete;
  wire fills;
  wire stays;
  wire sticks;
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
  wire [319:0] codes;
  wire [31:0] illegal;
  reg [319:0] code_q;
  reg code_last_q;
  reg [31:0] illegal_q;
  reg [3:0] group_q;
  reg checked_q;
  reg fault_q;
  assign offered = admits_q & in_valid_i;
  assign accept = offered & ~stuck_q;
  assign leave = full_q & ~stuck_q;
  assign complete = (stuck_q & complete_q) | (~stuck_q & offered);
  assign fills = in_full_q | stuck_q;
  assign stays = valid_q & ~take_i;
  assign sticks = fills & stays;
  assign codes = {decoder_31_codes_o, decoder_30_codes_o, decoder_29_codes_o, decoder_28_codes_o, decoder_27_codes_o, decoder_26_codes_o, decoder_25_codes_o, decoder_24_codes_o, decoder_23_codes_o, decoder_22_codes_o, decoder_21_codes_o, decoder_20_codes_o, decoder_19_codes_o, decoder_18_codes_o, decoder_17_codes_o, decoder_16_codes_o, decoder_15_codes_o, decoder_14_codes_o, decoder_13_codes_o, decoder_12_codes_o, decoder_11_codes_o, decoder_10_codes_o, decoder_9_codes_o, decoder_8_codes_o, decoder_7_codes_o, decoder_6_codes_o, decoder_5_codes_o, decoder_4_codes_o, decoder_3_codes_o, decoder_2_codes_o, decoder_1_codes_o, decoder_0_codes_o};
  assign illegal = {decoder_31_illegal_o, decoder_30_illegal_o, decoder_29_illegal_o, decoder_28_illegal_o, decoder_27_illegal_o, decoder_26_illegal_o, decoder_25_illegal_o, decoder_24_illegal_o, decoder_23_illegal_o, decoder_22_illegal_o, decoder_21_illegal_o, decoder_20_illegal_o, decoder_19_illegal_o, decoder_18_illegal_o, decoder_17_illegal_o, decoder_16_illegal_o, decoder_15_illegal_o, decoder_14_illegal_o, decoder_13_illegal_o, decoder_12_illegal_o, decoder_11_illegal_o, decoder_10_illegal_o, decoder_9_illegal_o, decoder_8_illegal_o, decoder_7_illegal_o, decoder_6_illegal_o, decoder_5_illegal_o, decoder_4_illegal_o, decoder_3_illegal_o, decoder_2_illegal_o, decoder_1_illegal_o, decoder_0_illegal_o};
  assign codes_o = code_q;
  assign in_ready_o = admits_q & ~stuck_q;
  assign arrives_o = arrives_q;
  assign last_o = code_last_q;
  assign early_o = 1'd0;
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

  always @(posedge clk_i) begin
    complete_q <= complete;
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
    if (~waits_q) begin
      code_q <= codes;
      code_last_q <= last_q;
    end
    illegal_q <= illegal;
    group_q <= {|illegal_q[31:24], |illegal_q[23:16], |illegal_q[15:8], |illegal_q[7:0]};
    checked_q <= moved_q & ~rst_i;
    fault_q <= (checked_q & (|group_q)) & ~rst_i;
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
  input  wire [2:0] last_token_i,
  // Shape of the job: depth K.
  input  wire [11:0] depth_i,
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
  output wire [2:0] token_o,
  // The lane chunk is of the first chunk of a pass.
  output wire first_chunk_o,
  // The issue makes a result.
  output wire result_o,
  // The pass is the last one.
  output wire last_pass_o,
  // Outputs left, in the last pass.
  output wire [2:0] n_left_o,
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
  reg [2:0] token_q;
  reg first_q;
  reg tile_q;
  reg last_q;
  reg [11:0] k_after_q;
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
  reg [2:0] before_last_q;
  reg one_chunk_q;
  reg two_chunks_q;
  reg [11:0] k_second_q;
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
  assign n_left_o = n_left_q[2:0];

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
    single_q <= last_token_i == 3'd0;
    before_last_q <= last_token_i - 3'd1;
    one_chunk_q <= ~(12'd32 < depth_i);
    two_chunks_q <= ~(12'd64 < depth_i);
    k_second_q <= depth_i - 12'd32;
    one_pass_q <= ~(20'd5 < outputs_i);
    n_step_q <= rst_i ? outputs_i : (20'd0 - 20'd5);
    issue_q <= may & (tile_next | ~needs_tile);
    take_q <= (may & tile_next) & needs_tile;
    tile_q <= tile_next;
    able_q <= ((run_q & ~ends) | start_i) & roomy;
    room_q <= room_q + {{5{promised}}, result ^ pop_q};
    if (issue_q) begin
      token_q <= last_q ? 3'd0 : (token_q + 3'd1);
      first_q <= last_q;
      pass_end_q <= last_next & (last_q ? next_chunk : last_chunk_q);
      last_q <= last_next;
      if (last_q) begin
        last_chunk_q <= next_chunk;
        first_chunk_q <= last_chunk_q;
        next_last_q <= last_chunk_q ? two_chunks_q : ~(12'd64 < k_after_q);
        k_after_q <= last_chunk_q ? k_second_q : (k_after_q - 12'd32);
      end
      if (pass_end_q & ~last_pass_q) begin
        n_left_q <= n_left_q + n_step_q;
        last_pass_q <= ~(20'd10 < n_left_q);
      end
      if (job_end) begin
        run_q <= 1'd0;
      end
    end
    if (start_i) begin
      run_q <= 1'd1;
      token_q <= 3'd0;
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
  input  wire [255:0] act_i,
  // The lane chunk of the cycle before.
  output wire [255:0] act_o
);
  reg [255:0] act_q;
  assign act_o = act_q;

  (* keep *) always @(posedge clk_i) begin
    act_q <= act_i;
  end
endmodule

// Ternary dot product of 32 lanes, 5 cycles.
module trine_column (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Activations, one a lane.
  input  wire [255:0] act_i,
  // Two-bit codes of the trits, one a lane.
  input  wire [63:0] code_i,
  // Sum of the products, without the one that is owed.
  output wire signed [12:0] sum_o,
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
  reg signed [10:0] sum_3_0_q;
  reg owed_3_0_q;
  reg signed [10:0] sum_3_1_q;
  reg owed_3_1_q;
  reg signed [10:0] sum_3_2_q;
  reg owed_3_2_q;
  reg signed [10:0] sum_3_3_q;
  reg owed_3_3_q;
  reg signed [11:0] sum_4_0_q;
  reg owed_4_0_q;
  reg signed [11:0] sum_4_1_q;
  reg owed_4_1_q;
  reg signed [12:0] sum_5_0_q;
  reg owed_5_0_q;

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
  assign sum_o = sum_5_0_q;
  assign owed_o = owed_5_0_q;

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
    // level 3
    sum_3_0_q <= ($signed({{1{sum_2_0_q[9]}}, sum_2_0_q}) + $signed({{1{sum_2_1_q[9]}}, sum_2_1_q})) + $signed({10'd0, owed_2_0_q});
    owed_3_0_q <= owed_2_1_q;
    sum_3_1_q <= ($signed({{1{sum_2_2_q[9]}}, sum_2_2_q}) + $signed({{1{sum_2_3_q[9]}}, sum_2_3_q})) + $signed({10'd0, owed_2_2_q});
    owed_3_1_q <= owed_2_3_q;
    sum_3_2_q <= ($signed({{1{sum_2_4_q[9]}}, sum_2_4_q}) + $signed({{1{sum_2_5_q[9]}}, sum_2_5_q})) + $signed({10'd0, owed_2_4_q});
    owed_3_2_q <= owed_2_5_q;
    sum_3_3_q <= ($signed({{1{sum_2_6_q[9]}}, sum_2_6_q}) + $signed({{1{sum_2_7_q[9]}}, sum_2_7_q})) + $signed({10'd0, owed_2_6_q});
    owed_3_3_q <= owed_2_7_q;
    // level 4
    sum_4_0_q <= ($signed({{1{sum_3_0_q[10]}}, sum_3_0_q}) + $signed({{1{sum_3_1_q[10]}}, sum_3_1_q})) + $signed({11'd0, owed_3_0_q});
    owed_4_0_q <= owed_3_1_q;
    sum_4_1_q <= ($signed({{1{sum_3_2_q[10]}}, sum_3_2_q}) + $signed({{1{sum_3_3_q[10]}}, sum_3_3_q})) + $signed({11'd0, owed_3_2_q});
    owed_4_1_q <= owed_3_3_q;
    // level 5
    sum_5_0_q <= ($signed({{1{sum_4_0_q[11]}}, sum_4_0_q}) + $signed({{1{sum_4_1_q[11]}}, sum_4_1_q})) + $signed({12'd0, owed_4_0_q});
    owed_5_0_q <= owed_4_1_q;
  end
endmodule

// 32 lanes x 5 columns around one tile of weights.
module trine_tile (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Takes the tile of weights for the lane chunk of the next cycle.
  input  wire swap_i,
  // Lane chunk.
  input  wire [255:0] act_i,
  // Two-bit codes of a tile of weights, column by column.
  input  wire [319:0] tile_i,
  // The lane chunk of the cycle before.
  output wire [255:0] act_o,
  // Sums of all columns.
  output wire [64:0] sums_o,
  // Ones that the columns owe.
  output wire [4:0] owed_o
);
  wire [255:0] chunk_0_act_o;
  wire [255:0] chunk_1_act_o;
  reg [319:0] next_q;
  reg [319:0] tile_q;
  wire signed [12:0] column_0_sum_o;
  wire column_0_owed_o;
  wire signed [12:0] column_1_sum_o;
  wire column_1_owed_o;
  wire signed [12:0] column_2_sum_o;
  wire column_2_owed_o;
  wire signed [12:0] column_3_sum_o;
  wire column_3_owed_o;
  wire signed [12:0] column_4_sum_o;
  wire column_4_owed_o;
  assign act_o = chunk_1_act_o;
  assign sums_o = {column_4_sum_o, column_3_sum_o, column_2_sum_o, column_1_sum_o, column_0_sum_o};
  assign owed_o = {column_4_owed_o, column_3_owed_o, column_2_owed_o, column_1_owed_o, column_0_owed_o};

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

  trine_column column_0 (
    .clk_i(clk_i),
    .act_i(chunk_0_act_o),
    .code_i(tile_q[63:0]),
    .sum_o(column_0_sum_o),
    .owed_o(column_0_owed_o)
  );

  trine_column column_1 (
    .clk_i(clk_i),
    .act_i(chunk_0_act_o),
    .code_i(tile_q[127:64]),
    .sum_o(column_1_sum_o),
    .owed_o(column_1_owed_o)
  );

  trine_column column_2 (
    .clk_i(clk_i),
    .act_i(chunk_0_act_o),
    .code_i(tile_q[191:128]),
    .sum_o(column_2_sum_o),
    .owed_o(column_2_owed_o)
  );

  trine_column column_3 (
    .clk_i(clk_i),
    .act_i(chunk_0_act_o),
    .code_i(tile_q[255:192]),
    .sum_o(column_3_sum_o),
    .owed_o(column_3_owed_o)
  );

  trine_column column_4 (
    .clk_i(clk_i),
    .act_i(chunk_1_act_o),
    .code_i(tile_q[319:256]),
    .sum_o(column_4_sum_o),
    .owed_o(column_4_owed_o)
  );

  always @(posedge clk_i) begin
    if (swap_i) begin
      next_q <= tile_i;
    end
    tile_q <= next_q;
  end
endmodule

// 8 words of 100 bits, read in two cycles.
module trine_accumulators_ram (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Writes the word.
  input  wire write_i,
  // Address to write at.
  input  wire [2:0] write_at_i,
  // Word to write.
  input  wire [99:0] data_i,
  // Fetches a word.
  input  wire read_i,
  // Address to read at.
  input  wire [2:0] read_at_i,
  // Moves the fetched word to the output.
  input  wire next_i,
  // Clears the output instead.
  input  wire zero_i,
  // Word at the output.
  output wire [99:0] word_o
);
  (* ram_style = "block", no_rw_check *) reg [99:0] ram [0:7];
  reg [99:0] out_q;
  reg [99:0] word_q;
  assign word_o = out_q;

  always @(posedge clk_i) begin
    if (read_i) begin
      word_q <= ram[read_at_i];
    end
    if (write_i) begin
      ram[write_at_i] <= data_i;
    end
    if (zero_i) begin
      out_q <= 100'd0;
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
  input  wire [19:0] word_i,
  // Total of the issue before.
  input  wire [19:0] last_i,
  // Total of the issue before that.
  input  wire [19:0] before_i,
  // Sum of the column.
  input  wire signed [12:0] sum_i,
  // One that the column owes.
  input  wire owed_i,
  // Total with the sum.
  output wire signed [19:0] total_o
);
  wire signed [19:0] base;
  assign base = $signed(forward_i ? last_i : (word_i | before_i));
  assign total_o = (base + $signed({{7{sum_i[12]}}, sum_i})) + $signed({19'd0, owed_i});
endmodule

// 5 accumulators for each of 8 tokens.
module trine_accumulators (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Synchronous reset.
  input  wire rst_i,
  // Token whose total is read for the sum after the next.
  input  wire [2:0] read_token_i,
  // The sum of the next cycle is of the first chunk.
  input  wire next_first_i,
  // There is a sum in the next cycle.
  input  wire next_valid_i,
  // The token of the next sum is odd.
  input  wire next_odd_i,
  // The sum of the next cycle is of the last chunk.
  input  wire next_last_chunk_i,
  // Token of the sum.
  input  wire [2:0] token_i,
  // There is a sum.
  input  wire valid_i,
  // The job has one token.
  input  wire single_i,
  // The job has two tokens.
  input  wire pair_i,
  // Sums of all columns.
  input  wire [64:0] sums_i,
  // Ones that the columns owe.
  input  wire [4:0] owed_i,
  // Totals of all columns, one cycle after the sum.
  output wire [99:0] total_o
);
  reg [99:0] total_q;
  reg [99:0] before_q;
  wire [99:0] total;
  reg forward_q;
  wire zero;
  wire begins;
  reg clears_q;
  wire [99:0] words_word_o;
  wire signed [19:0] adder_0_total_o;
  wire signed [19:0] adder_1_total_o;
  wire signed [19:0] adder_2_total_o;
  wire signed [19:0] adder_3_total_o;
  wire signed [19:0] adder_4_total_o;
  assign zero = next_first_i | pair_i;
  assign begins = next_valid_i & (next_odd_i ? next_last_chunk_i : next_first_i);
  assign total = {$unsigned(adder_4_total_o), $unsigned(adder_3_total_o), $unsigned(adder_2_total_o), $unsigned(adder_1_total_o), $unsigned(adder_0_total_o)};
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
    .word_i(words_word_o[19:0]),
    .last_i(total_q[19:0]),
    .before_i(before_q[19:0]),
    .sum_i(sums_i[12:0]),
    .owed_i(owed_i[0]),
    .total_o(adder_0_total_o)
  );

  trine_accumulate adder_1 (
    .forward_i(forward_q),
    .word_i(words_word_o[39:20]),
    .last_i(total_q[39:20]),
    .before_i(before_q[39:20]),
    .sum_i(sums_i[25:13]),
    .owed_i(owed_i[1]),
    .total_o(adder_1_total_o)
  );

  trine_accumulate adder_2 (
    .forward_i(forward_q),
    .word_i(words_word_o[59:40]),
    .last_i(total_q[59:40]),
    .before_i(before_q[59:40]),
    .sum_i(sums_i[38:26]),
    .owed_i(owed_i[2]),
    .total_o(adder_2_total_o)
  );

  trine_accumulate adder_3 (
    .forward_i(forward_q),
    .word_i(words_word_o[79:60]),
    .last_i(total_q[79:60]),
    .before_i(before_q[79:60]),
    .sum_i(sums_i[51:39]),
    .owed_i(owed_i[3]),
    .total_o(adder_3_total_o)
  );

  trine_accumulate adder_4 (
    .forward_i(forward_q),
    .word_i(words_word_o[99:80]),
    .last_i(total_q[99:80]),
    .before_i(before_q[99:80]),
    .sum_i(sums_i[64:52]),
    .owed_i(owed_i[4]),
    .total_o(adder_4_total_o)
  );

  always @(posedge clk_i) begin
    forward_q <= single_i & ~next_first_i;
    clears_q <= (rst_i | ~pair_i) | begins;
    if (valid_i) begin
      total_q <= total;
    end
    if (clears_q) begin
      before_q <= 100'd0;
    end else begin
      if (valid_i) begin
        before_q <= total_q;
      end
    end
  end
endmodule

// 5 columns with their weights and sums.
module trine_group (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Synchronous reset.
  input  wire rst_i,
  // Two-bit codes of a beat, those that this group or one behind it uses.
  input  wire [319:0] codes_i,
  // The last beat of a tile is there, for the lane chunk of the next cycle.
  input  wire swap_i,
  // Lane chunk.
  input  wire [255:0] act_i,
  // Token of the sum after the next.
  input  wire [2:0] read_token_i,
  // The sum of the next cycle is of the first chunk.
  input  wire next_first_i,
  // There is a sum in the next cycle.
  input  wire next_valid_i,
  // The token of the next sum is odd.
  input  wire next_odd_i,
  // The sum of the next cycle is of the last chunk.
  input  wire next_last_chunk_i,
  // Token of the sum.
  input  wire [2:0] token_i,
  // There is a sum.
  input  wire valid_i,
  // The job has one token.
  input  wire single_i,
  // The job has two tokens.
  input  wire pair_i,
  // The lane chunk of the cycle before.
  output wire [255:0] act_o,
  // Totals of the columns, one cycle after the sum.
  output wire [99:0] total_o
);
  wire [319:0] last_codes;
  wire [255:0] tile_act_o;
  wire [64:0] tile_sums_o;
  wire [4:0] tile_owed_o;
  wire [99:0] sums_total_o;
  assign last_codes = codes_i;
  assign act_o = tile_act_o;
  assign total_o = sums_total_o;

  trine_tile tile (
    .clk_i(clk_i),
    .swap_i(swap_i),
    .act_i(act_i),
    .tile_i(last_codes),
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
endmodule

// 32 words of 102 bits, read in two cycles.
module trine_results_ram (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Writes the word.
  input  wire write_i,
  // Address to write at.
  input  wire [4:0] write_at_i,
  // Word to write.
  input  wire [101:0] data_i,
  // Fetches a word.
  input  wire read_i,
  // Address to read at.
  input  wire [4:0] read_at_i,
  // Moves the fetched word to the output.
  input  wire next_i,
  // Clears the output instead.
  input  wire zero_i,
  // Word at the output.
  output wire [101:0] word_o
);
  (* ram_style = "block", no_rw_check *) reg [101:0] ram [0:31];
  reg [101:0] out_q;
  reg [101:0] word_q;
  assign word_o = out_q;

  always @(posedge clk_i) begin
    if (read_i) begin
      word_q <= ram[read_at_i];
    end
    if (write_i) begin
      ram[write_at_i] <= data_i;
    end
    if (zero_i) begin
      out_q <= 102'd0;
    end else begin
      if (next_i) begin
        out_q <= word_q;
      end
    end
  end
endmodule

// First in, first out: 32 words of 102 bits.
module trine_results (
  // Clock; registers change at its rising edge.
  input  wire clk_i,
  // Empties the buffer.
  input  wire rst_i,
  // Stores a word, for which there is room; a bit for each part of it.
  input  wire push_i,
  // Word to store.
  input  wire [101:0] data_i,
  // Words in the order they came: the beat is taken.
  input  wire ready_i,
  // Words in the order they came: a beat is offered; it holds until it is taken.
  output wire valid_o,
  // Words in the order they came: the beat.
  output wire [101:0] data_o,
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
  wire [101:0] words_word_o;
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
    .data_i(data_i[101:0]),
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

// 32 x 5 datapath, 9 cycles from issue to result.
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
  input  wire [2:0] last_token_i,
  // Shape of the job: depth K.
  input  wire [11:0] depth_i,
  // Shape of the job: outputs N.
  input  wire [19:0] outputs_i,
  // Activations, one lane chunk of one token a beat: a beat is offered; it holds until it is taken.
  input  wire act_valid_i,
  // Activations, one lane chunk of one token a beat: the beat is the last one.
  input  wire act_last_i,
  // Activations, one lane chunk of one token a beat: the beat.
  input  wire [255:0] act_data_i,
  // Weights, part of a tile a beat: a beat is offered; it holds until it is taken.
  input  wire wgt_valid_i,
  // Weights, part of a tile a beat: the beat is the last one.
  input  wire wgt_last_i,
  // Weights, part of a tile a beat: the beat.
  input  wire [255:0] wgt_data_i,
  // Results, an int32 a column: the beat is taken.
  input  wire res_ready_i,
  // Activations, one lane chunk of one token a beat: the beat is taken.
  output wire act_ready_o,
  // Weights, part of a tile a beat: the beat is taken.
  output wire wgt_ready_o,
  // Results, an int32 a column: a beat is offered; it holds until it is taken.
  output wire res_valid_o,
  // Results, an int32 a column: the beat.
  output wire [159:0] res_data_o,
  // Results, an int32 a column: bytes of the beat that count.
  output wire [19:0] res_keep_o,
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
  wire [255:0] activations_word_o;
  wire activations_last_o;
  wire activations_valid_o;
  wire activations_valid_next_o;
  wire [319:0] weights_codes_o;
  wire weights_in_ready_o;
  wire weights_arrives_o;
  wire weights_last_o;
  wire weights_early_o;
  wire weights_illegal_o;
  wire pop;
  wire sequencer_issue_o;
  wire sequencer_rewind_o;
  wire sequencer_take_o;
  wire [2:0] sequencer_token_o;
  wire sequencer_first_chunk_o;
  wire sequencer_result_o;
  wire sequencer_last_pass_o;
  wire [2:0] sequencer_n_left_o;
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
  reg result_1_q;
  reg result_2_q;
  reg result_3_q;
  reg result_4_q;
  reg result_5_q;
  reg result_6_q;
  reg result_7_q;
  reg result_8_q;
  reg result_9_q;
  reg first_1_q;
  reg first_2_q;
  reg first_3_q;
  reg first_4_q;
  reg first_5_q;
  reg first_6_q;
  reg first_7_q;
  reg [2:0] token_1_q;
  reg [2:0] token_2_q;
  reg [2:0] token_3_q;
  reg [2:0] token_4_q;
  reg [2:0] token_5_q;
  reg [2:0] token_6_q;
  reg [2:0] token_7_q;
  reg [2:0] token_8_q;
  reg last_pass_1_q;
  reg last_pass_2_q;
  reg last_pass_3_q;
  reg last_pass_4_q;
  reg last_pass_5_q;
  reg last_pass_6_q;
  reg last_pass_7_q;
  reg last_pass_8_q;
  reg last_pass_9_q;
  reg pass_end_1_q;
  reg pass_end_2_q;
  reg pass_end_3_q;
  reg pass_end_4_q;
  reg pass_end_5_q;
  reg pass_end_6_q;
  reg pass_end_7_q;
  reg pass_end_8_q;
  reg pass_end_9_q;
  reg single_q;
  reg pair_q;
  wire [255:0] group_act_o;
  wire [99:0] group_total_o;
  wire job_end;
  wire [101:0] word;
  wire results_valid_o;
  wire [101:0] results_data_o;
  wire results_pop_o;
  wire tail;
  wire signed [31:0] result_0;
  wire signed [31:0] result_1;
  wire signed [31:0] result_2;
  wire signed [31:0] result_3;
  wire signed [31:0] result_4;
  reg [3:0] real_q;
  wire [19:0] keep;
  assign issue = sequencer_issue_o;
  assign take = sequencer_take_o;
  assign rewind = sequencer_rewind_o;
  assign job_end = pass_end_9_q & last_pass_9_q;
  assign word = {job_end, last_pass_9_q, group_total_o};
  assign pop = results_pop_o;
  assign tail = results_data_o[100];
  assign result_0 = $signed({{12{results_data_o[19]}}, $signed(results_data_o[19:0])});
  assign result_1 = $signed({{12{results_data_o[39]}}, $signed(results_data_o[39:20])});
  assign result_2 = $signed({{12{results_data_o[59]}}, $signed(results_data_o[59:40])});
  assign result_3 = $signed({{12{results_data_o[79]}}, $signed(results_data_o[79:60])});
  assign result_4 = $signed({{12{results_data_o[99]}}, $signed(results_data_o[99:80])});
  assign keep = {{4{~tail | real_q[3]}}, {4{~tail | real_q[2]}}, {4{~tail | real_q[1]}}, {4{~tail | real_q[0]}}, 4'd15};
  assign act_ready_o = activations_in_ready_o;
  assign wgt_ready_o = weights_in_ready_o;
  assign res_valid_o = results_valid_o;
  assign res_data_o = {$unsigned(result_4), $unsigned(result_3), $unsigned(result_2), $unsigned(result_1), $unsigned(result_0)};
  assign res_keep_o = keep;
  assign res_last_o = results_data_o[101];
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
    .swap_i(take_q),
    .act_i(activations_word_o),
    .read_token_i(token_6_q),
    .next_first_i(first_7_q),
    .next_valid_i(valid_7_q),
    .next_odd_i(token_7_q[0]),
    .next_last_chunk_i(result_7_q),
    .token_i(token_8_q),
    .valid_i(valid_8_q),
    .single_i(single_q),
    .pair_i(pair_q),
    .act_o(group_act_o),
    .total_o(group_total_o)
  );

  trine_results results (
    .clk_i(clk_i),
    .rst_i(clear_i),
    .push_i(result_9_q),
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
    first_1_q <= sequencer_first_chunk_o;
    first_2_q <= first_1_q;
    first_3_q <= first_2_q;
    first_4_q <= first_3_q;
    first_5_q <= first_4_q;
    first_6_q <= first_5_q;
    first_7_q <= first_6_q;
    token_1_q <= sequencer_token_o;
    token_2_q <= token_1_q;
    token_3_q <= token_2_q;
    token_4_q <= token_3_q;
    token_5_q <= token_4_q;
    token_6_q <= token_5_q;
    token_7_q <= token_6_q;
    token_8_q <= token_7_q;
    last_pass_1_q <= sequencer_last_pass_o;
    last_pass_2_q <= last_pass_1_q;
    last_pass_3_q <= last_pass_2_q;
    last_pass_4_q <= last_pass_3_q;
    last_pass_5_q <= last_pass_4_q;
    last_pass_6_q <= last_pass_5_q;
    last_pass_7_q <= last_pass_6_q;
    last_pass_8_q <= last_pass_7_q;
    last_pass_9_q <= last_pass_8_q;
    pass_end_1_q <= rewind;
    pass_end_2_q <= pass_end_1_q;
    pass_end_3_q <= pass_end_2_q;
    pass_end_4_q <= pass_end_3_q;
    pass_end_5_q <= pass_end_4_q;
    pass_end_6_q <= pass_end_5_q;
    pass_end_7_q <= pass_end_6_q;
    pass_end_8_q <= pass_end_7_q;
    pass_end_9_q <= pass_end_8_q;
    single_q <= last_token_i == 3'd0;
    pair_q <= last_token_i == 3'd1;
    real_q <= {3'd4 < sequencer_n_left_o, 3'd3 < sequencer_n_left_o, 3'd2 < sequencer_n_left_o, 3'd1 < sequencer_n_left_o};
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
  output wire [2:0] last_token_o,
  // Shape of the job: depth K.
  output wire [11:0] depth_o,
  // Shape of the job: outputs N.
  output wire [19:0] outputs_o
);
  reg busy_q;
  reg [3:0] code_q;
  reg [2:0] last_token_q;
  reg [11:0] depth_q;
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
    beyond_q <= {(|depth_i[10:0]) & (&depth_i[11]), |depth_i[18:12], (|tokens_i[2:0]) & (&tokens_i[3]), |tokens_i[12:4]};
    some_q <= {|depth_i[11:0], |tokens_i[3:0]};
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
      last_token_q <= tokens_i[2:0] - 3'd1;
      depth_q <= depth_i[11:0];
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
// 32 lanes x 5 columns, base3 weights on 256 bits a beat.
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
  input  wire [255:0] s_axis_act_tdata,
  // Activations: bytes of the beat that count.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_act TKEEP" *)
  input  wire [31:0] s_axis_act_tkeep,
  // Activations: the beat is the last one.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_act TLAST" *)
  input  wire s_axis_act_tlast,
  // Activations: a beat is offered; it holds until it is taken.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_act TVALID" *)
  input  wire s_axis_act_tvalid,
  // Weights: the beat.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_wgt TDATA" *)
  input  wire [255:0] s_axis_wgt_tdata,
  // Weights: bytes of the beat that count.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_wgt TKEEP" *)
  input  wire [31:0] s_axis_wgt_tkeep,
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
  output wire [159:0] m_axis_res_tdata,
  // Results: bytes of the beat that count.
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 m_axis_res TKEEP" *)
  output wire [19:0] m_axis_res_tkeep,
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
  wire [2:0] last_token;
  wire [11:0] depth;
  wire [19:0] outputs;
  wire core_act_ready_o;
  wire core_wgt_ready_o;
  wire core_res_valid_o;
  wire [159:0] core_res_data_o;
  wire [19:0] core_res_keep_o;
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
  wire [2:0] job_last_token_o;
  wire [11:0] job_depth_o;
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
