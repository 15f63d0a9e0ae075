//! The scripted agent: what a coding agent does, done by a script that knows the demo project.

mod edit;

use crate::error::Error;
use crate::output::say;
use edit::{Edit, Rejection};
use serde_json::json;
use std::io::Read;
use std::path::Path;

/// The file that it knows.
const SOURCE: &str = "src/lib.rs";

/// Reads the prompt, edits the file in the current folder, and says what it did.
pub fn run() -> Result<(), Error> {
    tell("This is a stand-in for a coding agent: a script that knows the demo project and nothing else.");
    let mut prompt = String::new();
    std::io::stdin()
        .read_to_string(&mut prompt)
        .map_err(Error::io("read", "the prompt on standard input"))?;
    tell(&format!("The prompt has {} lines.", prompt.lines().count()));

    let path = Path::new(SOURCE);
    let source = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
    tell(&format!("Read {SOURCE}, {} lines.", source.lines().count()));
    let rejection = std::env::var("JIDO_REJECTION").ok().map(|text| Rejection::read(&text));
    if let Some(rejection) = &rejection {
        tell(&format!("A reviewer rejected the previous change: {}", rejection.rationale));
    }
    let edit = Edit::plan(&source, rejection.as_ref()).map_err(Error::Agent)?;
    for line in &edit.done {
        tell(line);
    }
    if edit.source != source {
        std::fs::write(path, &edit.source).map_err(Error::io("write", path))?;
        tell(&format!("Wrote {SOURCE}."));
    }
    hand_on(&edit.summary())?;
    tell("Done. The tests are run by the step that follows.");
    Ok(())
}

/// Leaves the summary where the run looks for it; without a run it is printed alone.
fn hand_on(summary: &str) -> Result<(), Error> {
    tell(summary);
    let Some(path) = std::env::var_os("JIDO_OUTPUT") else { return Ok(()) };
    std::fs::write(&path, json!({ "summary": summary }).to_string()).map_err(Error::io("write", &path))
}

fn tell(line: &str) {
    say(&format!("[scripted agent] {line}"));
}
