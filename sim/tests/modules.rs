//! Every module of the accelerator on its own, as Verilated RTL, against a plain description of what it does.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::Arc;
use trine_hdl::lang::{Errors, Module, RamStyle, bits, verilog};
use trine_hdl::{design, library};
use trine_sim::{BuildOptions, Dut};
use trine_spec::packing::{base3_decode, pack_byte, two_bit};
use trine_spec::{Config, Style, WeightCode};

const STYLES: [Style; 3] = [Style::Portable, Style::Ecp5, Style::Xilinx7];

fn dut(module: Result<Arc<Module>, Errors>) -> Dut {
    let verilog = verilog(&module.unwrap()).unwrap();
    Dut::new(&trine_sim::build(&verilog, &BuildOptions::default()).unwrap()).unwrap()
}

/// Bits, lowest first, as 32-bit words.
fn words(bits: &[bool]) -> Vec<u32> {
    bits.chunks(32).map(|w| w.iter().enumerate().fold(0, |word, (i, b)| word | u32::from(*b) << i)).collect()
}

fn field(out: &mut Vec<bool>, value: i64, width: usize) {
    out.extend((0..width).map(|i| value >> i & 1 == 1));
}

/// Sets `port` to `values` of `width` bits each, lowest first.
fn poke_all(dut: &mut Dut, port: &str, values: impl IntoIterator<Item = i64>, width: usize) {
    let mut all = vec![];
    values.into_iter().for_each(|v| field(&mut all, v, width));
    dut.poke(port, words(&all).as_slice()).unwrap();
}

/// `count` signed values of `width` bits from `port`.
fn peek_all(dut: &mut Dut, port: &str, count: usize, width: usize) -> Vec<i64> {
    let words = dut.peek_words(port).unwrap();
    let bit = |i: usize| i64::from(words[i / 32] >> (i % 32) & 1);
    let value = |n: usize| (0..width).map(|i| bit(n * width + i) << i).sum::<i64>();
    (0..count).map(|n| value(n) << (64 - width) >> (64 - width)).collect()
}

#[test]
fn a_column_multiplies_every_trit_with_every_activation() {
    for style in STYLES {
        let config = Config::sized(2, 1).style(style).build().unwrap();
        every_trit_times_every_activation(&config, &mut dut(design::column(&config)));
    }
}

fn every_trit_times_every_activation(config: &Config, dut: &mut Dut) {
    for x in -128..=127i64 {
        for y in [-128, -1, 0, 1, 77, 127] {
            for (a, b) in [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1i8)] {
                poke_all(dut, "act_i", [x, y], 8);
                poke_all(dut, "code_i", [a, b].map(|t| i64::from(two_bit(t))), 2);
                for _ in 0..config.tree_levels() {
                    dut.tick().unwrap();
                }
                let sum = dut.peek_signed("sum_o").unwrap() + dut.peek("owed_o").unwrap() as i64;
                assert_eq!(sum, x * i64::from(a) + y * i64::from(b), "{}: {x} * {a} + {y} * {b}", config.style());
            }
        }
    }
}

#[test]
fn a_column_answers_after_its_latency_with_a_new_sum_each_cycle() {
    let sizes = [1, 2, 3, 4, 5, 8, 11, 12, 13, 31, 64];
    for (lanes, style) in sizes.into_iter().flat_map(|lanes| STYLES.map(|style| (lanes, style))) {
        let config = Config::sized(lanes, 1).style(style).build().unwrap();
        let latency = config.tree_levels();
        let mut dut = dut(design::column(&config));
        let mut rng = StdRng::seed_from_u64(lanes as u64);
        let mut expected = vec![];
        for cycle in 0..200 {
            // The extremes first: every lane at its largest magnitude, all of one sign.
            let extreme = [(-128, -1), (-128, 1), (127, 1), (127, -1)].get(cycle).copied();
            let pairs: Vec<(i64, i8)> = (0..lanes)
                .map(|_| extreme.unwrap_or_else(|| (rng.random_range(-128..=127), rng.random_range(-1..=1))))
                .collect();
            poke_all(&mut dut, "act_i", pairs.iter().map(|p| p.0), 8);
            poke_all(&mut dut, "code_i", pairs.iter().map(|p| i64::from(two_bit(p.1))), 2);
            expected.push(pairs.iter().map(|(x, w)| x * i64::from(*w)).sum::<i64>());
            dut.tick().unwrap();
            if let Some(at) = (cycle + 1).checked_sub(latency) {
                let sum = dut.peek_signed("sum_o").unwrap() + dut.peek("owed_o").unwrap() as i64;
                assert_eq!(sum, expected[at], "{style}, {lanes} lanes, cycle {cycle}");
            }
        }
    }
}

