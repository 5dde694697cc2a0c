//! Everything that can go wrong between a matmul and a device, each error with its place.

use std::fmt;
use std::path::PathBuf;

use trine_memory::MemoryError;
use trine_spec::registers::{CAPS0_STYLE, ErrorCode};

use crate::TransportError;
use crate::ledger::Mismatch;

/// The job during which something failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobPlace {
    /// Tag of the job, as written to `JOB_TAG`.
    pub tag: u32,
    /// Rows of the activation matrix.
    pub tokens: usize,
    /// Depth of the dot products.
    pub depth: usize,
    /// Outputs a token.
    pub outputs: usize,
}

impl fmt::Display for JobPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "job {} (m = {}, k = {}, n = {})", self.tag, self.tokens, self.depth, self.outputs)
    }
}

/// A failure of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A register could not be read or written.
    #[error("register {register} at {offset:#05x}: {source}")]
    Register {
        /// The register's name.
        register: &'static str,
        /// Its byte offset.
        offset: u32,
        /// The transport's message.
        source: TransportError,
    },
    /// The link stays broken after a failure.
    #[error("the link does not come back in order: {0}")]
    Link(#[source] TransportError),
    /// The streams of a job did not get through, and the unit names no reason of its own.
    #[error("{job}: {source}")]
    Streams {
        /// The job.
        job: JobPlace,
        /// The transport's message.
        source: TransportError,
    },
    /// A serial port that cannot be used.
    #[error("serial port {path}: {problem}")]
    Line {
        /// The place in which it was looked for.
        path: String,
        /// The fault in it.
        problem: String,
    },
    /// A device in a network that cannot be reached.
    #[error("Etherbone at {place}: {problem}")]
    Network {
        /// Host, and port if one was named.
        place: String,
        /// The fault.
        problem: String,
    },
    /// A device, or a file that describes one, that cannot be used.
    #[error("{}: {problem}", path.display())]
    Map {
        /// The device or file.
        path: PathBuf,
        /// The fault in it.
        problem: String,
    },
    /// Something else answers at this address.
    #[error("no Trine unit answers: register ID reads {found:#010x}; check the device and its base address")]
    NotTrine {
        /// Value of ID.
        found: u32,
    },
    /// The unit was generated for another major version of the register map.
    #[error(
        "the unit implements version {device} of the register map and this driver version {driver}; generate the unit \
         again with this release"
    )]
    VersionMismatch {
        /// Major version of the device.
        device: u32,
        /// Major version of this driver.
        driver: u32,
    },
    /// The unit was generated with another configuration.
    #[error(
        "the unit has another configuration: {register}.{field} reads {found} instead of {expected}; open it with the \
         configuration that it was generated with{}",
        if *field == CAPS0_STYLE.name { ", which --style names" } else { "" }
    )]
    ConfigMismatch {
        /// The register that differs.
        register: &'static str,
        /// The field that differs.
        field: &'static str,
        /// The unit's value.
        found: u32,
        /// The configuration's value.
        expected: u32,
    },
    /// The unit refused or dropped the job and says why.
    #[error("{job}: the unit reports error {} ({})", *code as u8, explain(*code))]
    Device {
        /// The job.
        job: JobPlace,
        /// Value of `ERR_CODE`.
        code: ErrorCode,
    },
    /// The unit reports an error code that the register map does not list.
    #[error("{job}: the unit reports error {code}, which the register map does not list")]
    UnknownCode {
        /// The job.
        job: JobPlace,
        /// Value of `ERR_CODE`.
        code: u32,
    },
    /// The device computed sums that are not those of the golden model.
    #[error("the unit computes wrong sums: {wrong} of the {sums} of this matmul; the first: {first}")]
    Mismatch {
        /// The first of them.
        first: Box<Mismatch>,
        /// Number of sums of the matmul that differ.
        wrong: u64,
        /// Number of sums of the matmul.
        sums: u64,
    },
    /// All results arrived, but the unit never said that it is done.
    #[error("{job}: all results arrived, but after {polls} polls STATUS is {status:#x} and DONE_TAG {done_tag}")]
    NotDone {
        /// The job.
        job: JobPlace,
        /// Number of reads of STATUS.
        polls: usize,
        /// The last STATUS.
        status: u32,
        /// The last DONE_TAG.
        done_tag: u32,
    },
    /// The device's memory did not take or give what it was asked to.
    #[error(transparent)]
    Memory(#[from] MemoryError),
    /// Weights in the device's memory were not what was placed there, and sums were wrong.
    #[error("{wrong} sums are wrong: {regions} regions of the device's memory do not hold what was placed there")]
    Damaged {
        /// Such regions.
        regions: usize,
        /// Sums that differ from the golden model's.
        wrong: u64,
    },
    /// There is no memory to place weights in.
    #[error("the unit reads no weights from memory, or its memory cannot be reached")]
    NoMemory,
    /// Weights were sent to a unit that reads them from memory.
    #[error("the unit reads its weights from memory: place them there, and name the region")]
    NoStream,
    /// A range of positions of a matrix in memory that no job can have.
    #[error(
        "positions {start} to {end} of {depth} are no weights of a job: whole tiles from a multiple of 64 bytes on, of a matrix that fills its \
         region, and without --strides one column block or all positions"
    )]
    Range {
        /// First position.
        start: usize,
        /// Position behind the last one.
        end: usize,
        /// Positions of the matrix.
        depth: usize,
    },
    /// A region that cannot hold the weights of a job.
    #[error(
        "{bytes} bytes from {at:#x} on are no weights of a job: whole beats of {beat} bytes from a multiple of 64 on, or of a window with \
         several ports, below 256 GiB"
    )]
    Region {
        /// First byte.
        at: u64,
        /// Length.
        bytes: u64,
        /// Bytes of a beat.
        beat: u64,
    },
    /// Addresses that cannot be those of a device's memory.
    #[error("no memory can have {bytes} bytes at address {at:#x}: {problem}")]
    Span {
        /// First address.
        at: u64,
        /// Length.
        bytes: u64,
        /// The reason.
        problem: String,
    },
    /// After abort and reset the unit still says that it is busy.
    #[error("the unit stays busy after abort and soft reset")]
    StuckBusy,
    /// An activation that the unit's multipliers cannot take.
    #[error("activation {value} of token {token}, position {position} does not fit {bits} bits")]
    Activation {
        /// The token, from 0.
        token: usize,
        /// The position along K, from 0.
        position: usize,
        /// The value.
        value: i8,
        /// Bits of an activation in this configuration.
        bits: usize,
    },
    /// A matmul that no job can be made of.
    #[error("the unit cannot compute m = {m}, k = {k}, n = {n}: {reason}")]
    Unsupported {
        /// Rows.
        m: usize,
        /// Depth.
        k: usize,
        /// Outputs.
        n: usize,
        /// Why not.
        reason: String,
    },
    /// Units that are to share work but differ.
    #[error("units that share work must be equal: {this} is not {first}")]
    Unequal {
        /// The configuration of the first unit.
        first: String,
        /// That of the one that differs.
        this: String,
    },
    /// A finished matmul could not be kept.
    #[error("{}: {source}; the run can go on only without keeping what is finished", path.display())]
    Journal {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// Slices that do not belong to the shape.
    #[error("{what} holds {found} values where m = {m}, k = {k}, n = {n} need {expected}")]
    Length {
        /// Which slice.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length it should have.
        expected: usize,
        /// Rows.
        m: usize,
        /// Depth.
        k: usize,
        /// Outputs.
        n: usize,
    },
}

