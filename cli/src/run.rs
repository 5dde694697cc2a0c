//! `trine run`: a model speaks, its ternary layers computed by the simulated unit.

use std::cell::Cell;
use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Result, anyhow, ensure};
use trine_driver::LayerTotals;
use trine_golden_model::{Model, ModelSource, Sampler, Tokenizer, generate};
use trine_perf::dram_power::DramEnergy;
use trine_perf::layer::LayerReport;
use trine_perf::phase::Phase;
use trine_perf::report::{DeviceReport, HostWork};
use trine_perf::resident::WeightSource;
use trine_perf::utilization;
use trine_perf::whole::Prices;
use trine_report::beside::print_columns;
use trine_report::document::Kind;
use trine_report::place::open_seekable;
use trine_report::places::Places;
use trine_report::run::{
    self as report, Group, Phases, Report, Stop, WEIGHT_COLUMNS, layers_in_words, print_beside, print_cycles,
    print_dram, print_energy, print_weight_notes, weight_rows,
};
use trine_report::text::{bar, describe, grouped, interval, percent, si, simulated, weight_stream_notice};
use trine_sim::Timing;
use trine_verify::memory::timing;

use crate::Verdict;
use crate::args::within;
use crate::backend::{Backend, BackendArgs, Engine};
use crate::interrupt;
use crate::json::JsonArg;
use crate::loading::{self, Loading, Tokenizing};
use crate::marking::Marking;
use crate::message::causes;
use crate::output::{progress, table, warn};
use crate::pricing::PricingArgs;
use crate::provenance::{provenance, simulators};
use crate::threads::ThreadsArg;
use crate::unchanged::Unchanged;

/// Generate text with the ternary layers on the accelerator
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder in Hugging Face layout, .gguf file, or synthetic:NAME[:LAYERS]
    #[arg(long, value_parser = crate::loading::source())]
    model: ModelSource,
    /// Text to continue [default: a new line]
    #[arg(long, value_name = "TEXT", default_value = "\n", hide_default_value = true)]
    prompt: String,
    /// Tokens to generate, at least 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    tokens: u32,
    /// Seed of the sampler
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Temperature of the sampler; 0 always takes the likeliest token
    #[arg(long, value_name = "NUMBER", default_value_t = 0.8, value_parser = temperature)]
    temperature: f32,
    /// Folder for report.html and run.json, with a unit also layers.csv and trace.json; made if it is missing
    #[arg(long, value_name = "DIR")]
    pub(crate) report: Option<PathBuf>,
    /// Waveform to write; the simulation is several times slower
    #[arg(long, value_name = "FILE.fst")]
    trace: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) threads: ThreadsArg,
    #[command(flatten)]
    pub(crate) json: JsonArg,
    #[command(flatten)]
    loading: Loading,
    #[command(flatten)]
    tokenizing: Tokenizing,
    #[command(flatten)]
    pricing: PricingArgs,
    #[command(flatten)]
    backend: BackendArgs,
}

/// From a thousandth on: what is below is 0 for the logits of any model, and 0 is another way to choose.
fn temperature(text: &str) -> Result<f32, String> {
    let zero = text.parse::<f32>().is_ok_and(|t| t == 0.0);
    if zero {
        Ok(0.0)
    } else {
        within(text, [1e-3, 1e3], "").map(|t| t as f32).map_err(|e| e.replace("must be", "must be 0, or"))
    }
}

impl Args {
    /// Adds the files of the options to `places`.
    pub(crate) fn add_to(&self, places: &mut Places) -> Result<()> {
        loading::add_to("--model", &self.model, places);
        self.tokenizing.add_to(places);
        self.pricing.add_to(places);
        self.report.iter().for_each(|folder| places.writes_in("--report", folder, &report::NAMES));
        self.backend.add_to(places)?;
        self.trace.iter().for_each(|file| places.writes("--trace", file));
        self.json.add_to(places);
        Ok(())
    }
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    args.backend.memory()?;
    let prices = look_up(args)?;
    let weights = Unchanged::watch(&args.model);
    let model = args.loading.load_for(&args.model, args.backend.streams(&args.model))?;
    let tokenizer = args.tokenizing.load(&args.model)?;
    let prompt = loading::encode(&tokenizer, &args.prompt, &model)?;
    let context = model.config().context;
    let room = context.saturating_sub(prompt.len());
    ensure!(
        room > 0,
        "a prompt of {} tokens leaves no room in the model's context of {context}; shorten it",
        prompt.len()
    );
    ensure!(
        args.tokens as usize <= room,
        "a prompt of {} tokens and {} more do not fit the model's context of {context}; ask for at most {room}",
        prompt.len(),
        args.tokens
    );
    ensure!(
        args.trace.is_none() || args.backend.backend != Backend::Golden,
        "--trace: only a simulated unit has a waveform; leave it out, or choose --backend rtl"
    );
    args.report.as_deref().map_or(Ok(()), report::check)?;
    let board = args.backend.board.read()?.map(|board| board.manifest.name);
    let json = args.json.open()?;
    let trace = args.trace.as_deref().map(open_seekable).transpose()?;
    let timing = prices.memory.dram.as_ref().map(|dram| Timing::Dram(timing(dram, prices.clock_hz)));
    ensure!(
        timing.is_some() || args.backend.backend != Backend::Rtl || !args.backend.config()?.memory(),
        "the memory {} has no table `dram` to simulate it with: add one, or choose another with --memory",
        prices.memory.name
    );
    let mut engine = args.backend.engine(&args.model, &model, trace.as_deref(), timing.as_ref())?;

