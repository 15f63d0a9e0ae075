//! The dependency rules of ARCHITECTURE.md, checked against what cargo resolves.

use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    process::{Command, Stdio},
    sync::OnceLock,
};

/// Every package of the workspace with the workspace packages that it may depend on.
///
/// Development dependencies may name one more: `private-postgres`.
const ALLOWED: [(&str, &[&str]); 15] = [
    ("domain", &[]),
    ("reports", &[]),
    ("git", &[]),
    ("sandbox", &[]),
    ("private-postgres", &[]),
    ("openapi-downgrade", &[]),
    ("wire", &["domain"]),
    ("frontend", &["domain", "wire"]),
    ("persistence", &["domain"]),
    ("engine", &["domain", "git", "persistence", "reports", "sandbox"]),
    ("api", &["domain", "engine", "persistence", "wire"]),
    ("jido", &["api", "domain", "engine", "git", "persistence", "sandbox", "wire"]),
    ("xtask", &["openapi-downgrade", "private-postgres"]),
    // It knows the product by HTTP alone.
    ("blackbox", &[]),
    // It knows the contract alone.
    ("rust-client", &["openapi-downgrade"]),
];

/// Crates that only the named packages may depend on directly.
const RESERVED: [(&str, &[&str]); 16] = [
    ("diesel", &["persistence"]),
    ("diesel-async", &["persistence"]),
    ("diesel_migrations", &["persistence"]),
    ("libsqlite3-sys", &["persistence"]),
    ("tokio-postgres", &["persistence"]),
    ("actix-web", &["api"]),
    ("utoipa-actix-web", &["api"]),
    ("utoipa-swagger-ui", &["api"]),
    ("landlock", &["sandbox"]),
    ("leptos", &["frontend"]),
    ("comfy-table", &["jido"]),
    ("drift", &["xtask"]),
    ("progenitor", &["rust-client"]),
    ("ureq", &["jido", "xtask"]),
    ("wasm-bindgen-cli-support", &["xtask"]),
    ("wasm_split_cli_support", &["xtask"]),
];

/// Crates that must not be reached from a package, not even through others.
const UNREACHABLE: [(&str, &[&str]); 4] = [
    ("domain", &["tokio", "diesel", "diesel-async", "actix-web", "actix-rt", "ureq", "reqwest", "mio"]),
    ("wire", &["tokio", "diesel", "diesel-async", "actix-web", "actix-rt", "ureq", "reqwest", "mio"]),
    ("persistence", &["wire", "api", "actix-web"]),
    ("engine", &["wire", "api", "actix-web"]),
];

/// The packages that must compile to WASM.
const FOR_WASM: [&str; 3] = ["domain", "wire", "frontend"];

/// What cargo resolves: packages by identifier, and the normal and build dependencies between them.
struct Graph {
    names: BTreeMap<String, String>,
    edges: BTreeMap<String, Vec<String>>,
    members: Vec<Member>,
}

struct Member {
    name: String,
    /// Name and kind (`normal`, `build` or `dev`) of each declared dependency.
    declared: Vec<(String, String)>,
}

