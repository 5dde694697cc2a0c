//! Files of one's own prices: what they may say, and everything that is wrong with one told at once.

use trine_perf::energy::{Action, Component, EnergyModel, Pricing, Records};
use trine_spec::Config;
use uom::si::energy::picojoule;

const EXAMPLE: &str = include_str!("../../examples/own-prices.toml");

fn with(text: &str) -> Records {
    Records::builtin().unwrap().and(text).unwrap_or_else(|error| panic!("{error}"))
}

/// The faults of a text beside the builtin records, a line each.
fn faults(text: &str) -> Vec<String> {
    let error = Records::builtin().unwrap().and(text).unwrap_err().to_string();
    error.lines().skip(1).map(|line| line.trim().to_owned()).collect()
}

/// The one fault of the example with `from` become `to` once.
fn fault(from: &str, to: &str) -> String {
    assert!(EXAMPLE.contains(from), "{from}");
    let all = faults(&EXAMPLE.replacen(from, to, 1));
    assert_eq!(all.len(), 1, "{all:#?}");
    all[0].clone()
}

#[test]
fn the_example_prices_a_unit() {
    let records = with(EXAMPLE);
    let memory = records.memory("lpddr5-6400").unwrap();
    let pricing = Pricing::new(&records, &Config::default(), 200e6, "my-7nm", &memory.set).unwrap();
    let reasons: Vec<&str> = pricing.unpriced().map(|(_, why)| why).collect();
    assert!(reasons[0].contains("no record for multiplier multiply") && reasons.len() == 2, "{reasons:?}");
    let byte = pricing.unit.items().last().unwrap().price.energy;
    assert!((byte.value.get::<picojoule>() - 40.0).abs() < 1e-9 && (byte.lo.get::<picojoule>() - 24.0).abs() < 1e-9);
    assert_eq!((memory.bytes_per_second, memory.cycles(256, 200e6)), (25.6e9, 2));
    let pair = records.memory("lpddr5-6400-x2").unwrap();
    assert_eq!((pair.bytes_per_second, pair.set.as_str()), (51.2e9, "lpddr5-6400"));
    assert_eq!((records.die("my-7nm").unwrap(), records.die("7nm").unwrap()), (Some(31), None));
    // One action differs from the set that it extends.
    let add = |die: &str, action: (Component, Action)| {
        let price = records.price(die, action.0, action.1, 8, None).unwrap();
        price.energy.value.get::<picojoule>()
    };
    assert!((add("7nm-fast-adder", (Component::Adder, Action::Add)) - 0.009).abs() < 1e-12);
    assert_eq!(
        add("7nm-fast-adder", (Component::Selector, Action::Select)),
        add("7nm", (Component::Selector, Action::Select))
    );
    EnergyModel::new(&records, &Config::default(), 200e6, "7nm-fast-adder", "hbm2").unwrap();
}

#[test]
fn a_memory_takes_the_price_of_a_set_or_of_another_memory() {
    let head = "[sources]\ns = \"S\"\n[[memory]]\nname = \"m\"\nsource = \"s\"\ntable = \"T\"\n";
    let memory = |keys: &str| with(&format!("{head}{keys}")).memory("m").unwrap();
    let wide = memory("extends = \"hbm2\"\nbytes_per_second = 512e9\n");
    assert_eq!((wide.set.as_str(), wide.bytes_per_second, wide.source.as_str()), ("hbm2", 512e9, "S: T"));
    assert_eq!(memory("extends = \"hbm2\"\n").bytes_per_second, 256e9);
    assert_eq!(memory("set = \"lpddr4\"\nbytes_per_second = 34_128_000_000\n").set, "lpddr4");
    let cheaper = memory("extends = \"hbm2\"\npj_per_bit = 3.5\nlo = 3\nhi = 4\n");
    assert_eq!((cheaper.set.as_str(), cheaper.bytes_per_second), ("m", 256e9));
    for (keys, complaint) in [
        ("bytes_per_second = 1e9\n", "needs one of `pj_per_bit`, `lo` and `hi` in pJ, and `set`, or `extends`"),
        ("set = \"7nm\"\nbytes_per_second = 1e9\n", "set `7nm` has no record for dram transfer"),
        ("set = \"hbm2\"\nbytes_per_second = 1e15\n", "1e15 bytes a second is outside 1e6 to 1e14 bytes a second"),
        ("set = \"hbm2\"\nbytes_per_second = nan\n", "`bytes_per_second` is nan and has to be above 0 bytes a second"),
        ("extends = \"core-rope\"\n", "there is no memory `core-rope`; there are lpddr4-4266"),
        ("extends = \"hbm2\"\nlo = 3\n", "`lo`, `hi` and `volts` belong to `pj_per_bit`"),
    ] {
        let all = faults(&format!("{head}{keys}"));
        assert!(all.iter().any(|fault| fault.starts_with("line ") && fault.contains(complaint)), "{keys}: {all:?}");
    }
}