    let says = |folder: &PathBuf| {
        let text = format!("{}: finished matmuls are kept; the same command continues", folder.display());
        interrupt::says(move || text.clone())
    };
    args.backend.resume.as_ref().filter(|_| args.backend.backend != Backend::Golden).map(says).transpose()?;
    let start = Instant::now();
    let bar = progress(args.tokens.into(), "tokens");
    let mut sampler = Sampler::temperature(args.temperature, args.seed);
    let mut tokens = Vec::with_capacity(args.tokens as usize);
    let (decoding, mut failure) = (Cell::new(false), None);
    let mut marking = Marking::new(&mut engine, &decoding);
    for token in generate(&model, &mut marking, &mut sampler, &prompt)?.take(args.tokens as usize) {
        match token {
            Ok(token) => tokens.push(token),
            // What came before is not lost.
            Err(error) => failure = Some(anyhow!(error)),
        }
        decoding.set(true);
        bar.inc(1);
    }
    let mark = marking.into_mark();
    bar.finish_and_clear();
    if let Some(error) = failure.take_if(|_| tokens.is_empty()) {
        return Err(error);
    }
    weights.check()?;
    loading::warn_of_unknown(&tokenizer, &tokens);

    let backend = &args.backend.backend;
    let phases = Phases::new(
        match &engine {
            Engine::Golden => None,
            Engine::Rtl(offload) => Some(offload.ledger()),
        },
        mark.as_ref(),
        (prompt.len() as u64, tokens.len() as u64),
        head_macs(&model),
        |layers, passed| phase(&engine, &prices, layers, passed),
    );
    let device = match &engine {
        Engine::Golden => None,
        Engine::Rtl(offload) => Some(prices.device_report(offload.ledger(), offload.config())?),
    };
    let report = Report {
        dram_energy: dram_energy(&mut engine, device.as_ref(), &prices),
        weight_sources: device.as_ref().map_or(vec![], |device| weight_sources(device, &phases)),
        model: args.model.to_string(),
        prompt: args.prompt.clone(),
        prompt_tokens: prompt.len(),
        text: decoded(&tokenizer, &prompt, &tokens),
        stop: match (&failure, tokens.last()) {
            (Some(error), _) => Stop::Failure { error: causes(error) },
            (None, Some(&token)) if model.config().ends.contains(&token) => Stop::EndToken { token },
            _ => Stop::Limit,
        },
        phases,
        seed: args.seed,
        temperature: args.temperature,
        backend: backend.to_string(),
        offload: (*backend != Backend::Golden).then_some(args.backend.offload.into()),
        units: match &engine {
            Engine::Golden => None,
            Engine::Rtl(offload) => Some(offload.units()),
        },
        seconds: start.elapsed().as_secs_f64(),
        host_work: HostWork::of_run(
            match &engine {
                Engine::Golden => None,
                Engine::Rtl(offload) => Some((offload.ledger(), args.backend.offload.into())),
            },
            tokens.len() as u64 * head_macs(&model),
        ),
        device,
        board,
        die: prices.die,
        records: prices.file,
        provenance: provenance()
            .with_seed(args.seed)
            .with_tools((*backend == Backend::Rtl).then(simulators).into_iter().flatten()),
        tokens,
    };
    print(&report, backend, &model, out)?;
    if let (Some(file), Backend::Rtl) = (&args.trace, backend) {
        writeln!(out, "waveform: {}", file.display())?;
    }
    let written = json.write(Kind::Run, report.provenance.clone(), &report);
    if let Some(folder) = &args.report {
        let jobs = match &engine {
            Engine::Golden => &[],
            Engine::Rtl(offload) => offload.ledger().jobs(),
        };
        report::write(folder, &report, jobs)?;
        writeln!(out, "report: {}", folder.join("report.html").display())?;
    }
    written?;
    failure.map_or(Ok(()), Err)?;
    let failed = report.device.as_ref().is_some_and(|d| d.mismatches > 0 || !d.incidents.is_empty());
    Ok(if failed { Verdict::Wrong } else { Verdict::Right })
}

