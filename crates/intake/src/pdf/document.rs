//! All objects of a file, and the page tree in them.

use std::collections::{HashMap, HashSet};

use super::facts::{self, Facts, Type};
use super::lexer::{Lexer, Token};
use super::unpack::{self, Budget};
use crate::Refusal;

/// Most objects, and most references to pages; a page of a tagged text has some thousand objects.
pub(super) const MAX_OBJECTS: usize = 100_000;

/// What an object means to the page tree.
enum Node {
    Catalog { pages: Option<u32> },
    Pages { kids: Vec<u32>, indirect: Option<u32> },
    Array(Vec<u32>),
    Page,
}

/// What was found in a file. A later object of the same number replaces an earlier one (ISO 32000-2, 7.5.6).
#[derive(Default)]
pub(super) struct Document {
    nodes: HashMap<u32, Node>,
    root: Option<u32>,
    objects: usize,
    references: usize,
    budget: Budget,
}

impl Document {
    /// Reads every object of a file, in the order of the file.
    pub(super) fn read(file: &[u8]) -> Result<Self, Refusal> {
        let mut document = Self::default();
        let mut lexer = Lexer::new(file);
        let mut integers = [0, 0];
        while let Some(token) = lexer.next() {
            match token {
                Token::Integer(value) => integers = [integers[1], value],
                Token::Word(b"obj") => document.object(integers[0], file, &mut lexer)?,
                Token::DictOpen | Token::ArrayOpen => document.trailer(&token, &mut lexer)?,
                _ => {}
            }
        }
        Ok(document)
    }

    /// A dictionary outside of any object: a trailer.
    fn trailer(&mut self, first: &Token<'_>, lexer: &mut Lexer<'_>) -> Result<(), Refusal> {
        let facts = facts::read(first, lexer)?;
        self.root = facts.root.or(self.root);
        Ok(())
    }

    fn object(&mut self, number: u64, file: &[u8], lexer: &mut Lexer<'_>) -> Result<(), Refusal> {
        let Some(first) = lexer.next() else { return Ok(()) };
        let facts = facts::read(&first, lexer)?;
        let behind = lexer.at;
        if facts.is_dictionary && lexer.next() == Some(Token::Word(b"stream")) {
            let data = stream(&facts, file, lexer)?;
            return self.stream(&facts, data);
        }
        lexer.at = behind;
        self.keep(u32::try_from(number).unwrap_or(u32::MAX), facts)
    }

    fn stream(&mut self, facts: &Facts, data: &[u8]) -> Result<(), Refusal> {
        self.count()?;
        match facts.kind {
            Type::CrossReference => self.root = facts.root.or(self.root),
            Type::ObjectStream => {
                let content = self.budget.unpack(facts, data)?;
                for (number, member) in unpack::members(facts, &content)? {
                    let mut lexer = Lexer::new(member);
                    if let Some(first) = lexer.next() {
                        self.keep(number, facts::read(&first, &mut lexer)?)?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn count(&mut self) -> Result<(), Refusal> {
        self.objects += 1;
        if self.objects > MAX_OBJECTS || self.references > MAX_OBJECTS {
            return Err(Refusal::Contains("more than 100,000 objects"));
        }
        Ok(())
    }

    fn keep(&mut self, number: u32, facts: Facts) -> Result<(), Refusal> {
        let is_tree = facts.kind == Type::Pages || (facts.has_kids && facts.kind == Type::Other);
        let node = match facts.kind {
            Type::Catalog => Node::Catalog { pages: facts.pages },
            _ if is_tree => Node::Pages { kids: facts.references, indirect: facts.kids },
            _ if facts.is_dictionary => Node::Page,
            _ if !facts.references.is_empty() => Node::Array(facts.references),
            _ => return self.count(),
        };
        if let Node::Pages { kids, .. } | Node::Array(kids) = &node {
            self.references += kids.len();
        }
        self.nodes.insert(number, node);
        self.count()
    }

    /// Counts the pages that the tree reaches. A tree that bites its own tail is walked once.
    pub(super) fn count_pages(&self) -> Result<u32, Refusal> {
        let no_tree = Refusal::Damaged("the PDF has no page tree");
        let catalog = self.root.and_then(|root| self.nodes.get(&root));
        let Some(Node::Catalog { pages: Some(top) }) = catalog else { return Err(no_tree) };
        let mut visited = HashSet::from([*top]);
        let mut open = vec![*top];
        let mut pages = 0;
        while let Some(number) = open.pop() {
            match self.nodes.get(&number) {
                Some(Node::Pages { kids, indirect }) => {
                    let further = kids.iter().chain(indirect);
                    open.extend(further.copied().filter(|number| visited.insert(*number)));
                }
                Some(Node::Array(kids)) => {
                    open.extend(kids.iter().copied().filter(|kid| visited.insert(*kid)));
                }
                Some(Node::Page) => pages += 1,
                Some(Node::Catalog { .. }) | None => {}
            }
        }
        if pages == 0 { Err(Refusal::Damaged("the PDF has no pages")) } else { Ok(pages) }
    }
}

/// The data of the stream that starts at the lexer, which is moved behind it (ISO 32000-2, 7.3.8).
fn stream<'a>(facts: &Facts, file: &'a [u8], lexer: &mut Lexer<'_>) -> Result<&'a [u8], Refusal> {
    const END: &[u8] = b"endstream";
    let rest = &file[lexer.at..];
    let line_end = match rest {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    };
    let rest = &rest[line_end..];
    let stated = facts.length.and_then(|length| rest.split_at_checked(length));
    let is_right = |(_, behind): &(&[u8], &[u8])| {
        let spaces = behind.iter().take(4).take_while(|byte| matches!(byte, b'\r' | b'\n' | b' ')).count();
        behind[spaces..].starts_with(END)
    };
    let length = match stated.filter(is_right) {
        Some((data, _)) => data.len(),
        // The length lies in another object or is wrong, as in many files: the end is where its mark is.
        None => {
            memchr::memmem::find(rest, END).ok_or(Refusal::EndsEarly("a stream of the PDF has no end"))?
        }
    };
    lexer.at += line_end + length;
    Ok(&rest[..length])
}
