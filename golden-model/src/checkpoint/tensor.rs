//! A tensor as it lies in its file, and the readings of it that all formats share.

use std::path::Path;

use half::{bf16, f16};

use crate::Error;
use crate::dense::{Dense, Values};
use crate::parts::Scales;

/// How a tensor's elements are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
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
}

impl Kind {
    /// Bytes of a tensor of this kind and shape, or why there is no such tensor.
    pub(super) fn bytes(self, shape: &[usize]) -> Result<usize, String> {
        let (block, bytes, tail) = match self {
            Self::F32 => (1, 4, 0),
            Self::F16 | Self::Bf16 => (1, 2, 0),
            Self::U8 => (1, 1, 0),
            Self::Tq1_0 => (256, 54, 0),
            Self::Tq2_0 => (256, 66, 0),
            Self::I2S => (128, 32, 32),
        };
        // I2_S packs the whole tensor, the others pack rows.
        let elements = shape.iter().try_fold(1usize, |n, &d| n.checked_mul(d)).ok_or("the shape is too large")?;
        let packed = if self == Self::I2S { elements } else { shape.last().copied().unwrap_or(1) };
        if packed % block != 0 {
            return Err(format!("{packed} elements are not a multiple of the {block} of {self:?}"));
        }
        (elements / block).checked_mul(bytes).map(|n| n + tail).ok_or("the shape is too large".into())
    }
}

/// Stored bytes with their meaning and their place.
#[derive(Clone, Debug)]
pub(super) struct Tensor<'a> {
    pub(super) path: &'a Path,
    pub(super) name: String,
    /// Of the first byte, in the file.
    pub(super) offset: u64,
    pub(super) kind: Kind,
    /// Outermost dimension first.
    pub(super) shape: Vec<usize>,
    pub(super) data: &'a [u8],
}

/// The value of one float of this kind.
fn float(kind: Kind, bytes: &[u8]) -> f32 {
    match (kind, bytes) {
        (Kind::F32, &[a, b, c, d]) => f32::from_le_bytes([a, b, c, d]),
        (Kind::F16, &[a, b]) => f16::from_le_bytes([a, b]).to_f32(),
        (_, bytes) => bf16::from_le_bytes([bytes[0], bytes[1]]).to_f32(),
    }
}

impl Tensor<'_> {
    /// An error about the byte `at` of this tensor.
    pub(super) fn error(&self, at: usize, reason: impl Into<String>) -> Error {
        Error::Tensor {
            path: self.path.to_owned(),
            tensor: self.name.clone(),
            offset: self.offset + at as u64,
            reason: reason.into(),
        }
    }

    pub(super) fn expect_shape(&self, shape: &[usize]) -> Result<(), Error> {
        if self.shape == shape {
            return Ok(());
        }
        Err(self.error(0, format!("the shape is {:?}, but the configuration makes it {shape:?}", self.shape)))
    }

    /// Bytes of an element of a float tensor.
    fn float_width(&self) -> Result<usize, Error> {
        match self.kind {
            Kind::F32 => Ok(4),
            Kind::F16 | Kind::Bf16 => Ok(2),
            kind => Err(self.error(0, format!("the type is {kind:?}, but F32, F16 or BF16 is needed"))),
        }
    }

    /// Every element of a float tensor as `f32`.
    pub(super) fn floats(&self) -> Result<impl Iterator<Item = f32> + Clone, Error> {
        let (kind, width) = (self.kind, self.float_width()?);
        Ok(self.data.chunks_exact(width).map(move |bytes| float(kind, bytes)))
    }

    /// Any element of a float tensor as `f32`, by its row-major place, and the bytes that an element takes.
    pub(super) fn float_at(&self) -> Result<(impl Fn(usize) -> f32, usize), Error> {
        let (kind, width) = (self.kind, self.float_width()?);
        let at = move |place: usize| float(kind, &self.data[place * width..][..width]);
        Ok((at, width))
    }

    /// Refuses NaN and infinities.
    pub(super) fn expect_finite(&self) -> Result<(), Error> {
        match self.floats()?.enumerate().find(|(_, value)| !value.is_finite()) {
            Some((i, value)) => Err(self.error(i * self.float_width()?, format!("element {i} is {value}"))),
            None => Ok(()),
        }
    }

    /// Whether two float tensors hold the same numbers in the same shape, whatever their types.
    pub(super) fn same_values(&self, other: &Self) -> Result<bool, Error> {
        let identical = self.kind == other.kind && self.data == other.data;
        Ok(self.shape == other.shape && (identical || self.floats()?.eq(other.floats()?)))
    }

    /// A vector of finite floats.
    pub(super) fn vector(&self, len: usize) -> Result<Vec<f32>, Error> {
        self.expect_shape(&[len])?;
        self.expect_finite()?;
        Ok(self.floats()?.collect())
    }

    /// A single positive number, of shape `[]` or `[1]`.
    pub(super) fn scale(&self) -> Result<f32, Error> {
        let single = self.shape.iter().product::<usize>() == 1;
        match single.then(|| self.positive(1)).transpose()?.as_deref() {
            Some(&[scale]) => Ok(scale),
            _ => Err(self.error(0, format!("the shape is {:?}, but a scale is a single number", self.shape))),
        }
    }

    /// Positive numbers: a single one, of shape `[]` or `[1]`, or one for each of `outputs` outputs, of shape `[outputs]`
    /// or `[outputs, 1]`.
    pub(super) fn scales(&self, outputs: usize) -> Result<Scales, Error> {
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
        let width = self.float_width()?;
        let number = |(i, scale): (usize, f32)| match scale.is_finite() && scale > 0.0 {
            true => Ok(scale),
            false => Err(self.error(i * width, format!("the scale is {scale}; it must be a positive number"))),
        };
        self.floats()?.take(count).enumerate().map(number).collect()
    }

    /// A matrix of finite floats, in the precision it is stored in.
    pub(super) fn dense(&self, rows: usize, cols: usize) -> Result<Dense, Error> {
        self.expect_shape(&[rows, cols])?;
        self.expect_finite()?;
        let halves = || self.data.as_chunks::<2>().0.iter();
        let values = match self.kind {
            Kind::F16 => Values::F16(halves().map(|&b| f16::from_le_bytes(b)).collect()),
            Kind::Bf16 => Values::Bf16(halves().map(|&b| bf16::from_le_bytes(b)).collect()),
            _ => Values::F32(self.floats()?.collect()),
        };
        Ok(Dense::new(cols, values))
    }
}
