//! A tensor as it lies in its file, and the readings of it that all formats share.

use std::fmt;
use std::path::Path;

use bytemuck::AnyBitPattern;
use half::{bf16, f16};
use rayon::prelude::*;

use crate::files::mapped::Kept;
use crate::gguf::{Encoding, LARGEST};
use crate::layers::dense::{Dense, Numbers, Values};
use crate::{Error, Scales};

/// Storage of a tensor's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    F32,
    F16,
    Bf16,
    U8,
    /// Ternary, 54 bytes per 256.
    Tq1_0,
    /// Ternary, 66 bytes per 256.
    Tq2_0,
    /// Ternary, four per byte and 32 bytes more.
    I2S,
    /// Floats in any other encoding of blocks.
    Blocks(Encoding),
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.encoding()) {
            (Self::Bf16, _) => f.write_str("BF16"),
            (Self::I2S, _) => f.write_str("I2_S"),
            (_, Some(encoding)) => write!(f, "{encoding:?}"),
            (kind, None) => write!(f, "{kind:?}"),
        }
    }
}

impl Kind {
    /// The encoding of blocks that hold floats; the ternary ones of one scale do, too.
    pub(crate) fn encoding(self) -> Option<Encoding> {
        match self {
            Self::Tq1_0 => Some(Encoding::TQ1_0),
            Self::Tq2_0 => Some(Encoding::TQ2_0),
            Self::Blocks(encoding) => Some(encoding),
            Self::F32 | Self::F16 | Self::Bf16 | Self::U8 | Self::I2S => None,
        }
    }

    /// Weights and bytes of the least piece that decodes alone, if the kind holds floats.
    fn piece(self) -> Option<(usize, usize)> {
        match self {
            Self::F32 => Some((1, 4)),
            Self::F16 | Self::Bf16 => Some((1, 2)),
            kind => kind.encoding().map(Encoding::block),
        }
    }

    /// Bytes of a tensor of this kind and shape, or why there is no such tensor.
    pub(crate) fn bytes(self, shape: &[usize]) -> Result<usize, String> {
        let (block, bytes, tail) = match (self, self.piece()) {
            (Self::I2S, _) => (128, 32, 32),
            (_, Some((block, bytes))) => (block, bytes, 0),
            (_, None) => (1, 1, 0),
        };
        // I2_S packs the whole tensor, the others pack rows.
        let elements = shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d)).ok_or("the shape is too large")?;
        let packed = if self == Self::I2S { elements } else { shape.last().copied().unwrap_or(1) };
        if packed % block != 0 {
            return Err(format!("{packed} elements are not a multiple of the {block} of {self}"));
        }
        (elements / block).checked_mul(bytes).map(|n| n + tail).ok_or("the shape is too large".into())
    }
}

/// Numbers that one task reads.
const CHUNK: usize = 1 << 16;

/// Stored bytes with their meaning and their place.
#[derive(Clone, Debug)]
pub(crate) struct Tensor<'a> {
    pub(crate) path: &'a Path,
    pub(crate) name: String,
    /// Of the first byte, in the file.
    pub(crate) offset: u64,
    pub(crate) kind: Kind,
    /// Outermost dimension first.
    pub(crate) shape: Vec<usize>,
    pub(crate) data: &'a [u8],
}

/// The value of one float of this kind.
fn float(kind: Kind, bytes: &[u8]) -> f32 {
    match (kind, bytes) {
        (Kind::F32, &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]),
        (Kind::F16, &[a, b]) => f16::from_le_bytes([a, b]).to_f32(),
        (_, bytes) => bf16::from_le_bytes([bytes[0], bytes[1]]).to_f32(),
    }
}

/// True unless the number is NaN or infinite, which its exponent tells.
fn finite_f32(bytes: [u8; 4]) -> bool {
    u32::from_le_bytes(bytes) & 0x7f80_0000 != 0x7f80_0000
}

fn finite_f16(bytes: [u8; 2]) -> bool {
    u16::from_le_bytes(bytes) & 0x7c00 != 0x7c00
}

fn finite_bf16(bytes: [u8; 2]) -> bool {
    u16::from_le_bytes(bytes) & 0x7f80 != 0x7f80
}

/// True if `test` holds for all; it is made for all, which compilers turn into vectors.
fn every<const N: usize>(numbers: &[[u8; N]], test: impl Fn([u8; N]) -> bool) -> bool {
    numbers.iter().fold(true, |all, &bytes| all & test(bytes))
}

