//! The binary: everything is in `cronflow_cli`.

fn main() -> std::process::ExitCode {
    cronflow_cli::main()
}
