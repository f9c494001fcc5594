//! Keys behind an asynchronous call: in a key service, or in an HSM that is reached over a network.
//!
//! Sending stops at each signature ([`Pending`](crate::Pending)) and continues with its value. Receiving starts again
//! with each answer, so that a message with one encrypted key is read twice. Opening has no effect before the replay
//! store is asked, except that a Kerberos ticket is accepted. Answers and tickets are kept over a call, and no other
//! state of a half-verified message.

use std::error::Error;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use wss_crypto::{
    Certificate, CryptoError, Identity, KeyTransport, KeyUnwrap, PublicKey, Secret, SignatureMethod, SigningKey,
};
use wss_text::octets;
use wss_tokens::{KerberosAcceptor, KerberosSession};

use crate::error::{ElsewhereError, OpenError};
use crate::receiver::Receiver;

/// The signature to make elsewhere.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct SignatureRequest<'s> {
    /// The octets to sign: a canonical `ds:SignedInfo`, not a digest of it.
    pub octets: &'s [u8],
    /// The signature method.
    pub method: SignatureMethod,
    /// The certificate of the signing key.
    pub certificate: &'s Certificate,
}

impl std::fmt::Debug for SignatureRequest<'_> {
    /// Text of a message is escaped, and cut if it is long; octets are counted.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignatureRequest")
            .field("octets", &octets(self.octets))
            .field("method", &self.method)
            .field("certificate", &self.certificate)
            .finish()
    }
}

/// The future of [`AsyncSigningKey`]. It needs no particular runtime.
pub type SigningFuture<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, Box<dyn Error + Send + Sync>>> + Send + 'a>>;

/// A signing key behind an asynchronous call.
pub trait AsyncSigningKey: Send + Sync {
    /// Signs the octets of the request with its method. The value has the form of XML Signature (ECDSA: `r ‖ s`).
    ///
    /// # Errors
    /// The errors of the key service. They become [`SecureError::Elsewhere`](crate::SecureError::Elsewhere).
    fn sign_async<'a>(&'a self, request: SignatureRequest<'a>) -> SigningFuture<'a>;
}

/// The future of [`AsyncKeyUnwrap`]. It needs no particular runtime.
pub type UnwrapFuture<'a> = Pin<Box<dyn Future<Output = Result<Secret, UnwrapFailure>> + Send + 'a>>;

/// A decryption key behind an asynchronous call.
pub trait AsyncKeyUnwrap: Send + Sync {
    /// Gives the secret that a message has for the key.
    ///
    /// # Errors
    /// [`UnwrapFailure`].
    fn unwrap_async<'a>(&'a self, request: UnwrapRequest<'a>) -> UnwrapFuture<'a>;
}

impl<K: AsyncSigningKey + ?Sized> AsyncSigningKey for Arc<K> {
    fn sign_async<'a>(&'a self, request: SignatureRequest<'a>) -> SigningFuture<'a> {
        (**self).sign_async(request)
    }
}

impl<K: AsyncKeyUnwrap + ?Sized> AsyncKeyUnwrap for Arc<K> {
    fn unwrap_async<'a>(&'a self, request: UnwrapRequest<'a>) -> UnwrapFuture<'a> {
        (**self).unwrap_async(request)
    }
}

/// Why a key elsewhere gave no secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnwrapFailure {
    /// *Failed.* The key did not decrypt, for any reason. The message is refused as if the key were in this process.
    #[error("decryption failed")]
    Decryption,
    /// *Failed.* The service did not answer, or its answer is no secret.
    #[error("the key service gave no secret: {0}")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

impl From<CryptoError> for UnwrapFailure {
    fn from(error: CryptoError) -> Self {
        match error {
            CryptoError::Elsewhere(error) => Self::Unavailable(error.into()),
            _ => Self::Decryption,
        }
    }
}

/// A request to a key elsewhere, while a message is opened.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct UnwrapRequest<'a> {
    /// The certificate of the key.
    pub certificate: &'a Certificate,
    /// The operation of the key.
    pub operation: UnwrapOperation<'a>,
}

