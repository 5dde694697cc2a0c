//! Checkpoints, manifests, tables and what tools write.

use std::path::Path;
use std::sync::LazyLock;

use tempfile::TempDir;
use trine_golden_model::{Golden, KvCache, Model, Tokenizer, npy};
use trine_perf::EnergyModel;
use trine_perf::energy::Records;
use trine_spec::Config;
use trine_synth::flow::{self, Board, Cells, TimingReport};
use trine_synth::liberty::{Library, truth_table};

/// A folder of one process, where files of memory are.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    folder.expect("a temporary folder")
});

/// The checkpoint that is whole but for the file under test.
const CONFIG: &[u8] = include_bytes!("../corpus/hf-config/tiny.json");
const TENSORS: &[u8] = include_bytes!("../corpus/safetensors/tiny.safetensors");
/// Vocabularies that are whole.
const PIECES: &[u8] = include_bytes!("../corpus/tokenizer-model/sentencepiece.model");
const LIBRARY: &[u8] = include_bytes!("../corpus/tokenizer-json/bytelevel.json");

/// Writes files into a folder of their own and hands it on.
fn with_files(name: &str, files: &[(&str, &[u8])], read: impl FnOnce(&Path)) {
    let folder = FOLDER.path().join(name);
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(&folder)?;
        files.iter().try_for_each(|(file, bytes)| std::fs::write(folder.join(file), bytes))
    };
    write().expect("files can be written");
    read(&folder);
}

/// Loads a model, and runs it where it could be loaded.
fn run(path: &Path) {
    if let Ok(model) = Model::load(&path.into()) {
        let _ = model.forward(&mut Golden, &[1, 2, 3], &mut KvCache::new(model.config()));
    }
}

/// `config.json` beside tensors that fit the kept one.
pub(crate) fn hf_config(bytes: &[u8]) {
    with_files("config", &[("config.json", bytes), ("model.safetensors", TENSORS)], run);
}

/// Tensors beside a configuration that fits the kept ones.
pub(crate) fn safetensors(bytes: &[u8]) {
    with_files("tensors", &[("config.json", CONFIG), ("model.safetensors", bytes)], run);
}

/// The list of shards beside the one that it may name.
pub(crate) fn safetensors_index(bytes: &[u8]) {
    let index = ("model.safetensors.index.json", bytes);
    with_files("index", &[("config.json", CONFIG), ("a.safetensors", TENSORS), index], run);
}

/// Settings of generation beside a model.
pub(crate) fn generation_config(bytes: &[u8]) {
    let files = [("config.json", CONFIG), ("model.safetensors", TENSORS), ("generation_config.json", bytes)];
    with_files("generation", &files, run);
}

pub(crate) fn gguf(bytes: &[u8]) {
    with_files("gguf", &[("model.gguf", bytes)], |folder| {
        let file = folder.join("model.gguf");
        run(&file);
        speak(&file);
    });
}

/// A model in two parts: the length of the first, in two bytes, and both.
pub(crate) fn gguf_split(bytes: &[u8]) {
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else { return };
    let (first, second) = rest.split_at(rest.len().min(u16::from_le_bytes(*length).into()));
    with_files("gguf-split", &[("m-00001-of-00002.gguf", first), ("m-00002-of-00002.gguf", second)], run);
}

/// Loads a vocabulary, and says something where it could be loaded.
fn speak(path: &Path) {
    if let Ok(tokenizer) = Tokenizer::load(&path.into()) {
        let _ = tokenizer.encode("Shall I?").map(|tokens| tokenizer.decode(&tokens));
        let _ = tokenizer.decode(&[0, 1, 5, 300, u32::MAX]);
    }
}

pub(crate) fn tokenizer_json(bytes: &[u8]) {
    with_files("tokenizer-json", &[("tokenizer.json", bytes)], speak);
}

pub(crate) fn tokenizer_model(bytes: &[u8]) {
    with_files("tokenizer-model", &[("tokenizer.model", bytes)], speak);
}

/// Companion files of a vocabulary, the same bytes under each name.
pub(crate) fn tokenizer_companions(bytes: &[u8]) {
    let names = ["tokenizer_config.json", "added_tokens.json", "special_tokens_map.json"];
    for (kind, vocabulary) in [("tokenizer.model", PIECES), ("tokenizer.json", LIBRARY)] {
        for name in names {
            with_files(&format!("{kind}-{name}"), &[(kind, vocabulary), (name, bytes)], speak);
        }
    }
}

pub(crate) fn npy(bytes: &[u8]) {
    with_files("npy", &[("a.npy", bytes)], |folder| {
        let _ = npy::read_ids(&folder.join("a.npy"));
        let _ = npy::read_f32(&folder.join("a.npy"));
    });
}

/// A unit's configuration; one that is accepted makes Verilog.
pub(crate) fn unit_toml(bytes: &[u8]) {
    let Ok(config) = toml::from_str::<Config>(&text(bytes)) else { return };
    // What is larger is only slower.
    if config.tile_trits() <= 64 {
        let unit = trine_hdl::design::unit(&config).expect("an accepted configuration makes a unit");
        trine_hdl::lang::verilog(&unit).expect("a unit has Verilog");
    }
}

/// Energy records beside the ones that are built in; those that are accepted price a run.
pub(crate) fn energy_toml(bytes: &[u8]) {
    let text = text(bytes);
    let records = [Records::parse(&text), Records::builtin().and_then(|records| records.and(&text))];
    for records in records.into_iter().flatten() {
        let _ = EnergyModel::new(&records, &Config::default(), 200e6, "45nm", "lpddr4");
    }
}

pub(crate) fn board_toml(bytes: &[u8]) {
    with_files("board", &[("board.toml", bytes)], |folder| {
        if let Ok(board) = Board::find(&folder.to_string_lossy(), &[]) {
            let _ = board.device();
        }
    });
}

/// A stored result of `trine synth`.
pub(crate) fn synthesis_json(bytes: &[u8]) {
    let _ = serde_json::from_slice::<flow::Synthesis>(bytes);
}

pub(crate) fn yosys_stat(bytes: &[u8]) {
    let _ = Cells::parse(&text(bytes), "trine");
}

pub(crate) fn yosys_netlist(bytes: &[u8]) {
    if let Ok(netlist) = flow::Netlist::parse(&text(bytes), "counter") {
        let _ = netlist.check();
    }
}

/// A netlist of gates, in the cells of a small library.
pub(crate) fn gate_netlist(bytes: &[u8]) {
    static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
        let text = include_str!("../corpus/liberty/small.lib");
        Library::parse("small.lib", text).expect("the kept library is one")
    });
    let _ = trine_synth::gates::Netlist::parse(&text(bytes), "counter", "clk", &LIBRARY);
}

pub(crate) fn nextpnr_report(bytes: &[u8]) {
    let _ = TimingReport::parse(&text(bytes));
}

pub(crate) fn opensta_log(bytes: &[u8]) {
    let _ = flow::asic::Timing::parse(&text(bytes));
}

/// A library; what is accepted is looked at.
pub(crate) fn liberty(bytes: &[u8]) {
    let Ok(library) = Library::parse("fuzzed.lib", &text(bytes)) else { return };
    for pin in library.cell("INV").into_iter().flat_map(|cell| cell.outputs()) {
        for delay in &pin.delays {
            let _ = delay.delay[0].at(1.0, 0.1) + delay.slew[1].at(f64::MAX, f64::MIN);
        }
    }
}

pub(crate) fn liberty_function(bytes: &[u8]) {
    let _ = truth_table(&text(bytes), &["A", "B", "C"]);
}

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
