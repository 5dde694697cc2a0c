//! Tables of a TOML file read key by key, so that one message names all that is wrong with the file, each with its line.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};
use trine_spec::file;

/// Most faults that a message lists; the rest is counted.
const LISTED: usize = 40;

/// Faults of a file so far.
#[derive(Debug)]
pub(crate) struct Faults<'a> {
    text: &'a str,
    /// Each with the line that decides its order, and its own line.
    found: Vec<(usize, bool, usize, String)>,
}

impl<'a> Faults<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, found: vec![] }
    }

    /// The line of a place in the file, from 1.
    pub(crate) fn line(&self, place: &Range<usize>) -> usize {
        file::line(self.text, place.start)
    }

    pub(crate) fn add(&mut self, line: usize, problem: impl Into<String>) {
        self.found.push((line, true, line, problem.into()));
    }

    /// Adds the cause of other faults of the table that begins in line `table`, to be named before them.
    fn add_cause(&mut self, table: usize, line: usize, problem: String) {
        self.found.push((table, false, line, problem));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The file as a table.
    ///
    /// # Errors
    /// All sentences that are no TOML.
    pub(crate) fn document(mut self) -> Result<(Spanned<DeTable<'a>>, Self), String> {
        let (document, errors) = DeTable::parse_recoverable(self.text);
        for error in errors {
            let line = self.line(&error.span().unwrap_or(0..0));
            self.add(line, error.message().to_owned());
        }
        if self.is_empty() { Ok((document, self)) } else { Err(self.message()) }
    }

    /// All faults in the order of their lines, but each misspelt key before what is missing in its table.
    pub(crate) fn message(mut self) -> String {
        self.found.sort();
        self.found.dedup();
        let more = self.found.len().saturating_sub(LISTED);
        let line = |(.., line, problem): &(usize, bool, usize, String)| format!("\n  line {line}: {problem}");
        let mut text: String = self.found.iter().take(LISTED).map(line).collect();
        if more > 0 {
            text += &format!("\n  and {more} more");
        }
        text
    }
}

/// The keys of one table.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    /// Kind of the table, for messages; its name too once that is known.
    pub(crate) what: String,
    /// Line of its beginning.
    pub(crate) line: usize,
    table: &'a DeTable<'a>,
}

impl<'a> Fields<'a> {
    /// The keys of `value`, of which only those in `known` are allowed; `None` where it is no table.
    pub(crate) fn new(
        what: &str,
        value: &'a Spanned<DeValue<'a>>,
        known: &[&str],
        faults: &mut Faults<'_>,
    ) -> Option<Self> {
        let line = faults.line(&value.span());
        let Some(table) = value.get_ref().as_table() else {
            faults.add(line, format!("{what} is no table"));
            return None;
        };
        let fields = Self { what: what.into(), line, table };
        fields.only(known, faults);
        Some(fields)
    }

    /// The keys of a whole file.
    pub(crate) fn document(table: &'a DeTable<'a>, known: &[&str], faults: &mut Faults<'_>) -> Self {
        let fields = Self { what: "the file".into(), line: 1, table };
        fields.only(known, faults);
        fields
    }

