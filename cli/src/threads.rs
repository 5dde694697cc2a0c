//! Threads that compute.

use anyhow::{Context, Result};

/// Bytes of a thread's stack: those of a main thread on Linux, since the whole command runs on a thread of the pool.
const STACK: usize = 8 << 20;

/// Number of threads of the golden model.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct ThreadsArg {
    /// Threads that compute, 1 to 1024 [default: one per CPU]
    ///
    /// The result does not depend on their number. Without this option the variable RAYON_NUM_THREADS sets it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl ThreadsArg {
    /// Runs `work` on a pool of that many threads, or on rayon's own pool.
    ///
    /// # Errors
    /// Those of `work`, and of a system that starts no more threads.
    pub(crate) fn install<T: Send>(self, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
        let Some(threads) = self.threads else { return work() };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).stack_size(STACK).build();
        pool.with_context(|| format!("--threads {threads}"))?.install(work)
    }
}
