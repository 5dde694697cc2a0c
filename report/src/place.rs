//! Places of results: checked before the work, written after it.
//!
//! | what is there | what is done |
//! |---|---|
//! | nothing, or a plain file | it appears whole under its name, on the disk before the name is; a file's mode and owner stay |
//! | a link | the same at the far end; the link stays |
//! | a device, a FIFO, a terminal | opened before the work, as a shell does, and written through |
//! | `-`, or standard output by another name | written there, and nothing else is |
//! | a folder, or no place for a file | refused |
//!
//! A folder for results is a folder or nothing yet; `-` and everything else is refused.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufWriter, ErrorKind, Read, Seek, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, fchown};
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::Error;

/// The outcome of looking at a place, or of writing there.
pub type Result<T> = std::result::Result<T, Error>;

/// Links that one path may lead through.
const LINKS: usize = 40;

/// The place of one result.
#[derive(Debug)]
pub struct Output {
    /// As the user calls it.
    name: PathBuf,
    target: Target,
}

#[derive(Debug)]
enum Target {
    /// Standard output, which is everyone's.
    Standard,
    /// An open file that is not a plain one.
    Through(File),
    /// A plain file that nothing can take the place of, because its folder is not to be written to.
    InPlace(PathBuf),
    /// A plain file, or none yet, at the end of all links.
    Whole(PathBuf),
}

/// True if this is standard output: `-`, or the file of this process's descriptor 1.
pub fn is_standard(path: &Path) -> bool {
    path == Path::new("-") || matches!(followed(path), Ok(End::Descriptor(1)))
}

/// The path at which all links end.
enum End {
    /// A path that is no link; nothing may be there.
    Path(PathBuf),
    /// An open file of this process, which has no other path that is sure to lead to it.
    Descriptor(u32),
}

fn followed(path: &Path) -> io::Result<End> {
    let mut path = path.to_owned();
    for _ in 0..LINKS {
        if !fs::symlink_metadata(&path).is_ok_and(|data| data.is_symlink()) {
            return Ok(End::Path(path));
        }
        let folder = folder(&path).to_owned();
        let name = path.file_name().and_then(|name| name.to_str()?.parse().ok());
        let own = PathBuf::from(format!("/proc/{}/fd", std::process::id()));
        if let Some(descriptor) = name
            && folder.canonicalize().is_ok_and(|folder| folder == own)
        {
            return Ok(End::Descriptor(descriptor));
        }
        path = folder.join(fs::read_link(&path)?);
    }
    Err(io::Error::other("there are too many links"))
}

/// The path of a plain file without links, whether or not it is there yet; absent for devices, pipes and descriptors.
pub(crate) fn plain(path: &Path) -> Option<PathBuf> {
    let End::Path(path) = followed(path).ok()? else { return None };
    let folder = canonical(folder(&path))?;
    let plain = path != Path::new("-") && fs::metadata(&path).map_or(true, |data| data.is_file());
    plain.then_some(folder.join(path.file_name()?))
}

/// The path of a folder without links as far as it is there.
pub(crate) fn canonical(folder: &Path) -> Option<PathBuf> {
    folder.canonicalize().or_else(|_| std::path::absolute(folder)).ok()
}

/// The folder that a path lies in.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A place that nothing can be written to, and why.
pub(crate) fn refused(path: &Path, problem: impl Into<String>) -> Error {
    Error::Place { path: path.to_owned(), problem: problem.into() }
}

/// A failure of the system, with what was attempted.
pub(crate) fn failed(what: impl FnOnce() -> String) -> impl FnOnce(io::Error) -> Error {
    |source| Error::Io { what: what(), source }
}

impl Output {
    /// The place at `path`, once it is sure that it can be written to as far as that can be known beforehand. Nothing is
    /// changed there yet; a FIFO waits for its reader here.
    ///
    /// # Errors
    /// One sentence with the path and what is wrong.
    pub fn open(path: &Path) -> Result<Self> {
        let target = Target::find(path).map_err(|problem| refused(path, format!("cannot be written: {problem}")))?;
        Ok(Self { name: path.to_owned(), target })
    }

