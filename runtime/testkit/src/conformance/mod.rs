//! The suite that every store must pass, and the macro that turns it into tests.
//!
//! ```ignore
//! impl Place for MyPlace { fn open(&self) -> Box<dyn Store> { .. } }
//! cronflow_testkit::store_conformance!(MyPlace::new());
//! ```

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

pub mod batches;
pub mod listing;
pub mod recovery;
pub mod rows;
pub mod triggers;

use cronflow_core::storage::{Reader, Store, StoredRun, Write};

/// A place where one database lives: what a test opens, drops and opens again.
pub trait Place {
    /// Opens the store. The one before was dropped.
    ///
    /// # Panics
    /// When it cannot be opened.
    fn open(&self) -> Box<dyn Store>;
}

/// One test per rule of the suite. The expression makes a new, empty place for each.
#[macro_export]
macro_rules! store_conformance {
    ($place:expr) => {
        $crate::store_conformance! { @each $place;
            batches: is_all_or_nothing, refuses_an_id_that_exists, goes_on_after_a_refusal,
                accepts_an_empty_batch, sees_its_own_writes, shows_readers_whole_batches_only;
            rows: keep_payloads_byte_for_byte, keep_every_field, finish_once, finish_of_nothing,
                keep_logs_in_order, keep_one_run_for_a_key, change_and_open_again,
                delete_finished_runs, keep_deliveries, sweep_deliveries, keep_values, find_who_waits,
                keep_archives_as_first_put, keep_the_latest_workflow;
            triggers: keep_events_in_order, list_events, keep_schedules, keep_misses, keep_poll_ids,
                drop_runs_that_have_not_begun;
            listing: filters_and_pages, finds_every_status, takes_ten_thousand_rows,
                lists_since_a_moment, finds_text, counts_runs, keeps_an_audit, pages_of_values;
            recovery: finds_open_runs_oldest_first, survives_reopening, continues_attempt_ids;
        }
    };
    (@each $place:expr; $($module:ident: $($rule:ident),+;)+) => {
        $(mod $module {
            use super::*;
            $(#[test] fn $rule() {
                $crate::conformance::$module::$rule(&$place);
            })+
        })+
    };
}

fn commit(store: &mut dyn Store, batch: &[Write]) {
    store.commit(batch).expect("the batch is fine");
}

fn reader(store: &dyn Store) -> Box<dyn Reader> {
    store.reader().expect("an open database can be read")
}

fn run(store: &dyn Store, n: u32) -> Option<StoredRun> {
    let id = crate::build::run_id(n);
    reader(store).run(id).expect("a run can be read")
}
