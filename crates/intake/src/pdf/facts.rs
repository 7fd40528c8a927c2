//! What is of interest in one object.

use super::document::MAX_OBJECTS;
use super::lexer::{Lexer, Token};
use crate::Refusal;

/// Deepest nesting of arrays and dictionaries; writers stay below 20.
const MAX_DEPTH: usize = 200;

const DAMAGED: Refusal = Refusal::Damaged("the objects of the PDF don't add up");

/// The types that are told apart.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    #[default]
    Other,
    Catalog,
    Pages,
    Page,
    ObjectStream,
    CrossReference,
}

/// How a stream is packed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filter {
    #[default]
    Plain,
    Flate,
    Other,
}

/// What one object says, of what is asked here.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) is_dictionary: bool,
    pub(super) kind: Type,
    /// References in `Kids`, or in an object that is an array itself.
    pub(super) references: Vec<u32>,
    pub(super) has_kids: bool,
    /// `Kids` where it is a reference to an array.
    pub(super) kids: Option<u32>,
    pub(super) pages: Option<u32>,
    pub(super) root: Option<u32>,
    pub(super) length: Option<usize>,
    pub(super) members: usize,
    pub(super) first: usize,
    pub(super) filter: Filter,
}

/// The keys that matter in an object's own dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Other,
    Type,
    Kids,
    Pages,
    Root,
    Length,
    Members,
    First,
    Filter,
    Parameters,
}

/// An open array or dictionary.
struct Open {
    is_dictionary: bool,
    /// In a dictionary: the latest key, and whether the next name is a key.
    key: Key,
    awaits_key: bool,
}

/// Reads one value, which starts with `first`, up to its end.
pub(super) fn read(first: &Token<'_>, lexer: &mut Lexer<'_>) -> Result<Facts, Refusal> {
    let mut reader = Reader::default();
    reader.take(first)?;
    while !reader.open.is_empty() {
        let token = lexer.next().ok_or(Refusal::EndsEarly("an object of the PDF has no end"))?;
        reader.take(&token)?;
    }
    Ok(reader.facts)
}

#[derive(Default)]
struct Reader {
    facts: Facts,
    open: Vec<Open>,
    /// The latest two integers: a reference is two of them and `R`.
    integers: [u64; 2],
}

impl Reader {
    fn take(&mut self, token: &Token<'_>) -> Result<(), Refusal> {
        match token {
            Token::Name(name) => return self.name(name),
            Token::DictOpen => return self.enter(true),
            Token::ArrayOpen => return self.enter(false),
            Token::DictClose => return self.leave(true),
            Token::ArrayClose => return self.leave(false),
            Token::Integer(value) => self.integer(*value),
            Token::Word(b"R") => self.reference(),
            Token::Word(b"obj" | b"endobj" | b"stream" | b"endstream" | b"trailer" | b"startxref")
                if !self.open.is_empty() =>
            {
                return Err(DAMAGED);
            }
            Token::Word(_) | Token::Other => {}
        }
        self.value_ends();
        Ok(())
    }

    fn value_ends(&mut self) {
        if let Some(open) = self.open.last_mut() {
            open.awaits_key = true;
        }
    }

    fn enter(&mut self, is_dictionary: bool) -> Result<(), Refusal> {
        if self.open.len() == MAX_DEPTH {
            return Err(Refusal::Damaged("the PDF nests arrays or dictionaries more than 200 deep"));
        }
        if is_dictionary && self.key() == Key::Parameters {
            // A predictor: no writer packs objects so.
            self.facts.filter = Filter::Other;
        }
        self.value_ends();
        self.facts.is_dictionary |= is_dictionary && self.open.is_empty();
        self.open.push(Open { is_dictionary, key: Key::Other, awaits_key: true });
        Ok(())
    }

    fn leave(&mut self, is_dictionary: bool) -> Result<(), Refusal> {
        let open = self.open.pop().ok_or(DAMAGED)?;
        if open.is_dictionary == is_dictionary { Ok(()) } else { Err(DAMAGED) }
    }

    /// The key in the object's own dictionary that this place belongs to, at most one array below it.
    fn key(&self) -> Key {
        match self.open.as_slice() {
            [own] | [own, Open { is_dictionary: false, .. }] if own.is_dictionary => own.key,
            _ => Key::Other,
        }
    }