    /// Writes the result.
    ///
    /// # Errors
    /// If the system does not let it; the sentence begins with the place.
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        self.write_with(|file| file.write_all(bytes))
    }

    /// Writes `value` as JSON.
    ///
    /// # Errors
    /// As [`Output::write`], and for a value that has no form as JSON.
    pub fn write_json(&self, value: &impl Serialize) -> Result<()> {
        self.write(&to_json(value)?)
    }

    /// Lets `write` write the result.
    ///
    /// # Errors
    /// As [`Output::write`].
    pub fn write_with(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<()> {
        self.target.write(write).map_err(failed(|| format!("{}: cannot be written", self.name.display())))
    }
}

impl Target {
    /// The target at `path`, or the reason why there is none.
    fn find(path: &Path) -> std::result::Result<Self, String> {
        let told = |error: io::Error| error.to_string();
        if path == Path::new("-") {
            return Ok(Self::Standard);
        }
        if path.as_os_str().is_empty() {
            return Err("the name is empty".into());
        }
        let path = match followed(path).map_err(told)? {
            End::Descriptor(1) => return Ok(Self::Standard),
            // Nothing that is there is lost, whatever else writes to it.
            End::Descriptor(_) => return OpenOptions::new().append(true).open(path).map(Self::Through).map_err(told),
            End::Path(path) => path,
        };
        let there = match fs::metadata(&path) {
            Ok(data) => Some(data.file_type()),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(told(error)),
        };
        let is_folder = path.as_os_str().as_encoded_bytes().ends_with(b"/") || path.file_name().is_none();
        if is_folder || there.is_some_and(|kind| kind.is_dir()) {
            return Err("a folder is there; name a file".into());
        }
        if let Some(kind) = there {
            if kind.is_socket() {
                return Err("a socket is there; name a file".into());
            }
            // Opening is the question whether it may be written to, too.
            let file = OpenOptions::new().write(true).open(&path).map_err(told)?;
            if !kind.is_file() {
                return Ok(Self::Through(file));
            }
        }
        let folder = folder(&path);
        if !folder.exists() {
            return Err(format!("there is no folder {}; make it first", folder.display()));
        }
        match draft(folder) {
            Ok(_) => Ok(Self::Whole(path)),
            Err(_) if there.is_some() => Ok(Self::InPlace(path)),
            Err(error) => Err(format!("{error} in the folder {}", folder.display())),
        }
    }

    fn write(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        match self {
            Self::Standard => {
                let mut out = BufWriter::new(io::stdout().lock());
                write(&mut out)?;
                out.flush()
            }
            Self::Through(file) => {
                let mut out = BufWriter::new(file);
                write(&mut out)?;
                out.flush()
            }
            Self::InPlace(path) => {
                let mut out = BufWriter::new(OpenOptions::new().write(true).truncate(true).open(path)?);
                write(&mut out)?;
                out.into_inner()?.sync_all()
            }
            Self::Whole(path) => replace(path, write),
        }
    }
}

/// Puts a new file at `path`.
fn replace(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let folder = folder(path);
    let mut out = BufWriter::new(draft(folder)?);
    write(&mut out)?;
    let draft = out.into_inner()?;
    if let Ok(old) = fs::metadata(path) {
        // Only the superuser may give files away; for others they are their own.
        let _ = fchown(draft.as_file(), Some(old.uid()), Some(old.gid()));
        draft.as_file().set_permissions(Permissions::from_mode(old.mode() & 0o7777))?;
    }
    draft.as_file().sync_all()?;
    match draft.persist(path) {
        Ok(_) => {}
        // A file that something is mounted on, as containers do, keeps its place.
        Err(error) if error.error.kind() == ErrorKind::ResourceBusy => {
            let (mut from, mut to) = (error.file, OpenOptions::new().write(true).truncate(true).open(path)?);
            let mut bytes = vec![];
            from.rewind()?;
            from.read_to_end(&mut bytes)?;
            to.write_all(&bytes)?;
            return to.sync_all();
        }
        Err(error) => return Err(error.error),
    }
    match File::open(folder).and_then(|folder| folder.sync_all()) {
        // Not every file system can, and not every folder may be read.
        Err(error) if error.kind() == ErrorKind::StorageFull => Err(error),
        _ => Ok(()),
    }
}

