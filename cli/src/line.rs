//! Flags of a port to a unit: a serial port, a network, or the memory map of this machine, and what lies at which address behind it.

mod memory;

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail, ensure};
use trine_driver::{
    Device, DeviceFile, DmaBuf, Etherbone, MappedMemory, MappedWords, MemorySpan, RingTransport, SerialLine, Uartbone,
    WindowTransport, Words, ring_bytes,
};
use trine_report::places::Places;
use trine_sim::Link;
use trine_spec::Config;
use trine_spec::registers::SPACE;

use crate::board::BoardArg;
pub(crate) use memory::MemoryArgs;
use memory::{address, narrow};

/// Bits a second that LiteX and the boards use where nothing else is said.
const BAUD: u32 = 115_200;

/// A way to a unit that is there already.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Port<'a> {
    /// The serial port at this path.
    Serial(&'a str),
    /// Etherbone at this host and port.
    Network(&'a str),
    /// The device at this path, which shows the registers as memory.
    Mapped(&'a str),
}

impl<'a> Port<'a> {
    /// The place at which it is opened.
    pub(crate) fn path(self) -> &'a str {
        match self {
            Port::Serial(path) | Port::Network(path) | Port::Mapped(path) => path,
        }
    }
}

/// The memory that a unit reads its weights from, as the host reaches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// On the bus behind a serial port or a network.
    Bus(MemorySpan),
    /// A buffer of u-dma-buf.
    Buffer(DmaBuf),
    /// At the same address of the device that shows the registers.
    Device {
        /// First byte.
        at: u64,
        /// Length.
        bytes: u64,
    },
}

/// The port to a unit.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Port")]
pub(crate) struct LineArgs {
    /// Bits a second of the serial port [default: 115200, or the board's]
    #[arg(long, value_name = "BITS", value_parser = clap::value_parser!(u32).range(1..))]
    baud: Option<u32>,
    /// Byte address of the registers behind the port [default: 0]
    ///
    /// A multiple of 4 behind a serial port or Etherbone, of 4096 in the device of mem:PATH. In /dev/mem it is the physical address, in a
    /// device of UIO 0.
    #[arg(long, value_name = "ADDRESS", value_parser = address)]
    base: Option<u64>,
    #[command(flatten)]
    memory: MemoryArgs,
    /// Buffer of u-dma-buf for the weights, such as /dev/udmabuf0
    ///
    /// With --weights memory and --backend mem:PATH, in place of --memory-base and --memory-bytes.
    #[arg(long, value_name = "PATH", conflicts_with_all = ["memory_base", "memory_bytes"])]
    dma_buf: Option<PathBuf>,
}

impl LineArgs {
    /// Adds the device files behind `port` to `places`, so that no result is written over a memory.
    pub(crate) fn add_to(&self, port: Option<Port<'_>>, places: &mut Places) {
        match port {
            Some(Port::Serial(path) | Port::Mapped(path)) => places.reads("--backend", Path::new(path)),
            Some(Port::Network(_)) | None => {}
        }
        self.dma_buf.iter().for_each(|path| places.reads("--dma-buf", path));
    }

    /// Refuses all flags of a port beside `backend`, which has none.
    pub(crate) fn none(&self, backend: &str) -> Result<()> {
        ensure!(
            self.baud.is_none() && self.base.is_none() && !self.memory.given() && self.dma_buf.is_none(),
            "--baud, --base, --memory-base, --memory-bytes and --dma-buf are for a port: choose one with --backend uart:PATH, \
             etherbone:HOST or mem:PATH in place of {backend}, or leave them out"
        );
        Ok(())
    }

    /// The memory behind `port` of a unit of configuration `config`, if it reads one.
    ///
    /// # Errors
    /// For a flag of another port, a place that is missing or that no memory can have, a place of a unit that reads none, and a memory
    /// that has no room for weights beside a ring.
    pub(crate) fn place(&self, port: Port<'_>, config: &Config) -> Result<Option<Place>> {
        if let Some(bytes) = self.memory.memory_bytes.filter(|_| config.ring()) {
            let taken = ring_bytes(config);
            ensure!(
                bytes > taken,
                "--memory-bytes: the ring, activations and results of the largest job take {taken} bytes, so {bytes} leave no room for \
                 weights"
            );
        }
        match port {
            Port::Serial(_) | Port::Network(_) => {
                let serial = matches!(port, Port::Serial(_));
                ensure!(
                    serial || self.baud.is_none(),
                    "--baud is for a serial port: choose one with --backend uart:PATH, or leave it out"
                );
                ensure!(
                    self.dma_buf.is_none(),
                    "--dma-buf is for a unit in the memory map of this machine: choose it with --backend mem:PATH, or leave it out"
                );
                Ok(self.memory.span(config, narrow("--base", self.base())?)?.map(Place::Bus))
            }
            Port::Mapped(_) => {
                ensure!(
                    self.baud.is_none(),
                    "--baud is for a serial port: choose one with --backend uart:PATH, or leave it out"
                );
                self.mapped_place(config)
            }
        }
    }

