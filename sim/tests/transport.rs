//! The simulated device behind the driver's transport, with a toy accelerator that adds weights to activations.

use trine_driver::{Exchange, Transport, TransportError};
use trine_sim::{BuildOptions, Error, SimOptions, SimTransport, Stalls};

/// One result beat for each pair of an activation and a weight beat. Register 0 counts result beats.
const ADDER: &str = "module adder(
    input aclk,
    input aresetn,
    input [11:0] s_axil_awaddr,
    input [2:0] s_axil_awprot,
    input s_axil_awvalid,
    output s_axil_awready,
    input [31:0] s_axil_wdata,
    input [3:0] s_axil_wstrb,
    input s_axil_wvalid,
    output s_axil_wready,
    output [1:0] s_axil_bresp,
    output reg s_axil_bvalid,
    input s_axil_bready,
    input [11:0] s_axil_araddr,
    input [2:0] s_axil_arprot,
    input s_axil_arvalid,
    output s_axil_arready,
    output reg [31:0] s_axil_rdata,
    output [1:0] s_axil_rresp,
    output reg s_axil_rvalid,
    input s_axil_rready,
    input [63:0] s_axis_act_tdata,
    input [7:0] s_axis_act_tkeep,
    input s_axis_act_tlast,
    input s_axis_act_tvalid,
    output s_axis_act_tready,
    input [63:0] s_axis_wgt_tdata,
    input [7:0] s_axis_wgt_tkeep,
    input s_axis_wgt_tlast,
    input s_axis_wgt_tvalid,
    output s_axis_wgt_tready,
    output [63:0] m_axis_res_tdata,
    output [7:0] m_axis_res_tkeep,
    output m_axis_res_tlast,
    output m_axis_res_tvalid,
    input m_axis_res_tready,
    output irq
);
    reg full, last;
    reg [63:0] sum;
    reg [31:0] count;
    wire both = s_axis_act_tvalid && s_axis_wgt_tvalid && (!full || m_axis_res_tready);
    assign {s_axis_act_tready, s_axis_wgt_tready} = {both, both};
    assign {m_axis_res_tdata, m_axis_res_tlast, m_axis_res_tvalid} = {sum, last, full};
    assign m_axis_res_tkeep = last ? 8'h0f : 8'hff;
    assign irq = 0;
    assign s_axil_awready = s_axil_wvalid && !s_axil_bvalid;
    assign s_axil_wready = s_axil_awvalid && !s_axil_bvalid;
    assign s_axil_arready = !s_axil_rvalid;
    assign s_axil_bresp = 0;
    assign s_axil_rresp = 0;
    always @(posedge aclk) begin
        if (m_axis_res_tready) full <= 0;
        if (both) begin
            sum[31:0] <= s_axis_act_tdata[31:0] + s_axis_wgt_tdata[31:0];
            sum[63:32] <= s_axis_act_tdata[63:32] + s_axis_wgt_tdata[63:32];
            last <= s_axis_act_tlast && s_axis_wgt_tlast;
            full <= 1;
        end
        if (m_axis_res_tvalid && m_axis_res_tready) count <= count + 1;
        if (s_axil_bready) s_axil_bvalid <= 0;
        if (s_axil_awready && s_axil_awvalid) begin
            s_axil_bvalid <= 1;
            count <= s_axil_wdata;
        end
        if (s_axil_rready) s_axil_rvalid <= 0;
        if (s_axil_arready && s_axil_arvalid) {s_axil_rvalid, s_axil_rdata} <= {1'b1, count};
        if (!aresetn) {full, count, s_axil_bvalid, s_axil_rvalid} <= 0;
    end
endmodule
";

fn device(from: &str, to: &str, options: &SimOptions) -> Result<SimTransport, Error> {
    assert!(ADDER.contains(from), "the fault applies");
    let verilog = crate::common::verilog("aclk", &ADDER.replace(from, to));
    let build = BuildOptions { trace: options.waveform.is_some(), ..BuildOptions::default() };
    SimTransport::new(&trine_sim::build(&verilog, &build)?, options)
}

fn stalling(seed: u64) -> SimOptions {
    SimOptions { stalls: Stalls::new(0.4, seed).unwrap(), idle_limit: 300, ..SimOptions::default() }
}

/// One job of 20 beats; returns the results.
fn job(device: &mut SimTransport) -> Result<Vec<i32>, TransportError> {
    let values = |factor: i32| (0..40).flat_map(|index: i32| (index * factor).to_le_bytes()).collect::<Vec<u8>>();
    let mut results = vec![0x77; 160];
    device.exchange(Exchange { activations: &values(1000), weights: &values(-1), results: &mut results })?;
    Ok(results.chunks(4).map(|value| i32::from_le_bytes(value.try_into().unwrap())).collect())
}

fn complaint(from: &str, to: &str) -> String {
    job(&mut device(from, to, &stalling(1)).unwrap()).unwrap_err().to_string()
}

#[test]
fn jobs_and_registers_work_under_stalls() {
    for seed in 0..20 {
        let mut device = device("", "", &stalling(seed)).unwrap();
        for round in 1..=2 {
            let results = job(&mut device).unwrap();
            let expected: Vec<i32> = (0..40).map(|index| index * 999).collect();
            assert_eq!(results[..39], expected[..39], "seed {seed}");
            assert_eq!(results[39], 0x7777_7777, "the last beat keeps only its first value");
            assert_eq!(device.result_cycles().len(), 20);
            assert!(device.result_cycles().is_sorted_by(|a, b| a < b));
            assert_eq!(device.read(0).unwrap(), 20 * round);
        }
        device.write(0, 5).unwrap();
        assert_eq!(device.read(0).unwrap(), 5);
        device.reset().unwrap();
        assert_eq!(device.read(0).unwrap(), 0);
    }
}

#[test]
fn streams_may_be_empty() {
    let mut device = device("", "", &stalling(1)).unwrap();
    device.exchange(Exchange { activations: &[], weights: &[], results: &mut [] }).unwrap();
    assert!(device.result_cycles().is_empty());
}

#[test]
fn a_stalled_job_reports_what_moved() {
    let error = job(&mut device("full <= 1;", "full <= count < 7;", &stalling(1)).unwrap()).unwrap_err();
    let TransportError::Timeout { activations, weights, results, limit } = error else { panic!("{error}") };
    assert_eq!((activations, weights, limit), (20, 20, 300));
    assert!((7..20).contains(&results), "{results}");
}

#[test]
fn wrong_tlast_and_tkeep_are_found() {
    assert_eq!(
        complaint("last <= s_axis_act_tlast && s_axis_wgt_tlast", "last <= 0"),
        "result beat 19: tlast is missing"
    );
    assert_eq!(
        complaint("last <= s_axis_act_tlast && s_axis_wgt_tlast", "last <= count == 4"),
        "result beat 4: tlast came early"
    );
    for keep in ["8'h00", "8'h07", "8'hf0", "8'h8f"] {
        let message = complaint("last ? 8'h0f : 8'hff", &format!("last ? {keep} : 8'hff"));
        assert_eq!(message, "result beat 19: tkeep does not mark whole values from column 0 on");
    }
}

#[test]
fn a_broken_stream_rule_is_a_framing_error() {
    let message = complaint("if (m_axis_res_tready) full <= 0;", "full <= 0;");
    assert!(message.contains("valid was dropped before ready in cycle"), "{message}");
}

#[test]
fn a_silent_register_port_is_an_error() {
    let mut device = device("if (s_axil_arready && s_axil_arvalid)", "if (0)", &stalling(1)).unwrap();
    let message = device.read(0x10).unwrap_err().to_string();
    assert!(message.starts_with("s_axil, read of register 0x10, cycle "), "{message}");
    assert!(message.ends_with(": no answer"), "{message}");
}

#[test]
fn a_valid_in_reset_is_found() {
    let error = device("{full, count,", "{full, count} <= {1'b1, 32'd0}; if (!aresetn) {", &stalling(1)).unwrap_err();
    let message = error.to_string();
    assert_eq!(message, "adder: m_axis_res_tvalid is high in reset, after 16 cycles");
}

#[test]
fn a_design_with_other_ports_is_an_error() {
    let error = device("s_axis_wgt_t", "s_axis_weights_t", &SimOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "adder has no such port s_axis_wgt_tdata");
}

#[test]
fn errors_name_the_waveform() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("job.fst");
    let options = SimOptions { waveform: Some(file.clone()), ..stalling(1) };
    let error = job(&mut device("last <= s_axis_act_tlast && s_axis_wgt_tlast", "last <= 0", &options).unwrap());
    let expected = format!("result beat 19: tlast is missing, waveform {}", file.display());
    assert_eq!(error.unwrap_err().to_string(), expected);
    assert!(file.metadata().unwrap().len() > 0);
}
