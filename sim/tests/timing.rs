//! The timing diagrams of docs/reference/protocol.md, recorded from a unit of 8 lanes x 4 columns with a weight bus of 16 bits.
//!
//! A diagram is what is sampled at each rising edge. Where the document has another one, the test prints the right one.

use trine_sim::{BuildOptions, Dut};
use trine_spec::Config;
use trine_spec::registers::*;

/// Events on the unit's ports, a line a signal.
struct Recorder {
    dut: Dut,
    lines: Vec<(&'static str, &'static str, String)>,
}

impl Recorder {
    fn new() -> Recorder {
        let config = Config::sized(8, 4).weight_bus(16).max_depth(64).max_tokens(8).build().unwrap();
        let verilog = trine_hdl::lang::verilog(&trine_hdl::design::unit(&config).unwrap()).unwrap();
        let mut dut = Dut::new(&trine_sim::build(&verilog, &BuildOptions::default()).unwrap()).unwrap();
        for port in ["s_axil_awvalid", "s_axil_wvalid", "s_axil_arvalid", "s_axis_act_tvalid", "s_axis_wgt_tvalid"] {
            dut.poke(port, false).unwrap();
        }
        dut.poke("s_axis_act_tkeep", u64::MAX >> 56).unwrap();
        dut.poke("s_axil_bready", true).unwrap();
        dut.poke("s_axil_rready", true).unwrap();
        dut.poke("m_axis_res_tready", false).unwrap();
        dut.poke("aresetn", false).unwrap();
        let mut recorder = Recorder { dut, lines: vec![] };
        (0..4).for_each(|_| recorder.tick());
        recorder.dut.poke("aresetn", true).unwrap();
        (0..4).for_each(|_| recorder.tick());
        recorder
    }

    fn tick(&mut self) {
        for (_, port, seen) in &mut self.lines {
            let value = self.dut.peek(*port).unwrap();
            seen.push(char::from_digit(value as u32, 16).unwrap());
        }
        self.dut.tick().unwrap();
    }

    /// Begins a diagram of these signals: label, port.
    fn record(&mut self, lines: &[(&'static str, &'static str)]) {
        self.lines = lines.iter().map(|(label, port)| (*label, *port, String::new())).collect();
    }

    /// The diagram so far.
    fn diagram(&self) -> String {
        let width = self.lines.iter().map(|(label, ..)| label.len()).max().unwrap().max("cycle".len()) + 2;
        let cycles = self.lines[0].2.len();
        let numbers: String = (0..cycles).map(|i| format!("{i:<3}")).collect();
        let mut text = format!("{:width$}{}\n", "cycle", numbers.trim_end());
        for (label, _, seen) in &self.lines {
            let mut before = seen.chars().next().unwrap();
            let mut wave = String::new();
            for now in seen.chars() {
                wave += match (before, now) {
                    ('0', '0') => "___",
                    ('0', _) => "/‾‾",
                    (_, '0') => "\\__",
                    _ => "‾‾‾",
                };
                before = now;
            }
            text += &format!("{label:width$}{wave}\n");
        }
        text
    }

    /// Offers a write for one cycle.
    fn write(&mut self, register: &Register, value: u32, strobes: u64) {
        let dut = &mut self.dut;
        dut.poke("s_axil_awaddr", u64::from(register.offset)).unwrap();
        dut.poke("s_axil_wdata", u64::from(value)).unwrap();
        dut.poke("s_axil_wstrb", strobes).unwrap();
        self.valid(true);
        self.tick();
        self.valid(false);
    }

    fn valid(&mut self, on: bool) {
        self.dut.poke("s_axil_awvalid", on).unwrap();
        self.dut.poke("s_axil_wvalid", on).unwrap();
    }

    fn set(&mut self, register: &Register, value: u32) {
        self.write(register, value, 0xF);
        (0..4).for_each(|_| self.tick());
    }

    fn shape(&mut self, m: u32, k: u32, n: u32) {
        self.set(&TOKENS, m);
        self.set(&DEPTH, k);
        self.set(&OUTPUTS, n);
    }

