//! The functions that pyfix takes to be pure, called on every Python of this machine.

use pyfix::semantic::Class;
use pyfix::semantic::pure::{CALLS, Classes, Gives, Python2};
use pyfix::semantic::standard::FUNCTIONS;
use pyfix::text::{PythonVersion, Target};
use serde_json::{Value, json};

use crate::behaviour::pythons::pythons;

/// What calls them and names what is wrong.
const DRIVER: &str = include_str!("support/pure_driver.py");

#[test]
fn known_calls_are_what_the_table_says() {
    for python in pythons().within(Target::from_oldest(PythonVersion::PY27)) {
        let python2 = python.version == PythonVersion::PY27;
        let rows: Vec<Value> = CALLS
            .iter()
            .filter(|row| !python2 || row.python2 != Python2::Absent)
            .map(|row| {
                let takes: Vec<Value> = row
                    .takes
                    .iter()
                    .map(|it| json!([names(it.classes), names(it.items), it.repeated]))
                    .collect();
                let (gives, of) = match row.gives {
                    _ if python2 && row.python2 == Python2::Other => ("something", String::new()),
                    Gives::Exactly(class) => ("exactly", name(class)),
                    Gives::Holding(class) => ("holding", name(class)),
                    Gives::Strings(count) => ("strings", count.to_string()),
                    Gives::Item => ("item", String::new()),
                    Gives::Something => ("something", String::new()),
                };
                json!([row.name, takes, gives, of, row.raises])
            })
            .collect();
        let script = format!("ROWS = r'''{}'''\n{DRIVER}", Value::Array(rows.clone()));
        let seen = python.run(&script);
        let (faults, calls): (Vec<String>, u32) =
            serde_json::from_str(&seen.output).unwrap_or_else(|error| panic!("{error}\n{seen}"));
        assert!(faults.is_empty(), "Python {}:\n{}", python.version, faults.join("\n"));
        assert!(calls as usize > 10 * rows.len(), "Python {}: only {calls} calls", python.version);
    }
}

/// Functions that are looked up early stand in their modules on every Python that is said to have them.
#[test]
fn standard_functions_are_there() {
    let script = "import json, importlib\nfaults = []\nfor module, name in ROWS:\n    \
                  found = vars(importlib.import_module(module)).get(name)\n    \
                  if not callable(found): faults.append(module + '.' + name)\nprint(json.dumps(faults))";
    for python in pythons().within(Target::from_oldest(PythonVersion::PY27)) {
        let rows: Vec<Value> = FUNCTIONS
            .iter()
            .filter(|row| row.since <= python.version)
            .flat_map(|row| row.names.iter().map(|name| json!([row.module, name])))
            .collect();
        assert!(rows.len() > 100);
        let seen = python.run(&format!("ROWS = {}\n{script}", Value::Array(rows)));
        assert_eq!(seen.output.trim(), "[]", "Python {}", python.version);
    }
}

fn names(classes: Classes) -> Vec<String> {
    let bits = classes.iter().filter(|it| it.bits().is_power_of_two());
    bits.flat_map(|it| it.iter_names().map(|(name, _)| name.to_lowercase()).collect::<Vec<_>>()).collect()
}

fn name(class: Class) -> String {
    format!("{class:?}").to_lowercase()
}
