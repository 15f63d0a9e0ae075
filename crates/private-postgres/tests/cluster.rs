//! A real cluster is started by each of these tests; they fail where PostgreSQL is not installed.

use private_postgres::{Cluster, Error};
use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The command lines of the processes that mention the folder.
fn processes_of(folder: &Path) -> Vec<String> {
    let needle = folder.display().to_string();
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| fs::read(entry.path().join("cmdline")).ok())
        .map(|bytes| String::from_utf8_lossy(&bytes).replace('\0', " "))
        .filter(|line| line.contains(&needle))
        .collect()
}

fn assert_gone(folder: &Path) {
    let began = Instant::now();
    while folder.exists() || !processes_of(folder).is_empty() {
        assert!(began.elapsed() < Duration::from_secs(20), "left behind: {:?}", processes_of(folder));
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_cluster_answers_queries_as_configured() {
    let cluster = Cluster::start().unwrap();
    let settings = "SELECT current_setting('fsync'), current_setting('server_encoding'), \
                    current_setting('lc_collate'), current_user";
    assert_eq!(cluster.psql("postgres", settings).unwrap(), "on|UTF8|C|jido");

    let url = cluster.create_database("store").unwrap();
    assert_eq!(url, cluster.url("store"));
    assert!(matches!(cluster.create_database("Store"), Err(Error::DatabaseName { .. })));
    assert!(matches!(cluster.create_database("store"), Err(Error::Program { program: "psql", .. })));
    cluster.stop().unwrap();
}

#[test]
fn a_wrong_password_is_refused_over_tcp_and_over_the_socket() {
    let cluster = Cluster::start().unwrap();
    let url = cluster.url("");
    let port = url.rsplit(':').next().unwrap().trim_end_matches('/').to_owned();
    for host in ["127.0.0.1".to_owned(), cluster.folder().join("socket").display().to_string()] {
        let output = Command::new("psql")
            .args(["-w", "-h", &host, "-p", &port, "-U", "jido", "-d", "postgres", "-c", "SELECT 1"])
            .env("PGPASSWORD", "guess")
            .output()
            .unwrap();
        assert!(!output.status.success(), "{host} let a guess in");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(stderr.contains("password authentication failed"), "{stderr}");
    }
}

#[test]
fn two_clusters_run_side_by_side() {
    let starts = [thread::spawn(Cluster::start), thread::spawn(Cluster::start)];
    let clusters = starts.map(|start| start.join().unwrap().unwrap());
    for (position, cluster) in clusters.iter().enumerate() {
        let url = cluster.create_database("mine").unwrap();
        cluster.psql("mine", &format!("CREATE TABLE t AS SELECT {position} AS n")).unwrap();
        assert!(url.ends_with("/mine"));
    }
    for (position, cluster) in clusters.iter().enumerate() {
        assert_eq!(cluster.psql("mine", "SELECT n FROM t").unwrap(), position.to_string());
    }
}

#[test]
fn a_restart_keeps_data_port_and_password() {
    let mut cluster = Cluster::start().unwrap();
    let url = cluster.create_database("kept").unwrap();
    cluster.psql("kept", "CREATE TABLE t (n int); INSERT INTO t VALUES (7)").unwrap();
    cluster.restart().unwrap();
    assert_eq!(cluster.url("kept"), url);
    assert_eq!(cluster.psql("kept", "SELECT n FROM t").unwrap(), "7");
}

#[test]
fn dropping_leaves_no_process_and_no_folder() {
    let cluster = Cluster::start().unwrap();
    let folder = cluster.folder().to_owned();
    assert!(!processes_of(&folder).is_empty());
    drop(cluster);
    assert_eq!(processes_of(&folder), Vec::<String>::new());
    assert!(!folder.exists());
}

#[test]
fn a_panicking_test_leaves_no_process_and_no_folder() {
    let mut folder = PathBuf::new();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let cluster = Cluster::start().unwrap();
        folder = cluster.folder().to_owned();
        panic!("a test fails on purpose");
    }));
    assert!(outcome.is_err());
    assert!(!folder.as_os_str().is_empty());
    assert_gone(&folder);
}

/// Not a test by itself: the victim that the next test kills.
#[test]
fn victim() {
    if let Ok(path) = std::env::var("PRIVATE_POSTGRES_VICTIM") {
        let cluster = Cluster::start().unwrap();
        fs::write(&path, cluster.folder().to_str().unwrap()).unwrap();
        thread::sleep(Duration::from_secs(60));
    }
}

#[test]
fn a_killed_program_leaves_no_process_and_no_folder() {
    let scratch = tempfile::tempdir().unwrap();
    let note = scratch.path().join("folder");
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "victim"])
        .env("PRIVATE_POSTGRES_VICTIM", &note)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    let folder = loop {
        match fs::read_to_string(&note) {
            Ok(text) if !text.is_empty() => break PathBuf::from(text),
            _ => assert!(began.elapsed() < Duration::from_secs(60), "the victim never started"),
        }
        thread::sleep(Duration::from_millis(20));
    };
    child.kill().unwrap();
    child.wait().unwrap();
    assert_gone(&folder);
}

#[test]
fn a_cluster_outlives_the_thread_that_started_it() {
    let cluster = thread::spawn(|| Cluster::start().unwrap()).join().unwrap();
    thread::sleep(Duration::from_millis(300));
    assert_eq!(cluster.psql("postgres", "SELECT 1").unwrap(), "1");
}
