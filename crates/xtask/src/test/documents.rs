//! The commands and programs in the documentation: whether they do what a reader expects who pastes them.

use super::{
    SUITE_WITHIN,
    build::{self, Built},
    report::{Counts, Outcome},
};
use crate::{error::Error, process, workspace};
use std::{env, fs, path::Path, process::Command};

/// A document whose blocks build on each other.
struct Document {
    path: &'static str,
    /// The heading of the part that is run; the whole document where there is none.
    section: Option<&'static str>,
    /// What must hold at the end, in bash.
    promise: &'static str,
}

const DOCUMENTS: [Document; 2] = [
    Document {
        path: "README.md",
        section: Some("## First five minutes by curl"),
        promise: "[ \"$(git -C demo/remote.git branch --list 'jidocode/*' | wc -l)\" = 1 ]; kill $SERVER",
    },
    Document {
        path: "docs/clients.md",
        section: None,
        // One by curl, one by the command line, three by generated clients.
        promise: "[ \"$(git -C demo/remote.git branch --list 'jidocode/*' | wc -l)\" = 5 ]",
    },
];

/// A fenced block.
#[derive(Debug, PartialEq, Eq)]
struct Block<'a> {
    language: &'a str,
    /// The file that it shows whole.
    file: Option<&'a str>,
    line: usize,
    text: String,
}

/// Runs every command of the documents, each document in one bash, and compares the programs that they show.
pub fn run(built: &Built) -> Result<Outcome, Error> {
    let folder = tempfile::tempdir().map_err(Error::file("create", &env::temp_dir()))?;
    let mut counts = Counts::default();
    let mut output = String::new();
    for document in &DOCUMENTS {
        let path = workspace::root().join(document.path);
        let text = fs::read_to_string(&path).map_err(Error::file("read", &path))?;
        let blocks = blocks(part(&text, document.section));
        for fault in blocks.iter().filter_map(differs) {
            counts.failed += 1;
            output.push_str(&format!("{}: {fault}\n", document.path));
        }
        let finished = process::run_quietly(
            document.path,
            &mut bash(built, folder.path(), &blocks, document)?,
            SUITE_WITHIN,
            |_, _| {},
        )?;
        if finished.succeeded() {
            counts.passed += blocks.len();
        } else {
            counts.failed += 1;
            output.push_str(&format!(
                "{}: a block failed, the last one named here\n{}\n{}\n",
                document.path, finished.stdout, finished.stderr
            ));
        }
    }
    Ok(Outcome::of_checks(counts, output))
}

/// One bash that runs the blocks as a reader pastes them, in the root of the repository.
fn bash(built: &Built, folder: &Path, blocks: &[Block<'_>], document: &Document) -> Result<Command, Error> {
    let jido = built.jido()?;
    let programs = jido.parent().unwrap_or(folder);
    let path = env::join_paths(
        [programs.to_owned()].into_iter().chain(env::split_paths(&env::var_os("PATH").unwrap_or_default())),
    )
    .unwrap_or_default();
    let mut command = Command::new("bash");
    command.arg("-c").arg(script(blocks, document.promise)).current_dir(workspace::root());
    command.env("PATH", path).env("TMPDIR", folder).env("XDG_CONFIG_HOME", folder.join("config"));
    for name in ["JIDO_SERVER", "JIDO_TOKEN", "JIDO_DATA", "JIDO_DATABASE", "JIDO_CONFIG"] {
        command.env_remove(name);
    }
    workspace::forget_this_package(&mut command);
    build::lint_while_compiling(&mut command);
    Ok(command)
}

/// The blocks in order, each announced; the first that fails ends it, and whatever it started.
fn script(blocks: &[Block<'_>], promise: &str) -> String {
    let mut script = "set -euo pipefail\ntrap 'kill $(jobs -p) 2> /dev/null || true' EXIT\n".to_owned();
    let runs = blocks.iter().filter(|block| block.language == "sh");
    // What a reader builds is built.
    for block in runs.filter(|block| !block.text.starts_with("cargo build")) {
        script.push_str(&format!("echo '--- line {}'\n{}", block.line, block.text));
    }
    script.push_str(&format!("echo '--- what was promised'\n{promise}\n"));
    script
}

/// What is wrong with a block that shows a file.
fn differs(block: &Block<'_>) -> Option<String> {
    let file = block.file?;
    let shown = fs::read_to_string(workspace::root().join(file)).unwrap_or_default();
    (shown != block.text).then(|| format!("the block at line {} is not {file}", block.line))
}

/// The lines from a heading to the next of its level.
fn part<'a>(text: &'a str, heading: Option<&str>) -> &'a str {
    let Some(heading) = heading else { return text };
    let Some(start) = text.find(heading) else { return "" };
    let rest = &text[start..];
    rest[heading.len()..].find("\n## ").map_or(rest, |end| &rest[..heading.len() + end])
}

/// The fenced blocks of a Markdown text.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut open: Option<Block<'_>> = None;
    for (index, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let mut words = info.split_whitespace();
                let language = words.next().unwrap_or_default();
                let file = words.find_map(|word| word.strip_prefix("file="));
                open = Some(Block { language, file, line: index + 1, text: String::new() });
            }
            (Some(_), Some("")) => found.extend(open.take()),
            (Some(block), _) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "# A\n```sh\necho 1\n```\n## B\n```rust file=x.rs\nfn a() {}\n```\n## C\n```sh\ncargo build\n```\n";

    #[test]
    fn blocks_have_their_language_file_and_line() {
        let found = blocks(TEXT);
        assert_eq!(found.len(), 3);
        assert_eq!((found[0].language, found[0].line, found[0].text.as_str()), ("sh", 2, "echo 1\n"));
        assert_eq!((found[1].file, found[1].text.as_str()), (Some("x.rs"), "fn a() {}\n"));
    }

    #[test]
    fn a_part_ends_at_the_next_heading_of_its_level() {
        assert_eq!(blocks(part(TEXT, Some("## B"))).len(), 1);
        assert_eq!(part(TEXT, Some("## Nothing")), "");
    }

    #[test]
    fn only_commands_are_run_and_builds_are_not() {
        let script = script(&blocks(TEXT), "true");
        assert!(script.contains("echo 1") && !script.contains("cargo build") && !script.contains("fn a"));
    }

    #[test]
    fn a_program_that_is_not_its_file_is_noticed() {
        let shown = "//! The chores of this repository: `cargo xtask <word>`.\n";
        let block = |text: &str| Block {
            language: "rust",
            file: Some("crates/xtask/src/main.rs"),
            line: 1,
            text: text.to_owned(),
        };
        assert!(differs(&block(shown)).is_some());
        let whole = fs::read_to_string(workspace::root().join("crates/xtask/src/main.rs")).unwrap();
        assert_eq!(differs(&block(&whole)), None);
    }
}
