//! Flags of a port: the speed of a serial one, and what lies at which address behind it.

use anyhow::{Result, bail, ensure};
use trine_driver::{Device, Etherbone, MemorySpan, SerialLine, Uartbone, WindowTransport, Words};
use trine_spec::Config;

use crate::backend::Backend;
use crate::board::BoardArg;

/// Bits a second that LiteX and the boards use where nothing else is said.
const BAUD: u32 = 115_200;

/// The line to a unit.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Port")]
pub(crate) struct LineArgs {
    /// Bits a second of the serial port [default: 115200, or the board's]
    #[arg(long, value_name = "BITS", value_parser = clap::value_parser!(u32).range(1..))]
    baud: Option<u32>,
    /// Byte address of the registers behind the port, a multiple of 4 [default: 0]
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    base: Option<u32>,
    #[command(flatten)]
    memory: MemoryArgs,
}

/// The memory of a unit that reads its weights from there.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct MemoryArgs {
    /// Byte address of the unit's memory behind the port, a multiple of 4096
    ///
    /// With --weights memory. The unit has to see its memory at the same addresses.
    #[arg(long, value_name = "ADDRESS", value_parser = address, requires = "memory_bytes")]
    memory_base: Option<u32>,
    /// Size of that memory: bytes, or with K, M or G behind the number, 64M
    #[arg(long, value_name = "SIZE", value_parser = size, requires = "memory_base")]
    memory_bytes: Option<u64>,
}

/// An address of a word, in decimal or with 0x in front in hexadecimal.
fn address(text: &str) -> Result<u32, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => text.parse(),
    };
    let value = parsed.map_err(|_| "not an address of 32 bits, like 0x30000000".to_owned())?;
    if value.is_multiple_of(4) { Ok(value) } else { Err("not a multiple of 4".into()) }
}

/// A number of bytes, K, M or G behind it for powers of 1024.
fn size(text: &str) -> Result<u64, String> {
    let (digits, shift) = match text.char_indices().last() {
        Some((last, 'K')) => (&text[..last], 10),
        Some((last, 'M')) => (&text[..last], 20),
        Some((last, 'G')) => (&text[..last], 30),
        _ => (text, 0),
    };
    let parsed = match digits.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => digits.parse::<u64>(),
    };
    let bytes = parsed.ok().and_then(|number| number.checked_mul(1 << shift));
    bytes.ok_or_else(|| "not a number of bytes, like 67108864 or 64M".into())
}

impl MemoryArgs {
    /// True if one of the flags is there.
    fn given(&self) -> bool {
        self.memory_base.is_some() || self.memory_bytes.is_some()
    }

    /// The memory of a unit of configuration `config` whose registers begin at `registers`.
    ///
    /// # Errors
    /// When the unit has one and its place is missing, when it has none, and when no memory can be at that place.
    pub(crate) fn span(&self, config: &Config, registers: u32) -> Result<Option<MemorySpan>> {
        match (self.memory_base, self.memory_bytes) {
            (Some(at), Some(bytes)) if config.memory() => Ok(Some(MemorySpan::new(at, bytes, registers)?)),
            _ if config.memory() => {
                bail!("--weights memory behind a port: say where the memory is, with --memory-base and --memory-bytes")
            }
            _ if self.given() => bail!(
                "--memory-base and --memory-bytes are for --weights memory: add that, or leave them out; this unit takes its \
                 weights from the host"
            ),
            _ => Ok(None),
        }
    }
}

impl LineArgs {
    /// Refuses all flags of a line beside `backend`, which has none.
    pub(crate) fn none(&self, backend: &str) -> Result<()> {
        ensure!(
            self.baud.is_none() && self.base.is_none() && !self.memory.given(),
            "--baud, --base, --memory-base and --memory-bytes are for a port: choose one with --backend uart:PATH or \
             etherbone:HOST in place of {backend}, or leave them out"
        );
        Ok(())
    }

    /// The memory behind `port` of a unit of configuration `config`.
    ///
    /// # Errors
    /// As [`MemoryArgs::span`], and for the speed of a serial port where `port` is none.
    pub(crate) fn memory(&self, port: &Backend, config: &Config) -> Result<Option<MemorySpan>> {
        ensure!(
            self.baud.is_none() || !matches!(port, Backend::Etherbone(_)),
            "--baud is for a serial port: leave it out with --backend {port}"
        );
        self.memory.span(config, self.base.unwrap_or(0))
    }