/// A file that has a name of its own until it gets the right one, and vanishes where it gets none.
fn draft(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    // Temporary files are private; these become results, subject to the umask like any other.
    let file = tempfile::Builder::new().permissions(Permissions::from_mode(0o666)).tempfile_in(folder);
    // The name that was tried is of no interest.
    file.map_err(|error| error.raw_os_error().map_or(error.kind().into(), io::Error::from_raw_os_error))
}

/// The JSON text of `value`, with a new line at its end.
pub fn to_json(value: &impl Serialize) -> Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    Ok(text)
}

/// A folder for results, made where it is not there.
///
/// # Errors
/// One sentence with the path where it is none or cannot be written to.
pub fn open_folder(path: &Path) -> Result<()> {
    check_folder(path, &[])?;
    fs::create_dir_all(path).map_err(failed(|| path.display().to_string()))?;
    draft_in(path)
}

/// Looks whether `path` is, or can become, a folder in which files of these `names` can be written; makes nothing.
///
/// # Errors
/// One sentence with the path and what is wrong.
pub fn check_folder(path: &Path, names: &[&str]) -> Result<()> {
    if path.as_os_str() == "-" {
        return Err(refused(path, "standard output is no folder; name a folder, such as ./-"));
    }
    // A slash at the end hides what is there.
    let path = &path.components().collect::<PathBuf>();
    if path.is_dir() {
        draft_in(path)?;
        return names.iter().try_for_each(|name| Output::open(&path.join(name)).map(drop));
    }
    if fs::symlink_metadata(path).is_ok() {
        return Err(refused(path, "this is no folder; name another"));
    }
    let Some(above) =
        path.ancestors().skip(1).find(|above| above.as_os_str().is_empty() || fs::metadata(above).is_ok())
    else {
        return Err(refused(path, "there is no such place"));
    };
    let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
    if !above.is_dir() {
        return Err(refused(path, format!("{} is no folder", above.display())));
    }
    let what = || format!("{}: no folder can be made in {}", path.display(), above.display());
    draft(above).map(drop).map_err(failed(what))
}

/// Makes sure that files can be made in a folder.
fn draft_in(folder: &Path) -> Result<()> {
    draft(folder).map(drop).map_err(failed(|| format!("{}: no file can be made in this folder", folder.display())))
}

/// Writes a file of a folder that [`check_folder`] has looked at.
///
/// # Errors
/// As [`Output::write`].
pub fn write_in(folder: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    fs::create_dir_all(folder).map_err(failed(|| folder.display().to_string()))?;
    Output::open(&folder.join(name))?.write(bytes)
}

/// A file that another program fills while the work goes on, and goes back and forth in: a plain one.
///
/// # Errors
/// As [`Output::open`], and for what is no plain file.
pub fn open_seekable(path: &Path) -> Result<PathBuf> {
    let output = Output::open(path)?;
    match output.target {
        Target::Whole(_) | Target::InPlace(_) => {
            std::path::absolute(path).map_err(failed(|| path.display().to_string()))
        }
        _ => Err(refused(path, "a plain file is needed, where a writer can go back")),
    }
}

/// Folder of temporary files, which nobody keeps and tools need, too; checked before the work that needs it.
///
/// # Errors
/// One sentence when it is not there or nothing can be written to it.
pub fn temporary() -> Result<PathBuf> {
    let folder = std::env::temp_dir();
    let folder = std::path::absolute(&folder).map_err(failed(|| folder.display().to_string()))?;
    tempfile::tempfile_in(&folder).map_err(failed(|| {
        let folder = folder.display();
        format!("{folder}: no temporary file can be made there; make the folder, or name another in TMPDIR")
    }))?;
    Ok(folder)
}
