//! The table of all operations. One line each: the router and the OpenAPI document are made from it.

use axum::http::Method;
use proofdesk_desk::export;
use proofdesk_domain::entities;
use proofdesk_domain::entities::{check::CHECK, coworker::COWORKER, document::DOCUMENT, user::USER};
use proofdesk_domain::entity::{Changes, Entity};
use proofdesk_domain::roles::Operation;
use proofdesk_domain::slots::Slot;

use crate::dispatch::Handler;
use crate::handlers::{
    account, batch_or_search, commands, create, delete, export as exports, files, get, oauth, token, totp,
    update, utils,
};

/// One operation.
pub struct Route {
    /// GET, POST, PUT, PATCH or DELETE.
    pub method: Method,
    /// The path, lower case, with `{id}` where a number stands.
    pub path: String,
    /// Who may call it.
    pub access: Access,
    /// What it works on; None for what is about no entity.
    pub entity: Option<&'static Entity>,
    /// What it does, as the document describes it.
    pub operation: Described,
    pub(crate) handler: Handler,
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Anybody who is signed in.
    AnyUser,
    /// Whoever has this role on the route's entity.
    Role(Operation),
    /// A search needs `-List`, a batch by ids `-Read`: one path, told apart by the query.
    ListOrRead,
}

/// What an operation does: the key to its description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Described {
    /// Search, or batch.
    Search,
    /// Get one.
    Get,
    /// Create.
    Create,
    /// PUT.
    Replace,
    /// PATCH.
    Merge,
    /// Delete.
    Delete,
    /// List the commands.
    Commands,
    /// Run a command.
    RunCommand,
    /// The receipt of an erasure.
    Receipt,
    /// All that is kept of one customer.
    Export,
    /// Look at a file.
    Download(Slot),
    /// Put a file into a slot.
    Upload(Slot),
    /// The values of an enumeration.
    Enums,
    /// Who is signed in.
    Me,
    /// Get tokens.
    Token,
    /// End tokens.
    Revoke,
    /// What a token stands for.
    Introspect,
    /// What the authorization server can.
    Metadata,
    /// Where somebody is signed in.
    Sessions,
    /// End sign-ins.
    EndSessions,
    /// A link with which a user sets a password.
    Invite,
    /// Set a password by a link.
    SetPassword,
    /// Change one's own password.
    ChangePassword,
    /// Get the secret of a second factor.
    EnrolTotp,
    /// Turn the second factor on.
    ConfirmTotp,
    /// Turn the second factor off.
    TurnTotpOff,
}

impl Route {
    /// The entities whose `-Read` role it needs besides the one that [`Self::access`] says, each at every location of the record.
    pub fn besides(&self) -> &'static [&'static Entity] {
        besides(self.operation)
    }
}

/// The same, of an operation.
pub(crate) fn besides(operation: Described) -> &'static [&'static Entity] {
    if operation == Described::Export { &export::BESIDES } else { &[] }
}

/// All operations.
pub fn all() -> Vec<Route> {
    let mut routes: Vec<Route> = entities::PUBLIC.into_iter().flat_map(of_entity).collect();
    routes.extend([&CHECK, &DOCUMENT, &COWORKER].into_iter().flat_map(of_commands));
    routes.push(of_export());
    routes.extend(Slot::ALL.into_iter().flat_map(of_slot));
    routes.extend(of_users());
    routes.extend(of_none());
    routes
}

fn of_entity(e: &'static Entity) -> Vec<Route> {
    use Access::{ListOrRead, Role};
    use Described::{Create, Delete, Get, Merge, Replace, Search};
    let one = &format!("{}/{{id}}", e.path);
    let mut routes = vec![
        route(Method::GET, e.path, ListOrRead, e, Search, batch_or_search::handle),
        route(Method::GET, &format!("{}/", e.path), ListOrRead, e, Search, batch_or_search::handle),
        route(Method::GET, one, Role(Operation::Read), e, Get, get::handle),
    ];
    if e.changes == Changes::All {
        routes.extend([
            route(Method::POST, e.path, Role(Operation::Create), e, Create, create::handle),
            route(Method::PUT, e.path, Role(Operation::Edit), e, Replace, update::replace),
            route(Method::PUT, one, Role(Operation::Edit), e, Replace, update::replace),
            route(Method::PATCH, e.path, Role(Operation::Edit), e, Merge, update::merge),
            route(Method::DELETE, one, Role(Operation::Delete), e, Delete, delete::handle),
        ]);
    }
    routes
}

