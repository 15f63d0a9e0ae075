//! `jido openapi`: the contract of the REST interface.

use crate::error::Error;
use crate::output::say;

/// Prints the OpenAPI document.
pub fn run() -> Result<(), Error> {
    say(api::openapi_json().trim_end());
    Ok(())
}
