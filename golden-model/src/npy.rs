//! NumPy `.npy` files: token ids in, logits out.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek};
use std::path::Path;

use npyz::{NpyFile, WriterBuilder};

use crate::Error;

/// Reads int64 token ids, `[batch, seq]` or `[seq]`; one `Vec` per sequence.
///
/// # Errors
/// If the file is not such an array, or an id is negative or above 2^32 - 1.
pub fn read_ids(path: &Path) -> Result<Vec<Vec<u32>>, Error> {
    let (shape, values) = read::<i64>(path, "int64")?;
    let [.., seq] = shape[..] else {
        return Err(Error::config(path, "the array has no dimension; [batch, seq] is expected"));
    };
    if shape.len() > 2 || values.is_empty() {
        return Err(Error::config(path, format!("the shape is {shape:?}; a non-empty [batch, seq] is expected")));
    }
    let ids = values.iter().map(|&id| {
        u32::try_from(id).map_err(|_| Error::config(path, format!("token id {id} is not a number from 0 to 2^32 - 1")))
    });
    let ids: Vec<u32> = ids.collect::<Result<_, _>>()?;
    Ok(ids.chunks(seq as usize).map(<[u32]>::to_vec).collect())
}

/// Reads an f32 array: its shape and its values, row-major.
///
/// # Errors
/// If the file is not such an array.
pub fn read_f32(path: &Path) -> Result<(Vec<u64>, Vec<f32>), Error> {
    read(path, "float32")
}

/// Writes an f32 array of any shape to a file: through a device or a pipe, or over what is in it.
///
/// # Errors
/// If the file cannot be written.
pub fn write_f32(path: &Path, shape: &[u64], values: &[f32]) -> Result<(), Error> {
    let mut file = BufWriter::new(File::create(path).map_err(Error::io(path))?);
    write_f32_to(&mut file, shape, values).map_err(Error::io(path))
}

/// Writes an f32 array of any shape in the format of a `.npy` file.
///
/// # Errors
/// If `out` cannot take it, or `shape` is not that of the values.
pub fn write_f32_to(out: impl std::io::Write, shape: &[u64], values: &[f32]) -> std::io::Result<()> {
    let mut writer = npyz::WriteOptions::new().default_dtype().shape(shape).writer(out).begin_nd()?;
    writer.extend(values)?;
    writer.finish()
}

fn read<T: npyz::Deserialize>(path: &Path, kind: &str) -> Result<(Vec<u64>, Vec<T>), Error> {
    let mut file = File::open(path).map_err(Error::io(path))?;
    let size = file.metadata().map_err(Error::io(path))?.len();
    if nested(&mut file).map_err(Error::io(path))? {
        return Err(Error::config(path, "the header does not describe an array of numbers"));
    }
    let array = NpyFile::new(BufReader::new(file)).map_err(Error::io(path))?;
    let (shape, order) = (array.shape().to_vec(), array.order());
    // The header alone must not make us allocate more than the file holds.
    let bytes = shape.iter().try_fold(1u64, |n, &d| n.checked_mul(d));
    if bytes.is_none_or(|n| n > size) {
        return Err(Error::config(path, format!("the file is too short for an array of shape {shape:?}")));
    }
    if order != npyz::Order::C {
        return Err(Error::config(path, "the array is in Fortran order; save it with numpy.ascontiguousarray"));
    }
    let values = array.data::<T>().map_err(|_| Error::config(path, format!("the array's type is not {kind}")))?;
    Ok((shape, values.collect::<Result<_, _>>().map_err(Error::io(path))?))
}

/// True if the header is longer or has more brackets than any array of numbers needs, which is two. The library that parses it
/// takes twice as long for each bracket within brackets.
fn nested(file: &mut File) -> std::io::Result<bool> {
    let mut start = vec![];
    file.by_ref().take(12).read_to_end(&mut start)?;
    let (from, length) = match start[..] {
        [b'\x93', b'N', b'U', b'M', b'P', b'Y', 1, _, a, b, ..] => (10, u32::from(u16::from_le_bytes([a, b]))),
        [b'\x93', b'N', b'U', b'M', b'P', b'Y', _, _, a, b, c, d] => (12, u32::from_le_bytes([a, b, c, d])),
        _ => (0, 0),
    };
    let mut header = vec![];
    file.seek(std::io::SeekFrom::Start(from))?;
    file.by_ref().take(u64::from(length.min(1 << 16))).read_to_end(&mut header)?;
    file.rewind()?;
    Ok(length > 1 << 16 || header.iter().filter(|byte| b"([{".contains(byte)).count() > 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_round_trip_and_other_files_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npy");
        write_f32(&path, &[1, 2, 3], &[0.0, 1.5, -2.0, 3.0, f32::MIN, f32::MAX]).unwrap();
        assert_eq!(read_f32(&path).unwrap(), (vec![1, 2, 3], vec![0.0, 1.5, -2.0, 3.0, f32::MIN, f32::MAX]));
        assert!(read_ids(&path).unwrap_err().to_string().contains("not int64"));
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        assert!(read_f32(&path).is_err(), "a cut file");
        let mut nested = bytes.clone();
        nested[10..50].fill(b'{');
        std::fs::write(&path, &nested).unwrap();
        assert!(read_f32(&path).unwrap_err().to_string().contains("the header does not describe"));
        std::fs::write(&path, b"not an array").unwrap();
        assert!(read_f32(&path).is_err());
    }
}
