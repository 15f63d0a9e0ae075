//! Query parameters, checked as bodies are.

use super::Checked;
use super::check::schema_of;
use crate::error::{Error, Result};
use actix_web::dev::Payload;
use actix_web::web::Query;
use actix_web::{FromRequest, HttpRequest};
use domain::{Fault, FaultCode};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::future::{Ready, ready};
use std::marker::PhantomData;
use utoipa::ToSchema;
use validator::Validate;

/// Query parameters that are not yet checked: what the path names is looked up first.
#[derive(Debug)]
pub struct Params<T> {
    query: String,
    form: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned + Validate + ToSchema> Params<T> {
    /// The parameters, or every fault of them, with pointers beneath `/query`.
    pub fn checked(&self) -> Result<T> {
        let pairs = Query::<Vec<(String, String)>>::from_query(&self.query)
            .map_err(|error| Error::fault("/query", FaultCode::InvalidFormat, format!("{error}.")))?;
        let schema = schema_of::<T>()?;
        let mut object = Map::new();
        let mut repeated = Vec::new();
        for (name, text) in pairs.into_inner() {
            let value = match kind(&schema, &name) {
                Some("array") => {
                    // Free text may hold a comma; words and identifiers do not.
                    let texts = if name == "label" {
                        vec![text]
                    } else {
                        text.split(',').map(str::to_owned).collect()
                    };
                    let list = object.entry(name).or_insert_with(|| Value::Array(Vec::new()));
                    if let Value::Array(items) = list {
                        items.extend(texts.into_iter().map(Value::from));
                    }
                    continue;
                }
                Some("integer") => text.parse::<i64>().map_or(Value::from(text), Value::from),
                _ => Value::from(text),
            };
            if object.insert(name.clone(), value).is_some() {
                let pointer = format!("/query/{}", domain::fault::pointer_token(&name));
                repeated.push(Fault::new(pointer, FaultCode::NotUnique, format!("{name} is given twice.")));
            }
        }
        let mut checked = Checked::new(Value::Object(object), "/query")?;
        checked.faults.extend(repeated);
        checked.accept()
    }
}

/// The JSON type that the schema gives a parameter, without `null`.
fn kind<'a>(schema: &'a Value, name: &str) -> Option<&'a str> {
    match schema.get("properties")?.get(name)?.get("type")? {
        Value::String(kind) => Some(kind),
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
        _ => None,
    }
}

impl<T> FromRequest for Params<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self { query: request.query_string().to_owned(), form: PhantomData }))
    }
}
