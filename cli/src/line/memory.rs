//! Flags that say where the memory of a unit is.

use anyhow::{Result, anyhow, bail};
use trine_driver::MemorySpan;
use trine_spec::Config;

/// The memory of a unit that reads its weights from there.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct MemoryArgs {
    /// Byte address of the unit's memory behind the port, a multiple of 4096
    ///
    /// With --weights memory. The unit has to see its memory at the same addresses.
    #[arg(long, value_name = "ADDRESS", value_parser = address, requires = "memory_bytes")]
    pub(super) memory_base: Option<u64>,
    /// Size of that memory: bytes, or with K, M or G behind the number, 64M
    #[arg(long, value_name = "SIZE", value_parser = size, requires = "memory_base")]
    pub(super) memory_bytes: Option<u64>,
}

/// An address of a word, in decimal or with 0x in front in hexadecimal.
pub(super) fn address(text: &str) -> Result<u64, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => text.parse(),
    };
    let value = parsed.map_err(|_| "not an address, like 0x30000000".to_owned())?;
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
    pub(super) fn given(&self) -> bool {
        self.memory_base.is_some() || self.memory_bytes.is_some()
    }

    /// The memory of a unit of configuration `config` whose registers begin at `registers`.
    ///
    /// # Errors
    /// When the unit has one and its place is missing, when it has none, and when no memory can be at that place.
    pub(crate) fn span(&self, config: &Config, registers: u32) -> Result<Option<MemorySpan>> {
        match (self.memory_base, self.memory_bytes) {
            (Some(at), Some(bytes)) if config.memory() => {
                Ok(Some(MemorySpan::new(narrow("--memory-base", at)?, bytes, registers)?))
            }
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

/// An address of `flag` that a serial port can reach.
pub(super) fn narrow(flag: &str, address: u64) -> Result<u32> {
    u32::try_from(address).map_err(|_| {
        anyhow!("{flag}: {address:#x} is beyond the 32 bits of an address behind a serial port or Etherbone")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bytes_or_powers_of_1024() {
        assert_eq!([size("4096"), size("0x1000"), size("4K")], [Ok(4096), Ok(4096), Ok(4096)]);
        assert_eq!([size("64M"), size("2G")], [Ok(64 << 20), Ok(2 << 30)]);
        for text in ["", "M", "64MB", "64m", "-4K", "1.5M", "64 M", "18446744073709551615K", "µ"] {
            assert_eq!(size(text), Err("not a number of bytes, like 67108864 or 64M".into()), "{text}");
        }
    }
}
