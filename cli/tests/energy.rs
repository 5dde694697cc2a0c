//! `trine energy` and `trine estimate`, end to end, and the parts that an energy assumes against the hardware there is.

use std::sync::Arc;

use crate::common::{body, json, trine, workplace};
use serde_json::Value;
use trine_hdl::design;
use trine_hdl::lang::{Kind, Module};
use trine_perf::energy::{Arithmetic, Inventory};
use trine_spec::Config;

fn number(v: &Value) -> f64 {
    v.as_f64().unwrap_or_else(|| panic!("{v} is no number"))
}

#[test]
fn papers_are_recomputed() {
    let folder = workplace();
    let printed = trine(folder.path(), "energy paper");
    assert_eq!(printed.code, Some(0), "{}", printed.stderr);
    assert!(printed.stdout.contains("BitNet, table 1") && printed.stdout.contains("71.4286"), "{}", printed.stdout);
    let direct: Value = serde_json::from_str(&trine(folder.path(), "energy paper --json").stdout).unwrap();
    trine(folder.path(), "energy paper --json p.json");
    assert_eq!(body(direct.clone()), body(json(folder.path(), "p.json")));
    let cells = direct["tables"][0]["rows"].as_array().unwrap();
    assert_eq!(cells.len(), 36);
    for row in cells {
        assert!((number(&row["computed"]) - number(&row["printed"])).abs() <= 0.01, "{row}");
    }
    assert!(direct["objections"].as_array().unwrap().len() >= 5 && direct["tables"][0]["tag"] == "literature");
}

#[test]
fn an_estimate_is_what_the_unit_counts() {
    let folder = workplace();
    std::fs::write(folder.path().join("u.toml"), "lanes = 32\ncolumns = 8\nmax-tokens = 4\n").unwrap();
    let run = trine(
        folder.path(),
        "estimate --model MODEL --config u.toml --memory lpddr4-4266 --prompt-tokens 9 --check --json e.json",
    );
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    assert!(run.stdout.contains("tokens/s by the linear layers") && run.stdout.contains("TerEffic"));
    let report = json(folder.path(), "e.json");
    let checked = report["checked"].as_array().unwrap();
    // Four shapes, for one token and for four.
    assert_eq!(checked.len(), 8);
    assert!(checked.iter().all(|l| l["equal"] == true && l["mismatches"] == 0), "{checked:?}");
    let layers = report["layers"].as_array().unwrap();
    let sum = |field: &str| layers.iter().map(|l| number(&l[field])).sum::<f64>();
    assert_eq!(number(&report["bytes_per_token"]), sum("bytes"));
    assert!((number(&report["tokens_per_second"]) - 200e6 / sum("cycles")).abs() < 1e-6);
    let joules = &report["energy_per_token_j"];
    assert!(number(&joules["lo"]) < number(&joules["value"]) && number(&joules["value"]) < number(&joules["hi"]));
    assert_eq!((&joules["tag"], &report["prefill"]["tokens"]), (&"projected".into(), &9.into()));
    // A shape says nothing about zeros, and the estimate says so.
    assert!(run.stdout.contains("m = 9; base3 weights, 1.62 bits each on the bus; zeros: unknown"), "{}", run.stdout);
    assert_eq!(report["decode"]["conditions"]["zero_weights"], Value::Null);
    assert!(run.stdout.contains("roofline") && run.stdout.contains("in place"), "{}", run.stdout);
}

/// A unit that reads weights from its memory is given the rate that reading in order reaches there.
#[test]
fn weights_in_the_memory_come_at_its_rate_in_order() {
    let folder = workplace();
    let line = "estimate --model synthetic:bitnet-2b-4t:1 --lanes 40 --columns 8 --weight-bus 128 --memory orangecrab \
                --clock-hz 48e6";
    let report = |flags: &str| -> Value {
        let run = trine(folder.path(), &format!("{line} {flags} --json"));
        serde_json::from_str(&run.stdout).unwrap()
    };
    let (host, memory) = (report(""), report("--weights memory"));
    assert_eq!((&host["in_order"], &memory["in_order"]), (&Value::Null, &0.939.into()));
    // 1,851,252 cycles were simulated: `trine run` with the same flags, --prompt A --tokens 1 --offload linear.
    let cycles = number(&memory["decode"]["cycles"]);
    assert!((cycles / 1_851_252.0 - 1.0).abs() < 0.001, "{cycles}");
    let each = number(&memory["tokens_per_second"]) / 0.384;
    assert!((number(&memory["tokens_per_second_per_gbs"]) / each - 1.0).abs() < 1e-9);
    let text = trine(folder.path(), &format!("{line} --weights memory")).stdout;
    assert!(text.contains("weights, which are read in order, come at 93.9 % of that (simulated)"), "{text}");
    assert!(text.contains(" 67.56 for each GB/s, "), "{text}");
}

