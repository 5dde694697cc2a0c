//! The checks of every unit hold for units of all kinds, and a broken unit does not get through them.

use trine_sim::{BuildOptions, Library};
use trine_spec::{Config, Style, WeightCode, Weights};
use trine_verify::suite::checks;

/// The simulation of a unit of configuration `config`.
fn library(config: &Config) -> Library {
    trine_sim::build(&trine_sim::verilog(config).unwrap(), &BuildOptions::default()).unwrap()
}

fn passes(config: &Config) {
    passes_those(config, |_| true);
}

/// The same for the checks of these names only.
fn passes_those(config: &Config, wanted: impl Fn(&str) -> bool) {
    let library = library(config);
    let checks: Vec<_> = checks(config).into_iter().filter(|check| wanted(check.name)).collect();
    assert!(!checks.is_empty());
    for check in checks {
        let begun = std::time::Instant::now();
        let outcome = check.run(&library, config, &[]);
        println!("{}: {:.1} s", check.name, begun.elapsed().as_secs_f64());
        outcome.unwrap_or_else(|fault| panic!("{}: {fault}", check.name));
    }
}

#[test]
fn a_unit_with_odd_sizes_passes() {
    passes(&Config::preset("odd").unwrap());
}

#[test]
fn a_unit_with_base3_weights_passes() {
    passes(&Config::sized(5, 2).act_bits(5).weight_bus(8).max_depth(24).max_tokens(4).build().unwrap());
}

/// Eleven bytes a beat: decoders of eight and of three.
#[test]
fn a_unit_with_packed_columns_passes() {
    let sizes = Config::sized(67, 3).style(Style::Packed).act_bits(7).weight_bus(88).build().unwrap();
    passes(&Config::builder().max_depth(150).max_tokens(4).or(&sizes).build().unwrap());
}

#[test]
fn a_unit_with_tiles_of_one_beat_passes() {
    let sizes = Config::sized(4, 2).weight_code(WeightCode::TwoBit).weight_bus(16).build().unwrap();
    passes(&Config::builder().max_depth(16).max_tokens(32).or(&sizes).build().unwrap());
}

/// A host that pauses for longer than a unit may be silent is no fault of the unit.
#[test]
fn a_unit_with_tiles_of_many_beats_counts_its_stalls() {
    let config = Config::sized(256, 1).weight_bus(8).max_depth(512).max_tokens(2).build().unwrap();
    passes_those(&config, |name| name == "stall counters");
}

#[test]
fn a_unit_with_windows_passes() {
    let sizes = Config::sized(9, 3).weight_code(WeightCode::TwoBit).weight_bus(40).build().unwrap();
    passes(&Config::builder().max_depth(40).max_tokens(3).windows(true).or(&sizes).build().unwrap());
}

/// Seven beats a tile on a bus of 16 bits, so that a job's last burst ends anywhere.
#[test]
fn a_unit_with_weights_from_memory_passes() {
    let sizes = Config::sized(7, 3).weights(Weights::Memory).weight_bus(16).max_depth(40).max_tokens(3);
    passes(&sizes.weight_code(WeightCode::TwoBit).build().unwrap());
}

/// Bursts as AXI3 has them, of which many more are under way; a step of the memory is two windows.
#[test]
fn a_unit_with_short_bursts_passes() {
    let sizes = Config::sized(7, 3).weights(Weights::Memory).weight_bus(16).burst_beats(16);
    passes(&sizes.max_depth(40).max_tokens(3).build().unwrap());
}

/// Two ports of a byte, whose windows take turns; then eight ports and short bursts.
#[test]
fn units_with_several_weight_ports_pass() {
    let sizes = Config::sized(7, 3).weights(Weights::Memory).weight_code(WeightCode::TwoBit).weight_bus(16);
    passes(&sizes.weight_ports(2).max_depth(40).max_tokens(3).build().unwrap());
    let sizes = Config::sized(9, 7).weights(Weights::Memory).weight_bus(64).weight_ports(8).burst_beats(16);
    passes(&sizes.strides(true).windows(true).max_depth(40).max_tokens(3).build().unwrap());
}

/// The same with weights in runs; beats of a byte, so that runs begin within a step.
#[test]
fn units_with_weights_in_runs_pass() {
    let sizes = Config::sized(7, 3).weights(Weights::Memory).strides(true).weight_code(WeightCode::TwoBit);
    for sizes in [sizes.clone().weight_bus(16), sizes.weight_bus(8).windows(true)] {
        passes(&sizes.max_depth(40).max_tokens(3).build().unwrap());
    }
}

/// Tiles of one beat, which holds more than a tile needs; steps of two beats.
#[test]
fn a_unit_with_weights_from_memory_and_packed_columns_passes() {
    let sizes = Config::sized(32, 20).weights(Weights::Memory).style(Style::Packed);
    passes(&sizes.max_depth(96).max_tokens(4).build().unwrap());
}

#[test]
fn a_unit_with_windows_and_weights_from_memory_passes() {
    let sizes = Config::sized(9, 3).weights(Weights::Memory).windows(true).weight_bus(8);
    passes(&sizes.max_depth(40).max_tokens(3).build().unwrap());
}

