//! The question for one record by its id: what is asked most, so its texts are ready.

use std::borrow::Cow;

use proofdesk_domain::entity::Entity;

use crate::builder::Builder;
use crate::condition::write_scope;
use crate::dialect::Dialect;
use crate::parameter::{Parameter, Statement};

/// The texts for each kind of scope.
pub(crate) struct Points {
    all: String,
    of_one: String,
    of_many: String,
}

impl Points {
    /// `head` is everything up to the conditions.
    pub(crate) fn new(dialect: Dialect, entity: &Entity, head: &str) -> Self {
        let text = |businesses: Option<&[i64]>| {
            let mut sql = Builder::new(dialect, head);
            sql.compare(" WHERE t0.id", " = ", Parameter::Int(0));
            if let Some(businesses) = businesses {
                write_scope(&mut sql, &mut false, entity, businesses);
            }
            sql.done().sql.into_owned()
        };
        Self { all: text(None), of_one: text(Some(&[1])), of_many: text(Some(&[1, 2])) }
    }

    /// The record with this id, of whatever business.
    pub(crate) fn of_all(&'static self, id: i64) -> Statement<'static> {
        Statement { sql: Cow::Borrowed(&self.all), parameters: vec![Parameter::Int(id)] }
    }

    /// The record with this id, of these businesses. `shared` where the businesses don't matter.
    pub(crate) fn of_some<'a>(&'static self, id: i64, businesses: &'a [i64], shared: bool) -> Statement<'a> {
        let id = Parameter::Int(id);
        let (sql, parameters) = match businesses {
            _ if shared => (&self.all, vec![id]),
            [business] => (&self.of_one, vec![id, Parameter::Int(*business)]),
            businesses => (&self.of_many, vec![id, Parameter::Ids(businesses)]),
        };
        Statement { sql: Cow::Borrowed(sql), parameters }
    }
}
