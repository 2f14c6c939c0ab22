//! What functions of scripts return.

use crate::natives::Type;
use rhai_vm::Kind;
use std::rc::Rc;

/// Values with more types than this are taken for unknown.
pub(crate) const MAX_KINDS: usize = 4;

/// What a function of a script returns, as far as that is certain.
#[derive(Clone, Debug, Default)]
pub(crate) struct Returned {
    /// Its type.
    pub(crate) of: Type,
    /// The types of which it has one; empty for any.
    pub(crate) kinds: Vec<Kind>,
    /// The fields of which it has some, if it always is a map that is written out.
    pub(crate) fields: Option<Rc<[String]>>,
}

/// The fields of a map that a function of a script returns.
#[derive(Clone, Debug)]
pub(crate) struct Fields {
    /// The function.
    pub(crate) function: String,
    pub(crate) names: Rc<[String]>,
}

impl Returned {
    /// What always is one of these.
    pub(crate) fn any_of(all: &[Self]) -> Self {
        let of = all.first().and_then(|first| first.of.filter(|_| all.iter().all(|it| it.of == first.of)));
        let mut kinds: Vec<_> = all.iter().flat_map(|it| it.kinds.iter().copied()).collect();
        kinds.sort_unstable_by_key(|of| of.name());
        kinds.dedup();
        if kinds.len() > MAX_KINDS || all.iter().any(|it| it.kinds.is_empty()) {
            kinds.clear();
        }
        let fields = all.iter().map(|it| it.fields.clone()).collect::<Option<Vec<_>>>();
        let fields = fields.filter(|fields| !fields.is_empty());
        Self { of, kinds, fields: fields.map(|fields| fields.iter().flat_map(|it| it.to_vec()).collect()) }
    }
}

impl From<Kind> for Returned {
    fn from(of: Kind) -> Self {
        Self { of: Some(of), kinds: vec![of], fields: None }
    }
}
