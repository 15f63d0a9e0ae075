//! Compressed siblings of the app's files, and what a first load comes to.

use super::assets::files_beneath;
use crate::error::Error;
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};
use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

/// The largest window that every browser reads, as a power of two in bytes: larger than any file of the app.
const WINDOW: i32 = 24;

/// The bytes of one file in each of its forms.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sizes {
    pub raw: usize,
    pub gzip: usize,
    pub brotli: usize,
}

/// Writes `.br` and `.gz` beside every file beneath `folder`; returns the sizes by path in the folder.
///
/// What `before`, the folder of an earlier build, holds under the same name is copied: names beneath `assets` tell
/// the content.
pub fn write(folder: &Path, before: &Path) -> Result<BTreeMap<PathBuf, Sizes>, Error> {
    let mut sizes = BTreeMap::new();
    for path in files_beneath(folder)? {
        let name = path.strip_prefix(folder).unwrap_or(&path).to_owned();
        let content = fs::read(&path).map_err(Error::file("read", &path))?;
        let earlier = |extension: &str| {
            let path = with_extension(&before.join(&name), extension);
            if name.starts_with("assets") { fs::read(path).ok() } else { None }
        };
        let brotli = earlier("br").map_or_else(|| brotli(&content, &path), Ok)?;
        let gzip = earlier("gz").map_or_else(|| gzip(&content, &path), Ok)?;
        sizes.insert(name, Sizes { raw: content.len(), gzip: gzip.len(), brotli: brotli.len() });
        for (extension, bytes) in [("br", brotli), ("gz", gzip)] {
            let path = with_extension(&path, extension);
            fs::write(&path, bytes).map_err(Error::file("write", &path))?;
        }
    }
    Ok(sizes)
}

/// What a browser loads before the page with the most code is shown.
#[derive(Debug)]
pub struct FirstLoad {
    files: Vec<(String, Sizes)>,
    allowed: usize,
}

impl FirstLoad {
    /// The sizes of the files with these names and of what the largest of the pages needs besides; `allowed` bytes
    /// may they take after brotli.
    pub fn of(
        sizes: &BTreeMap<PathBuf, Sizes>,
        names: &[PathBuf],
        pages: &[Vec<PathBuf>],
        allowed: usize,
    ) -> Self {
        let size = |page: &&Vec<PathBuf>| -> usize {
            page.iter().filter_map(|name| sizes.get(name)).map(|size| size.brotli).sum()
        };
        let page = pages.iter().max_by_key(size).map_or(&[][..], Vec::as_slice);
        let loaded = sizes.iter().filter(|(name, _)| names.contains(name) || page.contains(name));
        Self { files: loaded.map(|(name, size)| (name.display().to_string(), *size)).collect(), allowed }
    }

    /// Prints a line for each file.
    pub fn print(&self) {
        println!("      {:<32} {:>10} {:>10} {:>10}", "first load, bytes", "raw", "gzip", "brotli");
        for (name, size) in &self.files {
            print(name, *size);
        }
        print("together", self.sum());
    }

    /// One phrase for a report.
    pub fn summary(&self) -> String {
        format!("first load {} of {} bytes after brotli", self.sum().brotli, self.allowed)
    }

    /// Fails when the files are larger than they may be.
    pub fn check(&self) -> Result<(), Error> {
        let actual = self.sum().brotli;
        if actual > self.allowed { Err(Error::OverBudget { actual, allowed: self.allowed }) } else { Ok(()) }
    }

    fn sum(&self) -> Sizes {
        self.files.iter().fold(Sizes::default(), |sum, (_, size)| Sizes {
            raw: sum.raw + size.raw,
            gzip: sum.gzip + size.gzip,
            brotli: sum.brotli + size.brotli,
        })
    }
}

fn print(name: &str, size: Sizes) {
    println!("      {name:<32} {:>10} {:>10} {:>10}", size.raw, size.gzip, size.brotli);
}

fn brotli(content: &[u8], path: &Path) -> Result<Vec<u8>, Error> {
    let mut compressed = Vec::new();
    let parameters =
        BrotliEncoderParams { quality: 11, lgwin: WINDOW, size_hint: content.len(), ..Default::default() };
    let mut reader = content;
    brotli::BrotliCompress(&mut reader, &mut compressed, &parameters)
        .map_err(Error::file("compress", path))?;
    Ok(compressed)
}

fn gzip(content: &[u8], path: &Path) -> Result<Vec<u8>, Error> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).map_err(Error::file("compress", path))?;
    encoder.finish().map_err(Error::file("compress", path))
}

/// The path with a further extension.
fn with_extension(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_load_above_the_budget_is_refused() {
        let file = PathBuf::from("index.html");
        let sizes = BTreeMap::from([
            (file.clone(), Sizes { raw: 30, gzip: 20, brotli: 10 }),
            (PathBuf::from("assets/later.js"), Sizes { raw: 900, gzip: 900, brotli: 900 }),
        ]);
        let check = |allowed| FirstLoad::of(&sizes, std::slice::from_ref(&file), &[], allowed).check();
        assert!(check(10).is_ok());
        let error = check(9).unwrap_err();
        assert!(matches!(error, Error::OverBudget { actual: 10, allowed: 9 }), "{error}");
    }

    #[test]
    fn the_largest_page_counts() {
        let size = |brotli| Sizes { raw: 3 * brotli, gzip: 2 * brotli, brotli };
        let [main, one, other] = ["main", "one", "other"].map(PathBuf::from);
        let sizes =
            BTreeMap::from([(main.clone(), size(10)), (one.clone(), size(5)), (other.clone(), size(7))]);
        let pages = [vec![one.clone()], vec![one, other], vec![]];
        assert_eq!(FirstLoad::of(&sizes, &[main], &pages, 100).sum().brotli, 22);
    }

    #[test]
    fn every_file_gets_two_smaller_siblings() {
        let (folder, before) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(folder.path().join("index.html"), "a".repeat(5000)).unwrap();
        let sizes = write(folder.path(), before.path()).unwrap();
        let size = sizes[Path::new("index.html")];
        assert!(size.raw == 5000 && size.brotli < 100 && size.gzip < 100, "{size:?}");
        let on_disk = |name: &str| fs::metadata(folder.path().join(name)).unwrap().len();
        assert_eq!(on_disk("index.html.br"), size.brotli as u64);
        assert_eq!(on_disk("index.html.gz"), size.gzip as u64);
    }
}
