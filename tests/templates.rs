//! The fields of `%` templates mean what their counterparts in f-strings do, on every Python of this machine.

use pyfix::syntax::{Accepts, Converted, SpecPart, TemplatePart, percent_parts};
use pyfix::text::{PythonVersion, Target};
use serde_json::{Value, json};

use crate::behaviour::pythons::pythons;

/// What fills every template with every value that its field accepts.
const DRIVER: &str = include_str!("support/templates_driver.py");

#[test]
fn fields_mean_what_their_counterparts_do() {
    let fields: Vec<Value> = templates().iter().filter_map(|template| field(template)).collect();
    assert!(fields.len() > 500, "only {} templates have a counterpart", fields.len());
    let script =
        format!("import json\nFIELDS = json.loads(r'''{}''')\n{DRIVER}", Value::Array(fields.clone()));
    for python in pythons().within(Target::from_oldest(PythonVersion::new(3, 6))) {
        let seen = python.run(&script);
        let (faults, compared): (Vec<String>, usize) =
            serde_json::from_str(&seen.output).unwrap_or_else(|error| panic!("{error}\n{seen}"));
        assert!(faults.is_empty(), "Python {}:\n{}", python.version, faults.join("\n"));
        assert!(compared > 40 * fields.len(), "Python {}: only {compared}", python.version);
    }
}

/// All flags, widths, precisions and kinds with one another.
fn templates() -> Vec<String> {
    let flags = ["", "-", "0", "+", " ", "#", "-0", "+0", " 0", "- ", "+-", "0+", "#0", "00", "--"];
    let mut templates = Vec::new();
    for flags in flags {
        for width in ["", "1", "5", "12", "99"] {
            for precision in ["", ".", ".0", ".1", ".3", ".20", ".99"] {
                for kind in "sradiuxXoeEfFgGcbnl%".chars() {
                    templates.push(format!("%{flags}{width}{precision}{kind}"));
                }
            }
        }
    }
    templates
}

/// The template with its counterpart, if it has one.
fn field(template: &str) -> Option<Value> {
    let letters: Vec<char> = template.chars().collect();
    let parts = percent_parts(&letters)?;
    let [TemplatePart::Field(field)] = parts.as_slice() else { return None };
    let converted = match field.converted {
        Converted::Not => "",
        Converted::Str => "s",
        Converted::Repr => "r",
        Converted::Ascii => "a",
    };
    let spec = match field.spec.as_slice() {
        [] => "",
        [SpecPart::Text(spec)] => spec,
        other => panic!("{template} is {other:?}"),
    };
    let accepts = match field.accepts {
        Accepts::Anything => "anything",
        Accepts::Integers => "integers",
        Accepts::Numbers => "numbers",
    };
    Some(json!([template, converted, spec, accepts]))
}
