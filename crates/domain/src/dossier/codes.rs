//! Enums that have a code for the database, a label for people and a list for tables.

/// Declares an enum whose every value has a stable code and a Vietnamese label.
///
/// The code is also what serde writes. A code never changes once released.
macro_rules! codes {
    (
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$doc:meta])* $value:ident = $code:literal, $label:literal; )*
        }
    ) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, serde::Deserialize,
        )]
        pub enum $name {
            $( $(#[$doc])* #[serde(rename = $code)] $value, )*
        }

        impl $name {
            /// Every value, in the order in which people meet them.
            pub const ALL: &'static [Self] = &[ $(Self::$value),* ];

            /// The stable name in the database and in exports. Never changed once released.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$value => $code),* }
            }

            /// What the office calls it.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$value => $label),* }
            }

            /// The value with that code, if there is one.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.code() == code)
            }
        }
    };
}

pub(crate) use codes;
