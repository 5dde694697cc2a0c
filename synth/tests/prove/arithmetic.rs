//! The datapath from the weight byte to the accumulator.

use super::{proven, refuted};
use trine_spec::{Config, Style};
use trine_synth::prove::{Verdict, arithmetic};
use trine_synth::yosys::Yosys;

fn lanes(lanes: usize) -> Config {
    Config::sized(lanes, 1).build().unwrap()
}

#[test]
fn the_trit_decoder_inverts_the_code() {
    proven(&arithmetic::trit_decoder().unwrap());
}

#[test]
fn a_broken_trit_decoder_is_found() {
    let claim = arithmetic::trit_decoder().unwrap();
    for (from, to) in [
        ("escape_top & (pair[2] | (&pair[1:0]))", "escape_top & pair[2]"),
        ("escape ? byte_i[6:5] : byte_i[4:3]", "byte_i[4:3]"),
        ("(pair == 3'd3) ? 4'd4", "(pair == 3'd3) ? 4'd5"),
        ("escape_top ? pair[1:0] : single", "single"),
    ] {
        refuted(&claim, ("trine_trit_decoder", from, to));
    }
}

#[test]
fn a_lane_selects_the_product() {
    for act_bits in [2, 8] {
        proven(&arithmetic::column(&Config::builder().act_bits(act_bits).or(&lanes(1)).build().unwrap()).unwrap());
    }
}

#[test]
fn columns_sum_their_lanes_exactly() {
    for style in [Style::Portable, Style::Ecp5, Style::Xilinx7] {
        for n in [1, 2, 7, 16] {
            proven(&arithmetic::column(&Config::builder().style(style).or(&lanes(n)).build().unwrap()).unwrap());
        }
    }
}

/// Without a tree there are no steps to prove one by one: a few lanes are what a solver can do.
#[test]
fn packed_columns_sum_their_lanes_exactly() {
    for (lanes, act_bits) in [(1, 2), (1, 8), (2, 8), (3, 8), (5, 4)] {
        let config = Config::sized(lanes, 1).style(Style::Packed).act_bits(act_bits).build().unwrap();
        proven(&arithmetic::column(&config).unwrap());
    }
}

#[test]
fn a_broken_packed_column_is_found() {
    let config = Config::sized(3, 1).style(Style::Packed).act_bits(4).build().unwrap();
    let claim = arithmetic::column(&config).unwrap();
    for (from, to) in [
        ("act_i[5:3] ^ code_i[5:3]", "act_i[5:3] ^ code_i[2:0]"),
        (") & code_i[2:0]", ") | code_i[2:0]"),
        ("3'd0}", "2'd0}"),
        ("if (valid_i)", "if (~valid_i)"),
        ("sum_2_q <= ", "sum_2_q <= -"),
    ] {
        refuted(&claim, ("trine_column", from, to));
    }
}

#[test]
#[ignore = "longer: run by make prove"]
fn a_column_of_64_lanes_sums_exactly() {
    for style in [Style::Portable, Style::Ecp5, Style::Xilinx7] {
        proven(&arithmetic::column(&Config::builder().style(style).or(&lanes(64)).build().unwrap()).unwrap());
    }
}

#[test]
fn a_broken_column_is_found() {
    let claim = arithmetic::column(&lanes(4)).unwrap();
    for (from, to) in [
        (" ^ {8{code_i[1]}}", " | {8{code_i[1]}}"),
        ("& {8{code_i[2]}}", "& {8{code_i[0]}}"),
        ("owed_2_0_q <= owed_1_1_q", "owed_2_0_q <= owed_1_0_q"),
        ("{{1{lane_2[7]}}, lane_2}", "{{1{lane_2[6]}}, lane_2}"),
        ("{{1{sum_1_1_q[8]}}, sum_1_1_q}", "{{1{sum_1_0_q[8]}}, sum_1_0_q}"),
        ("reg signed [9:0] sum_2_0_q", "reg signed [8:0] sum_2_0_q"),
    ] {
        refuted(&claim, ("trine_column", from, to));
    }
}

