//! A log that is open: its lines, what of them is seen, and how the reader moves through them.

mod matches;

use super::buffer::Buffer;
use super::lines::Lines;
use super::row::{Mark, Shown};
use super::search::{Search, parts};
use super::window;
use leptos::{html, prelude::*};
use std::ops::Range;
use web_sys::HtmlElement;

/// A log that is open.
#[derive(Clone, Copy)]
pub struct OpenLog {
    buffer: StoredValue<Buffer>,
    /// Rises once a frame while text comes.
    pub version: RwSignal<u32>,
    is_due: StoredValue<bool>,
    pub scroller: NodeRef<html::Div>,
    top: RwSignal<f64>,
    /// Where to scroll with the next frame, once the lines are in the document.
    goal: StoredValue<Option<f64>>,
    height: RwSignal<f64>,
    pub wraps: RwSignal<bool>,
    /// The reader stays at the end while text comes.
    pub follows: RwSignal<bool>,
    /// How many lines there were when the reader was at the end last.
    seen: RwSignal<usize>,
    /// What is searched for.
    pub wanted: RwSignal<String>,
    search: StoredValue<Search>,
    /// The line of the match that the search is at.
    pub current: RwSignal<Option<usize>>,
    /// The lines that the address names.
    pub named: Memo<Option<Lines>>,
    /// The named lines that were shown, or were picked where they stand.
    pub shown: StoredValue<Option<Lines>>,
}

impl OpenLog {
    pub fn new(named: Memo<Option<Lines>>) -> Self {
        Self {
            buffer: StoredValue::new(Buffer::new()),
            version: RwSignal::new(0),
            is_due: StoredValue::new(false),
            scroller: NodeRef::new(),
            top: RwSignal::new(0.0),
            goal: StoredValue::new(None),
            height: RwSignal::new(400.0),
            wraps: RwSignal::new(false),
            follows: RwSignal::new(false),
            seen: RwSignal::new(0),
            wanted: RwSignal::new(String::new()),
            search: StoredValue::new(Search::default()),
            current: RwSignal::new(None),
            named,
            shown: StoredValue::new(None),
        }
    }

    /// Takes text in; it is shown with the next frame.
    pub fn push(self, text: &str) {
        let cut = self.buffer.with_value(Buffer::cut);
        self.buffer.update_value(|buffer| buffer.push(text));
        if self.is_due.get_value() {
            return;
        }
        self.is_due.set_value(true);
        request_animation_frame(move || {
            // The log may have been closed before the frame came.
            if self.is_due.try_set_value(false).is_none() {
                self.commit(cut);
            }
        });
    }

    fn commit(self, cut_before: usize) {
        self.update_search();
        let cut = self.buffer.with_value(Buffer::cut);
        self.version.update(|version| *version = version.wrapping_add(1));
        if self.follows.get_untracked() {
            self.seen.set(self.total());
        } else if cut > cut_before {
            // The lines move up; the reader stays at the same one.
            self.move_up((cut - cut_before) as f64 * window::ROW);
        }
    }

    fn update_search(self) {
        self.search.update_value(|search| self.buffer.with_value(|buffer| search.update(buffer)));
    }

    pub fn total(self) -> usize {
        self.buffer.with_value(Buffer::total)
    }

    pub fn cut(self) -> usize {
        self.buffer.with_value(Buffer::cut)
    }

    /// How many lines came since the reader left the end.
    pub fn unseen(self) -> usize {
        self.version.track();
        self.total().saturating_sub(self.seen.get())
    }

    /// The indices of the lines in the document, counted from the first that is kept.
    fn range(self) -> Range<usize> {
        self.version.track();
        let kept = self.buffer.with_value(Buffer::kept);
        if !self.wraps.get() {
            return window::rows(self.top.get(), self.height.get(), kept);
        }
        let wanted = self.current.get().or_else(|| self.named.get().map(|lines| lines.first));
        let cut = self.cut();
        let anchor = wanted.filter(|_| !self.follows.get()).and_then(|number| number.checked_sub(cut + 1));
        window::wrapped(kept, anchor)
    }

    /// The lines in the document.
    pub fn rows(self) -> Vec<Shown> {
        let (wanted, named, current) = (self.wanted.get(), self.named.get(), self.current.get());
        let range = self.range();
        self.buffer.with_value(|buffer| {
            let show = |index: usize| {
                let number = buffer.cut() + index + 1;
                let line = buffer.line(number)?;
                let mark = match (current == Some(number), named.is_some_and(|lines| lines.contains(number)))
                {
                    (true, _) => Mark::Current,
                    (false, true) => Mark::Named,
                    (false, false) => Mark::None,
                };
                Some(Shown { number, parts: parts(line, &wanted), left_out: line.left_out, mark })
            };
            range.filter_map(show).collect()
        })
    }