impl Tensor<'_> {
    /// An error about the byte `at` of this tensor.
    pub(crate) fn error(&self, at: usize, reason: impl Into<String>) -> Error {
        Error::Tensor {
            path: self.path.to_owned(),
            tensor: self.name.clone(),
            offset: self.offset + at as u64,
            reason: reason.into(),
        }
    }

    pub(crate) fn expect_shape(&self, shape: &[usize]) -> Result<(), Error> {
        if self.shape == shape {
            return Ok(());
        }
        Err(self.error(0, format!("the shape is {:?}, but the configuration makes it {shape:?}", self.shape)))
    }

    /// Weights and bytes of a piece of this tensor of floats.
    fn piece(&self) -> Result<(usize, usize), Error> {
        self.kind.piece().ok_or_else(|| {
            self.error(0, format!("the type is {}, but floats are needed: F32, F16, BF16, Q8_0 or the like", self.kind))
        })
    }

    /// Every element of a tensor of floats as `f32`.
    pub(crate) fn floats(&self) -> Result<Floats<'_>, Error> {
        let (weights, bytes) = self.piece()?;
        let pieces = self.data.chunks(LARGEST / weights * bytes);
        Ok(Floats { kind: self.kind, weights, bytes, pieces, decoded: [0.0; LARGEST], at: 0, len: 0 })
    }

    /// Any element of a tensor of floats as `f32`, by its row-major place. Blocks are decoded once, into memory.
    pub(crate) fn float_at(&self) -> Result<impl Fn(usize) -> f32, Error> {
        let (kind, (_, width)) = (self.kind, self.piece()?);
        let decoded: Vec<f32> = if kind.encoding().is_some() { self.floats()?.collect() } else { Vec::new() };
        Ok(move |place: usize| match decoded.get(place) {
            Some(&value) => value,
            None => float(kind, &self.data[place * width..][..width]),
        })
    }

    /// The byte of this tensor of floats where element `i` is, or its block begins.
    pub(crate) fn place(&self, i: usize) -> usize {
        self.kind.piece().map_or(0, |(weights, bytes)| i / weights * bytes)
    }

    /// Refuses NaN and infinities.
    pub(crate) fn expect_finite(&self) -> Result<(), Error> {
        if let Some(encoding) = self.kind.encoding() {
            return match encoding.first_not_finite(self.data) {
                Some((at, factor)) => Err(self.error(at, format!("the scale of a block of {} is {factor}", self.kind))),
                None => Ok(()),
            };
        }
        // Floats are tested by their exponents, by all threads, and looked at one by one only where that fails.
        let floats = self.floats()?;
        let finite = match self.kind {
            Kind::F32 => self.all(finite_f32),
            Kind::F16 => self.all(finite_f16),
            _ => self.all(finite_bf16),
        };
        if finite {
            return Ok(());
        }
        match floats.enumerate().find(|(_, value)| !value.is_finite()) {
            Some((i, value)) => Err(self.error(self.place(i), format!("element {i} is {value}"))),
            None => Ok(()),
        }
    }

    /// True if `test` holds for all numbers of `N` bytes.
    fn all<const N: usize>(&self, test: impl Fn([u8; N]) -> bool + Sync) -> bool {
        self.data.as_chunks().0.par_chunks(CHUNK).all(|chunk| every(chunk, &test))
    }

    /// True if two float tensors hold the same numbers in the same shape, whatever their types.
    pub(crate) fn same_values(&self, other: &Self) -> Result<bool, Error> {
        let identical = self.kind == other.kind && self.data == other.data;
        Ok(self.shape == other.shape && (identical || self.floats()?.eq(other.floats()?)))
    }

    /// A vector of finite floats.
    pub(crate) fn vector(&self, len: usize) -> Result<Vec<f32>, Error> {
        self.expect_shape(&[len])?;
        self.expect_finite()?;
        Ok(self.floats()?.collect())
    }

    /// A single positive number, of shape `[]` or `[1]`.
    pub(crate) fn scale(&self) -> Result<f32, Error> {
        let single = self.shape.iter().product::<usize>() == 1;
        match single.then(|| self.positive(1)).transpose()?.as_deref() {
            Some(&[scale]) => Ok(scale),
            _ => Err(self.error(0, format!("the shape is {:?}, but a scale is a single number", self.shape))),
        }
    }

    /// Positive numbers: a single one, of shape `[]` or `[1]`, or one for each of `outputs` outputs, of shape `[outputs]`
    /// or `[outputs, 1]`.
    pub(crate) fn scales(&self, outputs: usize) -> Result<Scales, Error> {
        if self.shape.iter().product::<usize>() == 1 {
            return Ok(Scales::one(outputs, self.scale()?));
        }
        if self.shape != [outputs] && self.shape != [outputs, 1] {
            let reason = format!(
                "the shape is {:?}, but a scale is a single number or one for each of the {outputs} outputs",
                self.shape
            );
            return Err(self.error(0, reason));
        }
        Ok(Scales::of_outputs(&self.positive(outputs)?))
    }

    /// The first `count` numbers, all positive.
    fn positive(&self, count: usize) -> Result<Vec<f32>, Error> {
        let number = |(i, scale): (usize, f32)| match scale.is_finite() && scale > 0.0 {
            true => Ok(scale),
            false => Err(self.error(self.place(i), format!("the scale is {scale}; it must be a positive number"))),
        };
        self.floats()?.take(count).enumerate().map(number).collect()
    }

    /// The data as finite numbers of `N` bytes: where they are `kept`, if they can be used there, else copied by all threads,
    /// each of which tests what it copies.
    fn numbers<T: AnyBitPattern + Default + Send, const N: usize>(
        &self,
        kept: Option<Kept>,
        number: impl Fn([u8; N]) -> T + Sync,
        finite: impl Fn([u8; N]) -> bool + Sync,
    ) -> Result<Numbers<T>, Error> {
        if let Some(numbers) = kept.and_then(Numbers::kept) {
            self.expect_finite()?;
            return Ok(numbers);
        }
        let bytes = self.data.as_chunks::<N>().0;
        let mut copy = vec![T::default(); bytes.len()];
        let chunks = copy.par_chunks_mut(CHUNK).zip(bytes.par_chunks(CHUNK));
        let all = chunks.all(|(copy, bytes)| {
            copy.iter_mut().zip(bytes).for_each(|(copy, &bytes)| *copy = number(bytes));
            every(bytes, &finite)
        });
        if !all {
            self.expect_finite()?;
        }
        Ok(copy.into())
    }

    /// A matrix of finite floats, in the precision or the blocks it is stored in; `kept` are the data of this tensor, if they
    /// stay mapped.
    pub(crate) fn dense(&self, rows: usize, cols: usize, kept: Option<Kept>) -> Result<Dense, Error> {
        self.expect_shape(&[rows, cols])?;
        self.piece()?;
        let values = match self.kind {
            Kind::F16 => Values::F16(self.numbers(kept, f16::from_le_bytes, finite_f16)?),
            Kind::Bf16 => Values::Bf16(self.numbers(kept, bf16::from_le_bytes, finite_bf16)?),
            kind => match kind.encoding() {
                Some(encoding) => {
                    self.expect_finite()?;
                    Values::Blocks(encoding, kept.and_then(Numbers::kept).unwrap_or_else(|| self.data.to_vec().into()))
                }
                None => Values::F32(self.numbers(kept, f32::from_le_bytes, finite_f32)?),
            },
        };
        Ok(Dense::new(cols, values))
    }
}