fn of_commands(e: &'static Entity) -> Vec<Route> {
    let path = |last| format!("{}/{last}", e.path);
    vec![
        route(
            Method::GET,
            &path("commands"),
            Access::Role(Operation::List),
            e,
            Described::Commands,
            commands::list,
        ),
        route(
            Method::POST,
            &path("runcommand"),
            // All that can be run on a customer is to erase it.
            Access::Role(if e == &COWORKER { Operation::Delete } else { Operation::Edit }),
            e,
            Described::RunCommand,
            commands::run,
        ),
        route(
            Method::GET,
            &path("getreceipt/{id}"),
            Access::Role(Operation::Read),
            e,
            Described::Receipt,
            commands::receipt,
        ),
    ]
}

fn of_export() -> Route {
    let (path, read) = (format!("{}/{{id}}/export", COWORKER.path), Access::Role(Operation::Read));
    route(Method::GET, &path, read, &COWORKER, Described::Export, exports::handle)
}

fn of_slot(slot: Slot) -> Vec<Route> {
    let prefix = slot.prefix().to_lowercase();
    let path = |verb| format!("{}/{verb}{prefix}/{{id}}", DOCUMENT.path);
    let (read, edit) = (Access::Role(Operation::Read), Access::Role(Operation::Edit));
    vec![
        route(Method::GET, &path("get"), read, &DOCUMENT, Described::Download(slot), files::download),
        route(Method::POST, &path("upload"), edit, &DOCUMENT, Described::Upload(slot), files::upload),
    ]
}

fn of_users() -> Vec<Route> {
    use Described::{EndSessions, Invite, Sessions};
    let path = |verb| format!("{}/{verb}/{{id}}", USER.path);
    let (read, edit) = (Access::Role(Operation::Read), Access::Role(Operation::Edit));
    vec![
        route(Method::GET, &path("getsessions"), read, &USER, Sessions, account::sessions),
        route(Method::POST, &path("endsessions"), edit, &USER, EndSessions, account::end_sessions),
        route(Method::POST, &path("invite"), edit, &USER, Invite, account::invite),
    ]
}

/// Where the caller's second factor is.
const TOTP: &str = "/api/auth/totp";

fn of_none() -> Vec<Route> {
    use Access::{AnyUser, Public};
    use Described::{
        ChangePassword, ConfirmTotp, EndSessions, EnrolTotp, Enums, Introspect, Me, Metadata, Revoke,
        Sessions, SetPassword, Token, TurnTotpOff,
    };
    let get = |path: &str, access, operation, handler| own(Method::GET, path, access, operation, handler);
    let post = |path: &str, access, operation, handler| own(Method::POST, path, access, operation, handler);
    vec![
        get("/api/utils/enums", AnyUser, Enums, Handler::new(utils::enums)),
        get("/api/auth/me", AnyUser, Me, Handler::new(utils::me)),
        get("/api/auth/sessions", AnyUser, Sessions, Handler::new(account::own_sessions)),
        post("/api/auth/endsessions", AnyUser, EndSessions, Handler::new(account::end_own_sessions)),
        post("/api/auth/changepassword", AnyUser, ChangePassword, Handler::new(account::change_password)),
        post("/api/auth/setpassword", Public, SetPassword, Handler::new(account::set_password)),
        post(TOTP, AnyUser, EnrolTotp, Handler::new(totp::enrol)),
        post("/api/auth/totp/confirm", AnyUser, ConfirmTotp, Handler::new(totp::confirm)),
        own(Method::DELETE, TOTP, AnyUser, TurnTotpOff, Handler::new(totp::turn_off)),
        post("/api/token", Public, Token, Handler::new(token::handle)),
        post("/api/token/revoke", Public, Revoke, Handler::new(oauth::revoke)),
        post("/api/token/introspect", AnyUser, Introspect, Handler::new(oauth::introspect)),
        get(oauth::METADATA, Public, Metadata, Handler::new(oauth::metadata)),
    ]
}

/// A route that is about no entity.
fn own(method: Method, path: &str, access: Access, operation: Described, handler: Handler) -> Route {
    Route { method, path: path.to_owned(), access, entity: None, operation, handler }
}

fn route<F, Fut>(
    method: Method,
    path: &str,
    access: Access,
    entity: &'static Entity,
    operation: Described,
    handler: F,
) -> Route
where
    F: Fn(crate::call::Call) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = crate::error::Answer> + Send + 'static,
{
    let handler = Handler::new(handler);
    Route { method, path: path.to_owned(), access, entity: Some(entity), operation, handler }
}
