//! The unit in a SoC of LiteX, which `make packaging` builds with LiteX and then simulates with this test: uartbone, bus and
//! bridges of LiteX between the host driver and the unit.

use std::fs;
use std::path::{Path, PathBuf};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use trine_driver::{Device, Offload, Options, Scope, Uartbone, WindowTransport};
use trine_golden_model::{LinearId, LinearKind, Matmul, TernaryMatrix};
use trine_hdl::{Direction, Port, SourceFile, Verilog};
use trine_sim::{BuildOptions, Dut, SimSerial};
use trine_spec::Config;

/// As `synth/litex/soc.py` has them.
const DIVIDER: u16 = 32;
const ORIGIN: u32 = 0x3000_0000;

/// The SoC in `folder`.
fn soc(folder: &Path) -> Verilog {
    let list = fs::read_to_string(folder.join("files.txt")).unwrap();
    let file = |path: &str| SourceFile {
        name: Path::new(path).file_name().unwrap().to_string_lossy().into_owned(),
        text: fs::read_to_string(path).unwrap(),
    };
    let port = |name: &str| {
        let direction = if name == "uart_tx" { Direction::Output } else { Direction::Input };
        Port { name: name.into(), direction, width: 1, signed: false }
    };
    Verilog {
        top: "trine_soc".into(),
        clock: "sys_clk".into(),
        files: list.lines().map(file).collect(),
        cells: vec![],
        ports: ["sys_clk", "sys_rst", "sim_trace", "uart_rx", "uart_tx"].map(port).into(),
    }
}

#[test]
#[ignore = "needs LiteX: run `make packaging`"]
fn matmuls_through_a_soc_are_exact() {
    let folder = PathBuf::from(std::env::var_os("TRINE_LITEX_SOC").expect("the folder that synth/litex/soc.py filled"));
    // As `make packaging` generates it
    let config = Config::sized(5, 2).windows(true).max_depth(64).max_tokens(4).build().unwrap();
    let library = trine_sim::build(&soc(&folder), &BuildOptions::default()).unwrap();
    let mut dut = Dut::new(&library).unwrap();
    dut.poke("sys_rst", true).unwrap();
    (0..16).for_each(|_| dut.tick().unwrap());
    dut.poke("sys_rst", false).unwrap();
    let mut line = SimSerial::new(dut, DIVIDER, 400 * u64::from(DIVIDER)).unwrap();
    line.hold(true, 100).unwrap();
    let link = WindowTransport::new(Uartbone::new(line, ORIGIN), config.clone());
    let device = Device::open(link, config).unwrap();
    let mut engine = Offload::new(device, Options { scope: Scope::Linear, ..Options::default() });
    let mut rng = StdRng::seed_from_u64(2);
    for (m, k, n) in [(1, 5, 2), (3, 17, 5), (5, 70, 3)] {
        let trits: Vec<i8> = (0..n * k).map(|_| rng.random_range(-1..=1)).collect();
        let w = TernaryMatrix::from_trits(n, k, &trits).unwrap();
        let x: Vec<i8> = (0..m * k).map(|_| rng.random()).collect();
        engine.matmul(LinearId { layer: 0, kind: LinearKind::Q }, &w, &x, m, &mut vec![0; m * n]).unwrap();
    }
    let ledger = engine.ledger();
    assert_eq!((ledger.checked_macs, ledger.mismatches), (10 + 255 + 1050, 0), "{:?}", ledger.first_mismatch);
    assert!(ledger.incidents.is_empty(), "{:?}", ledger.incidents);
}
