//! Reading a filter.

use super::{Filter, Literal, too_long};
use crate::graph::error::GraphError;

/// Reading and applying a filter is recursive, so its length is the depth of the stack: a hundred comparisons.
const MOST_TOKENS: usize = 400;

/// Reads a whole filter; what is left over is an error.
pub(super) fn parse(text: &str) -> Result<Filter, GraphError> {
    let tokens = tokens(text)?;
    if tokens.len() > MOST_TOKENS {
        return Err(too_long());
    }
    let mut parser = Parser {
        tokens: &tokens,
        at: 0,
    };
    let filter = parser.either()?;
    if parser.at < tokens.len() {
        Err(GraphError::bad_filter())
    } else {
        Ok(filter)
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Quoted(String),
    Open,
    Close,
    Comma,
}

fn tokens(text: &str) -> Result<Vec<Token>, GraphError> {
    let mut tokens = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            ' ' => {}
            '(' => tokens.push(Token::Open),
            ')' => tokens.push(Token::Close),
            ',' => tokens.push(Token::Comma),
            '\'' => {
                let mut quoted = String::new();
                loop {
                    match characters.next() {
                        Some('\'') if characters.peek() == Some(&'\'') => {
                            characters.next();
                            quoted.push('\'');
                        }
                        Some('\'') => break,
                        Some(inner) => quoted.push(inner),
                        None => return Err(GraphError::bad_filter()),
                    }
                }
                tokens.push(Token::Quoted(quoted));
            }
            first => {
                let mut word = String::from(first);
                while let Some(next) = characters.peek().filter(|next| !" (),'".contains(**next)) {
                    word.push(*next);
                    characters.next();
                }
                tokens.push(Token::Word(word));
            }
        }
    }
    Ok(tokens)
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
}

impl Parser<'_> {
    fn either(&mut self) -> Result<Filter, GraphError> {
        let mut left = self.both()?;
        while self.takes_word("or") {
            left = Filter::Or(Box::new(left), Box::new(self.both()?));
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Filter, GraphError> {
        let mut left = self.term()?;
        while self.takes_word("and") {
            left = Filter::And(Box::new(left), Box::new(self.term()?));
        }
        Ok(left)
    }

    fn term(&mut self) -> Result<Filter, GraphError> {
        match self.next()? {
            Token::Open => {
                let inner = self.either()?;
                self.expect(&Token::Close)?;
                Ok(inner)
            }
            Token::Word(word) if word.eq_ignore_ascii_case("not") => {
                Ok(Filter::Not(Box::new(self.term()?)))
            }
            Token::Word(word) if self.tokens.get(self.at) == Some(&Token::Open) => {
                self.function(&word)
            }
            Token::Word(path) => {
                let operator = self.word()?.to_ascii_lowercase();
                if operator == "in" {
                    return Ok(Filter::In {
                        path,
                        values: self.literals()?,
                    });
                }
                if !["eq", "ne", "gt", "ge", "lt", "le"].contains(&operator.as_str()) {
                    return Err(GraphError::bad_filter());
                }
                Ok(Filter::Compare {
                    path,
                    operator,
                    value: self.literal()?,
                })
            }
            Token::Quoted(_) | Token::Close | Token::Comma => Err(GraphError::bad_filter()),
        }
    }

    fn function(&mut self, name: &str) -> Result<Filter, GraphError> {
        self.expect(&Token::Open)?;
        let name = name.to_ascii_lowercase();
        if name == "emailaddresses/any" {
            // The part between the colon and the operator is the variable's path: `a:a/address`.
            let path = self.word()?;
            let operator = self.word()?;
            let Literal::Text(address) = self.literal()? else {
                return Err(GraphError::bad_filter());
            };
            self.expect(&Token::Close)?;
            if !path.ends_with("/address") || operator != "eq" {
                return Err(GraphError::bad_filter());
            }
            return Ok(Filter::AnyAddress { address });
        }
        if !["startswith", "endswith", "contains"].contains(&name.as_str()) {
            return Err(GraphError::bad_filter());
        }
        let path = self.word()?;
        self.expect(&Token::Comma)?;
        let Literal::Text(value) = self.literal()? else {
            return Err(GraphError::bad_filter());
        };
        self.expect(&Token::Close)?;
        Ok(Filter::Text {
            function: name,
            path,
            value,
        })
    }

    /// `('a', 'b')`.
    fn literals(&mut self) -> Result<Vec<Literal>, GraphError> {
        self.expect(&Token::Open)?;
        let mut values = vec![self.literal()?];
        loop {
            match self.next()? {
                Token::Comma => values.push(self.literal()?),
                Token::Close => return Ok(values),
                _ => return Err(GraphError::bad_filter()),
            }
        }
    }

    fn literal(&mut self) -> Result<Literal, GraphError> {
        match self.next()? {
            Token::Quoted(text) => Ok(Literal::Text(text)),
            Token::Word(word) => Ok(match word.as_str() {
                "true" => Literal::Bool(true),
                "false" => Literal::Bool(false),
                "null" => Literal::Null,
                _ => Literal::Text(word),
            }),
            Token::Open | Token::Close | Token::Comma => Err(GraphError::bad_filter()),
        }
    }

    fn word(&mut self) -> Result<String, GraphError> {
        match self.next()? {
            Token::Word(word) => Ok(word),
            _ => Err(GraphError::bad_filter()),
        }
    }

    fn takes_word(&mut self, wanted: &str) -> bool {
        let is = matches!(self.tokens.get(self.at), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted));
        self.at += usize::from(is);
        is
    }

    fn expect(&mut self, wanted: &Token) -> Result<(), GraphError> {
        if self.next()? == *wanted {
            Ok(())
        } else {
            Err(GraphError::bad_filter())
        }
    }

    fn next(&mut self) -> Result<Token, GraphError> {
        let token = self
            .tokens
            .get(self.at)
            .cloned()
            .ok_or_else(GraphError::bad_filter)?;
        self.at += 1;
        Ok(token)
    }
}
