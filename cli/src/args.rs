//! Flags that verbs share.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::{Context, Result, anyhow, ensure};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use trine_report::places::Places;
use trine_spec::config::PRESETS;
use trine_spec::file::{self, UnitKeys};
use trine_spec::{Config, ConfigError, Style, WeightCode, Weights};
use trine_synth::flow::asic::Library;

/// The accelerator: sizes over a file over a preset over what the verb takes without any.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Accelerator")]
pub struct UnitArgs {
    /// Inputs of a dot product per cycle, 1 to 256 [default: 64]
    #[arg(long, value_name = "N")]
    lanes: Option<usize>,
    /// Outputs per cycle, 1 to 64 [default: 20]
    #[arg(long, value_name = "N")]
    columns: Option<usize>,
    /// Bits of an activation, 2 to 8 [default: 8]
    #[arg(long, value_name = "BITS")]
    act_bits: Option<usize>,
    /// Style of the columns; packed is for simulation only, and run
    /// simulates it in place of portable [default: portable]
    #[arg(long, value_name = "STYLE", value_parser = named::<Style>())]
    style: Option<Style>,
    /// Code of weights on their stream [default: base3]
    #[arg(long, value_name = "CODE", value_parser = named::<WeightCode>())]
    weight_code: Option<WeightCode>,
    /// Width of the weight stream [default: 512, or a full tile if that is narrower]
    #[arg(long, value_name = "BITS")]
    weight_bus: Option<usize>,
    /// Largest K of a job, 1 to 262144 [default: 16384]
    #[arg(long, value_name = "N")]
    max_depth: Option<usize>,
    /// Largest M of a job, 1 to 4096 [default: 16]
    #[arg(long, value_name = "N")]
    max_tokens: Option<usize>,
    /// Beats through register windows, not streams [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    windows: Option<bool>,
    /// Way of the weights: stream, or memory that the unit reads [default: stream]
    #[arg(long, value_name = "WAY", value_parser = named::<Weights>())]
    weights: Option<Weights>,
    /// Jobs, activations and results in memory too, behind a ring of descriptors [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    ring: Option<bool>,
    /// Most beats of a burst from memory: 16, as AXI3 has them, 32 or 64 [default: 64]
    #[arg(long, value_name = "N")]
    burst_beats: Option<usize>,
    /// Weights of a job in memory as runs at a stride [default: false]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    strides: Option<bool>,
    /// Ports for the weights from memory, each a part of the weight bus wide:
    /// 1, 2, 4 or 8 [default: 1]
    #[arg(long, value_name = "N")]
    weight_ports: Option<usize>,
    /// Columns of a group, 1 to 64: each group works a cycle behind the one
    /// before, so that wires stay short [default: all columns]
    #[arg(long, value_name = "N")]
    group: Option<usize>,
    /// TOML file with these options as keys, all or some; options win over it
    #[arg(long, value_name = "FILE.toml")]
    config: Option<PathBuf>,
    /// Configuration by name; options and --config win over it
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(PRESETS.map(|(name, _)| name)))]
    preset: Option<String>,
}

/// The parser of a kind by its names, which help and completions list.
fn named<T>() -> impl TypedValueParser<Value = T>
where
    T: FromStr<Err = ConfigError> + Clone + Send + Sync + 'static,
{
    let known = match T::from_str("") {
        Err(ConfigError::Unknown { known, .. }) => known,
        _ => "",
    };
    PossibleValuesParser::new(known.split_whitespace()).try_map(|name| name.parse::<T>())
}

impl UnitArgs {
    /// The configuration that the flags describe.
    pub fn config(&self) -> Result<Config> {
        self.config_over(&Config::default())
    }

    /// The same, with what neither flags, file nor preset say taken from `default`.
    ///
    /// # Errors
    /// If the file cannot be read or a value is out of range; the sentence names the flag, or the file and its line.
    pub fn config_over(&self, default: &Config) -> Result<Config> {
        let preset = self.preset.as_deref().map(Config::preset).transpose().context("--preset")?;
        let keys = self.keys()?;
        let given = keys.as_ref().map_or_else(Config::builder, UnitKeys::given);
        let given = given
            .lanes(self.lanes)
            .columns(self.columns)
            .act_bits(self.act_bits)
            .style(self.style)
            .weight_code(self.weight_code)
            .weight_bus(self.weight_bus)
            .max_depth(self.max_depth)
            .max_tokens(self.max_tokens)
            .windows(self.windows)
            .weights(self.weights)
            .ring(self.ring)
            .burst_beats(self.burst_beats)
            .strides(self.strides)
            .weight_ports(self.weight_ports)
            .group(self.group);
        given.or(preset.as_ref().unwrap_or(default)).build().map_err(|error| {
            // Presets and defaults are right by themselves, and the weight bus of another tile is never taken from them.
            let source = self.source_of(error.key()).map_or_else(String::new, |source| format!("{source}: "));
            let advice = match &error {
                ConfigError::Range { field: "weight-bus", high, .. } => {
                    format!("; {high} bits are a full tile of these lanes and columns")
                }
                _ => String::new(),
            };
            anyhow!("{source}{error}{advice}")
        })
    }