#[test]
fn the_trit_decoder_knows_every_byte() {
    let mut dut = dut(design::trit_decoder());
    for byte in 0..=255u8 {
        dut.poke("byte_i", u64::from(byte)).unwrap();
        let (codes, illegal) = (dut.peek("codes_o").unwrap(), dut.peek("illegal_o").unwrap());
        match base3_decode(byte) {
            Some(trits) => {
                let expected = trits.iter().rev().fold(0, |all, t| all << 2 | u64::from(two_bit(*t)));
                assert_eq!((codes, illegal), (expected, 0), "byte {byte:#04x}");
            }
            None => assert_eq!(illegal, 1, "byte {byte:#04x}"),
        }
    }
}

#[test]
fn a_ram_holds_what_was_written() {
    // Every width of an ECP5 block RAM, one deeper than any, and a word over several blocks.
    for (style, width, depth) in [
        (Style::Portable, 7, 6),
        (Style::Ecp5, 19, 6),
        (Style::Ecp5, 37, 1024),
        (Style::Ecp5, 10, 1025),
        (Style::Ecp5, 9, 2049),
        (Style::Ecp5, 3, 4097),
        (Style::Ecp5, 2, 16384),
        (Style::Ecp5, 2, 16385),
    ] {
        let mut dut = dut(library::ram(style, RamStyle::Block, "trine_ram", width, depth));
        let mut rng = StdRng::seed_from_u64(width as u64);
        let mut words = vec![None; depth];
        let (mut fetched, mut out) = (None, None);
        // First the whole memory in order, so that addresses differ, then anything.
        for cycle in 0..depth + 3000 {
            let write_at = if cycle < depth { cycle } else { rng.random_range(0..depth) };
            let value = rng.random_range(0..1u64 << width);
            let (write, read, next, zero) = (
                cycle < depth || rng.random_bool(0.5),
                rng.random_bool(0.7),
                rng.random_bool(0.7),
                rng.random_bool(0.1),
            );
            // Neither an address being written nor one never written is read.
            let read_at = rng.random_range(0..depth);
            let read = read && words[read_at].is_some() && !(write && read_at == write_at);
            for (port, value) in [
                ("write_i", u64::from(write)),
                ("write_at_i", write_at as u64),
                ("data_i", value),
                ("read_i", u64::from(read)),
                ("read_at_i", read_at as u64),
                ("next_i", u64::from(next || zero)),
                ("zero_i", u64::from(zero)),
            ] {
                dut.poke(port, value).unwrap();
            }
            dut.tick().unwrap();
            out = if zero {
                Some(0)
            } else if next {
                fetched
            } else {
                out
            };
            if read {
                fetched = words[read_at];
            }
            if write {
                words[write_at] = Some(value);
            }
            if let Some(expected) = out {
                assert_eq!(dut.peek("word_o").unwrap(), expected, "{style}, {width} x {depth}, cycle {cycle}");
            }
        }
    }
}

#[test]
fn accumulators_sum_each_token_over_its_chunks() {
    for style in [Style::Portable, Style::Ecp5] {
        accumulators(&Config::sized(4, 3).max_tokens(5).max_depth(64).style(style).build().unwrap());
    }
}

fn accumulators(config: &Config) {
    let (sum_bits, acc) = (10, config.acc_bits());
    let mut dut = dut(design::accumulators(config, sum_bits));
    let mut rng = StdRng::seed_from_u64(3);
    for tokens in 1..=config.max_tokens() {
        dut.poke("rst_i", true).unwrap();
        dut.poke("valid_i", false).unwrap();
        dut.tick().unwrap();
        dut.poke("rst_i", false).unwrap();
        let mut totals = vec![[0i64; 3]; tokens];
        // Which sum arrives in which cycle, with a gap now and then, the first ones after the reads ahead of them.
        let mut slots = vec![None, None];
        for chunk in 0..12 {
            for token in 0..tokens {
                slots.extend(rng.random_bool(0.3).then_some(None));
                slots.push(Some((chunk % 6, token)));
            }
        }
        for (at, slot) in slots.iter().enumerate() {
            let ahead = |n: usize| slots.get(at + n).copied().flatten();
            dut.poke("read_token_i", ahead(2).map_or(0, |(_, token)| token) as u64).unwrap();
            dut.poke("next_first_i", ahead(1).is_some_and(|(chunk, _)| chunk == 0)).unwrap();
            dut.poke("next_valid_i", ahead(1).is_some()).unwrap();
            dut.poke("next_odd_i", ahead(1).is_some_and(|(_, token)| token % 2 == 1)).unwrap();
            dut.poke("next_last_chunk_i", ahead(1).is_some_and(|(chunk, _)| chunk == 5)).unwrap();
            dut.poke("valid_i", slot.is_some()).unwrap();
            dut.poke("single_i", tokens == 1).unwrap();
            dut.poke("pair_i", tokens == 2).unwrap();
            let sums: Vec<i64> = (0..3).map(|_| rng.random_range(-512..=511)).collect();
            let owed: Vec<i64> = (0..3).map(|_| rng.random_range(0..=1)).collect();
            poke_all(&mut dut, "sums_i", sums.iter().copied(), sum_bits);
            poke_all(&mut dut, "owed_i", owed.iter().copied(), 1);
            let Some((chunk, token)) = *slot else {
                dut.tick().unwrap();
                continue;
            };
            dut.poke("token_i", token as u64).unwrap();
            dut.tick().unwrap();
            for (n, total) in totals[token].iter_mut().enumerate() {
                *total = sums[n] + owed[n] + if chunk == 0 { 0 } else { *total };
            }
            let found = peek_all(&mut dut, "total_o", 3, acc);
            assert_eq!(found, totals[token], "token {token} of {tokens}, chunk {chunk}");
        }
    }
}

