//! An opened mutant is a forgery if it names an honest party for something that this party never said.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::SystemTime;

use ws_security::{Opened, ReplayCache, ReplayError, Signer};

use crate::golden::Pool;
use crate::meaning;
use crate::parties::{ATTACKER, ATTACKER_CONTEXT, ATTACKER_USER, WSA, certificate};

/// Someone whom an opened message names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// The holder of a certificate that its signature covers.
    Certificate(String),
    /// The holder of a key. The signature does not cover its certificate, and another one may name the key, too.
    Key(Vec<u8>),
    /// A user, by password.
    User(String),
    /// The subject of an assertion.
    Subject(String),
    /// Everyone who shares a secret or a context.
    Shared(String),
    /// Nobody in particular.
    Anonymous,
    /// Something that these messages never contain.
    Other(String),
}

impl Claim {
    fn is_the_attackers(&self) -> bool {
        match self {
            Self::Certificate(subject) => subject.contains("CN=Carol"),
            Self::Key(key) => key == certificate(ATTACKER).public_key().spki(),
            Self::User(name) => name == ATTACKER_USER,
            Self::Subject(subject) => subject == "uid=mal",
            Self::Shared(name) => name == ATTACKER_CONTEXT,
            Self::Anonymous => true,
            Self::Other(_) => false,
        }
    }

    fn of(signer: &Signer, covers_token: bool) -> Self {
        match signer {
            Signer::Certificate(validated) if covers_token => {
                Self::Certificate(validated.certificate().subject().to_string())
            }
            Signer::Certificate(validated) => Self::Key(validated.certificate().public_key().spki().to_vec()),
            Signer::User(user) => Self::User(user.username().to_owned()),
            Signer::SharedSecret { name } => Self::Shared(name.clone().unwrap_or_default()),
            Signer::SecurityContext { identifier } => Self::Shared(identifier.clone()),
            Signer::Assertion(assertion) => Self::Subject(subject(assertion.assertion())),
            Signer::Anonymous => Self::Anonymous,
            other => Self::Other(format!("{other:?}")),
        }
    }
}

fn subject(assertion: &ws_security::IssuedAssertion) -> String {
    assertion.subject().map(|name| name.value().to_owned()).unwrap_or_default()
}

/// The facts that an opened message proved, as far as they can be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The signer of the Body, and everyone else who is named.
    pub claims: BTreeSet<Claim>,
    /// The meaning of the Body and of each authenticated block, and the user that the signer presents.
    pub parts: BTreeMap<&'static str, String>,
}

impl Proven {
    /// The facts that `opened` proved.
    #[must_use]
    pub fn of(opened: &Opened) -> Self {
        let covers_token =
            opened.evidence().signatures.iter().any(|signature| signature.proves && signature.covers_token);
        let mut claims = BTreeSet::from([Claim::of(opened.signer(), covers_token)]);
        let user = opened.user().map(|user| user.username().to_owned());
        // Whoever signs a token presents it and is responsible for it: only an honest signer names an honest user.
        claims.extend(user.clone().filter(|_| opened.signer().is_anonymous()).map(Claim::User));
        claims.extend(opened.assertions().iter().map(|assertion| Claim::Subject(subject(assertion.assertion()))));
        let mut parts = BTreeMap::from([("Body", meaning::of(opened.body().xml()))]);
        for block in ["Action", "To"] {
            if let Some(found) = opened.header_block(WSA, block) {
                parts.insert(block, meaning::of(found.xml()));
            }
        }
        parts.extend(user.map(|user| ("user", user)));
        parts.insert("Timestamp", format!("{:?}", opened.evidence().timestamp));
        Self { claims, parts }
    }

    /// Whether everyone named is the attacker, or nobody.
    #[must_use]
    pub fn is_the_attackers(&self) -> bool {
        self.claims.iter().all(Claim::is_the_attackers)
    }

    /// The text that the attacker cannot know, or the user whose password it cannot know, in a message that names nobody else.
    ///
    /// # Errors
    /// That text, or the name of that user.
    pub fn check_knowledge(&self, pool: &Pool) -> Result<(), String> {
        let secrets = pool.genuine.iter().flat_map(|golden| &golden.secrets);
        let said = |secret: &&String| self.parts.values().any(|part| part.contains(secret.as_str()));
        let known =
            secrets.into_iter().find(said).or_else(|| self.parts.get("user").filter(|user| *user != ATTACKER_USER));
        known
            .map_or(Ok(()), |secret| Err(format!("{:?} are named for {secret:?}, which they do not know", self.claims)))
    }

    fn honest(&self) -> impl Iterator<Item = &Claim> {
        self.claims.iter().filter(|claim| !claim.is_the_attackers())
    }

    /// Every honest claim equals that of one genuine message: Body, Timestamp and each block that both authenticate.
    ///
    /// # Errors
    /// The claim that no genuine message has.
    pub fn check(&self, pool: &Pool) -> Result<(), String> {
        for claim in self.honest() {
            let agrees = |genuine: &Proven| {
                let fits = |(part, said): (&&str, &String)| genuine.parts.get(part) == Some(said);
                genuine.claims.contains(claim) && self.parts.iter().all(fits)
            };
            if !pool.genuine.iter().any(|golden| agrees(&golden.proven)) {
                return Err(format!("{claim:?} never said {:#?}", self.parts));
            }
        }
        Ok(())
    }
}

/// A store that has seen the genuine messages and remembers nothing more, so that one can serve many mutants.
#[derive(Debug, Default)]
pub struct SeenGenuine {
    keys: Mutex<(BTreeSet<[u8; 32]>, bool)>,
}

impl SeenGenuine {
    /// Remembers nothing new from now on.
    pub fn close(&self) {
        self.keys.lock().expect("no panic while held").1 = true;
    }
}

/// A handle to it, for a receiver.
#[derive(Debug, Clone, Default)]
pub struct Shared(pub std::sync::Arc<SeenGenuine>);

impl ReplayCache for Shared {
    fn insert_if_absent(&self, key: &[u8; 32], _: SystemTime, _: SystemTime) -> Result<(), ReplayError> {
        let mut keys = self.0.keys.lock().expect("no panic while held");
        if keys.0.contains(key) {
            return Err(ReplayError::Seen);
        }
        if !keys.1 {
            keys.0.insert(*key);
        }
        Ok(())
    }
}
