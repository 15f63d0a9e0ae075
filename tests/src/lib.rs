//! Black-box suites over HTTP; see `blackbox/main.rs`.
