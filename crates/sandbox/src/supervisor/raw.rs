//! The three things that the compiler cannot check.

#![expect(
    unsafe_code,
    reason = "running code between fork and exec, setting signal handlers and closing files nobody owns are unsafe"
)]

use std::io;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Runs `prepare` in the child between fork and exec.
///
/// After the fork of a process with several threads, only few functions may be called; another thread may
/// have held the allocator's lock. The supervisor has one thread, so anything may.
pub(super) fn before_exec(
    command: &mut Command,
    prepare: impl FnMut() -> io::Result<()> + Send + Sync + 'static,
) {
    // SAFETY: this process is single-threaded, as `supervise` requires of its caller and as nothing here changes.
    unsafe {
        command.pre_exec(prepare);
    }
}

/// Closes all files but the three standard ones, so that neither this process nor the step keeps open what
/// a library in the server opened without close-on-exec (a database, a listening socket).
pub(super) fn close_inherited_files() {
    // SAFETY: `supervise` requires that no file is open yet, so nothing owns what is closed. Kernels before
    // 5.9 do not know the call and close nothing; every file of Rust's own is close-on-exec anyway.
    unsafe {
        libc::syscall(libc::SYS_close_range, 3_u32, u32::MAX, 0_u32);
    }
}

/// Gives every signal its default effect again, because ignoring one is inherited (a server under `nohup`).
pub(super) fn reset_signal_handlers() {
    for signal in 1..=libc::SIGRTMAX() {
        // SAFETY: the default effect runs no code of this process. Those that cannot be set fail and keep it.
        unsafe {
            libc::signal(signal, libc::SIG_DFL);
        }
    }
}
