//! Files as the tools wrote them, whole and cut off.

use trine_synth::Error;
use trine_synth::flow::asic::Timing;
use trine_synth::flow::{Cells, Family, Spread, TimingReport};

const ECP5: &str = include_str!("../data/nextpnr-ecp5.json");
const ICE40: &str = include_str!("../data/nextpnr-ice40.json");
const GOWIN: &str = include_str!("../data/nextpnr-gowin.json");
const OPENSTA: &str = include_str!("../data/opensta.log");

#[test]
fn nextpnr_reports_of_every_family_are_read() {
    let report = TimingReport::parse(ECP5).unwrap();
    assert_eq!(report.fmax_mhz, 87.982);
    let comb = report.utilization["TRELLIS_COMB"];
    assert_eq!((comb.used, comb.available), (2416, 24288));
    assert!(!report.utilization.contains_key("MULT18X18D"), "what is not used is not listed");
    let path = report.critical_path;
    assert_eq!((path.from.as_str(), path.to.as_str()), ("unit.core.activations.ram", "unit.core.result_6_q"));
    assert_eq!(path.through, ["unit.core.activations", "unit.job", "unit.core.weights", "unit.registers", "unit.core"]);
    assert_eq!((path.delay_ns, path.routing_ns, path.levels), (11.366, 4.153, 5));
    assert!((path.delay_ns - 1e3 / report.fmax_mhz).abs() < 0.001, "the path is what limits the clock");

    let report = TimingReport::parse(ICE40).unwrap();
    assert_eq!((report.fmax_mhz, report.utilization["ICESTORM_LC"].used), (29.834, 2878));
    assert_eq!(report.critical_path.to, "unit.core.results.word_valid_q");

    let report = TimingReport::parse(GOWIN).unwrap();
    assert_eq!((report.fmax_mhz, report.utilization["BSRAM"].used), (182.315, 4));
    assert_eq!(report.critical_path.from, "unit.core.sums.ram");
}

#[test]
fn opensta_paths_are_read() {
    let timing = Timing::parse(OPENSTA).unwrap();
    assert_eq!(timing.delay_ns, 4.208);
    let path = timing.critical_path;
    assert_eq!(path.from, "registers.perf_ctrl_snapshot_q");
    assert_eq!(path.to, "counters.act_beats_copy_q");
    assert_eq!((path.through.join(" "), path.levels), ("registers counters".to_string(), 5));
}

#[test]
fn cells_are_counted_as_data_sheets_do() {
    let cells = Cells::parse(include_str!("../data/stat-ecp5.json"), "trine").unwrap();
    let area = cells.area(Family::Ecp5);
    assert_eq!((area.lut, area.ff, area.bram, area.dsp), (1213 + 2 * 446, 2048, 10.0, 0));
    assert_eq!(cells.lut_formula(Family::Ecp5), "LUT4 + 2 CCU2C");

    let cells = Cells::parse(include_str!("../data/stat-xc7.json"), "trine").unwrap();
    let area = cells.area(Family::Xilinx7);
    let luts = ["LUT2", "LUT3", "LUT4", "LUT5", "LUT6", "INV", "SRL16E"].map(|cell| cells.0[cell]);
    assert_eq!((area.lut, area.bram), (luts.iter().sum(), 1.0 + 2.0 / 2.0), "two halves are one block");
    assert_eq!(area.ff, cells.0["FDRE"] + cells.0["FDSE"]);

    let distributed = Cells([("LUT4".to_string(), 3), ("TRELLIS_DPR16X4".to_string(), 2)].into());
    assert_eq!(distributed.area(Family::Ecp5).lut, 3 + 6 * 2);
    assert_eq!(distributed.lut_formula(Family::Ecp5), "LUT4 + 6 TRELLIS_DPR16X4");
}

