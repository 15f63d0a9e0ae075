//! Rules that look at paths alone.

use super::note_on;
use crate::evidence::RiskLevel::{High, Medium};
use crate::evidence::{FileChange, RiskLevel, RiskNote};

/// A path in lowercase, and its last part: file systems that ignore case must not hide a rule's file.
struct Path<'a> {
    whole: &'a str,
    name: &'a str,
}

struct Rule {
    code: &'static str,
    level: RiskLevel,
    message: &'static str,
    applies: fn(&Path<'_>) -> bool,
}

const RULES: &[Rule] = &[
    Rule {
        code: "ci_config_changed",
        level: High,
        message: "The CI configuration changes: it runs with the repository's secrets.",
        applies: is_ci,
    },
    Rule {
        code: "workflow_owner_files_changed",
        level: High,
        message: "CODEOWNERS changes: it says whose review later changes need.",
        applies: |path| path.name == "codeowners",
    },
    Rule {
        code: "agent_instructions_changed",
        level: High,
        message: "Instructions to coding agents change: later agents will follow them.",
        applies: is_agent_instructions,
    },
    Rule {
        code: "migration_changed",
        level: High,
        message: "A database migration changes.",
        applies: is_migration,
    },
    Rule {
        code: "build_config_changed",
        level: Medium,
        message: "The build configuration changes: it runs on every developer's machine.",
        applies: is_build_config,
    },
    Rule {
        code: "test_config_changed",
        level: Medium,
        message: "The test runner's configuration changes: it says which tests run.",
        applies: is_test_config,
    },
    Rule {
        code: "git_config_changed",
        level: Medium,
        message: "A file that steers git changes: it can hide files, run hooks or add submodules.",
        applies: is_git_config,
    },
    Rule {
        code: "lockfile_changed",
        level: Medium,
        message: "A lock file changes: it pins the code of the dependencies.",
        applies: |path| LOCKFILES.contains(&path.name),
    },
];

const LOCKFILES: &[&str] = &[
    "cargo.lock",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "bun.lockb",
    "deno.lock",
    "poetry.lock",
    "pdm.lock",
    "uv.lock",
    "pipfile.lock",
    "gemfile.lock",
    "composer.lock",
    "mix.lock",
    "go.sum",
    "gradle.lockfile",
    "packages.lock.json",
    "pubspec.lock",
    "podfile.lock",
    "package.resolved",
    "flake.lock",
];

/// One note per rule that some changed path, old or new, falls under.
pub(super) fn notes(files: &[FileChange]) -> Vec<RiskNote> {
    let note = |rule: &Rule| {
        let touched = files.iter().flat_map(|file| [Some(&file.path), file.old_path.as_ref()]).flatten();
        let paths = touched.filter(|path| applies(rule, path)).cloned().collect();
        note_on(rule.code, rule.level, rule.message, paths)
    };
    RULES.iter().filter_map(note).collect()
}

fn applies(rule: &Rule, path: &str) -> bool {
    let whole = path.to_lowercase();
    let name = whole.rsplit('/').next().unwrap_or_default();
    (rule.applies)(&Path { whole: &whole, name })
}

fn beneath(path: &Path<'_>, folders: &[&str]) -> bool {
    folders.iter().any(|folder| {
        path.whole.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
            || path.whole.contains(&format!("/{folder}/"))
    })
}

fn is_ci(path: &Path<'_>) -> bool {
    const FOLDERS: &[&str] = &[
        ".github/workflows",
        ".github/actions",
        ".gitea/workflows",
        ".forgejo/workflows",
        ".gitlab",
        ".circleci",
        ".buildkite",
        ".woodpecker",
        ".azure-pipelines",
        ".teamcity",
    ];
    const NAMES: &[&str] = &[
        ".gitlab-ci.yml",
        ".gitlab-ci.yaml",
        ".travis.yml",
        ".drone.yml",
        ".woodpecker.yml",
        "jenkinsfile",
        "azure-pipelines.yml",
        "bitbucket-pipelines.yml",
        "appveyor.yml",
        ".appveyor.yml",
        "cloudbuild.yaml",
        "buildspec.yml",
        "dependabot.yml",
        "renovate.json",
        "action.yml",
        "action.yaml",
    ];
    beneath(path, FOLDERS) || NAMES.contains(&path.name)
}

fn is_agent_instructions(path: &Path<'_>) -> bool {
    const NAMES: &[&str] = &[
        "claude.md",
        "claude.local.md",
        "agents.md",
        "gemini.md",
        ".cursorrules",
        ".windsurfrules",
        ".clinerules",
        ".aider.conf.yml",
        ".mcp.json",
        "copilot-instructions.md",
    ];
    const FOLDERS: &[&str] =
        &[".claude", ".cursor", ".codex", ".gemini", ".windsurf", ".clinerules", ".github/instructions"];
    NAMES.contains(&path.name) || beneath(path, FOLDERS)
}

fn is_migration(path: &Path<'_>) -> bool {
    beneath(path, &["migrations", "migration", "db/migrate", "alembic/versions", "flyway"])
        || path.name.ends_with(".sql")
        || path.name == "schema.rb"
}

fn is_build_config(path: &Path<'_>) -> bool {
    const NAMES: &[&str] = &[
        "makefile",
        "gnumakefile",
        "justfile",
        "taskfile.yml",
        "build.rs",
        "cmakelists.txt",
        "meson.build",
        "build.gradle",
        "build.gradle.kts",
        "settings.gradle",
        "settings.gradle.kts",
        "gradlew",
        "mvnw",
        "pom.xml",
        "setup.py",
        "setup.cfg",
        "rakefile",
        "dockerfile",
        "containerfile",
        ".dockerignore",
        "docker-compose.yml",
        "docker-compose.yaml",
        "compose.yaml",
        "tsconfig.json",
        "babel.config.js",
        ".babelrc",
        ".npmrc",
        ".yarnrc.yml",
        ".pypirc",
        "rust-toolchain",
        "rust-toolchain.toml",
        "build",
        "build.bazel",
        "workspace",
        "module.bazel",
        "flake.nix",
        "default.nix",
        "build.zig",
        "build.sbt",
    ];
    const STEMS: &[&str] =
        &["webpack.config.", "vite.config.", "rollup.config.", "esbuild.config.", "dockerfile."];
    NAMES.contains(&path.name)
        || STEMS.iter().any(|stem| path.name.starts_with(stem))
        || beneath(path, &[".cargo"])
}

fn is_test_config(path: &Path<'_>) -> bool {
    const NAMES: &[&str] = &[
        "pytest.ini",
        "conftest.py",
        "tox.ini",
        "noxfile.py",
        ".mocharc.yml",
        ".mocharc.json",
        ".rspec",
        "phpunit.xml",
    ];
    const STEMS: &[&str] = &[
        "jest.config.",
        "vitest.config.",
        "playwright.config.",
        "cypress.config.",
        "karma.conf.",
        "ava.config.",
    ];
    NAMES.contains(&path.name)
        || STEMS.iter().any(|stem| path.name.starts_with(stem))
        || path.whole.ends_with(".config/nextest.toml")
}

fn is_git_config(path: &Path<'_>) -> bool {
    [".gitattributes", ".gitmodules", ".gitignore", ".pre-commit-config.yaml", "lefthook.yml"]
        .contains(&path.name)
        || beneath(path, &[".husky", ".githooks"])
}
