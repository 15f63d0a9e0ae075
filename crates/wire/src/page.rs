//! Lists, page by page.

use serde::{Deserialize, Serialize};
use validator::Validate;

/// Which page of a list is wanted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema, utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// The cursor of the page before, as it came; absent: the first page.
    #[cfg_attr(feature = "openapi", schema(max_length = 512), param(max_length = 512))]
    #[validate(length(max = 512))]
    pub cursor: Option<String>,
    /// The most items that the page holds; 50 unless given.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 200), param(minimum = 1, maximum = 200))]
    #[validate(range(min = 1, max = 200))]
    pub limit: Option<i64>,
}

/// Which end of a list comes first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListOrder {
    #[default]
    Oldest,
    Newest,
}

/// Declares a page of items with the cursor of the next.
macro_rules! page {
    ($(#[$doc:meta])* $name:ident of $item:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name {
            pub items: Vec<$item>,
            /// Send it as `cursor` for the next page; null on the last.
            #[cfg_attr(feature = "openapi", schema(required))]
            pub next_cursor: Option<String>,
        }
    };
}
pub(crate) use page;

/// Declares a list that is never paged.
macro_rules! list {
    ($(#[$doc:meta])* $name:ident of $item:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub struct $name {
            pub items: Vec<$item>,
        }
    };
}
pub(crate) use list;
