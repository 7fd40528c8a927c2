//! What every key store and every object store must do for a vault: the same cases, run against each backend.
//!
//! A backend writes a fixture and expands the suite in its own tests; every case becomes a test:
//!
//! ```text
//! proofdesk_vault::key_store_conformance!(SqliteFixture::new());
//! ```

mod business_keys;
pub mod key_store;
pub mod objects;

/// Expands to one `#[tokio::test]` for each case of [`conformance::key_store`](key_store).
///
/// The argument is evaluated anew in each test, may `.await`, and implements [`key_store::Fixture`]. The crate that expands
/// it needs `tokio` with `macros` and `rt`.
#[macro_export]
macro_rules! key_store_conformance {
    ($fixture:expr) => {
        $crate::conformance_cases! { key_store, $fixture,
            gives_back_what_was_put
            refuses_a_second_key
            lets_one_of_many_puts_win
            deletes_a_key_and_no_other
            lists_ids_in_byte_order
            lists_ids_in_pages
            keeps_the_first_value_of_a_setting
            keeps_settings_apart_from_keys
            finds_all_again_when_reopened
            lists_keys_of_files_whole
            keeps_keys_under_the_current_key_only
            lets_one_of_many_new_business_keys_win
            keeps_business_keys_for_its_own_master_key_only
            lists_business_keys_in_pages
            replaces_what_is_still_there
            renews_many_businesses_or_none
            deletes_a_retired_key_that_nothing_needs
            loses_no_key_between_put_and_retirement
            switches_the_master_key_whole_or_not_at_all
            destroys_a_business_and_no_other
            restores_what_was_listed
            tells_keys_and_settings_whole_when_reopened
        }
    };
}

/// Expands to one `#[tokio::test]` for each case of [`conformance::objects`](objects).
///
/// The argument is evaluated anew in each test, may `.await`, and implements [`objects::Fixture`].
#[macro_export]
macro_rules! objects_conformance {
    ($fixture:expr) => {
        $crate::conformance_cases! { objects, $fixture,
            gives_back_files_of_every_size
            gives_back_ranges
            refuses_an_object_that_was_cut_or_grew
            tells_a_missing_object_from_an_empty_one
            keeps_the_first_file_of_an_id
            erases_key_and_object
            leaves_nothing_of_an_aborted_file
            publishes_nothing_before_the_end
            lists_its_objects
        }
    };
}

/// The common part of the suites.
#[doc(hidden)]
#[macro_export]
macro_rules! conformance_cases {
    ($suite:ident, $fixture:expr, $($case:ident)+) => {
        $(
            #[tokio::test]
            async fn $case() -> Result<(), $crate::conformance::$suite::Failure> {
                $crate::conformance::$suite::$case(&$fixture).await
            }
        )+
    };
}
