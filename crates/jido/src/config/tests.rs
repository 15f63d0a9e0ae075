use super::*;
use test_case::test_case;

fn parse(text: &str) -> Result<FileConfig, Vec<String>> {
    FileConfig::parse(text, &Base::of_file(Path::new("/etc/jido/jido.toml")))
}

#[test]
fn an_empty_file_means_the_defaults() {
    assert_eq!(parse("").unwrap(), FileConfig::default());
    assert_eq!(FileConfig::load(None).unwrap(), FileConfig::default());
}

#[test]
fn every_setting_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    std::fs::write(&key, "").unwrap();
    let text = format!(
        r#"
        [agents.claude]
        argv = ["claude", "-p"]
        env_from = ["ANTHROPIC_API_KEY"]
        timeout_seconds = 1800
        readable = ["tools"]
        writable = ["/var/lib/claude"]

        [credentials.github]
        kind = "token"
        username = "x-access-token"
        token_file = "{key}"

        [credentials.deploy]
        kind = "ssh_key"
        key_file = "{key}"
        known_hosts_file = "{key}"

        [limits]
        log_bytes = 1000
        workspace_bytes = 2000
        diff_lines = 30
        file_bytes = 4000
        processes = 50
        open_files = 60

        [steps]
        env = ["HTTPS_PROXY"]
        readable = ["/opt/tools"]
        writable = ["/var/cache/tools"]
        max_live = 7
        lease_seconds = 8
        "#,
        key = key.display()
    );
    let config = parse(&text).unwrap();
    let agent = &config.agents["claude"];
    assert_eq!(agent.argv, ["claude", "-p"]);
    assert_eq!(agent.timeout_seconds, Some(1800));
    assert_eq!(agent.readable, [PathBuf::from("/etc/jido/tools")]);
    assert_eq!(config.secret_files(), [key.clone(), key]);
    assert_eq!((config.limits.log_bytes, config.limits.open_files), (1000, 60));
    assert_eq!((config.steps.max_live, config.steps.lease_seconds), (7, 8));
}

#[test_case("[agent.x]\nargv = ['x']", "agent: there is no such setting; known here: agents,"; "a section")]
#[test_case("[agents.x]\nargv = ['x']\narg = 1", "agents.x.arg: there is no such setting; known here: argv,"; "a key of an agent")]
#[test_case("[limits]\nlog_byte = 1", "limits.log_byte: there is no such setting; known here: log_bytes,"; "a limit")]
#[test_case("[steps]\nlease = 1", "steps.lease: there is no such setting; known here: env,"; "a key of steps")]
#[test_case("[credentials.x]\nkind = 'token'\nusername = 'u'\ntoken_file = '/etc/hostname'\npassword = 'p'", "credentials.x.password: there is no such setting"; "a key of a credential")]
#[test_case("[credentials.x]\nkind = 'password'", "credentials.x.kind: unknown variant `password`"; "a kind of credential")]
#[test_case("[credentials.x]\nkind = 'ssh_key'\nkey_file = '/nowhere/key'", "credentials.x.key_file: there is no file /nowhere/key"; "a file that is missing")]
#[test_case("[agents.x]", "agents.x: missing field `argv`"; "an agent without a command line")]
#[test_case("[agents.x]\nargv = []", "agents.x.argv: names no program"; "an empty command line")]
#[test_case("[agents.x]\nargv = 'x -p'", "agents.x.argv: invalid type: string"; "a command line that is no list")]
#[test_case("[agents.x]\nargv = ['x']\nenv_from = ['JIDO_DATABASE']", "agents.x.env_from: JIDO_DATABASE is the server's own"; "the server's own variable")]
#[test_case("agents = 1", "agents: must be tables"; "agents that are no table")]
#[test_case("[steps]\nmax_live = 0", "steps.max_live: must be at least 1"; "no step at all")]
#[test_case("[steps]\nmax_live = -1", "steps.max_live: invalid value"; "a negative number")]
#[test_case("[steps]\nlease_seconds = 1", "steps.lease_seconds: must be at least 3"; "a lease that is too short")]
#[test_case("[steps", "TOML parse error at line 1"; "no TOML")]
fn a_fault_is_named_with_its_full_path(text: &str, expected: &str) {
    let faults = parse(text).unwrap_err();
    assert!(faults[0].starts_with(expected), "{faults:#?}");
}

#[test]
fn all_faults_are_found_at_once() {
    let faults = parse("x = 1\n[agents.a]\nargv = []\n[agents.b]\n[steps]\nmax_live = 0\nlease_seconds = 0")
        .unwrap_err();
    assert_eq!(faults.len(), 5, "{faults:#?}");
}

#[test]
fn a_file_that_is_named_must_exist() {
    assert!(matches!(FileConfig::load(Some(Path::new("/nowhere/jido.toml"))), Err(Error::NoConfig(_))));
}
