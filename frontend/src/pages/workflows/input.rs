//! The controls that ask for inputs.

use super::control::{LabelShown, Wiring, fault, framed, grouped, hint};
use super::entry::Entry;
use super::list_input::list;
use crate::form::{Choice, Field, Kind, NOT_A_NUMBER, NumberRule, TextInput, TextRule, json_fault};
use domain::fault::pointer_token;
use leptos::{ev, prelude::*};
use std::time::Duration;
use wasm_bindgen::JsValue;

/// Up to this many choices are shown all at once.
const MOST_RADIOS: usize = 5;

/// The controls for one field.
pub fn input(field: &Field, entry: &Entry, wiring: Wiring) -> AnyView {
    match (&field.kind, entry) {
        (Kind::Constant(value), _) => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            framed(field, wiring, view! { <output id=wiring.id() class="mono">{text}</output> }.into_any())
        }
        (Kind::Object(_), Entry::Fields(entries)) => grouped(field, wiring, fields(field, entries, wiring)),
        (Kind::List(rule), Entry::Rows(rows)) => grouped(field, wiring, list(rule, rows.clone(), wiring)),
        (Kind::Text(rule), Entry::Text(text)) => text_input(field, rule, text.clone(), wiring),
        (Kind::Number(rule), Entry::Text(text)) => number(field, rule, text.clone(), wiring),
        (Kind::Flag, Entry::Text(text)) if field.is_tick() => tick(field, text.clone(), wiring),
        (Kind::Flag, Entry::Text(text)) => {
            let options =
                [("true", "Yes"), ("false", "No")].map(|(value, label)| (value.to_owned(), label.to_owned()));
            select(field, &options, text.clone(), wiring)
        }
        (Kind::Choice(choices), Entry::Text(text)) => choice(field, choices, text.clone(), wiring),
        (Kind::Json, Entry::Text(text)) => json(field, text.clone(), wiring),
        // Entries are made of the same fields: the shapes always fit.
        (_, Entry::Text(_) | Entry::Fields(_) | Entry::Rows(_)) => ().into_any(),
    }
}

/// The controls for the fields of an object, one after the other.
pub fn fields(object: &Field, entries: &[Entry], wiring: Wiring) -> AnyView {
    let control = |(field, entry): (&Field, &Entry)| {
        let token = pointer_token(&field.name);
        let pointer = Signal::derive(move || format!("{}/{token}", wiring.pointer.get()));
        let label = Signal::stored(field.label.clone());
        input(field, entry, wiring.inner(pointer, label, LabelShown::Shown))
    };
    object.fields().iter().zip(entries).map(control).collect_view().into_any()
}

fn text_input(field: &Field, rule: &TextRule, text: ArcRwSignal<String>, wiring: Wiring) -> AnyView {
    let initial = text.get_untracked();
    let typed = move |event: ev::Event| text.set(event_target_value(&event));
    if rule.input == TextInput::Lines {
        return framed(
            field,
            wiring,
            view! {
                <textarea
                    id=wiring.id() rows="4" aria-describedby=wiring.described() aria-invalid=wiring.invalid()
                    aria-required=field.required.to_string() prop:value=initial on:input=typed
                ></textarea>
            }
            .into_any(),
        );
    }
    let kind = match rule.input {
        TextInput::Line | TextInput::Lines => "text",
        TextInput::Password => "password",
        TextInput::Date => "date",
        TextInput::DateTime => "datetime-local",
        TextInput::Email => "email",
        TextInput::Uri => "url",
    };
    let is_short = matches!(rule.input, TextInput::Date | TextInput::DateTime);
    let complete = if rule.input == TextInput::Password { "new-password" } else { "off" };
    framed(
        field,
        wiring,
        view! {
            <input
                id=wiring.id() type=kind autocomplete=complete step=(rule.input == TextInput::DateTime).then_some("1")
                aria-describedby=wiring.described() aria-invalid=wiring.invalid()
                aria-required=field.required.to_string() class:short=is_short prop:value=initial on:input=typed
            />
        }
        .into_any(),
    )
}

fn number(field: &Field, rule: &NumberRule, text: ArcRwSignal<String>, wiring: Wiring) -> AnyView {
    let initial = text.get_untracked();
    let typed = move |event: ev::Event| {
        text.set(if is_no_number(&event) { NOT_A_NUMBER.to_owned() } else { event_target_value(&event) });
    };
    let bound = |bound: &Option<crate::form::Bound>| {
        bound.as_ref().filter(|bound| bound.closed).map(|bound| bound.at.to_string())
    };
    let usual = if rule.whole { "1" } else { "any" };
    let step = rule.multiple_of.as_ref().map_or_else(|| usual.to_owned(), ToString::to_string);
    framed(
        field,
        wiring,
        view! {
            <input
                id=wiring.id() type="number" class="short" autocomplete="off" min=bound(&rule.min) max=bound(&rule.max)
                step=step aria-describedby=wiring.described() aria-invalid=wiring.invalid()
                aria-required=field.required.to_string() prop:value=initial on:input=typed
            />
        }
        .into_any(),
    )
}

