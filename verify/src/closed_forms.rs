//! One layer of every shape through the simulated unit, to see that the closed forms count what the unit counts.

use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use serde::Serialize;
use trine_driver::cycles::MatmulShape;
use trine_driver::{Counters, Offload, OnMismatch, Options, Scope};
use trine_golden_model::{Config as ModelConfig, LinearId, LinearKind, Matmul, TernaryMatrix};
use trine_perf::predict::{self, Traffic};
use trine_sim::{Library, SimOptions};
use trine_spec::Config;

use crate::{Error, Result};

/// A layer that was simulated.
#[derive(Debug, Serialize)]
pub struct Checked {
    /// Its projection.
    pub name: String,
    m: usize,
    k: usize,
    n: usize,
    /// Cycles by the closed form.
    pub estimated_cycles: u64,
    /// Cycles that the unit counted.
    pub simulated_cycles: u64,
    /// True if cycles, active cycles, beats and bytes all agree. A unit that fetches its weights counts what the memory lets it wait
    /// too: up to a fiftieth and 64 cycles more.
    pub equal: bool,
    /// Sums that differ from the golden model's.
    pub mismatches: u64,
}

/// Runs every different shape of `model`'s layers with random weights on the simulated unit in `library`, for one token and for a
/// full job.
///
/// # Errors
/// [`Error`] if the simulation cannot be started or a matmul fails.
pub fn check_closed_forms(model: &ModelConfig, config: &Config, library: &Library) -> Result<Vec<Checked>> {
    let device = trine_sim::device(library, config, &SimOptions::default())?;
    let options =
        Options { scope: Scope::Linear, check: Some(OnMismatch::Count), weight_cache: 0, ..Options::default() };
    let mut offload = Offload::new(device, options);
    let (mut seen, mut all) = (vec![], vec![]);
    for m in [1, config.max_tokens()] {
        for kind in LinearKind::ALL {
            let (n, k) = model.linear_shape(kind);
            if !seen.contains(&(m, n, k)) {
                seen.push((m, n, k));
                all.push(layer(&mut offload, kind, MatmulShape { m, k, n }, config)?);
            }
        }
    }
    Ok(all)
}

fn layer<T: trine_driver::Transport + Send>(
    offload: &mut Offload<T>,
    kind: LinearKind,
    shape: MatmulShape,
    config: &Config,
) -> Result<Checked> {
    let MatmulShape { m, k, n } = shape;
    let weights = TernaryMatrix::random(n, k, n as u64)?;
    let mut x = vec![0; m * k];
    StdRng::seed_from_u64(k as u64).fill_bytes(&mut x);
    // The fewest bits that any unit takes.
    let spare = 8 - config.act_bits() as u32;
    let x: Vec<i8> = x.into_iter().map(|byte| (byte as i8) >> spare).collect();
    let before = offload.ledger().mismatches;
    let id = LinearId { layer: 0, kind };
    offload.matmul(id, &weights, &x, m, &mut vec![0; m * n]).map_err(|e| Error::content(kind.to_string(), e))?;
    let last = offload.ledger().layers().iter().find(|totals| totals.id == id && totals.shape == shape);
    let (counted, bytes) = last.map_or((Counters::default(), 0), |totals| (totals.counters, totals.bytes));
    let expected = predict::counters(config, shape);
    let beats = |c: &Counters| [c.active, c.act_beats, c.wgt_beats, c.res_beats];
    let most = if config.memory() { expected.cycles + expected.cycles / 50 + 64 } else { expected.cycles };
    let in_time = (expected.cycles..=most).contains(&counted.cycles);
    Ok(Checked {
        name: kind.to_string(),
        m,
        k,
        n,
        estimated_cycles: expected.cycles,
        simulated_cycles: counted.cycles,
        equal: in_time && beats(&expected) == beats(&counted) && Traffic::new(config, &expected).total() == bytes,
        mismatches: offload.ledger().mismatches - before,
    })
}
