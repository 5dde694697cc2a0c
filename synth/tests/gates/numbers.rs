//! Numbers that are none in a cell library, and comments wherever it may have them.

use super::small::SMALL;
use trine_synth::liberty::Library;

/// The complaint about the small library with `from` once become `to`.
fn refused(from: &str, to: &str) -> String {
    assert!(SMALL.contains(from), "{from}");
    match Library::parse("small.lib", &SMALL.replacen(from, to, 1)) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("{to} is accepted"),
    }
}

#[test]
fn a_number_that_is_none_is_refused_with_its_line() {
    for (from, to, complaint) in [
        ("area : 1;", "area : nan;", "line 18: area is `nan`, which is not a finite number"),
        ("area : 1;", "area : -1;", "line 18: area is `-1`, which is below 0"),
        ("area : 1;", "area : 0.0;", "line 18: cell INV computes something and has no area above 0"),
        ("area : 1;", "", "line 17: cell INV computes something and has no area above 0"),
        ("capacitance : 2;", "capacitance : inf;", "line 22: capacitance is `inf`, which is not a finite number"),
        ("capacitance : 2;", "capacitance : -2;", "line 22: capacitance is `-2`, which is below 0"),
        ("capacitance : 2;", "capacitance : 0;", "line 22: input A has no capacitance above 0"),
        ("cell_leakage_power : 0.5;", "cell_leakage_power : -inf;", "line 19: cell_leakage_power is `-inf`"),
        ("nom_voltage : 2.0", "nom_voltage : 0", "line 7: nom_voltage is `0`, which is not a number above 0 volts"),
        ("nom_voltage : 2.0", "nom_voltage : NaN", "line 7: nom_voltage is `NaN`"),
        (
            "nom_temperature : 25",
            "nom_temperature : -300",
            "line 8: nom_temperature is `-300`, which is not a number above -273.15",
        ),
        ("\"1ns\"", "\"0ns\"", "line 3: time_unit is `0ns`, which is no unit above 0 like 1ns"),
        ("\"1ns\"", "\"nanns\"", "line 3: time_unit is `nanns`"),
        ("\"1V\"", "\"-1V\"", "line 4: voltage_unit is `-1V`"),
        ("\"1nW\"", "\"infnW\"", "line 5: leakage_power_unit is `infnW`"),
        ("(1, ff)", "(0, ff)", "line 6: capacitive_load_unit is `0ff`"),
        ("(1, ff)", "(1)", "line 6: capacitive_load_unit is `1`"),
        ("\"0.02, 0.07, 0.12\"", "\"0.02, nan, 0.12\"", "cell_rise: `nan` is not a finite number"),
        ("values (\"1.0\")", "values (\"inf\")", "rise_power: `inf` is not a finite number"),
        (
            "index_2 (\"0.0, 0.5, 1.0\");\n        values",
            "index_2 (\"0.0, nan, 1.0\");\n        values",
            "`nan` is not a finite number",
        ),
        (
            "index_2 (\"0.0, 0.5, 1.0\");\n        values",
            "index_2 (\"0.0, 0.0, 1.0\");\n        values",
            "index_2 does not rise",
        ),
        (
            "index_2 (\"0.0, 0.5, 1.0\");\n        values",
            "index_2 (\"-1, 0.5, 1.0\");\n        values",
            "index_2 begins below 0",
        ),
        ("cell (BUF)", "cell (INV)", "cell INV is there twice"),
    ] {
        let found = refused(from, to);
        assert!(found.starts_with("small.lib, line ") && found.contains(complaint), "{to}: {found}");
    }
}

/// Energy inside a cell may be below zero, as it is in libraries that count the load's share elsewhere.
#[test]
fn an_energy_below_zero_is_one() {
    let text = SMALL.replacen("values (\"1.0\")", "values (\"-1.0\")", 1);
    let library = Library::parse("small.lib", &text).unwrap();
    let power = &library.cell("INV").unwrap().pin("Y").unwrap().power[0];
    assert!((power.energy[0].as_ref().unwrap().at(0.0, 0.0) + 1e-3).abs() < 1e-12);
}

#[test]
fn comments_may_stand_between_any_two_words() {
    let read = |text: &str| {
        let library = Library::parse("small.lib", text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        format!("{} {} {:?}", library.volts, library.celsius, library.cell("INV"))
    };
    let plain = read(SMALL);
    let commented = SMALL
        .replace("library (", "library/* a */(/* b */")
        .replace("area : 1;", "area/* a */:/* b ; } */1/* c */;/* d */")
        .replace("capacitance : 2;", "capacitance : /* over\n two lines */ 2 /* and\n after */;")
        .replace("direction : input;", "direction : input // of the cell\n;")
        .replace("(1, ff)", "(1/* one */,/* and */ff/* femtofarad */)")
        .replace(
            "nom_voltage : 2.0;",
            "define (mark, cell, string); define(level/* x */, pin, float);\nnom_voltage : 2.0;",
        )
        .replace(
            "cell (INV) {",
            "cell (INV) { // an inverter\n mark : \"a \\\"quoted\\\" /* word */\"; members (A[3:0], B);",
        );
    assert_ne!(commented, SMALL);
    assert_eq!(read(&commented), plain);
    let open = refused("area : 1;", "area : 1; /* no end");
    assert_eq!(open, "small.lib, line 18: this comment does not end");
}