    /// The height of all lines and the offset of the first in the document, as CSS; none where lines wrap.
    pub fn geometry(self) -> (Option<String>, Option<String>) {
        if self.wraps.get() {
            return (None, None);
        }
        let start = self.range().start;
        let kept = self.buffer.with_value(Buffer::kept);
        let pixels = |rows: usize| Some(format!("{}px", rows as f64 * window::ROW));
        (pixels(kept), pixels(start))
    }

    /// Scrolls so that the line is in the middle; the reader follows no more.
    pub fn show_line(self, number: usize) {
        self.follows.set(false);
        self.seen.set(self.total());
        let Some(index) = number.checked_sub(self.cut() + 1) else { return };
        if self.wraps.get_untracked() {
            request_animation_frame(move || {
                if let Some(line) = self.element_of(number) {
                    line.scroll_into_view_with_bool(false);
                }
            });
        } else {
            self.scroll_to(window::centred(index, self.height.get_untracked()));
        }
    }

    /// Gives the line the focus, once it is in the document.
    pub fn focus_line(self, number: usize) {
        request_animation_frame(move || {
            request_animation_frame(move || {
                let Some(line) = self.element_of(number) else { return };
                let options = web_sys::FocusOptions::new();
                options.set_prevent_scroll(true);
                // A line that is not in the document any more takes no focus; nothing is lost.
                let _ = line.focus_with_options(&options);
                if let Some(scroller) = self.scroller.get_untracked() {
                    scroller.scroll_into_view_with_bool(false);
                }
            });
        });
    }

    fn element_of(self, number: usize) -> Option<HtmlElement> {
        use wasm_bindgen::JsCast;
        let scroller = self.scroller.try_get_untracked().flatten()?;
        scroller.query_selector(&format!("[data-line='{number}']")).ok()??.dyn_into().ok()
    }

    /// Goes to the end and stays there.
    pub fn follow(self) {
        self.follows.set(true);
        self.seen.set(self.total());
        self.to_end();
    }

    /// Scrolls to the end once what came is in the document.
    pub fn to_end(self) {
        request_animation_frame(move || {
            if let Some(scroller) = self.scroller.try_get_untracked().flatten() {
                scroller.set_scroll_top(scroller.scroll_height());
                self.measure();
            }
        });
    }

    fn scroll_to(self, top: f64) {
        self.top.set(top);
        self.goal.set_value(Some(top));
        request_animation_frame(move || {
            let goal = self.goal.try_update_value(Option::take).flatten();
            if let (Some(goal), Some(scroller)) = (goal, self.scroller.try_get_untracked().flatten()) {
                scroller.set_scroll_top(goal as i32);
                self.measure();
            }
        });
    }

    /// Keeps the reader at the same lines when those before them were cut.
    fn move_up(self, pixels: f64) {
        let top = (self.top.get_untracked() - pixels).max(0.0);
        if self.goal.get_value().is_some() {
            self.goal.set_value(Some(top));
            self.top.set(top);
        } else if let Some(scroller) = self.scroller.get_untracked() {
            scroller.set_scroll_top(top as i32);
            self.measure();
        }
    }

    /// Notes where the scroller is and how high.
    pub fn measure(self) {
        let Some(scroller) = self.scroller.try_get_untracked().flatten() else { return };
        let (top, height) = (f64::from(scroller.scroll_top()), f64::from(scroller.client_height()));
        let top = self.goal.get_value().unwrap_or(top);
        if (self.top.get_untracked() - top).abs() > f64::EPSILON {
            self.top.set(top);
        }
        if (self.height.get_untracked() - height).abs() > f64::EPSILON {
            self.height.set(height);
        }
    }

    /// The reader scrolled: upwards leaves the end, back at the end follows again.
    pub fn scrolled(self) {
        let before = self.top.get_untracked();
        self.measure();
        let Some(scroller) = self.scroller.get_untracked() else { return };
        let top = self.top.get_untracked();
        if window::is_at_end(top, self.height.get_untracked(), f64::from(scroller.scroll_height())) {
            self.seen.set(self.total());
            if !self.follows.get_untracked() && top > before {
                self.follows.set(true);
            }
        } else if top < before && self.follows.get_untracked() {
            self.follows.set(false);
        }
    }
}
