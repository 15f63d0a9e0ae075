//! Keys that act on the page.

use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

/// Whether this key belongs to what the person is doing: writing into a field, or using the browser.
pub fn is_typing(event: &KeyboardEvent) -> bool {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
        return true;
    }
    let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
    target.is_some_and(|element| takes_text(&element.tag_name()) || element.is_content_editable())
}

/// Whether keys pressed in such an element are text or choices for it.
fn takes_text(tag_name: &str) -> bool {
    ["input", "textarea", "select"].iter().any(|tag| tag.eq_ignore_ascii_case(tag_name))
}

#[cfg(test)]
mod tests {
    use super::takes_text;

    #[test]
    fn fields_take_text() {
        assert_eq!(["TEXTAREA", "input", "BUTTON", "BODY"].map(takes_text), [true, true, false, false]);
    }
}