    /// True if --style or the file of --config names a style.
    pub fn names_style(&self) -> Result<bool> {
        Ok(self.style.is_some() || self.keys()?.is_some_and(|keys| keys.line_of("style").is_some()))
    }

    /// The options of the unit itself that the command line gives, not those of a file or preset.
    pub fn given(&self) -> Vec<&'static str> {
        let options = [
            ("--lanes", self.lanes.is_some()),
            ("--columns", self.columns.is_some()),
            ("--act-bits", self.act_bits.is_some()),
            ("--style", self.style.is_some()),
            ("--weight-code", self.weight_code.is_some()),
            ("--weight-bus", self.weight_bus.is_some()),
            ("--max-depth", self.max_depth.is_some()),
            ("--max-tokens", self.max_tokens.is_some()),
            ("--windows", self.windows.is_some()),
            ("--weights", self.weights.is_some()),
            ("--ring", self.ring.is_some()),
            ("--burst-beats", self.burst_beats.is_some()),
            ("--strides", self.strides.is_some()),
            ("--weight-ports", self.weight_ports.is_some()),
            ("--group", self.group.is_some()),
        ];
        options.into_iter().filter(|(_, given)| *given).map(|(name, _)| name).collect()
    }

    /// The keys of the file of --config, if there is one.
    fn keys(&self) -> Result<Option<UnitKeys>> {
        let Some(path) = &self.config else { return Ok(None) };
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let keys = UnitKeys::parse(&text);
        keys.map(Some).map_err(|fault| anyhow!("{}: {}", file::place(path, fault.line), fault.problem))
    }

    /// The source of the value of `key`: its option, the file of --config with the line, or --preset; absent for defaults.
    pub fn source_of(&self, key: &str) -> Option<String> {
        let is_option = match key {
            "lanes" => self.lanes.is_some(),
            "columns" => self.columns.is_some(),
            "act-bits" => self.act_bits.is_some(),
            "weight-bus" => self.weight_bus.is_some(),
            "max-depth" => self.max_depth.is_some(),
            "max-tokens" => self.max_tokens.is_some(),
            "windows" => self.windows.is_some(),
            "weights" => self.weights.is_some(),
            "ring" => self.ring.is_some(),
            "burst-beats" => self.burst_beats.is_some(),
            "strides" => self.strides.is_some(),
            "weight-ports" => self.weight_ports.is_some(),
            "group" => self.group.is_some(),
            _ => false,
        };
        if is_option {
            return Some(format!("--{key}"));
        }
        let line = self.keys().ok().flatten().and_then(|keys| keys.line_of(key));
        let of_file = self.config.as_ref().filter(|_| line.is_some()).map(|path| file::place(path, line));
        of_file.or(self.preset.as_ref().map(|_| "--preset".into()))
    }

    /// Adds the file of --config to `places`.
    pub fn add_to(&self, places: &mut Places) {
        self.config.iter().for_each(|file| places.reads("--config", file));
    }
}

