//! A workspace for a step, a place out of its reach, and ways to wait for what it does.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use sandbox::{
    Access, Ended, Launch, Limits, OutputSink, Sandbox, default_access, is_alive, process_identity,
};
use std::collections::BTreeMap;
use std::future::pending;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Long after everything should have happened, on a slow machine too.
pub const LONG: Duration = Duration::from_secs(120);

/// Says its number and that it is cleared up when asked to end.
///
/// It starts no other process and looks for signals once a second: a shell that waits for a child can miss
/// one that arrives just before it begins to wait.
pub const CLEARS_UP: &str = r#"
    mkfifo never; exec 8<>never
    trap 'echo cleared; exit 0' TERM
    echo up $$
    while :; do read -t 1 <&8; done
"#;

/// A workspace, a denied folder with a secret beside it, and a named pipe that tells who is alive.
pub struct Place {
    _folder: tempfile::TempDir,
    pub root: PathBuf,
    pub work: PathBuf,
    pub data: PathBuf,
}

impl Place {
    /// Not in the temporary directory, because that is denied by default.
    pub fn new() -> Self {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let place = Self::at(folder.path().canonicalize().unwrap(), folder);
        std::fs::create_dir(&place.work).unwrap();
        std::fs::create_dir(&place.data).unwrap();
        std::fs::write(place.data.join("secret"), "classified").unwrap();
        let made = std::process::Command::new("mkfifo").arg(place.life()).status().unwrap();
        assert!(made.success());
        place
    }

    fn at(root: PathBuf, folder: tempfile::TempDir) -> Self {
        Self { _folder: folder, work: root.join("work"), data: root.join("data"), root }
    }

    /// A process that has this open for writing is alive: the pipe ends when the last one is gone.
    pub fn life(&self) -> PathBuf {
        self.work.join("life")
    }

    pub fn access(&self) -> Access {
        default_access(std::slice::from_ref(&self.work), std::slice::from_ref(&self.data), &[])
    }

    /// A bash script in the workspace; `WORK`, `DATA` and `SERVER` (this process) are in its environment.
    pub fn script(&self, script: &str) -> Launch {
        script_in(&self.work, &self.data, self.access(), script)
    }

    /// Reads the life pipe, line by line, until every writer is gone.
    ///
    /// On a thread of its own: a test that fails must not wait for the processes that live on.
    pub fn witness(&self) -> Witness {
        let (sender, lines) = watch::channel(Vec::new());
        let path = self.life();
        std::thread::spawn(move || {
            let pipe = BufReader::new(std::fs::File::open(path).unwrap());
            for line in pipe.lines() {
                sender.send_modify(|lines| lines.push(line.unwrap()));
            }
        });
        Witness { lines }
    }
}

pub fn script_in(work: &Path, data: &Path, access: Access, script: &str) -> Launch {
    Launch {
        argv: ["bash", "-c", script].map(str::to_owned).into(),
        env: BTreeMap::from([
            ("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned()),
            ("WORK".to_owned(), work.display().to_string()),
            ("DATA".to_owned(), data.display().to_string()),
            ("SERVER".to_owned(), std::process::id().to_string()),
        ]),
        cwd: work.to_owned(),
        stdin: Vec::new(),
        timeout: LONG,
        grace: Duration::from_secs(20),
        limits: Limits::default(),
        access,
    }
}

pub struct Witness {
    lines: watch::Receiver<Vec<String>>,
}

impl Witness {
    pub async fn first_line(&mut self) -> String {
        self.wait_for_lines(1).await;
        self.lines.borrow()[0].clone()
    }

    pub async fn wait_for_lines(&mut self, count: usize) {
        self.lines.wait_for(|lines| lines.len() >= count).await.unwrap();
    }

    /// Every line written, once nobody who could write is left; fails when somebody lives on.
    pub async fn all_gone(mut self) -> Vec<String> {
        let end = async { while self.lines.changed().await.is_ok() {} };
        tokio::time::timeout(LONG, end).await.expect("a process of the step lives on");
        self.lines.borrow().clone()
    }
}

pub fn supervisor() -> Sandbox {
    Sandbox::new(env!("CARGO_BIN_EXE_sandbox-supervisor").into())
}

/// Runs to the end and returns the output as text.
pub async fn run(launch: Launch) -> (Ended, String) {
    let mut output = Vec::new();
    let sandbox = supervisor();
    let ended = within_reason(sandbox.run(launch, &mut output, pending(), |_| ())).await.unwrap();
    (ended, String::from_utf8_lossy(&output).into_owned())
}

/// Fails rather than waits for ever.
pub async fn within_reason<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(LONG, future).await.expect("this should have ended")
}

/// Output that tells when it contains something.
pub struct Heard {
    pub text: String,
    sender: watch::Sender<String>,
}

impl Heard {
    pub fn new() -> (Self, watch::Receiver<String>) {
        let (sender, receiver) = watch::channel(String::new());
        (Self { text: String::new(), sender }, receiver)
    }
}

impl OutputSink for Heard {
    async fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.text.push_str(&String::from_utf8_lossy(bytes));
        self.sender.send_replace(self.text.clone());
        Ok(())
    }
}

/// Waits until the output contains the text.
pub async fn heard(receiver: &mut watch::Receiver<String>, text: &str) {
    receiver.wait_for(|output| output.contains(text)).await.unwrap();
}

pub fn runs(pid: u32) -> bool {
    process_identity(pid).is_some_and(|identity| is_alive(&identity))
}

/// Completes when this process has ended, which is a little later than when its files are closed.
pub fn end_of(pid: u32) -> JoinHandle<()> {
    let process = pidfd_open(Pid::from_raw(pid as i32).unwrap(), PidfdFlags::empty()).unwrap();
    tokio::task::spawn_blocking(move || {
        let timeout = Timespec::try_from(LONG).unwrap();
        let ended = poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&timeout)).unwrap();
        assert_eq!(ended, 1, "process {pid} lives on");
    })
}

/// The landlock of this kernel, found without the code under test: on a thread, because it confines that one.
pub fn kernel_abi() -> u8 {
    use landlock::{ABI, Access as _, AccessFs, LandlockStatus, Ruleset, RulesetAttr};
    let probe = || {
        let ruleset =
            Ruleset::default().handle_access(AccessFs::from_all(ABI::V1)).unwrap().create().unwrap();
        match ruleset.restrict_self().unwrap().landlock {
            LandlockStatus::Available { effective_abi, .. } => effective_abi as u8,
            LandlockStatus::NotEnabled | LandlockStatus::NotImplemented => 0,
        }
    };
    std::thread::spawn(probe).join().unwrap()
}
