//! Reading what a step wrote to the file named by `JIDO_OUTPUT`.

use super::work::Held;
use crate::Engine;
use crate::error::Result;
use serde_json::{Value, json};
use std::os::unix::fs::OpenOptionsExt;
use tokio::io::AsyncReadExt;

/// The most that a step may hand on.
const MAX_OUTPUT_BYTES: u64 = 1 << 20;

impl Engine {
    /// The JSON object that the step wrote; an empty one when it wrote no file; a sentence when the file is no good.
    ///
    /// The file is opened without following a link: the step could have pointed it at a file that only the server
    /// may read.
    pub(super) async fn read_outputs(&self, held: &Held) -> Result<Result<Value, String>> {
        let path = self.output_file(held);
        let opened = std::fs::OpenOptions::new()
            .read(true)
            .custom_flags(
                rustix::fs::OFlags::NOFOLLOW.bits() as i32 | rustix::fs::OFlags::NONBLOCK.bits() as i32,
            )
            .open(&path);
        let file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Ok(json!({}))),
            Err(_) => return Ok(Err("JIDO_OUTPUT does not name a plain file.".to_owned())),
        };
        if !file.metadata()?.is_file() {
            return Ok(Err("JIDO_OUTPUT does not name a plain file.".to_owned()));
        }
        let mut bytes = Vec::new();
        tokio::fs::File::from_std(file).take(MAX_OUTPUT_BYTES + 1).read_to_end(&mut bytes).await?;
        Ok(parse(&bytes))
    }
}

fn parse(bytes: &[u8]) -> Result<Value, String> {
    if bytes.len() as u64 > MAX_OUTPUT_BYTES {
        return Err(format!("The outputs are larger than {MAX_OUTPUT_BYTES} bytes."));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(json!({}));
    }
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(object)) => Ok(Value::Object(object)),
        Ok(_) => Err("The outputs are not a JSON object.".to_owned()),
        Err(error) => Err(format!("The outputs are not JSON: {error}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_json_object_of_bounded_size_is_taken() {
        assert_eq!(parse(b" {\"a\": 1} \n"), Ok(json!({"a": 1})));
        assert_eq!(parse(b"\n"), Ok(json!({})));
        for bad in [&b"[1]"[..], b"{", b"{} {}", &vec![b' '; (MAX_OUTPUT_BYTES + 1) as usize]] {
            assert!(parse(bad).is_err());
        }
    }
}
