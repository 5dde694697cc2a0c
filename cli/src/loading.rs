//! How a checkpoint is read, where its file does not say.

use std::path::Path;

use anyhow::Result;
use trine_golden_model::{I2sPacking, LoadOptions, Model, Tokenizer};

use crate::output::warn;

/// The order of weights in I2_S tensors of a GGUF file; no field of the file tells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
enum Packing {
    /// 128 weights in 32 bytes: Microsoft's converter, on any machine
    #[default]
    X86,
    /// 64 weights in 16 bytes: bitnet.cpp's quantiser on ARM
    Arm,
    /// Four rows in a byte: that on x86, without ACT_PARALLEL
    Rows,
}

/// Options of every verb that loads a model.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Loading {
    /// Order of weights in I2_S tensors: who packed the GGUF file
    #[arg(long, value_name = "NAME", value_enum, default_value_t)]
    i2s_packing: Packing,
}

impl Loading {
    /// Loads the model at `path`.
    pub(crate) fn load(self, path: &Path) -> Result<Model> {
        self.load_for(path, false)
    }

    /// Loads the model at `path`, its layers made when their turn comes where `streamed`.
    pub(crate) fn load_for(self, path: &Path, streamed: bool) -> Result<Model> {
        let model = Model::load_with(path, LoadOptions { streamed, ..self.options() })?;
        warn(&model.config().notices);
        Ok(model)
    }

    /// Loads the tokenizer of the model at `path`.
    pub(crate) fn tokenizer(self, path: &Path) -> Result<Tokenizer> {
        let tokenizer = Tokenizer::load(path)?;
        warn(tokenizer.notices());
        Ok(tokenizer)
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
