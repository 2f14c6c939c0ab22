//! A map behaves as a sorted one does, whatever it is inside.

use proptest::prelude::*;
use rhai_vm::{Map, Value};
use std::collections::BTreeMap;

/// Something that is done with a map.
#[derive(Clone, Debug)]
enum Step {
    Insert(u16, i64),
    Remove(u16),
    RetainBelow(i64),
    Iterate,
}

fn steps(keys: u16) -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0..keys, any::<i64>()).prop_map(|(key, value)| Step::Insert(key, value)),
        4 => (0..keys).prop_map(Step::Remove),
        1 => any::<i64>().prop_map(Step::RetainBelow),
        3 => Just(Step::Iterate),
    ];
    prop::collection::vec(step, 0..300)
}

fn entries(map: &Map) -> Vec<(String, i64)> {
    map.iter().map(|(key, value)| (key.to_string(), value.as_int().unwrap())).collect()
}

/// Does the steps with a map of so many entries at first, and with a sorted one.
fn compare(first: u16, steps: Vec<Step>) {
    let name = |key: u16| format!("k{key}");
    let mut map: Map = (0..first).map(|key| (name(key).into(), Value::from(i64::from(key)))).collect();
    let mut model: BTreeMap<String, i64> = (0..first).map(|key| (name(key), i64::from(key))).collect();
    for step in steps {
        match step {
            Step::Insert(key, value) => {
                let before = map.insert(name(key).into(), value.into());
                assert_eq!(before.and_then(|before| before.as_int()), model.insert(name(key), value));
            }
            Step::Remove(key) => {
                let removed = map.remove(&name(key));
                assert_eq!(removed.and_then(|removed| removed.as_int()), model.remove(&name(key)));
            }
            Step::RetainBelow(end) => {
                map.retain(|_, value| value.as_int().unwrap() < end);
                model.retain(|_, value| *value < end);
            }
            Step::Iterate => {
                assert_eq!(entries(&map), model.clone().into_iter().collect::<Vec<_>>());
            }
        }
        assert_eq!(map.len(), model.len());
    }
    assert_eq!(entries(&map.clone()), model.into_iter().collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn maps_are_sorted(steps in steps(60)) {
        compare(0, steps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, ..ProptestConfig::default() })]

    #[test]
    fn long_maps_are_sorted(steps in steps(5000)) {
        compare(4090, steps);
    }
}