fn explain(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::None => "none, although STATUS.error is set",
        ErrorCode::Shape => "TOKENS, DEPTH, OUTPUTS or WGT_LENGTH out of range",
        ErrorCode::ActivationsEarly => "the activation stream ended early",
        ErrorCode::ActivationsLate => "the activation stream did not end with the job",
        ErrorCode::WeightsEarly => "the weight stream ended early",
        ErrorCode::WeightsLate => "the weight stream did not end with the job",
        ErrorCode::IllegalTrit => "illegal trit code on the weight stream",
        ErrorCode::Watchdog => "no beat moved for WATCHDOG cycles",
        ErrorCode::WindowFull => "a word came for a window that had no room or was closed",
        ErrorCode::WindowEmpty => "a result was read where none came",
        ErrorCode::Memory => "the memory answered a read of weights with an error",
    }
}

impl Error {
    /// True if the golden model may step in: the unit failed, or cannot do what it was asked for.
    pub fn is_the_units(&self) -> bool {
        self.is_transient() || matches!(self, Error::Unsupported { .. })
    }

    /// True if another attempt may end differently: faults of the link and the unit, not of the caller.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Error::Register { .. }
                | Error::Link(_)
                | Error::Streams { .. }
                | Error::Device { .. }
                | Error::UnknownCode { .. }
                | Error::NotDone { .. }
                | Error::StuckBusy
                | Error::Memory(MemoryError::Failed(_))
        )
    }
}
