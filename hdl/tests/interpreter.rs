//! The interpreter against arithmetic on whole numbers, and a unit's datapath against sums of products.

use num_bigint::BigInt;
use std::sync::Arc;
use trine_hdl::design;
use trine_hdl::lang::{BIT, Expr, Interpreter, Module, Ty, bits, cat, int, lit, mux};
use trine_spec::packing::two_bit;
use trine_spec::{Config, Style, WeightCode};

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ z >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ z >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// A value of type `ty`, often one of the ends.
    fn value(&mut self, ty: Ty) -> BigInt {
        let low = if ty.signed { -(BigInt::from(1) << (ty.width - 1)) } else { BigInt::ZERO };
        match self.below(6) {
            0 => low,
            1 => low + (BigInt::from(1) << ty.width) - 1,
            _ => {
                let words = (0..ty.width.div_ceil(64)).map(|_| BigInt::from(self.next()));
                let number = words.fold(BigInt::ZERO, |number, word| (number << 64) + word);
                low + (number & ((BigInt::from(1) << ty.width) - 1))
            }
        }
    }
}

/// The number modulo the width of `ty`, read as that type says.
fn as_type(value: &BigInt, ty: Ty) -> BigInt {
    let end = BigInt::from(1) << ty.width;
    let bits = ((value % &end) + &end) % &end;
    if ty.signed && bits >= (BigInt::from(1) << (ty.width - 1)) { bits - end } else { bits }
}

/// A random expression over named values, each with its value as a number.
fn grown(m: &mut Module, random: &mut Random, known: &[(Expr, BigInt)], name: &str) -> (Expr, BigInt) {
    let (a, x) = known[random.below(known.len())].clone();
    let same: Vec<&(Expr, BigInt)> = known.iter().filter(|(e, _)| e.ty.signed == a.ty.signed).collect();
    let (b, y) = same[random.below(same.len())].clone();
    let (c, z) = known[random.below(known.len())].clone();
    let raw = |e: &Expr, x: &BigInt| as_type(x, bits(e.ty.width));
    let truth = BigInt::from;
    let (e, value) = match random.below(15) {
        0 => (&a + &b, x + y),
        1 => (&a - &b, x - y),
        2 => (&a & &b, x & y),
        3 => (&a | &b, x | y),
        4 => (&a ^ &b, x ^ y),
        5 => (a.eq(&b), truth(i32::from(x == y))),
        6 => (a.lt(&b), truth(i32::from(x < y))),
        7 => (!&a, !x),
        8 => (mux(c.any(), &a, &b), if z == BigInt::ZERO { y } else { x }),
        9 => (cat([a.clone(), c.clone()]), raw(&a, &x) + (raw(&c, &z) << a.ty.width)),
        10 => (a.repeat(2), raw(&a, &x) * ((BigInt::from(1) << a.ty.width) + 1)),
        11 => {
            let low = random.below(a.ty.width);
            let width = 1 + random.below(a.ty.width - low);
            (a.slice(low, width), raw(&a, &x) >> low)
        }
        12 => (a.all(), truth(i32::from(raw(&a, &x) + 1 == (BigInt::from(1) << a.ty.width)))),
        13 => (a.count_ones(), (0..a.ty.width as u64).map(|bit| i32::from(raw(&a, &x).bit(bit))).sum::<i32>().into()),
        _ => ((&a + &b).wrap(), x + y),
    };
    let e = if random.below(4) == 0 { if e.ty.signed { e.unsigned() } else { e.signed() } } else { e };
    let value = as_type(&value, e.ty);
    (m.name(name, e), value)
}

#[test]
fn random_expressions_are_whole_numbers() {
    let mut random = Random(11);
    for case in 0..300 {
        let mut m = Module::new("random", "Random expressions.");
        let mut known = vec![];
        for n in 0..4 {
            // Around the widths of machine words too
            let width = [1 + random.below(9), 60 + random.below(8), 118 + random.below(6), 200][random.below(4)];
            let ty = if random.below(2) == 0 { bits(width) } else { int(width) };
            known.push((m.input(&format!("in_{n}_i"), ty), random.value(ty)));
        }
        known.push((m.name("one", lit(1, BIT)), BigInt::from(1)));
        known.push((m.name("minus", lit(-1, int(5))), BigInt::from(-1)));
        for n in 0..12 {
            let narrow: Vec<_> = known.iter().filter(|(e, _)| e.ty.width < 500).cloned().collect();
            let next = grown(&mut m, &mut random, &narrow, &format!("value_{n}"));
            known.push(next);
        }
        let mut run = Interpreter::new(&m.build().unwrap()).unwrap();
        (0..4).for_each(|n| run.set(&format!("in_{n}_i"), known[n].1.clone()));
        for (n, (e, value)) in known[6..].iter().enumerate() {
            assert_eq!(run.get_wide(&format!("value_{n}")), *value, "case {case}: value {n} of type {}", e.ty);
        }
    }
}

