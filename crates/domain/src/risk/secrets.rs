//! What looks like a secret in the lines that a change adds.

use super::patch::{Change, parse_patch};
use regex::Regex;
use std::sync::LazyLock;

/// What looks like a secret in an added line. The secret itself is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretFinding {
    pub rule: &'static str,
    pub path: String,
    /// Line in the new file, from 1.
    pub line: u64,
}

/// What a match must be besides matching.
enum Gate {
    /// The form alone is proof enough.
    Form,
    /// The first group must look random, with at least this many bits a character.
    Random(f64),
    /// Like `Random`, and it must hold a digit: words joined by hyphens vary as much as keys do.
    Key(f64),
}

struct Rule {
    name: &'static str,
    pattern: &'static str,
    gate: Gate,
}

/// The first rule that finds something in a line names it, so special forms come before general ones.
const RULES: &[Rule] = &[
    Rule {
        name: "private_key",
        pattern: r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----",
        gate: Gate::Form,
    },
    Rule { name: "aws_access_key", pattern: r"\b((?:AKIA|ASIA)[A-Z2-7]{16})\b", gate: Gate::Random(2.5) },
    Rule {
        name: "aws_secret_key",
        pattern: r#"(?i)aws\w{0,20}secret\w{0,20}["']?\s*(?:=|:|=>)\s*["']?([A-Za-z0-9/+]{40})\b"#,
        gate: Gate::Key(3.5),
    },
    Rule {
        name: "github_token",
        pattern: r"\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{60,255})",
        gate: Gate::Form,
    },
    Rule {
        name: "gitlab_token",
        pattern: r"\bgl(?:pat|ptt|dt|rt|cbt|ft|soat|agent)-[A-Za-z0-9_-]{20,}",
        gate: Gate::Form,
    },
    Rule {
        name: "slack_token",
        pattern: r"\b(?:xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-\d-[A-Za-z0-9-]{10,})|hooks\.slack\.com/services/T\w+/B\w+/\w{16,}",
        gate: Gate::Form,
    },
    Rule { name: "anthropic_key", pattern: r"\bsk-ant-[A-Za-z0-9_-]{20,}", gate: Gate::Form },
    Rule {
        name: "openai_key",
        pattern: r"\b(sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,})",
        gate: Gate::Key(3.5),
    },
    Rule {
        name: "stripe_key",
        pattern: r"\b(?:(?:sk|rk)_live_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/]{24,})",
        gate: Gate::Form,
    },
    Rule { name: "google_api_key", pattern: r"\bAIza[0-9A-Za-z_-]{35}", gate: Gate::Form },
    Rule { name: "npm_token", pattern: r"\bnpm_[A-Za-z0-9]{36}\b", gate: Gate::Form },
    Rule { name: "pypi_token", pattern: r"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{30,}", gate: Gate::Form },
    Rule { name: "huggingface_token", pattern: r"\bhf_[A-Za-z0-9]{34,}\b", gate: Gate::Form },
    Rule { name: "sendgrid_key", pattern: r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}", gate: Gate::Form },
    Rule {
        name: "json_web_token",
        pattern: r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
        gate: Gate::Form,
    },
    Rule {
        name: "url_password",
        pattern: r#"\b[a-z][a-z0-9+.-]*://[^\s:/@'"]{1,64}:([^\s:/@'"]{8,})@"#,
        gate: Gate::Random(2.9),
    },
    Rule {
        name: "generic_secret",
        pattern: r#"(?i)(?:passw(?:or)?d|passphrase|pwd|secret|token|api_?-?key|access_?-?key|private_?-?key|credential)s?\w{0,20}["']?\]?\s*(?::=|=>|[:=])\s*[bfr]?["'`]([^"'`\s]{8,})["'`]"#,
        gate: Gate::Random(3.0),
    },
    Rule {
        name: "generic_secret",
        pattern: r"^\s*(?:export\s+)?[A-Z0-9_]*(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY)[A-Z0-9_]*\s*[:=]\s*([^\s'`]{12,})$",
        gate: Gate::Key(3.3),
    },
];

/// Parts of values that stand for a secret rather than being one.
const PLACEHOLDERS: &[&str] = &[
    "example",
    "changeme",
    "change_me",
    "placeholder",
    "your_",
    "your-",
    "yourpassword",
    "xxxx",
    "****",
    "dummy",
    "${",
    "{{",
    "$(",
    "<",
    "env.",
    "env[",
    "getenv",
    "secrets.",
    "redacted",
    "insert_",
    "todo",
    "(",
    "12345678",
];

static PATTERNS: LazyLock<Vec<(&'static Rule, Regex)>> = LazyLock::new(|| {
    RULES.iter().filter_map(|rule| Regex::new(rule.pattern).ok().map(|pattern| (rule, pattern))).collect()
});

/// Returns what looks like a secret in the added lines of a unified diff, at most one finding a line.
pub fn find_secrets(patch: &str) -> Vec<SecretFinding> {
    let mut findings = Vec::new();
    for file in parse_patch(patch) {
        for line in file.lines_of(Change::Added) {
            if let Some(rule) = rule_of(line.text) {
                findings.push(SecretFinding { rule, path: file.path.clone(), line: line.number });
            }
        }
    }
    findings
}

fn rule_of(text: &str) -> Option<&'static str> {
    let finds = |(rule, pattern): &&(&'static Rule, Regex)| {
        let mut values =
            pattern.captures_iter(text).filter_map(|found| found.get(1)).map(|found| found.as_str());
        match rule.gate {
            Gate::Form => pattern.is_match(text),
            Gate::Random(least) => values.any(|value| is_random(value, least)),
            Gate::Key(least) => {
                values.any(|value| is_random(value, least) && value.bytes().any(|b| b.is_ascii_digit()))
            }
        }
    };
    PATTERNS.iter().find(finds).map(|(rule, _)| rule.name)
}

fn is_random(text: &str, least: f64) -> bool {
    let lower = text.to_lowercase();
    !PLACEHOLDERS.iter().any(|placeholder| lower.contains(placeholder)) && bits_per_character(text) >= least
}

/// Shannon's entropy of the characters of a text.
fn bits_per_character(text: &str) -> f64 {
    let mut counts = std::collections::BTreeMap::new();
    for character in text.chars() {
        *counts.entry(character).or_insert(0u32) += 1;
    }
    let total = f64::from(counts.values().sum::<u32>());
    counts.values().map(|&count| f64::from(count) / total).map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(PATTERNS.len(), RULES.len());
    }

    #[test]
    fn entropy_grows_with_variety() {
        assert_eq!(bits_per_character("aaaa"), 0.0);
        assert_eq!(bits_per_character("abab"), 1.0);
        assert_eq!(bits_per_character("abcd"), 2.0);
    }
}
