//! The client that progenitor generates from `openapi/v1.json`.
#![allow(clippy::all, clippy::unwrap_used, clippy::expect_used, clippy::match_wildcard_for_single_variants)]
#![allow(unused_imports)]

include!(concat!(env!("OUT_DIR"), "/client.rs"));