#[test]
fn a_fifo_keeps_order_and_counts_what_leaves() {
    let kinds =
        [(Style::Portable, RamStyle::Block), (Style::Ecp5, RamStyle::Block), (Style::Portable, RamStyle::Distributed)];
    kinds.into_iter().for_each(|(style, kind)| fifo(style, kind));
}

fn fifo(style: Style, kind: RamStyle) {
    let depth = 8;
    let mut dut = dut(library::fifo(style, kind, "trine_fifo", bits(9), depth));
    let mut rng = StdRng::seed_from_u64(5);
    dut.poke("rst_i", true).unwrap();
    dut.tick().unwrap();
    dut.poke("rst_i", false).unwrap();
    let (mut pushed, mut popped, mut room) = (0u64, 0u64, depth);
    let mut held = None;
    let mut full_seen = false;
    for cycle in 0..5000 {
        let push = room > 0 && rng.random_bool(if cycle % 1000 < 500 { 0.9 } else { 0.3 });
        let ready = rng.random_bool(if cycle % 1000 < 500 { 0.3 } else { 0.9 });
        dut.poke("push_i", push).unwrap();
        dut.poke("data_i", pushed % 509).unwrap();
        dut.poke("ready_i", ready).unwrap();
        let (valid, data) = (dut.peek("valid_o").unwrap() == 1, dut.peek("data_o").unwrap());
        if let Some(before) = held {
            assert!(valid && data == before, "cycle {cycle}: the offered word changed");
        }
        held = (valid && !ready).then_some(data);
        assert_eq!(dut.peek("pop_o").unwrap() == 1, valid && ready);
        if valid && ready {
            assert_eq!(data, popped % 509, "cycle {cycle}");
            popped += 1;
            room += 1;
        }
        if push {
            pushed += 1;
            room -= 1;
        }
        full_seen |= room == 0;
        dut.tick().unwrap();
    }
    assert!(full_seen && popped > 1000 && pushed - popped <= depth as u64);
}

#[test]
fn a_replay_buffer_replays_while_words_still_arrive() {
    [Style::Portable, Style::Ecp5].into_iter().for_each(replay_buffer);
}

fn replay_buffer(style: Style) {
    let mut dut = dut(library::replay_buffer(style, "trine_replay", 7, 6));
    let mut rng = StdRng::seed_from_u64(11);
    for count in 1..=6u64 {
        dut.poke("rst_i", true).unwrap();
        dut.poke("take_i", false).unwrap();
        dut.poke("open_next_i", true).unwrap();
        dut.tick().unwrap();
        dut.poke("rst_i", false).unwrap();
        let (mut stored, mut taken, mut due) = (0, 0, [None, None]);
        while taken < 4 * count {
            let offer = rng.random_bool(0.5);
            dut.poke("in_valid_i", offer).unwrap();
            // Beyond the closing word the source keeps offering: nothing more may enter.
            dut.poke("in_data_i", if stored < count { 10 * count + stored } else { 99 }).unwrap();
            dut.poke("in_last_i", stored + 1 == count).unwrap();
            let valid = dut.peek("valid_o").unwrap() == 1;
            assert!(!valid || taken >= count || taken < stored, "a word before it arrived");
            let take = valid && rng.random_bool(0.7);
            dut.poke("take_i", take).unwrap();
            dut.poke("rewind_i", taken % count == count - 1).unwrap();
            let enters = offer && dut.peek("in_ready_o").unwrap() == 1;
            if let Some(at) = due[1] {
                let word = (dut.peek("word_o").unwrap(), dut.peek("last_o").unwrap() == 1);
                assert_eq!(word, (10 * count + at, at + 1 == count), "word {at} of {count}");
            }
            due = [take.then_some(taken % count), due[0]];
            taken += u64::from(take);
            stored += u64::from(enters);
            assert!(stored <= count);
            dut.tick().unwrap();
        }
    }
}

