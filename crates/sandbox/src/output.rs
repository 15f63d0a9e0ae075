//! Where the output of a step goes.

use std::io;

/// Takes what a step writes to standard output and standard error, in the order of arrival.
pub trait OutputSink: Send {
    /// Takes the next bytes; an error ends the step.
    fn append(&mut self, bytes: &[u8]) -> impl Future<Output = io::Result<()>> + Send;
}

impl OutputSink for Vec<u8> {
    async fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}
