//! What a browser calls itself, for people.

/// Browser and system of a `User-Agent` header, such as `Firefox 128 on Linux`; what is not recognised stays as it is,
/// cut to 80 characters.
pub fn browser_of(user_agent: &str) -> String {
    let Some(browser) = browser(user_agent) else {
        return user_agent.chars().take(80).collect();
    };
    match system(user_agent) {
        Some(system) => format!("{browser} on {system}"),
        None => browser,
    }
}

fn browser(user_agent: &str) -> Option<String> {
    // The more special ones first: they call themselves by the others' names too.
    const NAMES: [(&str, &str); 7] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Version/", "Safari"),
    ];
    let (mark, name) = NAMES.into_iter().find(|(mark, _)| user_agent.contains(mark))?;
    let (_, version) = user_agent.split_once(mark)?;
    let version: String = version.chars().take_while(char::is_ascii_digit).collect();
    Some(if version.is_empty() { name.to_owned() } else { format!("{name} {version}") })
}

fn system(user_agent: &str) -> Option<&'static str> {
    const NAMES: [(&str, &str); 7] = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Macintosh", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ];
    NAMES.into_iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::browser_of;
    use test_case::test_case;

    #[test_case(
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        "Firefox 128 on Linux"
    )]
    #[test_case(
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
        "Chrome 126 on Linux"
    )]
    #[test_case(
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36 Edg/126.0",
        "Edge 126 on Windows"
    )]
    #[test_case(
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
        "Safari 17 on iPhone"
    )]
    #[test_case("curl/8.5.0", "curl/8.5.0"; "what is no browser")]
    fn a_browser_is_named_for_people(user_agent: &str, expected: &str) {
        assert_eq!(browser_of(user_agent), expected);
    }

    #[test]
    fn a_long_name_is_cut() {
        assert_eq!(browser_of(&"ä".repeat(500)).chars().count(), 80);
    }
}
