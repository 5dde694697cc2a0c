//! Loading a model from wherever it is.

use super::options::LoadOptions;
use super::source::{ModelSource, expect_file};
use super::{folder, gguf, huggingface};
use crate::{Config, Error, Model};

impl Model {
    /// Loads a checkpoint: a folder in Hugging Face layout, a GGUF file (of a split model any part) or a folder with one
    /// model in GGUF, or `synthetic:NAME[:LAYERS]`, random weights in the shape of a published model.
    ///
    /// The files stay mapped into memory as long as the model lives: embedding and head are used where they are, and a
    /// [streamed](LoadOptions::streamed) model reads its linears there. No process may change or shorten them in that time:
    /// shortening one ends this process with SIGBUS. Replacing a file by a new one of its name is harmless.
    ///
    /// # Errors
    /// With file, tensor and byte offset, if the checkpoint is incomplete, damaged or of a kind not implemented.
    pub fn load(source: &ModelSource) -> Result<Self, Error> {
        Self::load_with(source, LoadOptions::default())
    }

    /// As [`load`](Self::load), with what the checkpoint cannot say about itself.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_with(source: &ModelSource, options: LoadOptions) -> Result<Self, Error> {
        load(source, options)
    }
}

impl Config {
    /// Reads the shape of the model at `source`, of any kind that [`Model::load`] takes, without its
    /// weights. Of linears in floats the first is read, where it is there: only its values show that a model is ternary.
    ///
    /// # Errors
    /// When there is no model, its configuration is damaged or of a kind not implemented, or its first linear is not ternary.
    pub fn load(source: &ModelSource) -> Result<Self, Error> {
        config(source)
    }
}

/// Loads the model at `source`.
fn load(source: &ModelSource, options: LoadOptions) -> Result<Model, Error> {
    match source {
        ModelSource::Synthetic(synthetic) => synthetic.load(options.streamed),
        ModelSource::File(path) => expect_file(path).and_then(|()| gguf::model::load(path, options)),
        ModelSource::Folder(path) => {
            let found = folder::find(path)?;
            let mut model = match found.path.is_dir() {
                true => huggingface::model::load(&found.path, options),
                false => gguf::model::load(&found.path, options),
            }?;
            model.config.notices.extend(found.notices);
            Ok(model)
        }
    }
}

/// Reads the shape of the model at `source`.
fn config(source: &ModelSource) -> Result<Config, Error> {
    match source {
        ModelSource::Synthetic(synthetic) => Ok(synthetic.config()),
        ModelSource::File(path) => expect_file(path).and_then(|()| gguf::model::config(path)),
        ModelSource::Folder(path) => {
            let found = folder::find(path)?;
            let mut config = match found.path.is_dir() {
                true => huggingface::model::config(&found.path),
                false => gguf::model::config(&found.path),
            }?;
            config.notices.extend(found.notices);
            Ok(config)
        }
    }
}