/// The elements of a tensor of floats, decoded some hundred at a time.
#[derive(Clone)]
pub(crate) struct Floats<'a> {
    kind: Kind,
    weights: usize,
    bytes: usize,
    pieces: std::slice::Chunks<'a, u8>,
    decoded: [f32; LARGEST],
    at: usize,
    len: usize,
}

impl Floats<'_> {
    /// Decodes the next pieces; `None` after the last.
    fn refill(&mut self) -> Option<()> {
        let data = self.pieces.next()?;
        (self.at, self.len) = (0, data.len() / self.bytes * self.weights);
        let out = &mut self.decoded[..self.len];
        let halves = || data.as_chunks::<2>().0;
        match (self.kind, self.kind.encoding()) {
            (_, Some(encoding)) => encoding.decode(data, out),
            (Kind::F16, _) => out.iter_mut().zip(halves()).for_each(|(out, &b)| *out = f16::from_le_bytes(b).to_f32()),
            (Kind::Bf16, _) => {
                out.iter_mut().zip(halves()).for_each(|(out, &b)| *out = bf16::from_le_bytes(b).to_f32());
            }
            _ => out.iter_mut().zip(data.as_chunks::<4>().0).for_each(|(out, &b)| *out = f32::from_le_bytes(b)),
        }
        Some(())
    }
}

impl Iterator for Floats<'_> {
    type Item = f32;

    #[inline]
    fn next(&mut self) -> Option<f32> {
        if self.at == self.len {
            self.refill()?;
        }
        self.at += 1;
        self.decoded[..self.len].get(self.at - 1).copied()
    }
}
