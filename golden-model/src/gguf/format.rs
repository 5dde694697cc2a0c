//! Constants of the format, for the reader and the writer.

/// The first bytes of every file.
pub(crate) const MAGIC: &[u8; 4] = b"GGUF";
/// Bytes to whose multiples tensors are aligned where `general.alignment` says nothing.
pub(super) const ALIGNMENT: usize = 32;

/// The numbers of the types of values.
pub(super) mod value {
    pub(crate) const U8: u32 = 0;
    pub(crate) const I8: u32 = 1;
    pub(crate) const U16: u32 = 2;
    pub(crate) const I16: u32 = 3;
    pub(crate) const U32: u32 = 4;
    pub(crate) const I32: u32 = 5;
    pub(crate) const F32: u32 = 6;
    pub(crate) const BOOL: u32 = 7;
    pub(crate) const STRING: u32 = 8;
    pub(crate) const ARRAY: u32 = 9;
    pub(crate) const U64: u32 = 10;
    pub(crate) const I64: u32 = 11;
    pub(crate) const F64: u32 = 12;
}
