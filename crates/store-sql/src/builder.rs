//! A statement while it is written.

use std::borrow::Cow;

use crate::dialect::Dialect;
use crate::parameter::{Parameter, Statement};

/// A statement while it is written: each parameter goes in together with its placeholder.
pub(crate) struct Builder<'a> {
    pub(crate) dialect: Dialect,
    sql: String,
    parameters: Vec<Parameter<'a>>,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(dialect: Dialect, start: &str) -> Self {
        let mut sql = String::with_capacity(start.len() + 512);
        sql.push_str(start);
        Self { dialect, sql, parameters: Vec::new() }
    }

    pub(crate) fn push(&mut self, part: &str) {
        self.sql.push_str(part);
    }

    pub(crate) fn bind(&mut self, parameter: Parameter<'a>) {
        self.parameters.push(parameter);
        self.dialect.placeholder(&mut self.sql, self.parameters.len());
    }

    /// Writes a test of a column, such as ` = `, against a parameter.
    pub(crate) fn compare(&mut self, column: &str, operator: &str, parameter: Parameter<'a>) {
        self.push(column);
        self.push(operator);
        self.bind(parameter);
    }

    /// Writes a test of whether a column is in a set.
    pub(crate) fn in_set(&mut self, column: &str, ids: &'a [i64]) {
        let (before, after) = self.dialect.in_set();
        self.compare(column, before, Parameter::Ids(ids));
        self.push(after);
    }

    /// ` WHERE ` before the first condition, ` AND ` before the others.
    pub(crate) fn and(&mut self, first: &mut bool) {
        self.push(if std::mem::take(first) { " WHERE " } else { " AND " });
    }

    pub(crate) fn done(self) -> Statement<'a> {
        Statement { sql: Cow::Owned(self.sql), parameters: self.parameters }
    }

    pub(crate) fn sql(self) -> String {
        self.sql
    }
}