/// The text of the tokens that follow the prompt; one that the tokenizer fails on is U+FFFD, so that no run is lost.
fn decoded(tokenizer: &Tokenizer, prompt: &[u32], tokens: &[u32]) -> String {
    let one = |token: &u32| tokenizer.decode(&[*token]).unwrap_or_else(|_| char::REPLACEMENT_CHARACTER.into());
    tokenizer.decode_after(prompt, tokens).unwrap_or_else(|_| tokens.iter().map(one).collect())
}

/// Multiply-accumulates of the output head for one position.
fn head_macs(model: &Model) -> u64 {
    model.config().hidden as u64 * model.config().vocab as u64
}

/// Memory, die and clock, looked up and checked.
fn look_up(args: &Args) -> Result<Prices> {
    let board = args.backend.board.read()?;
    let config = args.backend.config()?;
    let simulated = (args.backend.backend == Backend::Rtl).then_some(&config);
    warn(simulated.and_then(weight_stream_notice).as_slice());
    let prices = args.pricing.look_up(&config, board.as_ref())?;
    warn(board.as_ref().and_then(|board| args.pricing.assumed(board, &prices)).as_slice());
    if !args.backend.weights_on_chip {
        return Ok(prices);
    }
    // The weights come from no DRAM then, and what block RAM of that size takes is not known.
    let missing = vec!["a memory of weights on the chip, read".into()];
    let pricing = Err(trine_perf::Error::NoRecord { set: prices.die.clone(), missing });
    Ok(Prices { pricing, ..prices })
}

/// Energy of the memory by its commands, where they were counted and its currents are known.
fn dram_energy(engine: &mut Engine, device: Option<&DeviceReport>, prices: &Prices) -> Option<DramEnergy> {
    let Engine::Rtl(offload) = engine else { return None };
    let dram = prices.memory.dram.as_ref()?;
    let power = dram.power.as_ref()?;
    Some(power.energy(dram, offload.memory_commands()?, device?.simulated_seconds))
}

/// Weights from memory and on a stream; none for a unit without memory.
fn weight_sources(device: &DeviceReport, phases: &Phases) -> Vec<WeightSource> {
    let Some(resident) = &device.resident else { return vec![] };
    let cycles = [device.cycles, device.layers.iter().map(|layer| layer.model_cycles).sum()];
    let phases = [phases.prefill.unit.as_ref(), phases.decode.unit.as_ref()];
    WeightSource::both(resident, cycles, device.clock_hz, phases)
}

fn phase(engine: &Engine, prices: &Prices, layers: &[LayerTotals], tokens: u64) -> Option<Phase> {
    let Engine::Rtl(offload) = engine else { return None };
    let pricing = prices.pricing.as_ref().ok();
    Some(Phase::new(layers, tokens, offload.config(), prices.clock_hz, &prices.memory, pricing))
}

fn print(report: &Report, backend: &Backend, model: &Model, out: &mut dyn Write) -> Result<()> {
    let c = model.config();
    writeln!(out, "model: {} ({}, {} layers)", report.model, c.architecture, c.layers)?;
    if let Some(board) = &report.board {
        writeln!(out, "board: {board}")?;
    }
    match &report.device {
        Some(device) => match backend.port() {
            Some(port) => writeln!(out, "unit: {} (at {})", describe(&device.config), port.path())?,
            None => writeln!(out, "unit: {} ({})", describe(&device.config), simulated(&device.config))?,
        },
        None => writeln!(out, "unit: none, the golden model computes")?,
    }
    writeln!(out, "\n{}{}\n", report.prompt, report.text)?;
    let (prompt, generated) = (grouped(report.prompt_tokens), grouped(report.tokens.len()));
    writeln!(out, "tokens: {prompt} of the prompt, {generated} generated, {}", report.stop.words())?;
    if let Some(device) = &report.device {
        print_device(device, report, backend, out)?;
    }
    writeln!(out, "on the host:")?;
    for work in &report.host_work {
        match work.macs {
            Some(macs) => writeln!(out, "  {}: {} MACs", work.name, grouped(macs))?,
            None => writeln!(out, "  {}", work.name)?,
        }
    }
    Ok(())
}

