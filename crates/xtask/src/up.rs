//! `cargo xtask up`: the server with its app for a person at this machine.

use crate::{
    error::Error,
    process,
    web::{self, App, Progress},
    workspace::{self, Profile},
};
use clap::Args;
use std::{fs, os::unix::process::CommandExt, path::PathBuf, process::Command, thread, time::Instant};

/// How the server is started.
#[derive(Debug, Args)]
pub struct Options {
    /// The port to listen on, on 127.0.0.1.
    #[arg(long, default_value_t = 8700)]
    port: u16,

    /// Serve a plain sign-in page, not the browser app: no WASM is compiled.
    #[arg(long)]
    without_app: bool,
}

/// Builds the release, prepares the demo project once, and becomes the server.
pub fn run(options: &Options) -> Result<(), Error> {
    let data = workspace::root().join("data");
    let demo = data.join("demo");
    let config = demo.join("jido.toml");

    let (jido, app) = build(options)?;

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
    serve.args(["serve", "--listen", &format!("127.0.0.1:{}", options.port)]);
    serve.arg("--data").arg(&data).arg("--config").arg(&config).arg("--seed-demo").arg(&demo);
    if let Some(app) = app {
        serve.arg("--web-root").arg(app.folder);
    }
    serve.current_dir(workspace::root());
    workspace::forget_this_package(&mut serve);
    // The server takes this process's place, so that signals reach it and its exit code is the answer.
    Err(Error::Spawn { program: jido.display().to_string(), source: serve.exec() })
}

/// Builds server and app beside each other: neither alone keeps all processors busy to its end.
fn build(options: &Options) -> Result<(PathBuf, Option<App>), Error> {
    if options.without_app {
        println!("[1/3] building jido (release; some minutes the first time, seconds after) …");
        return Ok((workspace::build_jido(Profile::Release)?, None));
    }
    let no_app = |error| Error::NoApp(Box::new(error));
    println!(
        "[1/3] building jido and the browser app (release; some minutes the first time, seconds after) …"
    );
    // What is missing for the app is told before the long work begins.
    let compiler = web::compiler().map_err(no_app)?;
    let app = thread::spawn(move || web::build(&compiler, Profile::Release, Progress::Quiet));
    let jido = workspace::build_jido(Profile::Release)?;
    let began = Instant::now();
    let app = app.join().map_err(|_| Error::Panicked("the build of the app"))?;
    let app = app.map_err(no_app)?;
    if let Some(sizes) = &app.sizes {
        println!("      the app: {} ({} s after the server)", sizes.summary(), began.elapsed().as_secs());
    }
    Ok((jido, Some(app)))
}
