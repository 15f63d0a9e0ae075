//! Looking for processes that a server left behind.

use super::PATIENCE;
use std::path::Path;
use std::time::{Duration, Instant};

/// Names the server in the environment of everything that it starts; the configuration passes it to steps.
pub const MARKER: &str = "BLACKBOX_MARKER";

/// One process that belongs to a server: number and command line.
pub type Found = (u32, String);

/// Every process that carries the marker, works beneath the folder, or names the folder in its arguments.
///
/// This process and its children that run `jido` commands for a test are not among them once those have ended.
pub fn of(marker: &str, folder: &Path) -> Vec<Found> {
    let variable = format!("{MARKER}={marker}");
    let folder = folder.to_string_lossy();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").expect("/proc is readable").flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        if pid == std::process::id() || is_dead(pid) {
            continue;
        }
        let read = |name: &str| std::fs::read(entry.path().join(name)).unwrap_or_default();
        let environment = read("environ");
        let arguments = String::from_utf8_lossy(&read("cmdline")).replace('\0', " ");
        let works_in = std::fs::read_link(entry.path().join("cwd")).unwrap_or_default();
        let is_ours = environment.split(|byte| *byte == 0).any(|entry| entry == variable.as_bytes())
            || arguments.contains(folder.as_ref())
            || works_in.starts_with(folder.as_ref());
        if is_ours {
            found.push((pid, arguments));
        }
    }
    found
}

/// Waits until none is left. No event tells that a foreign process has ended, so this looks again and again.
pub fn wait_until_none(marker: &str, folder: &Path, what: &str) {
    let began = Instant::now();
    loop {
        let left = of(marker, folder);
        if left.is_empty() {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{what} left processes behind: {left:#?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Ended and not yet reaped by its parent.
fn is_dead(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit_once(')').map(|(_, rest)| rest.trim_start().chars().next());
    matches!(state, None | Some(None | Some('Z' | 'X')))
}
