//! What a step cannot reach, root or not.

use crate::support::{Place, kernel_abi, run, script_in, supervisor};
use sandbox::{Access, Exit, Level, default_access};
use std::path::PathBuf;
use std::process::Command;

/// Landlock as of this ABI also keeps signals in.
const SCOPES: u8 = 6;

/// Every way in that a shell knows; each that works prints a line that starts with `leak`.
const INTRUDER: &str = r#"
    exec 2>/dev/null
    try() { if "${@:2}"; then echo "leak: $1"; fi; }
    try read grep -q classified "$DATA/secret"
    try list ls "$DATA"
    try enter-and-read bash -c 'cd "$DATA" && cat secret'
    try symlink bash -c 'ln -s "$DATA" "$WORK/alias" && cat "$WORK/alias/secret"'
    try hardlink ln "$DATA/secret" "$WORK/hard"
    try process-root cat "/proc/self/root$DATA/secret"
    try server-root cat "/proc/$SERVER/root$DATA/secret"
    try write bash -c 'echo x >> "$DATA/secret"'
    try truncate truncate -s 0 "$DATA/secret"
    try create touch "$DATA/new"
    try move mv "$DATA/secret" "$WORK/moved"
    try remove rm -rf "$DATA"
    try mount mount --bind "$DATA" "$WORK"
    try namespace unshare -Urm bash -c 'mount --bind "$DATA" /mnt && cat /mnt/secret'
    echo over
"#;

#[tokio::test]
async fn a_denied_directory_can_be_neither_read_nor_changed() {
    if kernel_abi() == 0 {
        return;
    }
    let place = Place::new();
    let (ended, output) = run(place.script(INTRUDER)).await;
    assert_eq!((ended.exit, output.as_str()), (Exit::Code(0), "over\n"));
    assert_eq!(std::fs::read_to_string(place.data.join("secret")).unwrap(), "classified");
}

#[tokio::test]
async fn the_intruder_gets_in_where_nothing_is_denied() {
    let place = Place::new();
    let everything = vec![PathBuf::from("/")];
    let access = Access { writable: everything.clone(), readable: everything, denied: Vec::new() };
    let (_, output) = run(script_in(&place.work, &place.data, access, INTRUDER)).await;
    for way in ["read", "list", "enter-and-read", "symlink", "hardlink", "process-root", "write", "create"] {
        assert!(output.contains(&format!("leak: {way}\n")), "{way} should have worked: {output}");
    }
}

