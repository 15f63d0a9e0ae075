//! Paths in the configuration file.

use engine::Credential;
use std::path::{Path, PathBuf};

/// Where paths in the file start from.
#[derive(Debug, Clone)]
pub struct Base {
    folder: PathBuf,
    home: Option<PathBuf>,
}

impl Base {
    /// Relative paths start in the folder of the file, `~/` in the home of the server's user.
    pub fn of_file(file: &Path) -> Self {
        // A bare file name has an empty parent: the path is made absolute first.
        let file = std::path::absolute(file).unwrap_or_else(|_| Path::new("/").join(file));
        let folder = file.parent().map_or_else(|| PathBuf::from("/"), Path::to_owned);
        Self { folder, home: std::env::home_dir() }
    }

    pub fn resolve(&self, path: &Path) -> PathBuf {
        match (path.strip_prefix("~"), &self.home) {
            (Ok(rest), Some(home)) => home.join(rest),
            _ => self.folder.join(path),
        }
    }

    pub fn resolve_all(&self, paths: &mut [PathBuf]) {
        for path in paths {
            *path = self.resolve(path);
        }
    }
}

/// The files that a credential names, with the keys that name them.
pub fn secret_files(credential: &mut Credential) -> Vec<(&'static str, &mut PathBuf)> {
    match credential {
        Credential::SshKey { key_file, known_hosts_file } => {
            let known_hosts = known_hosts_file.as_mut().map(|file| ("known_hosts_file", file));
            std::iter::once(("key_file", key_file)).chain(known_hosts).collect()
        }
        Credential::Token { username: _, token_file } => vec![("token_file", token_file)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_file_name_means_the_present_folder() {
        let base = Base::of_file(Path::new("own.toml"));
        assert_eq!(base.resolve(Path::new("token")), std::env::current_dir().unwrap().join("token"));
    }

    #[test]
    fn paths_start_in_the_files_folder_or_at_home() {
        let base = Base { folder: PathBuf::from("/etc/jido"), home: Some(PathBuf::from("/home/u")) };
        for (written, meant) in [("/k", "/k"), ("keys/k", "/etc/jido/keys/k"), ("~/.ssh/k", "/home/u/.ssh/k")]
        {
            assert_eq!(base.resolve(Path::new(written)), PathBuf::from(meant));
        }
    }
}