fn print_device(device: &DeviceReport, report: &Report, backend: &Backend, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "mismatches {} of {} MACs", device.mismatches, grouped(device.checked_macs))?;
    if let Some(m) = &device.first_mismatch {
        writeln!(out, "first mismatch: {m}")?;
    }
    writeln!(
        out,
        "failures of the unit {}, computed by the golden model instead {}",
        device.incidents.len(),
        device.fallbacks
    )?;
    for incident in &device.incidents {
        writeln!(out, "  {}: {}", incident.layer, incident.error)?;
    }
    if device.resumed > 0 {
        let calls: u64 = device.layers.iter().map(|l| l.calls).sum();
        writeln!(out, "{} of {} matmuls finished by a run before", device.resumed, calls)?;
    }
    writeln!(out, "{}", layers_table(&device.layers, &device.config))?;

    if let Some(layers) = report.offload {
        writeln!(out, "the unit computed {}; its figures are those of these layers", layers_in_words(layers))?;
    }
    writeln!(
        out,
        "{} cycles, {} at {} (projected); {:.1} s {}",
        grouped(device.cycles),
        si(device.simulated_seconds, "s"),
        si(device.clock_hz, "Hz"),
        report.seconds,
        match backend {
            Backend::Uart(_) => "through the serial line".to_owned(),
            Backend::Etherbone(_) => "through Etherbone".to_owned(),
            Backend::Mem(_) => "through the memory map".to_owned(),
            _ => format!("to simulate on {} units", report.units.unwrap_or(1)),
        }
    )?;
    print_cycles(&report.phases, &device.memory, device.clock_hz, out)?;
    if !report.weight_sources.is_empty() {
        let source = if *backend == Backend::Rtl { "simulated" } else { "assumed" };
        let (memory, peak) = (&device.memory.name, si(device.memory.bytes_per_second, "B/s"));
        writeln!(out, "weights from {memory}, {source}, {peak} at its peak:")?;
        let mut rows = table(WEIGHT_COLUMNS);
        for row in weight_rows(report, device) {
            rows.add_row(row);
        }
        writeln!(out, "{rows}")?;
        if *backend != Backend::Rtl {
            writeln!(out, "cycles are those of the memory behind the port, shares are of the peak of {memory}")?;
        }
        print_weight_notes(report, device, out)?;
    }
    let sum = |field: fn(&LayerReport) -> u64| device.layers.iter().map(field).sum::<u64>();
    let ends = |l: &LayerReport| l.cycles.saturating_sub(l.active + l.stall_wgt + l.stall_act + l.stall_out);
    let parts: [(&str, u64, &str); 5] = [
        ("working", sum(|l| l.active), "of the cycles"),
        ("weights", sum(|l| l.stall_wgt), "waited for"),
        ("inputs", sum(|l| l.stall_act), "waited for"),
        ("results", sum(|l| l.stall_out), "waited for"),
        ("ends", sum(ends), "filling and draining"),
    ];
    for (name, cycles, what) in parts {
        let share = cycles as f64 / device.cycles.max(1) as f64;
        writeln!(out, "  {name:<8}{} {:>5.1} %  {what}", bar(share, 20), 100.0 * share)?;
    }
    if let Some(energy) = &device.energy_j {
        writeln!(out, "energy {}", interval(energy))?;
        print_energy(&report.phases, out)?;
        for (name, part) in device.energy.iter().flat_map(|energy| energy.parts()) {
            let (share, bar) = (percent(part.joules(), energy.joules()), bar(part.joules() / energy.joules(), 20));
            writeln!(out, "  {name:<8}{bar} {share:>7}  {}", interval(&part))?;
        }
        print_dram(report, device, out)?;
    }
    print_columns(&device.columns, out)?;
    print_beside(&report.phases, out)?;
    writeln!(out, "  {}", device.energy_note)?;
    Ok(())
}

/// Projections summed over the transformer's layers; the files of a report have every layer.
fn layers_table(layers: &[LayerReport], config: &trine_spec::Config) -> comfy_table::Table {
    let mut rows = table(["projection", "m", "k", "n", "layers", "calls", "cycles", "bound", "utilisation", "energy"]);
    for group in Group::all(layers) {
        let (cycles, macs) = (group.sum(|l| l.cycles), group.sum(|l| l.macs));
        let first = group.layers[0];
        rows.add_row([
            group.kind.to_owned(),
            group.m.to_string(),
            first.k.to_string(),
            first.n.to_string(),
            group.layers.len().to_string(),
            grouped(group.sum(|l| l.calls)),
            grouped(cycles),
            grouped(group.sum(|l| l.bound_cycles)),
            format!("{:.1} %", 100.0 * utilization(config, macs, cycles)),
            group.energy().map_or("-".into(), |e| si(e.total().joules(), "J")),
        ]);
    }
    rows
}