    /// Bits a second.
    fn speed(&self, board: &BoardArg) -> Result<u32> {
        let board = board.read()?.map(|board| board.manifest.baud);
        Ok(self.baud.or(board).unwrap_or(BAUD))
    }

    /// The unit behind `port`, identified, with its memory at `memory`.
    pub(crate) fn device(
        &self,
        port: &Backend,
        board: &BoardArg,
        config: Config,
        memory: Option<MemorySpan>,
    ) -> Result<Device<trine_sim::Link>> {
        // A port reaches a unit through its windows only.
        let (config, base) = (config.with_windows(true), self.base.unwrap_or(0));
        let link: trine_sim::Link = match port {
            Backend::Uart(path) => {
                let mut words = Uartbone::new(SerialLine::open(path, self.speed(board)?)?, base);
                words = match memory {
                    Some(span) => words.with_memory(span),
                    None => words,
                };
                // Whoever used the line before may have left in the middle of a frame.
                words.recover()?;
                Box::new(WindowTransport::new(words, config.clone()))
            }
            Backend::Etherbone(place) => {
                let words = Etherbone::open(place, base)?;
                let words = match memory {
                    Some(span) => words.with_memory(span),
                    None => words,
                };
                Box::new(WindowTransport::new(words, config.clone()))
            }
            Backend::Golden | Backend::Rtl => bail!("--backend {port} has no port"),
        };
        Ok(Device::open(link, config)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        line: LineArgs,
        #[command(flatten)]
        board: BoardArg,
    }

    fn parse(line: &str) -> Result<Line, clap::Error> {
        Line::try_parse_from(format!("trine {line}").split_whitespace())
    }

    #[test]
    fn the_line_has_the_speed_of_the_board_unless_a_flag_names_another() {
        let speed = |line: &str| {
            let Line { line, board } = parse(line).unwrap();
            line.speed(&board).unwrap()
        };
        assert_eq!(speed(""), 115_200);
        assert_eq!(speed("--board orangecrab"), 1_000_000);
        assert_eq!(speed("--board orangecrab --baud 9600"), 9600);
    }

    #[test]
    fn sizes_are_bytes_or_powers_of_1024() {
        assert_eq!([size("4096"), size("0x1000"), size("4K")], [Ok(4096), Ok(4096), Ok(4096)]);
        assert_eq!([size("64M"), size("2G")], [Ok(64 << 20), Ok(2 << 30)]);
        for text in ["", "M", "64MB", "64m", "-4K", "1.5M", "64 M", "18446744073709551615K", "µ"] {
            assert_eq!(size(text), Err("not a number of bytes, like 67108864 or 64M".into()), "{text}");
        }
    }

    #[test]
    fn a_memory_has_a_place_where_the_unit_reads_one_and_nowhere_else() {
        let span = |line: &str, reads: bool| {
            let unit = Config::sized(4, 4).windows(true);
            let unit = if reads { unit.weights(trine_spec::Weights::Memory) } else { unit };
            let memory = parse(line).unwrap().line.memory(&Backend::Uart("port".into()), &unit.build().unwrap());
            memory.map(|span| span.map(|span| span.addresses())).map_err(|error| error.to_string())
        };
        let place = "--base 0x30000000 --memory-base 0x40000000 --memory-bytes 64M";
        assert_eq!(span(place, true), Ok(Some(0x4000_0000..0x4400_0000)));
        assert_eq!(span("", false), Ok(None));
        assert!(span("", true).unwrap_err().contains("with --memory-base and --memory-bytes"));
        assert!(span(place, false).unwrap_err().contains("are for --weights memory"));
        let onto = span("--base 0x40000000 --memory-base 0x40000000 --memory-bytes 64M", true).unwrap_err();
        assert!(onto.contains("the registers lie from 0x40000000"), "{onto}");
        assert!(parse("--memory-base 0x40000000").is_err() && parse("--memory-bytes 1M").is_err());
    }

    #[test]
    fn a_network_has_no_bits_a_second() {
        let config = Config::sized(4, 4).windows(true).build().unwrap();
        let memory = |port: &str| parse("--baud 9600").unwrap().line.memory(&port.parse().unwrap(), &config);
        assert!(memory("uart:/dev/ttyUSB0").is_ok());
        let refused = memory("etherbone:192.168.1.50").unwrap_err().to_string();
        assert_eq!(refused, "--baud is for a serial port: leave it out with --backend etherbone:192.168.1.50");
    }
}
