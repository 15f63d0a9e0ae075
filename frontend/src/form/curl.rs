//! A request as a command.

use super::field::{Field, Kind};
use domain::ProjectId;
use serde_json::{Map, Value};
use wire::StartRunRequest;

/// The command that starts this run from a shell. The token is read from `JIDO_TOKEN`, the project, where none is
/// chosen, from `JIDO_PROJECT`; secret inputs are replaced by what says so.
pub fn start_run_by_curl(
    origin: &str,
    project: Option<ProjectId>,
    request: &StartRunRequest,
    form: &Field,
) -> String {
    let mut request = request.clone();
    hide_secrets(form.fields(), &mut request.inputs);
    let mut body = serde_json::to_value(&request).unwrap_or_default();
    if let Some(members) = body.as_object_mut() {
        members.retain(|_, value| !value.is_null() && *value != Value::Object(Map::new()));
    }
    let body = serde_json::to_string_pretty(&body).unwrap_or_default();
    let path = "/api/v1/projects/";
    let url = match project {
        Some(project) => quoted(&format!("{origin}{path}{project}/runs")),
        None => format!("{}\"$JIDO_PROJECT\"/runs", quoted(&format!("{origin}{path}"))),
    };
    format!(
        "curl --fail-with-body {url} \\\n  --header \"Authorization: Bearer $JIDO_TOKEN\" \\\n  \
         --header 'Content-Type: application/json' \\\n  --data-raw {}",
        quoted(&body)
    )
}

fn hide_secrets(fields: &[Field], values: &mut Map<String, Value>) {
    for field in fields {
        let Some(value) = values.get_mut(&field.name) else { continue };
        if field.secret {
            *value = Value::String(format!("<{}>", field.name));
            continue;
        }
        match (&field.kind, value) {
            (Kind::Object(fields), Value::Object(members)) => hide_secrets(fields, members),
            (Kind::List(rule), Value::Array(items)) => {
                for item in items {
                    if rule.item.secret {
                        *item = Value::String("<secret>".to_owned());
                    } else if let Value::Object(members) = item {
                        hide_secrets(rule.item.fields(), members);
                    }
                }
            }
            (_, _) => {}
        }
    }
}

/// One word of a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}
