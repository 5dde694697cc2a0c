//! The stored checkpoints against their stored logits, as tests run it and as a report shows it.
//!
//! Ordinary sequences have activations that lie on a rounding edge, where a difference of 1e-7 moves a logit by a few
//! tenths: their tolerance is loose. Strict sequences have none, so the order of summation does not matter.
//!
//! The last digits of an error depend on the machine's mathematical functions. The report says only what holds
//! everywhere, so it is the same wherever it is made; an [`Outcome`], shown, has the figures of this machine.

use std::fmt;
use std::path::Path;

use crate::{BoxError, Error, Golden, KvCache, LinearId, Matmul, Model, TernaryMatrix, npy, reference};

/// A checkpoint, a sequence, its logits, and how far they may be off.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// The checkpoint, from the root of the repository.
    pub model: &'static str,
    /// The token ids, beside the model.
    pub ids: &'static str,
    /// The reference logits, beside the model.
    pub logits: &'static str,
    /// Largest difference of a logit.
    pub max_abs: f32,
    /// Norm of all differences over the norm of all logits.
    pub relative_l2: f64,
    /// Least share of rows whose largest logit is the same.
    pub same_argmax: f64,
}

impl Case {
    /// Whether no activation lies near a rounding edge; only then is an error small on every machine.
    fn strict(&self) -> bool {
        self.max_abs < 1e-3
    }
}

const fn case(model: &'static str, ids: &'static str, logits: &'static str, max_abs: f32, relative_l2: f64) -> Case {
    Case { model, ids, logits, max_abs, relative_l2, same_argmax: 1.0 }
}

const SHAKESPEARE: &str = "models/shakespeare";
const SMALL: &str = "models/shakespeare-small";
const BITLINEAR: &str = "golden-model/tests/fixtures/bitlinear_packed-float32";
const OFFLINE: &str = "golden-model/tests/fixtures/autobit_offline-bfloat16";
const ONLINE: &str = "golden-model/tests/fixtures/online-float32";
const TQ1_0: &str = "golden-model/tests/fixtures/gguf_tq1_0-trained256/model.gguf";
const TQ2_0: &str = "golden-model/tests/fixtures/gguf_tq2_0-trained256/model.gguf";
const TQ2_0_SILU: &str = "golden-model/tests/fixtures/gguf_tq2_0-silu-default/model.gguf";
const LLAMA_CPP: &str = "golden-model/tests/fixtures/gguf_llama-default-types/model.gguf";
const FALCON_E: &str = "golden-model/tests/fixtures/gguf_falcon_e-default-types/model.gguf";
const IDS: &str = "input_ids.npy";
const STRICT_IDS: &str = "strict_input_ids.npy";
const LOGITS: &str = "logits_f32.npy";
const STRICT_LOGITS: &str = "strict_logits_f32.npy";
const LLAMA_CPP_LOGITS: &str = "logits_llama_cpp_f32.npy";

/// Every checkpoint that comes with the repository. `logits_f32` of the bfloat16 checkpoint were computed in bf16. Those of
/// llama.cpp may be off by 5 % of the span of the logits, and at one position of ten have another largest one.
pub const CASES: [Case; 18] = [
    case(SHAKESPEARE, STRICT_IDS, STRICT_LOGITS, 3e-4, 1e-4),
    case(SHAKESPEARE, IDS, LOGITS, 0.4, 0.005),
    case(SMALL, STRICT_IDS, STRICT_LOGITS, 3e-4, 1e-4),
    case(SMALL, IDS, LOGITS, 0.4, 0.005),
    case(BITLINEAR, STRICT_IDS, STRICT_LOGITS, 3e-4, 1e-4),
    case(BITLINEAR, IDS, LOGITS, 1.0, 0.03),
    case(OFFLINE, STRICT_IDS, STRICT_LOGITS, 3e-4, 1e-4),
    case(OFFLINE, IDS, "logits_upcast_f32.npy", 0.9, 0.03),
    Case { same_argmax: 0.97, ..case(OFFLINE, IDS, LOGITS, 0.8, 0.04) },
    case(ONLINE, STRICT_IDS, STRICT_LOGITS, 3e-4, 1e-4),
    case(ONLINE, IDS, LOGITS, 1.0, 0.03),
    case(TQ1_0, STRICT_IDS, STRICT_LOGITS, 2e-4, 1e-4),
    case(TQ1_0, IDS, LOGITS, 0.1, 0.002),
    case(TQ2_0, STRICT_IDS, STRICT_LOGITS, 2e-4, 1e-4),
    case(TQ2_0, IDS, LOGITS, 0.1, 0.002),
    case(TQ2_0_SILU, IDS, LOGITS, 9e-4, 2e-5),
    Case { same_argmax: 0.9, ..case(LLAMA_CPP, IDS, LLAMA_CPP_LOGITS, 0.3, 0.05) },
    Case { same_argmax: 0.9, ..case(FALCON_E, IDS, LLAMA_CPP_LOGITS, 0.1, 0.05) },
];

