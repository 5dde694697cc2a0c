//! Flags that verbs share.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use trine_spec::{Config, Style, WeightCode};
use trine_synth::flow::asic::Library;

/// The accelerator, by its sizes, from a file or by name; the standard preset when nothing is said.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Accelerator")]
pub struct UnitArgs {
    /// Input positions of a dot product per cycle, 1 to 256 [default: 64]
    #[arg(long, value_name = "K")]
    lanes: Option<usize>,
    /// Outputs per cycle, 1 to 64 [default: 16]
    #[arg(long, value_name = "N")]
    columns: Option<usize>,
    /// Bits of an activation, 2 to 8 [default: 8]
    #[arg(long, value_name = "BITS")]
    act_bits: Option<usize>,
    /// Cells that columns are built of: portable for every technology, ecp5 or xilinx7 [default: portable]
    #[arg(long)]
    style: Option<Style>,
    /// Code of weights on their stream: base3 or two-bit [default: base3]
    #[arg(long, value_name = "CODE")]
    weight_code: Option<WeightCode>,
    /// Width of the weight stream [default: 512, or a full tile where that is narrower]
    #[arg(long, value_name = "BITS")]
    weight_bus: Option<usize>,
    /// Largest K of a job [default: 16384]
    #[arg(long, value_name = "D")]
    max_depth: Option<usize>,
    /// Largest M of a job [default: 16]
    #[arg(long, value_name = "M")]
    max_tokens: Option<usize>,
    /// Beats through windows of the register space instead of stream ports
    #[arg(long)]
    windows: bool,
    /// All of this from a TOML file
    #[arg(long, value_name = "FILE.toml", conflicts_with_all = SIZES)]
    config: Option<PathBuf>,
    /// All of this by name: unit, odd, serial, small, standard or wide
    #[arg(long, value_name = "NAME", conflicts_with_all = SIZES, conflicts_with = "config")]
    preset: Option<String>,
}

/// Part of a script of Yosys.
pub fn cell_pattern(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_*?".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => Ok(text.into()),
        false => Err("names of cells are letters, digits and _; * and ? stand for others".into()),
    }
}

const SIZES: [&str; 9] =
    ["lanes", "columns", "act_bits", "style", "weight_code", "weight_bus", "max_depth", "max_tokens", "windows"];

impl UnitArgs {
    /// The configuration that the flags describe.
    pub fn config(&self) -> Result<Config> {
        self.config_over(&Config::default())
    }

    /// The same, with what no flag says taken from `default`.
    pub fn config_over(&self, default: &Config) -> Result<Config> {
        if let Some(name) = &self.preset {
            return Ok(Config::preset(name)?);
        }
        if let Some(path) = &self.config {
            let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
            // The library's message shows the offending line over several lines of text.
            let config: Result<Config, _> = toml::from_str(&text);
            return config.map_err(|e| anyhow::anyhow!("{}: {}", path.display(), e.message()));
        }
        let given = Config::builder()
            .lanes(self.lanes)
            .columns(self.columns)
            .act_bits(self.act_bits)
            .style(self.style)
            .weight_code(self.weight_code)
            .weight_bus(self.weight_bus)
            .max_depth(self.max_depth)
            .max_tokens(self.max_tokens)
            .windows(self.windows.then_some(true));
        Ok(given.or(default).build()?)
    }
}

/// A clock in hertz.
pub fn clock(text: &str) -> Result<f64, String> {
    within(text, [1e3, 1e10], "Hz")
}

/// A number of `unit` that is not outside of `limits`.
pub fn within(text: &str, limits: [f64; 2], unit: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    let [least, most] =
        limits.map(|limit| if (1e-3..=1e4).contains(&limit) { limit.to_string() } else { format!("{limit:e}") });
    let fine = (limits[0]..=limits[1]).contains(&value);
    if fine { Ok(value) } else { Err(format!("must be {least} to {most} {unit}").trim_end().into()) }
}

/// A number above zero, or from zero on.
pub fn positive(text: &str, or_zero: bool) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    let fine = value.is_finite() && (value > 0.0 || or_zero && value == 0.0);
    if fine { Ok(value) } else { Err(format!("must be {}", if or_zero { "0 or more" } else { "more than 0" })) }
}

/// The flags that describe `config` in full, to repeat a command.
pub fn flags(c: &Config) -> String {
    format!(
        "--lanes {} --columns {} --act-bits {} --style {} --weight-code {} --weight-bus {} --max-depth {} --max-tokens {}{}",
        c.lanes(),
        c.columns(),
        c.act_bits(),
        c.style(),
        c.weight_code(),
        c.weight_bus(),
        c.max_depth(),
        c.max_tokens(),
        if c.windows() { " --windows" } else { "" }
    )
}

/// Reads a cell library from a plain file, which is opened several times.
pub fn liberty(file: &Path) -> Result<Library> {
    ensure!(file.is_file() || !file.exists(), "{}: this is not a plain file", file.display());
    Ok(Library::open(file.to_owned())?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        unit: UnitArgs,
    }

    fn parse(line: &str) -> Result<Config> {
        Line::try_parse_from(format!("trine {line}").split_whitespace())?.unit.config()
    }

    #[test]
    fn flags_describe_every_preset_in_full() {
        for (name, config) in trine_spec::config::PRESETS {
            assert_eq!(parse(&flags(&config)).unwrap(), config, "{name}");
            assert_eq!(parse(&format!("--preset {name}")).unwrap(), config);
        }
        assert_eq!(parse("").unwrap(), Config::default());
    }

    #[test]
    fn what_no_flag_says_is_the_defaults() {
        let over = |line: &str| {
            let line = Line::try_parse_from(format!("trine {line}").split_whitespace()).unwrap();
            line.unit.config_over(&Config::preset("serial").unwrap()).unwrap()
        };
        let serial = Config::preset("serial").unwrap();
        assert_eq!(over(""), serial);
        assert_eq!(over("--max-tokens 2"), Config::builder().max_tokens(2).or(&serial).build().unwrap());
        assert_eq!(over("--columns 2"), Config::builder().columns(2).weight_bus(32).or(&serial).build().unwrap());
    }

    #[test]
    fn numbers_have_limits_in_their_unit() {
        assert_eq!([clock("200e6"), clock("1000"), clock("1e10")], [Ok(200e6), Ok(1e3), Ok(1e10)]);
        for text in ["1e30", "999", "0", "-5", "nan", "inf", "1.1e10"] {
            assert_eq!(clock(text), Err("must be 1000 to 1e10 Hz".into()), "{text}");
        }
        assert_eq!(clock("200MHz"), Err("not a number".into()));
        assert_eq!(within("NaN", [0.001, 1e9], "seconds"), Err("must be 0.001 to 1e9 seconds".into()));
    }

    #[test]
    fn what_makes_no_unit_is_refused() {
        let refused = |line: &str| parse(line).unwrap_err().to_string();
        assert_eq!(refused("--lanes 0"), "lanes = 0 is outside 1 to 256");
        assert_eq!(refused("--lanes 18446744073709551615"), "lanes = 18446744073709551615 is outside 1 to 256");
        assert_eq!(refused("--max-depth 0"), "max-depth = 0 is outside 1 to 262144");
        assert_eq!(refused("--weight-bus 12"), "weight-bus = 12 is not a multiple of 8 bits");
        assert!(refused("--preset odd --lanes 3").contains("cannot be used with"));
    }
}