/// Two slots of activations a beat of memory, eight beats a descriptor.
#[test]
fn a_unit_with_a_ring_passes() {
    let sizes = Config::sized(3, 8).weights(Weights::Memory).ring(true).weight_bus(32);
    passes(&sizes.weight_code(WeightCode::TwoBit).max_depth(20).max_tokens(3).build().unwrap());
    passes(&Config::sized(4, 10).weights(Weights::Memory).ring(true).max_depth(20).max_tokens(3).build().unwrap());
}

/// A descriptor a beat, and four beats of memory to one of activations.
#[test]
fn units_with_rings_and_wide_or_narrow_buses_pass() {
    let sizes = Config::sized(32, 20).weights(Weights::Memory).ring(true).style(Style::Packed);
    passes(&sizes.max_depth(96).max_tokens(4).build().unwrap());
    let sizes = Config::sized(16, 3).weights(Weights::Memory).ring(true).weight_bus(32);
    passes(&sizes.max_depth(40).max_tokens(2).build().unwrap());
}

/// Weights on a bus narrower than `m_axi`, through several ports, and in runs.
#[test]
fn units_with_rings_and_other_ports_for_weights_pass() {
    let sizes = || Config::sized(8, 8).weights(Weights::Memory).ring(true).max_depth(40).max_tokens(3);
    passes(&sizes().weight_bus(8).burst_beats(16).build().unwrap());
    passes(&sizes().weight_bus(64).weight_ports(4).build().unwrap());
    passes(&sizes().weight_bus(32).weight_ports(2).strides(true).build().unwrap());
}

/// Sixteen words a beat of activations and of weights, tiles of one beat.
#[test]
fn a_unit_with_windows_and_beats_of_many_words_passes() {
    passes_windows(Config::sized(63, 5).act_bits(7).max_depth(300));
    passes_windows(Config::sized(64, 4).max_depth(300).max_tokens(5));
}

#[test]
fn units_with_windows_and_tiles_of_one_beat_pass() {
    passes_windows(Config::sized(16, 4).max_depth(100));
    passes_windows(Config::sized(3, 1).max_depth(20).max_tokens(40));
}

/// More beats a tile than wait behind a tile.
#[test]
fn a_unit_with_windows_and_tiles_of_many_beats_passes() {
    passes_windows(Config::sized(32, 2).weight_bus(32).max_depth(100));
    passes_windows(Config::sized(12, 5).weight_bus(16).weight_code(WeightCode::TwoBit).max_depth(48).max_tokens(3));
}

/// The host's silence begins when a tile from memory is there.
#[test]
fn a_unit_with_windows_and_large_tiles_from_memory_passes() {
    passes_windows(Config::sized(40, 6).weights(Weights::Memory).weight_bus(8).max_depth(80).max_tokens(2));
}

/// The units of the boards behind a serial line that are small; `make verify-full` checks those of all boards.
#[test]
fn units_of_small_boards_pass() {
    for board in ["tang-nano-20k", "icebreaker"] {
        let file = format!("{}/../synth/boards/{board}/board.toml", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&file).unwrap();
        let unit = text.split_once("[unit]").unwrap().1.split("\n[").next().unwrap();
        let unit = trine_spec::file::UnitKeys::parse(unit).unwrap().given().build().unwrap();
        assert!(unit.windows(), "{board}");
        passes_those(&unit, |name| name.contains("window"));
    }
}

/// A unit with windows of these sizes passes the checks of windows.
fn passes_windows(sizes: trine_spec::config::Builder) {
    let config = sizes.windows(true).build().unwrap();
    passes_those(&config, |name| name.contains("window"));
}

/// The windows of a unit with tiles of one beat, broken in one place each: words lost, held back for ever, given twice, or changed.
#[test]
fn broken_windows_do_not_pass() {
    let config = Config::sized(16, 4).max_depth(100).windows(true).build().unwrap();
    for (from, to) in [
        ("wgt_request & ~(wgt_full_q | wgt_closed_q)", "wgt_request & ~wgt_closed_q"),
        ("res_blocked & ~read_waited_q[10]", "res_blocked & ~read_waited_q[9]"),
        ("assign read_ok_o = res_taken;", "assign read_ok_o = res_taken | (read_i & ~busy_i);"),
        ("res_taken & res_place_q[3]", "res_taken & res_place_q[2]"),
        ("{16{word[15]}}", "{16{1'd0}}"),
        ("wgt_marked_q <= wgt_marked & ~wgt_complete", "wgt_marked_q <= wgt_marked & ~wgt_taken"),
    ] {
        let mut verilog = trine_sim::verilog(&config).unwrap();
        let file = verilog.files.iter_mut().find(|file| file.name == "trine_windows.v").unwrap();
        assert!(file.text.contains(from), "no `{from}`");
        file.text = file.text.replacen(from, to, 1);
        let library = trine_sim::build(&verilog, &BuildOptions::default()).unwrap();
        let windows = checks(&config).into_iter().filter(|check| check.name.contains("window"));
        let found = windows.filter_map(|check| Some((check.name, check.run(&library, &config, &[]).err()?))).next();
        let (name, fault) = found.unwrap_or_else(|| panic!("`{to}` is not found"));
        println!("{to}: {name}: {fault}");
    }
}
