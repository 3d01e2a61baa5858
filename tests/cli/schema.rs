//! The document of `--output-format json` is what `docs/output.schema.json` says.

use std::fs;

use serde_json::Value;

use super::{DECLINED, LOOP, Project};

#[test]
fn documents_follow_the_schema() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/output.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let project = Project::new(&[
        ("a.py", LOOP.as_bytes()),
        ("b.py", DECLINED.as_bytes()),
        ("c.py", b"x = 1  # pyfix: ignore\n"),
        ("d.py", LOOP.replace("    for", "    # pyfix: ignore\n    for").as_bytes()),
        ("binary.py", b"\0"),
    ]);
    for mode in ["--dry-run", "--check", "--write"] {
        let document = project.run(&[mode, "--output-format", "json", ".", "missing"]).json();
        assert_eq!(document["files"].as_array().unwrap().len(), 5);
        check(&document, &schema, &schema, "");
    }
}

/// Fails where `value` is not what `schema` says, or has a member that it does not know. Understands the words
/// that the schema uses and no others.
fn check(value: &Value, schema: &Value, root: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.strip_prefix("#/$defs/").unwrap();
        check(value, &root["$defs"][name], root, at);
        return;
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let fitting =
            choices.iter().find(|choice| has_type(value, choice)).unwrap_or_else(|| panic!("{at}: {value}"));
        return check(value, fitting, root, at);
    }
    if let Some(allowed) = schema["enum"].as_array() {
        assert!(allowed.contains(value), "{at}: {value}");
        return;
    }
    if let Some(only) = schema.get("const") {
        assert_eq!(value, only, "{at}");
        return;
    }
    assert!(has_type(value, schema), "{at}: {value} is no {}", schema["type"]);
    if let (Some(minimum), Some(number)) = (schema["minimum"].as_i64(), value.as_i64()) {
        assert!(number >= minimum, "{at}: {number}");
    }
    for element in value.as_array().into_iter().flatten() {
        check(element, &schema["items"], root, &format!("{at}[]"));
    }
    for required in schema["required"].as_array().into_iter().flatten().filter(|_| value.is_object()) {
        assert!(value.get(required.as_str().unwrap()).is_some(), "{at} lacks {required}");
    }
    for (name, member) in value.as_object().into_iter().flatten() {
        let known = schema["properties"].get(name).or_else(|| schema.get("additionalProperties"));
        let known = known.unwrap_or_else(|| panic!("{at} has an undocumented member {name}"));
        check(member, known, root, &format!("{at}.{name}"));
    }
}

fn has_type(value: &Value, schema: &Value) -> bool {
    let types = match &schema["type"] {
        Value::Array(types) => types.iter().collect(),
        one => vec![one],
    };
    types.into_iter().any(|one| is_of_type(value, one.as_str().unwrap()))
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "number" => value.is_number(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the test does not know the type {other}"),
    }
}
