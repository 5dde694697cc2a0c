//! The files of a Hugging Face folder that hold its weights, in the order of transformers: the file that `config.json`
//! names, `model.safetensors`, the shards of `model.safetensors.index.json`.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::files::is_there;
use crate::gguf::MAGIC;

/// The single file.
pub(crate) const SINGLE: &str = "model.safetensors";
/// The list of shards.
pub(crate) const INDEX: &str = "model.safetensors.index.json";
/// The description of a LoRA adapter, which transformers applies to the model beside it.
const ADAPTER: &str = "adapter_config.json";

/// Place of the weights.
#[derive(Debug)]
pub(crate) enum Weights {
    /// In one file.
    Single(PathBuf),
    /// In the files that an index names.
    Sharded(PathBuf),
}

/// Finds the weights; `explicit` is the file that `config.json` names.
pub(crate) fn find(folder: &Path, explicit: Option<&str>) -> Result<Weights, Error> {
    refuse_adapter(folder)?;
    if let Some(name) = explicit {
        let path = folder.join(plain(name).ok_or_else(|| {
            Error::config(folder, format!("transformers_weights `{name}` is not the name of a file in the folder"))
        })?);
        return if name.ends_with(".safetensors") {
            Ok(Weights::Single(path))
        } else if name.ends_with(".safetensors.index.json") {
            Ok(Weights::Sharded(path))
        } else {
            Err(Error::config(
                folder,
                format!("transformers_weights `{name}` is neither a safetensors file nor the index of some"),
            ))
        };
    }
    let (single, index) = (folder.join(SINGLE), folder.join(INDEX));
    if is_there(&single)? {
        Ok(Weights::Single(single))
    } else if is_there(&index)? {
        Ok(Weights::Sharded(index))
    } else {
        Err(Error::config(folder, missing(folder)))
    }
}

/// Refuses a folder with an adapter, which would not be applied.
pub(crate) fn refuse_adapter(folder: &Path) -> Result<(), Error> {
    let adapter = folder.join(ADAPTER);
    if !is_there(&adapter)? {
        return Ok(());
    }
    Err(Error::config(
        &adapter,
        "the folder has a LoRA adapter, which transformers applies to the model and this program does not; merge it \
         (`merge_and_unload` of PEFT), or take the adapter's files out to run the model without it",
    ))
}

/// Refuses a folder without `config.json`, and says which kind of folder it may be.
pub(crate) fn expect_config(folder: &Path) -> Result<(), Error> {
    // A link to nothing says so when it is opened.
    if folder.join("config.json").symlink_metadata().is_ok() {
        return Ok(());
    }
    let names = names(folder);
    let none = "this folder holds neither config.json nor a file that ends in .gguf, so it is no model";
    let has = |wanted: &dyn Fn(&str) -> bool| names.iter().find(|name| wanted(name));
    let reason = if names.is_empty() {
        format!("{none}: it is empty")
    } else if let Some(gguf) = has(&|name| is_gguf(&folder.join(name))) {
        format!("{none}, but `{gguf}` is a GGUF file: give its path")
    } else if let Some(weights) = has(&|name| name.ends_with(".safetensors")) {
        format!("{none}, but `{weights}`: the config.json of its model is needed too; fetch it beside the weights")
    } else if has(&|name| name == "manifest.json").is_some() && has(&|name| name == "trine.f").is_some() {
        format!("{none} but a generated unit, which `trine verify --rtl` takes; name the folder of a model")
    } else if has(&|name| name.starts_with("tokenizer") || name == "chars.json").is_some() {
        format!("{none} but has a tokenizer, which --tokenizer takes; name the folder of a model")
    } else {
        format!("{none}; name the folder or the file of a model")
    };
    Err(Error::config(folder, reason))
}

/// True for a plain file with GGUF's first bytes.
fn is_gguf(path: &Path) -> bool {
    let mut start = [0; 4];
    let read = path.is_file() && File::open(path).is_ok_and(|mut file| file.read_exact(&mut start).is_ok());
    read && start == *MAGIC
}

/// The name of a file without a folder.
pub(crate) fn plain(name: &str) -> Option<&Path> {
    Some(Path::new(name)).filter(|path| path.file_name() == Some(path.as_os_str()))
}

/// A notice about GGUF files beside the weights.
pub(crate) fn gguf_beside(folder: &Path) -> Option<String> {
    let names = names(folder);
    let gguf = names.iter().find(|name| name.ends_with(".gguf"))?;
    Some(format!(
        "{}: the safetensors files are read, not `{gguf}` beside them; to run that, give its path",
        folder.display()
    ))
}

/// The names of the files in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// True if the folder has a safetensors file, whole or a shard.
pub(crate) fn has_weights(folder: &Path) -> bool {
    names(folder).iter().any(|name| name.ends_with(".safetensors"))
}

/// The reason why a folder has no weights, and the way out.
fn missing(folder: &Path) -> String {
    let names = names(folder);
    let with = |ending: &str| names.iter().find(|name| name.ends_with(ending));
    let none = format!("there is no {SINGLE} and no {INDEX}");
    if let Some(shard) = names.iter().find(|name| name.starts_with("model-0") && name.ends_with(".safetensors")) {
        return format!("{none}, but `{shard}`: the index that lists the shards is needed too; fetch it beside them");
    }
    if let Some(other) = names.iter().find(|name| name.starts_with("consolidated") && name.ends_with(".safetensors")) {
        return format!("{none}, but `{other}`, whose tensors have the names of another program; convert it first");
    }
    if let Some(other) = with(".safetensors") {
        return format!("{none}, but `{other}`; if it holds the whole model, rename it to {SINGLE}");
    }
    let pickled = |name: &&String| name.starts_with("pytorch_model") || name.ends_with(".pt") || name.ends_with(".pth");
    if let Some(bin) = names.iter().find(pickled) {
        return format!(
            "{none}, but `{bin}`, which holds Python objects and is not read; convert it with transformers: \
             AutoModelForCausalLM.from_pretrained(FOLDER).save_pretrained(NEW_FOLDER)"
        );
    }
    if let Some(other) = names.iter().find(|n| ["tf_model.h5", "flax_model.msgpack"].contains(&n.as_str())) {
        return format!("{none}, but `{other}`, which is not read; convert it with transformers");
    }
    format!("{none}; the weights are missing")
}
