//! A mapped netlist, whole and broken.

use serde_json::{Value, json};
use trine_synth::Error;
use trine_synth::flow::Netlist;

const COUNTER: &str = include_str!("../data/netlist-counter.json");

/// Verdict of the check on the counter after `change` to its module.
fn faults(change: impl FnOnce(&mut Value)) -> String {
    let mut netlist: Value = serde_json::from_str(COUNTER).unwrap();
    change(&mut netlist["modules"]["counter"]);
    match Netlist::parse(&netlist.to_string(), "counter").unwrap().check() {
        Err(error @ Error::BadNetlist { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_whole_netlist_passes() {
    let netlist = Netlist::parse(COUNTER, "counter").unwrap();
    netlist.check().unwrap();
    assert_eq!(netlist.cells.len(), 4);
}

#[test]
fn a_net_without_a_driver_is_found() {
    let found = faults(|module| {
        module["cells"].as_object_mut().unwrap().remove("count_o_SB_DFFE_Q_D_SB_LUT4_O").unwrap();
    });
    assert_eq!(
        found,
        "the mapped netlist has 1 faults: count_o_SB_DFFE_Q_D is read by count_o_SB_DFFE_Q.D and driven by nothing"
    );
}

#[test]
fn a_net_with_two_drivers_is_found() {
    let found = faults(|module| {
        let lut = &mut module["cells"]["count_o_SB_DFFE_Q_D_SB_LUT4_O"];
        lut["connections"]["O"] = json!([7]);
        module["cells"]["count_o_SB_DFFE_Q"]["connections"]["D"] = json!([7]);
    });
    assert!(found.contains("count_o_SB_DFFE_Q_1_D is driven by"), "{found}");
    assert!(found.contains("count_o_SB_DFFE_Q_1_D_SB_LUT4_O.O and count_o_SB_DFFE_Q_D_SB_LUT4_O.O"), "{found}");
    let found = faults(|module| module["cells"]["count_o_SB_DFFE_Q"]["connections"]["Q"] = json!([3]));
    assert!(found.contains("enable_i is driven by port enable_i and count_o_SB_DFFE_Q.Q"), "{found}");
}

#[test]
fn a_cell_that_is_not_mapped_is_found() {
    let found = faults(|module| module["cells"]["count_o_SB_DFFE_Q_D_SB_LUT4_O"]["type"] = json!("$not"));
    assert!(found.contains("cell count_o_SB_DFFE_Q_D_SB_LUT4_O of type $not is not mapped"), "{found}");
}

#[test]
fn a_netlist_that_is_cut_off_or_another_one_is_refused() {
    for text in [&COUNTER[..COUNTER.len() / 2], ""] {
        assert!(matches!(Netlist::parse(text, "counter"), Err(Error::Unreadable { .. })));
    }
    let error = Netlist::parse(COUNTER, "other").unwrap_err().to_string();
    assert_eq!(error, "Yosys's netlist cannot be read: no module other");
}
