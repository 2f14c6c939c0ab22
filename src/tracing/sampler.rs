//! Which traces of OpenTelemetry are recorded: `OTEL_TRACES_SAMPLER`, as its "Environment Variable Specification" has it.

const NAMES: &str =
    "parentbased_always_on, parentbased_always_off, parentbased_traceidratio, always_on, always_off \
    and traceidratio";

/// Decides which traces are recorded.
#[derive(Debug, PartialEq)]
pub(super) struct Sampler {
    /// Whether a trace that began elsewhere is recorded if it is recorded there.
    follows_parent: bool,
    /// The share of all other traces, from 0 to 1.
    share: f64,
}

impl Sampler {
    /// The sampler that the environment names. An invalid variable is ignored with a warning.
    pub(super) fn new(set: &impl Fn(&str) -> Option<String>) -> Self {
        let name = set("OTEL_TRACES_SAMPLER");
        let name = name.as_deref().unwrap_or("parentbased_always_on");
        let (follows_parent, kind) =
            name.strip_prefix("parentbased_").map_or((false, name), |kind| (true, kind));
        let share = match kind {
            "always_on" => 1.0,
            "always_off" => 0.0,
            "traceidratio" => set("OTEL_TRACES_SAMPLER_ARG").map_or(1.0, |text| argument(&text)),
            _ => {
                log::warn!("OTEL_TRACES_SAMPLER is ignored: the samplers are {NAMES}, not {name:?}");
                return Self { follows_parent: true, share: 1.0 };
            }
        };
        Self { follows_parent, share }
    }

    /// Whether a trace is recorded. `parent` is `None` for a trace that begins here, and otherwise says whether it is recorded
    /// where it began.
    pub(super) fn records(&self, trace_id: &str, parent: Option<bool>) -> bool {
        match parent {
            Some(is_recorded) if self.follows_parent => is_recorded,
            _ => is_within(trace_id, self.share),
        }
    }
}

fn argument(text: &str) -> f64 {
    let share = text.trim().parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.unwrap_or_else(|| {
        log::warn!("OTEL_TRACES_SAMPLER_ARG is ignored: it must be a number from 0 to 1, not {text:?}");
        1.0
    })
}

/// Compares the last 8 bytes of the ID, as OpenTelemetry's `TraceIdRatioBased` does, so that functions in other languages
/// decide the same.
#[expect(clippy::cast_precision_loss, reason = "a share has no more digits")]
fn is_within(trace_id: &str, share: f64) -> bool {
    let end = trace_id.get(16..).and_then(|end| u64::from_str_radix(end, 16).ok()).unwrap_or_default();
    share >= 1.0 || (end as f64) < share * u64::MAX as f64
}

#[cfg(test)]
mod tests {
    use super::Sampler;

    fn sampler(name: Option<&str>, argument: Option<&str>) -> Sampler {
        Sampler::new(&|variable: &str| {
            let value = if variable == "OTEL_TRACES_SAMPLER" { name } else { argument };
            value.map(str::to_owned)
        })
    }

    #[test]
    fn samplers_decide_by_parent_and_by_trace_id() {
        let (low, high) = ("ffffffffffffffff3fffffff00000000", "00000000000000004000000000000000");
        // Without a parent, with one that is recorded, and with one that is not: a low ID, then a high one.
        for (name, argument, expected) in [
            (None, None, [true, true, true, true, false, false]),
            (Some("always_on"), None, [true; 6]),
            (Some("always_off"), None, [false; 6]),
            (Some("parentbased_always_off"), None, [false, false, true, true, false, false]),
            (Some("traceidratio"), Some("0.25"), [true, false, true, false, true, false]),
            (Some("parentbased_traceidratio"), Some("0.25"), [true, false, true, true, false, false]),
            (Some("traceidratio"), None, [true; 6]),
            (Some("traceidratio"), Some("0"), [false; 6]),
            (Some("traceidratio"), Some("1.0"), [true; 6]),
        ] {
            let sampler = sampler(name, argument);
            let got = [None, Some(true), Some(false)]
                .map(|parent| [low, high].map(|id| sampler.records(id, parent)));
            assert_eq!(got.as_flattened(), expected, "{name:?} {argument:?}");
        }
        assert!(!sampler(Some("traceidratio"), Some("0")).records(&"0".repeat(32), None));
        assert!(sampler(Some("traceidratio"), Some("1")).records(&"f".repeat(32), None));
    }

    #[test]
    fn invalid_settings_record_all_traces() {
        for (name, argument) in [("jaeger_remote", None), ("", None), ("traceidratio", Some("2"))] {
            assert!(sampler(Some(name), argument).records("x", None), "{name} {argument:?}");
        }
        for argument in ["-1", "NaN", "a", ""] {
            assert!(
                sampler(Some("traceidratio"), Some(argument)).records(&"f".repeat(32), None),
                "{argument}"
            );
        }
    }
}
