//! Asking the person at the terminal.

use crate::error::Error;
use std::io::{BufRead, IsTerminal, Read, Write};

/// Whether somebody can be asked.
pub fn is_possible() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks a question that only `y` or `yes` affirms.
pub fn confirm(question: &str) -> Result<bool, Error> {
    let mut terminal = std::io::stderr().lock();
    // Whoever cannot be asked does not say yes.
    let _ = write!(terminal, "{question} [y/N] ").and_then(|()| terminal.flush());
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer).map_err(Error::io("read", "the terminal"))?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Reads a secret: from the terminal without showing it, or else the first line of standard input.
pub fn secret(question: &str) -> Result<String, Error> {
    if !is_possible() {
        return piped_secret();
    }
    let text = rpassword::prompt_password(question).map_err(Error::io("read", "the terminal"))?;
    Ok(text.trim().to_owned())
}

/// Reads a secret from the first line of standard input.
pub fn piped_secret() -> Result<String, Error> {
    let mut text = String::new();
    let standard_input = std::io::stdin().lock();
    standard_input.take(4096).read_line(&mut text).map_err(Error::io("read", "standard input"))?;
    Ok(text.trim().to_owned())
}
