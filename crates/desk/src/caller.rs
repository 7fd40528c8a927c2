//! Who asks, and what they may do. A [`Grant`] is the proof that a caller has a role; every verb takes one.

use std::net::IpAddr;
use std::sync::Arc;

use proofdesk_domain::entity::{Entity, ID};
use proofdesk_domain::record::Record;
use proofdesk_domain::roles::{Operation, Role};
use proofdesk_domain::scope::Scope;
use proofdesk_store::Query;

use crate::Desk;
use crate::error::DeskError;
use crate::idempotency::Key;
use crate::tags::Preconditions;

/// Somebody who is signed in, with what they may do.
#[derive(Debug)]
pub struct Principal {
    /// The user's id; None for the desk itself.
    pub user_id: Option<i64>,
    /// The user's e-mail address.
    pub email: String,
    rights: Rights,
}

#[derive(Debug)]
enum Rights {
    /// A full unrestricted administrator.
    Everything,
    /// The roles with these numbers, everywhere.
    Everywhere(Vec<i64>),
    /// Some roles at some businesses.
    Roles(Held),
}

/// Which roles are held at which businesses.
#[derive(Debug)]
struct Held {
    /// For each role, in the order of the numbers, the businesses where it is held.
    roles: Vec<Vec<i64>>,
    /// All of those businesses, each once: worked out once, and asked for with every request.
    businesses: Vec<i64>,
}

impl Held {
    fn new(roles: Vec<Vec<i64>>) -> Self {
        let mut businesses = roles.concat();
        businesses.sort_unstable();
        businesses.dedup();
        Self { roles, businesses }
    }
}

/// Where a request comes from.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The client's address.
    pub remote: Option<IpAddr>,
    /// Whether that may be somebody else's: a proxy handed the request on, and didn't say for whom.
    pub unclear: bool,
    /// The request, as the log names it.
    pub request_id: String,
}

impl Origin {
    /// The network that the request comes from; None where that can't be told.
    pub fn network(&self) -> Option<u128> {
        self.remote.filter(|_| !self.unclear).map(network)
    }
}

/// What counts as one address: one of IPv4, and the 64 bits of IPv6 that a customer of a provider gets.
pub fn network(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits() >> 64 << 64,
    }
}

/// A principal, asking from somewhere.
#[derive(Clone, Debug)]
pub struct Caller {
    principal: Arc<Principal>,
    /// Where the request comes from.
    pub origin: Origin,
}

/// The proof that a caller has a role on an entity, and the only way to its records.
#[derive(Clone, Debug)]
pub struct Grant {
    caller: Caller,
    entity: &'static Entity,
    scope: Scope,
    /// What must hold of the record that is loaded by its id.
    pub(crate) preconditions: Option<Arc<Preconditions>>,
    /// The request's idempotency key.
    pub(crate) key: Option<Arc<Key>>,
}

impl Principal {
    /// A full unrestricted administrator.
    pub fn unrestricted(user_id: Option<i64>, email: &str) -> Self {
        Self { user_id, email: email.to_owned(), rights: Rights::Everything }
    }

    /// A user who holds these roles at these businesses.
    pub fn with_roles(user_id: i64, email: &str, held: impl IntoIterator<Item = (Role, i64)>) -> Self {
        let mut roles = vec![Vec::new(); Role::all().count()];
        for (role, business) in held {
            roles[role.number() as usize - 1].push(business);
        }
        Self { user_id: Some(user_id), email: email.to_owned(), rights: Rights::Roles(Held::new(roles)) }
    }

    /// The same, with no other roles than these.
    #[must_use]
    pub fn narrowed(mut self, roles: &[Role]) -> Self {
        let numbers = || roles.iter().map(|role| role.number());
        self.rights = match self.rights {
            Rights::Everything => Rights::Everywhere(numbers().collect()),
            Rights::Everywhere(mut held) => {
                held.retain(|number| numbers().any(|kept| kept == *number));
                Rights::Everywhere(held)
            }
            Rights::Roles(held) => {
                let mut roles = held.roles;
                for (place, businesses) in roles.iter_mut().enumerate() {
                    if !numbers().any(|kept| kept == place as i64 + 1) {
                        businesses.clear();
                    }
                }
                Rights::Roles(Held::new(roles))
            }
        };
        self
    }

