//! Paths in machine forms. A path need not be UTF-8 and JSON is nothing else; what is not gets U+FFFD, so that the name of a
//! folder never costs a result.

use std::path::Path;

use serde::Serializer;

/// For `serialize_with`: a path.
pub fn path<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::path::PathBuf;

    #[derive(serde::Serialize)]
    struct Paths {
        #[serde(serialize_with = "path")]
        a: PathBuf,
    }

    #[test]
    fn every_path_can_be_written() {
        let odd: PathBuf = OsStr::from_bytes(b"mod\xe8le").into();
        let json = serde_json::to_value(Paths { a: odd }).unwrap();
        assert_eq!(json, serde_json::json!({"a": "mod\u{fffd}le"}));
    }
}
