//! A labelled control with its hint and its fault.

use leptos::prelude::*;

/// Label, hint and fault around a control. The control carries `id`, `aria-describedby="<id>-hint <id>-fault"` and
/// `aria-invalid` itself.
#[component]
pub fn Field(
    #[prop(into)] id: String,
    #[prop(into)] label: String,
    #[prop(optional)] required: bool,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] fault: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    let hint_id = format!("{id}-hint");
    let fault_id = format!("{id}-fault");
    view! {
        <div class="field" data-invalid=move || fault.get().is_some().to_string()>
            <label for=id>
                {label}
                {required.then(|| view! { <span class="required">" required"</span> })}
            </label>
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
            {children()}
            <p class="fault" id=fault_id>{fault}</p>
        </div>
    }
}
