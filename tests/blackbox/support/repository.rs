//! Git repositories that runs work on.

use super::program::{output_of, stdout_of};
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A check that any shell can run, in TAP: it fails until `value.txt` says `good`.
const CHECK: &str = r#"
echo "1..2"
if [ "$(cat value.txt)" = good ]; then echo "ok 1 - value is good"; else echo "not ok 1 - value is good"; failed=1; fi
echo "ok 2 - check runs"
exit "${failed:-0}"
"#;

/// A work tree and the bare repository that it is pushed to.
pub struct Repository {
    folder: TempDir,
}

impl Repository {
    /// A small project whose one check fails until `value.txt` is mended.
    pub fn broken() -> Self {
        Self::with(&[("value.txt", "bad\n"), ("check.sh", CHECK), ("README.md", "# A project\n")])
    }

    /// The same project, its check passing.
    pub fn sound() -> Self {
        Self::with(&[("value.txt", "good\n"), ("check.sh", CHECK), ("README.md", "# A project\n")])
    }

    /// A repository of these files, on the branch `main`.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let repository = Self::empty();
        for (name, content) in files {
            let path = repository.work().join(name);
            std::fs::create_dir_all(path.parent().expect("a file has a folder")).unwrap();
            std::fs::write(path, content).unwrap();
        }
        repository.publish("A beginning");
        repository
    }

    /// A repository without a commit; files go to `work`, then `publish` makes the commit.
    pub fn empty() -> Self {
        let repository =
            Self { folder: tempfile::Builder::new().prefix("jido-repository-").tempdir().unwrap() };
        let (work, remote) = (repository.work(), repository.remote());
        let init = |more: &[&str], path: &Path| {
            let mut command = git();
            command.args(["init", "--quiet", "--initial-branch=main", "--template="]).args(more).arg(path);
            stdout_of(&mut command);
        };
        init(&["--bare"], &remote);
        init(&[], &work);
        repository
    }

    /// Commits whatever the work tree holds and pushes it to `main`; returns the commit.
    pub fn publish(&self, message: &str) -> String {
        let remote = self.remote();
        self.in_work(&["add", "--all"]);
        self.in_work(&["commit", "--quiet", "--message", message]);
        self.in_work(&["push", "--quiet", remote.to_str().unwrap(), "HEAD:refs/heads/main"]);
        self.in_work(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    pub fn work(&self) -> PathBuf {
        self.folder.path().join("work")
    }

    pub fn remote(&self) -> PathBuf {
        self.folder.path().join("remote.git")
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What a project names as its repository.
    pub fn url(&self) -> String {
        format!("file://{}", self.remote().display())
    }

    fn in_work(&self, arguments: &[&str]) -> String {
        stdout_of(git().arg("-C").arg(self.work()).args(arguments))
    }

    /// Asks the bare repository.
    pub fn ask(&self, arguments: &[&str]) -> String {
        let mut command = git();
        command.arg("-C").arg(self.remote()).args(arguments);
        stdout_of(&mut command).trim().to_owned()
    }

    /// Branches of the bare repository with their commits.
    pub fn branches(&self) -> BTreeMap<String, String> {
        let listed = self.ask(&["for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads/"]);
        listed
            .lines()
            .map(|line| line.split_once(' ').expect("name and commit"))
            .map(|(name, commit)| (name.to_owned(), commit.to_owned()))
            .collect()
    }

    /// Every reference of the bare repository, branches and all else.
    pub fn references(&self) -> Vec<String> {
        self.ask(&["for-each-ref", "--format=%(refname)"]).lines().map(str::to_owned).collect()
    }

    /// Puts a new beginning in the place of the bare repository's only branch, and deletes what was there before.
    pub fn forget_history(&self) {
        let tree = self.ask(&["rev-parse", "refs/heads/main^{tree}"]);
        let root = self.ask(&["commit-tree", "-m", "Another beginning", &tree]);
        self.ask(&["update-ref", "refs/heads/main", &root]);
        self.ask(&["gc", "--quiet", "--prune=now"]);
    }

    /// Installs a hook in the bare repository.
    pub fn hook(&self, name: &str, script: &str) {
        let hooks = self.remote().join("hooks");
        std::fs::create_dir_all(&hooks).unwrap();
        let path = hooks.join(name);
        std::fs::write(&path, script).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A fresh clone of one branch.
    pub fn clone_of(&self, branch: &str) -> PathBuf {
        let place = self.folder.path().join("clone");
        let mut command = git();
        command.args(["clone", "--quiet", "--branch", branch]).arg(self.remote()).arg(&place);
        stdout_of(&mut command);
        place
    }

    /// Fails unless `git fsck` finds nothing to say about the repository.
    pub fn assert_sound(&self) {
        assert_git_sound(&self.remote());
    }
}

/// Fails unless `git fsck` finds nothing to say.
pub fn assert_git_sound(repository: &Path) {
    let mut command = git();
    command.arg("-C").arg(repository).args(["fsck", "--full", "--strict", "--no-dangling", "--no-progress"]);
    let output = output_of(&mut command);
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    // A mirror has no branches of its own: that its HEAD names one is a notice, not a fault.
    let faults: Vec<&str> =
        said.lines().filter(|line| !line.starts_with("notice: ") && !line.is_empty()).collect();
    assert!(output.status.success() && faults.is_empty(), "git fsck of {}: {said}", repository.display(),);
}

/// Git without the configuration of user and system.
pub fn git() -> Command {
    let mut command = Command::new("git");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_NAME", "A maintainer")
        .env("GIT_AUTHOR_EMAIL", "maintainer@example.invalid")
        .env("GIT_COMMITTER_NAME", "A maintainer")
        .env("GIT_COMMITTER_EMAIL", "maintainer@example.invalid");
    command
}
