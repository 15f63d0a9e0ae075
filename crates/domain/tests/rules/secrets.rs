use domain::risk::find_secrets;
use test_case::test_case;

/// Characters that look random, `length` of them. Tokens are put together here so that no scanner meets a whole one.
fn random(length: usize) -> String {
    "q7Rz2Lk9Vw4Xc8Tn3Bm6Hp5Jd1Fs0GyUaEoIiKtNb".chars().cycle().take(length).collect()
}

fn found(path: &str, line: &str) -> Vec<(&'static str, u64)> {
    let patch = format!(
        "diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -6,2 +6,2 @@\n context\n-old\n+{line}\n"
    );
    find_secrets(&patch)
        .into_iter()
        .inspect(|found| assert_eq!(found.path, path))
        .map(|found| (found.rule, found.line))
        .collect()
}

#[test_case("private_key", format!("-----BEGIN RSA {} KEY-----", "PRIVATE"))]
#[test_case("private_key", format!("-----BEGIN OPENSSH {} KEY-----", "PRIVATE"); "an ssh key")]
#[test_case("aws_access_key", format!("id = AKIA{}", "QZ7RWX3VKJ2LMN5P"))]
#[test_case("aws_secret_key", format!("aws_secret_access_key = {}", random(40)))]
#[test_case("github_token", format!("x ghp_{}", random(36)))]
#[test_case("github_token", format!("github_pat_{}", random(70)); "a fine grained token")]
#[test_case("gitlab_token", format!("glpat-{}", random(20)))]
#[test_case("slack_token", format!("xoxb-{}", random(24)))]
#[test_case("anthropic_key", format!("sk-ant-api03-{}", random(40)))]
#[test_case("openai_key", format!("sk-proj-{}", random(48)))]
#[test_case("stripe_key", format!("sk_live_{}", random(24)))]
#[test_case("google_api_key", format!("AIza{}", random(35)))]
#[test_case("npm_token", format!("npm_{}", random(36)))]
#[test_case("huggingface_token", format!("hf_{}", random(36)))]
#[test_case("json_web_token", format!("eyJ{}.eyJ{}.{}", random(20), random(30), random(20)))]
#[test_case("url_password", format!("postgres://app:{}@db/x", random(16)))]
#[test_case("generic_secret", format!("password = \"{}\"", random(16)))]
#[test_case("generic_secret", format!("  \"api_key\": \"{}\",", random(16)); "as JSON")]
#[test_case("generic_secret", format!("DB_PASSWORD={}", random(16)); "as environment")]
fn secrets_are_found(rule: &str, line: String) {
    assert_eq!(found("src/config", &line), [(rule, 7)]);
}

#[test_case("let password = read_password();"; "a call")]
#[test_case("password = \"changeme-please-now\""; "a placeholder")]
#[test_case("password: \"${DB_PASSWORD}\""; "a variable")]
#[test_case("token = \"aaaaaaaaaaaaaaaa\""; "no variety")]
#[test_case("postgres://user:password@localhost/x"; "a well known word has little variety")]
#[test_case("AWS_KEY=AKIAIOSFODNN7EXAMPLE"; "the documentation's own key")]
#[test_case("class=\"sk-loading-indicator-with-a-long-name\""; "a style name")]
#[test_case("-----BEGIN PUBLIC KEY-----"; "a public key")]
#[test_case("let token = tokens.next();"; "a token of a parser")]
#[test_case("sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"; "a digest")]
fn harmless_lines_are_left_alone(line: &str) {
    assert_eq!(found("src/config", line), []);
}

#[test]
fn only_added_lines_are_searched_and_counted_in_the_new_file() {
    let token = format!("ghp_{}", random(36));
    let patch = format!(
        "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,3 +1,4 @@\n {token}\n-{token}\n+fine\n+{token}\n last\n"
    );
    let found = find_secrets(&patch);
    assert_eq!(found.iter().map(|found| found.line).collect::<Vec<_>>(), [3]);
}

#[test]
fn a_finding_never_holds_the_secret() {
    let secret = random(36);
    let patch = format!("--- a/x\n+++ b/x\n@@ -0,0 +1 @@\n+ghp_{secret}\n");
    let found = find_secrets(&patch);
    assert_eq!(found.len(), 1);
    assert!(!format!("{found:?}").contains(&secret[..8]));
}
