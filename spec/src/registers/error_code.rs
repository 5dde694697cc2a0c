//! Reasons for a failed job.

macro_rules! error_codes {
    ($( $(#[doc = $doc:literal])+ $code:ident = $value:literal; )+) => {
        /// Values of [`ERR_CODE`](super::ERR_CODE).
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum ErrorCode {
            $( $(#[doc = $doc])+ $code = $value, )+
        }

        impl ErrorCode {
            /// All codes by value, each with its line for the documents.
            pub const ALL: &[(ErrorCode, &str)] = &[$((ErrorCode::$code, concat!($($doc),+).trim_ascii())),+];
        }
    };
}

error_codes! {
    /// No error.
    None = 0;
    /// TOKENS, DEPTH, OUTPUTS or WGT_LENGTH out of range at start.
    Shape = 1;
    /// `tlast` before the last activation beat.
    ActivationsEarly = 2;
    /// No `tlast` on the last activation beat.
    ActivationsLate = 3;
    /// `tlast` before the last weight beat.
    WeightsEarly = 4;
    /// No `tlast` on the last weight beat.
    WeightsLate = 5;
    /// An illegal trit code.
    IllegalTrit = 6;
    /// No beat moved for WATCHDOG cycles.
    Watchdog = 7;
    /// A word for a window that stayed full, or had its last beat, or without a job.
    WindowFull = 8;
    /// A result was read where none came, or without a job.
    WindowEmpty = 9;
    /// The memory answered a read of weights with an error.
    Memory = 10;
}

impl ErrorCode {
    /// The code of a register value; `None` when it is not one.
    pub fn from_code(code: u32) -> Option<ErrorCode> {
        Self::ALL.iter().map(|(c, _)| *c).find(|c| *c as u32 == code)
    }
}