/// What a case came to.
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

/// How many accumulators a linear computed, and how many of them equal the plain loop's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Integers {
    /// All.
    pub computed: usize,
    /// Those that are equal.
    pub equal: usize,
}

impl Integers {
    /// The same linear's integers of all runs together, added to `totals`.
    fn add<K: PartialEq>(self, key: K, totals: &mut Vec<(K, Self)>) {
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
    /// Whether everything is within what is allowed, and every integer equal.
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
pub fn run(root: &Path, case: &Case) -> Result<Outcome, Error> {
    let path = root.join(case.model);
    let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(root) };
    let model = Model::load(&path)?;
    let ids = npy::read_ids(&folder.join(case.ids))?;
    let file = folder.join(case.logits);
    let (_, expected) = npy::read_f32(&file)?;
    let mut engine = Compared::default();
    let mut actual = Vec::new();
    for ids in &ids {
        actual.extend_from_slice(model.forward(&mut engine, ids, &mut KvCache::new(model.config()))?.as_slice());
    }
    if actual.len() != expected.len() {
        return Err(Error::config(
            &file,
            format!("there are {} logits, the model has {}", expected.len(), actual.len()),
        ));
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

/// All outcomes, shown as Markdown.
#[derive(Clone, Debug)]
pub struct Report(pub Vec<Outcome>);

impl Report {
    /// Runs [`CASES`]; `root` is the repository's.
    ///
    /// # Errors
    /// As [`run`].
    pub fn new(root: &Path) -> Result<Self, Error> {
        CASES.iter().map(|case| run(root, case)).collect::<Result<_, _>>().map(Self)
    }

    /// Whether every case holds.
    pub fn holds(&self) -> bool {
        self.0.iter().all(Outcome::holds)
    }
}

const HEADER: &str = "\
# Conformance of the golden model

Made by `make conformance`, which also prints the figures of the machine it runs on; here stands what holds on every one.

Logits of the stored checkpoints against those of transformers 5.23.0 (eager, CPU). Where the tolerance is tight, no
activation lies near a rounding edge; elsewhere a difference of 1e-7 can move a logit by a few tenths.

`logits_llama_cpp_f32` are those of llama.cpp v0.5.0 (ggml 0.25.1) for files of its own quantiser. It rounds activations to
int8 in blocks of 256 with a scale each, the golden model with one scale a token as BitNet was trained: the distance is that
of the two roundings, and 5 % of the span of the logits is allowed.

| checkpoint | linears | sequence | tokens | max error | allowed | relative L2 | allowed | same argmax, at least | |
|---|---|---|---|---|---|---|---|---|---|
";

/// An error as coarsely as machines differ: below the tolerance, or below its tenth where that is certain.
fn coarse(error: f64, allowed: f64, strict: bool) -> String {
    if error > allowed {
        format!("{error:.0e}")
    } else if strict && error < allowed / 10.0 {
        format!("< {:.0e}", allowed / 10.0)
    } else {
        format!("< {allowed:.0e}")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEADER)?;
        for o in &self.0 {
            let coarse = |error, allowed| coarse(error, allowed, o.case.strict());
            writeln!(
                f,
                "| {} | {} | {} | {} | {} | {:.0e} | {} | {:.0e} | {:.0} % | {} |",
                short(o.case.model),
                o.convention,
                o.case.logits.trim_end_matches(".npy"),
                o.tokens,
                coarse(o.max_abs.into(), o.case.max_abs.into()),
                o.case.max_abs,
                coarse(o.relative_l2, o.case.relative_l2),
                o.case.relative_l2,
                100.0 * o.case.same_argmax,
                if o.holds() { "ok" } else { "**fails**" },
            )?;
        }
        writeln!(
            f,
            "\nAccumulators of every ternary linear, packed kernel against the plain loop, over all sequences.\n"
        )?;
        writeln!(f, "| checkpoint | linear | computed | equal |\n|---|---|---|---|")?;
        let mut totals = Vec::new();
        for outcome in &self.0 {
            outcome
                .linears
                .iter()
                .for_each(|(id, integers)| integers.add((short(outcome.case.model), *id), &mut totals));
        }
        for ((model, id), Integers { computed, equal }) in totals {
            writeln!(f, "| {model} | {id} | {computed} | {equal} |")?;
        }
        Ok(())
    }
}

/// The last folder of a model's path.
fn short(model: &str) -> &str {
    let folder = model.trim_end_matches("/model.gguf");
    folder.rsplit('/').next().unwrap_or(folder)
}