/// Whether the browser shows a text that is no number, which it says to nobody.
fn is_no_number(event: &ev::Event) -> bool {
    let property = |object: &JsValue, name: &str| js_sys::Reflect::get(object, &name.into()).ok();
    let target = event.target().map(JsValue::from);
    let validity = target.and_then(|target| property(&target, "validity"));
    validity.and_then(|validity| property(&validity, "badInput")).is_some_and(|bad| bad.is_truthy())
}

fn tick(field: &Field, text: ArcRwSignal<String>, wiring: Wiring) -> AnyView {
    let initial = text.get_untracked() == "true";
    let changed = move |event: ev::Event| text.set(event_target_checked(&event).to_string());
    view! {
        <div class="field" data-invalid=wiring.invalid()>
            <label class="choice">
                <input
                    type="checkbox" id=wiring.id() aria-describedby=wiring.described() aria-invalid=wiring.invalid()
                    prop:checked=initial on:change=changed
                />
                {wiring.label}
            </label>
            {hint(field, wiring)}
            {fault(wiring)}
        </div>
    }
    .into_any()
}

fn choice(field: &Field, choices: &[Choice], text: ArcRwSignal<String>, wiring: Wiring) -> AnyView {
    let options: Vec<(String, String)> =
        choices.iter().enumerate().map(|(place, choice)| (place.to_string(), choice.label.clone())).collect();
    if options.len() > MOST_RADIOS {
        return select(field, &options, text, wiring);
    }
    let unset = (!field.required).then(|| (String::new(), "Not set".to_owned()));
    let radio = |(value, label): (String, String)| {
        let initial = text.get_untracked() == value;
        let text = text.clone();
        view! {
            <label class="choice">
                <input type="radio" name=wiring.id() prop:checked=initial on:change=move |_| text.set(value.clone()) />
                {label}
            </label>
        }
    };
    let radios = options.into_iter().chain(unset).map(radio).collect_view();
    grouped(field, wiring, view! { <div class="choices-row">{radios}</div> }.into_any())
}

fn select(field: &Field, options: &[(String, String)], text: ArcRwSignal<String>, wiring: Wiring) -> AnyView {
    let initial = text.get_untracked();
    let chosen = move |event: ev::Event| text.set(event_target_value(&event));
    let none = if field.required { "Choose…" } else { "Not set" };
    let option = |(value, label): &(String, String)| {
        view! { <option value=value.clone() selected=*value == initial>{label.clone()}</option> }
    };
    framed(
        field,
        wiring,
        view! {
            <select
                id=wiring.id() aria-describedby=wiring.described() aria-invalid=wiring.invalid()
                aria-required=field.required.to_string() on:change=chosen
            >
                <option value="" selected=initial.is_empty()>{none}</option>
                {options.iter().map(option).collect_view()}
            </select>
        }
        .into_any(),
    )
}

/// JSON, typed in; its syntax is checked as soon as it is left.
fn json(field: &Field, text: ArcRwSignal<String>, wiring: Wiring) -> AnyView {
    let initial = text.get_untracked();
    let syntax = RwSignal::new(None::<String>);
    let left = {
        let text = text.clone();
        move |_: ev::FocusEvent| {
            let text = text.clone();
            // A press that left it ends first: what is pressed must not move.
            set_timeout(
                move || {
                    syntax.try_set(json_fault(&text.get_untracked()));
                },
                Duration::from_millis(300),
            );
        }
    };
    let typed = move |event: ev::Event| text.set(event_target_value(&event));
    // Once the form was checked, its own mark says the same.
    let said = move || syntax.get().filter(|_| wiring.fault().get().is_none());
    let invalid = move || (syntax.get().is_some() || wiring.fault().get().is_some()).to_string();
    framed(
        field,
        wiring,
        view! {
            <textarea
                id=wiring.id() class="mono" rows="5" spellcheck="false" autocomplete="off" placeholder="{ }"
                aria-describedby=wiring.described() aria-invalid=invalid aria-required=field.required.to_string()
                prop:value=initial on:input=typed on:blur=left
            ></textarea>
            <p class="fault" aria-live="polite">{said}</p>
        }
        .into_any(),
    )
}
