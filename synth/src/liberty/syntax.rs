//! The three sentences of Liberty's language, as a tree.
//!
//! ```text
//!  name : value ;              simple attribute
//!  name ( value, ... ) ;       complex attribute
//!  name ( value, ... ) { ... } group
//! ```
//! Values are kept as text without their quotes. A semicolon may be missing at the end of a line, as it is in many files.

use crate::error::Error;

/// A group and what is in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub kind: String,
    /// The values in its parentheses.
    pub names: Vec<String>,
    /// Where it begins.
    pub line: usize,
    /// Simple and complex attributes in order.
    pub attributes: Vec<(String, Vec<String>)>,
    pub groups: Vec<Group>,
}

impl Group {
    /// The last value of an attribute; files may repeat one.
    pub fn get(&self, name: &str) -> Option<&[String]> {
        self.attributes.iter().rev().find(|(n, _)| n == name).map(|(_, values)| values.as_slice())
    }

    /// The only value of a simple attribute.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(|values| values.first()).map(String::as_str)
    }

    /// The groups of one kind.
    pub fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Group> {
        self.groups.iter().filter(move |group| group.kind == kind)
    }
}

/// Reads a file's text; `file` is for messages.
pub(super) fn parse(file: &str, text: &str) -> Result<Group, Error> {
    let mut reader = Reader { file, tokens: tokens(file, text)?, at: 0 };
    let (name, line) = reader.word("a library")?;
    match reader.sentence(name, line)? {
        Sentence::Group(group) if group.kind == "library" => match reader.peek() {
            None => Ok(group),
            Some(_) => Err(reader.unexpected("the end of the file, after one library")),
        },
        _ => Err(Error::liberty(file, line, "this is not `library (name) { ... }`")),
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// Text without quotes.
    Text(String),
    /// One of `( ) { } : ; ,`.
    Mark(char),
}

/// Tokens and their lines; comments and the backslashes of continued lines are gone.
fn tokens(file: &str, text: &str) -> Result<Vec<(Token, usize)>, Error> {
    let mut tokens = vec![];
    let (mut rest, mut line) = (text, 1);
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '/' if rest.starts_with("/*") => {
                rest.find("*/").ok_or_else(|| Error::liberty(file, line, "this comment does not end"))? + 2
            }
            '"' => {
                let end = rest[1..].find('"').ok_or_else(|| Error::liberty(file, line, "this text does not end"))?;
                let value = rest[1..=end].replace("\\\n", "").replace("\\\r\n", "");
                tokens.push((Token::Text(value.trim().into()), line));
                end + 2
            }
            '(' | ')' | '{' | '}' | ':' | ';' | ',' => {
                tokens.push((Token::Mark(c), line));
                1
            }
            c if c.is_whitespace() || c == '\\' => c.len_utf8(),
            _ => {
                let stop = |c: char| c.is_whitespace() || "(){}:;,\"\\".contains(c);
                let end = rest.find(stop).unwrap_or(rest.len());
                tokens.push((Token::Text(rest[..end].into()), line));
                end
            }
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    Ok(tokens)
}

enum Sentence {
    Attribute(String, Vec<String>),
    Group(Group),
}

struct Reader<'a> {
    file: &'a str,
    tokens: Vec<(Token, usize)>,
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn is(&self, mark: char) -> bool {
        self.peek() == Some(&Token::Mark(mark))
    }

    /// Steps over a mark if it is there.
    fn skip(&mut self, mark: char) -> bool {
        let there = self.is(mark);
        self.at += usize::from(there);
        there
    }

    fn unexpected(&self, wanted: &str) -> Error {
        let (found, line) = match self.tokens.get(self.at) {
            Some((Token::Text(text), line)) => (format!("`{text}`"), *line),
            Some((Token::Mark(mark), line)) => (format!("`{mark}`"), *line),
            None => ("the end of the file: it is cut off".into(), self.tokens.last().map_or(1, |(_, line)| *line)),
        };
        Error::liberty(self.file, line, format!("expected {wanted}, found {found}"))
    }

    fn word(&mut self, wanted: &str) -> Result<(String, usize), Error> {
        match self.tokens.get(self.at) {
            Some((Token::Text(text), line)) => {
                self.at += 1;
                Ok((text.clone(), *line))
            }
            _ => Err(self.unexpected(wanted)),
        }
    }

    /// What follows the name of an attribute or group.
    fn sentence(&mut self, name: String, line: usize) -> Result<Sentence, Error> {
        if self.skip(':') {
            let value = self.value()?;
            self.skip(';');
            return Ok(Sentence::Attribute(name, vec![value]));
        }
        if !self.skip('(') {
            return Err(self.unexpected("`:` or `(`"));
        }
        let mut values = vec![];
        while !self.skip(')') {
            values.push(self.word("a value or `)`")?.0);
            if !self.skip(',') && !self.is(')') && !matches!(self.peek(), Some(Token::Text(_))) {
                return Err(self.unexpected("`,` or `)`"));
            }
        }
        if !self.skip('{') {
            self.skip(';');
            return Ok(Sentence::Attribute(name, values));
        }
        let mut group = Group { kind: name, names: values, line, ..Group::default() };
        while !self.skip('}') {
            let (name, line) = self.word("an attribute, a group or `}`")?;
            match self.sentence(name, line)? {
                Sentence::Attribute(name, values) => group.attributes.push((name, values)),
                Sentence::Group(inner) => group.groups.push(inner),
            }
            self.skip(';');
        }
        Ok(Sentence::Group(group))
    }

    /// A value after a colon: everything up to the semicolon, or to the end of its line where there is none.
    fn value(&mut self) -> Result<String, Error> {
        let (mut value, line) = self.word("a value")?;
        while let Some((token, at)) = self.tokens.get(self.at) {
            if *at != line || matches!(token, Token::Mark(';' | '}')) {
                break;
            }
            match token {
                Token::Text(text) => value = format!("{value} {text}"),
                Token::Mark(mark) => value.push(*mark),
            }
            self.at += 1;
        }
        Ok(value)
    }
}