#[test]
fn every_package_depends_on_its_permitted_neighbours_alone() {
    let graph = graph();
    let mut faults = Vec::new();
    for member in &graph.members {
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == member.name) else {
            faults.push(format!("{} has no row in the table of allowed dependencies", member.name));
            continue;
        };
        let inside = member.declared.iter().filter(|(name, _)| graph.members.iter().any(|m| m.name == *name));
        for (dependency, kind) in inside {
            let for_tests = kind == "dev" && dependency == "private-postgres";
            if !for_tests && !allowed.contains(&dependency.as_str()) {
                faults.push(format!("{} may not depend on {dependency} ({kind})", member.name));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn databases_the_web_server_and_confinement_have_one_home_each() {
    let graph = graph();
    let mut faults = Vec::new();
    for member in &graph.members {
        for (dependency, kind) in &member.declared {
            let reserved = RESERVED.iter().find(|(name, _)| name == dependency);
            if reserved.is_some_and(|(_, homes)| !homes.contains(&member.name.as_str())) {
                faults.push(format!("{} may not depend on {dependency} ({kind})", member.name));
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn the_pure_crates_reach_neither_runtime_nor_database_nor_web_server() {
    let graph = graph();
    let mut faults = Vec::new();
    for (package, forbidden) in UNREACHABLE {
        let reached = graph.reached_from(package);
        assert!(!reached.is_empty(), "{package} is not in the graph");
        for name in forbidden.iter().filter(|name| reached.iter().any(|id| graph.names[id] == **name)) {
            faults.push(format!("{package} reaches {name}"));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

/// A stand-in for the compilation on machines without the target's standard library: it finds the crates that
/// refuse to compile there unless a source of randomness was chosen.
#[test]
fn nothing_that_wasm_refuses_is_resolved_for_it() {
    let mut faults = Vec::new();
    for package in FOR_WASM {
        for features in [&[][..], &["--no-default-features"]] {
            for (name, has) in resolved_for_wasm(package, features) {
                let has = |feature: &str| has.contains(feature);
                let refused = match name.as_str() {
                    "getrandom" => !has("wasm_js") && !has("js"),
                    "uuid" => has("rng") && !has("js") && !has("rng-getrandom") && !has("rng-rand"),
                    _ => false,
                };
                if refused {
                    faults.push(format!("{package} {features:?} has {name} without a source of randomness"));
                }
            }
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

impl Graph {
    /// The identifiers of everything that a package of the workspace needs to be built, itself included.
    fn reached_from(&self, package: &str) -> BTreeSet<String> {
        let start = self.names.iter().find(|(id, name)| *name == package && id.starts_with("path+"));
        let mut open: Vec<String> = start.map(|(id, _)| id.clone()).into_iter().collect();
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            let next = self.edges.get(&id).into_iter().flatten().cloned();
            open.extend(next.filter(|id| !seen.contains(id)));
            seen.insert(id);
        }
        seen
    }
}

fn graph() -> &'static Graph {
    static GRAPH: OnceLock<Graph> = OnceLock::new();
    GRAPH.get_or_init(|| {
        let stdout = cargo(&["metadata", "--format-version", "1", "--locked"]);
        let document: Value = serde_json::from_str(&stdout).unwrap_or_default();
        let packages = list(&document["packages"]);
        let nodes = list(&document["resolve"]["nodes"]);
        assert!(!packages.is_empty() && !nodes.is_empty(), "cargo metadata gave no graph");
        Graph {
            names: packages.iter().map(|package| (text(&package["id"]), text(&package["name"]))).collect(),
            edges: nodes.iter().map(|node| (text(&node["id"]), needed_by(node))).collect(),
            members: packages.iter().filter(|package| package["source"].is_null()).map(member).collect(),
        }
    })
}

/// The crates that a package alone needs on WASM, with their features (`cargo metadata` would mix in the features
/// that the other packages of the workspace ask for).
fn resolved_for_wasm(package: &str, features: &[&str]) -> Vec<(String, BTreeSet<String>)> {
    let target = ["--target", "wasm32-unknown-unknown", "--edges", "normal,no-proc-macro"];
    let form = ["--prefix", "none", "--no-dedupe", "--format", "{p}|{f}", "--locked"];
    let stdout = cargo(&[&["tree", "--package", package], &target[..], &form, features].concat());
    let crates: Vec<_> = stdout.lines().filter_map(|line| line.split_once('|')).collect();
    assert!(!crates.is_empty(), "cargo tree gave nothing for {package}");
    let name = |crate_: &str| crate_.split(' ').next().unwrap_or_default().to_owned();
    crates
        .into_iter()
        .map(|(crate_, has)| (name(crate_), has.split(',').map(str::to_owned).collect()))
        .collect()
}

/// What cargo prints on standard output; what it complains about goes to the test's own.
fn cargo(arguments: &[&str]) -> String {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).stderr(Stdio::inherit());
    command.output().map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default()
}

/// The identifiers of a node's normal and build dependencies.
fn needed_by(node: &Value) -> Vec<String> {
    let is_needed = |dep: &&Value| list(&dep["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev");
    list(&node["deps"]).iter().filter(is_needed).map(|dep| text(&dep["pkg"])).collect()
}

fn member(package: &Value) -> Member {
    let declared = list(&package["dependencies"]).iter().map(|dependency| {
        let kind = dependency["kind"].as_str().unwrap_or("normal").to_owned();
        (text(&dependency["name"]), kind)
    });
    Member { name: text(&package["name"]), declared: declared.collect() }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
