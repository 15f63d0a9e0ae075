//! From an [`Access`] to rules that landlock can express.
//!
//! Landlock only allows, and a rule covers everything beneath its path. So an allowed directory with a
//! denied one inside becomes rules for its other children, on every level down to the denied one;
//! the directories on that way get no rule themselves.

use crate::Access;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Rules for the kernel, and what could not be granted.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    /// Sorted by path, one rule a path.
    pub granted: Vec<Rule>,
    /// Writable paths that were asked for and lead nowhere, or to where they must not.
    pub refused: Vec<PathBuf>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Without symlinks.
    pub path: PathBuf,
    pub grant: Grant,
}

/// Ordered: of two grants for one path the larger holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Grant {
    Read,
    Write,
}

/// Computes the rules as the file system is now.
pub(crate) fn rules(access: &Access) -> Rules {
    let denied: Vec<PathBuf> = access.denied.iter().map(|path| resolve_existing_part(path)).collect();
    let mut granted = BTreeMap::new();
    let mut refused = Vec::new();
    for path in &access.readable {
        if let Some(target) = resolve_grant(path, &denied) {
            expand(&target, Grant::Read, &denied, &mut granted);
        }
    }
    for path in &access.writable {
        match resolve_grant(path, &denied) {
            Some(target) => expand(&target, Grant::Write, &denied, &mut granted),
            None => refused.push(path.clone()),
        }
    }
    Rules { granted: granted.into_iter().map(|(path, grant)| Rule { path, grant }).collect(), refused }
}

/// Returns where a grant really lies, or `None` when it does not exist or must not count.
///
/// A grant inside a denied directory counts only when its path enters that directory and then passes no
/// symlink: what lies beneath may be under the control of an earlier step.
fn resolve_grant(path: &Path, denied: &[PathBuf]) -> Option<PathBuf> {
    let target = path.canonicalize().ok()?;
    let innermost =
        denied.iter().filter(|denied| target.starts_with(denied)).max_by_key(|denied| depth(denied));
    let Some(innermost) = innermost else {
        return Some(target);
    };
    if target == *innermost {
        return None;
    }
    let rest = target.strip_prefix(innermost).ok()?;
    let is_entered_directly = path.ancestors().any(|ancestor| {
        path.strip_prefix(ancestor) == Ok(rest) && ancestor.canonicalize().ok().as_ref() == Some(innermost)
    });
    is_entered_directly.then_some(target)
}

/// Adds rules for everything at or beneath `path` that is not denied.
fn expand(path: &Path, grant: Grant, denied: &[PathBuf], granted: &mut BTreeMap<PathBuf, Grant>) {
    if denied.iter().any(|denied| denied == path) {
        return;
    }
    if !denied.iter().any(|denied| denied.starts_with(path)) {
        let held = granted.entry(path.to_owned()).or_insert(grant);
        *held = grant.max(*held);
        return;
    }
    // A directory that cannot be listed grants nothing: its children cannot be told apart from the denied one.
    let Ok(children) = fs::read_dir(path) else { return };
    for child in children.flatten() {
        // A rule on a symlink would grant its target. The target has a rule of its own where it lies.
        if child.file_type().is_ok_and(|kind| !kind.is_symlink()) {
            expand(&child.path(), grant, denied, granted);
        }
    }
}

/// Resolves symlinks in the part of the path that exists, so that a path that is made later is denied too.
fn resolve_existing_part(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    for ancestor in absolute.ancestors() {
        if let (Ok(real), Ok(rest)) = (ancestor.canonicalize(), absolute.strip_prefix(ancestor)) {
            return without_parents(&real.join(rest));
        }
    }
    absolute
}

/// Removes `..` in a part that does not exist and therefore has no symlinks.
fn without_parents(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                plain.pop();
            }
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => plain.push(component),
        }
    }
    plain
}

fn depth(path: &Path) -> usize {
    path.components().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    struct Tree {
        _folder: tempfile::TempDir,
        root: PathBuf,
    }

    /// `root` with the folders `data/keys`, `data/work`, `other/deep` and a file `note`.
    fn tree() -> Tree {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        for path in ["data/keys", "data/work", "other/deep"] {
            fs::create_dir_all(root.join(path)).unwrap();
        }
        fs::write(root.join("note"), "").unwrap();
        Tree { _folder: folder, root }
    }

    impl Tree {
        fn granted(&self, writable: &[&str], readable: &[&str], denied: &[&str]) -> Vec<(String, Grant)> {
            let paths = |names: &[&str]| names.iter().map(|name| self.root.join(name)).collect();
            let access =
                Access { writable: paths(writable), readable: paths(readable), denied: paths(denied) };
            rules(&access)
                .granted
                .into_iter()
                .map(|rule| (rule.path.strip_prefix(&self.root).unwrap().display().to_string(), rule.grant))
                .collect()
        }
    }

    fn read(path: &str) -> (String, Grant) {
        (path.to_owned(), Grant::Read)
    }

    fn write(path: &str) -> (String, Grant) {
        (path.to_owned(), Grant::Write)
    }

    #[test]
    fn siblings_of_a_denied_path_are_granted_and_its_ancestors_are_not() {
        assert_eq!(
            tree().granted(&[], &[""], &["data/keys"]),
            [read("data/work"), read("note"), read("other")]
        );
    }

    #[test]
    fn a_grant_inside_a_denied_directory_holds() {
        assert_eq!(
            tree().granted(&["data/work"], &[""], &["data"]),
            [write("data/work"), read("note"), read("other")]
        );
    }

    #[test]
    fn of_equal_paths_the_denial_wins() {
        assert_eq!(tree().granted(&["data"], &["data"], &["data"]), []);
    }

    #[test]
    fn the_root_can_be_denied() {
        let access = Access { readable: vec!["/".into()], denied: vec!["/".into()], ..Access::default() };
        assert_eq!(rules(&access).granted, []);
    }

    #[test]
    fn a_symlinked_sibling_grants_nothing() {
        let tree = tree();
        symlink(tree.root.join("data"), tree.root.join("alias")).unwrap();
        assert_eq!(tree.granted(&[], &[""], &["data"]), [read("note"), read("other")]);
    }

    #[test]
    fn a_path_denied_by_an_alias_is_denied() {
        let tree = tree();
        symlink(tree.root.join("data"), tree.root.join("alias")).unwrap();
        assert_eq!(tree.granted(&[], &[""], &["alias"]), [read("note"), read("other")]);
    }

    #[test]
    fn a_planted_symlink_does_not_carry_a_grant_into_a_denied_directory() {
        let tree = tree();
        symlink(tree.root.join("data/keys"), tree.root.join("data/work/target")).unwrap();
        symlink(tree.root.join("data/keys"), tree.root.join("other/target")).unwrap();
        assert_eq!(tree.granted(&["other/target", "data/work/target"], &[], &["data"]), []);
    }

    #[test]
    fn a_denied_directory_may_be_entered_by_an_alias() {
        let tree = tree();
        symlink(tree.root.join("data"), tree.root.join("alias")).unwrap();
        assert_eq!(tree.granted(&["alias/work"], &[], &["data"]), [write("data/work")]);
    }

    #[test]
    fn a_denied_path_that_does_not_exist_yet_gets_no_rule_above_it() {
        assert_eq!(
            tree().granted(&[], &["", "missing"], &["data/later/x"]),
            [read("data/keys"), read("data/work"), read("note"), read("other")]
        );
    }
}
