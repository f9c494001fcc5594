//! Carrying: facts of one revision move to the next by their spans.

use std::ops::Range;

use wss_c14n::Moved;

/// A fact with spans in the message.
pub(super) trait Carry {
    /// Carries the spans into the next revision; `None` if one of them is no longer an element.
    fn carry(&mut self, moved: &Moved) -> Option<()>;
}

impl Carry for Range<usize> {
    fn carry(&mut self, moved: &Moved) -> Option<()> {
        *self = moved.span(self)?;
        Some(())
    }
}

impl<T: Carry> Carry for Option<T> {
    fn carry(&mut self, moved: &Moved) -> Option<()> {
        self.iter_mut().try_for_each(|inner| inner.carry(moved))
    }
}

impl<T: Carry> Carry for Vec<T> {
    fn carry(&mut self, moved: &Moved) -> Option<()> {
        self.iter_mut().try_for_each(|item| item.carry(moved))
    }
}
