//! The client beside a server that is none, and beside readers, proxies and variables that it did not choose.
//!
//! What it does with a real server is in `tests/blackbox`.

use super::{jido, stderr, stdout};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};
use std::thread;
use test_case::test_case;
use wire::{Problem, ProblemCode};

/// The answer that the OpenAPI document shows for an operation.
macro_rules! example {
    ($operation:literal) => {{
        let text = include_str!(concat!("../../../api/src/document/examples/", $operation, ".json"));
        let example: Value = serde_json::from_str(text).unwrap();
        example["response"]["application/json"].to_string()
    }};
}

const RUN: &str = "0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e04";

/// Something that speaks HTTP and gives every path the answer that the function has for it. It ends with the test.
fn something(answer: fn(&str) -> Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || give(stream, answer));
        }
    });
    address
}

fn give(stream: TcpStream, answer: fn(&str) -> Vec<u8>) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let Some(first) = lines.next() else { return };
    for _ in lines.by_ref().take_while(|line| !line.is_empty()) {}
    // A client that has gone away is no fault of the test.
    let _ = { stream }.write_all(&answer(first.split(' ').nth(1).unwrap_or_default()));
}

fn reply(status: &str, body: &str) -> Vec<u8> {
    reply_bytes(status, body.as_bytes())
}

fn reply_bytes(status: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn refused(status: &str, code: ProblemCode) -> Vec<u8> {
    reply(status, &serde_json::to_string(&Problem::new(code, "Why.")).unwrap())
}

/// The client, with a home folder of its own and a token for the server.
fn client(server: &str, arguments: &[&str]) -> (tempfile::TempDir, Command) {
    let home = tempfile::tempdir().unwrap();
    let mut command = jido(arguments);
    command.env("HOME", home.path()).env("XDG_CONFIG_HOME", home.path());
    command.env("JIDO_SERVER", server).env("JIDO_TOKEN", "jido_SECRET");
    for name in
        ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "NO_COLOR"]
    {
        command.env_remove(name);
    }
    (home, command)
}

fn ask(server: &str, arguments: &[&str]) -> Output {
    client(server, arguments).1.output().unwrap()
}