    fn name(&mut self, name: &[u8]) -> Result<(), Refusal> {
        let is_own = self.open.len() == 1;
        if let Some(open) = self.open.last_mut()
            && open.is_dictionary
        {
            open.awaits_key = !open.awaits_key;
            if !open.awaits_key {
                open.key = if is_own { Key::of(name) } else { Key::Other };
                self.facts.has_kids |= open.key == Key::Kids;
                return refuse_key(name, is_own);
            }
        }
        match self.key() {
            Key::Type if is_own => self.facts.kind = type_of(name),
            Key::Filter => self.filter(name),
            _ => {}
        }
        refuse_name(name)
    }

    fn filter(&mut self, name: &[u8]) {
        let is_flate = name == b"FlateDecode" && self.facts.filter == Filter::Plain;
        self.facts.filter = if is_flate { Filter::Flate } else { Filter::Other };
    }

    fn integer(&mut self, value: u64) {
        self.integers = [self.integers[1], value];
        let awaits_value = self.open.last().is_some_and(|open| open.is_dictionary && !open.awaits_key);
        if self.open.len() != 1 || !awaits_value {
            return;
        }
        let value = usize::try_from(value).unwrap_or(usize::MAX);
        match self.key() {
            Key::Length => self.facts.length = Some(value),
            Key::Members => self.facts.members = value,
            Key::First => self.facts.first = value,
            _ => {}
        }
    }

    /// Keeps a reference, up to one more than a document may have.
    fn refer(&mut self, object: u32) {
        if self.facts.references.len() <= MAX_OBJECTS {
            self.facts.references.push(object);
        }
    }

    fn reference(&mut self) {
        let Ok(object) = u32::try_from(self.integers[0]) else { return };
        let is_array = self.open.first().is_some_and(|own| !own.is_dictionary);
        match (self.key(), self.open.len()) {
            (Key::Kids, 2) => self.refer(object),
            (_, 1) if is_array => self.refer(object),
            (Key::Kids, 1) => self.facts.kids = Some(object),
            (Key::Pages, 1) => self.facts.pages = Some(object),
            (Key::Root, 1) => self.facts.root = Some(object),
            // What looked like a number was the number of an object that holds it.
            (Key::Length, 1) => self.facts.length = None,
            // A filter or predictor that can't be seen from here.
            (Key::Filter | Key::Parameters, 1 | 2) => self.facts.filter = Filter::Other,
            _ => {}
        }
    }
}

impl Key {
    fn of(name: &[u8]) -> Self {
        match name {
            b"Type" => Self::Type,
            b"Kids" => Self::Kids,
            b"Pages" => Self::Pages,
            b"Root" => Self::Root,
            b"Length" => Self::Length,
            b"N" => Self::Members,
            b"First" => Self::First,
            b"Filter" => Self::Filter,
            b"DecodeParms" => Self::Parameters,
            _ => Self::Other,
        }
    }
}

fn type_of(name: &[u8]) -> Type {
    match name {
        b"Catalog" => Type::Catalog,
        b"Pages" => Type::Pages,
        b"Page" => Type::Page,
        b"ObjStm" => Type::ObjectStream,
        b"XRef" => Type::CrossReference,
        _ => Type::Other,
    }
}

fn refuse_key(name: &[u8], is_own: bool) -> Result<(), Refusal> {
    match name {
        b"JS" => Err(Refusal::Contains("JavaScript")),
        b"EF" => Err(Refusal::Contains("embedded files")),
        b"XFA" => Err(Refusal::Contains("a form with scripts (XFA)")),
        b"Encrypt" if is_own => Err(Refusal::Variant("an encrypted PDF")),
        _ => refuse_name(name),
    }
}

/// Names that mean action or hidden content wherever they stand (ISO 32000-2, tables 171, 201 and 28).
fn refuse_name(name: &[u8]) -> Result<(), Refusal> {
    Err(Refusal::Contains(match name {
        b"JavaScript" => "JavaScript",
        b"Launch" => "an action that starts a program",
        b"SubmitForm" | b"ImportData" => "an action that sends or fetches data",
        b"EmbeddedFile" | b"EmbeddedFiles" | b"FileAttachment" | b"GoToE" => "embedded files",
        b"RichMedia" => "embedded media",
        _ => return Ok(()),
    }))
}
