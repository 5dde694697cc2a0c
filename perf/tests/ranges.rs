//! Linears whose inputs have several scales: each range is a matmul of its own, exact, and entered as such.

use trine_driver::{Device, Offload, Options, Scope};
use trine_golden_model::{
    Convention, Golden, InputNorm, Linear, LinearId, LinearKind, Part, Parts, Scales, TernaryMatrix,
};
use trine_perf::energy::{Pricing, Records};
use trine_perf::memory;
use trine_perf::report::DeviceReport;
use trine_soft_unit::SoftUnit;
use trine_spec::Config;

const N: usize = 6;

/// A linear of ranges of inputs of these sizes; each part has two scales for ranges of outputs, and zeros of its own.
fn linear(sizes: &[usize]) -> Linear {
    let mut start = 0;
    let part = |(i, &k): (usize, &usize)| {
        let trits: Vec<i8> =
            (0..N * k).map(|at| if at % (i + 2) == 0 { 0 } else { (at % 5 % 2) as i8 * 2 - 1 }).collect();
        let scales: Vec<f32> = (0..N).map(|output| if output < 2 { 0.5 + i as f32 } else { 0.125 }).collect();
        let inputs = start..start + k;
        start = inputs.end;
        Part { inputs, weights: TernaryMatrix::from_trits(N, k, &trits).unwrap(), scales: Scales::of_outputs(&scales) }
    };
    let parts = Parts::new(sizes.iter().enumerate().map(part).collect()).unwrap();
    let id = LinearId { layer: 1, kind: LinearKind::Down };
    Linear { id, parts, convention: Convention::Unpacked, input_norm: InputNorm::None, encoding: "F32".into() }
}

/// Numbers of which none lies on a rounding edge.
fn x(m: usize, k: usize) -> Vec<f32> {
    (0..m * k).map(|i| (0.7 * i as f32 + 0.3).sin()).collect()
}

/// Runs `linear` on a unit in software and returns the rows of the report.
fn rows(linear: &Linear, calls: &[usize]) -> Vec<(usize, usize, u64, u64, f64)> {
    let config = Config::sized(8, 4).max_depth(32).max_tokens(2).build().unwrap();
    let device = Device::open(SoftUnit::new(&config), config.clone()).unwrap();
    let mut engine = Offload::new(device, Options { scope: Scope::Linear, ..Options::default() });
    let k = linear.parts.inputs();
    for &m in calls {
        let y = linear.forward(&mut engine, &x(m, k)).unwrap();
        assert_eq!(y, linear.forward(&mut Golden, &x(m, k)).unwrap());
    }
    let ledger = engine.ledger();
    let macs: usize = calls.iter().map(|m| m * k * N).sum();
    assert_eq!((ledger.mismatches, ledger.macs, ledger.checked_macs), (0, macs as u64, macs as u64));
    let memory = memory::named("lpddr4-4266").unwrap();
    let none = Pricing::new(&Records::builtin().unwrap(), &config, 1e8, "nothing", &memory.set);
    let report = DeviceReport::new(ledger, &config, 1e8, &memory, none.as_ref());
    assert!(report.layers.iter().all(|l| l.name == "layers.1.mlp.down_proj" && l.n == N));
    report.layers.iter().map(|l| (l.m, l.k, l.calls, l.macs, l.zero_weights.unwrap())).collect()
}

/// Share of zeros among the weights of the parts at `numbers`.
fn zeros(linear: &Linear, numbers: &[usize]) -> f64 {
    let parts = || linear.parts.iter().enumerate().filter(|(i, _)| numbers.contains(i)).map(|(_, part)| part);
    let inputs: usize = parts().map(|part| part.inputs.len()).sum();
    parts().map(|part| part.weights.zeros()).sum::<usize>() as f64 / (N * inputs) as f64
}

#[test]
fn ranges_of_other_sizes_have_rows_of_their_own() {
    let linear = linear(&[20, 37, 9]);
    let expected = [
        (3, 20, 1, 360, zeros(&linear, &[0])),
        (3, 37, 1, 666, zeros(&linear, &[1])),
        (3, 9, 1, 162, zeros(&linear, &[2])),
    ];
    assert_eq!(rows(&linear, &[3]), expected);
}

#[test]
fn ranges_of_one_size_share_a_row_and_its_zeros_are_those_of_all() {
    let linear = linear(&[24, 24, 10]);
    let both = zeros(&linear, &[0, 1]);
    let rows = rows(&linear, &[1, 1, 2]);
    let last = zeros(&linear, &[2]);
    assert_ne!(zeros(&linear, &[0]), both);
    assert_eq!(rows, [(1, 24, 4, 576, both), (1, 10, 2, 120, last), (2, 24, 2, 576, both), (2, 10, 1, 120, last)]);
}

/// The sums of ranges with their scales, in double precision from the definition.
#[test]
fn outputs_are_those_of_the_definition() {
    for (sizes, convention) in
        [(&[20, 37, 9][..], Convention::Unpacked), (&[30], Convention::Unpacked), (&[7, 8], Convention::BitLinear)]
    {
        let linear = Linear { convention, ..linear(sizes) };
        let (m, k) = (3, linear.parts.inputs());
        let x = x(m, k);
        let y = linear.forward(&mut Golden, &x).unwrap();
        for (token, x) in x.chunks(k).enumerate() {
            let a = 127.0 / x.iter().fold(0f64, |max, &x| max.max(f64::from(x).abs()));
            let q: Vec<f64> = x.iter().map(|&x| (f64::from(x) * a).round_ties_even()).collect();
            for output in 0..N {
                let mut sum = 0.0;
                for part in &linear.parts {
                    let dot: f64 = part
                        .inputs
                        .clone()
                        .enumerate()
                        .map(|(i, at)| f64::from(part.weights.get(output, i)) * q[at])
                        .sum();
                    let scale = f64::from(part.scales.of(output));
                    sum += dot * if convention.divides() { 1.0 / scale } else { scale };
                }
                let (found, expected) = (f64::from(y[token * N + output]), sum / a);
                assert!(
                    (found - expected).abs() <= 1e-6 * expected.abs().max(0.1),
                    "{sizes:?}: {found} is not {expected}"
                );
            }
        }
    }
}