/// The operation of a key on its part of a message.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum UnwrapOperation<'a> {
    /// As [`KeyUnwrap::unwrap_key`], whose rule for RSA 1.5 holds here, too.
    Transport {
        /// The algorithm.
        transport: &'a KeyTransport,
        /// The encrypted key.
        ciphertext: &'a [u8],
        /// The length in octets that its use requires, if known.
        expected_len: Option<usize>,
    },
    /// As [`KeyUnwrap::agree`].
    Agreement {
        /// The key of the other party.
        originator: &'a PublicKey,
    },
    /// As [`KeyUnwrap::decapsulate`].
    Encapsulation {
        /// The encapsulated secret of the other party.
        encapsulated: &'a [u8],
    },
}

impl std::fmt::Debug for UnwrapOperation<'_> {
    /// Shows the number of octets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Transport { transport, ciphertext, expected_len } => f
                .debug_struct("Transport")
                .field("transport", &transport.method())
                .field("ciphertext", &octets(ciphertext))
                .field("expected_len", expected_len)
                .finish(),
            Self::Agreement { originator } => f.debug_struct("Agreement").field("originator", originator).finish(),
            Self::Encapsulation { encapsulated } => {
                f.debug_struct("Encapsulation").field("encapsulated", &octets(encapsulated)).finish()
            }
        }
    }
}

/// A question to a key elsewhere, and its answer.
#[derive(Clone)]
struct Question {
    certificate: Certificate,
    operation: Operation,
}

/// [`UnwrapOperation`], kept.
#[derive(Clone, PartialEq)]
enum Operation {
    Transport { transport: KeyTransport, ciphertext: Vec<u8>, expected_len: Option<usize> },
    Agreement { originator: PublicKey },
    Encapsulation { encapsulated: Vec<u8> },
}

impl Question {
    fn request(&self) -> UnwrapRequest<'_> {
        let operation = match &self.operation {
            Operation::Transport { transport, ciphertext, expected_len } => {
                UnwrapOperation::Transport { transport, ciphertext, expected_len: *expected_len }
            }
            Operation::Agreement { originator } => UnwrapOperation::Agreement { originator },
            Operation::Encapsulation { encapsulated } => UnwrapOperation::Encapsulation { encapsulated },
        };
        UnwrapRequest { certificate: &self.certificate, operation }
    }
}

/// The questions of one message, and the first that has no answer.
#[derive(Default)]
struct Asked {
    answers: Vec<(Question, Result<Secret, CryptoError>)>,
    open: Option<Question>,
    /// The tickets that were accepted or refused: each ticket is accepted only once.
    tickets: Vec<(Vec<u8>, Option<KerberosSession>)>,
}

/// The keys elsewhere of one message. They give answers that are known, and note questions that are not answered yet.
#[derive(Clone, Default)]
pub(crate) struct Asking(Arc<Mutex<Asked>>);

impl Asking {
    fn asked(&self) -> std::sync::MutexGuard<'_, Asked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The receiver, with these keys in place of those elsewhere.
    fn receiver(&self, receiver: &Receiver) -> Receiver {
        let mut receiver = receiver.clone();
        for certificate in std::mem::take(&mut receiver.keys.elsewhere) {
            let key = Arc::new(KeyElsewhere { certificate: certificate.clone(), asking: self.clone() });
            receiver.keys.identities.push(Identity::from_parts(key.clone(), key, certificate));
        }
        if let Some(acceptor) = receiver.keys.kerberos.take() {
            receiver.keys.kerberos = Some(Arc::new(AcceptsOnce { acceptor, asking: self.clone() }));
        }
        receiver
    }
}

/// Accepts each ticket of one message once, however often the message is read.
struct AcceptsOnce {
    acceptor: Arc<dyn KerberosAcceptor>,
    asking: Asking,
}

