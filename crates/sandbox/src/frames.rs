//! The control pipe between server and supervisor.
//!
//! First one launch: two lengths (64 bits, little endian), the JSON document, the bytes of standard input.
//! Then nothing, or one byte that cancels. End of file means that the server is gone.

use crate::Launch;
use std::io::{self, Read};

/// The byte that asks the supervisor to end the step.
pub(crate) const CANCEL: u8 = b'c';

#[derive(Debug, thiserror::Error)]
pub(crate) enum FrameError {
    #[error("the control pipe could not be read")]
    Read(#[from] io::Error),
    #[error("the launch document is not valid")]
    Document(#[from] serde_json::Error),
}

/// Writes a launch as the supervisor reads it.
pub(crate) fn encode(launch: &Launch) -> Result<Vec<u8>, serde_json::Error> {
    let document = serde_json::to_vec(launch)?;
    let mut frame = Vec::with_capacity(16 + document.len() + launch.stdin.len());
    frame.extend((document.len() as u64).to_le_bytes());
    frame.extend((launch.stdin.len() as u64).to_le_bytes());
    frame.extend(document);
    frame.extend(&launch.stdin);
    Ok(frame)
}

/// Reads exactly one launch and not a byte more, because what follows is a cancel.
pub(crate) fn decode(pipe: &mut impl Read) -> Result<Launch, FrameError> {
    let document_length = read_length(pipe)?;
    let stdin_length = read_length(pipe)?;
    let document = read_exactly(pipe, document_length)?;
    let mut launch: Launch = serde_json::from_slice(&document)?;
    launch.stdin = read_exactly(pipe, stdin_length)?;
    Ok(launch)
}

fn read_length(pipe: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    pipe.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

fn read_exactly(pipe: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = pipe.take(length).read_to_end(&mut bytes)?;
    if read as u64 == length { Ok(bytes) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}