#[test]
fn everything_wrong_with_a_file_is_told_at_once() {
    let text = EXAMPLE
        .replacen("pj_per_bit = 5.0", "pj_per_bit = 5000.0", 1)
        .replacen("name = \"my-7nm\"\nnode = \"7 nm\"", "name = \"my-7nm\"\nnode = \"7 nm\"\ncolour = \"red\"", 1)
        .replacen("pj = 0.0006", "pj = inf", 1)
        .replacen("action = \"add\"", "action = \"subtract\"", 1)
        .replacen("capacity = 8192\n", "", 1)
        .replacen("source = \"paper\"\nextends = \"7nm\"", "source = \"rumour\"\nextends = \"9nm\"", 1);
    let all = faults(&text);
    for (line, complaint) in [
        (12, "memory lpddr5-6400: 5000 pJ is not between lo, 3 pJ, and hi, 8 pJ"),
        (34, "[[die]] has no key `colour`; there are name, node, volts, source, extends, record"),
        (42, "my-7nm selector select: `pj` is inf and has to be above 0 pJ"),
        (47, "my-7nm adder subtract: nothing is known by this name"),
        (74, "my-7nm sram access: an sram needs `capacity`, and nothing else has one"),
        (123, "die 7nm-fast-adder: there is no source `rumour` in [sources]"),
        (123, "die 7nm-fast-adder: there is no die `9nm` to extend; there are 45nm, 7nm, ice40, osu018, my-7nm"),
    ] {
        assert!(all.iter().any(|f| f.contains(complaint)), "{complaint}\n{all:#?}");
        assert!(
            all.iter().any(|f| f.starts_with(&format!("line {line}: ")) && f.contains(complaint)),
            "{line}\n{all:#?}"
        );
    }
}

/// A misspelt key comes before the faults that follow from it.
#[test]
fn a_misspelt_key_is_named_before_what_is_missing() {
    let misspelt = EXAMPLE.replacen("pj = 0.0006", "pJ = 0.0006", 1);
    let all = faults(&misspelt);
    assert!(all[0].starts_with("line 41: [[record]] has no key `pJ`; there are component"), "{all:?}");
    assert_eq!(all[1..], ["line 37: my-7nm selector select needs `pj`"]);
}

#[test]
fn names_that_come_with_the_command_stay_what_they_are() {
    for (from, to) in [
        ("\"my-7nm\"", "\"7nm\""),
        ("\"my-7nm\"", "\"lpddr4\""),
        ("\"lpddr5-6400-x2\"", "\"hbm2\""),
        ("\"lpddr5-6400-x2\"", "\"sdram-143\""),
    ] {
        let all = faults(&EXAMPLE.replacen(from, to, 1));
        assert!(all[0].contains("comes with this command: give yours another name"), "{all:?}");
    }
    assert!(fault("\"7nm-fast-adder\"", "\"my-7nm\"").contains("the name `my-7nm` is given in line 31 too"));
    let own = "[sources]\ns = \"S\"\n[[record]]\nset = \"7nm\"\ncomponent = \"adder\"\n";
    assert!(faults(own)[0].contains("set `7nm` comes with this command and cannot be changed: make a [[die]]"));
}

#[test]
fn nodes_do_not_mix_and_values_keep_their_limits() {
    assert!(fault("node = \"7 nm\"\nvolts = 0.8", "node = \"45 nm\"\nvolts = 0.8").contains("two nodes in one set"));
    assert!(
        fault("node = \"7 nm\"\nvolts = 0.8", "node = \"1 nm\"\nvolts = 0.8")
            .contains("`1 nm` is none of 2 nm to 180 nm")
    );
    let volts = fault("volts = 0.7", "volts = 70");
    assert!(volts.contains("die my-7nm: 70 V is no supply voltage, which is 0.2 to 5.5 V"), "{volts}");
    let slip = fault("pj = 0.006\nlo = 0.003\nhi = 0.012", "pj = 6\nlo = 3\nhi = 12");
    assert!(slip.contains("0.75 pJ a bit is outside 0.0000188 to 0.0181 pJ a bit of 7 nm"), "{slip}");
    let dram = fault("pj_per_bit = 5.0\nlo = 3.0\nhi = 8.0", "pj_per_bit = 0.005\nlo = 0.003\nhi = 0.008");
    assert!(dram.contains("0.005 pJ a bit is outside 0.2 to 500 pJ a bit; is `pj` in picojoules?"), "{dram}");
}

#[test]
fn what_is_no_toml_or_no_table_is_refused_with_its_line() {
    for (text, complaint) in [
        ("[sources\n", "line 1: "),
        ("x = 1\ny = =\n[[memory]\n", "line 2: "),
        ("memory = 3\n", "line 1: `memory` is no list of tables; each of them begins with [[memory]]"),
        ("[sources]\ns = 3\n", "line 2: [sources]: `s` is no text in quotes"),
        ("[prices]\n", "line 1: the file has no key `prices`; there are sources, record, die, memory"),
    ] {
        let all = faults(text);
        assert!(all.iter().any(|fault| fault.starts_with(complaint)), "{text}: {all:?}");
    }
}

