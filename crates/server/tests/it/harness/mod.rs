//! Starts the desk as its operators do, and speaks with it as its clients do.
//!
//! ```ignore
//! on_both_stores! {
//!     fn a_check_can_be_read(desk) {
//!         let world = desk.world();
//!         let reader = desk.user_with_roles(&["CoworkerIdentityCheck-Read"], &[world.business]);
//!         assert_eq!(reader.get(&format!("{CHECKS}/{}", world.check)).record()["Name"], "Check");
//!     }
//! }
//! ```

mod answer;
mod authenticator;
pub(crate) mod bench;
mod clamd;
mod client;
mod count;
mod database;
mod desk;
mod file_server;
mod kept;
mod marked;
mod pictures;
mod raw;
mod shape;
mod watcher;
mod world;

pub(crate) use answer::Answer;
pub(crate) use authenticator::{Authenticator, CONFIRM, TOTP};
pub(crate) use clamd::{Clamd, EICAR_NAME, eicar};
pub(crate) use client::{Client, Sent, multipart};
pub(crate) use count::count;
pub(crate) use database::LONG_IDS_STEP;
pub(crate) use desk::{ADMIN_EMAIL, ADMIN_PASSWORD, Desk, Store};
pub(crate) use file_server::{FileServer, Reply};
pub(crate) use marked::marked;
pub(crate) use pictures::{gif, jpeg, noise, pdf, png, webp};
pub(crate) use raw::{Raw, RawAnswer};
pub(crate) use shape::shape;
pub(crate) use watcher::Watcher;
pub(crate) use world::{
    AUDIT, BUSINESSES, CHECKS, COWORKERS, DOCUMENTS, ROLES, USER_PASSWORD, USER_ROLES, USERS, World,
    every_role,
};

/// Makes of each function two tests: one with SQLite, one with PostgreSQL. The argument is a [`bench::Bench`].
#[macro_export]
macro_rules! bench_on_both_stores {
    ($($(#[$about:meta])* async fn $name:ident($bench:ident) $body:block)*) => {$(
        $(#[$about])*
        mod $name {
            #[allow(unused_imports, reason = "a body may name nothing of its file")]
            use super::*;

            async fn scenario($bench: $crate::harness::bench::Bench) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                scenario($crate::harness::bench::Bench::new($crate::harness::Store::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                scenario($crate::harness::bench::Bench::new($crate::harness::Store::Postgres).await).await;
            }
        }
    )*};
}

/// Makes of each function two tests: one with SQLite, one with PostgreSQL. The argument is a running [`Desk`]; `with`
/// gives it settings of its own.
#[macro_export]
macro_rules! on_both_stores {
    ($($(#[$about:meta])* fn $name:ident($desk:ident $(: with $settings:expr)?) $body:block)*) => {$(
        $(#[$about])*
        mod $name {
            #[allow(unused_imports, reason = "a body may name nothing of its file")]
            use super::*;

            fn scenario($desk: &$crate::harness::Desk) $body

            fn desk_of(store: $crate::harness::Store) -> $crate::harness::Desk {
                let builder = $crate::harness::Desk::builder(store);
                $(let builder = builder.settings(&$settings);)?
                builder.start()
            }

            #[test]
            fn sqlite() {
                scenario(&desk_of($crate::harness::Store::Sqlite));
            }

            #[test]
            fn postgres() {
                scenario(&desk_of($crate::harness::Store::Postgres));
            }
        }
    )*};
}
