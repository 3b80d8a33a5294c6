//! The binary: everything is in `cronflow_cli`.

/// The engine makes and drops many small objects: `JSON.parse` takes a third less time than with the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cronflow_cli::main()
}
