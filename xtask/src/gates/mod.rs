//! `xtask gates`: energy of the ternary column and of dot products in int8 and fp16, at gate level.

mod document;
mod result;
mod samples;

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use indicatif::ProgressBar;
use sha2::{Digest, Sha256};
use trine_golden_model::ModelSource;
use trine_hdl::design::dot::{DotArithmetic, dot};
use trine_hdl::lang::verilog;
use trine_report::document::Kind;
use trine_synth::bench::ToolBench;
use trine_synth::flow::asic;
use trine_synth::gates::{Crosscheck, Cycle, INPUT_SLEW, MeasuredUnit, Simulator, Timing, crosscheck, map, measure};
use trine_synth::liberty::Library;
use trine_synth::tools::OPENSTA;
use trine_synth::yosys::{ABC, Yosys};

use self::result::{Conditions, Measurement, UnitResult};
use self::samples::{Sample, Weights, capture};
use trine_cli::Verdict;
use trine_cli::args::cell_pattern;
use trine_cli::json::{JsonArg, kept};
use trine_cli::loading::{self, Loading, Tokenizing};
use trine_cli::output::progress;
use trine_cli::provenance::provenance;

/// Measure energy at gate level, before layout: the ternary column beside dot products in int8 and fp16
///
/// Each is mapped on a cell library and simulated with activations and weights of a model's layers; every total is
/// checked. Prints a report in Markdown.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder in Hugging Face layout, .gguf file, or synthetic:NAME
    #[arg(long, required_unless_present = "from", value_parser = trine_cli::loading::source())]
    model: Option<ModelSource>,
    /// Cell library in Liberty format [default: osu018, 180 nm, which `make setup-synth` brings]
    #[arg(long, value_name = "FILE")]
    liberty: Option<PathBuf>,
    /// Cells of it to leave out, `*` for any letters
    #[arg(long, value_name = "CELL", value_delimiter = ',', value_parser = cell_pattern, conflicts_with = "from")]
    dont_use: Vec<String>,
    /// Lanes of the dot products, one size or several
    #[arg(long, value_name = "K", value_delimiter = ',', default_values_t = [16, 64])]
    lanes: Vec<usize>,
    /// Layers to take operands from
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=7))]
    samples: u32,
    /// Clock cycles to count in each run
    #[arg(long, value_name = "N", default_value_t = 256, value_parser = clap::value_parser!(u32).range(16..=65536))]
    cycles: u32,
    /// Text that the model reads
    #[arg(long, default_value = "First Citizen:\nBefore we proceed any further, hear me speak.")]
    text: String,
    /// Compare the energy of the first run with OpenSTA's
    #[arg(long, conflicts_with = "from")]
    opensta: bool,
    #[command(flatten)]
    pub(crate) json: JsonArg,
    /// Report on results kept earlier instead of measuring
    #[arg(long, value_name = "FILE", conflicts_with_all = ["model", "json"])]
    from: Option<PathBuf>,
    #[command(flatten)]
    loading: Loading,
    #[command(flatten)]
    tokenizing: Tokenizing,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    let json = args.json.open()?;
    let measurement = match (&args.from, &args.model) {
        (Some(file), _) => kept(file, Kind::Gates)?,
        (None, Some(model)) => args.measure(model)?,
        (None, None) => anyhow::bail!("--model is missing"),
    };
    out.write_all(document::markdown(&measurement)?.as_bytes())?;
    let tools = [("yosys".to_owned(), measurement.conditions.yosys.clone())];
    json.write(Kind::Gates, provenance().with_tools(tools), &measurement)?;
    let (_, wrong) = measurement.totals();
    Ok(if wrong == 0 { Verdict::Right } else { Verdict::Wrong })
}

/// Measured units, the ternary column first.
const UNITS: [(DotArithmetic, Weights); 7] = [
    (DotArithmetic::Ternary, Weights::Model),
    (DotArithmetic::Int8, Weights::Model),
    (DotArithmetic::Int8, Weights::Dense),
    (DotArithmetic::Fp16, Weights::Model),
    (DotArithmetic::Fp16, Weights::Dense),
    (DotArithmetic::Fp16Fp32, Weights::Model),
    (DotArithmetic::Fp16Fp32, Weights::Dense),
];

/// A mapping that takes longer is stopped.
const LIMIT: Duration = Duration::from_secs(1800);

