//! The `trine` command.
#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    trine_cli::main()
}
