//! The browser suite in `tests/browser`: what it needs, and how Playwright is called.

use crate::{
    error::Error,
    npm, process,
    tools::{self, Tool},
    workspace,
};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

const TOOLS: [Tool; 2] = [
    Tool { name: "Chromium", packages: &["chromium"], is_present: has_chromium },
    Tool {
        name: "Node.js",
        packages: &["nodejs", "npm"],
        is_present: || tools::on_path("node") && tools::on_path("npm"),
    },
];

/// The oldest Node.js that Playwright works with.
const NODE: u32 = 20;

/// The folder of the suite.
pub fn folder() -> PathBuf {
    workspace::root().join("tests/browser")
}

/// Installs what is missing, Playwright's packages too, and says in one phrase what was done.
pub fn ensure() -> Result<String, Error> {
    let mut done = tools::ensure(&TOOLS)?;
    check_node()?;
    if npm::install(&folder())? {
        done.push_str("; installed Playwright");
    }
    Ok(done)
}

/// A call of Playwright on this server binary and this folder of the app.
pub fn playwright(jido: &Path, web_root: &Path) -> Command {
    let mut command = Command::new("node");
    command.current_dir(folder()).args(["node_modules/@playwright/test/cli.js", "test"]);
    command.env("JIDO_BIN", jido).env("JIDO_WEB_ROOT", web_root);
    workspace::forget_this_package(&mut command);
    command
}

fn has_chromium() -> bool {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    std::env::var_os("CHROMIUM").is_some() || names.iter().any(|name| tools::on_path(name))
}

fn check_node() -> Result<(), Error> {
    let version = process::stdout_of("node", Command::new("node").arg("--version"))?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|text| text.parse().ok());
    if major.is_some_and(|major: u32| major >= NODE) {
        return Ok(());
    }
    Err(Error::ToolsMissing {
        missing: format!("Node.js {NODE} or newer (this is {})", version.trim()),
        command: "your system's packages or those of the Node.js project".to_owned(),
    })
}
