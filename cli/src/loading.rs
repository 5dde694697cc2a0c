//! Options for reading a checkpoint whose file does not say everything.

use anyhow::{Result, bail};
use clap::builder::{PathBufValueParser, TypedValueParser};
use trine_golden_model::{I2sPacking, LoadOptions, Model, ModelSource, Tokenizer};
use trine_report::places::Places;

use crate::output::warn;

/// The order of weights in I2_S tensors of a GGUF file; no field of the file tells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Packing {
    /// 128 weights in 32 bytes: Microsoft's converter, on any machine
    #[default]
    X86,
    /// 64 weights in 16 bytes: bitnet.cpp's quantiser on ARM
    Arm,
    /// Four rows in a byte: the same on x86, without ACT_PARALLEL
    Rows,
}

/// The parser of options that name a model.
pub fn source() -> impl TypedValueParser<Value = ModelSource> {
    PathBufValueParser::new().try_map(|path| ModelSource::try_from(path.into_os_string()))
}

/// Adds the files of the model or tokenizer that `option` names to `places`.
pub fn add_to(option: &'static str, source: &ModelSource, places: &mut Places) {
    source.files().iter().for_each(|file| places.reads(option, file));
}

/// Options of every verb that loads a model.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Loading {
    /// Order of weights in I2_S tensors, by who packed the GGUF file
    #[arg(long, value_name = "NAME", value_enum, default_value_t)]
    i2s_packing: Packing,
}

impl Loading {
    /// Loads the model at `source`.
    pub fn load(self, source: &ModelSource) -> Result<Model> {
        self.load_for(source, false)
    }

    /// Loads the model at `source`, its layers made when their turn comes where `streamed`.
    pub fn load_for(self, source: &ModelSource, streamed: bool) -> Result<Model> {
        let model = Model::load_with(source, LoadOptions { streamed, ..self.options() })?;
        warn(&model.config().notices);
        Ok(model)
    }

    /// Loads the model at `source` with all notices about it and its tokenizer, and prints none of them. A tokenizer that is
    /// missing or cannot be read is a notice, too.
    pub fn load_with_notices(self, source: &ModelSource) -> Result<(Model, Vec<String>)> {
        let model = Model::load_with(source, self.options())?;
        let mut notices = model.config().notices.clone();
        match Tokenizer::load(source) {
            Ok(tokenizer) => notices.extend_from_slice(tokenizer.notices()),
            Err(error) => notices.push(error.to_string()),
        }
        Ok((model, notices))
    }

    fn options(self) -> LoadOptions {
        let i2s_packing = match self.i2s_packing {
            Packing::X86 => I2sPacking::X86,
            Packing::Arm => I2sPacking::Arm,
            Packing::Rows => I2sPacking::Rows,
        };
        LoadOptions { i2s_packing, ..LoadOptions::default() }
    }
}

/// Options of every verb that turns text into tokens.
#[derive(Clone, Debug, clap::Args)]
pub struct Tokenizing {
    /// Tokenizer in place of the model's
    ///
    /// A folder, tokenizer.json, tokenizer.model, chars.json or a .gguf file.
    #[arg(long, value_name = "PATH", value_parser = source())]
    tokenizer: Option<ModelSource>,
    /// Rule that splits text, such as llama-bpe [default: model's]
    ///
    /// It takes the place of a GGUF file's key tokenizer.ggml.pre.
    #[arg(long, value_name = "NAME")]
    pre: Option<String>,
}

impl Tokenizing {
    /// Adds the files of --tokenizer to `places`.
    pub fn add_to(&self, places: &mut Places) {
        self.tokenizer.iter().for_each(|source| add_to("--tokenizer", source, places));
    }

    /// Loads the tokenizer of the model at `source`, or the one that is asked for.
    pub fn load(&self, source: &ModelSource) -> Result<Tokenizer> {
        let source = self.tokenizer.as_ref().unwrap_or(source);
        let tokenizer = Tokenizer::load_with(source, self.pre.as_deref())?;
        warn(tokenizer.notices());
        Ok(tokenizer)
    }
}

/// The tokens of a text, all of which the model has.
///
/// # Errors
/// If a character has no token, or the model has no row for a token.
pub fn encode(tokenizer: &Tokenizer, text: &str, model: &Model) -> Result<Vec<u32>> {
    let tokens = tokenizer.encode(text)?;
    let vocab = model.config().vocab;
    if let Some((place, &token)) = tokens.iter().enumerate().find(|(_, token)| **token as usize >= vocab) {
        let name = tokenizer.token(token).map(|name| format!(" `{name}`")).unwrap_or_default();
        bail!(
            "token {place} of the text is {token}{name}, but the model's vocabulary has {vocab} tokens: this tokenizer \
             has more; give the model's own with --tokenizer, or leave that token out of the text"
        );
    }
    Ok(tokens)
}

/// Warns of generated tokens that the model has and the tokenizer has not.
pub fn warn_of_unknown(tokenizer: &Tokenizer, tokens: &[u32]) {
    let unknown: Vec<u32> = tokens.iter().copied().filter(|&token| !tokenizer.knows(token)).collect();
    if let Some(first) = unknown.first() {
        warn(&[format!(
            "{} of {} generated tokens are not in the tokenizer, such as {first}, and have no text; the model's \
             vocabulary is larger",
            unknown.len(),
            tokens.len()
        )]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        loading: Loading,
    }

    #[test]
    fn the_packing_is_passed_on() {
        let packing = |line: &[&str]| Line::parse_from(line).loading.options().i2s_packing;
        assert_eq!(packing(&["trine"]), I2sPacking::X86);
        assert_eq!(packing(&["trine", "--i2s-packing", "x86"]), I2sPacking::X86);
        assert_eq!(packing(&["trine", "--i2s-packing", "arm"]), I2sPacking::Arm);
        assert_eq!(packing(&["trine", "--i2s-packing", "rows"]), I2sPacking::Rows);
    }
}