/// The honest figures for BitNet b1.58 2B-4T: bytes decide, and int8 costs what its bytes cost.
#[test]
fn one_token_of_two_billion_weights_is_a_matter_of_bytes() {
    let folder = workplace();
    for (columns, bus, gain) in [(16, 512, 4.0), (20, 512, 5.0), (20, 2048, 5.0)] {
        let unit = format!("--columns {columns} --weight-bus {bus}");
        let line = format!("estimate --model synthetic:bitnet-2b-4t {unit} --memory lpddr4-4266 --json");
        let report: Value = serde_json::from_str(&trine(folder.path(), &line).stdout).unwrap();
        let (energy, total) = (&report["decode"]["energy_parts_j"], number(&report["energy_per_token_j"]["value"]));
        assert!(number(&energy["dram"]["value"]) > 0.9 * total, "{energy}");
        let int8 = &report["decode"]["baselines"][0];
        assert_eq!(int8["arithmetic"], "int8");
        let ratio = number(&int8["energy_j"]["value"]) / total;
        assert!((ratio / gain - 1.0).abs() < 0.03, "{ratio} with {unit}");
    }
}

/// Of 180 nm only columns were measured: they are priced, a unit is refused, and nothing of another node is added.
#[test]
fn a_technology_of_columns_prices_columns_and_no_unit() {
    let folder = workplace();
    let unit = "--lanes 32 --columns 8 --offload linear --die osu018";
    let run = trine(folder.path(), &format!("run --model MODEL --prompt KING --tokens 1 --report out {unit}"));
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{}", run.stdout);
    let refusal = "technology `osu018` has no record for selector select, adder add, flip-flop write, flip-flop clock, sram access";
    let rest = "sram-bit leak; nothing is priced without a source; whole columns have one there, memories, decoders and control have \
                none";
    assert!(run.stdout.contains(refusal) && run.stdout.contains(rest), "{}", run.stdout);
    assert!(run.stdout.contains("columns alone"), "{}", run.stdout);
    let report = json(folder.path(), "out/run.json");
    assert_eq!(
        (&report["energy_j"], &report["energy_parts_j"], &report["bill"]),
        (&Value::Null, &Value::Null, &serde_json::json!([]))
    );
    assert!(report["energy_note"].as_str().unwrap().contains(refusal));
    let columns = report["columns"].as_array().unwrap();
    let active: f64 = report["layers"].as_array().unwrap().iter().map(|l| number(&l["active_cycles"])).sum();
    let energy = |i: usize, end: &str| number(&columns[i]["energy_j"][end]) / (active * 256.0) * 1e12;
    let near = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-9;
    assert!(near(energy(0, "value"), 7.12) && near(energy(0, "lo"), 6.99) && near(energy(0, "hi"), 7.23));
    assert!(near(energy(1, "value"), 32.0) && near(energy(2, "value"), 126.0));
    assert_eq!(columns[0]["energy_j"]["tag"], "measured");
    let page = std::fs::read_to_string(folder.path().join("out/report.html")).unwrap();
    assert!(
        page.contains("energy of the columns")
            && page.contains("have one there, memories, decoders and control have none"),
        "on the page too"
    );
    assert!(!page.contains("of it in DRAM"));

    let line = "estimate --model synthetic:bitnet-2b-4t --die osu018 --json";
    let estimate: Value = serde_json::from_str(&trine(folder.path(), line).stdout).unwrap();
    assert_eq!(
        (&estimate["energy_per_token_j"], &estimate["head"]["energy_per_token_j"]),
        (&Value::Null, &Value::Null)
    );
    let own = &estimate["decode"]["columns"][0];
    // 2.084 G products of a token fill their tiles; nobody counted them in a run.
    assert!((number(&own["energy_j"]["value"]) / (2_084_044_800.0 * 7.12e-12) - 1.0).abs() < 0.001, "{own}");
    assert_eq!(own["energy_j"]["tag"], "projected");
}

