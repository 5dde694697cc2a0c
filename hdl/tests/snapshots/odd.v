// Register file on AXI4-Lite.
module trine_registers (
  input  wire clk_i,
  input  wire rst_i,
  input  wire [11:0] awaddr_i,
  input  wire awvalid_i,
  input  wire [31:0] wdata_i,
  input  wire [3:0] wstrb_i,
  input  wire wvalid_i,
  input  wire bready_i,
  input  wire [11:0] araddr_i,
  input  wire arvalid_i,
  input  wire rready_i,
  input  wire status_busy_i,
  output wire ctrl_start_o,
  output wire ctrl_abort_o,
  output wire ctrl_soft_reset_o,
  output wire ctrl_act_last_o,
  output wire ctrl_wgt_last_o,
  input  wire status_done_set_i,
  output wire status_done_o,
  input  wire status_error_set_i,
  output wire status_error_o,
  input  wire [3:0] err_code_code_i,
  output wire irq_en_done_o,
  output wire irq_en_error_o,
  input  wire irq_stat_done_set_i,
  output wire irq_stat_done_o,
  input  wire irq_stat_error_set_i,
  output wire irq_stat_error_o,
  output wire [12:0] tokens_m_o,
  output wire [18:0] depth_k_o,
  output wire [19:0] outputs_n_o,
  output wire [31:0] watchdog_cycles_o,
  output wire [31:0] job_tag_tag_o,
  input  wire [31:0] done_tag_tag_i,
  output wire perf_ctrl_clear_o,
  output wire perf_ctrl_snapshot_o,
  input  wire [31:0] cycles_lo_value_i,
  input  wire [15:0] cycles_hi_value_i,
  input  wire [31:0] active_lo_value_i,
  input  wire [15:0] active_hi_value_i,
  input  wire [31:0] stall_act_lo_value_i,
  input  wire [15:0] stall_act_hi_value_i,
  input  wire [31:0] stall_wgt_lo_value_i,
  input  wire [15:0] stall_wgt_hi_value_i,
  input  wire [31:0] stall_out_lo_value_i,
  input  wire [15:0] stall_out_hi_value_i,
  input  wire [31:0] act_beats_value_i,
  input  wire [31:0] wgt_beats_value_i,
  input  wire [31:0] res_beats_value_i,
  input  wire [31:0] jobs_value_i,
  output wire [31:0] scratch_value_o,
  output wire awready_o,
  output wire wready_o,
  output wire bvalid_o,
  output wire [1:0] bresp_o,
  output wire arready_o,
  output wire rvalid_o,
  output wire [1:0] rresp_o,
  output wire [31:0] rdata_o
);
  reg bvalid_q;
  reg [1:0] bresp_q;
  reg rvalid_q;
  reg [1:0] rresp_q;
  reg [31:0] rdata_q;
  wire write;
  wire read;
  wire [9:0] write_word;
  wire [9:0] read_word;
  wire refused;
  wire allowed;
  wire commit;
  reg soft_reset_q;
  wire reset;
  wire id_hit;
  wire version_hit;
  wire caps0_hit;
  wire caps1_hit;
  wire ctrl_hit;
  reg ctrl_start_q;
  reg ctrl_abort_q;
  reg ctrl_act_last_q;
  reg ctrl_wgt_last_q;
  wire status_hit;
  reg status_done_q;
  reg status_error_q;
  wire err_code_hit;
  wire irq_en_hit;
  reg irq_en_done_q;
  reg irq_en_error_q;
  wire irq_stat_hit;
  reg irq_stat_done_q;
  reg irq_stat_error_q;
  wire tokens_hit;
  reg [12:0] tokens_m_q;
  wire depth_hit;
  reg [18:0] depth_k_q;
  wire outputs_hit;
  reg [19:0] outputs_n_q;
  wire caps2_hit;
  wire watchdog_hit;
  reg [31:0] watchdog_cycles_q;
  wire job_tag_hit;
  reg [31:0] job_tag_tag_q;
  wire done_tag_hit;
  wire perf_ctrl_hit;
  reg perf_ctrl_clear_q;
  reg perf_ctrl_snapshot_q;
  wire cycles_lo_hit;
  wire cycles_hi_hit;
  wire active_lo_hit;
  wire active_hi_hit;
  wire stall_act_lo_hit;
  wire stall_act_hi_hit;
  wire stall_wgt_lo_hit;
  wire stall_wgt_hi_hit;
  wire stall_out_lo_hit;
  wire stall_out_hi_hit;
  wire act_beats_hit;
  wire wgt_beats_hit;
  wire res_beats_hit;
  wire jobs_hit;
  wire scratch_hit;
  reg [31:0] scratch_value_q;
  wire [31:0] known;
  wire denied;
  assign write = (awvalid_i & wvalid_i) & ~bvalid_q;
  assign read = arvalid_i & ~rvalid_q;
  assign write_word = awaddr_i[11:2];
  assign read_word = araddr_i[11:2];
  assign refused = (status_busy_i & wdata_i[0]) & (write_word == 10'd4);
  assign allowed = (&wstrb_i) & ~refused;
  assign commit = write & allowed;
  assign reset = rst_i | soft_reset_q;
  assign id_hit = write_word == 10'd0;
  assign version_hit = write_word == 10'd1;
  assign caps0_hit = write_word == 10'd2;
  assign caps1_hit = write_word == 10'd3;
  assign ctrl_hit = write_word == 10'd4;
  assign ctrl_start_o = ctrl_start_q;
  assign ctrl_abort_o = ctrl_abort_q;
  assign ctrl_soft_reset_o = soft_reset_q;
  assign ctrl_act_last_o = ctrl_act_last_q;
  assign ctrl_wgt_last_o = ctrl_wgt_last_q;
  assign status_hit = write_word == 10'd5;
  assign status_done_o = status_done_q;
  assign status_error_o = status_error_q;
  assign err_code_hit = write_word == 10'd6;
  assign irq_en_hit = write_word == 10'd7;
  assign irq_en_done_o = irq_en_done_q;
  assign irq_en_error_o = irq_en_error_q;
  assign irq_stat_hit = write_word == 10'd8;
  assign irq_stat_done_o = irq_stat_done_q;
  assign irq_stat_error_o = irq_stat_error_q;
  assign tokens_hit = write_word == 10'd9;
  assign tokens_m_o = tokens_m_q;
  assign depth_hit = write_word == 10'd10;
  assign depth_k_o = depth_k_q;
  assign outputs_hit = write_word == 10'd11;
  assign outputs_n_o = outputs_n_q;
  assign caps2_hit = write_word == 10'd12;
  assign watchdog_hit = write_word == 10'd13;
  assign watchdog_cycles_o = watchdog_cycles_q;
  assign job_tag_hit = write_word == 10'd14;
  assign job_tag_tag_o = job_tag_tag_q;
  assign done_tag_hit = write_word == 10'd15;
  assign perf_ctrl_hit = write_word == 10'd16;
  assign perf_ctrl_clear_o = perf_ctrl_clear_q;
  assign perf_ctrl_snapshot_o = perf_ctrl_snapshot_q;
  assign cycles_lo_hit = write_word == 10'd17;
  assign cycles_hi_hit = write_word == 10'd18;
  assign active_lo_hit = write_word == 10'd19;
  assign active_hi_hit = write_word == 10'd20;
  assign stall_act_lo_hit = write_word == 10'd21;
  assign stall_act_hi_hit = write_word == 10'd22;
  assign stall_wgt_lo_hit = write_word == 10'd23;
  assign stall_wgt_hi_hit = write_word == 10'd24;
  assign stall_out_lo_hit = write_word == 10'd25;
  assign stall_out_hi_hit = write_word == 10'd26;
  assign act_beats_hit = write_word == 10'd27;
  assign wgt_beats_hit = write_word == 10'd28;
  assign res_beats_hit = write_word == 10'd29;
  assign jobs_hit = write_word == 10'd30;
  assign scratch_hit = write_word == 10'd31;
  assign scratch_value_o = scratch_value_q;
  assign known = {scratch_hit, jobs_hit, res_beats_hit, wgt_beats_hit, act_beats_hit, stall_out_hi_hit, stall_out_lo_hit, stall_wgt_hi_hit, stall_wgt_lo_hit, stall_act_hi_hit, stall_act_lo_hit, active_hi_hit, active_lo_hit, cycles_hi_hit, cycles_lo_hit, perf_ctrl_hit, done_tag_hit, job_tag_hit, watchdog_hit, caps2_hit, outputs_hit, depth_hit, tokens_hit, irq_stat_hit, irq_en_hit, err_code_hit, status_hit, ctrl_hit, caps1_hit, caps0_hit, version_hit, id_hit};
  assign denied = ~((|known) & allowed);
  assign awready_o = write;
  assign wready_o = write;
  assign bvalid_o = bvalid_q;
  assign bresp_o = bresp_q;
  assign arready_o = read;
  assign rvalid_o = rvalid_q;
  assign rresp_o = rresp_q;
  assign rdata_o = rdata_q;

  wire unused_ok = &{1'b0, awaddr_i[1:0], araddr_i[1:0]};

  always @(posedge clk_i) begin
    ctrl_start_q <= (wdata_i[0] & (commit & ctrl_hit)) & ~reset;
    ctrl_abort_q <= (wdata_i[1] & (commit & ctrl_hit)) & ~reset;
    soft_reset_q <= (wdata_i[2] & (commit & ctrl_hit)) & ~reset;
    ctrl_act_last_q <= (wdata_i[3] & (commit & ctrl_hit)) & ~reset;
    ctrl_wgt_last_q <= (wdata_i[4] & (commit & ctrl_hit)) & ~reset;
    if (reset) begin
      status_done_q <= 1'd0;
    end else begin
      status_done_q <= status_done_set_i | (status_done_q & ~(wdata_i[1] & (commit & status_hit)));
    end
    if (reset) begin
      status_error_q <= 1'd0;
    end else begin
      status_error_q <= status_error_set_i | (status_error_q & ~(wdata_i[2] & (commit & status_hit)));
    end
    if (reset) begin
      irq_en_done_q <= 1'd0;
    end else begin
      if (commit & irq_en_hit) begin
        irq_en_done_q <= wdata_i[0];
      end
    end
    if (reset) begin
      irq_en_error_q <= 1'd0;
    end else begin
      if (commit & irq_en_hit) begin
        irq_en_error_q <= wdata_i[1];
      end
    end
    if (reset) begin
      irq_stat_done_q <= 1'd0;
    end else begin
      irq_stat_done_q <= irq_stat_done_set_i | (irq_stat_done_q & ~(wdata_i[0] & (commit & irq_stat_hit)));
    end
    if (reset) begin
      irq_stat_error_q <= 1'd0;
    end else begin
      irq_stat_error_q <= irq_stat_error_set_i | (irq_stat_error_q & ~(wdata_i[1] & (commit & irq_stat_hit)));
    end
    if (reset) begin
      tokens_m_q <= 13'd0;
    end else begin
      if (commit & tokens_hit) begin
        tokens_m_q <= wdata_i[12:0];
      end
    end
    if (reset) begin
      depth_k_q <= 19'd0;
    end else begin
      if (commit & depth_hit) begin
        depth_k_q <= wdata_i[18:0];
      end
    end
    if (reset) begin
      outputs_n_q <= 20'd0;
    end else begin
      if (commit & outputs_hit) begin
        outputs_n_q <= wdata_i[19:0];
      end
    end
    if (reset) begin
      watchdog_cycles_q <= 32'd0;
    end else begin
      if (commit & watchdog_hit) begin
        watchdog_cycles_q <= wdata_i[31:0];
      end
    end
    if (reset) begin
      job_tag_tag_q <= 32'd0;
    end else begin
      if (commit & job_tag_hit) begin
        job_tag_tag_q <= wdata_i[31:0];
      end
    end
    perf_ctrl_clear_q <= (wdata_i[0] & (commit & perf_ctrl_hit)) & ~reset;
    perf_ctrl_snapshot_q <= (wdata_i[1] & (commit & perf_ctrl_hit)) & ~reset;
    if (reset) begin
      scratch_value_q <= 32'd0;
    end else begin
      if (commit & scratch_hit) begin
        scratch_value_q <= wdata_i[31:0];
      end
    end
    if (write) begin
      bresp_q <= denied ? 2'd2 : 2'd0;
    end
    if (read) begin
      case (read_word)
        10'd0: begin
          rdata_q <= 32'd1414678862;
          rresp_q <= 2'd0;
        end
        10'd1: begin
          rdata_q <= 32'd131072;
          rresp_q <= 2'd0;
        end
        10'd2: begin
          rdata_q <= 32'd21103110;
          rresp_q <= 2'd0;
        end
        10'd3: begin
          rdata_q <= 32'd2621540;
          rresp_q <= 2'd0;
        end
        10'd4: begin
          rdata_q <= {27'd0, 1'd0, 1'd0, 1'd0, 1'd0, 1'd0};
          rresp_q <= 2'd0;
        end
        10'd5: begin
          rdata_q <= {29'd0, status_error_q, status_done_q, status_busy_i};
          rresp_q <= 2'd0;
        end
        10'd6: begin
          rdata_q <= {28'd0, err_code_code_i};
          rresp_q <= 2'd0;
        end
        10'd7: begin
          rdata_q <= {30'd0, irq_en_error_q, irq_en_done_q};
          rresp_q <= 2'd0;
        end
        10'd8: begin
          rdata_q <= {30'd0, irq_stat_error_q, irq_stat_done_q};
          rresp_q <= 2'd0;
        end
        10'd9: begin
          rdata_q <= {19'd0, tokens_m_q};
          rresp_q <= 2'd0;
        end
        10'd10: begin
          rdata_q <= {13'd0, depth_k_q};
          rresp_q <= 2'd0;
        end
        10'd11: begin
          rdata_q <= {12'd0, outputs_n_q};
          rresp_q <= 2'd0;
        end
        10'd12: begin
          rdata_q <= 32'd2;
          rresp_q <= 2'd0;
        end
        10'd13: begin
          rdata_q <= watchdog_cycles_q;
          rresp_q <= 2'd0;
        end
        10'd14: begin
          rdata_q <= job_tag_tag_q;
          rresp_q <= 2'd0;
        end
        10'd15: begin
          rdata_q <= done_tag_tag_i;
          rresp_q <= 2'd0;
        end
        10'd16: begin
          rdata_q <= {30'd0, 1'd0, 1'd0};
          rresp_q <= 2'd0;
        end
        10'd17: begin
          rdata_q <= cycles_lo_value_i;
          rresp_q <= 2'd0;
        end
        10'd18: begin
          rdata_q <= {16'd0, cycles_hi_value_i};
          rresp_q <= 2'd0;
        end
        10'd19: begin
          rdata_q <= active_lo_value_i;
          rresp_q <= 2'd0;
        end
        10'd20: begin
          rdata_q <= {16'd0, active_hi_value_i};
          rresp_q <= 2'd0;
        end
        10'd21: begin
          rdata_q <= stall_act_lo_value_i;
          rresp_q <= 2'd0;
        end
        10'd22: begin
          rdata_q <= {16'd0, stall_act_hi_value_i};
          rresp_q <= 2'd0;
        end
        10'd23: begin
          rdata_q <= stall_wgt_lo_value_i;
          rresp_q <= 2'd0;
        end
        10'd24: begin
          rdata_q <= {16'd0, stall_wgt_hi_value_i};
          rresp_q <= 2'd0;
        end
        10'd25: begin
          rdata_q <= stall_out_lo_value_i;
          rresp_q <= 2'd0;
        end
        10'd26: begin
          rdata_q <= {16'd0, stall_out_hi_value_i};
          rresp_q <= 2'd0;
        end
        10'd27: begin
          rdata_q <= act_beats_value_i;
          rresp_q <= 2'd0;
        end
        10'd28: begin
          rdata_q <= wgt_beats_value_i;
          rresp_q <= 2'd0;
        end
        10'd29: begin
          rdata_q <= res_beats_value_i;
          rresp_q <= 2'd0;
        end
        10'd30: begin
          rdata_q <= jobs_value_i;
          rresp_q <= 2'd0;
        end
        10'd31: begin
          rdata_q <= scratch_value_q;
          rresp_q <= 2'd0;
        end
        default: begin
          rdata_q <= 32'd0;
          rresp_q <= 2'd2;
        end
      endcase
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

// Stores up to 75 words of 56 bits and replays them.
module trine_activations (
  input  wire clk_i,
  input  wire rst_i,
  input  wire open_i,
  input  wire in_valid_i,
  input  wire in_last_i,
  input  wire [55:0] in_data_i,
  input  wire take_i,
  input  wire rewind_i,
  output wire in_ready_o,
  output wire [55:0] word_o,
  output wire last_o,
  output wire valid_o
);
  (* ram_style = "block", no_rw_check *) reg [56:0] ram [0:74];
  reg [7:0] write_q;
  reg [7:0] read_q;
  reg [7:0] next_q;
  reg closed_q;
  reg [56:0] word_q;
  reg valid_q;
  wire full;
  wire ready;
  wire store;
  wire [6:0] write_at;
  wire [6:0] read_at;
  wire stays;
  wire moves;
  assign full = write_q == 8'd75;
  assign ready = open_i & ~(closed_q | full);
  assign store = ready & in_valid_i;
  assign write_at = write_q[6:0];
  assign read_at = read_q[6:0];
  assign stays = read_q < write_q;
  assign moves = rewind_i ? (|write_q) : (next_q < write_q);
  assign in_ready_o = ready;
  assign word_o = word_q[55:0];
  assign last_o = word_q[56];
  assign valid_o = valid_q;

  always @(posedge clk_i) begin
    if (store) begin
      ram[write_at] <= {in_last_i, in_data_i};
    end
    word_q <= ram[read_at];
    if (take_i) begin
      read_q <= rewind_i ? 8'd0 : next_q;
      next_q <= rewind_i ? 8'd1 : (next_q + 8'd1);
    end
    if (store) begin
      write_q <= write_q + 8'd1;
      closed_q <= in_last_i;
    end
    valid_q <= take_i ? moves : stays;
    if (rst_i) begin
      write_q <= 8'd0;
      read_q <= 8'd0;
      next_q <= 8'd1;
      closed_q <= 1'd0;
      valid_q <= 1'd0;
    end
  end
endmodule

// Gathers 3 beats of 16 bits into a tile of 21 trits.
module trine_weight_loader (
  input  wire clk_i,
  input  wire rst_i,
  input  wire open_i,
  input  wire in_valid_i,
  input  wire in_last_i,
  input  wire [15:0] in_data_i,
  input  wire take_i,
  output wire [41:0] tile_o,
  output wire in_ready_o,
  output wire valid_o,
  output wire last_o,
  output wire early_o,
  output wire illegal_o
);
  reg [15:0] beat_q;
  reg full_q;
  reg last_q;
  reg closed_q;
  reg [2:0] place_q;
  reg moved_q;
  reg illegal_q;
  wire complete;
  wire leave;
  wire ready;
  wire enter;
  wire [7:0] illegal;
  reg [15:0] code_q;
  reg [1:0] code_place_q;
  reg [15:0] held_0_q;
  reg [15:0] held_1_q;
  assign complete = place_q[2];
  assign leave = full_q & (take_i | ~complete);
  assign ready = (open_i & (leave | ~full_q)) & ~closed_q;
  assign enter = ready & in_valid_i;
  assign illegal = {beat_q[15] & ~beat_q[14], beat_q[13] & ~beat_q[12], beat_q[11] & ~beat_q[10], beat_q[9] & ~beat_q[8], beat_q[7] & ~beat_q[6], beat_q[5] & ~beat_q[4], beat_q[3] & ~beat_q[2], beat_q[1] & ~beat_q[0]};
  assign tile_o = {code_q[9:0], held_1_q, held_0_q};
  assign in_ready_o = ready;
  assign valid_o = full_q & complete;
  assign last_o = last_q;
  assign early_o = (full_q & last_q) & ~complete;
  assign illegal_o = moved_q & illegal_q;

  wire unused_ok = &{1'b0, code_q[15:10]};

  always @(posedge clk_i) begin
    if (enter) begin
      beat_q <= in_data_i;
      last_q <= in_last_i;
      closed_q <= in_last_i;
    end
    full_q <= enter | (full_q & ~leave);
    moved_q <= leave;
    if (leave) begin
      place_q <= {place_q[1:0], place_q[2]};
    end
    if (rst_i) begin
      full_q <= 1'd0;
      closed_q <= 1'd0;
      moved_q <= 1'd0;
      place_q <= 3'd1;
    end
    code_q <= beat_q;
    illegal_q <= |illegal;
    code_place_q <= place_q[1:0];
    if (moved_q & code_place_q[0]) begin
      held_0_q <= code_q;
    end
    if (moved_q & code_place_q[1]) begin
      held_1_q <= code_q;
    end
  end
endmodule

// Walks the passes, tiles and tokens of a job.
module trine_sequencer (
  input  wire clk_i,
  input  wire rst_i,
  input  wire start_i,
  input  wire [2:0] last_token_i,
  input  wire [6:0] depth_i,
  input  wire [19:0] outputs_i,
  input  wire act_valid_i,
  input  wire act_last_i,
  input  wire tile_valid_i,
  input  wire tile_last_i,
  input  wire pop_i,
  output wire issue_o,
  output wire rewind_o,
  output wire take_o,
  output wire [2:0] token_o,
  output wire first_chunk_o,
  output wire result_o,
  output wire last_pass_o,
  output wire job_end_o,
  output wire [19:0] n_left_o,
  output wire stall_act_o,
  output wire stall_wgt_o,
  output wire stall_out_o,
  output wire act_early_o,
  output wire act_late_o,
  output wire wgt_early_o,
  output wire wgt_late_o
);
  reg run_q;
  reg single_q;
  reg [2:0] before_last_q;
  reg [2:0] token_q;
  reg first_q;
  reg last_q;
  reg [6:0] k_after_q;
  reg [19:0] n_left_q;
  reg [19:0] n_after_q;
  reg first_chunk_q;
  reg last_chunk_q;
  reg one_chunk_q;
  reg last_pass_q;
  reg [6:0] k_second_q;
  reg [4:0] room_q;
  reg has_room_q;
  wire pass_end;
  wire job_end;
  wire last_tile;
  wire has_tile;
  wire issue;
  wire take;
  wire result;
  wire [4:0] room_next;
  reg issue_q;
  reg pass_end_q;
  assign pass_end = last_q & last_chunk_q;
  assign job_end = pass_end & last_pass_q;
  assign last_tile = last_chunk_q & last_pass_q;
  assign has_tile = tile_valid_i | ~first_q;
  assign issue = ((run_q & act_valid_i) & has_tile) & (has_room_q | ~last_chunk_q);
  assign take = issue & first_q;
  assign result = issue & last_chunk_q;
  assign room_next = (result & ~pop_i) ? (room_q - 5'd1) : ((pop_i & ~result) ? (room_q + 5'd1) : room_q);
  assign issue_o = issue;
  assign rewind_o = pass_end;
  assign take_o = take;
  assign token_o = token_q;
  assign first_chunk_o = first_chunk_q;
  assign result_o = result;
  assign last_pass_o = last_pass_q;
  assign job_end_o = job_end;
  assign n_left_o = n_left_q;

  // why nothing is issued, in this order of precedence
  assign stall_act_o = run_q & ~act_valid_i;
  assign stall_wgt_o = (run_q & act_valid_i) & ~has_tile;
  assign stall_out_o = (((run_q & act_valid_i) & has_tile) & last_chunk_q) & ~has_room_q;

  // stream marks out of place; a lane chunk and its mark follow one cycle after the issue
  assign act_early_o = (issue_q & act_last_i) & ~pass_end_q;
  assign act_late_o = (issue_q & ~act_last_i) & pass_end_q;
  assign wgt_early_o = (take & tile_last_i) & ~last_tile;
  assign wgt_late_o = (take & ~tile_last_i) & last_tile;

  always @(posedge clk_i) begin
    room_q <= room_next;
    has_room_q <= |room_next;
    if (issue) begin
      token_q <= last_q ? 3'd0 : (token_q + 3'd1);
      first_q <= last_q;
      last_q <= last_q ? single_q : (token_q == before_last_q);
      if (last_q) begin
        first_chunk_q <= last_chunk_q;
        if (last_chunk_q) begin
          last_chunk_q <= one_chunk_q;
          k_after_q <= k_second_q;
        end else begin
          last_chunk_q <= ~(7'd7 < k_after_q);
          k_after_q <= k_after_q - 7'd7;
        end
      end
      if (pass_end & ~last_pass_q) begin
        n_left_q <= n_after_q;
        n_after_q <= n_after_q - 20'd3;
        last_pass_q <= ~(20'd3 < n_after_q);
      end
      if (job_end) begin
        run_q <= 1'd0;
      end
    end
    if (start_i) begin
      run_q <= 1'd1;
      token_q <= 3'd0;
      first_q <= 1'd1;
      last_q <= last_token_i == 3'd0;
      single_q <= last_token_i == 3'd0;
      before_last_q <= last_token_i - 3'd1;
      first_chunk_q <= 1'd1;
      last_chunk_q <= ~(7'd7 < depth_i);
      one_chunk_q <= ~(7'd7 < depth_i);
      k_after_q <= depth_i - 7'd7;
      k_second_q <= depth_i - 7'd7;
      n_left_q <= outputs_i;
      n_after_q <= outputs_i - 20'd3;
      last_pass_q <= ~(20'd3 < outputs_i);
    end
    if (rst_i) begin
      run_q <= 1'd0;
      room_q <= 5'd16;
      has_room_q <= 1'd1;
    end
    issue_q <= issue & ~rst_i;
    pass_end_q <= pass_end;
  end
endmodule

// Ternary dot product of 7 lanes, 3 cycles.
module trine_column (
  input  wire clk_i,
  input  wire [55:0] act_i,
  input  wire [13:0] code_i,
  output wire signed [10:0] sum_o,
  output wire owed_o
);
  wire signed [7:0] lane_0;
  wire signed [7:0] lane_1;
  wire signed [7:0] lane_2;
  wire signed [7:0] lane_3;
  wire signed [7:0] lane_4;
  wire signed [7:0] lane_5;
  wire signed [7:0] lane_6;
  reg signed [8:0] sum_1_0_q;
  reg owed_1_0_q;
  reg signed [8:0] sum_1_1_q;
  reg owed_1_1_q;
  reg signed [8:0] sum_1_2_q;
  reg owed_1_2_q;
  reg signed [7:0] sum_1_3_q;
  reg owed_1_3_q;
  reg signed [9:0] sum_2_0_q;
  reg owed_2_0_q;
  reg signed [9:0] sum_2_1_q;
  reg owed_2_1_q;
  reg signed [10:0] sum_3_0_q;
  reg owed_3_0_q;

  // select 0, x or ~x (= -x - 1)
  assign lane_0 = $signed((act_i[7:0] ^ {8{code_i[1]}}) & {8{code_i[0]}});
  assign lane_1 = $signed((act_i[15:8] ^ {8{code_i[3]}}) & {8{code_i[2]}});
  assign lane_2 = $signed((act_i[23:16] ^ {8{code_i[5]}}) & {8{code_i[4]}});
  assign lane_3 = $signed((act_i[31:24] ^ {8{code_i[7]}}) & {8{code_i[6]}});
  assign lane_4 = $signed((act_i[39:32] ^ {8{code_i[9]}}) & {8{code_i[8]}});
  assign lane_5 = $signed((act_i[47:40] ^ {8{code_i[11]}}) & {8{code_i[10]}});
  assign lane_6 = $signed((act_i[55:48] ^ {8{code_i[13]}}) & {8{code_i[12]}});
  assign sum_o = sum_3_0_q;
  assign owed_o = owed_3_0_q;

  always @(posedge clk_i) begin
    // level 1
    sum_1_0_q <= ($signed({{1{lane_0[7]}}, lane_0}) + $signed({{1{lane_1[7]}}, lane_1})) + $signed({8'd0, code_i[1]});
    owed_1_0_q <= code_i[3];
    sum_1_1_q <= ($signed({{1{lane_2[7]}}, lane_2}) + $signed({{1{lane_3[7]}}, lane_3})) + $signed({8'd0, code_i[5]});
    owed_1_1_q <= code_i[7];
    sum_1_2_q <= ($signed({{1{lane_4[7]}}, lane_4}) + $signed({{1{lane_5[7]}}, lane_5})) + $signed({8'd0, code_i[9]});
    owed_1_2_q <= code_i[11];
    sum_1_3_q <= lane_6;
    owed_1_3_q <= code_i[13];
    // level 2
    sum_2_0_q <= ($signed({{1{sum_1_0_q[8]}}, sum_1_0_q}) + $signed({{1{sum_1_1_q[8]}}, sum_1_1_q})) + $signed({9'd0, owed_1_0_q});
    owed_2_0_q <= owed_1_1_q;
    sum_2_1_q <= ($signed({{1{sum_1_2_q[8]}}, sum_1_2_q}) + $signed({{2{sum_1_3_q[7]}}, sum_1_3_q})) + $signed({9'd0, owed_1_2_q});
    owed_2_1_q <= owed_1_3_q;
    // level 3
    sum_3_0_q <= ($signed({{1{sum_2_0_q[9]}}, sum_2_0_q}) + $signed({{1{sum_2_1_q[9]}}, sum_2_1_q})) + $signed({10'd0, owed_2_0_q});
    owed_3_0_q <= owed_2_1_q;
  end
endmodule

// 7 lanes x 3 columns around one tile of weights.
module trine_tile (
  input  wire clk_i,
  input  wire swap_i,
  input  wire [55:0] act_i,
  input  wire [41:0] tile_i,
  output wire [32:0] sums_o,
  output wire [2:0] owed_o
);
  reg [55:0] act_q;
  reg [41:0] tile_q;
  wire signed [10:0] column_0_sum_o;
  wire column_0_owed_o;
  wire signed [10:0] column_1_sum_o;
  wire column_1_owed_o;
  wire signed [10:0] column_2_sum_o;
  wire column_2_owed_o;
  assign sums_o = {column_2_sum_o, column_1_sum_o, column_0_sum_o};
  assign owed_o = {column_2_owed_o, column_1_owed_o, column_0_owed_o};

  trine_column column_0 (
    .clk_i(clk_i),
    .act_i(act_q),
    .code_i(tile_q[13:0]),
    .sum_o(column_0_sum_o),
    .owed_o(column_0_owed_o)
  );

  trine_column column_1 (
    .clk_i(clk_i),
    .act_i(act_q),
    .code_i(tile_q[27:14]),
    .sum_o(column_1_sum_o),
    .owed_o(column_1_owed_o)
  );

  trine_column column_2 (
    .clk_i(clk_i),
    .act_i(act_q),
    .code_i(tile_q[41:28]),
    .sum_o(column_2_sum_o),
    .owed_o(column_2_owed_o)
  );

  always @(posedge clk_i) begin
    act_q <= act_i;
    if (swap_i) begin
      tile_q <= tile_i;
    end
  end
endmodule

// Adds one sum to one accumulator.
module trine_accumulate (
  input  wire first_i,
  input  wire single_i,
  input  wire signed [15:0] word_i,
  input  wire signed [15:0] last_i,
  input  wire signed [10:0] sum_i,
  input  wire owed_i,
  output wire signed [15:0] total_o
);
  wire signed [15:0] base;
  assign base = first_i ? 16'sd0 : (single_i ? last_i : word_i);
  assign total_o = (base + $signed({{5{sum_i[10]}}, sum_i})) + $signed({15'd0, owed_i});
endmodule

// 3 accumulators for each of 5 tokens.
module trine_accumulators (
  input  wire clk_i,
  input  wire [2:0] read_token_i,
  input  wire [2:0] token_i,
  input  wire valid_i,
  input  wire first_i,
  input  wire single_i,
  input  wire [32:0] sums_i,
  input  wire [2:0] owed_i,
  output wire [47:0] total_o
);
  (* ram_style = "block", no_rw_check *) reg [47:0] ram [0:4];
  reg [47:0] word_q;
  reg [47:0] total_q;
  wire signed [15:0] adder_0_total_o;
  wire signed [15:0] adder_1_total_o;
  wire signed [15:0] adder_2_total_o;
  wire [47:0] total;
  assign total = {$unsigned(adder_2_total_o), $unsigned(adder_1_total_o), $unsigned(adder_0_total_o)};
  assign total_o = total_q;

  trine_accumulate adder_0 (
    .first_i(first_i),
    .single_i(single_i),
    .word_i(word_q[15:0]),
    .last_i(total_q[15:0]),
    .sum_i(sums_i[10:0]),
    .owed_i(owed_i[0]),
    .total_o(adder_0_total_o)
  );

  trine_accumulate adder_1 (
    .first_i(first_i),
    .single_i(single_i),
    .word_i(word_q[31:16]),
    .last_i(total_q[31:16]),
    .sum_i(sums_i[21:11]),
    .owed_i(owed_i[1]),
    .total_o(adder_1_total_o)
  );

  trine_accumulate adder_2 (
    .first_i(first_i),
    .single_i(single_i),
    .word_i(word_q[47:32]),
    .last_i(total_q[47:32]),
    .sum_i(sums_i[32:22]),
    .owed_i(owed_i[2]),
    .total_o(adder_2_total_o)
  );

  always @(posedge clk_i) begin
    word_q <= ram[read_token_i];
    if (valid_i) begin
      total_q <= total;
      ram[token_i] <= total;
    end
  end
endmodule

// First in, first out: 16 words of 50 bits.
module trine_results (
  input  wire clk_i,
  input  wire rst_i,
  input  wire push_i,
  input  wire [49:0] data_i,
  input  wire ready_i,
  output wire valid_o,
  output wire [49:0] data_o,
  output wire pop_o
);
  (* ram_style = "block", no_rw_check *) reg [49:0] ram [0:15];
  reg [4:0] write_q;
  reg [4:0] read_q;
  reg [49:0] word_q;
  reg word_valid_q;
  reg [49:0] out_q;
  reg out_valid_q;
  wire out_free;
  wire word_free;
  wire stored;
  wire fetch;
  wire [3:0] write_at;
  wire [3:0] read_at;
  assign out_free = ready_i | ~out_valid_q;
  assign word_free = out_free | ~word_valid_q;
  assign stored = ~(write_q == read_q);
  assign fetch = stored & word_free;
  assign write_at = write_q[3:0];
  assign read_at = read_q[3:0];
  assign valid_o = out_valid_q;
  assign data_o = out_q;
  assign pop_o = out_valid_q & ready_i;

  always @(posedge clk_i) begin
    if (push_i) begin
      ram[write_at] <= data_i;
    end
    if (fetch) begin
      word_q <= ram[read_at];
    end
    if (out_free) begin
      out_q <= word_q;
    end
    if (rst_i) begin
      write_q <= 5'd0;
      read_q <= 5'd0;
      word_valid_q <= 1'd0;
      out_valid_q <= 1'd0;
    end else begin
      if (push_i) begin
        write_q <= write_q + 5'd1;
      end
      if (fetch) begin
        read_q <= read_q + 5'd1;
      end
      word_valid_q <= word_free ? stored : word_valid_q;
      out_valid_q <= out_free ? word_valid_q : out_valid_q;
    end
  end
endmodule

// 7 x 3 datapath, 6 cycles from issue to result.
module trine_core (
  input  wire clk_i,
  input  wire clear_i,
  input  wire start_i,
  input  wire busy_i,
  input  wire [2:0] last_token_i,
  input  wire [6:0] depth_i,
  input  wire [19:0] outputs_i,
  input  wire act_valid_i,
  input  wire act_last_i,
  input  wire [55:0] act_data_i,
  input  wire wgt_valid_i,
  input  wire wgt_last_i,
  input  wire [15:0] wgt_data_i,
  input  wire res_ready_i,
  output wire act_ready_o,
  output wire wgt_ready_o,
  output wire res_valid_o,
  output wire [95:0] res_data_o,
  output wire [11:0] res_keep_o,
  output wire res_last_o,
  output wire active_o,
  output wire stall_act_o,
  output wire stall_wgt_o,
  output wire stall_out_o,
  output wire act_early_o,
  output wire act_late_o,
  output wire wgt_late_o,
  output wire wgt_early_o,
  output wire illegal_o
);
  wire issue;
  wire rewind;
  wire take;
  wire activations_in_ready_o;
  wire [55:0] activations_word_o;
  wire activations_last_o;
  wire activations_valid_o;
  wire [41:0] weights_tile_o;
  wire weights_in_ready_o;
  wire weights_valid_o;
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
  wire sequencer_job_end_o;
  wire [19:0] sequencer_n_left_o;
  wire sequencer_stall_act_o;
  wire sequencer_stall_wgt_o;
  wire sequencer_stall_out_o;
  wire sequencer_act_early_o;
  wire sequencer_act_late_o;
  wire sequencer_wgt_early_o;
  wire sequencer_wgt_late_o;
  reg take_q;
  wire [32:0] tile_sums_o;
  wire [2:0] tile_owed_o;
  reg valid_1_q;
  reg valid_2_q;
  reg valid_3_q;
  reg valid_4_q;
  reg valid_5_q;
  reg result_1_q;
  reg result_2_q;
  reg result_3_q;
  reg result_4_q;
  reg result_5_q;
  reg result_6_q;
  reg first_1_q;
  reg first_2_q;
  reg first_3_q;
  reg first_4_q;
  reg first_5_q;
  reg [2:0] token_1_q;
  reg [2:0] token_2_q;
  reg [2:0] token_3_q;
  reg [2:0] token_4_q;
  reg [2:0] token_5_q;
  reg last_pass_1_q;
  reg last_pass_2_q;
  reg last_pass_3_q;
  reg last_pass_4_q;
  reg last_pass_5_q;
  reg last_pass_6_q;
  reg job_end_1_q;
  reg job_end_2_q;
  reg job_end_3_q;
  reg job_end_4_q;
  reg job_end_5_q;
  reg job_end_6_q;
  wire single;
  wire [47:0] sums_total_o;
  wire [49:0] word;
  wire results_valid_o;
  wire [49:0] results_data_o;
  wire results_pop_o;
  wire tail;
  wire [1:0] left;
  wire signed [31:0] result_0;
  wire signed [31:0] result_1;
  wire signed [31:0] result_2;
  wire [11:0] keep;
  assign issue = sequencer_issue_o;
  assign rewind = sequencer_rewind_o;
  assign take = sequencer_take_o;
  assign single = last_token_i == 3'd0;
  assign word = {job_end_6_q, last_pass_6_q, sums_total_o};
  assign pop = results_pop_o;
  assign tail = results_data_o[48];
  assign left = sequencer_n_left_o[1:0];
  assign result_0 = $signed({{16{results_data_o[15]}}, $signed(results_data_o[15:0])});
  assign result_1 = $signed({{16{results_data_o[31]}}, $signed(results_data_o[31:16])});
  assign result_2 = $signed({{16{results_data_o[47]}}, $signed(results_data_o[47:32])});
  assign keep = {{4{~tail | (2'd2 < left)}}, {4{~tail | (2'd1 < left)}}, {4{~tail | (2'd0 < left)}}};
  assign act_ready_o = activations_in_ready_o;
  assign wgt_ready_o = weights_in_ready_o;
  assign res_valid_o = results_valid_o;
  assign res_data_o = {$unsigned(result_2), $unsigned(result_1), $unsigned(result_0)};
  assign res_keep_o = keep;
  assign res_last_o = results_data_o[49];
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
    .open_i(busy_i),
    .in_valid_i(act_valid_i),
    .in_last_i(act_last_i),
    .in_data_i(act_data_i),
    .take_i(issue),
    .rewind_i(rewind),
    .in_ready_o(activations_in_ready_o),
    .word_o(activations_word_o),
    .last_o(activations_last_o),
    .valid_o(activations_valid_o)
  );

  trine_weight_loader weights (
    .clk_i(clk_i),
    .rst_i(clear_i),
    .open_i(busy_i),
    .in_valid_i(wgt_valid_i),
    .in_last_i(wgt_last_i),
    .in_data_i(wgt_data_i),
    .take_i(take),
    .tile_o(weights_tile_o),
    .in_ready_o(weights_in_ready_o),
    .valid_o(weights_valid_o),
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
    .act_last_i(activations_last_o),
    .tile_valid_i(weights_valid_o),
    .tile_last_i(weights_last_o),
    .pop_i(pop),
    .issue_o(sequencer_issue_o),
    .rewind_o(sequencer_rewind_o),
    .take_o(sequencer_take_o),
    .token_o(sequencer_token_o),
    .first_chunk_o(sequencer_first_chunk_o),
    .result_o(sequencer_result_o),
    .last_pass_o(sequencer_last_pass_o),
    .job_end_o(sequencer_job_end_o),
    .n_left_o(sequencer_n_left_o),
    .stall_act_o(sequencer_stall_act_o),
    .stall_wgt_o(sequencer_stall_wgt_o),
    .stall_out_o(sequencer_stall_out_o),
    .act_early_o(sequencer_act_early_o),
    .act_late_o(sequencer_act_late_o),
    .wgt_early_o(sequencer_wgt_early_o),
    .wgt_late_o(sequencer_wgt_late_o)
  );

  trine_tile tile (
    .clk_i(clk_i),
    .swap_i(take_q),
    .act_i(activations_word_o),
    .tile_i(weights_tile_o),
    .sums_o(tile_sums_o),
    .owed_o(tile_owed_o)
  );

  trine_accumulators sums (
    .clk_i(clk_i),
    .read_token_i(token_4_q),
    .token_i(token_5_q),
    .valid_i(valid_5_q),
    .first_i(first_5_q),
    .single_i(single),
    .sums_i(tile_sums_o),
    .owed_i(tile_owed_o),
    .total_o(sums_total_o)
  );

  trine_results results (
    .clk_i(clk_i),
    .rst_i(clear_i),
    .push_i(result_6_q),
    .data_i(word),
    .ready_i(res_ready_i),
    .valid_o(results_valid_o),
    .data_o(results_data_o),
    .pop_o(results_pop_o)
  );

  wire unused_ok = &{1'b0, sequencer_n_left_o[19:2]};

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
    first_1_q <= sequencer_first_chunk_o;
    first_2_q <= first_1_q;
    first_3_q <= first_2_q;
    first_4_q <= first_3_q;
    first_5_q <= first_4_q;
    token_1_q <= sequencer_token_o;
    token_2_q <= token_1_q;
    token_3_q <= token_2_q;
    token_4_q <= token_3_q;
    token_5_q <= token_4_q;
    last_pass_1_q <= sequencer_last_pass_o;
    last_pass_2_q <= last_pass_1_q;
    last_pass_3_q <= last_pass_2_q;
    last_pass_4_q <= last_pass_3_q;
    last_pass_5_q <= last_pass_4_q;
    last_pass_6_q <= last_pass_5_q;
    job_end_1_q <= sequencer_job_end_o;
    job_end_2_q <= job_end_1_q;
    job_end_3_q <= job_end_2_q;
    job_end_4_q <= job_end_3_q;
    job_end_5_q <= job_end_4_q;
    job_end_6_q <= job_end_5_q;
  end
endmodule

// Starts, watches and ends jobs.
module trine_job (
  input  wire clk_i,
  input  wire rst_i,
  input  wire start_i,
  input  wire abort_i,
  input  wire [12:0] tokens_i,
  input  wire [18:0] depth_i,
  input  wire [19:0] outputs_i,
  input  wire [31:0] tag_i,
  input  wire [31:0] watchdog_i,
  input  wire moved_i,
  input  wire res_done_i,
  input  wire act_early_i,
  input  wire act_late_i,
  input  wire wgt_early_i,
  input  wire wgt_late_i,
  input  wire illegal_i,
  output wire start_o,
  output wire clear_o,
  output wire busy_o,
  output wire done_o,
  output wire error_o,
  output wire [3:0] code_o,
  output wire [31:0] done_tag_o,
  output wire [2:0] last_token_o,
  output wire [6:0] depth_o,
  output wire [19:0] outputs_o
);
  reg busy_q;
  reg [3:0] code_q;
  reg [2:0] last_token_q;
  reg [6:0] depth_q;
  reg [19:0] outputs_q;
  reg [31:0] tag_q;
  reg [31:0] done_tag_q;
  reg [31:0] idle_q;
  wire shape;
  wire accept;
  wire refuse;
  wire expired;
  wire fault;
  wire [3:0] reason;
  wire finish;
  wire [12:0] last_token;
  reg start_q;
  assign shape = (((|tokens_i) & ~(13'd5 < tokens_i)) & ((|depth_i) & ~(19'd100 < depth_i))) & (|outputs_i);
  assign accept = start_i & shape;
  assign refuse = start_i & ~shape;
  assign expired = (|watchdog_i) & (idle_q == watchdog_i);
  assign fault = busy_q & (act_early_i | (act_late_i | (wgt_early_i | (wgt_late_i | (illegal_i | expired)))));
  assign reason = act_early_i ? 4'd2 : (act_late_i ? 4'd3 : (wgt_early_i ? 4'd4 : (wgt_late_i ? 4'd5 : (illegal_i ? 4'd6 : 4'd7))));
  assign finish = busy_q & res_done_i;
  assign last_token = tokens_i - 13'd1;
  assign start_o = start_q;
  assign clear_o = ((rst_i | accept) | fault) | abort_i;
  assign busy_o = busy_q;
  assign done_o = finish;
  assign error_o = fault | refuse;
  assign code_o = code_q;
  assign done_tag_o = done_tag_q;
  assign last_token_o = last_token_q;
  assign depth_o = depth_q;
  assign outputs_o = outputs_q;

  wire unused_ok = &{1'b0, last_token[12:3]};

  always @(posedge clk_i) begin
    idle_q <= (moved_i | ~busy_q) ? 32'd0 : (idle_q + 32'd1);
    if (finish) begin
      busy_q <= 1'd0;
      done_tag_q <= tag_q;
    end
    if (fault) begin
      busy_q <= 1'd0;
      code_q <= reason;
    end
    if (abort_i) begin
      busy_q <= 1'd0;
    end
    if (accept) begin
      busy_q <= 1'd1;
      code_q <= 4'd0;
      tag_q <= tag_i;
      last_token_q <= last_token[2:0];
      depth_q <= depth_i[6:0];
      outputs_q <= outputs_i;
    end
    if (refuse) begin
      code_q <= 4'd1;
    end
    if (rst_i) begin
      busy_q <= 1'd0;
      code_q <= 4'd0;
      done_tag_q <= 32'd0;
    end
    if (rst_i) begin
      start_q <= 1'd0;
    end else begin
      start_q <= accept;
    end
  end
endmodule

// Event counters with a snapshot.
module trine_counters (
  input  wire clk_i,
  input  wire rst_i,
  input  wire clear_i,
  input  wire snapshot_i,
  input  wire cycles_i,
  output wire [47:0] cycles_o,
  input  wire active_i,
  output wire [47:0] active_o,
  input  wire stall_act_i,
  output wire [47:0] stall_act_o,
  input  wire stall_wgt_i,
  output wire [47:0] stall_wgt_o,
  input  wire stall_out_i,
  output wire [47:0] stall_out_o,
  input  wire act_beats_i,
  output wire [31:0] act_beats_o,
  input  wire wgt_beats_i,
  output wire [31:0] wgt_beats_o,
  input  wire res_beats_i,
  output wire [31:0] res_beats_o,
  input  wire jobs_i,
  output wire [31:0] jobs_o
);
  reg [47:0] cycles_q;
  reg [47:0] cycles_copy_q;
  reg [47:0] active_q;
  reg [47:0] active_copy_q;
  reg [47:0] stall_act_q;
  reg [47:0] stall_act_copy_q;
  reg [47:0] stall_wgt_q;
  reg [47:0] stall_wgt_copy_q;
  reg [47:0] stall_out_q;
  reg [47:0] stall_out_copy_q;
  reg [31:0] act_beats_q;
  reg [31:0] act_beats_copy_q;
  reg [31:0] wgt_beats_q;
  reg [31:0] wgt_beats_copy_q;
  reg [31:0] res_beats_q;
  reg [31:0] res_beats_copy_q;
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
    if (rst_i | clear_i) begin
      cycles_q <= 48'd0;
    end else begin
      if (cycles_i) begin
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
    if (rst_i | clear_i) begin
      active_q <= 48'd0;
    end else begin
      if (active_i) begin
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
    if (rst_i | clear_i) begin
      stall_act_q <= 48'd0;
    end else begin
      if (stall_act_i) begin
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
    if (rst_i | clear_i) begin
      stall_wgt_q <= 48'd0;
    end else begin
      if (stall_wgt_i) begin
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
    if (rst_i | clear_i) begin
      stall_out_q <= 48'd0;
    end else begin
      if (stall_out_i) begin
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
    if (rst_i | clear_i) begin
      act_beats_q <= 32'd0;
    end else begin
      if (act_beats_i) begin
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
    if (rst_i | clear_i) begin
      wgt_beats_q <= 32'd0;
    end else begin
      if (wgt_beats_i) begin
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
    if (rst_i | clear_i) begin
      res_beats_q <= 32'd0;
    end else begin
      if (res_beats_i) begin
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
    if (rst_i | clear_i) begin
      jobs_q <= 32'd0;
    end else begin
      if (jobs_i) begin
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
// 7 lanes x 3 columns, two-bit weights on 16 bits a beat.
module trine (
  (* X_INTERFACE_INFO = "xilinx.com:signal:clock:1.0 aclk CLK", X_INTERFACE_PARAMETER = "ASSOCIATED_BUSIF s_axil:s_axis_act:s_axis_wgt:m_axis_res, ASSOCIATED_RESET aresetn" *)
  input  wire aclk,
  (* X_INTERFACE_INFO = "xilinx.com:signal:reset:1.0 aresetn RST", X_INTERFACE_PARAMETER = "POLARITY ACTIVE_LOW" *)
  input  wire aresetn,
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil AWADDR", X_INTERFACE_PARAMETER = "PROTOCOL AXI4LITE" *)
  input  wire [11:0] s_axil_awaddr,
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil AWPROT" *)
  input  wire [2:0] s_axil_awprot,
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil AWVALID" *)
  input  wire s_axil_awvalid,
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil WDATA" *)
  input  wire [31:0] s_axil_wdata,
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil WSTRB" *)
  input  wire [3:0] s_axil_wstrb,
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil WVALID" *)
  input  wire s_axil_wvalid,
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil BREADY" *)
  input  wire s_axil_bready,
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil ARADDR" *)
  input  wire [11:0] s_axil_araddr,
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil ARPROT" *)
  input  wire [2:0] s_axil_arprot,
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil ARVALID" *)
  input  wire s_axil_arvalid,
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil RREADY" *)
  input  wire s_axil_rready,
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_act TDATA" *)
  input  wire [55:0] s_axis_act_tdata,
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_act TKEEP" *)
  input  wire [6:0] s_axis_act_tkeep,
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_act TLAST" *)
  input  wire s_axis_act_tlast,
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_act TVALID" *)
  input  wire s_axis_act_tvalid,
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_wgt TDATA" *)
  input  wire [15:0] s_axis_wgt_tdata,
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_wgt TKEEP" *)
  input  wire [1:0] s_axis_wgt_tkeep,
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_wgt TLAST" *)
  input  wire s_axis_wgt_tlast,
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_wgt TVALID" *)
  input  wire s_axis_wgt_tvalid,
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 m_axis_res TREADY" *)
  input  wire m_axis_res_tready,
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil AWREADY" *)
  output wire s_axil_awready,
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil WREADY" *)
  output wire s_axil_wready,
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil BRESP" *)
  output wire [1:0] s_axil_bresp,
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil BVALID" *)
  output wire s_axil_bvalid,
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil ARREADY" *)
  output wire s_axil_arready,
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil RDATA" *)
  output wire [31:0] s_axil_rdata,
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil RRESP" *)
  output wire [1:0] s_axil_rresp,
  (* X_INTERFACE_INFO = "xilinx.com:interface:aximm:1.0 s_axil RVALID" *)
  output wire s_axil_rvalid,
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_act TREADY" *)
  output wire s_axis_act_tready,
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 s_axis_wgt TREADY" *)
  output wire s_axis_wgt_tready,
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 m_axis_res TDATA" *)
  output wire [95:0] m_axis_res_tdata,
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 m_axis_res TKEEP" *)
  output wire [11:0] m_axis_res_tkeep,
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 m_axis_res TLAST" *)
  output wire m_axis_res_tlast,
  (* X_INTERFACE_INFO = "xilinx.com:interface:axis:1.0 m_axis_res TVALID" *)
  output wire m_axis_res_tvalid,
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
  wire [6:0] depth;
  wire [19:0] outputs;
  wire core_act_ready_o;
  wire core_wgt_ready_o;
  wire core_res_valid_o;
  wire [95:0] core_res_data_o;
  wire [11:0] core_res_keep_o;
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
  wire moved;
  wire res_done;
  wire job_start_o;
  wire job_clear_o;
  wire job_busy_o;
  wire job_done_o;
  wire job_error_o;
  wire [3:0] job_code_o;
  wire [31:0] job_done_tag_o;
  wire [2:0] job_last_token_o;
  wire [6:0] job_depth_o;
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
  assign moved = (act_moved | wgt_moved) | res_moved;
  assign res_done = res_moved & core_res_last_o;
  assign busy = job_busy_o;
  assign clear = job_clear_o;
  assign start = job_start_o;
  assign last_token = job_last_token_o;
  assign depth = job_depth_o;
  assign outputs = job_outputs_o;
  assign status_busy = busy;
  assign status_done_set = job_done_o;
  assign status_error_set = job_error_o;
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
    .busy_i(busy),
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