/// A memory with a timing for simulation, its table as `ulx3s` has it.
const TIMED: &str = "[sources]
s = \"S\"
[[memory]]
name = \"m\"
set = \"sdram\"
bytes_per_second = 100e6
source = \"s\"
table = \"T\"
[memory.dram]
controller_hz = 50e6
access_bytes = 2
access_cycles = 1
row_bytes = 2048
banks = 4
rcd_ns = 18
rp_ns = 18
ras_ns = 42
rc_ns = 60
rfc_ns = 60
refi_ns = 7812.5
read_latency = 5
front = 4
refresh_entry = 5
lookahead = 8
outstanding = 16
banks_ahead = false
one_command = true
source = \"data sheet\"
";

#[test]
fn a_memory_may_have_the_timing_of_a_data_sheet() {
    let dram = with(TIMED).memory("m").unwrap().dram.unwrap();
    assert_eq!(dram.in_order, None);
    let dram = with(&TIMED.replace("front = 4", "front = 4\nin_order = 0.97")).memory("m").unwrap().dram.unwrap();
    let board = trine_perf::memory::named("ulx3s").unwrap().dram.unwrap();
    assert_eq!(trine_perf::dram::Dram { source: board.source.clone(), ..dram }, board);
    // A memory that extends another one has its timing, as long as its rate is the same.
    let extended = |rate: &str| {
        let text = format!("[[memory]]\nname = \"n\"\nextends = \"ulx3s\"\n{rate}source = \"s\"\ntable = \"T\"\n");
        with(&(TIMED.to_owned() + &text)).memory("n").unwrap().dram
    };
    assert_eq!((extended(""), extended("bytes_per_second = 1e9\n")), (Some(board), None));
}

#[test]
fn an_impossible_timing_is_refused_by_name() {
    for (from, to, says) in [
        ("banks = 4", "bank = 4", "line 14: dram has no key `bank`; there are controller_hz, access_bytes"),
        ("banks = 4", "banks = 0", "memory m, [memory.dram]: `banks` is no whole number from 1 to 1048576"),
        ("rcd_ns = 18", "rcd_ns = -1", "memory m, [memory.dram]: `rcd_ns` is -1 and has to be above 0 ns"),
        ("row_bytes = 2048", "row_bytes = 2000", "`row_bytes` is 2000 and no power of two"),
        ("row_bytes = 2048", "row_bytes = 1", "`access_bytes` is 2 and `row_bytes` only 1"),
        ("ras_ns = 42", "ras_ns = 10", "`ras_ns` is 10 and has to be `rcd_ns` of 18 at least"),
        ("rc_ns = 60", "rc_ns = 41", "`rc_ns` is 41 and has to be `ras_ns` of 42 at least"),
        ("rp_ns = 18", "rp_ns = 2e6", "`rp_ns` is 2e6 and has to be 1e6 ns at most"),
        ("refi_ns = 7812.5", "refi_ns = 200", "`refi_ns` is 10 cycles, which refreshes of 12 fill"),
        ("access_bytes = 2", "access_bytes = 4", "accesses move 2e8 bytes a second, and `bytes_per_second` is 1e8"),
        ("front = 4", "front = 4\nmargin_cycles = 1.5", "`margin_cycles` is 1.5 and has to be below 1"),
        (
            "front = 4",
            "front = 4\nin_order = 1.01",
            "`in_order` is 1.01 and has to be a share of the peak, above 0 and 1 at",
        ),
        (
            "lookahead = 8",
            "lookahead = 8\npower = { chips = 8, volts = 1.35 }",
            "memory m, [memory.dram.power] needs `idd0_ma`",
        ),
        (
            "lookahead = 8",
            "lookahead = 8\npower = { chips = 1, volts = 33, idd0_ma = 90, idd2n_ma = 30, idd3n_ma = 40, idd4r_ma = 120, idd5_ma = 200, source = \"s\" }",
            "memory m, [memory.dram]: power: `volts` is 33 and has to be 0.3 to 5 V",
        ),
        (
            "lookahead = 8",
            "lookahead = 8\npower = { chips = 1, volts = 3.3, idd0_ma = 90, idd2n_ma = 30, idd3n_ma = 40, idd4r_ma = 20, idd5_ma = 200, source = \"s\" }",
            "memory m, [memory.dram]: power: `idd4r_ma` is 20 and has to be above `idd3n_ma` of 40",
        ),
        (
            "lookahead = 8",
            "lookahead = 8\npower = { chips = 1, volts = 3.3, idd0_ma = 9, idd2n_ma = 30, idd3n_ma = 40, idd4r_ma = 120, idd5_ma = 200, source = \"s\" }",
            "memory m, [memory.dram]: power: `idd0_ma` is 9 and below the standby currents",
        ),
        ("one_command = true", "one_command = 1", "memory m, [memory.dram]: `one_command` is neither true nor false"),
    ] {
        assert!(TIMED.contains(from), "{from}");
        let all = faults(&TIMED.replacen(from, to, 1)).join("; ");
        assert!(all.contains(says), "{to}: {all}");
    }
    assert!(faults(&TIMED.replace("lookahead = 8\n", ""))[0].ends_with("memory m, [memory.dram] needs `lookahead`"));
}
