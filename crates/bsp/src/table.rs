//! The requirements of BSP 1.1, one row each: the one source of [`Rule`], its documentation and its table.
//!
//! A row is: variant, id, section, target, level, what decides it; the requirement, restated; the reading taken,
//! where the text leaves room for more than one. The rows are in the order of the profile, in a file for some chapters
//! each. Each file hands its rows to the next; `rules` makes the table of all.

mod chapters_10_to_19;
mod chapters_4_to_9;

use super::row::rules;
use chapters_4_to_9::chapters_4_to_9;
use chapters_10_to_19::chapters_10_to_19;

chapters_4_to_9! { [chapters_10_to_19 rules] }