#[test_case(|_| reply("200 OK", "[]"), "not as a JidoCode Runs server"; "an array")]
#[test_case(|_| reply("200 OK", "\"items\""), "not as a JidoCode Runs server"; "a text")]
#[test_case(|_| reply("200 OK", "{}"), "not as a JidoCode Runs server"; "an object without items")]
#[test_case(|_| reply("200 OK", "<html>welcome</html>"), "not as a JidoCode Runs server"; "a page")]
#[test_case(|_| reply("404 Not Found", "<html>"), "status 404"; "a page that is missing")]
#[test_case(|_| reply("301 Moved\r\nLocation: https://jido.example/x", ""), "jido login https://jido.example"; "a redirection")]
fn what_is_no_server_is_told_from_one(answer: fn(&str) -> Vec<u8>, expected: &str) {
    let server = something(answer);
    for arguments in [&["run", "list"][..], &["project", "list"], &["run", "show", "parser/1"]] {
        let output = ask(&server, arguments);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(8), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}

#[test]
fn a_token_is_logged_at_no_level() {
    let server = something(|_| reply("200 OK", r#"{"items":[]}"#));
    let (_home, mut command) = client(&server, &["token", "list"]);
    let output = command.env("RUST_LOG", "trace").output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(
        !stderr(&output).contains("Bearer") && !stderr(&output).contains("SECRET"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn what_is_for_this_machine_passes_no_proxy() {
    let server = something(|_| reply("200 OK", r#"{"items":[]}"#));
    let (_home, mut command) = client(&server, &["run", "list"]);
    let proxy = something(|_| reply("200 OK", ""));
    let output = command.env("http_proxy", &proxy).env("ALL_PROXY", &proxy).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn an_empty_variable_names_nothing_and_a_truth_value_is_read_as_shells_write_it() {
    let (_home, mut command) = client("", &["run", "list"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", stderr(&output));
    assert!(stderr(&output).contains("no server is named"), "{}", stderr(&output));

    let server = something(|_| reply("200 OK", r#"{"items":[]}"#));
    for value in ["1", "0", "", "true"] {
        let (_home, mut command) = client(&server, &["run", "list"]);
        let output = command.env("JIDO_ALLOW_PLAIN_HTTP", value).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{value}: {}", stderr(&output));
    }
}

#[test_case("jido_ü"; "a letter beyond ASCII")]
#[test_case("a\nb"; "two lines")]
fn what_cannot_be_a_token_is_the_fault_of_who_gave_it(token: &str) {
    let (_home, mut command) = client("http://127.0.0.1:1", &["run", "list"]);
    let output = command.env("JIDO_TOKEN", token).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("JIDO_TOKEN") && !stderr(&output).contains(token));
}

/// The writing end of a pipe that nobody reads.
fn unread() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

#[test]
fn nobody_reading_the_messages_is_no_fault() {
    let server = something(|_| reply("404 Not Found", ""));
    let (_home, mut command) = client(&server, &["run", "list"]);
    assert_eq!(command.stderr(unread()).status().unwrap().code(), Some(8));
}

#[test]
fn watching_ends_when_nobody_reads() {
    // Events without end.
    let server = something(|path| {
        let is_feed = path.contains("/events");
        reply("200 OK", &if is_feed { example!("list_events") } else { example!("list_runs") })
    });
    let (_home, mut command) = client(&server, &["run", "watch", RUN, "--timeout", "1m"]);
    let output = command.stdout(unread()).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
}

#[test]
fn an_answer_that_is_lost_is_not_called_done() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = jido(&["completions", "bash"]).stdout(full).stderr(Stdio::piped()).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("could not be written whole"), "{}", stderr(&output));
    assert_eq!(jido(&["completions", "bash"]).stdout(unread()).status().unwrap().code(), Some(0));
}

#[test]
fn json_holds_nothing_that_a_terminal_acts_on() {
    let server = something(|_| reply("200 OK", "{\"items\":[{\"title\":\"\u{9b}2J\u{202e}x\"}]}"));
    let output = ask(&server, &["run", "list", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains(r"\u009b2J\u202ex"), "{}", stdout(&output));
}

#[test]
fn a_link_on_standard_input_is_redeemed_where_it_comes_from_alone() {
    let (_home, mut command) =
        client("http://127.0.0.1:1", &["login", "http://127.0.0.1:2", "--token-stdin"]);
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"http://127.0.0.1:3/sign-in#token=jido_SECRET\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("the link is one of http://127.0.0.1:3"), "{}", stderr(&output));
    assert!(!stderr(&output).contains("SECRET"), "{}", stderr(&output));
}

#[test]
fn who_may_read_runs_but_no_projects_lists_them_by_id() {
    let server = something(|path| {
        if path.contains("/projects?") {
            return refused("403 Forbidden", ProblemCode::Forbidden);
        }
        reply("200 OK", &example!("list_runs"))
    });
    let output = ask(&server, &["run", "list"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let expected = "0199f0c2-7d1e-7a40-8c11-2f6d0a3b5e01/1";
    assert!(stdout(&output).contains(expected), "{}", stdout(&output));
}

#[test]
fn a_project_may_have_a_name_that_looks_like_an_id() {
    let server = something(|path| match path {
        path if path.contains("/runs") => reply("200 OK", &example!("list_runs")),
        path if path.contains("?name=") || path.contains("?archived") => {
            reply("200 OK", &example!("list_projects"))
        }
        _ => refused("404 Not Found", ProblemCode::NotFound),
    });
    let output = ask(&server, &["run", "list", "--project", RUN]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

/// More than the client asks for at once. A piece ends within a character somewhere.
const LOG_LINES: usize = 700_000;

fn long_log() -> String {
    format!("x{}", "é\n".repeat(LOG_LINES))
}

#[test]
fn a_long_log_comes_whole() {
    let server = something(|path| match path {
        path if path.contains("/log?") => {
            let number = |name: &str| {
                let value = path.split(['?', '&']).find_map(|pair| pair.strip_prefix(name));
                value.unwrap().parse::<usize>().unwrap()
            };
            let log = long_log().into_bytes();
            let rest = &log[number("offset=")..];
            reply_bytes("200 OK", &rest[..number("limit=").min(rest.len())])
        }
        path if path.contains("/steps") => reply("200 OK", &example!("list_steps")),
        _ => reply("200 OK", &example!("list_runs")),
    });
    let output = ask(&server, &["run", "logs", RUN, "--step", "reproduce_failure", "--json"]);
    let document: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert!(document["text"] == long_log(), "{}", stderr(&output));
    let output = ask(&server, &["run", "logs", RUN, "--step", "reproduce_failure"]);
    assert!(stdout(&output) == long_log(), "{}", stderr(&output));
}

#[test]
fn a_patch_is_shown_without_harm_and_given_as_it_is_when_asked_for() {
    let server = something(|path| {
        if path.contains("/diff") {
            let mut diff: Value = serde_json::from_str(&example!("get_diff")).unwrap();
            diff["patch"] = "+a\r\n+\u{1b}[2J\n\n".into();
            return reply("200 OK", &diff.to_string());
        }
        reply("200 OK", &example!("list_runs"))
    });
    let shown = ask(&server, &["run", "diff", RUN]);
    assert_eq!(stdout(&shown), "+a\\u{d}\n+\\u{1b}[2J\n");
    assert!(stderr(&shown).contains("--raw"), "{}", stderr(&shown));
    let given = ask(&server, &["run", "diff", RUN, "--raw"]);
    assert_eq!(stdout(&given), "+a\r\n+\u{1b}[2J\n\n");
    assert!(stderr(&given).contains("not quite what ships"), "{}", stderr(&given));
}
