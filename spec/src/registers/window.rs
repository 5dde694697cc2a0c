//! Streams as ranges of addresses.

use crate::Config;

/// Bytes of a window.
pub const WINDOW_BYTES: u32 = 0x400;

/// A stream of a unit that has [`Config::windows`](crate::Config::windows), as a range of addresses: every word in it is the same end of the
/// stream, so that a burst over rising addresses moves one word after another. Layout: [`crate::packing`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Name in upper case.
    pub name: &'static str,
    /// First byte of [`WINDOW_BYTES`].
    pub offset: u32,
    /// True if software writes the window; it reads the others.
    pub written: bool,
    /// One line for the documents.
    pub doc: &'static str,
}

impl Window {
    /// Upper bits of the addresses: `offset / WINDOW_BYTES`.
    pub const fn index(&self) -> u32 {
        self.offset / WINDOW_BYTES
    }
}

/// Words of activation beats.
pub const ACT_WINDOW: Window =
    Window { name: "ACT_WINDOW", offset: 0x400, written: true, doc: "Takes the words of activation beats." };
/// Words of weight beats.
pub const WGT_WINDOW: Window =
    Window { name: "WGT_WINDOW", offset: 0x800, written: true, doc: "Takes the words of weight beats." };
/// Words of result beats.
pub const RES_WINDOW: Window =
    Window { name: "RES_WINDOW", offset: 0xC00, written: false, doc: "Gives the words of result beats." };
/// All windows by offset.
pub const WINDOWS: [Window; 3] = [ACT_WINDOW, WGT_WINDOW, RES_WINDOW];

/// The windows of a unit of configuration `c`, by offset: none of a unit with streams, and none for weights that come from memory.
pub fn windows(c: &Config) -> impl Iterator<Item = &'static Window> {
    WINDOWS.iter().filter(|&window| c.windows() && !(c.memory() && *window == WGT_WINDOW))
}
