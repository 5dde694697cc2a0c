//! Files that people take for models, told by their first bytes.

use crate::files;

/// Names the kind of a file without GGUF's first bytes, and the way out; its beginning is enough.
pub(crate) fn describe(bytes: &[u8]) -> &'static str {
    let header = bytes.first_chunk::<8>().map_or(0, |&length| u64::from_le_bytes(length));
    if let Some(substitute) = files::substitute(bytes) {
        substitute
    } else if bytes.starts_with(b"PK") || bytes.starts_with(&[0x80, 2]) {
        "this is a zip or pickle file, as PyTorch saves (`pytorch_model.bin`); convert it to safetensors or GGUF"
    } else if bytes.starts_with(&[0x1f, 0x8b])
        || bytes.starts_with(&[0x28, 0xb5, 0x2f, 0xfd])
        || bytes.starts_with(b"BZh")
    {
        "this is a compressed file; unpack it first"
    } else if bytes.get(8) == Some(&b'{') && (2..1 << 32).contains(&header) {
        "this is a safetensors file; name the folder that holds it and its config.json"
    } else if [&b"lmgg"[..], b"fmgg", b"tjgg", b"algg"].iter().any(|magic| bytes.starts_with(magic)) {
        "this is a GGML file of the time before GGUF; make the file anew from the original checkpoint"
    } else if bytes.trim_ascii_start().starts_with(b"{") {
        "this is a JSON file; name its folder"
    } else {
        "it does not begin with `GGUF`"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_first_bytes() {
        let cases: [(&[u8], &str); 16] = [
            (b"", "empty"),
            (&[0; 100], "zeros"),
            (b"version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 9\n", "git lfs pull"),
            (b"<!DOCTYPE html><html>", "/resolve/"),
            (b"\n  <HTML lang=en>", "web page"),
            (b"<?xml version='1.0'?><Error>", "web page"),
            (b"PK\x03\x04....", "pytorch_model.bin"),
            (b"\x80\x02\x8a\nl\xfc", "pickle"),
            (b"\x1f\x8b\x08\x00", "compressed"),
            (b"\x28\xb5\x2f\xfd\x00", "compressed"),
            (b"\x30\x00\x00\x00\x00\x00\x00\x00{\"__metadata__\"", "safetensors"),
            (b"tjgg\x03\x00\x00\x00", "before GGUF"),
            (b"lmgg\x00\x7d\x00\x00", "before GGUF"),
            (b"{\"architectures\": []}", "JSON"),
            (b"GGU", "does not begin"),
            (b"\xff\xfe\x00\x00text", "does not begin"),
        ];
        for (bytes, part) in cases {
            assert!(describe(bytes).contains(part), "{bytes:?}: {}", describe(bytes));
        }
    }
}
