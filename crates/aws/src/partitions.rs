//! The partitions of AWS, each of which has regions and domains of its own.

/// A line for each partition; its first lines say what is in one.
const PARTITIONS: &str = include_str!("tables/partitions.txt");

/// The part of AWS that a region belongs to.
pub(crate) struct Partition {
    pub(crate) name: &'static str,
    pub(crate) main_region: &'static str,
    pub(crate) suffix: &'static str,
    pub(crate) dual_stack_suffix: &'static str,
}

impl Partition {
    /// The partition of a region: the one with the longest matching prefix, or `aws` if no prefix matches.
    pub(crate) fn of(region: &str) -> Self {
        let fits = |prefix: &&str| region.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('-'));
        let mut best =
            (0, Self::parse(PARTITIONS.lines().find(|line| line.starts_with("aws\t")).unwrap_or("")));
        for line in PARTITIONS.lines().filter(|line| !line.starts_with('#')) {
            if region.strip_suffix("-global").is_some_and(|name| line.split('\t').next() == Some(name)) {
                return Self::parse(line);
            }
            let prefixes = line.rsplit('\t').next().unwrap_or_default();
            let length = prefixes.split(' ').filter(fits).map(str::len).max().unwrap_or(0);
            if length > best.0 {
                best = (length, Self::parse(line));
            }
        }
        best.1
    }

    fn parse(line: &'static str) -> Self {
        let mut fields = line.split('\t');
        let mut next = || fields.next().unwrap_or_default();
        Self { name: next(), main_region: next(), suffix: next(), dual_stack_suffix: next() }
    }
}

/// The name of a region's partition, with which its ARNs begin after `arn:`; `aws` for a region that no
/// partition has.
pub fn name(region: &str) -> &'static str {
    Partition::of(region).name
}
