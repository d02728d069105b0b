//! Which crate may use which. A new arrow changes this table, and needs a decision record.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::output;

/// Each crate of ours and what of ours it may use.
const ARROWS: [(&str, &[&str]); 9] = [
    ("domain", &[]),
    ("microsoft", &["domain"]),
    ("store", &["domain"]),
    ("engine", &["domain", "microsoft", "store"]),
    ("web", &["domain", "engine"]),
    ("sim", &[]),
    (
        "attache",
        &["domain", "microsoft", "store", "engine", "web", "sim"],
    ),
    ("xtask", &[]),
    // Not built yet; its place is kept.
    ("assistant", &["domain", "engine"]),
];

/// What tests may use beyond that: everything that lies below the crate anyway, and the stand-in for Microsoft.
const FOR_TESTS: [&str; 5] = ["domain", "microsoft", "store", "engine", "sim"];

fn metadata() -> Value {
    let printed = output(
        "cargo",
        &[
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ],
    );
    let printed = printed.expect("cargo describes the workspace");
    serde_json::from_str(&printed).expect("cargo prints JSON")
}

#[test]
fn no_crate_uses_another_that_the_table_does_not_name() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("a list of packages");
    let ours: BTreeSet<&str> = packages
        .iter()
        .filter_map(|one| one["name"].as_str())
        .collect();
    for package in packages {
        let name = package["name"].as_str().expect("a package has a name");
        let arrows = ARROWS.iter().find(|(known, _)| *known == name);
        let (_, allowed) = arrows.unwrap_or_else(|| panic!("{name} is not in the table"));
        let dependencies = package["dependencies"].as_array().expect("a list");
        for dependency in dependencies {
            let used = dependency["name"]
                .as_str()
                .expect("a dependency has a name");
            if !ours.contains(used) {
                continue;
            }
            let for_tests = dependency["kind"] == "dev" && FOR_TESTS.contains(&used);
            assert!(
                allowed.contains(&used) || for_tests,
                "{name} must not use {used}"
            );
        }
    }
}

#[test]
fn every_test_that_uses_the_simulator_holds_its_answers_against_microsofts_types() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("a list of packages");
    let mut checked = 0;
    for package in packages {
        let name = package["name"].as_str().expect("a package has a name");
        let dependencies = package["dependencies"].as_array().expect("a list");
        let uses: Vec<&Value> = dependencies
            .iter()
            .filter(|dependency| dependency["name"] == "sim")
            .collect();
        let holds = |dependency: &&Value| {
            let features = dependency["features"].as_array().expect("a list");
            features.iter().any(|feature| feature == "schemas")
        };
        if uses.is_empty() {
            continue;
        }
        checked += 1;
        for dependency in &uses {
            let for_tests = dependency["kind"] == "dev";
            assert!(
                for_tests || !holds(dependency),
                "{name} would ship the checker"
            );
        }
        assert!(
            uses.iter().any(holds),
            "the tests of {name} use sim without its feature schemas"
        );
    }
    assert!(checked >= 4, "only {checked} crates test against sim");
}

#[test]
fn no_release_has_the_second_integration() {
    const FEATURE: &str = "second-integration";
    let metadata = metadata();
    let mut tests = Vec::new();
    for package in metadata["packages"].as_array().expect("a list of packages") {
        let name = package["name"].as_str().expect("a package has a name");
        // Only domain declares it, switched on by nothing, and nothing passes it on.
        for (feature, switches) in package["features"].as_object().expect("a map") {
            assert!(feature != FEATURE || name == "domain", "{name} declares it");
            let switches = switches.as_array().expect("a list");
            let passed_on = |one: &Value| one.as_str().is_some_and(|one| one.contains(FEATURE));
            assert!(!switches.iter().any(passed_on), "{name}: {feature} has it");
        }
        for dependency in package["dependencies"].as_array().expect("a list") {
            let features = dependency["features"].as_array().expect("a list");
            if features.iter().any(|feature| feature == FEATURE) {
                assert_eq!(dependency["kind"], "dev", "{name} would ship it");
                tests.push(name);
            }
        }
    }
    assert_eq!(tests, ["engine", "store"], "whose tests need it");
}

#[test]
fn domain_has_no_way_to_the_outside() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().expect("a list of packages");
    let outside = ["tokio", "sqlx", "reqwest", "axum", "hyper", "hyper-util"];
    for package in packages
        .iter()
        .filter(|package| package["name"] == "domain")
    {
        for dependency in package["dependencies"].as_array().expect("a list") {
            let used = dependency["name"]
                .as_str()
                .expect("a dependency has a name");
            assert!(!outside.contains(&used), "domain must not use {used}");
        }
    }
}
