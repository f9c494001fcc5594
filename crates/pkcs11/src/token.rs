//! A token with a user logged in, and its sessions.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::object::{Attribute, ObjectHandle};
use cryptoki::session::{Session, SessionState, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use wss_text::WireText;

use crate::error::TokenError;

/// The largest number of idle sessions that are kept.
const MAX_IDLE: usize = 16;

/// A library is not started anew more often than this, so that messages that arrive while a token is away cost little.
const BETWEEN_STARTS: Duration = Duration::from_secs(1);

/// Read by each operation of any token, and written while a library is started anew: it must not be in use then (PKCS #11 3.0
/// §5.4.2).
static IN_USE: RwLock<()> = RwLock::new(());

/// The libraries that were initialised here.
static STARTED: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A token with a user logged in. Cloning is cheap, and all clones share its sessions. Each operation has a session for
/// itself, so that threads do not wait for each other.
///
/// A token that was removed is looked for again, by its label, at the next operation, and its user is logged in again. If its
/// library does not find it, as those that look for tokens only when they start, the library is started anew (`C_Finalize`,
/// `C_Initialize`), at most once in a second. That ends the sessions of other parts of the program with the same library, so it
/// is done only if this crate initialised the library. If the token then refuses the PIN, the PIN is not tried again: each
/// message that arrives would be one more attempt, and tokens lock after a few. All operations fail with [`TokenError::Login`]
/// until the token is opened anew.
#[derive(Clone)]
pub struct Token(Arc<Shared>);

struct Shared {
    library: Pkcs11,
    /// Whether this crate initialised the library.
    is_ours: bool,
    /// The last time at which the library was started anew.
    restarted: Mutex<Option<Instant>>,
    label: String,
    pin: AuthPin,
    idle: Mutex<Vec<Session>>,
    /// The error of the token when it refused the PIN. The mutex is locked during a login, so that only one thread
    /// tries a PIN.
    refusal: Mutex<Option<TokenError>>,
    /// The reason of the last operation of a key that failed.
    failure: Mutex<Option<TokenError>>,
}

impl Token {
    /// Loads the vendor's library, finds the token by its label, and logs its user in.
    ///
    /// # Errors
    /// [`TokenError::Library`], [`TokenError::NoToken`], [`TokenError::Login`].
    ///
    /// # Specification
    /// PKCS #11 3.0 §5.4 (initialisation), §5.6 (sessions and login).
    pub fn open(library: impl AsRef<Path>, label: &str, pin: &str) -> Result<Self, TokenError> {
        let path = library.as_ref();
        let unloadable =
            |error: Error| TokenError::Library { library: path.to_string_lossy().as_ref().into(), cause: error.into() };
        let library = Pkcs11::new(path).map_err(unloadable)?;
        let started = initialize(&library).map_err(unloadable)?;
        let mut ours = STARTED.lock().unwrap_or_else(PoisonError::into_inner);
        if started {
            ours.push(path.to_owned());
        }
        let is_ours = ours.iter().any(|known| known == path);
        drop(ours);
        let (label, pin) = (label.to_owned(), AuthPin::new(pin.to_owned().into_boxed_str()));
        let token = Self(Arc::new(Shared {
            library,
            is_ours,
            restarted: Mutex::default(),
            label,
            pin,
            idle: Mutex::default(),
            refusal: Mutex::default(),
            failure: Mutex::default(),
        }));
        let session = token.0.session().map_err(TokenFault::into_error)?;
        token.0.keep(session);
        Ok(token)
    }

    /// Why the last operation of a key in this token failed, among all clones; `None` if none did. It is for the log. Where a
    /// token did not sign, or is not there, its error is also the [source](std::error::Error::source) of the error; where it
    /// did not decrypt, [`CryptoError`](wss_crypto::CryptoError) says no more than that, since a peer may learn of it.
    #[must_use]
    pub fn last_failure(&self) -> Option<TokenError> {
        self.0.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn keep_failure(&self, reason: TokenError) {
        *self.0.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
    }

    /// Runs `work` in a session. If the token was removed, or forgot the session, it is run again in a new one, and once more
    /// after the library was started anew.
    pub(crate) fn run<T>(&self, work: impl Fn(&Session) -> Result<T, TokenFault>) -> Result<T, TokenError> {
        let shared = &self.0;
        // Other threads take their sessions while this one logs in.
        let idle = || shared.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let again = match shared.attempt(&work, idle) {
            // The other sessions are lost, too.
            Err(TokenFault::Lost(_)) => {
                shared.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
                shared.attempt(&work, || None)
            }
            done => done,
        };
        let last = match again {
            Err(TokenFault::Lost(_)) if shared.restart() => shared.attempt(&work, || None),
            done => done,
        };
        last.map_err(TokenFault::into_error)
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token({:?})", WireText::from(self.0.label.as_str()))
    }
}

impl Shared {
    /// Runs `work` in an idle session, or in a new one.
    fn attempt<T>(
        &self,
        work: impl Fn(&Session) -> Result<T, TokenFault>,
        idle: impl FnOnce() -> Option<Session>,
    ) -> Result<T, TokenFault> {
        let _in_use = IN_USE.read().unwrap_or_else(PoisonError::into_inner);
        let session = match idle() {
            Some(session) => session,
            None => self.session()?,
        };
        let done = work(&session);
        // An operation that failed may still be active in its session.
        if done.is_ok() {
            self.keep(session);
        }
        done
    }

    /// Starts the library anew, and says whether it did, or another thread just did.
    fn restart(&self) -> bool {
        let _not_in_use = IN_USE.write().unwrap_or_else(PoisonError::into_inner);
        let mut restarted = self.restarted.lock().unwrap_or_else(PoisonError::into_inner);
        if restarted.is_some_and(|last| last.elapsed() < BETWEEN_STARTS) {
            return true;
        }
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
        *restarted = Some(Instant::now());
        // This fails if another part of the program has finalised the library already, which is no harm.
        let _ended = self.is_ours.then(|| self.library.clone().finalize());
        initialize(&self.library).is_ok()
    }

    /// A new session, with the user logged in.
    fn session(&self) -> Result<Session, TokenFault> {
        let mut refusal = self.refusal.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(refused) = &*refusal {
            return Err(TokenFault::Other(refused.clone()));
        }
        let session = self.library.open_ro_session(self.slot()?).map_err(TokenFault::absent)?;
        let error = match session.login(UserType::User, Some(&self.pin)) {
            // One login holds for all sessions of a program.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => return Ok(session),
            Err(error) => error,
        };
        if is_lost(&error) {
            return Err(TokenFault::absent(error));
        }
        let is_about_the_pin = is_about_the_pin(&error);
        let refused = TokenError::Login { cause: error.into() };
        if is_about_the_pin {
            *refusal = Some(refused.clone());
        }
        Err(TokenFault::Other(refused))
    }

    fn slot(&self) -> Result<Slot, TokenFault> {
        let mut present = Vec::new();
        for slot in self.library.get_slots_with_token().map_err(TokenFault::absent)? {
            // A token that was taken out at this moment is skipped. If it is ours, the search is repeated later.
            let Ok(info) = self.library.get_token_info(slot) else { continue };
            if info.label() == self.label {
                return Ok(slot);
            }
            present.push(info.label().to_owned());
        }
        let (label, present) = (self.label.as_str().into(), format!("{present:?}").into());
        Err(TokenFault::Lost(TokenError::NoToken { label, present }))
    }

    fn keep(&self, session: Session) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MAX_IDLE {
            idle.push(session);
        }
    }
}

/// Whether the token counts the login as an attempt that failed, or will refuse the same PIN again.
fn is_about_the_pin(error: &Error) -> bool {
    use RvError::{PinExpired, PinIncorrect, PinInvalid, PinLenRange, PinLocked};
    matches!(error, Error::Pkcs11(PinIncorrect | PinInvalid | PinLenRange | PinExpired | PinLocked, _))
}

/// Initialises a library, and says whether it was not before.
fn initialize(library: &Pkcs11) -> Result<bool, Error> {
    match library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
        Ok(()) => Ok(true),
        // Another part of the program uses the same library.
        Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether the token was removed, or forgot the session or the login, or the library is no longer initialised.
fn is_lost(error: &Error) -> bool {
    use RvError::{
        CryptokiNotInitialized, DeviceError, DeviceRemoved, KeyHandleInvalid, ObjectHandleInvalid, SessionClosed,
        SessionHandleInvalid, SlotIdInvalid, TokenNotPresent, UserNotLoggedIn,
    };
    matches!(
        error,
        Error::Pkcs11(
            CryptokiNotInitialized
                | DeviceError
                | DeviceRemoved
                | KeyHandleInvalid
                | ObjectHandleInvalid
                | SessionClosed
                | SessionHandleInvalid
                | SlotIdInvalid
                | TokenNotPresent
                | UserNotLoggedIn,
            _,
        )
    )
}

/// Why an operation in a session failed.
pub(crate) enum TokenFault {
    /// The token was removed, or forgot the session or the login: a new session may succeed.
    Lost(TokenError),
    /// Any other reason.
    Other(TokenError),
}

impl TokenFault {
    /// No session was opened.
    fn absent(error: Error) -> Self {
        Self::Lost(TokenError::Absent { cause: error.into() })
    }

    fn into_error(self) -> TokenError {
        let (Self::Lost(error) | Self::Other(error)) = self;
        error
    }
}

impl From<Error> for TokenFault {
    fn from(error: Error) -> Self {
        // A device may have an error for what it is given. All others say that nothing was done.
        let may_be_of_the_input = matches!(error, Error::Pkcs11(RvError::DeviceError, _));
        match is_lost(&error) {
            true if may_be_of_the_input => Self::Lost(error.into()),
            true => Self::absent(error),
            false => Self::Other(error.into()),
        }
    }
}

/// The only object with these attributes.
pub(crate) fn only(
    session: &Session,
    wanted: &[Attribute],
    kind: &'static str,
    label: &str,
) -> Result<ObjectHandle, TokenFault> {
    let found = session.find_objects(wanted)?;
    match found[..] {
        [one] => Ok(one),
        // A session without a login sees no private object, and does not say why.
        [] if session.get_session_info()?.session_state() != SessionState::RoUser => {
            Err(TokenFault::Lost(TokenError::Absent { cause: "it forgot the login".into() }))
        }
        _ => Err(TokenFault::Other(TokenError::NoObject { kind, label: label.into(), count: found.len() })),
    }
}
