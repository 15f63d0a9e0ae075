//! The environment variables of the server that steps receive.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};

/// What every step receives where the server has it: how to find programs, what language people read, where
/// certificates and toolchains are. None of them is a secret.
const PASSED: [&str; 12] = [
    "PATH",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_CTYPE",
    "LC_MESSAGES",
    "TZ",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "JAVA_HOME",
    "CARGO_HOME",
    "RUSTUP_HOME",
];

/// Toolchains that look beneath the home directory for themselves. A step's home is private and empty, so they are
/// told where they are.
const AT_HOME: [(&str, &str); 2] = [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")];

/// The variables that every step receives: the usual ones, and those that the configuration names.
pub fn step_environment(named: &[String]) -> BTreeMap<String, String> {
    assemble(named, env::home_dir().as_deref(), |name| env::var(name).ok())
}

fn assemble(
    named: &[String],
    home: Option<&Path>,
    server: impl Fn(&str) -> Option<String>,
) -> BTreeMap<String, String> {
    let names = PASSED.into_iter().chain(named.iter().map(String::as_str));
    let mut passed: BTreeMap<String, String> =
        names.filter_map(|name| Some((name.to_owned(), server(name)?))).collect();
    for (name, folder) in AT_HOME {
        let installed = home.map(|home| home.join(folder)).filter(|folder| folder.is_dir());
        if let Some(path) = installed.as_ref().and_then(|path: &PathBuf| path.to_str()) {
            passed.entry(name.to_owned()).or_insert_with(|| path.to_owned());
        }
    }
    passed
}

/// The names among these that the server's environment lacks.
pub fn unset(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).filter(|name| env::var_os(name).is_none()).collect()
}

/// Refuses what cannot name a variable, and what would let a step's variables lie about the run.
pub fn check_names(path: &str, names: &[String], faults: &mut Vec<String>) {
    for name in names {
        if name.is_empty() || name.contains(['=', '\0']) {
            faults.push(format!("{path}: `{name}` cannot be the name of a variable"));
        } else if name.starts_with("JIDO_") {
            faults.push(format!("{path}: {name} is the server's own and does not reach steps"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_and_named_variables_are_passed_and_nothing_else() {
        let server = |name: &str| match name {
            "PATH" => Some("/bin".to_owned()),
            "HTTPS_PROXY" => Some("http://proxy".to_owned()),
            "AWS_SECRET_ACCESS_KEY" => Some("secret".to_owned()),
            _ => None,
        };
        let passed = assemble(&["HTTPS_PROXY".to_owned(), "MISSING".to_owned()], None, server);
        let expected = [("HTTPS_PROXY", "http://proxy"), ("PATH", "/bin")];
        assert_eq!(passed, expected.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
    }

    #[test]
    fn toolchains_at_home_are_named_unless_the_server_names_others() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".cargo")).unwrap();
        std::fs::create_dir(home.path().join(".rustup")).unwrap();
        let server = |name: &str| (name == "RUSTUP_HOME").then(|| "/opt/rustup".to_owned());
        let passed = assemble(&[], Some(home.path()), server);
        assert_eq!(passed["CARGO_HOME"], home.path().join(".cargo").to_str().unwrap());
        assert_eq!(passed["RUSTUP_HOME"], "/opt/rustup");
    }
}
