//! The app's module in parts: what every page needs, and what the browser loads when a page is first shown.

use crate::error::Error;
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};
use wasm_split_cli_support::{Options, transform};

/// Where the main module and the script that loads the parts look for each other until they are one script.
const LINK: &str = "./parts.js";
const MAIN: &str = "./app.js";

/// The module, divided.
#[derive(Debug)]
pub struct Divided {
    /// The main module, not yet bound to JavaScript.
    pub main: PathBuf,
    pub parts: Parts,
}

/// What is loaded later.
#[derive(Debug, Default)]
pub struct Parts {
    /// Names and contents.
    pub files: Vec<(String, Vec<u8>)>,
    /// The names of the files that each page needs beside the main module.
    pub pages: Vec<Vec<String>>,
    /// The script that loads them.
    link: String,
}

/// Divides a module that was linked with `--emit-relocs`; `folder` takes the files.
pub fn divide(wasm: &Path, folder: &Path) -> Result<Divided, Error> {
    let module = fs::read(wasm).map_err(Error::file("read", wasm))?;
    let main = folder.join("main.wasm");
    let mut options = Options::new(&module);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.link_name = LINK;
    options.main_module = MAIN;
    let divided = transform(options).map_err(|error| Error::Bindgen(format!("{error:#}")))?;
    let mut parts = Parts::default();
    for path in divided.split_modules {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let module = fs::read(&path).map_err(Error::file("read", &path))?;
        parts.files.push((name, without_custom_sections(&module)));
    }
    let pages = divided.prefetch_map.into_values();
    parts.pages = pages.map(|stems| stems.iter().map(|stem| format!("{stem}.wasm")).collect()).collect();
    let link = folder.join(LINK);
    parts.link = fs::read_to_string(&link).map_err(Error::file("read", &link))?;
    Ok(Divided { main, parts })
}

impl Parts {
    /// One script of the one that loads the parts and of the main module's bindings, which import it.
    fn joined(&self, bindings: &str) -> String {
        let mut loaders = BTreeSet::new();
        let mut script = String::new();
        for line in self.link.lines().filter(|line| !line.starts_with("import ")) {
            let line = line.strip_prefix("export ").map_or(line, |constant| {
                loaders.extend(constant.split_whitespace().nth(1));
                constant
            });
            script.push_str(line);
            script.push('\n');
        }
        for (name, _) in &self.files {
            let relative = format!("new URL(\"./{name}\", import.meta.url)");
            script = script.replace(&relative, &format!("\"{{{{{name}}}}}\""));
        }
        let loaders = loaders.into_iter().collect::<Vec<_>>().join(", ");
        let import = format!("from \"{LINK}\"");
        for line in bindings.lines() {
            let imported = line.strip_prefix("import * as ").filter(|line| line.contains(&import));
            match imported.and_then(|line| line.split_whitespace().next()) {
                Some(name) => script.push_str(&format!("const {name} = {{ {loaders} }};")),
                None => script.push_str(line),
            }
            script.push('\n');
        }
        script
    }

    /// The bindings as they are where nothing was divided; see [`Self::joined`].
    pub fn join(&self, bindings: &str) -> String {
        if self.files.is_empty() { bindings.to_owned() } else { self.joined(bindings) }
    }
}

/// A module without its names of functions and other notes, which no browser needs.
fn without_custom_sections(module: &[u8]) -> Vec<u8> {
    const HEADER: usize = 8;
    const CUSTOM: u8 = 0;
    let (header, mut rest) = module.split_at(HEADER.min(module.len()));
    let mut kept = header.to_vec();
    while let Some((&kind, after)) = rest.split_first() {
        // The section's length: seven bits in each byte, the lowest first, the last byte below 128.
        let digits = after.iter().take_while(|byte| **byte >= 0x80).count() + 1;
        let length =
            after.iter().take(digits).rev().fold(0, |sum, byte| (sum << 7) | usize::from(byte & 0x7f));
        let (section, next) = rest.split_at((1 + digits + length).min(rest.len()));
        if kind != CUSTOM {
            kept.extend(section);
        }
        rest = next;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scripts_become_one_that_names_the_files() {
        let link = "import { initSync } from \"./app.js\";\n\nconst a = load(() => {\n  fetch(new URL(\"./chunk_1.wasm\", \
                    import.meta.url));\n});\nexport const __load_run = wrap(a);\n";
        let parts = Parts {
            files: vec![("chunk_1.wasm".to_owned(), Vec::new())],
            pages: Vec::new(),
            link: link.to_owned(),
        };
        let bindings = "import * as import1 from \"./parts.js\"\nrun({ \"./parts.js\": import1 });\n";
        let expected = "\nconst a = load(() => {\n  fetch(\"{{chunk_1.wasm}}\");\n});\nconst __load_run = wrap(a);\n\
                        const import1 = { __load_run };\nrun({ \"./parts.js\": import1 });\n";
        assert_eq!(parts.join(bindings), expected);
        assert_eq!(Parts::default().join(bindings), bindings);
    }

    #[test]
    fn names_of_functions_are_left_out() {
        let long = [vec![0, 0x81, 0x01], vec![7; 129]].concat();
        let module = [b"\0asm\x01\0\0\0".to_vec(), vec![1, 2, 9, 9], long, vec![3, 1, 5]].concat();
        assert_eq!(without_custom_sections(&module), b"\0asm\x01\0\0\0\x01\x02\x09\x09\x03\x01\x05");
    }
}
