//! Panics, which no user shall see as such.
//!
//! A library that panics on a damaged file is caught where it is called and answered with an error, but Rust prints the
//! panic first, before anyone can know that it will be caught. So panics are kept here instead of printed: those that
//! are caught leave no trace, and one that is not becomes the one paragraph that every error is.

use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};
use std::sync::{Mutex, PoisonError};

/// The last panic of any thread.
static LAST: Mutex<String> = Mutex::new(String::new());

/// Does the work; a panic that escapes from it comes back as what happened and where.
pub(crate) fn contained<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    set_hook(Box::new(|info| *LAST.lock().unwrap_or_else(PoisonError::into_inner) = describe(info)));
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| LAST.lock().unwrap_or_else(PoisonError::into_inner).clone())
}

fn describe(info: &PanicHookInfo) -> String {
    let payload = info.payload();
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message");
    let place = info.location().map_or("an unknown place".into(), ToString::to_string);
    format!("a mistake in trine itself, at {place}: {text}; please report it with the command that led to it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panics_come_back_with_their_place() {
        let hook = std::panic::take_hook();
        let fault = contained(|| panic!("{} is odd", 3)).map(|()| "nothing");
        let caught = contained(|| catch_unwind(|| panic!("expected")).is_err());
        set_hook(hook);
        let fault = fault.unwrap_err();
        assert!(fault.contains("fault.rs:") && fault.contains(": 3 is odd; please report"), "{fault}");
        assert_eq!(caught, Ok(true));
    }
}
