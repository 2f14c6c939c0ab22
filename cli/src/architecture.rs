//! Which machines a Linux program is for.

use anyhow::{bail, Result};
use serde::Deserialize;
use std::fmt;

/// A processor architecture, as Lambda names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
pub(crate) enum Architecture {
    /// Intel and AMD.
    #[serde(rename = "x86_64")]
    #[value(name = "x86_64")]
    X86_64,
    /// Arm, such as AWS Graviton.
    #[serde(rename = "arm64")]
    #[value(name = "arm64")]
    Arm64,
}

impl Architecture {
    /// The one a program was built for, by its ELF header.
    ///
    /// # Errors
    /// When the file is not a Linux program, or one for a machine that Lambda doesn't have.
    pub(crate) fn of(program: &[u8]) -> Result<Self> {
        match program {
            [0x7f, b'E', b'L', b'F', rest @ ..] => match rest.get(14..16) {
                Some([62, 0]) => Ok(Self::X86_64),
                Some([183, 0]) => Ok(Self::Arm64),
                _ => bail!("the program is for neither x86_64 nor arm64"),
            },
            _ => bail!("the file is not a Linux program"),
        }
    }

    /// Lambda's name for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_say_what_they_are_for() {
        let program = |machine: u8| {
            let mut header = [0; 64];
            header[..4].copy_from_slice(b"\x7fELF");
            header[18] = machine;
            Architecture::of(&header)
        };
        assert_eq!(program(62).unwrap(), Architecture::X86_64);
        assert_eq!(program(183).unwrap(), Architecture::Arm64);
        assert!(program(40).is_err());
        for other in [&b""[..], b"#!/bin/sh", b"\x7fELF", &[0; 64]] {
            assert!(Architecture::of(other).is_err(), "{other:?}");
        }
    }
}
