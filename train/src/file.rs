//! Files that appear whole or not at all, also when the machine stops.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use crate::Error;

/// Beginning of the names of files that are still being written.
const UNFINISHED: &str = ".trine-writes-";

/// Writes `bytes` to `path`: beside it first, and renamed once they are on the disk.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::Builder::new().prefix(UNFINISHED).permissions(permissions()).tempfile_in(folder)?;
        file.write_all(bytes)?;
        // A name that points to blocks which never reached the disk would take the place of a good file.
        file.as_file().sync_all()?;
        file.persist(path).map_err(|e| e.error)?;
        File::open(folder)?.sync_all()
    };
    write().map_err(Error::io(path))
}

/// Removes what a process that was killed left half written in `folder`.
pub(crate) fn sweep(folder: &Path) -> Result<(), Error> {
    for entry in std::fs::read_dir(folder).map_err(Error::io(folder))? {
        let entry = entry.map_err(Error::io(folder))?;
        if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            std::fs::remove_file(entry.path()).map_err(Error::io(&entry.path()))?;
        }
    }
    Ok(())
}

/// Temporary files are private; these become results, subject to the umask like any other.
fn permissions() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o666)
}
