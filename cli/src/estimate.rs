//! `trine estimate`: what a whole model would do on a unit behind a memory, by closed forms.

use std::io::Write;

use anyhow::{Result, ensure};
use serde::Serialize;
use trine_golden_model::{Config as ModelConfig, ModelSource};
use trine_perf::energy::{Origin, Tag};
use trine_perf::estimate::Pass;
use trine_perf::memory::Memory;
use trine_perf::published::{System, systems};
use trine_perf::whole::{Prices, WholeModel};
use trine_report::beside::{Beside, print_columns};
use trine_report::document::Kind;
use trine_report::places::Places;
use trine_report::text::{describe, grouped, interval, percent, si, weight_stream_notice};
use trine_sim::BuildOptions;
use trine_spec::Config;
use trine_verify::{Checked, check_closed_forms, memory};

use crate::args::UnitArgs;
use crate::board::BoardArg;
use crate::json::JsonArg;
use crate::loading;
use crate::output::{table, warn};
use crate::pricing::PricingArgs;
use crate::provenance::{provenance, simulators};
use crate::{Verdict, simulation};

/// Prompt of the prefill, if the context has room for it.
const PROMPT: usize = 128;

/// Estimate speed and energy of a whole model
///
/// Tokens a second and joules a token, from the cycle model and a memory's bandwidth.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Folder in Hugging Face layout, .gguf file, or synthetic:NAME[:LAYERS]; only its shape is read
    #[arg(long, value_parser = crate::loading::source())]
    model: ModelSource,
    /// Tokens of the prompt in the prefill [default: 128, or all of the context]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1 << 20))]
    prompt_tokens: Option<u32>,
    /// Simulate one layer of every shape and compare the counters
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    pub(crate) json: JsonArg,
    #[command(flatten)]
    pricing: PricingArgs,
    #[command(flatten)]
    board: BoardArg,
    #[command(flatten)]
    unit: UnitArgs,
}

impl Args {
    /// Adds the files of the options to `places`.
    pub(crate) fn add_to(&self, places: &mut Places) -> Result<()> {
        loading::add_to("--model", &self.model, places);
        self.pricing.add_to(places);
        self.board.add_to(&self.unit, places)?;
        self.json.add_to(places);
        Ok(())
    }
}

#[derive(Debug, Serialize)]
struct Report {
    model: ModelSource,
    config: Config,
    /// True for a unit with windows, whose streams are computed.
    windows_left_out: bool,
    /// The memory's rate in order was simulated just now.
    #[serde(skip)]
    measured: bool,
    die: String,
    memory: Memory,
    /// The file of one's own prices, where there is one.
    records: Option<Origin>,
    /// Name of the board, where there is one.
    board: Option<String>,
    clock_hz: f64,
    tag: Tag,
    #[serde(flatten)]
    whole: WholeModel,
    published: Vec<System>,
    /// Layers that were simulated, where asked for.
    checked: Option<Vec<Checked>>,
}

pub(crate) fn run(args: &Args, out: &mut dyn Write) -> Result<Verdict> {
    let json = args.json.open()?;
    let report = estimate(args)?;
    print(&report, out)?;
    let tools = args.check.then(simulators).into_iter().flatten();
    json.write(Kind::Estimate, provenance().with_tools(tools), &report)?;
    let wrong = report.checked.iter().flatten().any(|layer| !layer.equal || layer.mismatches > 0);
    Ok(if wrong { Verdict::Wrong } else { Verdict::Right })
}

fn estimate(args: &Args) -> Result<Report> {
    let model = ModelConfig::load(&args.model)?;
    let board = args.board.read()?;
    let asked = args.board.unit(&args.unit)?;
    // The closed forms are those of streams that never wait; words written by a host depend on its link.
    let config = Config::builder().windows(false).weight_bus(asked.weight_bus()).or(&asked).build()?;
    board.as_ref().map_or(Ok(()), |board| args.pricing.expect_named(board))?;
    warn(&model.notices);
    warn(weight_stream_notice(&config).as_slice());
    let context = model.context;
    let prompt = args.prompt_tokens.map_or(context.min(PROMPT), |tokens| tokens as usize);
    ensure!(
        prompt <= context,
        "{prompt} tokens do not fit the model's context of {context}; set --prompt-tokens lower"
    );
    let mut prices = args.pricing.look_up(&config, board.as_ref())?;
    let measured = config.memory() && measure(&mut prices)?;
    let whole = WholeModel::new(&model, prompt, &config, &prices)?;
    let Prices { die, memory, clock_hz, file, .. } = prices;
    Ok(Report {
        model: args.model.clone(),
        board: board.map(|board| board.manifest.name),
        tag: Tag::Projected,
        whole,
        published: systems()?,
        checked: args.check.then(|| check(&model, &config)).transpose()?,
        config,
        windows_left_out: asked.windows(),
        measured,
        die,
        memory,
        records: file,
        clock_hz,
    })
}

/// Simulates how fast a memory with a timing reads in order, unless its record says so; true if it did.
fn measure(prices: &mut Prices) -> Result<bool> {
    let Some(dram) = prices.memory.dram.as_mut().filter(|dram| dram.in_order.is_none()) else { return Ok(false) };
    let library = simulation::build(&memory::reader(dram), BuildOptions::default())?;
    dram.in_order = Some(memory::in_order(dram, &library)?);
    Ok(true)
}

/// Simulates one layer of every shape.
fn check(model: &ModelConfig, config: &Config) -> Result<Vec<Checked>> {
    let library = simulation::build(&trine_sim::verilog(config)?, BuildOptions::default())?;
    Ok(check_closed_forms(model, config, &library)?)
}

