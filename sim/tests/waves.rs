//! Records timing diagrams of docs/reference/protocol.md: what is sampled at each rising edge.

use trine_sim::{BuildOptions, Dut, MemoryOptions, MemoryPort, attach_weights};
use trine_spec::Config;
use trine_spec::registers::*;

/// Events on the unit's ports, a line a signal.
pub struct Recorder {
    pub dut: Dut,
    /// Ports to the memory.
    pub ports: Vec<MemoryPort>,
    lines: Vec<(&'static str, &'static str, String)>,
}

impl Recorder {
    /// A unit out of reset, in front of a memory if it has a port to one.
    pub fn new(config: &Config, memory: &MemoryOptions) -> Recorder {
        let verilog = trine_hdl::lang::verilog(&trine_hdl::design::unit(config).unwrap()).unwrap();
        let mut dut = Dut::new(&trine_sim::build(&verilog, &BuildOptions::default()).unwrap()).unwrap();
        let ports = attach_weights(&mut dut, memory).unwrap();
        if config.ring() {
            dut.share_memory("m_axi", ports[0], memory.stalls).unwrap();
        }
        let mut set = |port: &str, value: u64| match dut.port(port) {
            Ok(port) => dut.poke(port, value).unwrap(),
            Err(_) => assert!(config.memory(), "{port}"),
        };
        for (port, value) in [
            ("s_axil_awvalid", 0),
            ("s_axil_wvalid", 0),
            ("s_axil_arvalid", 0),
            ("s_axis_act_tvalid", 0),
            ("s_axis_act_tkeep", u64::MAX >> (64 - config.lanes())),
            ("s_axis_wgt_tvalid", 0),
            ("s_axil_bready", 1),
            ("s_axil_rready", 1),
            ("m_axis_res_tready", 0),
            ("aresetn", 0),
        ] {
            set(port, value);
        }
        let mut recorder = Recorder { dut, ports, lines: vec![] };
        (0..4).for_each(|_| recorder.tick());
        recorder.dut.poke("aresetn", true).unwrap();
        (0..4).for_each(|_| recorder.tick());
        recorder
    }

    pub fn tick(&mut self) {
        for (_, port, seen) in &mut self.lines {
            let value = self.dut.peek(*port).unwrap();
            seen.push(char::from_digit(value as u32, 16).unwrap());
        }
        self.dut.tick().unwrap();
    }

    /// Begins a diagram of these signals: label, port.
    pub fn record(&mut self, lines: &[(&'static str, &'static str)]) {
        self.lines = lines.iter().map(|(label, port)| (*label, *port, String::new())).collect();
    }

    /// The diagram so far.
    pub fn diagram(&self) -> String {
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
    pub fn write(&mut self, register: &Register, value: u32, strobes: u64) {
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

    pub fn set(&mut self, register: &Register, value: u32) {
        self.write(register, value, 0xF);
        (0..4).for_each(|_| self.tick());
    }

    pub fn shape(&mut self, m: u32, k: u32, n: u32) {
        self.set(&TOKENS, m);
        self.set(&DEPTH, k);
        self.set(&OUTPUTS, n);
    }

    /// Streams a job of one column block with activations and weights of zero, those of a unit that takes them, until `stop` says so.
    pub fn stream(&mut self, acts: u64, wgts: u64, stop: impl Fn(&mut Dut) -> bool) {
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

/// Fails with the diagram unless the document has it.
pub fn documented(diagram: &str) {
    let path = format!("{}/../docs/reference/protocol.md", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(diagram), "docs/reference/protocol.md lacks this diagram:\n{diagram}");
}
