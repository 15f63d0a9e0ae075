//! The sign-in page where no browser app is served: it spends the one-time link and says who is signed in.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};

const PAGE: &str = include_str!("plain/sign_in.html");
const STYLE: &str = include_str!("plain/sign_in.css");
const SCRIPT: &str = include_str!("plain/sign_in.js");

/// The page or one of its files; `None` for any other path.
pub fn serve(path: &str) -> Option<HttpResponse> {
    let (media_type, text) = match path {
        "/" | "/sign-in" => ("text/html; charset=utf-8", PAGE),
        "/sign-in.css" => ("text/css; charset=utf-8", STYLE),
        "/sign-in.js" => ("text/javascript; charset=utf-8", SCRIPT),
        _ => return None,
    };
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, media_type)).insert_header((CACHE_CONTROL, "no-cache"));
    Some(response.body(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_brings_what_it_refers_to_and_nothing_inline() {
        let referred: Vec<&str> =
            PAGE.split('"').filter(|text| text.starts_with("/sign-in") || *text == "/docs/").collect();
        assert_eq!(referred, ["/sign-in.css", "/sign-in.js", "/docs/"]);
        assert!(referred[..2].iter().all(|path| serve(path).is_some()));
        assert!(serve("/sign-in").is_some() && serve("/elsewhere").is_none());
        for inline in ["<script>", "<style", " style=", " onclick=", "javascript:"] {
            assert!(!PAGE.contains(inline), "the content security policy refuses {inline}");
        }
    }
}
