//! What is stored, so that it can be told that a request changed nothing of it.

use crate::support::Scene;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// Everything that a request could have changed.
#[derive(PartialEq, Eq)]
pub struct Stored {
    /// Each table's or database file's content, as a digest.
    rows: BTreeMap<String, String>,
    /// Each file of the data folder that is not the database's, with its size and content's digest.
    files: BTreeMap<String, (u64, String)>,
}

impl Stored {
    pub fn of(scene: &Scene) -> Self {
        let data = scene.server.data();
        let mut files = BTreeMap::new();
        collect(&data, &data, &mut files);
        let rows = match scene.server.psql("SELECT string_agg(table_name::text, ' ') FROM information_schema.tables WHERE table_schema = 'public'") {
            Some(tables) => tables.split_whitespace().map(|table| (table.to_owned(), content_of_table(scene, table))).collect(),
            // A write adds to the log before it reaches the file: both are as they were when nothing was written.
            None => ["jido.sqlite", "jido.sqlite-wal"].map(|name| (name.to_owned(), digest(&data.join(name)))).into(),
        };
        Self { rows, files }
    }

    pub fn difference(&self, other: &Self) -> String {
        let rows: Vec<_> = self
            .rows
            .iter()
            .filter(|(name, content)| other.rows.get(*name) != Some(*content))
            .map(|(name, _)| name)
            .collect();
        let missing = |from: &Self, than: &Self| -> Vec<String> {
            let differs = |(name, file): &(&String, &(u64, String))| than.files.get(*name) != Some(*file);
            from.files.iter().filter(differs).map(|(name, (size, _))| format!("{name} ({size})")).collect()
        };
        let files = (missing(self, other), missing(other, self));
        format!("rows of {rows:?}, files {files:?}")
    }
}

fn content_of_table(scene: &Scene, table: &str) -> String {
    let sql = format!(
        "SELECT count(*) || ' rows ' || coalesce(md5(string_agg(t::text, E'\\n' ORDER BY t::text)), '') FROM {table} AS t"
    );
    scene.server.psql(&sql).expect("the database is PostgreSQL")
}

fn digest(path: &Path) -> String {
    hex::encode(Sha256::digest(std::fs::read(path).unwrap_or_default()))
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, (u64, String)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = path.strip_prefix(root).unwrap().display().to_string();
        if name.starts_with("jido.sqlite") {
            continue;
        }
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            files.insert(format!("{name}/"), (0, String::new()));
            collect(root, &path, files);
        } else {
            let size = entry.metadata().map_or(0, |metadata| metadata.len());
            files.insert(name, (size, digest(&path)));
        }
    }
}
