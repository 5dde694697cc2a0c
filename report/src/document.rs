//! The head that every machine form begins with: its format, its kind, and its provenance.
//!
//! ```
//! use std::collections::BTreeMap;
//! use trine_report::document::{Document, Kind, read};
//!
//! let body = BTreeMap::from([("lut", 7)]);
//! let text = serde_json::to_string(&Document::new(Kind::Synth, None, &body))?;
//! assert_eq!(text, r#"{"format":1,"kind":"synth","lut":7}"#);
//! assert!(read::<serde_json::Value>(&text, Kind::Gates).is_err());
//! # Ok::<(), trine_report::Error>(())
//! ```

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::run::Provenance;

/// Version of the machine forms, one for all kinds: docs/reference/json.md says when it changes.
pub const FORMAT: u32 = 1;

/// Kind of a document: the words of the command that writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// `xtask compare`.
    Compare,
    /// `xtask coverage`.
    Coverage,
    /// `trine energy paper`.
    EnergyPaper,
    /// `trine estimate`.
    Estimate,
    /// `xtask gates`.
    Gates,
    /// `trine generate`, and the manifest of a unit.
    Generate,
    /// `trine inspect`.
    Inspect,
    /// `trine load`.
    Load,
    /// `trine logits`.
    Logits,
    /// `xtask memory`.
    MemoryRuns,
    /// `xtask mutate`.
    Mutate,
    /// `trine perplexity`.
    Perplexity,
    /// `trine run`, and `run.json` of its report.
    Run,
    /// `trine synth`.
    Synth,
    /// `trine train`.
    Train,
    /// `trine train --sweep`.
    TrainSweep,
    /// `trine verify`.
    Verify,
    /// `trine verify --plan`.
    VerifyPlan,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 18] = [
        Self::Compare,
        Self::Coverage,
        Self::EnergyPaper,
        Self::Estimate,
        Self::Gates,
        Self::Generate,
        Self::Inspect,
        Self::Load,
        Self::Logits,
        Self::MemoryRuns,
        Self::Mutate,
        Self::Perplexity,
        Self::Run,
        Self::Synth,
        Self::Train,
        Self::TrainSweep,
        Self::Verify,
        Self::VerifyPlan,
    ];

    /// Name in documents.
    pub fn name(self) -> &'static str {
        match self {
            Self::Compare => "compare",
            Self::Coverage => "coverage",
            Self::EnergyPaper => "energy-paper",
            Self::Estimate => "estimate",
            Self::Gates => "gates",
            Self::Generate => "generate",
            Self::Inspect => "inspect",
            Self::Load => "load",
            Self::Logits => "logits",
            Self::MemoryRuns => "memory-runs",
            Self::Mutate => "mutate",
            Self::Perplexity => "perplexity",
            Self::Run => "run",
            Self::Synth => "synth",
            Self::Train => "train",
            Self::TrainSweep => "train-sweep",
            Self::Verify => "verify",
            Self::VerifyPlan => "verify-plan",
        }
    }
}

/// A machine form with its head.
#[derive(Debug, Serialize)]
pub struct Document<'a, T> {
    format: u32,
    kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    provenance: Option<Provenance>,
    #[serde(flatten)]
    body: &'a T,
}

impl<'a, T: Serialize> Document<'a, T> {
    /// A document of `body`, which is an object. A file that has to be the same for the same work has no provenance.
    pub fn new(kind: Kind, provenance: Option<Provenance>, body: &'a T) -> Self {
        Self { format: FORMAT, kind, provenance, body }
    }
}

/// The text of a document whose body is the text of an object already, which keeps its lines.
///
/// # Errors
/// [`Error::Document`] if `body` begins no object.
pub fn with_head(kind: Kind, provenance: Provenance, body: &str) -> Result<String, Error> {
    #[derive(Serialize)]
    struct Nothing {}
    let head = serde_json::to_string(&Document::new(kind, Some(provenance), &Nothing {}))?;
    match (head.strip_suffix('}'), body.strip_prefix('{')) {
        (Some(head), Some(body)) => Ok(format!("{head},{body}")),
        _ => Err(Error::Document("this is no JSON object".into())),
    }
}

/// The body of a document of `kind`. A text without a head, as older versions wrote it, is read as its body alone.
///
/// # Errors
/// [`Error::Document`] for another format or kind, [`Error::Json`] for a text that is no body of this kind.
pub fn read<T: DeserializeOwned>(text: &str, kind: Kind) -> Result<T, Error> {
    #[derive(Deserialize)]
    struct Head {
        format: Option<u32>,
        kind: Option<String>,
    }
    let head: Head = serde_json::from_str(text)?;
    if let Some(format) = head.format.filter(|format| *format != FORMAT) {
        return Err(Error::Document(format!("its format is {format}, and this program reads format {FORMAT}")));
    }
    if let Some(found) = head.kind.filter(|found| found != kind.name()) {
        return Err(Error::Document(format!("its kind is `{found}`, and `{}` is needed", kind.name())));
    }
    Ok(serde_json::from_str(text)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    type Body = BTreeMap<String, serde_json::Value>;

    #[test]
    fn names_are_those_in_documents_and_differ() {
        for (i, kind) in Kind::ALL.into_iter().enumerate() {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
            assert!(Kind::ALL[..i].iter().all(|other| other.name() < kind.name()), "{kind:?}");
        }
    }

    #[test]
    fn another_format_or_kind_is_refused_by_name() {
        let read = |text: &str| read::<Body>(text, Kind::Gates).map_err(|error| error.to_string());
        assert_eq!(read(r#"{"format": 1, "kind": "gates", "units": []}"#).unwrap().len(), 3);
        assert_eq!(read(r#"{"units": []}"#).unwrap().len(), 1, "before documents had a head");
        let other = read(r#"{"format": 2, "kind": "gates"}"#).unwrap_err();
        assert_eq!(other, "its format is 2, and this program reads format 1");
        let other = read(r#"{"format": 1, "kind": "run"}"#).unwrap_err();
        assert_eq!(other, "its kind is `run`, and `gates` is needed");
        assert!(read(r#"{"format": "#).unwrap_err().starts_with("EOF"));
    }

    #[test]
    fn a_head_before_lines_of_its_own_is_the_same_head() {
        let from = Provenance { trine: "1", commit: "2", tools: BTreeMap::new(), command: vec![], seed: None };
        let text = with_head(Kind::Mutate, from.clone(), "{\"outcomes\":[\n{}\n]}\n").unwrap();
        assert_eq!(text.lines().count(), 3);
        let body = BTreeMap::from([("outcomes", [BTreeMap::<String, u32>::new()])]);
        let whole = serde_json::to_value(Document::new(Kind::Mutate, Some(from.clone()), &body)).unwrap();
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), whole);
        assert!(with_head(Kind::Mutate, from, "[]").is_err());
    }
}