/// Part of a script of Yosys.
pub fn cell_pattern(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_*?".contains(c);
    match !text.is_empty() && text.chars().all(plain) {
        true => Ok(text.into()),
        false => Err("names of cells are letters, digits and _; * and ? stand for others".into()),
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
        "--lanes {} --columns {} --act-bits {} --style {} --weight-code {} --weight-bus {} --max-depth {} --max-tokens {} --weights {}{}{}{}{}{}{}",
        c.lanes(),
        c.columns(),
        c.act_bits(),
        c.style(),
        c.weight_code(),
        c.weight_bus(),
        c.max_depth(),
        c.max_tokens(),
        c.weights(),
        if c.windows() { " --windows" } else { "" },
        if c.ring() { " --ring" } else { "" },
        if c.burst_beats() == Config::BURST_BEATS {
            String::new()
        } else {
            format!(" --burst-beats {}", c.burst_beats())
        },
        if c.strides() { " --strides" } else { "" },
        if c.weight_ports() == 1 { String::new() } else { format!(" --weight-ports {}", c.weight_ports()) },
        if c.groups() == 1 { String::new() } else { format!(" --group {}", c.group()) }
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
    use clap::{CommandFactory, Parser};
    use trine_spec::config::Builder;

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
        for (name, config) in PRESETS {
            assert_eq!(parse(&flags(&config)).unwrap(), config, "{name}");
            assert_eq!(parse(&format!("--preset {name}")).unwrap(), config);
        }
        assert_eq!(parse("").unwrap(), Config::default());
    }

    #[test]
    fn what_few_units_have_is_in_flags_and_files_of_those_only() {
        let short = parse("--weights memory --burst-beats 16").unwrap();
        assert_eq!(parse(&flags(&short)).unwrap(), short);
        let json = |config: &Config| serde_json::to_value(config).unwrap();
        assert_eq!(json(&short)["burst_beats"], 16);
        assert_eq!(serde_json::from_value::<Config>(json(&short)).unwrap(), short);
        let strides = parse("--weights memory --strides").unwrap();
        assert_eq!((parse(&flags(&strides)).unwrap(), &json(&strides)["strides"]), (strides, &true.into()));
        let ports = parse("--weights memory --weight-ports 4").unwrap();
        assert_eq!((parse(&flags(&ports)).unwrap(), &json(&ports)["weight_ports"]), (ports, &4.into()));
        let groups = parse("--columns 10 --group 4").unwrap();
        assert_eq!((parse(&flags(&groups)).unwrap(), &json(&groups)["group"]), (groups, &4.into()));
        assert_eq!(parse("--group 65").unwrap_err().to_string(), "--group: group = 65 is outside 1 to 64");
        let plain = json(&parse("--weights memory --columns 10 --group 10").unwrap());
        assert_eq!(["burst_beats", "strides", "weight_ports", "group"].map(|key| plain.get(key)), [None; 4]);
        let refused = parse("--burst-beats 24").unwrap_err().to_string();
        assert_eq!(refused, "--burst-beats: burst-beats = 24 is not 16, 32 or 64");
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
    fn defaults_in_the_help_are_those_of_the_standard_unit() {
        let unit = serde_json::to_value(Config::default()).unwrap();
        let command = Line::command();
        for (key, value) in unit.as_object().unwrap() {
            let flag = key.replace('_', "-");
            let argument = command.get_arguments().find(|argument| argument.get_long() == Some(flag.as_str())).unwrap();
            let help = argument.get_help().unwrap().to_string();
            let value = value.to_string().replace('"', "");
            let (bare, more) = (format!("[default: {value}]"), format!("[default: {value}, or"));
            assert!(help.contains(&bare) || help.contains(&more), "--{flag}: {help}");
        }
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_the_preset() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("unit.toml");
        let file = |text: &str, line: &str| {
            std::fs::write(&path, text).unwrap();
            parse(&format!("--config {} {line}", path.display()))
        };
        let built = |given: Builder, base: &str| given.or(&Config::preset(base).unwrap()).build().unwrap();
        let some = "columns = 2\nmax-tokens = 3\n";
        assert_eq!(file(some, "").unwrap(), built(Config::builder().columns(2).max_tokens(3), "standard"));
        let over_preset = built(Config::builder().columns(2).max_tokens(3), "odd");
        assert_eq!(file(some, "--preset odd").unwrap(), over_preset);
        assert_eq!(file(some, "--preset odd").unwrap().lanes(), 7);
        let flags = file(some, "--preset odd --max-tokens 9").unwrap();
        assert_eq!((flags.columns(), flags.max_tokens()), (2, 9));
        assert!(
            parse("--preset serial").unwrap().windows() && !parse("--preset serial --windows=false").unwrap().windows()
        );
        assert!(file("windows = true", "").unwrap().windows() && parse("--windows").unwrap().windows());

        // The bus follows the tile, wherever its sizes come from, unless a source says its width.
        assert_eq!(parse("--preset standard --lanes 4 --columns 1").unwrap().weight_bus(), 8);
        assert_eq!(file("lanes = 4", "--preset standard --columns 1").unwrap().weight_bus(), 8);
        assert_eq!(parse("--preset odd --max-tokens 9").unwrap().weight_bus(), 16);
        assert_eq!(file("weight-bus = 8", "--preset standard").unwrap().weight_bus(), 8);

        // A wrong value is named with its source.
        let refused =
            |text: &str, line: &str| file(text, line).unwrap_err().to_string().replace(path.to_str().unwrap(), "F");
        assert_eq!(refused("\nlanes = 0", ""), "F, line 2: lanes = 0 is outside 1 to 256");
        assert_eq!(refused("lanes = 0", "--lanes 300"), "--lanes: lanes = 300 is outside 1 to 256");
        assert_eq!(refused("lanes = 8", "--act-bits 9"), "--act-bits: act-bits = 9 is outside 2 to 8");
        assert_eq!(
            refused("lanes = 8\nweight-bus = 256", "--columns 8"),
            "F, line 2: weight-bus = 256 is outside 8 to 104; 104 bits are a full tile of these lanes and columns"
        );
        assert_eq!(
            refused("weight-bus = 12", "--preset odd"),
            "F, line 1: weight-bus = 12 is not a multiple of 8 bits"
        );
    }

    #[test]
    fn what_makes_no_unit_is_refused() {
        let refused = |line: &str| parse(line).unwrap_err().to_string();
        assert_eq!(refused("--lanes 0"), "--lanes: lanes = 0 is outside 1 to 256");
        assert_eq!(
            refused("--lanes 18446744073709551615"),
            "--lanes: lanes = 18446744073709551615 is outside 1 to 256"
        );
        assert_eq!(refused("--max-depth 0"), "--max-depth: max-depth = 0 is outside 1 to 262144");
        assert_eq!(refused("--weight-bus 12"), "--weight-bus: weight-bus = 12 is not a multiple of 8 bits");
        for (line, known) in [
            ("--preset giant", "unit, odd, serial, small, standard, wide"),
            ("--style vhdl", "portable, ecp5, xilinx7, packed"),
            ("--weight-code gray", "base3, two-bit"),
        ] {
            assert!(refused(line).contains(&format!("[possible values: {known}]")), "{line}: {}", refused(line));
        }
    }
}