/// One job of a datapath: matrices, and the streams that carry them.
struct Job {
    x: Vec<Vec<i64>>,
    w: Vec<Vec<i64>>,
}

impl Job {
    fn random(random: &mut Random, (m, k, n): (usize, usize, usize)) -> Job {
        let mut matrix = |rows: usize, columns: usize, low: i64, count: usize| -> Vec<Vec<i64>> {
            (0..rows).map(|_| (0..columns).map(|_| low + random.below(count) as i64).collect()).collect()
        };
        Job { x: matrix(m, k, -128, 256), w: matrix(k, n, -1, 3) }
    }

    fn sizes(&self) -> (usize, usize, usize) {
        (self.x.len(), self.w.len(), self.w[0].len())
    }

    /// Activation beats: chunk by chunk, token by token.
    fn activations(&self, c: &Config) -> Vec<BigInt> {
        let (_, k, _) = self.sizes();
        let mut beats = vec![];
        for chunk in (0..k).step_by(c.lanes()) {
            for token in &self.x {
                let lanes = (0..c.lanes()).rev().map(|lane| token.get(chunk + lane).copied().unwrap_or(0) & 255);
                beats.push(lanes.fold(BigInt::ZERO, |beat, value| (beat << 8) + value));
            }
        }
        beats
    }

    /// Weight beats: tile by tile, column by column, two bits a trit.
    fn weights(&self, c: &Config) -> Vec<BigInt> {
        let (_, k, n) = self.sizes();
        let mut beats = vec![];
        for block in (0..n).step_by(c.columns()) {
            for chunk in (0..k).step_by(c.lanes()) {
                let trit = |i: usize| {
                    let (column, lane) = (block + i / c.lanes(), chunk + i % c.lanes());
                    self.w.get(lane).and_then(|row| row.get(column)).copied().unwrap_or(0)
                };
                let codes = (0..c.tile_trits()).rev().map(|i| u64::from(two_bit(trit(i) as i8)));
                let mut tile = codes.fold(BigInt::ZERO, |tile, code| (tile << 2) + code);
                for _ in 0..c.beats_per_tile() {
                    beats.push(&tile & ((BigInt::from(1) << c.weight_bus()) - 1));
                    tile >>= c.weight_bus();
                }
            }
        }
        beats
    }

    /// Result beats: block by block, token by token.
    fn results(&self, c: &Config) -> Vec<Vec<i64>> {
        let (m, k, n) = self.sizes();
        let product = |i: usize, j: usize| (0..k).map(|at| self.x[i][at] * self.w[at][j]).sum();
        let blocks = (0..n).step_by(c.columns());
        blocks
            .flat_map(|block| (0..m).map(move |i| (block, i)))
            .map(|(block, i)| (block..n.min(block + c.columns())).map(|j| product(i, j)).collect())
            .collect()
    }
}

