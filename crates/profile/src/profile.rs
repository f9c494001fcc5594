//! Profiles: read as a whole, or refused with the key that is wrong.

use std::path::Path;

use schemars::{JsonSchema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use wss_text::WireText;

use crate::error::{Known, Near, ProfileError, value};
use crate::receiving::Receiving;
use crate::relations;
use crate::sending::Sending;
use crate::source::{NamedSource, Source};
use crate::unique::Unique;

/// What to make of messages, and what to demand of them. Each part is optional.
///
/// A profile can be a part of an application's own settings: its `Deserialize` refuses unknown keys, too. Relative files are
/// then those of the working folder; [`Profile::read`] and [`Profile::in_folder`] take them from the folder of the profile.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[non_exhaustive]
pub struct Profile {
    /// What to make of an envelope.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secure: Option<Sending>,
    /// Whom to trust, and what to require.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verify: Option<Receiving>,
}

impl Profile {
    /// Reads a file: JSON if its name ends so, and TOML otherwise. Relative files in it are in its folder.
    ///
    /// # Errors
    /// [`ProfileError::Read`], and as [`Profile::from_toml`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self, ProfileError> {
        let path = path.as_ref();
        let source = Source::from(path.to_owned());
        let text = String::from_utf8(source.read()?).map_err(|_| source.is_not("UTF-8"))?;
        let value = match path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            true => json(&text)?,
            false => toml(&text)?,
        };
        Self::of(value, path.parent())
    }

    /// Reads TOML.
    ///
    /// # Errors
    /// [`ProfileError::Syntax`], [`ProfileError::UnknownKey`], [`ProfileError::Value`], [`ProfileError::Needs`],
    /// [`ProfileError::Conflict`], [`ProfileError::LeftOut`].
    pub fn from_toml(text: &str) -> Result<Self, ProfileError> {
        Self::of(toml(text)?, None)
    }

    /// Reads JSON.
    ///
    /// # Errors
    /// As [`Profile::from_toml`].
    pub fn from_json(text: &str) -> Result<Self, ProfileError> {
        Self::of(json(text)?, None)
    }

    /// The same profile, with its relative files in this folder.
    ///
    /// # Errors
    /// As [`Profile::from_toml`].
    pub fn in_folder(&self, folder: &Path) -> Result<Self, ProfileError> {
        Self::of(value_of(self)?, Some(folder))
    }

    /// The table `secure`.
    ///
    /// # Errors
    /// [`ProfileError::NoTable`].
    pub fn sending(&self) -> Result<&Sending, ProfileError> {
        self.secure.as_ref().ok_or(ProfileError::NoTable { table: Sending::NAME })
    }

    /// The table `verify`.
    ///
    /// # Errors
    /// [`ProfileError::NoTable`].
    pub fn receiving(&self) -> Result<&Receiving, ProfileError> {
        self.verify.as_ref().ok_or(ProfileError::NoTable { table: Receiving::NAME })
    }

    fn of(value: Value, folder: Option<&Path>) -> Result<Self, ProfileError> {
        let mut tables = object("the profile", value)?;
        // Editors find the schema by this key.
        tables.remove("$schema");
        let known = [Sending::NAME, Receiving::NAME];
        if let Some(key) = tables.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(unknown(key, "the profile", &known));
        }
        let secure: Option<Sending> = tables.remove(Sending::NAME).map(|value| table_of(value, folder)).transpose()?;
        if let Some(secure) = &secure {
            let own = given(secure)?;
            relations::check_only(&own, &own)?;
        }
        Ok(Self { secure, verify: tables.remove(Receiving::NAME).map(|value| table_of(value, folder)).transpose()? })
    }
}

impl<'de> Deserialize<'de> for Profile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Unique(value) = Unique::deserialize(deserializer)?;
        Self::of(value, None).map_err(serde::de::Error::custom)
    }
}

/// A table of a profile.
pub(crate) trait Table: Serialize + DeserializeOwned + JsonSchema {
    /// Its name.
    const NAME: &'static str;

    /// These keys, and those keys of `base` that are not among them.
    ///
    /// # Errors
    /// [`ProfileError::Needs`], [`ProfileError::Conflict`], [`ProfileError::LeftOut`].
    fn over(&self, base: &Self) -> Result<Self, ProfileError> {
        let (own, mut all) = (given(self)?, given(base)?);
        all.extend(own.clone());
        relations::check_only(&own, &all)?;
        table_of(Value::Object(all), None)
    }
}

impl Table for Sending {
    const NAME: &'static str = "secure";
}

impl Table for Receiving {
    const NAME: &'static str = "verify";
}

