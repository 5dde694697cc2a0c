//! The three sentences of Liberty's language, as a tree.
//!
//! ```text
//!  name : value ;              simple attribute
//!  name ( value, ... ) ;       complex attribute
//!  name ( value, ... ) { ... } group
//! ```
//! Values are kept as text without their quotes. A semicolon may be missing at the end of a line, as it is in many files.
//! Comments, `/* */` and as other readers take them `//` to the end of a line, may stand between any two words.

use crate::error::Error;

/// A group and what is in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub kind: String,
    /// The values in its parentheses.
    pub names: Vec<String>,
    /// Its first line.
    pub line: usize,
    /// Simple and complex attributes in order.
    pub attributes: Vec<Attribute>,
    pub groups: Vec<Group>,
}

/// A name with its values.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    name: String,
    line: usize,
    values: Vec<String>,
}

impl Group {
    /// The last value of an attribute; files may repeat one.
    pub fn get(&self, name: &str) -> Option<&[String]> {
        self.attribute(name).map(|attribute| attribute.values.as_slice())
    }

    fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().rev().find(|attribute| attribute.name == name)
    }

    /// The line of that value, or of the group where there is none.
    pub fn line_of(&self, name: &str) -> usize {
        self.attribute(name).map_or(self.line, |attribute| attribute.line)
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
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '"' => {
                let end =
                    end_of_text(&rest[1..]).ok_or_else(|| Error::liberty(file, line, "this text does not end"))?;
                let value = rest[1..=end].replace("\\\n", "").replace("\\\r\n", "").replace("\\\"", "\"");
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
                // A comment may follow a word without a space.
                let end = rest[..end].find("/*").filter(|comment| *comment > 0).unwrap_or(end);
                tokens.push((Token::Text(rest[..end].into()), line));
                end
            }
        };
        line += rest[..length].matches('\n').count();
        rest = &rest[length..];
    }
    Ok(tokens)
}

/// The place of the quote that ends a text; one behind a backslash belongs to it.
fn end_of_text(rest: &str) -> Option<usize> {
    rest.match_indices('"').map(|(at, _)| at).find(|at| !rest[..*at].ends_with('\\'))
}

enum Sentence {
    Attribute(Attribute),
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

    /// Text behind the name of an attribute or group.
    fn sentence(&mut self, name: String, line: usize) -> Result<Sentence, Error> {
        if self.skip(':') {
            let value = self.value()?;
            self.skip(';');
            return Ok(Sentence::Attribute(Attribute { name, line, values: vec![value] }));
        }
        if !self.skip('(') {
            return Err(self.unexpected("`:` or `(`"));
        }
        let mut values = vec![];
        while !self.skip(')') {
            let mut value = self.word("a value or `)`")?.0;
            // A range of a bus: `A[3:0]`.
            while self.skip(':') {
                value = format!("{value}:{}", self.word("the end of a range")?.0);
            }
            values.push(value);
            if !self.skip(',') && !self.is(')') && !matches!(self.peek(), Some(Token::Text(_))) {
                return Err(self.unexpected("`,` or `)`"));
            }
        }
        if !self.skip('{') {
            self.skip(';');
            return Ok(Sentence::Attribute(Attribute { name, line, values }));
        }
        let mut group = Group { kind: name, names: values, line, ..Group::default() };
        while !self.skip('}') {
            let (name, line) = self.word("an attribute, a group or `}`")?;
            match self.sentence(name, line)? {
                Sentence::Attribute(attribute) => group.attributes.push(attribute),
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