impl KerberosAcceptor for AcceptsOnce {
    fn accept(&self, gss_token: &[u8]) -> Option<KerberosSession> {
        let known = self.asking.asked().tickets.iter().find(|(known, _)| known == gss_token).cloned();
        if let Some((_, session)) = known {
            return session;
        }
        let session = self.acceptor.accept(gss_token);
        self.asking.asked().tickets.push((gss_token.to_owned(), session.clone()));
        session
    }
}

/// A key elsewhere, for one message.
struct KeyElsewhere {
    certificate: Certificate,
    asking: Asking,
}

impl KeyElsewhere {
    fn ask(&self, operation: Operation) -> Result<Secret, CryptoError> {
        let mut asked = self.asking.asked();
        let answered = asked.answers.iter().find(|(question, _)| {
            question.operation == operation && question.certificate.der() == self.certificate.der()
        });
        if let Some((_, answer)) = answered {
            return answer.clone();
        }
        asked.open.get_or_insert_with(|| Question { certificate: self.certificate.clone(), operation });
        Err(CryptoError::Decryption)
    }
}

impl KeyUnwrap for KeyElsewhere {
    fn unwrap_key(
        &self,
        transport: &KeyTransport,
        ciphertext: &[u8],
        expected_len: Option<usize>,
    ) -> Result<Secret, CryptoError> {
        let (transport, ciphertext) = (transport.clone(), ciphertext.to_owned());
        self.ask(Operation::Transport { transport, ciphertext, expected_len })
    }

    fn agree(&self, originator: &PublicKey) -> Result<Secret, CryptoError> {
        self.ask(Operation::Agreement { originator: originator.clone() })
    }

    fn decapsulate(&self, encapsulated: &[u8]) -> Result<Secret, CryptoError> {
        self.ask(Operation::Encapsulation { encapsulated: encapsulated.to_owned() })
    }

    fn can_agree_with(&self, originator: &PublicKey) -> bool {
        let kind = originator.kind();
        kind.can_agree() && kind == self.certificate.public_key().kind()
    }
}

/// An identity signs and decrypts. A receiver does not sign.
impl SigningKey for KeyElsewhere {
    fn sign(&self, _: SignatureMethod, _: &[u8]) -> Result<Vec<u8>, CryptoError> {
        Err(CryptoError::KeyMismatch)
    }

    fn can_run(&self, _: SignatureMethod) -> bool {
        false
    }
}

/// Opens once. The result does not count if a key elsewhere was needed that has not answered yet.
///
/// # Errors
/// [`OpenError::KeyElsewhere`] if so; otherwise those of `open`.
pub(crate) fn attempt<T>(
    receiver: &Receiver,
    asking: Option<&Asking>,
    open: impl FnOnce(&Receiver) -> Result<T, OpenError>,
) -> Result<T, OpenError> {
    if receiver.keys.elsewhere.is_empty() {
        return open(receiver);
    }
    let asking = asking.cloned().unwrap_or_default();
    let opened = open(&asking.receiver(receiver));
    match &asking.asked().open {
        Some(question) => Err(OpenError::KeyElsewhere { subject: question.certificate.subject().to_string().into() }),
        None => opened,
    }
}

/// Opens until every question has its answer.
///
/// # Errors
/// [`OpenError::Elsewhere`] if the keys are unavailable; otherwise those of `open`.
pub(crate) async fn answered<T>(
    keys: &dyn AsyncKeyUnwrap,
    open: impl Fn(&Asking) -> Result<T, OpenError>,
) -> Result<T, OpenError> {
    let asking = Asking::default();
    loop {
        let opened = open(&asking);
        let Some(question) = asking.asked().open.take() else { return opened };
        let answer = match keys.unwrap_async(question.request()).await {
            Ok(secret) => Ok(secret),
            Err(UnwrapFailure::Decryption) => Err(CryptoError::Decryption),
            Err(UnwrapFailure::Unavailable(why)) => return Err(OpenError::Elsewhere(ElsewhereError::new(why))),
        };
        asking.asked().answers.push((question, answer));
    }
}
