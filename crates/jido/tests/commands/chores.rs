//! Commands around a server: what they print and how they exit.

use super::{jido, stderr, stdout, text};
use std::fs;
use std::process::Output;

fn run(arguments: &[&str]) -> Output {
    jido(arguments).output().unwrap()
}

#[test]
fn a_valid_definition_is_named_and_an_invalid_one_shows_its_faults() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.yaml");
    fs::write(&file, include_str!("../../../domain/builtins/fix_failing_tests.yaml")).unwrap();
    let valid = run(&["workflow", "validate", text(&file)]);
    assert_eq!(valid.status.code(), Some(0));
    assert!(stdout(&valid).contains("fix_failing_tests is valid, 5 steps, sha256:"), "{}", stdout(&valid));

    fs::write(&file, "name: x\nsteps:\n  - { key: a, uses: nothing }\n  - { key: b, uses: ship }\n").unwrap();
    let invalid = run(&["workflow", "validate", text(&file)]);
    assert_eq!(invalid.status.code(), Some(1));
    assert!(stdout(&invalid).contains("/steps/0/uses"), "{}", stdout(&invalid));
    assert_eq!(stderr(&invalid), "");

    let missing = run(&["workflow", "validate", "/nowhere/x.yaml"]);
    assert_eq!(missing.status.code(), Some(3));
}

#[test]
fn a_command_without_its_database_says_what_to_do_and_makes_none() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&["check"][..], &["token", "list"], &["owner-link"]] {
        let output = run(&[arguments, &["--data", text(folder.path())]].concat());
        assert_eq!(output.status.code(), Some(3), "{arguments:?}");
        assert!(stderr(&output).contains("there is no database in"), "{}", stderr(&output));
        assert!(stderr(&output).contains("try: start the server once"), "{}", stderr(&output));
    }
    assert_eq!(folder.path().read_dir().unwrap().count(), 0);
}

#[test]
fn a_migrated_database_is_sound_and_has_no_owner_yet() {
    let folder = tempfile::tempdir().unwrap();
    let data = text(folder.path());
    let migrated = run(&["migrate", "--data", data]);
    assert_eq!(migrated.status.code(), Some(0), "{}", stderr(&migrated));

    let checked = run(&["check", "--data", data]);
    assert_eq!(checked.status.code(), Some(0), "{}", stderr(&checked));
    assert!(stdout(&checked).starts_with("0 runs checked"), "{}", stdout(&checked));

    let refused = run(&["token", "create", "--name", "x", "--data", data]);
    assert_eq!((refused.status.code(), stdout(&refused).as_str()), (Some(3), ""));
    assert!(stderr(&refused).contains("there is no user named owner"), "{}", stderr(&refused));
}

#[test]
fn faults_of_the_configuration_are_shown_together_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let (data, config) = (folder.path().join("data"), folder.path().join("jido.toml"));
    fs::write(&config, "[agents.a]\nargv = []\n[steps]\nmaxlive = 1\n").unwrap();
    let output = run(&["serve", "--data", text(&data), "--config", text(&config)]);
    assert_eq!(output.status.code(), Some(3));
    for expected in ["agents.a.argv: names no program", "steps.maxlive: there is no such setting", "max_live"]
    {
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
    assert!(!data.exists());
}

#[test]
fn a_wrong_command_line_exits_with_2() {
    for arguments in [
        &["serve", "--listen", "here"][..],
        &["token", "create"],
        &["nothing"],
        &["run", "list", "--limit", "0"],
    ] {
        assert_eq!(run(arguments).status.code(), Some(2), "{arguments:?}");
    }
}
