//! The dot products that are compared with each other, as Verilated RTL: integers against plain sums, floats against the
//! processor's own arithmetic.

use std::sync::Arc;

use half::f16;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use trine_hdl::Verilog;
use trine_hdl::design::dot::{DotArithmetic, dot};
use trine_hdl::lang::{Errors, Module, verilog};
use trine_hdl::library::float::{FP16, FP32, Format, float_add, float_multiply};
use trine_sim::{BuildOptions, Dut};
use trine_spec::Config;
use trine_spec::packing::two_bit;

fn dut(module: Result<Arc<Module>, Errors>) -> Dut {
    let verilog = verilog(&module.unwrap()).unwrap();
    trine_sim::lint(&verilog).unwrap();
    simulated(&verilog)
}

fn simulated(verilog: &Verilog) -> Dut {
    Dut::new(&trine_sim::build(verilog, &BuildOptions::default()).unwrap()).unwrap()
}

/// Fields of `width` bits each, lowest first, as 32-bit words.
fn words(values: &[u64], width: usize) -> Vec<u32> {
    let mut words = vec![0; (values.len() * width).div_ceil(32)];
    for (i, bit) in values.iter().flat_map(|v| (0..width).map(move |i| v >> i & 1)).enumerate() {
        words[i / 32] |= (bit as u32) << (i % 32);
    }
    words
}

/// Half-precision numbers: each edge, then random bits, finite and without subnormals.
fn halves(rng: &mut StdRng, count: usize) -> Vec<f32> {
    let edges = [0, 0x0400, 0x0401, 0x07ff, 0x3bff, 0x3c00, 0x3c01, 0x7bff].map(|bits| f16::from_bits(bits).to_f32());
    let random = std::iter::repeat_with(|| f16::from_bits(rng.random())).filter(|x| x.is_normal()).map(f16::to_f32);
    edges.into_iter().chain(edges.map(|x| -x)).chain(random).take(count).collect()
}

/// The formats against another's idea of them: where both have a number, the bits are the same.
#[test]
fn formats_are_ieee_754() {
    let mut rng = StdRng::seed_from_u64(3);
    for _ in 0..200_000 {
        let x = f32::from_bits(rng.random());
        let half = f16::from_f32(x);
        // Below the smallest number without leading zeros the standard has more, which are zero here
        let expected = match x.abs() {
            x if x >= f16::MIN_POSITIVE.into() => half.is_finite().then(|| u64::from(half.to_bits())),
            x if x.is_nan() => None,
            _ => Some(FP16.round(x).filter(|bits| *bits & 0x7fff == 0x0400).unwrap_or(0)),
        };
        assert_eq!(FP16.round(x), expected, "{x:e}");
        assert_eq!(FP32.round(x), x.is_finite().then(|| if x.is_normal() { u64::from(x.to_bits()) } else { 0 }));
        if x.is_normal() {
            assert_eq!(FP32.value(u64::from(x.to_bits())), x);
        }
        if half.is_normal() {
            assert_eq!(FP16.value(u64::from(half.to_bits())), half.to_f32());
        }
    }
}

#[test]
fn products_of_halves_are_the_processors() {
    let mut rng = StdRng::seed_from_u64(1);
    for to in [FP16, FP32] {
        let mut dut = dut(float_multiply(FP16, to));
        let (mut compared, numbers) = (0, halves(&mut rng, 350));
        for (a, b) in numbers.iter().flat_map(|a| numbers.iter().map(move |b| (*a, *b))) {
            // Exact in f32, so that there is one rounding
            let Some(expected) = to.round(a * b) else { continue };
            dut.poke("a_i", FP16.round(a).unwrap()).unwrap();
            dut.poke("b_i", FP16.round(b).unwrap()).unwrap();
            assert_eq!(dut.peek("product_o").unwrap(), expected, "{a} * {b} in {to}");
            compared += 1;
        }
        assert!(compared > 100_000, "{compared}");
    }
}

#[test]
fn sums_are_the_processors() {
    for format in [FP16, FP32] {
        assert_eq!(wrong_sum(&mut dut(float_add(format)), format), None);
    }
}

#[test]
fn an_adder_that_forgets_what_it_shifted_out_is_found() {
    let mut broken = verilog(&float_add(FP16).unwrap()).unwrap();
    let text = broken.files[0].text.replace("|aligned_1[4:0]", "aligned_1[4]");
    assert_ne!(std::mem::replace(&mut broken.files[0].text, text), broken.files[0].text);
    assert!(wrong_sum(&mut simulated(&broken), FP16).is_some());
}

/// The first of many sums that is not the processor's.
fn wrong_sum(dut: &mut Dut, format: Format) -> Option<String> {
    let mut rng = StdRng::seed_from_u64(2);
    let mut compared = 0;
    for case in 0..150_000 {
        let (a, b) = if format == FP16 {
            let pair = halves(&mut rng, 18);
            (pair[case % 16], pair[16])
        } else {
            // Exponents near each other, or one number next to the other
            let near = |rng: &mut StdRng| f32::from_bits(rng.random::<u32>() & 0x8fff_ffff | 0x3800_0000);
            let a = near(&mut rng);
            (a, if case % 4 == 0 { -f32::from_bits(a.to_bits() ^ rng.random_range(0..4)) } else { near(&mut rng) })
        };
        // The sum of two halves in f32, rounded to f16, is the sum rounded once: f32 has more than twice the bits
        let (Some(a_bits), Some(b_bits), Some(expected)) = (format.round(a), format.round(b), format.round(a + b))
        else {
            continue;
        };
        dut.poke("a_i", a_bits).unwrap();
        dut.poke("b_i", b_bits).unwrap();
        let sum = dut.peek("sum_o").unwrap();
        if sum != expected {
            return Some(format!("{a:e} + {b:e} in {format} is {sum:#x} instead of {expected:#x}"));
        }
        compared += 1;
    }
    assert!(compared > 100_000, "{compared}");
    None
}

