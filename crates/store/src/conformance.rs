//! What every store must do: the same cases, run against each backend.
//!
//! A backend expands the suite in its own tests, and every case becomes a test. The argument is evaluated anew in each,
//! is awaited, and gives an `Arc` of an empty, migrated store and whatever must live as long (a folder, a server):
//!
//! ```ignore
//! proofdesk_store::store_conformance!(fresh());
//!
//! async fn fresh() -> (Arc<SqliteStore>, TempDir) { … }
//! ```
//!
//! The crate that expands it needs `tokio` with `macros` and `rt-multi-thread`.
//!
//! Where the documentation of [`Store`](crate::Store) leaves a choice, the suite settles it, so that both backends give the
//! same pages:
//! - A derived field holds the value of the field that it leads to; where a reference on the way is null, it is null.
//! - Nulls come before everything else in ascending order, and after it in descending order.
//! - Texts are ordered by [`fold`](proofdesk_domain::list::fold), then by code points; GUIDs as their texts.
//! - A test never passes for null, except that `Equals` null asks for just that.
//! - A scope of some businesses sees no record without a business, and nothing internal.
//! - A business that others refer to, members in link tables included, can't be deleted; a record's own lists go with it.

pub mod atomicity;
pub mod concurrency;
pub mod derived;
pub mod exports;
pub mod filters;
pub mod guards;
pub mod lists;
mod model;
pub mod orders;
pub mod pages;
pub mod records;
pub mod references;
mod samples;
pub mod scopes;
pub mod snapshots;
pub mod start;
pub mod texts;
pub mod versions;
mod world;

use crate::StoreError;

/// A case that can't be carried out gives the store's error; one that finds the store wrong panics.
pub type Outcome = Result<(), StoreError>;

/// Expands to one test for each case.
#[macro_export]
macro_rules! store_conformance {
    ($factory:expr) => {
        $crate::store_conformance_cases! { $factory;
            start {
                a_new_store_is_ready
                a_new_store_has_the_roles_and_nothing_else
            }
            records {
                every_entity_reads_back_as_written
                every_entity_is_updated_as_a_whole
                a_list_that_is_null_stays
                texts_of_every_length_and_script_read_back
                numbers_of_every_size_read_back
                ids_ascend_and_are_never_used_again
                a_later_write_can_refer_to_an_earlier_insert
                deleting_what_is_not_there_is_a_conflict
                an_empty_transaction_does_nothing
            }
            versions {
                an_insert_gives_version_one
                an_update_adds_one
                a_stale_update_is_a_conflict
                a_second_update_needs_the_next_version
                updating_what_is_not_there_is_a_conflict
                what_has_no_version_is_just_updated
            }
            guards {
                a_guard_on_every_field_holds_or_does_not
                a_guard_on_null_wants_null
                a_guard_on_a_missing_record_fails
                guards_see_the_state_before_the_writes
                one_failing_guard_of_many_is_enough
                unchanged_notices_a_change_and_a_removal
            }
            atomicity {
                a_duplicate_takes_everything_back
                a_missing_reference_takes_everything_back
                a_stale_update_takes_everything_back
                a_failing_guard_writes_nothing
            }
            references {
                a_taken_login_names_its_column
                a_taken_token_names_its_column
                a_taken_slot_names_both_columns
                a_record_can_not_refer_to_nothing
                a_list_can_not_hold_what_is_not_there
                what_is_referred_to_can_not_be_deleted
                what_has_members_can_not_be_deleted
                a_transaction_can_delete_bottom_up
                an_audit_entry_outlives_its_values_and_its_location
                a_users_tokens_go_with_the_user
            }
            lists {
                a_list_is_replaced_on_update
                one_table_is_seen_from_both_ends
                either_end_can_be_deleted
                roles_of_a_bundle_read_back
            }
            derived {
                derived_fields_follow_one_and_two_references
                derived_fields_are_null_where_a_reference_is
                derived_fields_follow_every_change
                every_derived_field_of_every_entity
            }
            scopes {
                every_entity_in_every_scope
                one_record_in_every_scope
                another_business_sees_nothing
                members_are_seen_by_each_of_their_businesses
                scopes_filters_and_pages_combine
            }
            filters {
                every_test_on_every_field
                every_test_through_every_reference
                filters_are_all_required
                unknown_ids_are_left_out
                ranges_include_their_bounds
            }
            texts {
                contains_ignores_case_of_every_script
                wildcards_stand_for_themselves
                equals_is_exact
            }
            orders {
                every_field_up_and_down
                ties_go_by_id_in_both_directions
                nulls_are_smallest
                texts_ignore_case
            }
            pages {
                pages_of_every_size_make_up_the_whole
                pages_of_a_long_list_are_right_to_its_end
                a_page_past_the_end_is_empty
                the_largest_numbers_do_no_harm
            }
            snapshots {
                records_and_total_are_of_one_instant
                a_record_and_its_lists_are_of_one_instant
            }
            concurrency {
                one_of_many_updates_wins
                retried_updates_all_count
                crossed_guards_let_one_through
                one_of_many_duplicates_wins
                no_reference_outlives_its_target
            }
        }
    };
}

/// Expands to one test for each case of a backend's [`Tables`](crate::tables::Tables): the argument gives an `Arc` of those of an
/// empty database.
#[macro_export]
macro_rules! tables_conformance {
    ($factory:expr) => {
        $crate::store_conformance_cases! { $factory;
            exports {
                what_comes_in_goes_out_again
                an_older_schema_is_taken_as_it_is
                what_does_not_fit_leaves_nothing
            }
        }
    };
}

/// The repeating part of [`store_conformance!`] and [`tables_conformance!`].
#[doc(hidden)]
#[macro_export]
macro_rules! store_conformance_cases {
    ($factory:expr; $($module:ident { $($case:ident)+ })+) => {
        $(mod $module {
            use super::*;
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() -> $crate::conformance::Outcome {
                    let (store, _kept) = $factory.await;
                    $crate::conformance::$module::$case(store).await
                }
            )+
        })+
    };
}

#[cfg(test)]
mod tests;