/// Runs `job` on a datapath with stalls on every stream; the beats of results.
fn run(core: &mut Interpreter, c: &Config, job: &Job, random: &mut Random) -> Vec<Vec<i64>> {
    let (m, k, n) = job.sizes();
    core.set_all([("last_token_i", m as i64 - 1), ("depth_i", k as i64), ("outputs_i", n as i64)]);
    core.set_all([("clear_i", 1), ("open_next_i", 1), ("act_valid_i", 0), ("wgt_valid_i", 0)]);
    (0..4).for_each(|_| core.clock());
    core.set_all([("clear_i", 0), ("start_i", 1)]);
    core.clock();
    core.set("start_i", 0);
    let streams = [("act", job.activations(c)), ("wgt", job.weights(c))];
    let (mut sent, mut results, expected) = ([0, 0], vec![], job.results(c).len());
    for cycle in 0.. {
        assert!(cycle < 5000, "{results:?}");
        let mut moves = [false; 2];
        for (i, (name, beats)) in streams.iter().enumerate() {
            let valid = sent[i] < beats.len() && random.below(4) > 0;
            core.set(&format!("{name}_valid_i"), i32::from(valid));
            core.set(&format!("{name}_last_i"), i32::from(sent[i] + 1 == beats.len()));
            core.set(&format!("{name}_data_i"), beats.get(sent[i]).cloned().unwrap_or_default());
            moves[i] = valid;
        }
        let ready = random.below(3) > 0;
        core.set("res_ready_i", i32::from(ready));
        for (i, (name, _)) in streams.iter().enumerate() {
            sent[i] += usize::from(moves[i] && core.get(&format!("{name}_ready_o")) == 1);
        }
        for fault in ["act_early_o", "act_late_o", "wgt_early_o", "wgt_late_o", "illegal_o"] {
            assert_eq!(core.get(fault), 0, "{fault} in cycle {cycle}");
        }
        if ready && core.get("res_valid_o") == 1 {
            let (beat, keep) = (core.get_bits("res_data_o"), core.get("res_keep_o"));
            let real = (0..c.columns()).filter(|column| keep >> (4 * column) & 15 == 15);
            let value = |column: usize| i64::try_from(as_type(&(&beat >> (32 * column)), int(32))).unwrap();
            results.push(real.map(value).collect());
            if core.get("res_last_o") == 1 {
                assert_eq!(results.len(), expected);
                return results;
            }
        }
        core.clock();
    }
    results
}

fn datapath(c: &Config) -> Interpreter {
    let core: Arc<Module> = design::core(c).unwrap();
    Interpreter::new(&core).unwrap()
}

#[test]
fn a_datapath_multiplies_matrices() {
    let mut random = Random(3);
    let c = Config::sized(7, 3)
        .weight_code(WeightCode::TwoBit)
        .weight_bus(16)
        .max_depth(100)
        .max_tokens(5)
        .style(Style::Portable)
        .build()
        .unwrap();
    let mut core = datapath(&c);
    for sizes in [(1, 1, 1), (1, 20, 3), (2, 14, 4), (3, 15, 7), (5, 30, 2)] {
        let job = Job::random(&mut random, sizes);
        assert_eq!(run(&mut core, &c, &job, &mut random), job.results(&c), "{sizes:?}");
    }
}

/// Groups of one, two and three columns, also with a rest, in beats that begin and end anywhere in a group.
#[test]
fn groups_give_the_results_of_one() {
    let mut random = Random(5);
    for (style, group, bus) in [Style::Portable, Style::Packed]
        .into_iter()
        .flat_map(|style| [(1, 16), (2, 16), (3, 8), (2, 40), (4, 72)].map(|(group, bus)| (style, group, bus)))
    {
        let sized = Config::sized(7, 5).weight_code(WeightCode::TwoBit).weight_bus(bus).max_depth(100).max_tokens(5);
        let c = sized.style(style).group(group).build().unwrap();
        assert_eq!(c.groups(), 5usize.div_ceil(group));
        let mut core = datapath(&c);
        for sizes in [(1, 1, 1), (1, 20, 11), (2, 14, 5), (3, 15, 7), (5, 30, 4)] {
            let job = Job::random(&mut random, sizes);
            assert_eq!(run(&mut core, &c, &job, &mut random), job.results(&c), "{style}, {group}, {bus}, {sizes:?}");
        }
    }
}

/// The test above finds a mistake: a datapath of which one sum is a difference.
#[test]
fn a_broken_datapath_is_found() {
    let c =
        Config::sized(2, 2).weight_code(WeightCode::TwoBit).weight_bus(8).max_depth(16).max_tokens(2).build().unwrap();
    let core = design::core(&c).unwrap();
    let mutants = trine_hdl::lang::mutants(&core).unwrap();
    let wrong = mutants.iter().find(|m| m.module == "trine_accumulate" && m.operator.name() == "arithmetic").unwrap();
    let broken = trine_hdl::lang::mutant(&core, wrong.id).unwrap();
    let mut random = Random(4);
    let job = Job::random(&mut random, (2, 7, 3));
    let results = run(&mut Interpreter::new(&broken).unwrap(), &c, &job, &mut random);
    assert_ne!(results, job.results(&c), "{}", wrong.change);
}
