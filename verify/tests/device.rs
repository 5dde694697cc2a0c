//! The device under hosts that do anything in any order, held to its reference model; and broken devices, which it notices.
//!
//! `TRINE_SEED=N` draws other hosts and `TRINE_CASES=N` more of them; a failure prints both with the shortest host that
//! shows it.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config as Cases, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use trine_hdl::Verilog;
use trine_sim::{BuildOptions, Library};
use trine_spec::registers::{ErrorCode, SPACE};
use trine_spec::{Config, WeightCode};
use trine_verify::reference::{Command, Defect, Feed, Summary, play};

/// Hosts a configuration.
const CASES: u32 = 250;

/// The simulation of a unit of configuration `config`.
fn library(config: &Config) -> Library {
    trine_sim::build(&trine_sim::verilog(config).unwrap(), &BuildOptions::default()).unwrap()
}

fn environment(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

fn configurations() -> Vec<Config> {
    let two_bit = WeightCode::TwoBit;
    let all = [
        Config::sized(4, 2).weight_code(two_bit).weight_bus(8).max_depth(16).max_tokens(4).build().unwrap(),
        Config::sized(3, 2).weight_bus(8).max_depth(9).max_tokens(3).build().unwrap(),
        Config::sized(2, 1).act_bits(4).weight_code(two_bit).weight_bus(8).max_depth(7).max_tokens(1).build().unwrap(),
        Config::sized(5, 9).weight_code(two_bit).weight_bus(24).max_depth(33).max_tokens(2).build().unwrap(),
    ];
    all.into_iter().chain([Config::preset("unit").unwrap(), Config::preset("odd").unwrap()]).collect()
}

fn defect() -> impl Strategy<Value = Defect> {
    prop_oneof![
        8 => Just(Defect::None),
        1 => any::<u8>().prop_map(Defect::Early),
        1 => any::<u8>().prop_map(Defect::Unmarked),
        1 => any::<u8>().prop_map(Defect::Cut),
        1 => any::<u8>().prop_map(Defect::Illegal),
        1 => Just(Defect::Noise),
    ]
}

fn feed() -> impl Strategy<Value = Feed> {
    let pause = prop_oneof![Just(0), any::<u8>()];
    (any::<u16>(), pause, defect()).prop_map(|(seed, pause, defect)| Feed { seed: seed.into(), pause, defect })
}

fn start() -> impl Strategy<Value = Command> {
    let watchdog = prop_oneof![2 => Just(0), 1 => any::<u8>()];
    (any::<u8>(), any::<u16>(), any::<u8>(), feed(), feed(), watchdog).prop_map(
        |(m, k, n, activations, weights, watchdog)| Command::Start { m, k, n, activations, weights, watchdog },
    )
}

fn command() -> impl Strategy<Value = Command> {
    // Mostly registers, sometimes anything.
    let offset = || prop_oneof![6 => (0..0x20_u16).prop_map(|word| 4 * word), 1 => 0..SPACE as u16];
    let strobes = prop_oneof![9 => Just(0xF), 1 => 0..16_u8];
    let value = prop_oneof![0..8_u32, any::<u32>()];
    prop_oneof![
        8 => start(),
        5 => (offset(), value, strobes).prop_map(|(offset, value, strobes)| Command::Write { offset, value, strobes }),
        3 => offset().prop_map(|offset| Command::Read { offset }),
        5 => any::<u8>().prop_map(|cycles| Command::Run { cycles }),
        6 => Just(Command::Finish),
        2 => Just(Command::Abort),
        1 => Just(Command::SoftReset),
        1 => Just(Command::Reset),
        2 => prop_oneof![Just(0), any::<u8>(), Just(255)].prop_map(|pause| Command::Sink { pause }),
        1 => Just(Command::Withdraw),
        1 => Just(Command::ClearCounters),
        2 => Just(Command::Snapshot),
    ]
}

/// Plays hosts on a unit; the ends of their jobs, or the shortest host that the unit fails.
fn hosts(library: &Library, config: &Config) -> Result<Summary, String> {
    let (seed, cases) = (environment("TRINE_SEED", 1), environment("TRINE_CASES", CASES.into()) as u32);
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let settings = Cases { cases, failure_persistence: None, ..Cases::default() };
    let total = std::cell::RefCell::new(Summary::default());
    let outcome = TestRunner::new_with_rng(settings, random).run(&vec(command(), 1..24), |commands| {
        let summary =
            play(library, config, seed, &commands).map_err(|finding| TestCaseError::fail(finding.to_string()))?;
        let mut total = total.borrow_mut();
        total.done += summary.done;
        total.dropped += summary.dropped;
        total.refused += summary.refused;
        total.failed.iter_mut().zip(summary.failed).for_each(|(sum, more)| *sum += more);
        Ok(())
    });
    match outcome {
        Ok(()) => Ok(total.into_inner()),
        Err(TestError::Fail(reason, commands)) => Err(format!(
            "{reason}\nhost: {commands:#?}\nunit: {config:?}\n\
             replay: TRINE_SEED={seed} TRINE_CASES={cases} cargo test --workspace --test device"
        )),
        Err(TestError::Abort(reason)) => Err(reason.to_string()),
    }
}

#[test]
fn any_host_gets_right_results_or_an_error_and_the_next_job_is_right() {
    for config in configurations() {
        let summary = hosts(&library(&config), &config).unwrap_or_else(|problem| panic!("{problem}"));
        println!("{} x {}: {summary:?}", config.lanes(), config.columns());
        // A check that never met what it checks would pass as well.
        assert!(summary.done > 100 && summary.dropped > 20 && summary.refused > 50, "{summary:?}");
        for code in [ErrorCode::IllegalTrit, ErrorCode::Watchdog, ErrorCode::WeightsLate, ErrorCode::ActivationsLate] {
            assert!(summary.failed[code as usize] > 0, "{code:?}: {summary:?}");
        }
    }
}

/// Finding in the smallest unit with one mistake: `from` becomes `to` in the module `module`, once.
fn broken(module: &str, from: &str, to: &str) -> String {
    let config = Config::preset("unit").unwrap();
    let mut verilog: Verilog = trine_hdl::lang::verilog(&trine_hdl::design::unit(&config).unwrap()).unwrap();
    let file = verilog.files.iter_mut().find(|file| file.name == format!("{module}.v")).unwrap();
    assert!(file.text.contains(from), "{module} has no `{from}`:\n{}", file.text);
    file.text = file.text.replacen(from, to, 1);
    let library = trine_sim::build(&verilog, &BuildOptions::default()).unwrap();
    hosts(&library, &config).expect_err("the mistake was not found")
}

#[test]
fn broken_devices_are_noticed() {
    let mistakes = [
        ("trine_job", "| (illegal_i | expired)", "| illegal_i", "no beat moved for "),
        ("trine_job", " | watchdog_written_i", "", "no beat moved for "),
        ("trine_job", "(check_q | fault) | abort_i", "check_q | abort_i", "the job after them: "),
        ("trine_weight_loader", "fault_q <= (checked_q & (|group_q))", "fault_q <= 1'd0", "illegal"),
        ("trine_registers", "strobes_full_q & ~refused", "strobes_full_q", "no reason to end"),
    ];
    for (module, from, to, expected) in mistakes {
        let said = broken(module, from, to);
        assert!(said.contains(expected) && said.contains("replay: TRINE_SEED="), "{module}, `{from}`: {said}");
    }
}