#[test]
fn broken_carry_cells_are_found() {
    for (style, module, from, to) in [
        (Style::Ecp5, "trine_select_add", "16'h96AA", "16'h96A8"),
        (Style::Ecp5, "trine_column", "owed_1_0_q <= code_i[3]", "owed_1_0_q <= code_i[1]"),
        (Style::Xilinx7, "trine_column", "sign_1_0_q <= code_i[3]", "sign_1_0_q <= code_i[1]"),
        (Style::Xilinx7, "trine_column", "owed_2_0_q <= sign_1_1_q", "owed_2_0_q <= sign_1_0_q"),
    ] {
        refuted(
            &arithmetic::column(&Config::builder().style(style).or(&lanes(4)).build().unwrap()).unwrap(),
            (module, from, to),
        );
    }
    let ecp5 = Config::builder().style(Style::Ecp5).max_depth(8).max_tokens(4).or(&lanes(4)).build().unwrap();
    for (module, from, to) in [
        ("trine_accumulate", "16'h665A", "16'h6658"),
        ("trine_accumulators", "token_q <= token_i", "token_q <= read_token_i"),
        ("trine_accumulators_ram", "ram[at_q]", "ram[read_at_i]"),
    ] {
        refuted(&arithmetic::accumulators(&ecp5).unwrap(), (module, from, to));
    }
}

/// The default, and every end of the range of K and lanes.
#[test]
fn accumulators_are_exact_to_the_largest_depth() {
    for (n, max_depth) in [(64, 16384), (1, 1 << 18), (256, 1 << 18), (256, 1), (7, 100)] {
        for max_tokens in [1, 2, 4] {
            for style in [Style::Portable, Style::Ecp5] {
                let config = Config::builder()
                    .style(style)
                    .max_depth(max_depth)
                    .max_tokens(max_tokens)
                    .or(&lanes(n))
                    .build()
                    .unwrap();
                proven(&arithmetic::accumulators(&config).unwrap());
            }
        }
    }
}

#[test]
fn a_broken_accumulator_is_found() {
    let claim =
        arithmetic::accumulators(&Config::builder().max_depth(8).max_tokens(4).or(&lanes(4)).build().unwrap()).unwrap();
    for (module, from, to) in [
        ("trine_accumulators", ".read_at_i(read_token_i)", ".read_at_i(token_i)"),
        ("trine_accumulators", ".write_at_i(token_i)", ".write_at_i(read_token_i)"),
        ("trine_accumulators", "zero = next_first_i | pair_i", "zero = pair_i"),
        ("trine_accumulators", "next_odd_i ? next_last_chunk_i : next_first_i", "next_first_i"),
        ("trine_accumulators", "before_q <= total_q", "before_q <= total"),
        ("trine_accumulators", "single_i & ~next_first_i", "single_i"),
        ("trine_accumulators_ram", "out_q <= word_q", "out_q <= ram[read_at_i]"),
        ("trine_accumulate", "forward_i ? last_i : (word_i | before_i)", "word_i | before_i"),
        ("trine_accumulate", ", owed_i}", ", 1'd0}"),
    ] {
        refuted(&claim, (module, from, to));
    }
}

/// The width is not more than it has to be: twice the chunks are too many for it.
#[test]
fn accumulators_overflow_beyond_the_largest_depth() {
    let mut claim =
        arithmetic::accumulators(&Config::builder().max_depth(8).max_tokens(1).or(&lanes(4)).build().unwrap()).unwrap();
    claim.property = claim.property.replace("CHUNKS = 2", "CHUNKS = 4");
    assert!(matches!(Yosys::find().unwrap().refute(&claim), Ok(Verdict::Refuted { .. })));
}
