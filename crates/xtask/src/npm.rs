//! Packages of Node.js, as a folder's lock file names them.

use crate::{error::Error, process};
use std::{fs, path::Path, process::Command, time::Duration};

const INSTALL_WITHIN: Duration = Duration::from_secs(10 * 60);

/// Brings the packages that the lock file names; false where they are there already.
pub fn install(folder: &Path) -> Result<bool, Error> {
    let lock = folder.join("package-lock.json");
    let wanted = fs::read(&lock).map_err(Error::file("read", &lock))?;
    // Left by the last installation: the lock file that it followed.
    let followed = folder.join("node_modules/.followed-lock.json");
    if fs::read(&followed).is_ok_and(|text| text == wanted) {
        return Ok(false);
    }
    let mut command = Command::new("npm");
    command.arg("ci").current_dir(folder).env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    let finished = process::run_quietly("npm ci", &mut command, INSTALL_WITHIN, |_, _| {})?;
    process::succeeded("npm ci", finished)?;
    fs::write(&followed, wanted).map_err(Error::file("write", &followed))?;
    Ok(true)
}