    /// Streams a job of one column block with activations and weights of zero until `stop` says so.
    fn stream(&mut self, acts: u64, wgts: u64, stop: impl Fn(&mut Dut) -> bool) {
        let (mut act, mut wgt) = (0, 0);
        for _ in 0..200 {
            let moved = |dut: &mut Dut, name: &str, sent: &mut u64, all: u64| {
                dut.poke(&*format!("s_axis_{name}_tvalid"), *sent < all).unwrap();
                dut.poke(&*format!("s_axis_{name}_tlast"), *sent + 1 == all).unwrap();
                *sent += u64::from(*sent < all && dut.peek(&*format!("s_axis_{name}_tready")).unwrap() == 1);
            };
            moved(&mut self.dut, "act", &mut act, acts);
            moved(&mut self.dut, "wgt", &mut wgt, wgts);
            if stop(&mut self.dut) {
                return;
            }
            self.tick();
        }
        panic!("nothing happened in 200 cycles");
    }
}

fn documented(diagram: &str) {
    let path = format!("{}/../docs/reference/protocol.md", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(diagram), "docs/reference/protocol.md lacks this diagram:\n{diagram}");
}

#[test]
fn a_job_starts() {
    let mut r = Recorder::new();
    r.shape(2, 8, 4);
    r.record(&[
        ("awvalid, wvalid", "s_axil_awvalid"),
        ("awready, wready", "s_axil_awready"),
        ("bvalid", "s_axil_bvalid"),
        ("act_tready", "s_axis_act_tready"),
    ]);
    r.tick();
    r.write(&CTRL, CTRL_START.mask(), 0xF);
    (0..8).for_each(|_| r.tick());
    documented(&r.diagram());
}

#[test]
fn weight_beats_wait_for_tokens() {
    let mut r = Recorder::new();
    r.shape(5, 24, 4);
    r.write(&CTRL, CTRL_START.mask(), 0xF);
    r.record(&[
        ("wgt_tvalid", "s_axis_wgt_tvalid"),
        ("wgt_tready", "s_axis_wgt_tready"),
        ("wgt_tlast", "s_axis_wgt_tlast"),
    ]);
    r.stream(15, 12, |dut| dut.peek("s_axis_wgt_tvalid").unwrap() == 0);
    r.tick();
    documented(&r.diagram());
}

#[test]
fn results_hold_under_back_pressure() {
    let mut r = Recorder::new();
    r.shape(4, 8, 4);
    r.write(&CTRL, CTRL_START.mask(), 0xF);
    r.stream(4, 4, |dut| dut.peek("m_axis_res_tvalid").unwrap() == 1);
    r.record(&[
        ("res_tvalid", "m_axis_res_tvalid"),
        ("res_tready", "m_axis_res_tready"),
        ("res_tlast", "m_axis_res_tlast"),
    ]);
    for cycle in 0..11 {
        r.dut.poke("m_axis_res_tready", cycle == 3 || cycle >= 7).unwrap();
        r.tick();
    }
    documented(&r.diagram());
}

#[test]
fn an_abort_empties_the_unit() {
    let mut r = Recorder::new();
    r.shape(1, 8, 4);
    r.write(&CTRL, CTRL_START.mask(), 0xF);
    r.stream(1, 4, |dut| dut.peek("m_axis_res_tvalid").unwrap() == 1);
    r.record(&[
        ("awvalid, wvalid", "s_axil_awvalid"),
        ("bvalid", "s_axil_bvalid"),
        ("res_tvalid", "m_axis_res_tvalid"),
        ("res_tready", "m_axis_res_tready"),
    ]);
    r.tick();
    r.write(&CTRL, CTRL_ABORT.mask(), 0xF);
    (0..6).for_each(|_| r.tick());
    documented(&r.diagram());
}

#[test]
fn a_write_with_half_its_strobes_is_refused() {
    let mut r = Recorder::new();
    r.record(&[
        ("awvalid, wvalid", "s_axil_awvalid"),
        ("awready, wready", "s_axil_awready"),
        ("bvalid", "s_axil_bvalid"),
        ("bresp[1]", "s_axil_bresp"),
    ]);
    r.tick();
    r.write(&SCRATCH, 1, 0x3);
    (0..4).for_each(|_| r.tick());
    documented(&r.diagram());
}
