//! How the demo prints events and evidence.

use super::stream::Event;
use serde_json::Value;

/// The longest rendering of an event's data.
const DATA_WIDTH: usize = 70;

/// Prints the heading above the events.
pub fn event_heading() {
    println!("   {:>3}  {:<12}  {:<19}  {:<18}  data", "seq", "time (UTC)", "event", "step");
}

/// Prints one event on one line.
pub fn event(event: &Event) {
    let time = clock_time(event.body["timestamp"].as_str().unwrap_or_default());
    let step = event.body["step"].as_str().unwrap_or("-");
    let line = format!(
        "   {:>3}  {time:<12}  {:<19}  {step:<18}  {}",
        event.seq,
        event.name,
        data(&event.body["data"])
    );
    println!("{}", line.trim_end());
}

/// Prints what would ship: change, diff, tests, risks, destination, digest.
pub fn evidence(approval: &Value, diff: &str) {
    let evidence = &approval["evidence"];
    let (change, tests) = (&evidence["diff_summary"], &evidence["test_summary"]);
    println!("   change       {}", plain(&change["text"]));
    println!("   base         {}", plain(&change["base"]));
    println!("   commit       {}", plain(&change["commit"]));
    for file in list(&change["files"]) {
        let (added, deleted) = (plain(&file["additions"]), plain(&file["deletions"]));
        println!("   file         {} {} (+{added}/-{deleted})", plain(&file["status"]), plain(&file["path"]));
    }
    for line in diff.lines() {
        println!("   | {line}");
    }
    println!("   tests        {}", plain(&tests["text"]));
    println!("   fixed        {}", join(&tests["fixed"]));
    println!("   failing      {}", join(&tests["failing"]));
    let risks = list(&evidence["risk_notes"]);
    if risks.is_empty() {
        println!("   risks        none");
    }
    for risk in risks {
        println!(
            "   risk         {} {}: {}",
            plain(&risk["level"]),
            plain(&risk["code"]),
            plain(&risk["message"])
        );
    }
    let destination = &approval["destination"];
    println!("   destination  {} {}", plain(&destination["remote"]), plain(&destination["branch"]));
    println!("   digest       {}", plain(&evidence["digest"]));
}

/// A value as a person reads it: text without quotes, nothing for null.
pub fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "-".to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn join(value: &Value) -> String {
    let names: Vec<String> = list(value).iter().map(plain).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// Hours to milliseconds of an RFC 3339 instant.
fn clock_time(instant: &str) -> &str {
    let time = instant.split_once('T').map_or(instant, |(_, time)| time);
    time.get(..12).unwrap_or(time)
}

/// The scalar members of an event's data as `name=value`, cut to a readable width.
fn data(value: &Value) -> String {
    let Some(members) = value.as_object() else {
        return String::new();
    };
    let scalars =
        members.iter().filter(|(_, value)| !value.is_object() && !value.is_array() && !value.is_null());
    let text = scalars.map(|(name, value)| format!("{name}={}", plain(value))).collect::<Vec<_>>().join(" ");
    let text = text.replace('\n', " ");
    if text.chars().count() <= DATA_WIDTH {
        return text;
    }
    text.chars().take(DATA_WIDTH - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_the_time_of_day_is_printed() {
        assert_eq!(clock_time("2026-11-22T15:04:05.000123Z"), "15:04:05.000");
        assert_eq!(clock_time(""), "");
    }

    #[test]
    fn data_is_one_short_line() {
        assert_eq!(
            data(&json!({"duration_ms": 7, "reason": "a\nb", "list": [1]})),
            "duration_ms=7 reason=a b"
        );
        assert_eq!(data(&json!({"long": "x".repeat(200)})).chars().count(), DATA_WIDTH);
    }
}
