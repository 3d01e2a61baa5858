//! What rewrites were measured to gain.
//!
//! The figures are those of `docs/evidence.json`, which is part of the program; it is read when a figure is first
//! asked for. How they were measured is told in `docs/evidence.md`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::edit::Measured;
use crate::text::PythonVersion;

/// The size of the collections for which a speed is quoted.
const QUOTED_SIZE: &str = "1000";

/// From here on a rewrite counts as faster; nearer to 1 the measurement tells nothing.
const FASTER: f64 = 1.05;

/// Below this a rewrite counts as slower.
const SLOWER: f64 = 0.95;

/// Up to here a rewrite counts as smaller.
const SMALLER: f64 = 0.95;

/// From here on a rewrite counts as larger.
const LARGER: f64 = 1.5;

/// The least peak of memory before the rewrite, in bytes, for which a ratio says something.
const NOTICEABLE: u64 = 64 << 10;

/// What a rewrite was measured to gain on one Python, in the example that was measured.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Gain {
    /// The Python.
    pub version: PythonVersion,
    /// Time before divided by time after, with 1,000 items.
    pub speed: f64,
    /// Peak memory after divided by that before, with 100,000 items; `None` where it was not measured, or
    /// where little memory is held at all.
    pub memory: Option<f64>,
}

impl Gain {
    /// What the rewrite of `transform` gains on the measured Python that is nearest to `version` among those that are
    /// not newer, or on the oldest; `None` where nothing was measured.
    pub fn of(transform: &str, measured: Measured, version: PythonVersion) -> Option<Self> {
        let gains = &Measurement::of(transform)
            .find(|row| row.case == measured.case && row.form == measured.form)?
            .gains;
        gains.iter().rfind(|gain| gain.version <= version).or_else(|| gains.first()).copied()
    }

    /// Whether it is faster beyond what the measurement leaves open.
    pub fn is_faster(&self) -> bool {
        self.speed >= FASTER
    }

    /// Whether it holds less memory beyond what the measurement leaves open.
    pub fn saves_memory(&self) -> bool {
        self.memory.is_some_and(|memory| memory <= SMALLER)
    }
}

/// `1.9x faster on 3.12`, `saves memory, 0.8x speed on 3.8`, `1.4x faster on 3.8, 8.4x memory`.
impl std::fmt::Display for Gain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.saves_memory() {
            f.write_str("saves memory, ")?;
        }
        match self.speed {
            speed if speed >= FASTER => write!(f, "{speed:.1}x faster on {}", self.version),
            speed if speed < SLOWER => write!(f, "{speed:.1}x speed on {}", self.version),
            _ => write!(f, "as fast on {}", self.version),
        }?;
        match self.memory {
            Some(memory) if memory >= LARGER => write!(f, ", {memory:.1}x memory"),
            _ => Ok(()),
        }
    }
}

/// What was measured of one form that a transform writes.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// The id of the transform.
    pub transform: String,
    /// The code that was measured, by its name.
    pub case: String,
    /// What it becomes.
    pub form: String,
    /// What that gains, the oldest Python first.
    pub gains: Vec<Gain>,
}

impl Measurement {
    /// Everything that was measured of `transform`, in the order of `docs/evidence.json`.
    pub fn of(transform: &str) -> impl Iterator<Item = &'static Self> {
        measurements().iter().filter(move |row| row.transform == transform)
    }
}

/// Everything that was measured.
fn measurements() -> &'static [Measurement] {
    static MEASUREMENTS: OnceLock<Vec<Measurement>> = OnceLock::new();
    MEASUREMENTS.get_or_init(|| {
        let evidence: Evidence =
            serde_json::from_str(include_str!("../../docs/evidence.json")).unwrap_or_default();
        evidence.cases.into_iter().map(Case::into_measurement).collect()
    })
}

#[derive(Default, Deserialize)]
struct Evidence {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    transform: String,
    #[serde(rename = "case")]
    name: String,
    form: String,
    time: BTreeMap<String, BTreeMap<String, Figures>>,
    memory: BTreeMap<String, f64>,
    peak: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
struct Figures {
    speedup: f64,
}

impl Case {
    fn into_measurement(self) -> Measurement {
        let gain = |(name, sizes): (&String, &BTreeMap<String, Figures>)| {
            let version = PythonVersion::parse(name)?;
            let speed = sizes.get(QUOTED_SIZE)?.speedup;
            let noticeable = self.peak.get(name).is_some_and(|peak| *peak >= NOTICEABLE);
            let memory = self.memory.get(name).copied().filter(|_| noticeable);
            Some(Gain { version, speed, memory })
        };
        let mut gains: Vec<Gain> = self.time.iter().filter_map(gain).collect();
        gains.sort_by_key(|gain| gain.version);
        Measurement { transform: self.transform, case: self.name, form: self.form, gains }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gains_read_as_sentences() {
        let said = |speed, memory| Gain { version: PythonVersion::DEFAULT, speed, memory }.to_string();
        assert_eq!(said(1.94, None), "1.9x faster on 3.8");
        assert_eq!(said(0.81, Some(0.2)), "saves memory, 0.8x speed on 3.8");
        assert_eq!(said(1.0, Some(0.5)), "saves memory, as fast on 3.8");
        assert_eq!(said(2.0, Some(0.1)), "saves memory, 2.0x faster on 3.8");
        assert_eq!(said(0.7, Some(1.0)), "0.7x speed on 3.8");
        assert_eq!(said(1.4, Some(8.4)), "1.4x faster on 3.8, 8.4x memory");
    }
}