#[test]
fn a_weight_loader_decodes_tiles_without_a_gap() {
    for (code, bus) in [(WeightCode::TwoBit, 16), (WeightCode::Base3, 8), (WeightCode::Base3, 40)] {
        let config = Config::sized(7, 3).weight_code(code).weight_bus(bus).build().unwrap();
        let (beats, trits) = (config.beats_per_tile(), config.tile_trits());
        let mut dut = dut(design::weight_loader(&config));
        let mut rng = StdRng::seed_from_u64(bus as u64);
        let tiles: Vec<Vec<i8>> = (0..9).map(|_| (0..trits).map(|_| rng.random_range(-1..=1)).collect()).collect();
        let mut bytes: Vec<u8> = vec![];
        for tile in &tiles {
            let mut padded = tile.clone();
            padded.resize(beats * config.trits_per_beat(), 0);
            bytes.extend(padded.chunks(code.trits_per_byte()).map(|t| pack_byte(code, t)));
        }
        dut.poke("rst_i", true).unwrap();
        dut.poke("open_next_i", true).unwrap();
        dut.poke("take_i", false).unwrap();
        dut.tick().unwrap();
        dut.poke("rst_i", false).unwrap();
        let (mut sent, mut taken, mut cycles, mut due, mut valid) = (0, 0, 0, false, false);
        let mut held = vec![vec![]; beats - 1];
        while taken < tiles.len() || due {
            let beat: Vec<i64> = bytes.chunks(bus / 8).nth(sent).unwrap_or(&[]).iter().map(|b| i64::from(*b)).collect();
            dut.poke("in_valid_i", !beat.is_empty()).unwrap();
            poke_all(&mut dut, "in_data_i", if beat.is_empty() { vec![0; bus / 8] } else { beat.clone() }, 8);
            dut.poke("in_last_i", sent + 1 == tiles.len() * beats).unwrap();
            dut.poke("take_i", valid).unwrap();
            // As signed two-bit numbers the codes 00, 01, 11 are 0, 1 and -1.
            let codes = peek_all(&mut dut, "codes_o", config.trits_per_beat(), 2);
            let keep = if beats > 1 { dut.peek("keep_o").unwrap() } else { 0 };
            for (_, held) in held.iter_mut().enumerate().filter(|(beat, _)| keep >> beat & 1 == 1) {
                held.clone_from(&codes);
            }
            if due {
                let expected: Vec<i64> = tiles[taken - 1].iter().map(|t| i64::from(*t)).collect();
                let found: Vec<i64> = held.iter().flatten().chain(&codes).copied().take(trits).collect();
                assert_eq!(found, expected, "tile {}", taken - 1);
                assert_eq!(dut.peek("last_o").unwrap() == 1, taken == tiles.len());
            }
            if valid {
                taken += 1;
            }
            due = valid;
            // Whatever is there is taken, so the next one has to arrive.
            valid = dut.peek("arrives_o").unwrap() == 1;
            assert_eq!(dut.peek("early_o").unwrap() + dut.peek("illegal_o").unwrap(), 0);
            sent += usize::from(!beat.is_empty() && dut.peek("in_ready_o").unwrap() == 1);
            cycles += 1;
            dut.tick().unwrap();
        }
        assert_eq!(cycles, tiles.len() * beats + 3, "{code} on {bus} bits: a beat a cycle");
    }
}

#[test]
fn a_weight_loader_tells_illegal_codes_and_early_marks() {
    for (code, illegal) in [(WeightCode::TwoBit, 0b10_00u64), (WeightCode::Base3, 0xFF)] {
        let config = Config::sized(7, 3).weight_code(code).weight_bus(8).build().unwrap();
        let mut dut = dut(design::weight_loader(&config));
        for (data, last) in [(illegal, false), (0, true), (0, false)] {
            for port in ["take_i", "in_valid_i"] {
                dut.poke(port, false).unwrap();
            }
            dut.poke("rst_i", true).unwrap();
            dut.poke("open_next_i", true).unwrap();
            dut.tick().unwrap();
            dut.poke("rst_i", false).unwrap();
            dut.poke("in_valid_i", true).unwrap();
            dut.poke("in_data_i", data).unwrap();
            dut.poke("in_last_i", last).unwrap();
            let (mut saw_illegal, mut saw_early) = (false, false);
            for _ in 0..6 {
                dut.tick().unwrap();
                dut.poke("in_valid_i", false).unwrap();
                saw_illegal |= dut.peek("illegal_o").unwrap() == 1;
                saw_early |= dut.peek("early_o").unwrap() == 1;
            }
            assert_eq!((saw_illegal, saw_early), (data != 0, last), "{code}: {data:#x}, last {last}");
        }
    }
}
