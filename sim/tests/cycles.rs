//! The closed form of `trine_driver::MatmulShape::cycles` against the unit's own CYCLES counter, over random configurations
//! and shapes, with a host that never lets the unit wait.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use trine_driver::{Device, MatmulShape};
use trine_sim::{BuildOptions, SimOptions, SimTransport};
use trine_spec::{Config, Style, WeightCode};

const CONFIGURATIONS: usize = 20;
const SHAPES: usize = 16;
const SEED: u64 = 1;

fn configuration(rng: &mut StdRng) -> Config {
    let (lanes, columns) = (rng.random_range(1..=40), rng.random_range(1..=6));
    let style = Style::ALL[rng.random_range(0..Style::ALL.len())];
    let weight_code = [WeightCode::Base3, WeightCode::TwoBit][rng.random_range(0..2)];
    let sized = Config::sized(lanes, columns).style(style).weight_code(weight_code);
    let full_tile = sized.clone().build().unwrap().full_tile_bus();
    let sized = sized.weight_bus(8 * rng.random_range(1..=full_tile / 8));
    let sized = sized.max_depth(rng.random_range(lanes..=6 * lanes)).max_tokens(rng.random_range(1..=20));
    sized.group(rng.random_range(1..=columns)).build().unwrap()
}

#[test]
fn the_closed_form_is_exact() {
    let mut rng = StdRng::seed_from_u64(SEED);
    let mut wrong = vec![];
    for _ in 0..CONFIGURATIONS {
        let config = configuration(&mut rng);
        let verilog = trine_hdl::lang::verilog(&trine_hdl::design::unit(&config).unwrap()).unwrap();
        let library = trine_sim::build(&verilog, &BuildOptions::default()).unwrap();
        let transport = SimTransport::new(&library, &SimOptions::default()).unwrap();
        let mut device = Device::open(transport, config.clone()).unwrap();
        for _ in 0..SHAPES {
            let shape = MatmulShape {
                m: rng.random_range(1..=config.max_tokens()),
                k: rng.random_range(1..=config.max_depth()),
                n: rng.random_range(1..=4 * config.columns()),
            };
            let chunks = shape.k.div_ceil(config.lanes());
            let blocks = shape.n.div_ceil(config.columns());
            // Only time is looked at: zeros are as good as anything.
            let activations = vec![0; shape.m * chunks * config.lanes()];
            let weights = vec![0; blocks * chunks * config.beats_per_tile() * config.weight_bus() / 8];
            let mut results = vec![0; shape.m * blocks * config.columns() * 4];
            let counted = device.run(shape, &activations, &weights, &mut results).unwrap().cycles;
            let (expected, bound) = (shape.cycles(&config), shape.bound(&config));
            if counted != expected || counted < bound {
                wrong.push(format!("{config:?} {shape:?}: counted {counted}, closed form {expected}, bound {bound}"));
            }
        }
    }
    assert!(wrong.is_empty(), "seed {SEED}, {} of {}:\n{}", wrong.len(), CONFIGURATIONS * SHAPES, wrong.join("\n"));
}
