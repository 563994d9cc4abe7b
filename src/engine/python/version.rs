//! Versions of Python.

use std::fmt;
use std::str::FromStr;

/// A version such as 3.11.7.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// 3 in 3.11.7.
    pub major: u32,
    /// 11 in 3.11.7.
    pub minor: u32,
    /// 7 in 3.11.7.
    pub micro: u32,
}

impl Version {
    /// The oldest that the harness runs in.
    pub const OLDEST: Self = Self { major: 3, minor: 8, micro: 0 };

    /// The oldest with `concurrent.interpreters` (PEP 734).
    pub const WITH_INTERPRETERS: Self = Self { major: 3, minor: 14, micro: 0 };
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.micro)
    }
}

/// Why a text is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no version: three numbers such as 3.11.7 were expected")]
pub struct VersionError(pub String);

impl FromStr for Version {
    type Err = VersionError;

    fn from_str(text: &str) -> Result<Self, VersionError> {
        let mut numbers = text.split('.').map(|part| part.parse::<u32>().ok());
        match (numbers.next().flatten(), numbers.next().flatten(), numbers.next().flatten(), numbers.next()) {
            (Some(major), Some(minor), Some(micro), None) => Ok(Self { major, minor, micro }),
            _ => Err(VersionError(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_by_number_and_not_by_text() {
        let version = |text: &str| text.parse::<Version>().expect("a version");
        assert!(version("3.8.20") < version("3.14.0"));
        assert!(version("3.14.0") >= Version::WITH_INTERPRETERS);
        assert_eq!(version("3.11.7").to_string(), "3.11.7");
        for wrong in ["", "3", "3.11", "3.11.7.1", "3.11.7rc1", "3..7"] {
            assert_eq!(wrong.parse::<Version>(), Err(VersionError(wrong.to_owned())));
        }
    }
}
