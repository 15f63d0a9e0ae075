//! The demo's configuration: the scripted agent, and how a real one is named.

use std::path::Path;
use toml::Value;

/// The name of the scripted agent.
pub const AGENT: &str = "scripted";

const TEXT: &str = include_str!("../../demo/jido.toml");

/// The configuration whose scripted agent is this program.
pub fn text(program: &Path) -> String {
    let program = Value::String(program.to_string_lossy().into_owned()).to_string();
    TEXT.replace("{program}", &program)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::FileConfig;

    fn load(text: &str) -> FileConfig {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("jido.toml");
        std::fs::write(&file, text).unwrap();
        FileConfig::load(Some(&file)).unwrap()
    }

    #[test]
    fn the_scripted_agent_is_this_program_and_may_be_read() {
        let program = Path::new("/odd \"place\"/jido");
        let agent = &load(&text(program)).agents[AGENT];
        assert_eq!(agent.argv, [program.to_str().unwrap(), "demo", "agent"]);
        assert_eq!(agent.readable, [program]);
    }

    #[test]
    fn what_is_commented_out_is_valid_once_it_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("key");
        std::fs::write(&key, "").unwrap();
        let uncommented: Vec<String> = text(Path::new("/jido"))
            .lines()
            .map(|line| {
                line.strip_prefix("#| ")
                    .unwrap_or(line)
                    .replace("/etc/jido/", &format!("{}/", folder.path().display()))
            })
            .collect();
        for name in ["github.token", "deploy_key"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let config = load(&uncommented.join("\n"));
        assert_eq!(config.agents.len(), 3);
        assert_eq!(config.credentials.len(), 2);
        assert_eq!(config.limits, engine::Limits::default(), "the limits shown are the defaults");
    }
}