impl Args {
    fn measure(&self, source: &ModelSource) -> Result<Measurement> {
        for lanes in &self.lanes {
            ensure!((1..=256).contains(lanes), "lanes = {lanes} is outside 1 to 256");
        }
        let mut cells = match &self.liberty {
            Some(file) => trine_cli::args::liberty(file)?,
            None => asic::Library::osu018()?,
        };
        cells.dont_use.clone_from(&self.dont_use);
        let library = Library::open(&cells.path)?;
        let bytes = std::fs::read(&cells.path).with_context(|| cells.path.display().to_string())?;
        let temporary = trine_report::place::temporary()?;
        let yosys = Yosys::find()?;
        let sta = self.opensta.then(|| OPENSTA.find()).transpose()?;
        let model = self.loading.load(source)?;
        let tokens = loading::encode(&self.tokenizing.load(source)?, &self.text, &model)?;
        let samples = capture(&model, &tokens, self.samples as usize)?;

        let bar = progress((UNITS.len() * self.lanes.len() * samples.len()) as u64, "runs");
        let (mut units, mut checked, mut version) = (vec![], None, String::new());
        for lanes in &self.lanes {
            for arithmetic in DotArithmetic::ALL {
                let design = verilog(&dot(arithmetic, *lanes)?)?;
                let mut folder = tempfile::Builder::new().prefix("trine-gates-").tempdir_in(&temporary)?;
                let bench = ToolBench::new(folder.path().to_owned(), LIMIT, &|_| ());
                // The log of a tool that failed is wanted
                let mapped = map(&bench, &yosys, &cells, &design)
                    .inspect_err(|error| folder.disable_cleanup(!error.is_missing_tool()))?;
                let unit = MeasuredUnit::new(arithmetic, *lanes, &mapped.json, &design.top, &design.clock, &library)?;
                version = mapped.yosys;
                for (_, weights) in UNITS.into_iter().filter(|(other, _)| *other == arithmetic) {
                    let runs = Runs { unit: &unit, arithmetic, lanes: *lanes, weights, cycles: self.cycles as usize };
                    if let Some(sta) = sta.as_ref().filter(|_| units.is_empty()) {
                        let check = |simulator: &Simulator<'_>| crosscheck(&bench, sta, &unit, simulator);
                        let result = runs.checked(&samples[0], check);
                        checked = Some(result.inspect_err(|_| folder.disable_cleanup(true))?);
                    }
                    units.push(runs.all(&samples, &bar)?);
                }
            }
        }
        bar.finish_and_clear();
        Ok(Measurement {
            tag: "measured, pre-layout".into(),
            conditions: Conditions {
                library: library.name.clone(),
                library_sha256: format!("{:x}", Sha256::digest(bytes)),
                volts: library.volts,
                celsius: library.celsius,
                yosys: version,
                dont_use: cells.dont_use,
                abc: ABC.trim_end().replace('\n', "; "),
                input_slew_ns: INPUT_SLEW,
                model: source.to_string(),
                text: self.text.clone(),
                cycles: self.cycles as usize,
            },
            samples: samples.into_iter().map(|sample| sample.about).collect(),
            units,
            crosscheck: checked,
        })
    }
}

/// The runs of one dot product with one kind of weights.
struct Runs<'a> {
    unit: &'a MeasuredUnit<'a>,
    arithmetic: DotArithmetic,
    lanes: usize,
    weights: Weights,
    cycles: usize,
}

impl Runs<'_> {
    /// Enough to fill the pipeline before counting starts.
    fn operands(&self, sample: &Sample) -> Result<Vec<Cycle>> {
        let count = self.cycles + self.arithmetic.latency(self.lanes);
        sample.cycles(self.arithmetic, self.weights, self.lanes, count)
    }

    fn all(&self, samples: &[Sample], bar: &ProgressBar) -> Result<UnitResult> {
        let (mut delayed, mut settled) = (vec![], vec![]);
        for sample in samples {
            let cycles = self.operands(sample)?;
            delayed.push(measure(self.unit, Timing::Delayed, &cycles, &mut |_| ())?);
            settled.push(measure(self.unit, Timing::Settled, &cycles, &mut |_| ())?);
            bar.inc(1);
        }
        let netlist = &self.unit.netlist;
        Ok(UnitResult {
            arithmetic: self.arithmetic.to_string(),
            lanes: self.lanes,
            weights: self.weights,
            gates: netlist.gates.len(),
            flip_flops: netlist.flip_flops.len(),
            area_um2: netlist.area(),
            flip_flop_area_um2: netlist.flip_flops.iter().map(|f| f.cell.area).sum(),
            critical_ns: self.unit.delays.critical,
            leakage_nw: netlist.leakage(),
            delayed,
            settled,
        })
    }

    /// One run more, and what `check` makes of it.
    fn checked(
        &self,
        sample: &Sample,
        check: impl Fn(&Simulator<'_>) -> Result<Crosscheck, trine_synth::Error>,
    ) -> Result<Crosscheck> {
        let mut found = None;
        measure(self.unit, Timing::Delayed, &self.operands(sample)?, &mut |simulator| found = Some(check(simulator)))?;
        Ok(found.context("nothing was counted")??)
    }
}