impl Sending {
    /// These keys, and those keys of `base` that are not among them. Keys that need or exclude one another are judged
    /// together.
    ///
    /// # Errors
    /// [`ProfileError::Needs`], [`ProfileError::Conflict`], [`ProfileError::LeftOut`].
    pub fn over(&self, base: &Self) -> Result<Self, ProfileError> {
        Table::over(self, base)
    }
}

impl Receiving {
    /// As [`Sending::over`].
    ///
    /// # Errors
    /// [`ProfileError::Needs`], [`ProfileError::Conflict`].
    pub fn over(&self, base: &Self) -> Result<Self, ProfileError> {
        Table::over(self, base)
    }
}

/// The JSON Schema of profiles (draft 2020-12): every key with its type and what it does.
#[must_use]
pub fn schema() -> Value {
    let mut schema = SchemaGenerator::default().into_root_schema_for::<Profile>().to_value();
    let close = |value: Option<&mut Value>| {
        if let Some(Value::Object(object)) = value {
            object.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
    };
    close(schema.pointer_mut("/$defs/Sending"));
    close(schema.pointer_mut("/$defs/Receiving"));
    if let Some(Value::Object(properties)) = schema.pointer_mut("/properties") {
        properties.insert("$schema".to_owned(), serde_json::json!({ "type": "string" }));
    }
    close(Some(&mut schema));
    schema
}

/// The keys of a table, each with its schema.
fn properties<T: JsonSchema>() -> Map<String, Value> {
    let mut schema = SchemaGenerator::default().into_root_schema_for::<T>().to_value();
    match schema.pointer_mut("/properties").map(Value::take) {
        Some(Value::Object(properties)) => properties,
        _ => Map::new(),
    }
}

/// Reads a table. Each key must be known and have a value of its type, and no key may lack or contradict another.
fn table_of<T: Table>(table: Value, folder: Option<&Path>) -> Result<T, ProfileError> {
    let mut given = object(T::NAME, table)?;
    let properties = properties::<T>();
    let known: Vec<&str> = properties.keys().map(String::as_str).collect();
    for (key, item) in &mut given {
        let Some(schema) = properties.get(key) else { return Err(unknown(key, T::NAME, &known)) };
        if matches!(item, Value::Array(items) if items.is_empty()) {
            return Err(value(key, "an empty list says nothing: leave the key out, or list something"));
        }
        let alone = Map::from_iter([(key.clone(), item.clone())]);
        serde_json::from_value::<T>(Value::Object(alone)).map_err(|error| value(key, error))?;
        if let Some(folder) = folder {
            place(item, schema, folder);
        }
    }
    relations::check(T::NAME, &given)?;
    serde_json::from_value(Value::Object(given)).map_err(|error| value(T::NAME, error))
}

/// Puts the relative files of a value into this folder.
fn place(value: &mut Value, schema: &Value, folder: &Path) {
    let schema = schema.to_string();
    let below = match (schema.contains("/NamedSource\""), schema.contains("/Source\"")) {
        (true, _) => NamedSource::below,
        (_, true) => Source::below,
        _ => return,
    };
    match value {
        Value::String(text) => *text = below(text, folder),
        Value::Array(items) => items.iter_mut().for_each(|item| {
            if let Value::String(text) = item {
                *text = below(text, folder);
            }
        }),
        _ => {}
    }
}

/// The keys of a table that differ from their defaults.
pub(crate) fn given<T: Serialize>(table: &T) -> Result<Map<String, Value>, ProfileError> {
    object("a table", value_of(table)?)
}

fn value_of<T: Serialize>(value: &T) -> Result<Value, ProfileError> {
    serde_json::to_value(value).map_err(|error| ProfileError::Syntax { cause: WireText::of(error) })
}

fn object(name: &str, given: Value) -> Result<Map<String, Value>, ProfileError> {
    match given {
        Value::Object(object) => Ok(object),
        _ => Err(value(name, "expected a table of keys")),
    }
}

fn unknown(key: &str, place: &'static str, known: &[&str]) -> ProfileError {
    let near = Near::of(key, known.iter().copied());
    ProfileError::UnknownKey { key: key.into(), place, near, known: Known::of(known) }
}

fn toml(text: &str) -> Result<Value, ProfileError> {
    let Unique(value) =
        toml::from_str(text).map_err(|error| ProfileError::Syntax { cause: WireText::of(one_line(&error)) })?;
    Ok(value)
}

/// The parser's message with its line, without the picture of the line.
fn one_line(error: &toml::de::Error) -> String {
    let text = error.to_string();
    let place = text.lines().next().unwrap_or_default();
    format!("{}: {}", place.strip_prefix("TOML parse error ").unwrap_or(place), error.message())
}

fn json(text: &str) -> Result<Value, ProfileError> {
    let Unique(value) =
        serde_json::from_str(text).map_err(|error| ProfileError::Syntax { cause: WireText::of(error) })?;
    Ok(value)
}
