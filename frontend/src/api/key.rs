//! Idempotency keys.

use wasm_bindgen::JsValue;

/// Names one intention of a person: sent again with the same key, a request is done once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// A key that nobody used before: 128 random bits in hexadecimal.
    pub fn new() -> Self {
        let mut bytes = [0_u8; 16];
        // Unlike `randomUUID` this also exists where the page came over plain HTTP.
        let filled = leptos::prelude::window()
            .crypto()
            .and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes));
        if let Err(error) = filled {
            log(&error);
        }
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn log(error: &JsValue) {
    web_sys::console::error_2(&"no random values".into(), error);
}