    /// Whether nothing is closed to it.
    pub fn is_unrestricted(&self) -> bool {
        matches!(self.rights, Rights::Everything)
    }

    /// Whether it holds a role at a business.
    pub fn holds(&self, role: Role, business: i64) -> bool {
        self.scope(role).is_some_and(|scope| scope.covers(business))
    }

    /// Where it holds a role; None for nowhere.
    fn scope(&self, role: Role) -> Option<Scope> {
        match &self.rights {
            Rights::Everything => Some(Scope::All),
            Rights::Everywhere(held) => held.contains(&role.number()).then_some(Scope::All),
            Rights::Roles(held) => {
                let businesses =
                    held.roles.get(role.number() as usize - 1).filter(|held| !held.is_empty())?;
                Some(Scope::of(businesses.iter().copied()))
            }
        }
    }

    /// The businesses where it holds a role, each once; none where it isn't bound to any.
    pub fn businesses(&self) -> &[i64] {
        match &self.rights {
            Rights::Roles(held) => &held.businesses,
            Rights::Everything | Rights::Everywhere(_) => &[],
        }
    }

    /// The names of the roles that it holds anywhere.
    pub fn role_names(&self) -> Vec<String> {
        Role::all().filter(|role| self.scope(*role).is_some()).map(Role::name).collect()
    }
}

impl Caller {
    /// A principal asking from somewhere.
    pub fn new(principal: Arc<Principal>, origin: Origin) -> Self {
        Self { principal, origin }
    }

    /// The desk itself: the first start and the command line.
    pub fn system() -> Self {
        Self::new(Arc::new(Principal::unrestricted(None, "proofdesk")), Origin::default())
    }

    /// Who asks.
    pub fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The e-mail address of who asks.
    pub fn email(&self) -> &str {
        &self.principal.email
    }

    /// The proof that the caller has a role.
    ///
    /// # Errors
    /// [`DeskError::MissingRole`] if it is held nowhere.
    pub fn grant(&self, entity: &'static Entity, operation: Operation) -> Result<Grant, DeskError> {
        let role = Role::new(entity, operation);
        let scope = self.principal.scope(role).ok_or_else(|| DeskError::MissingRole(role.name()))?;
        Ok(Grant { caller: self.clone(), entity, scope, preconditions: None, key: None })
    }
}

impl Grant {
    /// Who asks.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The entity that the grant is for.
    pub fn entity(&self) -> &'static Entity {
        self.entity
    }

    /// The businesses that the grant is for.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The record with this id.
    ///
    /// # Errors
    /// [`DeskError::NotFound`] if there is none, or the caller may not see it; [`DeskError::PreconditionFailed`] if it
    /// isn't as the caller requires.
    pub async fn load(&self, desk: &Desk, id: i64) -> Result<Record, DeskError> {
        let record = self.find(desk, self.entity, id).await?.ok_or(DeskError::NotFound)?;
        self.meets(desk, &record).await?;
        Ok(record)
    }

    /// A record of another entity that one of this entity refers to, within the same businesses.
    pub(crate) async fn find(
        &self,
        desk: &Desk,
        entity: &'static Entity,
        id: i64,
    ) -> Result<Option<Record>, DeskError> {
        let query = Query::by_id(entity, self.scope.clone(), id);
        Ok(desk.store().select(&query).await?.pop())
    }

    /// The records with these ids that the caller may see, for all-or-nothing verbs.
    pub(crate) async fn load_all(&self, desk: &Desk, ids: &[i64]) -> Result<Vec<Record>, DeskError> {
        let query = Query::all(self.entity, self.scope.clone(), ids.len().max(1) as u32)
            .filter(ID, proofdesk_domain::list::Test::OneOf(ids.to_vec()));
        let records = desk.store().select(&query).await?;
        for record in &records {
            self.meets(desk, record).await?;
        }
        Ok(records)
    }
}
