//! The report of a run: `run.json` for machines, `report.html` for people and, of a unit, `layers.csv` for tables and
//! `trace.json` for Perfetto.

mod charts;
mod data;
mod groups;
mod page;
mod phases;
mod provenance;
mod tables;
mod trace;
mod words;

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use trine_driver::JobRecord;
use trine_perf::layer::LayerReport;

pub use data::{Report, layers_in_words};
pub use groups::Group;
pub use phases::{Passes, Phases, Stop};
pub use provenance::Provenance;
pub use tables::{WEIGHT_COLUMNS, weight_rows};
pub use words::{print_beside, print_cycles, print_dram, print_energy, print_weight_notes};

use crate::Error;
use crate::document::{Document, Kind};
use crate::place::{check_folder, failed, to_json, write_in};

/// The files of a report.
pub const NAMES: [&str; 4] = ["run.json", "report.html", "layers.csv", "trace.json"];

/// Looks whether the files can be written into `folder`.
///
/// # Errors
/// As [`check_folder`].
pub fn check(folder: &Path) -> Result<(), Error> {
    check_folder(folder, &NAMES)
}

/// Writes all files into `folder`, which is made where it is not there; what an earlier run left under their names goes.
///
/// # Errors
/// If a file cannot be written, or one of an earlier run cannot be removed.
pub fn write(folder: &Path, report: &Report, jobs: &[JobRecord]) -> Result<(), Error> {
    let document = Document::new(Kind::Run, Some(report.provenance.clone()), report);
    write_in(folder, "run.json", &to_json(&document)?)?;
    write_in(folder, "report.html", page::render(report)?.as_bytes())?;
    if let Some(device) = &report.device {
        write_in(folder, "layers.csv", csv(&device.layers).as_bytes())?;
        write_in(folder, "trace.json", &serde_json::to_vec(&trace::trace(device, jobs))?)?;
        return Ok(());
    }
    // Those of an earlier run say nothing about this one.
    for name in ["layers.csv", "trace.json"] {
        let path = folder.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(failed(|| format!("{}: cannot be removed", path.display()))(error));
            }
            _ => {}
        }
    }
    Ok(())
}

/// One line a layer; names hold no commas.
fn csv(layers: &[LayerReport]) -> String {
    let mut text = String::from(
        "name,m,k,n,calls,macs,cycles,active_cycles,stall_act_cycles,stall_wgt_cycles,stall_out_cycles,utilization,bound_cycles,model_cycles,\
         memory_cycles,bytes,zero_weights,zero_activations,energy_j,energy_lo_j,energy_hi_j,compute_j,onchip_j,dram_j,static_j\n",
    );
    for l in layers {
        let counts =
            [l.calls, l.macs, l.cycles, l.active, l.stall_act, l.stall_wgt, l.stall_out].map(|n| n.to_string());
        let bounds = [l.bound_cycles, l.model_cycles, l.memory_cycles, l.bytes].map(|n| n.to_string());
        let energy = match l.energy {
            None => vec![String::new(); 7],
            Some(energy) => {
                let total = energy.total();
                let parts = energy.parts().map(|(_, part)| part.value);
                let all = [total.value, total.lo, total.hi].into_iter().chain(parts);
                all.map(|e| e.get::<uom::si::energy::joule>().to_string()).collect()
            }
        };
        text += &format!(
            "{},{},{},{},{},{},{},{},{}\n",
            l.name,
            l.m,
            l.k,
            l.n,
            counts.join(","),
            l.utilization,
            bounds.join(","),
            [l.zero_weights, l.zero_activations].map(|share| share.map_or(String::new(), |s| s.to_string())).join(","),
            energy.join(",")
        );
    }
    text
}
