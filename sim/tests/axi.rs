//! The AXI4-Lite master against a register file, good and broken.

use trine_sim::{AxiLite, Dut, Error, Stalls};

/// Sixteen registers; every fault of the tests below is an edit of this text.
const REGISTERS: &str = "module registers(
    input clk,
    input reset,
    input [5:0] s_axil_awaddr,
    input s_axil_awvalid,
    output s_axil_awready,
    input [31:0] s_axil_wdata,
    input [3:0] s_axil_wstrb,
    input s_axil_wvalid,
    output s_axil_wready,
    output reg [1:0] s_axil_bresp,
    output reg s_axil_bvalid,
    input s_axil_bready,
    input [5:0] s_axil_araddr,
    input s_axil_arvalid,
    output s_axil_arready,
    output reg [31:0] s_axil_rdata,
    output reg [1:0] s_axil_rresp,
    output reg s_axil_rvalid,
    input s_axil_rready
);
    reg [31:0] file [0:15];
    reg [5:0] address;
    reg [31:0] data;
    reg have_address, have_data;
    assign s_axil_awready = !have_address;
    assign s_axil_wready = !have_data;
    assign s_axil_arready = !s_axil_rvalid;
    wire write = have_address && have_data && !s_axil_bvalid;
    always @(posedge clk) begin
        if (s_axil_awready && s_axil_awvalid) {have_address, address} <= {1'b1, s_axil_awaddr};
        if (s_axil_wready && s_axil_wvalid) {have_data, data} <= {1'b1, s_axil_wdata};
        if (s_axil_bready) s_axil_bvalid <= 0;
        if (write) begin
            if (s_axil_wstrb == 4'hf) file[address[5:2]] <= data;
            s_axil_bvalid <= 1;
            s_axil_bresp <= 0;
            {have_address, have_data} <= 0;
        end
        if (s_axil_rready) s_axil_rvalid <= 0;
        if (s_axil_arready && s_axil_arvalid) begin
            s_axil_rvalid <= 1;
            s_axil_rdata <= file[s_axil_araddr[5:2]];
            s_axil_rresp <= 0;
        end
        if (reset) {s_axil_bvalid, s_axil_rvalid, have_address, have_data} <= 0;
    end
endmodule
";

fn device(text: &str, stalls: Stalls) -> (Dut, AxiLite) {
    let mut dut = crate::common::dut("clk", text);
    dut.poke("reset", true).unwrap();
    dut.tick().unwrap();
    dut.poke("reset", false).unwrap();
    let master = AxiLite::new(&dut, "s_axil", stalls).unwrap();
    (dut, master)
}

/// The message of the first access that fails, out of some writes and reads with stalls.
fn complaint(from: &str, to: &str) -> String {
    assert!(REGISTERS.contains(from), "the fault applies");
    let (mut dut, mut master) = device(&REGISTERS.replace(from, to), Stalls::new(0.5, 1).unwrap());
    let error = (0..20).find_map(|index| {
        let offset = index % 16 * 4;
        master.write(&mut dut, offset, index).and_then(|()| master.read(&mut dut, offset)).err()
    });
    match error.expect("the fault is found") {
        Error::Bus { bus, problem, .. } if bus == "s_axil" => problem,
        Error::Refused { bus, .. } if bus == "s_axil" => "the answer is not OKAY".into(),
        other => panic!("{other}"),
    }
}

#[test]
fn what_is_written_is_read_back_with_and_without_stalls() {
    for (probability, seed) in [(0.0, 0), (0.3, 1), (0.8, 2)] {
        let (mut dut, mut master) = device(REGISTERS, Stalls::new(probability, seed).unwrap());
        for round in 0..5_u32 {
            for register in 0..16 {
                master.write(&mut dut, register * 4, register.wrapping_mul(0x1234_5677) + round).unwrap();
            }
            for register in (0..16).rev() {
                let value = master.read(&mut dut, register * 4).unwrap();
                assert_eq!(value, register.wrapping_mul(0x1234_5677) + round, "stalls {probability}");
            }
        }
    }
}

#[test]
fn address_and_data_arrive_in_either_order() {
    // Takes one channel only after the other, which deadlocks with a master that insists on an order.
    for (from, to) in [
        ("assign s_axil_wready = !have_data;", "assign s_axil_wready = !have_data && have_address;"),
        ("assign s_axil_awready = !have_address;", "assign s_axil_awready = !have_address && have_data;"),
    ] {
        let (mut dut, mut master) = device(&REGISTERS.replace(from, to), Stalls::NONE);
        master.write(&mut dut, 4, 99).unwrap();
        assert_eq!(master.read(&mut dut, 4).unwrap(), 99);
    }
}

#[test]
fn a_slave_that_never_answers_is_found() {
    assert_eq!(complaint("s_axil_bvalid <= 1;", ""), "no answer");
    assert_eq!(complaint("s_axil_rvalid <= 1;", ""), "no answer");
    assert_eq!(complaint("assign s_axil_awready = !have_address;", "assign s_axil_awready = 0;"), "no answer");
}

#[test]
fn an_answer_behind_the_time_limit_is_nobodys() {
    let mut text = REGISTERS.to_owned();
    for (from, to) in [
        ("reg have_address, have_data;", "reg have_address, have_data;\n    reg [5:0] left;"),
        ("assign s_axil_arready = !s_axil_rvalid;", "assign s_axil_arready = !s_axil_rvalid && left == 0;"),
        ("s_axil_rvalid <= 1;", "left <= s_axil_araddr == 0 ? 30 : 1;"),
        (
            "if (reset)",
            "if (left != 0) left <= left - 1;\n        if (left == 1) s_axil_rvalid <= 1;\n        if (reset) left <= 0;\n        if (reset)",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let (mut dut, master) = device(&text, Stalls::NONE);
    let mut master = master.with_time_limit(20);
    master.write(&mut dut, 4, 7).unwrap();
    let problem = |error: Error| error.to_string().split(": ").last().unwrap().to_owned();
    assert_eq!(problem(master.read(&mut dut, 0).unwrap_err()), "no answer");
    assert_eq!(master.read(&mut dut, 4).unwrap(), 7, "the late answer is waited for");
    let mut master = master.with_time_limit(12);
    assert_eq!(problem(master.read(&mut dut, 0).unwrap_err()), "no answer");
    assert_eq!(problem(master.read(&mut dut, 4).unwrap_err()), "the access before still has no answer");
    assert_eq!(master.read(&mut dut, 4).unwrap(), 7);
}

#[test]
fn an_error_response_is_found() {
    assert_eq!(complaint("s_axil_bresp <= 0;", "s_axil_bresp <= 2;"), "the answer is not OKAY");
    assert_eq!(complaint("s_axil_rresp <= 0;", "s_axil_rresp <= 3;"), "the answer is not OKAY");
}

#[test]
fn a_second_answer_is_found() {
    let twice = "if (s_axil_bready) s_axil_bvalid <= 0; if (again) s_axil_bvalid <= 1; again <= s_axil_bvalid && s_axil_bready;";
    let declared = REGISTERS.replace("reg have_address, have_data;", "reg have_address, have_data, again;");
    let text = declared.replace("if (s_axil_bready) s_axil_bvalid <= 0;", twice);
    let (mut dut, mut master) = device(&text, Stalls::NONE);
    let error = master.write(&mut dut, 8, 1).unwrap_err().to_string();
    assert_eq!(error, "s_axil, write of register 0x8, cycle 5: a second answer came");
}

#[test]
fn an_answer_before_its_request_is_found() {
    let early = "the answer came before the request was through";
    assert_eq!(complaint("wire write = have_address && have_data &&", "wire write = have_address &&"), early);
    assert_eq!(complaint("if (reset) {", "if (!reset && !s_axil_rvalid) s_axil_rvalid <= 1; if (reset) {"), early);
}

#[test]
fn a_withdrawn_or_changing_answer_is_found() {
    let withdrawn = "the answer was withdrawn before it was taken";
    assert_eq!(complaint("if (s_axil_bready) s_axil_bvalid <= 0;", "s_axil_bvalid <= 0;"), withdrawn);
    let from = "if (s_axil_rready) s_axil_rvalid <= 0;";
    let to = format!("{from} s_axil_rdata <= ~s_axil_rdata;");
    assert_eq!(complaint(from, &to), "the answer changed while it waited to be taken");
}

#[test]
fn an_offset_beyond_the_address_port_is_an_error() {
    let (mut dut, mut master) = device(REGISTERS, Stalls::NONE);
    let error = master.read(&mut dut, 0x40).unwrap_err().to_string();
    assert_eq!(error, "s_axil, read of register 0x40, cycle 1: the address port is too narrow for it");
}
