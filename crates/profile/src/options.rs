//! A group of options: keys of a profile, and options of a command line.

/// Declares the struct of a group of options. A field in the second list is a key of profiles, and no option of `wss`.
macro_rules! options {
    (
        $(#[doc = $about:literal])+
        $name:ident under $heading:literal {
            $($(#[doc = $doc:literal])+ $field:ident: $type:ty $(= $value:literal)?,)*
        }
        $({ $($(#[doc = $file_doc:literal])+ $file_field:ident: $file_type:ty,)* })?
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(default, rename_all = "kebab-case")]
        #[cfg_attr(feature = "clap", derive(clap::Args), command(next_help_heading = $heading))]
        #[non_exhaustive]
        pub struct $name {
            $(
                $(#[doc = $doc])+
                #[cfg_attr(feature = "clap", arg(long $(, value_name = $value)?))]
                #[serde(skip_serializing_if = "crate::options::is_unsaid")]
                pub $field: $type,
            )*
            $($(
                $(#[doc = $file_doc])+
                #[cfg_attr(feature = "clap", arg(skip))]
                #[serde(skip_serializing_if = "crate::options::is_unsaid")]
                pub $file_field: $file_type,
            )*)?
        }
    };
}

/// Makes an enum of words.
macro_rules! words {
    ($(#[doc = $about:literal])+ $name:ident { $($(#[doc = $doc:literal])* $(($word:literal))? $variant:ident,)* }) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        #[cfg_attr(feature = "clap", derive(clap::ValueEnum))]
        #[non_exhaustive]
        pub enum $name {
            $(
                $(#[doc = $doc])*
                $(#[serde(rename = $word)] #[cfg_attr(feature = "clap", value(name = $word))])?
                $variant,
            )*
        }

        impl $name {
            /// Every word, in the order of the manual.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
        }
    };
}

pub(crate) use {options, words};

/// Whether a field has the value of an absent key.
pub(crate) fn is_unsaid<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
