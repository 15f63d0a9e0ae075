//! `cargo xtask up`: the server for a person at this machine.

use crate::{
    error::Error,
    process,
    workspace::{self, Profile},
};
use std::{fs, os::unix::process::CommandExt, process::Command};

/// Builds the release binary, prepares the demo project once, and becomes the server.
pub fn run(port: u16) -> Result<(), Error> {
    let data = workspace::root().join("data");
    let demo = data.join("demo");
    let config = demo.join("jido.toml");

    println!("[1/3] building jido (release; some minutes the first time, seconds after) …");
    let jido = workspace::build_jido(Profile::Release)?;

    fs::create_dir_all(&data).map_err(Error::file("create", &data))?;
    if config.exists() {
        println!("[2/3] the demo project is in data/demo");
    } else {
        println!("[2/3] preparing the demo project in data/demo …");
        let mut prepare = Command::new(&jido);
        prepare.args(["demo", "prepare", "--into"]).arg(&demo);
        process::stdout_of("jido demo prepare", &mut prepare)?;
    }

    println!("[3/3] starting the server; Ctrl-C stops it");
    let mut serve = Command::new(&jido);
    serve.args(["serve", "--listen", &format!("127.0.0.1:{port}")]);
    serve.arg("--data").arg(&data).arg("--config").arg(&config).arg("--seed-demo").arg(&demo);
    serve.current_dir(workspace::root());
    workspace::forget_this_package(&mut serve);
    // The server takes this process's place, so that signals reach it and its exit code is the answer.
    Err(Error::Spawn { program: jido.display().to_string(), source: serve.exec() })
}
