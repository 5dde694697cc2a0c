//! Memories and dies of one's own, and invalid numbers, as a user meets them.

use std::path::Path;

use crate::common::{json, trine, workplace};

const EXAMPLE: &str = include_str!("../../examples/own-prices.toml");

/// The command's refusal of its input; it prints nothing else.
fn refused(folder: &Path, line: &str) -> String {
    let run = trine(folder, line);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{line}: {}", run.stderr);
    run.stderr
}

/// The command that docs/reference/energy-records.md and the example itself show.
#[test]
fn the_documented_example_is_an_estimate() {
    let folder = workplace();
    std::fs::create_dir(folder.path().join("examples")).unwrap();
    std::fs::write(folder.path().join("examples/own-prices.toml"), EXAMPLE).unwrap();
    let command = "trine estimate --model synthetic:bitnet-2b-4t --records examples/own-prices.toml --memory lpddr5-6400 --die my-7nm";
    let docs = include_str!("../../docs/reference/energy-records.md");
    assert!(docs.contains(command) && EXAMPLE.contains(command));
    let run = trine(folder.path(), &format!("{} --json e.json", command.strip_prefix("trine ").unwrap()));
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert!(
        run.stdout.contains("lpddr5-6400 at 25.6 GB/s") && run.stdout.contains("5.00 pJ (3.00 pJ to 8.00 pJ"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("no energy of the int8 unit beside it"), "{}", run.stdout);
    let report = json(folder.path(), "e.json");
    let joules = report["energy_per_token_j"]["value"].as_f64().unwrap();
    // 420 MB at 40 pJ a byte, and 2 % on the die.
    assert!((0.0167..0.0182).contains(&joules), "{joules}");
    assert_eq!(report["memory"]["file"]["path"], "examples/own-prices.toml");
    assert_eq!(report["memory"]["file"], report["records"]);
    assert_eq!(report["records"]["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(report["memory_price"]["energy_per_bit_j"]["tag"], "derived");
    let plain = trine(folder.path(), "estimate --model MODEL --json p.json");
    assert_eq!(plain.code, Some(0), "{}", plain.stderr);
    let plain = json(folder.path(), "p.json");
    assert!(plain["records"].is_null() && plain["memory"]["file"].is_null());
}

/// Names and files are looked up before a model is read.
#[test]
fn what_is_not_there_is_named_before_any_work() {
    let folder = workplace();
    std::fs::write(folder.path().join("own.toml"), EXAMPLE).unwrap();
    let lacking = EXAMPLE.replacen(
        "component = \"selector\"\naction = \"select\"",
        "component = \"multiplier\"\naction = \"multiply\"",
        1,
    );
    let lacking = lacking.replacen("pj = 0.0006\nlo = 0.0004\nhi = 0.0012", "pj = 0.009\nlo = 0.004\nhi = 0.02", 1);
    let lacking = lacking.replacen("action = \"clock\"", "action = \"write\"\ncapacity = 1", 1).replacen(
        "action = \"write\"\ncapacity = 1\nbits = 1",
        "action = \"write\"\nbits = 2",
        1,
    );
    std::fs::write(folder.path().join("lacking.toml"), lacking).unwrap();
    for (line, complaint) in [
        ("run --model nowhere --tokens 1 --die 9nm", "there is no die `9nm`; there are 45nm, 7nm, ice40, osu018"),
        ("run --model nowhere --tokens 1 --die lpddr4", "there is no die `lpddr4`"),
        (
            "run --model nowhere --tokens 1 --backend golden --memory core",
            "there is no memory `core`; there are lpddr4-4266, ddr3",
        ),
        ("run --model nowhere --tokens 1 --records own.toml --die my-5nm", "osu018, my-7nm, 7nm-fast-adder"),
        (
            "estimate --model MODEL --records own.toml --memory lpddr6",
            "sdram-143, ulx3s, orangecrab, ecpix5, lpddr5-6400, lpddr5-6400-x2",
        ),
        ("estimate --model MODEL --records none.toml", "none.toml: No such file"),
        (
            "run --model nowhere --tokens 1 --records lacking.toml --die my-7nm",
            "lacking.toml, line 31: energy: technology `my-7nm` has no record for selector select, flip-flop clock; nothing is priced without a source",
        ),
    ] {
        let said = refused(folder.path(), line);
        assert!(said.contains(complaint), "{line}: {said}");
    }
}

/// A file of which neither memory nor die is taken would change nothing.
#[test]
fn records_that_nothing_is_taken_of_are_refused() {
    let folder = workplace();
    std::fs::write(folder.path().join("own.toml"), EXAMPLE).unwrap();
    for verb in ["estimate --model MODEL", "run --model nowhere --tokens 1"] {
        let said = refused(folder.path(), &format!("{verb} --records own.toml --die 45nm"));
        assert!(
            said.starts_with("error: --records: neither memory lpddr4-4266 nor die 45nm is of own.toml; name"),
            "{said}"
        );
    }
    for taken in ["--memory lpddr5-6400-x2", "--die 7nm-fast-adder"] {
        let run = trine(folder.path(), &format!("estimate --model MODEL --records own.toml {taken}"));
        assert_eq!(run.code, Some(0), "{taken}: {}", run.stderr);
    }
}

/// A die whose source is misspelt is one fault, not one for each of its records.
#[test]
fn a_misspelt_source_is_told_once() {
    let folder = workplace();
    let misspelt = EXAMPLE.replacen("volts = 0.7\nsource = \"pdk\"", "volts = 0.7\nsource = \"pkd\"", 1);
    std::fs::write(folder.path().join("own.toml"), misspelt).unwrap();
    let said = refused(folder.path(), "estimate --model MODEL --records own.toml --die my-7nm");
    assert!(said.contains("there is no source `pkd` in [sources]") && !said.contains("needs"), "{said}");
}

/// The note at the end of the example: which of its dies prices the units beside the ternary one.
#[test]
fn only_a_die_with_multipliers_prices_other_arithmetic() {
    let folder = workplace();
    std::fs::write(folder.path().join("own.toml"), EXAMPLE).unwrap();
    for (die, prices) in [("my-7nm", false), ("7nm-fast-adder", true)] {
        let run = trine(folder.path(), &format!("estimate --model MODEL --records own.toml --die {die}"));
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        assert_eq!(!run.stdout.contains("no energy of the int8 unit"), prices, "{die}: {}", run.stdout);
    }
}

#[test]
fn settings_that_are_no_numbers_are_refused_with_their_limits() {
    let folder = workplace();
    for (line, complaint) in [
        ("estimate --model MODEL --clock-hz 1e30", "must be 1000 to 1e10 Hz"),
        ("estimate --model MODEL --clock-hz nan", "must be 1000 to 1e10 Hz"),
        ("run --model MODEL --tokens 1 --clock-hz 0", "must be 1000 to 1e10 Hz"),
        ("run --model MODEL --tokens 1 --temperature nan", "must be 0, or 0.001 to 1000"),
        ("run --model MODEL --tokens 1 --temperature 1e39", "must be 0, or 0.001 to 1000"),
        ("run --model MODEL --tokens 1 --temperature 1e-46x", "not a number"),
        ("run --model MODEL --tokens 1 --deadline inf", "must be 0.001 to 1e9 seconds"),
        ("run --model MODEL --tokens 1 --deadline 1e-30", "must be 0.001 to 1e9 seconds"),
        ("synth --target ecp5-25k --freq inf", "must be 0.001 to 10000 MHz"),
        ("synth --target ecp5-25k --freq=-3", "must be 0.001 to 10000 MHz"),
        ("synth --target ecp5-25k --freq 0", "must be 0.001 to 10000 MHz"),
        ("synth --target ecp5-25k --seeds 0", "0 is not in 1.."),
        ("synth --target ecp5-25k --time-limit 0", "0 is not in 1.."),
        ("verify --stalls nan", "probability"),
        ("verify --stalls 1.0", "probability"),
        ("verify --cases 0 --no-checks", "nothing to verify"),
    ] {
        let said = refused(folder.path(), line);
        assert!(said.contains(complaint), "{line}: {said}");
    }
    for (plan, complaint) in [
        ("configurations = 0\ncases = 3\nstalls = [0.0]\n", "nothing to verify"),
        ("configurations = 2\ncases = 0\nstalls = [0.0]\n", "nothing to verify"),
        ("configurations = 2\ncases = 3\nstalls = []\n", "nothing to verify"),
        ("configurations = 2\ncases = 3\nstalls = [nan]\n", "NaN"),
    ] {
        let plan = format!("seed = 1\nleast-macs = 0\nleast-combinations = 0\n[random]\n{plan}");
        std::fs::write(folder.path().join("plan.toml"), &plan).unwrap();
        let said = refused(folder.path(), "verify --plan plan.toml");
        assert!(said.contains(complaint), "{plan}: {said}");
    }
}
