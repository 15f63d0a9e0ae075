//! The supervisor as a program of its own, so that the tests of this crate need no other.

fn main() -> std::process::ExitCode {
    sandbox::supervise()
}
