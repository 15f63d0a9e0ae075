//! One line of a log in the document.

use super::search::{Part, PartKind};
use crate::text::ansi::Style;
use leptos::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A line as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub number: usize,
    pub parts: Vec<Part>,
    pub left_out: usize,
    pub mark: Mark,
}

/// Why a line stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    None,
    /// The address names it.
    Named,
    /// The match that the search is at.
    Current,
}

impl Shown {
    /// Changes when the line must be drawn anew.
    pub fn key(&self) -> (usize, u64) {
        let mut hasher = DefaultHasher::new();
        self.mark.hash(&mut hasher);
        self.left_out.hash(&mut hasher);
        for part in &self.parts {
            part.text.hash(&mut hasher);
            (part.kind == PartKind::Match).hash(&mut hasher);
            part.style.hash(&mut hasher);
        }
        (self.number, hasher.finish())
    }
}

/// A line. Its number is drawn by the style sheet, so that it is not copied with the text.
pub fn row(shown: Shown) -> impl IntoView {
    let Shown { number, parts, left_out, mark } = shown;
    let mark = match mark {
        Mark::None => None,
        Mark::Named => Some("named"),
        Mark::Current => Some("current"),
    };
    view! {
        <div class="log-line" data-line=number data-mark=mark tabindex=mark.map(|_| "-1")>
            <span class="log-number" data-number=number></span>
            <span class="log-text">
                {parts.into_iter().map(part).collect_view()}
                {(left_out > 0).then(|| view! {
                    <span class="log-note">{format!(" … {left_out} more characters in the download")}</span>
                })}
            </span>
        </div>
    }
}

fn part(part: Part) -> AnyView {
    let Part { style, text, kind } = part;
    match kind {
        PartKind::Plain if style == Style::default() => text.into_any(),
        PartKind::Plain => styled(style, text),
        PartKind::Match => view! { <mark>{text}</mark> }.into_any(),
        PartKind::Hidden => view! { <span class="hidden-character">{text}</span> }.into_any(),
    }
}

fn styled(style: Style, text: String) -> AnyView {
    let emphasis: Vec<&str> = [
        (style.bold, "bold"),
        (style.dim, "dim"),
        (style.italic, "italic"),
        (style.underline, "underline"),
        (style.inverse, "inverse"),
        (style.strike, "strike"),
    ]
    .into_iter()
    .filter_map(|(on, name)| on.then_some(name))
    .collect();
    view! {
        <span
            data-fg=style.foreground.map(|colour| colour.number())
            data-bg=style.background.map(|colour| colour.number())
            data-style=(!emphasis.is_empty()).then(|| emphasis.join(" "))
        >
            {text}
        </span>
    }
    .into_any()
}