fn print(r: &Report, out: &mut dyn Write) -> Result<()> {
    writeln!(out, "model: {} (shape only)", r.model)?;
    if !matches!(r.model, ModelSource::Synthetic(_)) {
        writeln!(
            out,
            "one scale over the inputs of each linear is assumed; `trine inspect` shows further ranges, each a job"
        )?;
    }
    if let Some(board) = &r.board {
        writeln!(out, "board: {board}")?;
    }
    writeln!(out, "unit: {}", describe(&r.config))?;
    if r.config.ring() {
        writeln!(out, "  descriptors, activations and results go through the memory too, and are not counted")?;
    }
    if r.windows_left_out {
        writeln!(
            out,
            "  with streams from the memory: words through windows, and their link, take longer and are not counted"
        )?;
    }
    let (clock, bandwidth) = (si(r.clock_hz, "Hz"), si(r.memory.bytes_per_second, "B/s"));
    writeln!(out, "{clock}, {} die, {} at {bandwidth} ({})", r.die, r.memory.name, r.memory.source)?;
    match r.whole.in_order {
        Some(share) if r.measured => {
            writeln!(
                out,
                "  reading in order {:.1} % of its peak, simulated; in_order = {share} in its record keeps that",
                100.0 * share
            )?;
        }
        Some(share) => {
            writeln!(out, "  weights, which are read in order, come at {:.1} % of that (simulated)", 100.0 * share)?;
        }
        None if r.config.memory() => {
            writeln!(out, "  weights come at all of that: it has no timing")?;
        }
        None => {}
    }
    if let Some(price) = &r.whole.memory_price {
        writeln!(out, "a bit from memory {}: {}", interval(&price.a_bit), price.source)?;
    }
    if let Some(file) = &r.records {
        writeln!(out, "prices of {}, SHA-256 {}", file.path, file.sha256)?;
    }
    writeln!(out)?;
    for (name, pass) in [("decode", &r.whole.decode), ("prefill", &r.whole.prefill)] {
        print_pass(name, pass, out)?;
    }
    writeln!(
        out,
        "decoding: {:.1} tokens/s by the linear layers, {:.2} for each GB/s, {} a token, bounded by the {} (projected)",
        r.whole.tokens_per_second,
        r.whole.tokens_per_second_per_gbs,
        si(r.whole.bytes_per_token as f64, "B"),
        r.whole.bound.name()
    )?;
    writeln!(
        out,
        "  with the output head on the host, {} in bf16 from the same memory: {:.1} tokens/s",
        si(r.whole.head.bytes as f64, "B"),
        r.whole.head.tokens_per_second
    )?;
    if let Some(energy) = &r.whole.joules_per_token {
        writeln!(out, "  {} a token", interval(energy))?;
    }
    if let Some(energy) = &r.whole.head.joules_per_token {
        writeln!(out, "  {} a token with the head's bytes", interval(energy))?;
    }
    writeln!(out, "  {}", r.whole.energy_note)?;
    match &r.checked {
        None => writeln!(out, "  closed forms, not simulated; --check runs a layer of every shape\n")?,
        Some(layers) => {
            let (equal, cycles) =
                (layers.iter().filter(|l| l.equal).count(), layers.iter().map(|l| l.simulated_cycles));
            let mismatches: u64 = layers.iter().map(|l| l.mismatches).sum();
            let cycles: u64 = cycles.sum();
            let allowed = if r.config.memory() {
                ", or up to 2 % and 64 cycles more behind a memory that never waits"
            } else {
                ""
            };
            writeln!(
                out,
                "  {equal} of {} layers simulated count the same{allowed}: {} cycles, {mismatches} mismatches\n",
                layers.len(),
                grouped(cycles)
            )?;
        }
    }
    let mut rows = table(["published", "tokens/s", "J/token", "model", "device", "conditions", "source"]);
    for s in &r.published {
        let [lo, hi] = s.joules_per_token;
        rows.add_row([
            s.name.clone(),
            s.tokens_per_second.map_or("-".into(), |rate| rate.to_string()),
            if lo == hi { lo.to_string() } else { format!("{lo} to {hi}") },
            s.model.clone(),
            s.device.clone(),
            s.conditions.clone(),
            s.source.clone(),
        ]);
    }
    writeln!(out, "{rows}\nall of these measured on boards, memory and host included (literature)")?;
    Ok(())
}

fn print_pass(name: &str, pass: &Pass, out: &mut dyn Write) -> Result<()> {
    let heading = format!("{name}, m = {}", pass.tokens);
    let mut rows = table([&*heading, "k", "n", "calls", "cycles", "memory", "bound by", "utilisation", "energy"]);
    for l in &pass.layers {
        rows.add_row([
            l.name.clone(),
            l.k.to_string(),
            l.n.to_string(),
            l.calls.to_string(),
            grouped(l.model_cycles),
            grouped(l.memory_cycles),
            l.bound.name().into(),
            format!("{:.1} %", 100.0 * l.utilization),
            l.energy.map_or("-".into(), |e| si(e.total().joules(), "J")),
        ]);
    }
    writeln!(out, "{rows}")?;
    let each = grouped((pass.cycles as f64 / pass.tokens as f64).round());
    writeln!(out, "{} cycles, {}; {each} a token", grouped(pass.cycles), si(pass.seconds, "s"))?;
    if let Some(energy) = &pass.energy {
        let total = energy.total().joules();
        for (name, part) in energy.parts() {
            writeln!(out, "  {name:<8} {:>7}  {}", percent(part.joules(), total), interval(&part))?;
        }
    }
    print_columns(&pass.columns, out)?;
    Beside::from(pass).print(out)?;
    writeln!(out)?;
    Ok(())
}
