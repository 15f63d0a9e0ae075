//! Dependencies that the added lines of a manifest name for the first time.

use super::patch::{Change, PatchFile};
use crate::evidence::{RiskLevel, RiskNote};
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// How one manifest writes a dependency. The first group of the pattern is its name.
struct Manifest {
    is: fn(&str) -> bool,
    pattern: LazyLock<Option<Regex>>,
    /// Names that the pattern also meets and that are no dependencies.
    except: &'static [&'static str],
}

static MANIFESTS: [Manifest; 9] = [
    Manifest {
        is: |name| name == "Cargo.toml",
        pattern: LazyLock::new(|| {
            Regex::new(r#"^(?:([A-Za-z0-9_-]+)(?:\.workspace|\.version|\.path|\.git)?\s*=\s*(?:"[\^~=<>*]*\d|\{|true)|\[(?:[^\]]*\.)?(?:dev-|build-)?dependencies\.([A-Za-z0-9_-]+)\])"#).ok()
        }),
        except: &[
            "version",
            "edition",
            "rust-version",
            "package",
            "resolver",
            "workspace",
            "default",
            "lto",
            "debug",
            "panic",
            "harness",
            "doctest",
            "test",
            "bench",
            "unsafe_code",
            "all",
            "name",
            "path",
        ],
    },
    Manifest {
        is: |name| name == "package.json" || name == "composer.json",
        pattern: LazyLock::new(|| {
            Regex::new(r#"^\s*"([@A-Za-z0-9._/-]+)"\s*:\s*"(?:[\^~<>=v]*\s*\d|\*|latest|next|workspace:|file:|link:|git|https?:|npm:|github:)"#).ok()
        }),
        except: &["version", "node", "npm", "packageManager", "homepage", "url", "php", "pnpm", "yarn"],
    },
    Manifest {
        is: |name| name.starts_with("requirements") && (name.ends_with(".txt") || name.ends_with(".in")),
        pattern: LazyLock::new(|| {
            Regex::new(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(?:[<>=!~;@#].*)?$").ok()
        }),
        except: &[],
    },
    Manifest {
        is: |name| name == "pyproject.toml" || name == "Pipfile",
        pattern: LazyLock::new(|| {
            Regex::new(r#"^\s*(?:"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*[<>=!~;@][^"]*",?|"([A-Za-z0-9][A-Za-z0-9._-]*)",|([A-Za-z0-9][A-Za-z0-9._-]*)\s*=\s*(?:"[\^~<>=*]*\s*[\d*]|\{))"#).ok()
        }),
        except: &["version", "python", "requires-python", "python_version", "target-version", "line-length"],
    },
    Manifest {
        is: |name| name == "go.mod",
        pattern: LazyLock::new(|| Regex::new(r"^\s*(?:require\s+)?([a-z0-9.-]+\.[a-z]+/\S+)\s+v\d").ok()),
        except: &[],
    },
    Manifest {
        is: |name| name == "Gemfile" || name.ends_with(".gemspec"),
        pattern: LazyLock::new(|| {
            Regex::new(r#"^\s*(?:gem|\w+\.add_(?:\w+_)?dependency)[\s(]+['"]([A-Za-z0-9._-]+)['"]"#).ok()
        }),
        except: &[],
    },
    Manifest {
        is: |name| name == "pom.xml",
        pattern: LazyLock::new(|| Regex::new(r"<artifactId>([^<]+)</artifactId>").ok()),
        except: &[],
    },
    Manifest {
        is: |name| name.starts_with("build.gradle"),
        pattern: LazyLock::new(|| {
            Regex::new(r#"^\s*(?:\w*[iI]mplementation|api|\w*[cC]ompileOnly|\w*[rR]untimeOnly|classpath|kapt|ksp|annotationProcessor)[\s(]+['"]([^'"]+?)(?::[^:'"]*)?['"]"#).ok()
        }),
        except: &[],
    },
    Manifest {
        is: |name| name == "mix.exs",
        pattern: LazyLock::new(|| Regex::new(r"^\s*\{:([a-z0-9_]+),").ok()),
        except: &[],
    },
];

/// The note on new dependencies. One that a removed line names too only changes its version.
pub(super) fn note_on_dependencies(patch: &[PatchFile<'_>]) -> Option<RiskNote> {
    let mut added = BTreeSet::new();
    let mut paths = Vec::new();
    for file in patch.iter().filter(|file| !file.deleted) {
        let before = names(file, Change::Removed);
        let new: Vec<String> = names(file, Change::Added).difference(&before).cloned().collect();
        if !new.is_empty() {
            added.extend(new);
            paths.push(file.path.clone());
        }
    }
    if added.is_empty() {
        return None;
    }
    let shown: Vec<&str> = added.iter().take(8).map(String::as_str).collect();
    let more = if added.len() > shown.len() {
        format!(" and {} more", added.len() - shown.len())
    } else {
        String::new()
    };
    let message = format!("Dependencies are added: {}{more}.", shown.join(", "));
    Some(super::note("dependency_added", RiskLevel::Medium, message, paths))
}

fn names(file: &PatchFile<'_>, change: Change) -> BTreeSet<String> {
    let Some(manifest) = MANIFESTS.iter().find(|manifest| (manifest.is)(file.name())) else {
        return BTreeSet::new();
    };
    let Some(pattern) = manifest.pattern.as_ref() else {
        return BTreeSet::new();
    };
    file.lines_of(change)
        .filter_map(|line| pattern.captures(line.text))
        .filter_map(|found| found.iter().skip(1).flatten().next().map(|name| name.as_str().to_owned()))
        .filter(|name| !manifest.except.contains(&name.as_str()))
        .collect()
}
