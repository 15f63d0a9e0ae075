//! Argument lists, typed as one line.

/// Splits a line into arguments as a POSIX shell does: blanks separate, quotes and backslashes keep together.
/// Nothing is expanded. An unfinished quote or backslash is an error.
pub fn split(line: &str) -> Result<Vec<String>, &'static str> {
    let mut arguments = Vec::new();
    let mut current: Option<String> = None;
    let mut quote = None;
    let mut characters = line.chars();
    while let Some(c) = characters.next() {
        match (quote, c) {
            (Some(end), c) if c == end => quote = None,
            (Some('"'), '\\') => {
                let next = characters.next().ok_or("A quotation mark is not closed.")?;
                if !matches!(next, '"' | '\\' | '$' | '`') {
                    current.get_or_insert_default().push('\\');
                }
                current.get_or_insert_default().push(next);
            }
            (None, '\\') => {
                let next = characters.next().ok_or("The line ends in a backslash.")?;
                current.get_or_insert_default().push(next);
            }
            (None, '\'' | '"') => {
                quote = Some(c);
                current.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => arguments.extend(current.take()),
            (_, c) => current.get_or_insert_default().push(c),
        }
    }
    if quote.is_some() {
        return Err("A quotation mark is not closed.");
    }
    arguments.extend(current);
    Ok(arguments)
}

/// The line that [`split`] reads as these arguments.
pub fn unsplit(arguments: &[String]) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./=:,@%+".contains(c);
    let word = |argument: &String| {
        if !argument.is_empty() && argument.chars().all(is_plain) {
            argument.clone()
        } else {
            format!("'{}'", argument.replace('\'', r"'\''"))
        }
    };
    arguments.iter().map(word).collect::<Vec<_>>().join(" ")
}
