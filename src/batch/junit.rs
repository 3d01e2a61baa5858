//! Reads the reports of test runners in the form of `JUnit`, which most of them can write.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde::{Deserialize, Serialize};

/// What became of one test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TestResult {
    /// It ran and found nothing wrong.
    Passed,
    /// It was not run to its end, as it says itself.
    Skipped,
    /// It found something wrong, or could not be run.
    Failed,
}

/// The results of tests, by their names.
pub type Tests = BTreeMap<String, TestResult>;

/// The tests of the report `xml`; none where it is no such report. A name that is there more than once has the worst of
/// its results.
pub fn read(xml: &[u8]) -> Option<Tests> {
    let document = String::from_utf8_lossy(xml);
    let mut reader = Reader::from_str(&document);
    let mut tests = Tests::new();
    let mut current: Option<(String, TestResult)> = None;
    let mut is_report = false;
    loop {
        let event = reader.read_event().ok()?;
        match &event {
            Event::Start(tag) | Event::Empty(tag) => {
                let name = tag.local_name();
                match name.as_ref() {
                    "testsuites" | "testsuite" => is_report = true,
                    "testcase" => {
                        let test = (name_of(tag), TestResult::Passed);
                        if matches!(event, Event::Empty(_)) {
                            enter(&mut tests, test);
                        } else {
                            current = Some(test);
                        }
                    }
                    "failure" | "error" => worsen(&mut current, TestResult::Failed),
                    "skipped" => worsen(&mut current, TestResult::Skipped),
                    _ => {}
                }
            }
            Event::End(tag) if tag.local_name().as_ref() == "testcase" => {
                current.take().into_iter().for_each(|test| enter(&mut tests, test));
            }
            Event::Eof => return is_report.then_some(tests),
            _ => {}
        }
    }
}

fn enter(tests: &mut Tests, (name, result): (String, TestResult)) {
    let known = tests.entry(name).or_insert(result);
    *known = (*known).max(result);
}

fn worsen(current: &mut Option<(String, TestResult)>, result: TestResult) {
    if let Some((_, known)) = current {
        *known = (*known).max(result);
    }
}

/// Such as `tests.test_x.TestX::test_y`.
fn name_of(tag: &BytesStart<'_>) -> String {
    let value = |key: &str| {
        let found = tag.attributes().flatten().find(|attribute| attribute.key.as_ref() == key)?;
        Some(found.value.into_owned())
    };
    let (class, name) = (value("classname").unwrap_or_default(), value("name").unwrap_or_default());
    if class.is_empty() { name } else { format!("{class}::{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_told_apart() {
        let xml = br#"<?xml version="1.0"?><testsuites><testsuite name="pytest">
            <testcase classname="t.A" name="good" time="0.1"/>
            <testcase classname="t.A" name="bad"><failure message="x">trace</failure></testcase>
            <testcase classname="t.A" name="broken"><error/></testcase>
            <testcase name="later"><skipped/></testcase>
            <testcase classname="t.A" name="noisy"><system-out>failure</system-out></testcase>
            <testcase classname="t.A" name="good"><failure/></testcase>
            </testsuite></testsuites>"#;
        let found: Vec<(String, TestResult)> = read(xml).unwrap().into_iter().collect();
        let expected = [
            ("later", TestResult::Skipped),
            ("t.A::bad", TestResult::Failed),
            ("t.A::broken", TestResult::Failed),
            ("t.A::good", TestResult::Failed),
            ("t.A::noisy", TestResult::Passed),
        ];
        assert_eq!(found, expected.map(|(name, result)| (name.to_owned(), result)));
    }

    #[test]
    fn what_is_no_report_is_none() {
        assert_eq!(read(b"<html></html>"), None);
        assert_eq!(read(b"<testsuite><testcase name='a'"), None);
        assert_eq!(read(b""), None);
        assert_eq!(read(b"<testsuite tests='0'></testsuite>"), Some(Tests::new()));
    }
}
