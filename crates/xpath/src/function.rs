//! The functions of the core library (XPath 1.0 §4), and `here()` of XML Signature.

/// Defines the enum, the names and the numbers of arguments from one list.
macro_rules! functions {
    ($($function:ident = $name:literal $least:literal $most:literal;)*) => {
        /// A function.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Function {
            $($function,)*
        }

        impl Function {
            pub(crate) fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$function),)*
                    _ => None,
                }
            }

            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$function => $name,)*
                }
            }

            /// Whether it takes this number of arguments.
            pub(crate) const fn takes(self, arguments: usize) -> bool {
                match self {
                    $(Self::$function => matches!(arguments, $least..=$most),)*
                }
            }
        }
    };
}

functions! {
    Last = "last" 0 0;
    Position = "position" 0 0;
    Count = "count" 1 1;
    Id = "id" 1 1;
    Here = "here" 0 0;
    LocalName = "local-name" 0 1;
    NamespaceUri = "namespace-uri" 0 1;
    Name = "name" 0 1;
    Text = "string" 0 1;
    Concat = "concat" 2 4_096;
    StartsWith = "starts-with" 2 2;
    Contains = "contains" 2 2;
    SubstringBefore = "substring-before" 2 2;
    SubstringAfter = "substring-after" 2 2;
    Substring = "substring" 2 3;
    StringLength = "string-length" 0 1;
    NormalizeSpace = "normalize-space" 0 1;
    Translate = "translate" 3 3;
    Boolean = "boolean" 1 1;
    Not = "not" 1 1;
    True = "true" 0 0;
    False = "false" 0 0;
    Lang = "lang" 1 1;
    Number = "number" 0 1;
    Sum = "sum" 1 1;
    Floor = "floor" 1 1;
    Ceiling = "ceiling" 1 1;
    Round = "round" 1 1;
}
