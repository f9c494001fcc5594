//! Keys in tokens, by the URIs of PKCS#11 (RFC 7512).

#[cfg(feature = "pkcs11")]
pub(crate) use with_tokens::identity;
#[cfg(not(feature = "pkcs11"))]
pub(crate) use without_tokens::identity;

#[cfg(not(feature = "pkcs11"))]
mod without_tokens {
    use wss_crypto::Identity;

    use crate::error::ProfileError;
    use crate::source::Source;

    pub(crate) fn identity(_key: &Source, _certificate: Option<&Source>) -> Result<Identity, ProfileError> {
        Err(ProfileError::NotBuilt { what: "a key in a token", feature: "pkcs11" })
    }
}

#[cfg(feature = "pkcs11")]
mod with_tokens {
    use wss_crypto::Identity;
    use wss_pkcs11::{Token, TokenError};
    use wss_text::{WireText, percent_decoded};

    use crate::error::ProfileError;
    use crate::source::Source;

    /// The key of a URI, with this certificate, or else with the one beside the key in the token.
    pub(crate) fn identity(key: &Source, certificate: Option<&Source>) -> Result<Identity, ProfileError> {
        let uri = Uri::parse(key)?;
        let failed = |error: TokenError| ProfileError::Device { what: key.shown(), cause: WireText::of(error) };
        let token = Token::open(&uri.module, &uri.token, &uri.pin.password()?).map_err(failed)?;
        match certificate {
            Some(certificate) => token.identity_of(&uri.object, certificate.certificate()?),
            None => token.identity(&uri.object),
        }
        .map_err(failed)
    }

    /// The attributes of a URI that are needed.
    #[derive(Debug)]
    struct Uri {
        token: String,
        object: String,
        module: String,
        pin: Source,
    }

    impl Uri {
        fn parse(source: &Source) -> Result<Self, ProfileError> {
            let wrong = |why| ProfileError::Pkcs11Uri { uri: source.shown(), why };
            let text = source.0.strip_prefix("pkcs11:").unwrap_or_default();
            let (path, query) = text.split_once('?').unwrap_or((text, ""));
            let (mut token, mut object, mut module, mut pin) = (None, None, None, None);
            for attribute in path.split(';').chain(query.split('&')).filter(|attribute| !attribute.is_empty()) {
                let (name, value) =
                    attribute.split_once('=').ok_or_else(|| wrong("has an attribute without a value"))?;
                let value =
                    decoded(value).ok_or_else(|| wrong("has a percent sign that encodes nothing: write %25"))?;
                let place = match name {
                    "token" => &mut token,
                    "object" => &mut object,
                    "module-path" => &mut module,
                    "pin-source" => &mut pin,
                    "type" if value == "private" => continue,
                    "pin-value" => return Err(wrong("has the PIN in it: name a file or variable with pin-source")),
                    _ => {
                        return Err(wrong(
                            "has an attribute that is not read: give token, object, module-path, pin-source",
                        ));
                    }
                };
                if place.replace(value).is_some() {
                    return Err(wrong("has an attribute twice: leave out one"));
                }
            }
            let needed = "lacks an attribute: give token, object, ?module-path and &pin-source";
            let pin = pin.map(|pin| Source(pin.strip_prefix("file:").unwrap_or(&pin).to_owned()));
            match (token, object, module, pin) {
                (Some(token), Some(object), Some(module), Some(pin)) => Ok(Self { token, object, module, pin }),
                _ => Err(wrong(needed)),
            }
        }
    }

    fn decoded(text: &str) -> Option<String> {
        String::from_utf8(percent_decoded(text)?).ok()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_uri_names_the_key_and_never_the_pin() {
            let read = |text: &str| Uri::parse(&Source(text.to_owned()));
            let uri = read(
                "pkcs11:token=Our%20HSM;object=sign;type=private?module-path=/lib/hsm.so&pin-source=file:/run/pin",
            );
            let uri = uri.expect("a URI");
            assert_eq!(
                (uri.token.as_str(), uri.object.as_str(), uri.module.as_str()),
                ("Our HSM", "sign", "/lib/hsm.so")
            );
            assert_eq!(uri.pin, Source("/run/pin".to_owned()));
            for (text, told) in [
                ("pkcs11:token=a;object=b?module-path=c&pin-value=123456", "pin-source"),
                ("pkcs11:token=a;object=b?module-path=c", "lacks"),
                ("pkcs11:token=a;token=b;object=c?module-path=d&pin-source=e", "twice"),
                ("pkcs11:token=%2;object=b?module-path=c&pin-source=e", "%25"),
                ("pkcs11:serial=1?module-path=c&pin-source=e", "not read"),
            ] {
                let error = read(text).expect_err(text).to_string();
                assert!(error.contains(told) && !error.contains("123456"), "{error}");
            }
        }
    }
}
