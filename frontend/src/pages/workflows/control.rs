//! What every control of the form has: an id, a label, a hint and a fault.

use crate::form::{Field, Marks, element_id};
use leptos::prelude::*;

/// How a control is known.
#[derive(Clone, Copy)]
pub struct Wiring {
    /// Where its value is in the request; entries of a list move.
    pub pointer: Signal<String>,
    pub label: Signal<String>,
    pub shown: LabelShown,
    marks: Memo<Marks>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum LabelShown {
    Shown,
    /// For screen readers alone: what is around it says the rest.
    Hidden,
}

impl Wiring {
    pub fn new(
        pointer: Signal<String>,
        label: Signal<String>,
        shown: LabelShown,
        marks: Memo<Marks>,
    ) -> Self {
        Self { pointer, label, shown, marks }
    }

    /// The wiring of something inside.
    pub fn inner(self, pointer: Signal<String>, label: Signal<String>, shown: LabelShown) -> Self {
        Self { pointer, label, shown, ..self }
    }

    pub fn id(self) -> Signal<String> {
        Signal::derive(move || element_id(&self.pointer.get()))
    }

    pub fn fault(self) -> Signal<Option<String>> {
        Signal::derive(move || {
            let pointer = self.pointer.get();
            self.marks.with(|marks| marks.at.get(&pointer).cloned())
        })
    }

    pub fn invalid(self) -> Signal<String> {
        let fault = self.fault();
        Signal::derive(move || fault.get().is_some().to_string())
    }

    pub fn described(self) -> Signal<String> {
        let id = self.id();
        Signal::derive(move || {
            let id = id.get();
            format!("{id}-hint {id}-fault")
        })
    }
}

/// A labelled control with its hint and fault.
pub fn framed(field: &Field, wiring: Wiring, control: AnyView) -> AnyView {
    let id = wiring.id();
    let class = if wiring.shown == LabelShown::Hidden { "visually-hidden" } else { "label" };
    view! {
        <div class="field" data-invalid=wiring.invalid()>
            <label class=class for=id>{wiring.label}{required(field)}</label>
            {hint(field, wiring)}
            {control}
            {fault(wiring)}
        </div>
    }
    .into_any()
}

/// Several controls under one label. The group itself takes the focus when a fault is about the whole.
pub fn grouped(field: &Field, wiring: Wiring, controls: AnyView) -> AnyView {
    view! {
        <fieldset class="group" id=wiring.id() tabindex="-1" aria-describedby=wiring.described() data-invalid=wiring.invalid()>
            <legend>{wiring.label}{required(field)}</legend>
            {hint(field, wiring)}
            {controls}
            {fault(wiring)}
        </fieldset>
    }
    .into_any()
}

pub fn hint(field: &Field, wiring: Wiring) -> impl IntoView + use<> {
    let id = wiring.id();
    let class = if wiring.shown == LabelShown::Hidden { "visually-hidden" } else { "hint" };
    field.hint.clone().map(|text| view! { <p class=class id=move || format!("{}-hint", id.get())>{text}</p> })
}

pub fn fault(wiring: Wiring) -> impl IntoView {
    let id = wiring.id();
    view! { <p class="fault" id=move || format!("{}-fault", id.get())>{wiring.fault()}</p> }
}

fn required(field: &Field) -> impl IntoView + use<> {
    field.required.then(|| view! { <span class="required">" required"</span> })
}