/// The table of docs/explanation/energy.md, to the digits that it states.
#[test]
fn the_documented_estimate_is_what_the_command_says() {
    let folder = workplace();
    let text = include_str!("../../docs/explanation/energy.md");
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter(|line| line.contains(" bits | ") && line.contains(" MB | "))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), 3);
    for row in rows {
        let (sizes, bus) = row[0].trim_end_matches(" bits").split_once(", ").unwrap();
        let (lanes, columns) = sizes.split_once(" × ").unwrap();
        let unit = format!("--lanes {lanes} --columns {columns} --weight-bus {bus}");
        let line = format!("estimate --model synthetic:bitnet-2b-4t {unit} --json");
        let report: Value = serde_json::from_str(&trine(folder.path(), &line).stdout).unwrap();
        let joules = ["value", "lo", "hi"].map(|end| 1e3 * number(&report["energy_per_token_j"][end]));
        let share = number(&report["decode"]["energy_parts_j"]["dram"]["value"]) * 1e5 / joules[0];
        let other = |i: usize| 1e3 * number(&report["decode"]["baselines"][i]["energy_j"]["value"]) / joules[0];
        let expected = [
            format!("{:.0} MB", number(&report["bytes_per_token"]) / 1e6),
            format!("{:.1}", number(&report["tokens_per_second"])),
            format!("{:.1} mJ ({:.1} to {:.1})", joules[0], joules[1], joules[2]),
            format!("{share:.1} %"),
            format!("{:.2} ×", other(0)),
            format!("{:.2} ×", other(1)),
        ];
        assert_eq!(row[1..], expected.each_ref().map(String::as_str));
    }
}

#[test]
fn what_has_no_price_is_said_to_have_none() {
    let folder = workplace();
    let run = trine(folder.path(), "estimate --model MODEL --board ulx3s --lanes 16 --columns 4");
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains("technology `ecp5` has no record for selector select"), "{}", run.stdout);
    let run = trine(folder.path(), "estimate --model MODEL --memory core-rope");
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("there is no memory `core-rope`; there are lpddr4-4266"), "{}", run.stderr);
}

#[test]
fn records_of_ones_own_have_prices_too() {
    let folder = workplace();
    let builtin = include_str!("../../perf/src/energy/records.toml");
    std::fs::write(folder.path().join("mine.toml"), builtin.replace("set = \"", "set = \"my-")).unwrap();
    let line = "estimate --model MODEL --die my-7nm --records mine.toml --json";
    let report: Value = serde_json::from_str(&trine(folder.path(), line).stdout).unwrap();
    assert!(number(&report["energy_per_token_j"]["value"]) > 0.0);
    std::fs::write(folder.path().join("bad.toml"), builtin).unwrap();
    let run = trine(folder.path(), "estimate --model MODEL --records bad.toml");
    assert_eq!(run.code, Some(2));
    assert!(
        run.stderr.contains("set `45nm` comes with this command and cannot be changed: make a [[die]] of another name"),
        "{}",
        run.stderr
    );
}

/// Register bits of a module and all below it, memories' output registers included.
fn flip_flops(module: &Arc<Module>) -> usize {
    let own: usize = module.decls.iter().filter(|d| d.kind == Kind::Reg).map(|d| d.ty.width).sum();
    own + module.instances.iter().map(|i| flip_flops(&i.module)).sum::<usize>()
}

fn memory_bits(module: &Arc<Module>) -> usize {
    let bits = |d: &trine_hdl::lang::Decl| match d.kind {
        Kind::Memory(words, _) => words * d.ty.width,
        _ => 0,
    };
    module.decls.iter().map(bits).sum::<usize>()
        + module.instances.iter().map(|i| memory_bits(&i.module)).sum::<usize>()
}

/// An energy is no better than the parts it assumes.
#[test]
fn the_inventory_is_that_of_the_generated_unit() {
    for (lanes, columns, bus) in [(32, 5, 256), (64, 20, 512), (64, 20, 2048), (256, 64, 512)] {
        let config = Config::sized(lanes, columns).weight_bus(bus).build().unwrap();
        let (unit, parts) = (design::unit(&config).unwrap(), Inventory::new(&config, Arithmetic::Ternary));
        let off = |assumed: usize, there: usize| (assumed as f64 / there as f64 - 1.0).abs();
        let (assumed, there) = (parts.flip_flops(), flip_flops(&unit));
        assert!(off(assumed, there) < 0.15, "{lanes} x {columns}: {assumed} register bits assumed, {there} there");
        let (assumed, there) = (parts.memory_bits(), memory_bits(&unit));
        assert!(off(assumed, there) < 0.05, "{lanes} x {columns}: {assumed} memory bits assumed, {there} there");
    }
}
