//! The suites of the workspace's packages.

use super::{
    build::{self, Built},
    report::Outcome,
};
use crate::{
    error::Error,
    workspace::{self, Package},
};

/// The order of the suites: what the others rest on comes first. A package that is not named here runs last.
const ORDER: [&str; 13] = [
    "domain",
    "reports",
    "git",
    "sandbox",
    "private-postgres",
    "persistence",
    "engine",
    "wire",
    "frontend",
    "api",
    "jido",
    "xtask",
    "blackbox",
];

/// The packages whose tests need neither PostgreSQL nor git.
const WITHOUT_TOOLS: [&str; 6] = ["domain", "reports", "sandbox", "wire", "frontend", "xtask"];

/// All tests of one package.
#[derive(Debug)]
pub struct Suite {
    pub package: Package,
}

/// One suite for each package, none left out.
pub fn in_order(mut packages: Vec<Package>) -> Vec<Suite> {
    let rank = |name: &str| ORDER.iter().position(|known| *known == name).unwrap_or(ORDER.len());
    packages.sort_by(|a, b| (rank(&a.name), &a.name).cmp(&(rank(&b.name), &b.name)));
    packages.into_iter().map(|package| Suite { package }).collect()
}

impl Suite {
    pub fn needs_tools(&self) -> bool {
        !WITHOUT_TOOLS.contains(&self.package.name.as_str())
    }

    /// Runs the package's test executables one after the other, all of them whatever the first ones say.
    pub fn run(&self, built: &Built) -> Result<Outcome, Error> {
        let jido = built.jido().ok();
        let runs = built.tests_of(&self.package.id);
        let runs = runs.map(|executable| build::run_test(executable, &self.package, jido));
        Ok(Outcome::of_tests(&runs.collect::<Result<Vec<_>, _>>()?))
    }
}

/// Compiles and runs the examples in the documentation of all libraries.
pub fn documentation_examples() -> Result<Outcome, Error> {
    let mut command = workspace::cargo();
    command.args(["test", "--workspace", "--doc", "--locked", "--no-fail-fast"]);
    let (_, finished) = build::run_cargo_tests(&mut command)?;
    Ok(Outcome::of_tests(&[finished]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    #[test]
    fn a_package_without_a_place_runs_last_and_is_never_left_out() {
        let package =
            |name: &str| Package { id: name.to_owned(), name: name.to_owned(), folder: PathBuf::new() };
        let suites = in_order(["newcomer", "blackbox", "wire", "domain"].map(package).to_vec());
        let names: Vec<_> = suites.iter().map(|suite| suite.package.name.as_str()).collect();
        assert_eq!(names, ["domain", "wire", "blackbox", "newcomer"]);
    }
}
