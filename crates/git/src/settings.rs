//! The environment and configuration that every git process gets, and nothing else.

use std::ffi::OsStr;

/// Variables of every call; the caller's own environment is cleared before they are set.
///
/// `GIT_CONFIG_GLOBAL` is replaced by the mirror's own file where a second git process has to see it.
pub(crate) const ENVIRONMENT: &[(&str, &str)] = &[
    ("HOME", "/nonexistent"),
    ("LC_ALL", "C"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_ATTR_NOSYSTEM", "1"),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
];

/// Configuration of every call. It outranks whatever a repository's own `config` says.
///
/// `safe.directory=*`: the server may run as root on repositories that belong to others. Git's ownership check
/// protects a person who steps into a foreign folder by chance; here each repository is either the server's own
/// or one that the maintainer named, and hooks, fsmonitor, filters and aliases are off in any case.
pub(crate) const CONFIGURATION: &[(&str, &str)] = &[
    ("safe.directory", "*"),
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.untrackedCache", "false"),
    ("core.splitIndex", "false"),
    ("core.attributesFile", "/dev/null"),
    ("core.excludesFile", "/dev/null"),
    ("core.autocrlf", "false"),
    ("core.eol", "lf"),
    ("core.safecrlf", "false"),
    ("core.symlinks", "true"),
    ("core.fileMode", "true"),
    ("core.ignoreCase", "false"),
    ("core.quotePath", "false"),
    ("core.fsync", "all"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("fetch.writeCommitGraph", "false"),
    ("submodule.recurse", "false"),
    ("credential.helper", ""),
    ("http.followRedirects", "false"),
    ("protocol.allow", "never"),
    ("protocol.file.allow", "always"),
    ("protocol.ssh.allow", "always"),
    ("protocol.https.allow", "always"),
];

/// What the mirror's private `GIT_CONFIG_GLOBAL` file says.
///
/// `git-upload-pack` and `git-receive-pack` of a local remote do not inherit the configuration of a call (git
/// strips it), so the ownership exception has to reach them through a file.
pub(crate) const GLOBAL_FILE: &str =
    "[safe]\n\tdirectory = *\n[gc]\n\tauto = 0\n[receive]\n\tautogc = false\n";

/// The search path for the programs git starts (`ssh`, its own helpers) when the server has none.
pub(crate) const FALLBACK_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Returns the position of `git` within a search path.
pub(crate) fn find_git(search_path: &OsStr) -> Option<std::path::PathBuf> {
    std::env::split_paths(search_path)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join("git"))
        .find(|candidate| candidate.is_file())
}