    fn mapped_place(&self, config: &Config) -> Result<Option<Place>> {
        let beside = self.memory.memory_base.zip(self.memory.memory_bytes);
        match (&self.dma_buf, beside) {
            (None, None) if config.memory() => bail!(
                "--weights memory in the memory map of this machine: say where the memory is, with --dma-buf, or with \
                 --memory-base and --memory-bytes"
            ),
            (None, None) => Ok(None),
            _ if !config.memory() => bail!(
                "--dma-buf, --memory-base and --memory-bytes are for --weights memory: add that, or leave them out; this unit \
                 takes its weights from the host"
            ),
            (Some(path), _) => Ok(Some(Place::Buffer(DmaBuf::find(path)?))),
            (None, Some((at, bytes))) => {
                let (first, space) = (self.base(), self.base().saturating_add(SPACE.into()));
                ensure!(
                    at >= space || at.saturating_add(bytes) <= first,
                    "no memory can have {bytes} bytes at address {at:#x}: the registers lie from {first:#x} to {space:#x}"
                );
                Ok(Some(Place::Device { at, bytes }))
            }
        }
    }

    /// First byte of the registers.
    fn base(&self) -> u64 {
        self.base.unwrap_or(0)
    }

    /// Bits a second.
    fn speed(&self, board: &BoardArg) -> Result<u32> {
        let board = board.read()?.map(|board| board.manifest.baud);
        Ok(self.baud.or(board).unwrap_or(BAUD))
    }

    /// The unit behind `port`, identified, with its memory at `place`.
    pub(crate) fn device(
        &self,
        port: Port<'_>,
        board: &BoardArg,
        config: Config,
        place: Option<Place>,
    ) -> Result<Device<Link>> {
        // Words reach a unit through its windows, or its memory.
        let windows = !config.ring();
        let config = config.with_windows(windows);
        let link = match port {
            Port::Serial(path) => link(self.serial(path, board, place)?, &config),
            Port::Network(host) => link(self.network(host, place)?, &config),
            Port::Mapped(path) => link(self.mapped(path, place)?, &config),
        };
        let ring = config.ring();
        Device::open(link, config).map_err(|error| match flag_of(&error, ring) {
            Some(flag) => anyhow!(
                "{error}: this unit was generated with another {flag}; give the one that is in its manifest.json"
            ),
            None => error.into(),
        })
    }

    fn serial(&self, path: &str, board: &BoardArg, place: Option<Place>) -> Result<Uartbone<SerialLine>> {
        let line = SerialLine::open(path, self.speed(board)?)?;
        let mut words = Uartbone::new(line, narrow("--base", self.base())?);
        if let Some(Place::Bus(span)) = place {
            words = words.with_memory(span);
        }
        // Whoever used the line before may have left in the middle of a frame.
        words.recover()?;
        Ok(words)
    }

    fn network(&self, host: &str, place: Option<Place>) -> Result<Etherbone> {
        let words = Etherbone::open(host, narrow("--base", self.base())?)?;
        Ok(match place {
            Some(Place::Bus(span)) => words.with_memory(span),
            _ => words,
        })
    }

    fn mapped(&self, path: &str, place: Option<Place>) -> Result<MappedWords> {
        let file = DeviceFile::open(Path::new(path))?;
        let words = MappedWords::new(&file, self.base())?;
        Ok(match place {
            Some(Place::Buffer(buffer)) => words.with_memory(buffer.memory()?),
            Some(Place::Device { at, bytes }) => words.with_memory(MappedMemory::new(&file, at, at, bytes)?),
            _ => words,
        })
    }
}

/// The flag of the setting in which a unit differs from what is asked for; a unit with a ring is asked for without windows.
fn flag_of(error: &trine_driver::Error, ring: bool) -> Option<&'static str> {
    let trine_driver::Error::ConfigMismatch { field, .. } = error else { return None };
    Some(match *field {
        "lanes_minus_1" => "--lanes",
        "columns_minus_1" => "--columns",
        "act_bits" => "--act-bits",
        "acc_bits" | "max_depth" => "--max-depth",
        "max_tokens" => "--max-tokens",
        "weight_code" => "--weight-code",
        "style" => "--style",
        "windows" | "ring" if ring => "--ring",
        "windows" => "--windows",
        "ring" => "--ring",
        "memory" => "--weights",
        "weight_bytes" => "--weight-bus",
        "strides" => "--strides",
        "ports_log2" => "--weight-ports",
        "burst" => "--burst-beats",
        "group" => "--group",
        _ => return None,
    })
}

