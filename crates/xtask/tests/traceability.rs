//! Every test that the traceability matrix names exists.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    fs,
    path::{Path, PathBuf},
};

const MATRIX: &str = "specs/stories/00_traceability_matrix.md";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap().to_owned()
}

/// The names in the matrix of the form `package::file::function`; those of `browser` end in a title in words.
fn named(matrix: &str) -> Vec<(String, String, String)> {
    let mut named = Vec::new();
    let is_plain =
        |text: &str| text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b':' | b'-'));
    for text in matrix.split('`').skip(1).step_by(2) {
        if let [package, file, function] = text.split("::").collect::<Vec<_>>()[..]
            && (package == "browser" || is_plain(text))
        {
            named.push((package.to_owned(), file.to_owned(), function.to_owned()));
        }
    }
    named
}

/// The Rust files beneath a folder.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_none_or(|name| name != "target") {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn exists((package, file, function): &(String, String, String)) -> bool {
    if package == "browser" {
        let spec = root().join(format!("tests/browser/specs/{file}.spec.mjs"));
        return fs::read_to_string(spec).is_ok_and(|text| text.contains(&format!("test(\"{function}\"")));
    }
    let folder =
        if package == "blackbox" { root().join("tests") } else { root().join("crates").join(package) };
    if !folder.is_dir() {
        return false;
    }
    let mut found = Vec::new();
    sources(&folder, &mut found);
    found.iter().any(|path| {
        let is_named =
            path.components().any(|part| Path::new(part.as_os_str()).file_stem() == Some(file.as_ref()));
        is_named && fs::read_to_string(path).unwrap().contains(&format!("fn {function}("))
    })
}

#[test]
fn every_test_that_the_matrix_names_exists() {
    let matrix = fs::read_to_string(root().join(MATRIX)).unwrap();
    let named = named(&matrix);
    assert!(named.len() > 50, "the matrix names only {} tests", named.len());
    let missing: Vec<_> = named.iter().filter(|test| !exists(test)).collect();
    assert!(missing.is_empty(), "no such tests: {missing:#?}");
}

#[test]
fn a_test_that_is_gone_is_noticed() {
    let gone = named("| `blackbox::main_job::no_such_test` | `browser::main_job::no such test` |");
    assert_eq!(gone.len(), 2);
    assert!(!gone.iter().any(exists));
}

#[test]
fn every_criterion_and_scenario_of_every_story_has_its_row() {
    let matrix = fs::read_to_string(root().join(MATRIX)).unwrap();
    let sections: Vec<&str> = matrix.split("\n## ST-WF-").skip(1).collect();
    assert_eq!(sections.len(), 10);
    for section in sections {
        for row in ["C1", "C2", "C3", "S1", "S2"] {
            assert!(section.contains(&format!("\n| {row} |")), "{row} is missing in ST-WF-{section}");
        }
    }
}