/// Operands of one cycle as numbers, and what their products sum to in the order of the tree.
trait Numbers {
    /// Bits of a random activation and weight.
    fn pair(rng: &mut StdRng) -> (u64, u64);
    /// Their product.
    fn product(pair: (u64, u64)) -> Self;
    /// The sum that an adder makes.
    fn add(&self, other: &Self) -> Self;
    /// Bits of the total.
    fn total(&self) -> u64;
}

struct Ternary(i64);

impl Numbers for Ternary {
    fn pair(rng: &mut StdRng) -> (u64, u64) {
        (u64::from(rng.random::<u8>()), u64::from(two_bit(rng.random_range(-1..=1))))
    }
    fn product((act, code): (u64, u64)) -> Self {
        let trit = (-1..=1).find(|t| u64::from(two_bit(*t)) == code).unwrap();
        Ternary(i64::from(act as i8) * i64::from(trit))
    }
    fn add(&self, other: &Self) -> Self {
        Ternary(self.0 + other.0)
    }
    fn total(&self) -> u64 {
        self.0 as u64 & ((1 << Config::sized(1, 1).build().unwrap().acc_bits()) - 1)
    }
}

struct Int8(i64);

impl Numbers for Int8 {
    fn pair(rng: &mut StdRng) -> (u64, u64) {
        let edge = |rng: &mut StdRng| if rng.random_bool(0.1) { 0x80 } else { rng.random::<u8>() };
        (u64::from(edge(rng)), u64::from(edge(rng)))
    }
    fn product((act, wgt): (u64, u64)) -> Self {
        Int8(i64::from(act as i8) * i64::from(wgt as i8))
    }
    fn add(&self, other: &Self) -> Self {
        Int8(self.0 + other.0)
    }
    fn total(&self) -> u64 {
        self.0 as u64 & 0xffff_ffff
    }
}

/// Half-precision operands, and sums in half or single precision.
struct Float<const FRACTION: usize>(f32);

impl<const FRACTION: usize> Float<FRACTION> {
    const SUMS: Format = if FRACTION == FP16.fraction { FP16 } else { FP32 };

    fn rounded(x: f32) -> Self {
        Self(Self::SUMS.value(Self::SUMS.round(x).unwrap()))
    }
}

impl<const FRACTION: usize> Numbers for Float<FRACTION> {
    fn pair(rng: &mut StdRng) -> (u64, u64) {
        let mut number = |scale: f32| FP16.round(rng.random_range(-scale..scale)).unwrap();
        (number(127.0), number(0.05))
    }
    fn product((act, wgt): (u64, u64)) -> Self {
        Self::rounded(FP16.value(act) * FP16.value(wgt))
    }
    fn add(&self, other: &Self) -> Self {
        Self::rounded(self.0 + other.0)
    }
    fn total(&self) -> u64 {
        Self::SUMS.round(self.0).unwrap()
    }
}

/// The sum in the order of the tree: neighbours first.
fn tree<N: Numbers>(mut terms: Vec<N>) -> N {
    while terms.len() > 1 {
        let mut left = terms.into_iter();
        let mut joined = vec![];
        while let Some(a) = left.next() {
            joined.push(match left.next() {
                Some(b) => a.add(&b),
                None => a,
            });
        }
        terms = joined;
    }
    terms.remove(0)
}

/// Totals over chunks of three, a new chunk every cycle.
fn accumulates<N: Numbers>(arithmetic: DotArithmetic, lanes: usize) {
    let mut dut = dut(dot(arithmetic, lanes));
    let mut rng = StdRng::seed_from_u64(lanes as u64);
    let latency = arithmetic.latency(lanes);
    let (mut sums, mut total): (Vec<Option<N>>, Option<N>) = (vec![], None);
    for cycle in 0..150 + latency {
        let pairs: Vec<(u64, u64)> = (0..lanes).map(|_| N::pair(&mut rng)).collect();
        let field = |all: Vec<u64>, width| words(&all, width);
        let (act, wgt) = pairs.iter().copied().unzip();
        dut.poke("act_i", field(act, arithmetic.act_bits()).as_slice()).unwrap();
        dut.poke("wgt_i", field(wgt, arithmetic.weight_bits()).as_slice()).unwrap();
        sums.push(Some(tree(pairs.into_iter().map(N::product).collect())));
        let arriving = (cycle + 1).checked_sub(latency);
        dut.poke("first_i", arriving.is_some_and(|chunk| chunk % 3 == 0)).unwrap();
        dut.tick().unwrap();
        if let Some(chunk) = arriving {
            let sum = sums[chunk].take().unwrap();
            total = Some(match total.filter(|_| chunk % 3 > 0) {
                Some(total) => total.add(&sum),
                None => sum,
            });
            let expected = total.as_ref().unwrap().total();
            assert_eq!(dut.peek("total_o").unwrap(), expected, "{arithmetic}, {lanes} lanes, chunk {chunk}");
        }
    }
}

#[test]
fn dot_products_accumulate_exactly_or_as_rounded() {
    for lanes in [1, 7] {
        accumulates::<Ternary>(DotArithmetic::Ternary, lanes);
        accumulates::<Int8>(DotArithmetic::Int8, lanes);
        accumulates::<Float<10>>(DotArithmetic::Fp16, lanes);
        accumulates::<Float<23>>(DotArithmetic::Fp16Fp32, lanes);
    }
}