/// A unit behind `words`.
fn link(words: impl Words + Send + 'static, config: &Config) -> Link {
    match config.ring() {
        true => Box::new(RingTransport::new(words, config.clone())),
        false => Box::new(WindowTransport::new(words, config.clone())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use trine_spec::registers::{Access, Field, registers};

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
    fn every_constant_of_a_unit_has_a_flag() {
        let config = Config::sized(8, 8).weights(trine_spec::Weights::Memory).ring(true).build().unwrap();
        let constant = |field: &&Field| field.access == Access::Constant;
        let own = registers(&config).filter(|register| !["ID", "VERSION"].contains(&register.name));
        for field in own.flat_map(|register| register.fields).filter(constant) {
            let error = |field| trine_driver::Error::ConfigMismatch { register: "R", field, found: 0, expected: 1 };
            let flag = flag_of(&error(field.name), true).unwrap_or_else(|| panic!("{}", field.name));
            assert!(flag.starts_with("--"), "{flag}");
        }
    }

    #[test]
    fn a_memory_has_a_place_where_the_unit_reads_one_and_nowhere_else() {
        let span = |line: &str, reads: bool| {
            let unit = Config::sized(4, 4).windows(true);
            let unit = if reads { unit.weights(trine_spec::Weights::Memory) } else { unit };
            let place = parse(line).unwrap().line.place(Port::Serial("x"), &unit.build().unwrap());
            let addresses = |place| match place {
                Place::Bus(span) => span.addresses(),
                _ => panic!("{place:?}"),
            };
            place.map(|place| place.map(addresses)).map_err(|error| error.to_string())
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
    fn a_mapped_memory_is_a_buffer_or_lies_beside_the_registers() {
        let place = |line: &str, reads: bool| {
            let unit = Config::sized(4, 4).windows(true);
            let unit = if reads { unit.weights(trine_spec::Weights::Memory) } else { unit };
            let place = parse(line).unwrap().line.place(Port::Mapped("x"), &unit.build().unwrap());
            place.map_err(|error| error.to_string())
        };
        let beside = "--base 0x800000000 --memory-base 0x870000000 --memory-bytes 256M";
        assert_eq!(place(beside, true), Ok(Some(Place::Device { at: 0x8_7000_0000, bytes: 256 << 20 })));
        assert_eq!(place("--base 0xA0000000", false), Ok(None));
        for (line, reads, part) in [
            ("", true, "with --dma-buf, or with --memory-base and --memory-bytes"),
            (beside, false, "are for --weights memory: add that"),
            ("--dma-buf /dev/udmabuf0", false, "are for --weights memory: add that"),
            ("--base 0x1000 --memory-base 0 --memory-bytes 8K", true, "the registers lie from 0x1000 to 0x2000"),
            ("--baud 9600", false, "--baud is for a serial port"),
            ("--dma-buf nowhere/udmabuf7", true, "nowhere/udmabuf7: there is no such device; is u-dma-buf loaded?"),
        ] {
            let error = place(line, reads).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
        assert!(place("--base 0x1000 --memory-base 0 --memory-bytes 4K", true).is_ok());
        assert!(place("--base 0x1000 --memory-base 0x2000 --memory-bytes 4K", true).is_ok());
        assert!(parse("--dma-buf x --memory-base 0 --memory-bytes 4K").is_err());
    }

    #[test]
    fn a_network_has_no_bits_a_second() {
        let config = Config::sized(4, 4).windows(true).build().unwrap();
        let line = parse("--baud 9600").unwrap().line;
        assert!(line.place(Port::Serial("/dev/ttyUSB0"), &config).is_ok());
        let refused = line.place(Port::Network("192.168.1.50"), &config).unwrap_err().to_string();
        assert!(refused.starts_with("--baud is for a serial port"), "{refused}");
    }

    #[test]
    fn a_serial_port_reaches_32_bits_and_no_buffer() {
        let unit = Config::sized(4, 4).windows(true).weights(trine_spec::Weights::Memory).build().unwrap();
        for (line, part) in [
            ("--base 0x100000000", "--base: 0x100000000 is beyond the 32 bits"),
            ("--memory-base 0x100000000 --memory-bytes 4K", "--memory-base: 0x100000000 is beyond the 32 bits"),
            ("--dma-buf x", "choose it with --backend mem:PATH"),
        ] {
            let error = parse(line).unwrap().line.place(Port::Serial("x"), &unit).unwrap_err().to_string();
            assert!(error.contains(part), "{line}: {error}");
        }
    }
}
