//! Where the engine's files lie beneath the data directory.

use domain::contract::StepKey;
use domain::{ProjectId, RunId};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// The folders of one data directory, private to the server's user.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// Makes what is missing and resolves the directory to its real path.
    pub fn create(data_dir: &Path) -> io::Result<Self> {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true).mode(0o700);
        builder.create(data_dir)?;
        let layout = Self { root: data_dir.canonicalize()? };
        for folder in [layout.artifacts(), layout.mirrors(), layout.runs(), layout.logs()] {
            builder.create(folder)?;
        }
        Ok(layout)
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    pub fn artifacts(&self) -> PathBuf {
        self.root.join("artifacts")
    }

    pub fn mirrors(&self) -> PathBuf {
        self.root.join("mirrors")
    }

    /// Runs at work; each has a folder that goes when the run ends.
    pub fn runs(&self) -> PathBuf {
        self.root.join("runs")
    }

    pub fn logs(&self) -> PathBuf {
        self.root.join("logs")
    }

    pub fn run(&self, run: RunId) -> PathBuf {
        self.runs().join(run.to_string())
    }

    /// The tree that steps work on.
    pub fn workspace(&self, run: RunId) -> PathBuf {
        self.run(run).join("workspace")
    }

    /// HOME and temporary files of the run's steps.
    pub fn home(&self, run: RunId) -> PathBuf {
        self.run(run).join("home")
    }

    /// The index that snapshots of this run are made with; no step can reach it.
    pub fn index(&self, run: RunId) -> PathBuf {
        self.run(run).join("index")
    }

    pub fn log(&self, run: RunId, step: &StepKey, attempt: u32) -> PathBuf {
        self.logs().join(run.to_string()).join(format!("{step}.{attempt}.log"))
    }

    pub fn mirror(mirrors: &Path, project: ProjectId) -> PathBuf {
        mirrors.join(format!("{project}.git"))
    }
}
