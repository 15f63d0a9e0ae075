//! Addresses of pages with their queries.

use std::fmt::Write as _;

/// `path` with these pairs as its query. Pairs without a value are left out: an address holds no defaults.
pub fn address<'p>(path: &str, pairs: impl IntoIterator<Item = (&'p str, String)>) -> String {
    let mut address = path.to_owned();
    let mut separator = '?';
    for (name, value) in pairs {
        if !value.is_empty() {
            address.push(separator);
            escape_into(&mut address, name);
            address.push('=');
            escape_into(&mut address, &value);
            separator = '&';
        }
    }
    address
}

fn escape_into(address: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                address.push(char::from(byte))
            }
            other => {
                // Writing to a string cannot fail.
                let _ = write!(address, "%{other:02X}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn a_query_is_escaped_and_holds_no_empty_values() {
        let pairs = [("q", "a&b=ä 100%".to_owned()), ("none", String::new()), ("input.x", "1".to_owned())];
        assert_eq!(address("/workflows", pairs), "/workflows?q=a%26b%3D%C3%A4%20100%25&input.x=1");
        assert_eq!(address("/projects", []), "/projects");
    }
}