/// Wherever a file ends too early, the error says which file it is.
#[test]
fn what_is_cut_off_is_refused() {
    fn refused<T: std::fmt::Debug>(text: &str, what: &str, parse: impl Fn(&str) -> Result<T, Error>) {
        for part in 0..10 {
            let cut = &text[..text.trim_end().len() * part / 10];
            match parse(cut) {
                Err(error @ Error::Unreadable { .. }) => {
                    assert!(error.to_string().starts_with(&format!("{what} cannot be read: ")), "{error}");
                }
                other => panic!("{part} tenths of {what}: {other:?}"),
            }
        }
    }
    for report in [ECP5, ICE40, GOWIN] {
        refused(report, "nextpnr's report", TimingReport::parse);
    }
    refused(OPENSTA, "OpenSTA's report", Timing::parse);
    refused(include_str!("../data/stat-ecp5.json"), "Yosys's statistics", |text| Cells::parse(text, "trine"));
}

#[test]
fn what_is_missing_is_named() {
    let problem = |error: Error| match error {
        Error::Unreadable { problem, .. } => problem,
        other => panic!("{other}"),
    };
    let no_clock = r#"{"critical_paths": [], "fmax": {}, "utilization": {}}"#;
    assert_eq!(problem(TimingReport::parse(no_clock).unwrap_err()), "no clock");
    let no_path = r#"{"critical_paths": [], "fmax": {"clk": {"achieved": 5, "constraint": 5}}, "utilization": {}}"#;
    assert_eq!(problem(TimingReport::parse(no_path).unwrap_err()), "no path of clock clk");
    let other = Cells::parse(include_str!("../data/stat-ecp5.json"), "other");
    assert_eq!(problem(other.unwrap_err()), "no cells of module other");
    let unlinked = "Error: timed.v, line 3 syntax error\nNo paths found.\n";
    assert_eq!(problem(Timing::parse(unlinked).unwrap_err()), "Error: timed.v, line 3 syntax error");
    assert_eq!(problem(Timing::parse("No paths found.\n").unwrap_err()), "no path from register to register");
}

/// Numbers that a tool cannot have meant.
#[test]
fn clocks_and_periods_are_above_zero() {
    let report = |achieved: &str, delay: &str| {
        let segment =
            format!(r#"{{"delay": {delay}, "from": {{"cell": "a"}}, "to": {{"cell": "b"}}, "type": "logic"}}"#);
        let path = format!(r#"{{"from": "posedge clk", "to": "posedge clk", "path": [{segment}]}}"#);
        let text = format!(
            r#"{{"critical_paths": [{path}], "fmax": {{"clk": {{"achieved": {achieved}}}}}, "utilization": {{}}}}"#
        );
        TimingReport::parse(&text).map(|report| report.fmax_mhz).map_err(|error| error.to_string())
    };
    assert_eq!(report("5", "1.5"), Ok(5.0));
    for (achieved, delay, problem) in [
        ("0", "1", "clock clk has 0 MHz, which is no clock"),
        ("-3", "1", "clock clk has -3 MHz"),
        ("NaN", "1", "expected value"),
        ("1e999", "1", "number out of range"),
        ("5", "null", "invalid type: null"),
        ("5", "inf", "expected value"),
    ] {
        let refused = report(achieved, delay).unwrap_err();
        assert!(refused.contains(problem), "{achieved} {delay}: {refused}");
    }
    let slack = OPENSTA.lines().find_map(|line| line.trim().strip_suffix(" slack (MET)")).expect("a slack").trim();
    for other in ["nan", "inf", "10.0", "12.5"] {
        let text = OPENSTA.replace(slack, other);
        assert_ne!(text, OPENSTA);
        let refused = Timing::parse(&text).unwrap_err().to_string();
        assert!(refused.contains("leaves no period above 0"), "{refused}");
    }
}

#[test]
fn seeds_are_summed_up() {
    let spread = |values: &[f64]| Spread::of(values.iter().copied());
    assert_eq!(spread(&[]), None);
    assert_eq!(spread(&[7.0]), Some(Spread { min: 7.0, median: 7.0, max: 7.0 }));
    assert_eq!(spread(&[3.0, 1.0, 2.0]), Some(Spread { min: 1.0, median: 2.0, max: 3.0 }));
    assert_eq!(spread(&[4.0, 1.0, 2.0, 3.0]), Some(Spread { min: 1.0, median: 2.5, max: 4.0 }));
}
