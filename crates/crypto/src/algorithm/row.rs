//! The parts of a table of algorithms: the row, the iterator over a table, and the macro that makes an enum from a
//! table.

/// Everything that is known of one algorithm. `P` is specific to the table: sizes, parameters, the mathematics.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<P> {
    pub(crate) uri: &'static str,
    /// A second identifier, which is read but never written.
    pub(crate) also: Option<&'static str>,
    pub(crate) is_legacy: bool,
    pub(crate) is_retired: bool,
    /// How certificates name it: the contents of its AlgorithmIdentifiers, the first of which is the usual one. None if
    /// certificates are not signed with it, or if it has parameters there, as RSASSA-PSS.
    pub(crate) in_certificates: &'static [&'static [u8]],
    pub(crate) parameters: P,
}

/// An algorithm for new messages.
pub(crate) const fn current<P: Copy>(uri: &'static str, parameters: P) -> Row<P> {
    Row { uri, also: None, is_legacy: false, is_retired: false, in_certificates: &[], parameters }
}

/// An algorithm only for old messages.
pub(crate) const fn legacy<P: Copy>(uri: &'static str, parameters: P) -> Row<P> {
    Row { uri, also: None, is_legacy: true, is_retired: false, in_certificates: &[], parameters }
}

/// A broken algorithm, only for documents from the time before it was broken.
pub(crate) const fn retired<P: Copy>(uri: &'static str, parameters: P) -> Row<P> {
    Row { uri, also: None, is_legacy: true, is_retired: true, in_certificates: &[], parameters }
}

impl<P: Copy> Row<P> {
    /// Reads `uri` as this algorithm, too.
    pub(crate) const fn also(mut self, uri: &'static str) -> Self {
        self.also = Some(uri);
        self
    }

    /// Certificates are signed with it, and name it so.
    pub(crate) const fn in_certificates(mut self, identifiers: &'static [&'static [u8]]) -> Self {
        self.in_certificates = identifiers;
        self
    }

    pub(crate) fn is_named(&self, uri: &str) -> bool {
        self.uri == uri || self.also == Some(uri)
    }
}

/// Every algorithm of a table, in the order of the table.
#[derive(Debug, Clone, Copy)]
pub struct All<T: 'static>(pub(crate) &'static [T]);

impl<T: Copy> All<T> {
    /// Iterates over the algorithms.
    pub fn iter(self) -> std::iter::Copied<std::slice::Iter<'static, T>> {
        self.0.iter().copied()
    }
}

impl<T: Copy> IntoIterator for All<T> {
    type Item = T;
    type IntoIter = std::iter::Copied<std::slice::Iter<'static, T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Makes an enum of algorithms from one table: each line is a variant and its row. `ALL` and `from_uri` come from the
/// same lines, so that no algorithm can be in one of them only.
macro_rules! algorithms {
    (
        $(#[$meta:meta])*
        $name:ident of $parameters:ty {
            $( $(#[$variant_meta:meta])* $variant:ident = $row:expr, )+
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$variant_meta])* $variant, )+
        }

        impl $name {
            /// Every algorithm of the table.
            pub const ALL: All<Self> = All(&[$( Self::$variant, )+]);

            const fn row(self) -> Row<$parameters> {
                match self {
                    $( Self::$variant => $row, )+
                }
            }

            /// The identifier.
            #[must_use]
            pub const fn uri(self) -> &'static str {
                self.row().uri
            }

            /// Whether it exists only for old messages. A policy admits it only by name.
            #[must_use]
            pub const fn is_legacy(self) -> bool {
                self.row().is_legacy
            }

            /// Whether it is broken, and only verified in documents. A policy admits it by one call alone,
            /// `dangerous_admit_retired`, and a WS-Security header never has it.
            #[must_use]
            pub const fn is_retired(self) -> bool {
                self.row().is_retired
            }

            /// The algorithm with this identifier.
            #[must_use]
            pub fn from_uri(uri: &str) -> Option<Self> {
                Self::ALL.iter().find(|algorithm| algorithm.row().is_named(uri))
            }
        }
    };
}

pub(crate) use algorithms;