    fn only(&self, known: &[&str], faults: &mut Faults<'_>) {
        for key in self.table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let known = known.join(", ");
            let line = faults.line(&key.span());
            let problem = format!("{} has no key `{}`; there are {known}", self.what, key.get_ref());
            faults.add_cause(self.line, line, problem);
        }
    }

    /// The value of a key with its line.
    fn get(&self, key: &str, faults: &Faults<'_>) -> Option<(usize, &'a DeValue<'a>)> {
        self.table.get(key).map(|value| (faults.line(&value.span()), value.get_ref()))
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Every key of the table with its value as text.
    pub(crate) fn texts(&self, faults: &mut Faults<'_>) -> Vec<(String, String)> {
        let keys: Vec<&str> = self.table.keys().map(|key| key.get_ref().as_ref()).collect();
        keys.into_iter().filter_map(|key| Some((key.to_owned(), self.optional_text(key, faults)?))).collect()
    }

    /// A text that has to be there.
    pub(crate) fn text(&self, key: &str, faults: &mut Faults<'_>) -> Option<String> {
        self.needed(key, faults).then(|| self.optional_text(key, faults)).flatten()
    }

    /// A text, where it is there.
    pub(crate) fn optional_text(&self, key: &str, faults: &mut Faults<'_>) -> Option<String> {
        let (line, value) = self.get(key, faults)?;
        match value.as_str().map(str::trim) {
            Some("") => faults.add(line, format!("{}: `{key}` is empty", self.what)),
            Some(text) => return Some(text.into()),
            None => faults.add(line, format!("{}: `{key}` is no text in quotes", self.what)),
        }
        None
    }

    /// A number that has to be there and above zero, in `unit`.
    pub(crate) fn number(&self, key: &str, unit: &str, faults: &mut Faults<'_>) -> Option<f64> {
        self.needed(key, faults).then(|| self.optional_number(key, unit, faults)).flatten()
    }

    /// A number above zero, where it is there.
    pub(crate) fn optional_number(&self, key: &str, unit: &str, faults: &mut Faults<'_>) -> Option<f64> {
        let (line, value) = self.get(key, faults)?;
        let written = match value {
            DeValue::Integer(whole) if whole.radix() == 10 => whole.as_str(),
            DeValue::Float(number) => number.as_str(),
            _ => {
                faults.add(line, format!("{}: `{key}` is no number", self.what));
                return None;
            }
        };
        match written.replace('_', "").parse::<f64>() {
            Ok(number) if number.is_finite() && number > 0.0 => Some(number),
            _ => {
                faults.add(line, format!("{}: `{key}` is {written} and has to be above 0 {unit}", self.what));
                None
            }
        }
    }

    /// A whole number from 1 to `most` that has to be there.
    pub(crate) fn whole(&self, key: &str, most: usize, faults: &mut Faults<'_>) -> Option<usize> {
        self.needed(key, faults).then(|| self.optional_whole(key, most, faults)).flatten()
    }

    /// A whole number from 1 to `most`, where it is there.
    pub(crate) fn optional_whole(&self, key: &str, most: usize, faults: &mut Faults<'_>) -> Option<usize> {
        let (line, value) = self.get(key, faults)?;
        let whole =
            value.as_integer().and_then(|n| usize::from_str_radix(&n.as_str().replace('_', ""), n.radix()).ok());
        let whole = whole.filter(|n| (1..=most).contains(n));
        if whole.is_none() {
            faults.add(line, format!("{}: `{key}` is no whole number from 1 to {most}", self.what));
        }
        whole
    }

    /// The tables of an array, each as its keys; none where the array is not there.
    pub(crate) fn tables(&self, key: &str, known: &[&str], faults: &mut Faults<'_>) -> Vec<Fields<'a>> {
        let Some((line, value)) = self.get(key, faults) else { return vec![] };
        let Some(array) = value.as_array() else {
            faults.add(line, format!("`{key}` is no list of tables; each of them begins with [[{key}]]"));
            return vec![];
        };
        array.iter().filter_map(|value| Fields::new(&format!("[[{key}]]"), value, known, faults)).collect()
    }

    /// The table of a key, of whose keys only those in `known` are allowed.
    pub(crate) fn part(&self, key: &str, known: &[&str], faults: &mut Faults<'_>) -> Option<Fields<'a>> {
        Fields::new(key, self.table.get(key)?, known, faults)
    }

    /// A `true` or `false` that has to be there.
    pub(crate) fn truth(&self, key: &str, faults: &mut Faults<'_>) -> Option<bool> {
        if !self.needed(key, faults) {
            return None;
        }
        let (line, value) = self.get(key, faults)?;
        let truth = value.as_bool();
        if truth.is_none() {
            faults.add(line, format!("{}: `{key}` is neither true nor false", self.what));
        }
        truth
    }

    /// The table of a key, whatever keys it has.
    pub(crate) fn table(&self, key: &str, faults: &mut Faults<'_>) -> Option<Fields<'a>> {
        let (line, value) = self.get(key, faults)?;
        let table = value.as_table();
        if table.is_none() {
            faults.add(line, format!("`{key}` is no table; it begins with [{key}]"));
        }
        table.map(|table| Fields { what: format!("[{key}]"), line, table })
    }

    fn needed(&self, key: &str, faults: &mut Faults<'_>) -> bool {
        let there = self.has(key);
        if !there {
            faults.add(self.line, format!("{} needs `{key}`", self.what));
        }
        there
    }
}
