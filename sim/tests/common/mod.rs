//! Hand-written designs for tests, and the way to generated ones.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use trine_driver::{Device, Offload, Options, RingTransport, Scope, Transport, WindowTransport};
use trine_golden_model::{LinearId, LinearKind, Matmul, TernaryMatrix};
use trine_hdl::{Direction, Port, SourceFile, Verilog};
use trine_sim::{BuildOptions, Dut, Library, SimOptions, SimRegisters, SimTransport};
use trine_spec::Config;

/// A design of one module; its port table is read off the header, one `input` or `output` a line.
pub fn verilog(clock: &str, text: &str) -> Verilog {
    let top = text.split_whitespace().nth(1).and_then(|name| name.split('(').next()).expect("module name").to_owned();
    let ports = text.lines().filter_map(port).collect();
    let files = vec![SourceFile { name: format!("{top}.v"), text: text.to_owned() }];
    Verilog { top, clock: clock.to_owned(), files, cells: vec![], ports }
}

fn port(line: &str) -> Option<Port> {
    let mut words = line.trim().trim_end_matches([',', ';', ')']).split_whitespace();
    let direction = match words.next()? {
        "input" => Direction::Input,
        "output" => Direction::Output,
        _ => return None,
    };
    let words: Vec<&str> = words.filter(|word| *word != "reg").collect();
    let width = words.iter().find_map(|word| word.strip_prefix('[')?.split(':').next()?.parse().ok());
    let signed = words.contains(&"signed");
    let name = (*words.last()?).to_owned();
    Some(Port { name, direction, width: width.map_or(1, |top: usize| top + 1), signed })
}

pub fn build(clock: &str, text: &str) -> Library {
    trine_sim::build(&verilog(clock, text), &BuildOptions::default()).unwrap()
}

pub fn dut(clock: &str, text: &str) -> Dut {
    Dut::new(&build(clock, text)).unwrap()
}

/// A generated unit of configuration `c`, through streams, windows or a ring.
pub fn unit(c: &Config, options: &SimOptions) -> Box<dyn Transport + Send> {
    let library = library(c);
    let registers = || SimRegisters::new(&library, options).unwrap();
    match (c.ring(), c.windows()) {
        (true, _) => Box::new(RingTransport::new(registers(), c.clone())),
        (_, true) => Box::new(WindowTransport::new(registers(), c.clone())),
        _ => Box::new(SimTransport::new(&library, options).unwrap()),
    }
}

pub fn library(c: &Config) -> Library {
    let verilog = trine_hdl::lang::verilog(&trine_hdl::design::unit(c).unwrap()).unwrap();
    trine_sim::build(&verilog, &BuildOptions::default()).unwrap()
}

/// Keeps what a test measured as a file of the folder in `TRINE_RECORD`, which `make memory` names; nothing without it.
pub fn record(name: &str, json: &str) {
    if let Some(folder) = std::env::var_os("TRINE_RECORD") {
        std::fs::write(std::path::Path::new(&folder).join(name), json).unwrap();
    }
}

/// Random matmuls on one unit, all of them right; multiply-accumulates that were compared.
pub fn compute(config: &Config, options: &SimOptions, seed: u64) -> u64 {
    let device = Device::open(unit(config, options), config.clone()).unwrap();
    let mut engine = Offload::new(device, Options { scope: Scope::Linear, ..Options::default() });
    let mut rng = StdRng::seed_from_u64(seed);
    let matrices: Vec<TernaryMatrix> = (0..4)
        .map(|seed| TernaryMatrix::random(rng.random_range(1..60), rng.random_range(1..150), seed).unwrap())
        .collect();
    for _ in 0..16 {
        let w = &matrices[rng.random_range(0..matrices.len())];
        let m = rng.random_range(1..=6);
        let x: Vec<i8> = (0..m * w.cols()).map(|_| rng.random()).collect();
        let id = LinearId { layer: 0, kind: LinearKind::Q };
        engine.matmul(id, w, &x, m, &mut vec![0; m * w.rows()]).unwrap();
    }
    let ledger = engine.ledger();
    assert!(ledger.mismatches == 0 && ledger.incidents.is_empty(), "{config:?}: {:?}", ledger.incidents);
    ledger.checked_macs
}
