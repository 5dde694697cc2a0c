//! Finding and running Yosys: what is said when it is missing, wrong, slow or refuses.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;
use trine_hdl::lang::{self, Module, bits};
use trine_hdl::{SourceFile, Verilog};
use trine_synth::Error;
use trine_synth::tools::Search;
use trine_synth::yosys::{Proof, Yosys};

fn adder(name: &str) -> Verilog {
    let mut m = Module::new(name, "sum_o = a_i + b_i");
    let (a, b) = (m.input("a_i", bits(4)), m.input("b_i", bits(4)));
    m.drive("sum_o", &a + &b);
    lang::verilog(&m.build().unwrap()).unwrap()
}

#[test]
fn a_missing_yosys_names_the_command_that_installs_it() {
    let error = Yosys::find_in(&Search::default()).unwrap_err().to_string();
    assert_eq!(error, "Yosys is not installed: run `make setup`, or name one in TRINE_YOSYS");
}

#[test]
fn a_wrong_variable_is_not_passed_over() {
    let search = Search { named: Some("/nowhere/yosys".into()), ..Search::from_environment("TRINE_YOSYS") };
    let error = Yosys::find_in(&search).unwrap_err().to_string();
    assert_eq!(error, "TRINE_YOSYS names /nowhere/yosys, which is no Yosys, or one too old");
}

/// Executables on `PATH` are asked for the abilities that are needed.
#[test]
fn an_old_yosys_in_the_path_is_passed_over_and_a_new_one_taken() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("yosys");
    let search = Search { path: folder.path().into(), ..Search::from_environment("TRINE_YOSYS") };
    for (answer, taken) in [("-undef -seq", false), ("-undef -seq -ignore-unknown-cells", true)] {
        std::fs::write(&program, format!("#!/bin/sh\necho '{answer}'\n")).unwrap();
        std::fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
        let found = format!("{:?}", Yosys::find_in(&search).unwrap());
        assert_eq!(found.contains(folder.path().to_str().unwrap()), taken, "{found}");
    }
}

#[test]
fn a_refusal_quotes_yosys_and_keeps_the_log() {
    let broken = SourceFile { name: "adder.v".into(), text: "module adder (input a); nonsense endmodule".into() };
    let broken = Verilog { files: vec![broken], ..adder("adder") };
    match Yosys::find().unwrap().check(&broken) {
        Err(Error::Failed { last, log, .. }) => {
            assert!(last.contains("ERROR: syntax error"), "{last}");
            assert!(log.is_file() && log.with_file_name("script.ys").is_file());
            std::fs::remove_dir_all(log.parent().unwrap()).unwrap();
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_undriven_signal_is_refused() {
    let mut design = adder("adder");
    design.files[0].text = design.files[0].text.replace("assign sum_o = ", "wire [4:0] x; assign sum_o = x ^ ");
    match Yosys::find().unwrap().check(&design) {
        Err(Error::Failed { log, .. }) => std::fs::remove_dir_all(log.parent().unwrap()).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_slow_run_is_stopped() {
    let mut yosys = Yosys::find().unwrap();
    yosys.limit = Duration::ZERO;
    match yosys.check(&adder("adder")) {
        Err(Error::TimeOut { log, .. }) => std::fs::remove_dir_all(log.parent().unwrap()).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn forms_of_different_names_are_not_compared() {
    let result = Yosys::find().unwrap().equivalent(&adder("adder"), &adder("other"), 1);
    assert!(matches!(result, Err(Error::Other { .. })), "{result:?}");
}

/// An output that rises in the sixteenth cycle only, against one that never does: unequal, but not at once.
#[test]
fn a_bounded_proof_says_so_and_a_longer_one_finds_the_difference() {
    let form = |register: &str, rises: bool| {
        let mut m = Module::new("timer", "Rises when the count is 15, or never.");
        let count = m.reg(register, bits(4));
        m.on_clock([lang::set(&count, count.step(1))]);
        m.drive("late_o", if rises { count.is(15) } else { count.lt(lang::lit(0, bits(4))) });
        lang::verilog(&m.build().unwrap()).unwrap()
    };
    let (never, late) = (form("other_q", false), form("count_q", true));
    let yosys = Yosys::find().unwrap();
    assert_eq!(yosys.equivalent(&never, &late, 8).unwrap(), Proof::Bounded { cycles: 8 });
    match yosys.equivalent(&never, &late, 20) {
        Err(Error::Different { signals, log, .. }) => {
            assert_eq!(signals, ["late_o"]);
            std::fs::remove_dir_all(log.parent().unwrap()).unwrap();
        }
        other => panic!("{other:?}"),
    }
}
