//! A token with a user logged in, and its sessions.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

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

/// A token with a user logged in. Cloning is cheap, and all clones share its sessions. Each operation has a session for
/// itself, so that threads do not wait for each other.
///
/// A token that was removed is looked for again, by its label, at the next operation, and its user is logged in again.
/// If the token then refuses the PIN, the PIN is not tried again: each message that arrives would be one more attempt,
/// and tokens lock after a few. All operations fail with [`TokenError::Login`] until the token is opened anew.
#[derive(Clone)]
pub struct Token(Arc<Shared>);

struct Shared {
    library: Pkcs11,
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
        let unloadable = |error: Error| TokenError::Library {
            library: path.to_string_lossy().as_ref().into(),
            cause: error.to_string().into(),
        };
        let library = Pkcs11::new(path).map_err(unloadable)?;
        match library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)) {
            // Another part of the program uses the same library.
            Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
            Err(error) => return Err(unloadable(error)),
        }
        let (label, pin) = (label.to_owned(), AuthPin::new(pin.to_owned().into_boxed_str()));
        let token = Self(Arc::new(Shared {
            library,
            label,
            pin,
            idle: Mutex::default(),
            refusal: Mutex::default(),
            failure: Mutex::default(),
        }));
        let session = token.0.session()?;
        token.0.keep(session);
        Ok(token)
    }

    /// Why the last operation of a key in this token failed, among all clones; `None` if none did. It is for the log: the error
    /// of the key itself, [`CryptoError`](wss_crypto::CryptoError), says no more than that it failed.
    #[must_use]
    pub fn last_failure(&self) -> Option<TokenError> {
        self.0.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn keep_failure(&self, reason: TokenError) {
        *self.0.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
    }

    /// Runs `work` in a session. If the token was removed, or forgot the session, it is run once more in a new one.
    pub(crate) fn run<T>(&self, work: impl Fn(&Session) -> Result<T, TokenFault>) -> Result<T, TokenError> {
        let shared = &self.0;
        // Other threads take their sessions while this one logs in.
        let idle = shared.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let session = match idle {
            Some(session) => session,
            None => shared.session()?,
        };
        match work(&session) {
            Ok(done) => {
                shared.keep(session);
                Ok(done)
            }
            Err(TokenFault::Lost) => {
                // The other sessions are lost, too.
                drop(session);
                shared.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
                let session = shared.session()?;
                let done = work(&session).map_err(TokenFault::into_error)?;
                shared.keep(session);
                Ok(done)
            }
            Err(TokenFault::Other(error)) => {
                shared.keep(session);
                Err(error)
            }
        }
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token({:?})", WireText::from(self.0.label.as_str()))
    }
}

impl Shared {
    /// A new session, with the user logged in.
    fn session(&self) -> Result<Session, TokenError> {
        let mut refusal = self.refusal.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(refused) = &*refusal {
            return Err(refused.clone());
        }
        let session = self.library.open_ro_session(self.slot()?)?;
        let error = match session.login(UserType::User, Some(&self.pin)) {
            // One login holds for all sessions of a program.
            Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => return Ok(session),
            Err(error) => error,
        };
        let refused = TokenError::Login { cause: error.to_string().into() };
        if is_about_the_pin(&error) {
            *refusal = Some(refused.clone());
        }
        Err(refused)
    }

    fn slot(&self) -> Result<Slot, TokenError> {
        let mut present = Vec::new();
        for slot in self.library.get_slots_with_token()? {
            let info = self.library.get_token_info(slot)?;
            if info.label() == self.label {
                return Ok(slot);
            }
            present.push(info.label().to_owned());
        }
        let (label, present) = (self.label.as_str().into(), format!("{present:?}").into());
        Err(TokenError::NoToken { label, present })
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

/// Why an operation in a session failed.
pub(crate) enum TokenFault {
    /// The token was removed, or forgot the session or the login: a new session may succeed.
    Lost,
    /// Any other reason.
    Other(TokenError),
}

impl TokenFault {
    fn into_error(self) -> TokenError {
        match self {
            Self::Lost => TokenError::Token { cause: "the token was taken out".into() },
            Self::Other(error) => error,
        }
    }
}

impl From<Error> for TokenFault {
    fn from(error: Error) -> Self {
        match error {
            Error::Pkcs11(
                RvError::DeviceRemoved
                | RvError::DeviceError
                | RvError::TokenNotPresent
                | RvError::SessionClosed
                | RvError::SessionHandleInvalid
                | RvError::UserNotLoggedIn
                | RvError::KeyHandleInvalid
                | RvError::ObjectHandleInvalid,
                _,
            ) => Self::Lost,
            error => Self::Other(error.into()),
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
        [] if session.get_session_info()?.session_state() != SessionState::RoUser => Err(TokenFault::Lost),
        _ => Err(TokenFault::Other(TokenError::NoObject { kind, label: label.into(), count: found.len() })),
    }
}
