//! The app's files under their final names, and the templates that name them.

use crate::error::Error;
use sha2::{Digest, Sha256};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// How many hexadecimal digits of the content's SHA-256 a file's name holds.
const DIGEST_DIGITS: usize = 12;

/// Files by the name that templates use.
#[derive(Debug, Default)]
pub struct Assets {
    files: BTreeMap<String, Asset>,
    /// The names that a template used: what a browser loads first.
    used: RefCell<BTreeSet<String>>,
}

#[derive(Debug)]
struct Asset {
    file_name: String,
    content: Vec<u8>,
}

impl Assets {
    /// Takes a file in; its name gets the content's digest before the extension.
    pub fn add(&mut self, name: &str, content: Vec<u8>) {
        let digest = hex::encode(Sha256::digest(&content));
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "bin"));
        let file_name = format!("{stem}-{}.{extension}", &digest[..DIGEST_DIGITS]);
        self.files.insert(name.to_owned(), Asset { file_name, content });
    }

    /// Takes in every file of a folder.
    pub fn add_files(&mut self, folder: &Path) -> Result<(), Error> {
        for path in files_beneath(folder)? {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            self.add(&name, fs::read(&path).map_err(Error::file("read", &path))?);
        }
        Ok(())
    }

    /// Replaces each `{{name}}` of a template by the path of that file.
    pub fn fill(&self, template: &str, text: &str) -> Result<String, Error> {
        let (filled, used) = self.filled(template, text)?;
        self.used.borrow_mut().extend(used);
        Ok(filled)
    }

    /// As [`Self::fill`], for a text whose files a browser does not load first.
    pub fn fill_for_later(&self, template: &str, text: &str) -> Result<String, Error> {
        Ok(self.filled(template, text)?.0)
    }

    /// The paths of these files in the folder that is written.
    pub fn paths(&self, names: &[String]) -> Vec<PathBuf> {
        let files = names.iter().filter_map(|name| self.files.get(name));
        files.map(|asset| Path::new("assets").join(&asset.file_name)).collect()
    }

    fn filled(&self, template: &str, text: &str) -> Result<(String, Vec<String>), Error> {
        let mut used = Vec::new();
        let mut parts = text.split("{{");
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once("}}").unwrap_or((part, ""));
            let asset = self.files.get(name).ok_or_else(|| Error::UnknownPlaceholder {
                template: template.to_owned(),
                name: name.chars().take(40).collect(),
                assets: self.files.keys().cloned().collect::<Vec<_>>().join(", "),
            })?;
            used.push(name.to_owned());
            filled.push_str("/assets/");
            filled.push_str(&asset.file_name);
            filled.push_str(rest);
        }
        Ok((filled, used))
    }

    /// Writes the page and all files beneath `folder`; returns the paths in it of what a browser loads first.
    pub fn write(&self, folder: &Path, page: &str) -> Result<Vec<PathBuf>, Error> {
        let beneath = folder.join("assets");
        fs::create_dir_all(&beneath).map_err(Error::file("create", &beneath))?;
        let index = folder.join("index.html");
        fs::write(&index, page).map_err(Error::file("write", &index))?;
        let mut first_load = vec![PathBuf::from("index.html")];
        for (name, asset) in &self.files {
            let path = beneath.join(&asset.file_name);
            fs::write(&path, &asset.content).map_err(Error::file("write", &path))?;
            if self.used.borrow().contains(name) {
                first_load.push(Path::new("assets").join(&asset.file_name));
            }
        }
        Ok(first_load)
    }
}

/// All style sheets beneath a folder, one after the other in the order of their paths.
pub fn styles(folder: &Path) -> Result<Vec<u8>, Error> {
    let mut all = Vec::new();
    for path in files_beneath(folder)? {
        if path.extension().is_some_and(|extension| extension == "css") {
            all.extend(fs::read(&path).map_err(Error::file("read", &path))?);
            all.push(b'\n');
        }
    }
    Ok(all)
}

/// Reads a template.
pub fn read_text(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(Error::file("read", path))
}

/// The files beneath a folder in the order of their paths; none where there is no folder.
pub fn files_beneath(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    if !folder.exists() {
        return Ok(found);
    }
    for entry in fs::read_dir(folder).map_err(Error::file("read", folder))? {
        let path = entry.map_err(Error::file("read", folder))?.path();
        if path.is_dir() {
            found.extend(files_beneath(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assets() -> Assets {
        let mut assets = Assets::default();
        assets.add("app.css", b"a { color: red }".to_vec());
        assets.add("icon.svg", b"<svg/>".to_vec());
        assets
    }

    #[test]
    fn a_file_is_named_by_its_content() {
        let (mut one, mut other) = (assets(), assets());
        one.add("app.js", b"1".to_vec());
        other.add("app.js", b"2".to_vec());
        let names = [&one, &other].map(|assets| assets.fill("page", "{{app.js}} {{app.css}}").unwrap());
        assert_eq!(names[0], "/assets/app-6b86b273ff34.js /assets/app-2c7bc03c8b66.css");
        assert!(names[1].starts_with("/assets/app-d4735e3a265e.js "));
    }

    #[test]
    fn an_unknown_placeholder_is_named_with_what_there_is() {
        let error = assets().fill("page.html", "a {{app.css}} {{logo.png}}").unwrap_err().to_string();
        assert_eq!(error, "page.html names {{logo.png}}, which is no asset; there are: app.css, icon.svg");
    }

    #[test]
    fn what_no_template_names_is_written_but_is_not_of_the_first_load() {
        let folder = tempfile::tempdir().unwrap();
        let assets = assets();
        let page = assets.fill("page", "<link href=\"{{icon.svg}}\">").unwrap();
        let first_load = assets.write(folder.path(), &page).unwrap();
        assert_eq!(first_load.len(), 2);
        assert_eq!(first_load[0], Path::new("index.html"));
        assert!(first_load[1].to_string_lossy().starts_with("assets/icon-"));
        assert_eq!(files_beneath(folder.path()).unwrap().len(), 3);
    }

    #[test]
    fn what_is_named_for_later_is_not_of_the_first_load() {
        let assets = assets();
        let script = assets.fill_for_later("script", "fetch(\"{{icon.svg}}\")").unwrap();
        let paths = assets.paths(&["icon.svg".to_owned(), "none.svg".to_owned()]);
        assert_eq!(script, format!("fetch(\"/{}\")", paths[0].display()));
        assert_eq!((paths.len(), assets.used.borrow().len()), (1, 0));
    }

    #[test]
    fn style_sheets_follow_each_other_in_the_order_of_their_paths() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("10-parts")).unwrap();
        for (name, text) in
            [("20-last.css", "c"), ("10-parts/b.css", "b"), ("00-first.css", "a"), ("note.md", "x")]
        {
            fs::write(folder.path().join(name), text).unwrap();
        }
        assert_eq!(styles(folder.path()).unwrap(), b"a\nb\nc\n");
        assert!(styles(&folder.path().join("none")).unwrap().is_empty());
    }
}
