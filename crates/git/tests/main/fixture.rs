//! A source repository, a mirror that follows it, and a workspace.

use git::{Credential, Git, Mirror, Oid, Remote, RemoteUrl, Snapshot, SnapshotRequest};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

pub const AT: i64 = 1_700_000_000;

pub struct Fixture {
    pub folder: TempDir,
    pub source: PathBuf,
    pub mirror: Mirror,
    /// Has a space, as a person's folder may.
    pub workspace: PathBuf,
    pub base: Oid,
}

impl Fixture {
    /// A source with one commit on `main` that holds these files, fetched.
    pub async fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("source");
        std::fs::create_dir(&source).unwrap();
        git(&source, ["init", "--quiet", "--initial-branch=main"]);
        for (path, content) in files {
            write(&source, path, content);
        }
        commit_all(&source, "first");
        let mirror = Mirror::open(Git::new().unwrap(), folder.path().join("mirror of it.git")).await.unwrap();
        mirror.fetch(&remote(&source)).await.unwrap();
        let base = mirror.resolve("main").await.unwrap();
        let workspace = folder.path().join("the workspace");
        Self { folder, source, mirror, workspace, base }
    }

    /// The same with the workspace checked out.
    pub async fn checked_out(files: &[(&str, &str)]) -> Self {
        let fixture = Self::with(files).await;
        fixture.mirror.checkout(&fixture.base, &fixture.workspace).await.unwrap();
        fixture
    }

    pub fn remote(&self) -> Remote {
        remote(&self.source)
    }

    pub fn write(&self, path: &str, content: &str) {
        write(&self.workspace, path, content);
    }

    pub fn request(&self) -> SnapshotRequest {
        SnapshotRequest {
            workspace: self.workspace.clone(),
            index_file: self.folder.path().join("index of run"),
            parent: self.base.clone(),
            reference: "refs/jido/runs/one/edit/1".to_owned(),
            message: "After edit\n".to_owned(),
            at: AT,
        }
    }

    pub async fn snapshot(&self) -> Snapshot {
        self.mirror.snapshot(&self.request()).await.unwrap()
    }

    /// The content of a file of a commit, as text.
    pub async fn content(&self, commit: &Oid, path: &str) -> Option<String> {
        let bytes = self.mirror.read_file(commit, path).await.unwrap();
        bytes.map(|bytes| String::from_utf8(bytes).unwrap())
    }
}

pub fn remote(path: &Path) -> Remote {
    Remote { url: RemoteUrl::parse(path.to_str().unwrap()).unwrap(), credential: Credential::None }
}

pub fn write(folder: &Path, path: &str, content: &str) {
    let file = folder.join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, content).unwrap();
}

pub fn write_executable(file: &Path, content: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, content).unwrap();
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
}

pub fn commit_all(repository: &Path, message: &str) -> Oid {
    git(repository, ["add", "--all"]);
    git(repository, ["commit", "--quiet", "--allow-empty", "-m", message]);
    head(repository)
}

pub fn head(repository: &Path) -> Oid {
    Oid::parse(&git(repository, ["rev-parse", "HEAD"])).unwrap()
}

/// Runs git as a person or an agent would; returns what it printed.
pub fn git<A: AsRef<OsStr>>(repository: &Path, arguments: impl IntoIterator<Item = A>) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=Person", "-c", "user.email=person@example.test", "-c", "safe.directory=*"])
        .args(arguments)
        .current_dir(repository)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}
