//! What a process uses.

use std::fs;

use anyhow::{Context, Result};

use crate::process::memory;

/// What a process uses at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Usage {
    /// `VmRSS`, in MiB.
    pub(super) resident: f64,
    /// `VmHWM`: the peak of it so far, in MiB.
    pub(super) peak: f64,
    pub(super) descriptors: usize,
}

impl Usage {
    pub(super) fn of(process: u32) -> Result<Self> {
        let descriptors = fs::read_dir(format!("/proc/{process}/fd")).context("no file descriptors")?;
        Ok(Self {
            resident: memory(process, "VmRSS")?,
            peak: memory(process, "VmHWM")?,
            descriptors: descriptors.count(),
        })
    }

    /// What has grown since `before`, and may not. What is resident may: an allocator that gives memory
    /// back takes it again. A leak makes the peak grow.
    pub(super) fn growth_since(&self, before: &Self) -> Vec<String> {
        /// MiB
        const ALLOWED: f64 = 1.0;
        let mut growth = Vec::new();
        if self.peak - before.peak > ALLOWED {
            growth.push(format!(
                "VmHWM grew from {:.2} to {:.2} MiB; {ALLOWED} MiB more would be allowed",
                before.peak, self.peak
            ));
        }
        if self.descriptors != before.descriptors {
            growth.push(format!(
                "there are {} file descriptors, and were {}",
                self.descriptors, before.descriptors
            ));
        }
        growth
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_noticed() {
        let before = Usage { resident: 10.0, peak: 12.0, descriptors: 4 };
        assert!(before.growth_since(&before).is_empty());
        assert!(Usage { resident: 11.5, peak: 12.9, ..before }.growth_since(&before).is_empty());
        let leaking = Usage { resident: 11.5, peak: 14.0, descriptors: 5 };
        let growth = leaking.growth_since(&before);
        assert!(growth[0].starts_with("VmHWM grew from 12.00 to 14.00 MiB"), "{growth:?}");
        assert_eq!(growth[1], "there are 5 file descriptors, and were 4");
    }
}
