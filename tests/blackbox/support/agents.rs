//! The scripted agents of the servers' configuration. Each is a shell's one-liner that really works on the files.

use serde_json::json;
use std::fmt::Write;

/// The value that the server's environment holds for the agent `tells_its_secret`.
pub const SECRET: &str = "hunter2-canary-8d1f0c7a94e3";
/// The variable that holds it.
pub const SECRET_VARIABLE: &str = "BLACKBOX_AGENT_SECRET";

/// What looks like a token of GitHub, written in two parts so that this file holds none.
pub fn leaked_token() -> String {
    format!("ghp_{}", "a8Kq2Lz9Xw4Rt7Yb1Nc6Vm3Jd5Hf0Gs8Pe2U")
}

/// Names and scripts; `bash -euc` runs each in the workspace.
fn scripts() -> Vec<(&'static str, String)> {
    vec![
        ("mends", "echo good > value.txt".to_owned()),
        (
            "listens",
            r#"echo good > value.txt; printf '%s\n' "${JIDO_REJECTION:-nobody rejected anything}" >> notes.txt; cat > prompt.txt"#
                .to_owned(),
        ),
        ("idles", "true".to_owned()),
        ("fails", "echo 'I give up'; exit 7".to_owned()),
        (
            "takes_risks",
            "echo good > value.txt; echo '# lock' > Cargo.lock; mkdir -p .github/workflows; echo 'on: push' > .github/workflows/ci.yml"
                .to_owned(),
        ),
        (
            "leaks",
            format!("echo good > value.txt; echo 'token = \"{}\"' > settings.toml", leaked_token()),
        ),
        (
            // In one piece, in two writes, and across many lines: the masker must see through all of them.
            "tells_its_secret",
            format!(
                "echo good > value.txt; echo \"whole ${SECRET_VARIABLE} end\"; printf 'parts %s' \"${{{SECRET_VARIABLE}:0:9}}\"; printf '%s end\\n' \"${{{SECRET_VARIABLE}:9}}\""
            ),
        ),
        ("intrudes", super::super::hostile_agent::INTRUDER.to_owned()),
        ("mends_strsim", super::super::real_codebase::MEND.to_owned()),
    ]
}

/// The configuration's sections on agents.
pub fn sections() -> String {
    let mut text = String::new();
    for (name, script) in scripts() {
        // A TOML array of basic strings is written as a JSON one.
        writeln!(text, "[agents.{name}]\nargv = {}", json!(["bash", "-euc", script])).unwrap();
        if name == "tells_its_secret" {
            writeln!(text, "env_from = [\"{SECRET_VARIABLE}\"]").unwrap();
        }
    }
    writeln!(text, "[agents.absent_program]\nargv = [\"no-such-program-anywhere\"]").unwrap();
    text
}
