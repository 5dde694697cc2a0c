//! A case run, compared with its stored logits.

use std::fmt;
use std::path::Path;

use trine_golden_model::{BoxError, Golden, KvCache, LinearId, Matmul, Model, TernaryMatrix, npy, reference};

use super::cases::Case;

/// Errors of one case.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The case.
    pub case: Case,
    /// The convention of the checkpoint's linears.
    pub convention: &'static str,
    /// Tokens run.
    pub tokens: usize,
    /// Largest difference of a logit; infinite if one is not a number.
    pub max_abs: f32,
    /// Norm of all differences over the norm of all logits.
    pub relative_l2: f64,
    /// Share of rows whose largest logit is the same.
    pub same_argmax: f64,
    /// The integers of every linear, in the order of the computation.
    pub linears: Vec<(LinearId, Integers)>,
}

/// Number of accumulators of a linear, and of those that equal the plain loop's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Integers {
    /// All.
    pub computed: usize,
    /// Those that are equal.
    pub equal: usize,
}

impl Integers {
    /// The same linear's integers of all runs together, added to `totals`.
    pub fn add<K: PartialEq>(self, key: K, totals: &mut Vec<(K, Self)>) {
        match totals.iter_mut().find(|(k, _)| *k == key) {
            Some((_, total)) => {
                total.computed += self.computed;
                total.equal += self.equal;
            }
            None => totals.push((key, self)),
        }
    }
}

impl Outcome {
    /// True if everything is within what is allowed, and every integer equal.
    pub fn holds(&self) -> bool {
        self.max_abs <= self.case.max_abs
            && self.relative_l2 <= self.case.relative_l2
            && self.same_argmax >= self.case.same_argmax
            && self.linears.iter().all(|(_, integers)| integers.computed == integers.equal)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}: max error {:.1e}, relative L2 {:.1e}, same argmax {:.0} %, {}",
            short(self.case.model),
            self.case.logits,
            self.max_abs,
            self.relative_l2,
            100.0 * self.same_argmax,
            if self.holds() { "ok" } else { "fails" }
        )
    }
}

/// Runs one case; `root` is the repository's.
///
/// # Errors
/// If a file cannot be read, or its shape is not that of the logits.
pub fn run(root: &Path, case: &Case) -> Result<Outcome, Box<dyn std::error::Error>> {
    let path = root.join(case.model);
    let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(root) };
    let model = Model::load(&path.as_path().into())?;
    let ids = npy::read_ids(&folder.join(case.ids))?;
    let file = folder.join(case.logits);
    let (_, expected) = npy::read_f32(&file)?;
    let mut engine = Compared::default();
    let mut actual = Vec::new();
    for ids in &ids {
        actual.extend_from_slice(model.forward(&mut engine, ids, &mut KvCache::new(model.config()))?.as_slice());
    }
    if actual.len() != expected.len() {
        let (path, there, expected) = (file.display(), expected.len(), actual.len());
        return Err(format!("{path}: there are {there} logits, the model has {expected}").into());
    }
    let vocab = model.config().vocab;
    let rows = actual.chunks(vocab).zip(expected.chunks(vocab));
    let same = rows.clone().filter(|(a, e)| argmax(a) == argmax(e)).count();
    let differences = || actual.iter().zip(&expected).map(|(a, e)| f64::from(a - e));
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    Ok(Outcome {
        case: *case,
        convention: model.config().convention.name(),
        tokens: rows.len(),
        max_abs: differences().fold(0.0, |max, d| if d.is_nan() { f64::INFINITY } else { d.abs().max(max) }) as f32,
        relative_l2: norm(&mut differences()) / norm(&mut expected.iter().map(|&e| e.into())),
        same_argmax: same as f64 / rows.len() as f64,
        linears: engine.0,
    })
}

fn argmax(row: &[f32]) -> Option<usize> {
    (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b]))
}

/// The CPU engine, every result of it compared with the plain loop.
#[derive(Default)]
struct Compared(Vec<(LinearId, Integers)>);

impl Matmul for Compared {
    fn matmul(&mut self, id: LinearId, w: &TernaryMatrix, x: &[i8], m: usize, y: &mut [i32]) -> Result<(), BoxError> {
        Golden.matmul(id, w, x, m, y)?;
        let mut expected = vec![0; y.len()];
        reference(w, x, m, &mut expected);
        let equal = y.iter().zip(&expected).filter(|(y, e)| y == e).count();
        Integers { computed: y.len(), equal }.add(id, &mut self.0);
        Ok(())
    }
}

/// The last folder of a model's path.
pub fn short(model: &str) -> &str {
    let folder = model.trim_end_matches("/model.gguf");
    folder.rsplit('/').next().unwrap_or(folder)
}