#[tokio::test]
async fn other_processes_cannot_be_signalled_read_or_traced() {
    let place = Place::new();
    if kernel_abi() < SCOPES {
        return;
    }
    let script = r#"
        exec 2>/dev/null
        for other in $SERVER $PPID; do
            kill -URG $other && echo "leak: signal $other"
            cat /proc/$other/environ | grep -q . && echo "leak: environment $other"
            readlink /proc/$other/fd/* | grep -q . && echo "leak: files $other"
            head -c 1 /proc/$other/maps | grep -q . && echo "leak: memory map $other"
        done
        sleep 100 & kill -TERM $! && echo own
        cat /proc/$$/environ | grep -q . && echo readable
        [ -r /proc/$SERVER/cmdline ] && echo over
    "#;
    let (_, output) = run(place.script(script)).await;
    assert_eq!(output, "own\nreadable\nover\n");
}

#[tokio::test]
async fn the_workspace_is_writable_and_the_system_is_not() {
    if kernel_abi() == 0 {
        return;
    }
    let place = Place::new();
    let script = r#"
        set -e
        mkdir -p a/b; echo x > a/f; ln a/f a/b/g; mv a/b c; ln -s a link; mkfifo p; chmod 700 a; rm -r c
        echo x > /dev/null; head -c 1 /dev/urandom > byte
        ls /usr/bin > /dev/null
        exec 2>/dev/null
        for folder in "$WORK/.." /usr /etc /tmp /var/tmp /dev /dev/shm /proc/sys/kernel; do
            if echo x > "$folder/jido-test"; then echo "leak: write in $folder"; rm "$folder/jido-test"; fi
        done
        for folder in /tmp /root /home /dev / "$WORK/.."; do
            if ls "$folder"; then echo "leak: list $folder"; fi
        done
        if mknod disk b 1 0; then echo "leak: device"; fi
        echo over
    "#;
    let (ended, output) = run(place.script(script)).await;
    assert_eq!((ended.exit, output.as_str()), (Exit::Code(0), "over\n"));
}

const HOME_PROBE: &str = "SANDBOX_TEST_HOME_PROBE";

/// Not a test: the default access depends on this process's `HOME`, which a test cannot change for itself alone.
#[tokio::test]
#[ignore = "runs as a process of its own for another test"]
async fn server_with_a_home() {
    let Some(root) = std::env::var_os(HOME_PROBE).map(PathBuf::from) else {
        return;
    };
    let (work, data) = (root.join("work"), root.join("data"));
    let script = r#"
        exec 2>/dev/null
        for name in .ssh/id_ed25519 .aws/credentials .netrc .git-credentials .cargo/credentials.toml .config/gh/hosts.yml notes; do
            cat "$WORK/../home/$name" && echo "leak: $name"
        done
        "$WORK/../home/.cargo/bin/tool"
        echo x > "$WORK/../home/.cargo/bin/tool" && echo "leak: write"
    "#;
    let launch = script_in(&work, &data, default_access(std::slice::from_ref(&work), &[], &[]), script);
    let mut output = Vec::new();
    supervisor().run(launch, &mut output, std::future::pending(), |_| ()).await.unwrap();
    std::fs::write(root.join("result"), output).unwrap();
}

#[tokio::test]
async fn the_home_directory_shows_its_toolchains_and_nothing_else() {
    if kernel_abi() == 0 {
        return;
    }
    let place = Place::new();
    let home = place.root.join("home");
    for name in [
        ".ssh/id_ed25519",
        ".aws/credentials",
        ".netrc",
        ".git-credentials",
        ".cargo/credentials.toml",
        ".config/gh/hosts.yml",
        "notes",
    ] {
        let path = home.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, name).unwrap();
    }
    std::fs::create_dir(home.join(".cargo/bin")).unwrap();
    std::os::unix::fs::symlink("/bin/pwd", home.join(".cargo/bin/tool")).unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "confinement::server_with_a_home"])
        .env(HOME_PROBE, &place.root)
        .env("HOME", &home)
        .status()
        .unwrap();
    assert!(status.success());
    let result = std::fs::read_to_string(place.root.join("result")).unwrap();
    assert_eq!(result, format!("{}\n", place.work.display()));
}

#[tokio::test]
async fn root_keeps_no_power_that_reaches_past_the_rules() {
    let place = Place::new();
    let (_, output) = run(place.script("grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status")).await;
    let value =
        |name: &str| output.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    assert_eq!(value("NoNewPrivs:"), "1");
    // CAP_DAC_READ_SEARCH, CAP_SYS_MODULE, CAP_SYS_RAWIO, CAP_SYS_PTRACE, CAP_SYS_ADMIN, CAP_MKNOD.
    for bit in [2, 16, 17, 19, 21, 27] {
        let effective = u64::from_str_radix(&value("CapEff:"), 16).unwrap();
        assert_eq!(effective & (1 << bit), 0, "capability {bit}");
    }
}

#[tokio::test]
async fn the_level_reached_is_what_this_kernel_can_do() {
    let place = Place::new();
    let (ended, _) = run(place.script("true")).await;
    let detail = ended.confinement.detail.join("\n");
    let expected = match kernel_abi() {
        0 => Level::None,
        1..SCOPES => Level::Partial,
        _ if detail.contains("control of the machine") => Level::Partial,
        _ => Level::Full,
    };
    assert_eq!(ended.confinement.level, expected, "{detail}");
}

#[tokio::test]
async fn a_writable_path_that_grants_nothing_is_reported() {
    let place = Place::new();
    let mut launch = place.script("true");
    launch.access.writable.push(place.root.join("missing"));
    let (ended, _) = run(launch).await;
    assert!(ended.confinement.detail.iter().any(|line| line.contains("missing")), "{:?}", ended.confinement);
}
