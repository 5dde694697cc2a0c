//! Loading whatever a path means.

use std::path::Path;

use super::options::LoadOptions;
use super::{folder, gguf, huggingface};
use crate::transformer::synthetic::{self, is_synthetic};
use crate::{Config, Error, Model, files};

impl Model {
    /// Loads a checkpoint: a folder in Hugging Face layout, a GGUF file (of a split model any part) or a folder with one
    /// model in GGUF, or `synthetic:NAME[:LAYERS]`, random weights in the shape of a published model.
    ///
    /// The files are mapped into memory until the model is loaded, those of a [streamed](LoadOptions::streamed) model as
    /// long as it lives. No process may change or shorten them in that time: shortening one ends this process with SIGBUS.
    /// Replacing a file by a new one of its name is harmless.
    ///
    /// # Errors
    /// With file, tensor and byte offset, if the checkpoint is incomplete, damaged or of a kind not implemented.
    pub fn load(path: &Path) -> Result<Self, Error> {
        Self::load_with(path, LoadOptions::default())
    }

    /// As [`load`](Self::load), with what the checkpoint cannot say about itself.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_with(path: &Path, options: LoadOptions) -> Result<Self, Error> {
        load(path, options)
    }
}

impl Config {
    /// Reads the shape of the model at `path`, of any kind that [`Model::load`] takes, without its
    /// weights.
    ///
    /// # Errors
    /// When there is no model or its configuration is damaged or of a kind not implemented.
    pub fn load(path: &Path) -> Result<Self, Error> {
        config(path)
    }
}

/// Loads whatever `path` holds.
fn load(path: &Path, options: LoadOptions) -> Result<Model, Error> {
    let found = folder::find(path)?;
    let path = &*found.path;
    let mut model = match format(path)? {
        Format::Synthetic => synthetic::load(path, options.streamed),
        Format::HuggingFace => huggingface::model::load(path, options),
        Format::Gguf => gguf::model::load(path, options),
    }?;
    model.config.notices.extend(found.notices);
    Ok(model)
}

/// Reads the shape of whatever `path` holds, and none of its weights.
fn config(path: &Path) -> Result<Config, Error> {
    let found = folder::find(path)?;
    let path = &*found.path;
    let mut config = match format(path)? {
        Format::Synthetic => synthetic::config(path),
        Format::HuggingFace => huggingface::model::config(path),
        Format::Gguf => gguf::model::config(path),
    }?;
    config.notices.extend(found.notices);
    Ok(config)
}

enum Format {
    Synthetic,
    HuggingFace,
    Gguf,
}

fn format(path: &Path) -> Result<Format, Error> {
    if is_synthetic(path) {
        Ok(Format::Synthetic)
    } else if path.is_dir() {
        Ok(Format::HuggingFace)
    } else if files::is_there(path)? {
        // Anything else says what it is when it is opened.
        Ok(Format::Gguf)
    } else {
        Err(Error::config(path, "there is no such folder or file"))
    }
}
