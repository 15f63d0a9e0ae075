//! What a person has written and marked, kept while the tab is open.

use domain::ApprovalId;
use leptos::prelude::window;

/// The rationale being written for this gate.
pub fn rationale(approval: ApprovalId) -> String {
    read(&format!("jido.rationale.{approval}")).unwrap_or_default()
}

pub fn keep_rationale(approval: ApprovalId, text: &str) {
    keep(&format!("jido.rationale.{approval}"), (!text.is_empty()).then_some(text));
}

/// The files of this patch that were marked as viewed.
pub fn viewed(patch_sha256: &str) -> Vec<String> {
    read(&format!("jido.viewed.{patch_sha256}"))
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default()
}

pub fn keep_viewed(patch_sha256: &str, paths: &[String]) {
    let text = serde_json::to_string(paths).unwrap_or_default();
    keep(&format!("jido.viewed.{patch_sha256}"), (!paths.is_empty()).then_some(&text));
}

fn read(key: &str) -> Option<String> {
    window().session_storage().ok()??.get_item(key).ok()?
}

/// Storage may be forbidden or full: then the draft lasts as long as the page.
fn keep(key: &str, value: Option<&str>) {
    if let Ok(Some(storage)) = window().session_storage() {
        let _ = match value {
            Some(value) => storage.set_item(key, value),
            None => storage.remove_item(key),
        };
    }
}
