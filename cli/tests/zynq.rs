//! `synth/zynq/trine_zynq.v` around a generated unit: it fits its ports, and what the unit refuses is answered with OKAY.

use std::path::Path;
use std::process::Command;

use crate::common::{finish, trine, workplace};

/// Reads ID, an address without a register, and writes there; prints each answer, and that of the unit inside.
const BENCH: &str = r#"
module bench;
  reg clk = 0, resetn = 0, arvalid = 0, awvalid = 0;
  reg [11:0] address = 0;
  wire arready, rvalid, awready, wready, bvalid;
  wire [31:0] rdata;
  wire [1:0] rresp, bresp;
  always #1 clk = !clk;
  trine_zynq #(.WEIGHT_BITS(64)) dut (
    .aclk(clk), .aresetn(resetn),
    .s_axil_awaddr(address), .s_axil_awprot(3'b0), .s_axil_awvalid(awvalid), .s_axil_awready(awready),
    .s_axil_wdata(32'd1), .s_axil_wstrb(4'hF), .s_axil_wvalid(awvalid), .s_axil_wready(wready),
    .s_axil_bresp(bresp), .s_axil_bvalid(bvalid), .s_axil_bready(1'b1),
    .s_axil_araddr(address), .s_axil_arprot(3'b0), .s_axil_arvalid(arvalid), .s_axil_arready(arready),
    .s_axil_rdata(rdata), .s_axil_rresp(rresp), .s_axil_rvalid(rvalid), .s_axil_rready(1'b1),
    .m_axi_wgt0_arready(1'b1), .m_axi_wgt0_rdata(64'b0), .m_axi_wgt0_rresp(2'b0), .m_axi_wgt0_rlast(1'b0),
    .m_axi_wgt0_rvalid(1'b0)
  );
  task read(input [11:0] from);
    begin
      @(negedge clk) address = from; arvalid = 1;
      while (!arready) @(negedge clk);
      @(negedge clk) arvalid = 0;
      while (!rvalid) @(negedge clk);
      $display("read %h: %h, answer %0d, inside %0d", from, rdata, rresp, dut.unit.s_axil_rresp);
    end
  endtask
  initial begin
    repeat (4) @(negedge clk);
    resetn = 1;
    repeat (4) @(negedge clk);
    read(12'h000);
    read(12'h3FC);
    @(negedge clk) awvalid = 1;
    while (!(awready && wready)) @(negedge clk);
    @(negedge clk) awvalid = 0;
    while (!bvalid) @(negedge clk);
    $display("write: answer %0d, inside %0d", bresp, dut.unit.s_axil_bresp);
    $finish;
  end
endmodule
"#;

#[test]
fn the_processor_sees_no_error_of_the_unit() {
    let folder = workplace();
    let generate = "generate --lanes 40 --columns 4 --weight-bus 64 --max-depth 32 --windows --weights memory --burst-beats 16 -o rtl";
    assert_eq!(trine(folder.path(), generate).code, Some(0));
    let wrapper = Path::new(env!("CARGO_MANIFEST_DIR")).join("../synth/zynq/trine_zynq.v");
    std::fs::write(folder.path().join("rtl/bench.v"), BENCH).unwrap();
    let run = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).arg(if program == "iverilog" { &*wrapper } else { Path::new("bench.vvp") });
        command.current_dir(folder.path().join("rtl"));
        finish(command)
    };
    let made = run("iverilog", &["-g2005", "-Wall", "-s", "bench", "-o", "bench.vvp", "-f", "trine.f", "bench.v"]);
    assert_eq!(made.code, Some(0), "{made:?}; install iverilog");
    // A port of another width, or one that is missing, is a warning.
    let odd: Vec<&str> = made.stderr.lines().filter(|line| line.contains("port")).collect();
    assert!(odd.iter().all(|line| line.contains("bench.v")), "{odd:#?}");
    let ran = run("vvp", &["-n"]);
    assert_eq!(
        ran.stdout.lines().take(3).collect::<Vec<_>>(),
        [
            "read 000: 5452494e, answer 0, inside 0",
            "read 3fc: 00000000, answer 0, inside 2",
            "write: answer 0, inside 2",
        ],
        "{ran:?}"
    );
}
