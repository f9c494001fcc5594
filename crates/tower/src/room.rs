//! Room for large messages: the number of their octets that a layer holds at a time, from their arrival until they are
//! answered.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The number of octets of each message that need no room. Small messages are still handled when large ones have taken
/// all the room.
const FREE: usize = crate::work::BLOCKING_OCTETS;

/// The room of one layer. Clones share it.
#[derive(Clone)]
pub(crate) struct Room {
    octets: usize,
    left: Arc<Semaphore>,
}

impl Room {
    pub(crate) fn of(octets: usize) -> Self {
        Self { octets, left: Arc::new(Semaphore::new(octets.min(Semaphore::MAX_PERMITS))) }
    }

    /// The same room, or a new room for `octets` octets if this one is smaller.
    pub(crate) fn at_least(self, octets: usize) -> Self {
        if self.octets < octets { Self::of(octets) } else { self }
    }

    /// The share of a message that has no octet yet.
    pub(crate) fn share(&self) -> Share {
        Share { room: Some(Arc::clone(&self.left)), taken: None, octets: FREE }
    }
}

/// The room that one message has taken. Dropping it gives the room back. The default belongs to no room and never runs
/// out.
#[derive(Default)]
pub(crate) struct Share {
    room: Option<Arc<Semaphore>>,
    taken: Option<OwnedSemaphorePermit>,
    /// The number of octets for which room was taken.
    octets: usize,
}

impl Share {
    /// Takes room for a message that now has `octets` octets; `false` if there is none. Nothing waits for room: peers
    /// that send slowly, or stop, would hold up all others.
    pub(crate) fn grows_to(&mut self, octets: usize) -> bool {
        let Some(room) = &self.room else { return true };
        let Some(more) = octets.checked_sub(self.octets).filter(|more| *more > 0) else { return true };
        let Ok(more) = u32::try_from(more) else { return false };
        let Ok(permit) = Arc::clone(room).try_acquire_many_owned(more) else { return false };
        match &mut self.taken {
            Some(taken) => taken.merge(permit),
            taken @ None => *taken = Some(permit),
        }
        self.octets = octets;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{FREE, Room};

    #[test]
    fn large_messages_share_the_room_and_give_it_back() {
        let room = Room::of(100);
        let (mut first, mut second, mut small) = (room.share(), room.share(), room.share());
        assert!(first.grows_to(FREE) && first.grows_to(FREE + 40) && first.grows_to(FREE + 60));
        assert!(second.grows_to(FREE + 40));
        assert!(!second.grows_to(FREE + 41) && !first.grows_to(FREE + 61), "it is full");
        assert!(small.grows_to(FREE), "what is small needs none");
        drop(first);
        assert!(second.grows_to(FREE + 100) && !second.grows_to(FREE + 101));
        drop(second);
        assert!(room.share().grows_to(FREE + 100), "nothing is lost, and none is given back twice");
        assert!(!room.share().grows_to(usize::MAX));
        assert!(super::Share::default().grows_to(usize::MAX));
        assert!(!room.clone().at_least(100).share().grows_to(FREE + 101));
        assert!(room.at_least(101).share().grows_to(FREE + 101));
    }
}
