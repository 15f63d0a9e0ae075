//! `cargo xtask demo`: the main job, end to end, as a client sees it.

mod api;
mod project;
mod remote;
mod scene;
mod server;
mod show;
mod stream;

use crate::{
    error::Error,
    tools,
    workspace::{self, Profile},
};
use clap::Args;
use private_postgres::Cluster;
use scene::Scene;
use server::{Database, Server};
use std::{path::Path, time::Instant};

/// What the demo shows.
#[derive(Debug, Args)]
pub struct Options {
    /// Reject at the gate, again and again, until the run is cancelled; show that nothing was shipped.
    #[arg(long)]
    reject: bool,

    /// Store everything in a private PostgreSQL cluster, not in the embedded SQLite.
    #[arg(long)]
    postgres: bool,
}

/// Plays the demo in a temporary folder, which is removed when it ends well and named when it does not.
pub fn run(options: &Options) -> Result<(), Error> {
    let began = Instant::now();
    println!("== Build");
    let jido = workspace::build_jido(Profile::Debug)?;
    let folder = tempfile::Builder::new()
        .prefix("jido-demo-")
        .tempdir()
        .map_err(Error::file("create a folder in", std::env::temp_dir()))?;
    match play(options, &jido, folder.path()) {
        Ok(()) => {
            folder.close().map_err(Error::file("remove", "the demo's folder"))?;
            println!("\nThe demo ended well after {} s.", began.elapsed().as_secs());
            Ok(())
        }
        Err(error) => {
            eprintln!("\nThe demo failed; its folder is kept: {}", folder.keep().display());
            Err(error)
        }
    }
}

fn play(options: &Options, jido: &Path, folder: &Path) -> Result<(), Error> {
    let cluster = if options.postgres { Some(start_postgres()?) } else { None };
    let database = match &cluster {
        Some(cluster) => Database::Postgres { url: cluster.create_database("jido")? },
        None => Database::Embedded,
    };
    println!(
        "== Prepare a project with a failing test, its bare remote and a scripted stand-in for an agent"
    );
    let project = project::prepare(jido, folder)?;
    println!("   repository {}", project.repository);
    println!("   remote     {}", project.remote.display());

    println!("== Start the server");
    let server = Server::start(jido, folder, &project.config, database)?;
    println!("   {} ({})", server.address(), server.database_name());
    let mut scene = Scene::open(&server, &project)?;
    if options.reject {
        scene.reject_until_cancelled()?;
    } else {
        scene.approve_and_ship()?;
    }
    // The log of a server that would not stop is worth keeping, so this comes before the folder goes.
    server.stop()?;
    match cluster {
        Some(cluster) => Ok(cluster.stop()?),
        None => Ok(()),
    }
}

fn start_postgres() -> Result<Cluster, Error> {
    println!("== Start a private PostgreSQL");
    if !private_postgres::available() {
        println!("   PostgreSQL is missing; installing it …");
        tools::ensure(&tools::FOR_THE_SERVER)?;
    }
    Ok(Cluster::start()?)
}
