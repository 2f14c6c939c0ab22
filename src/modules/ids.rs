//! `uuid_v4()`: a random UUID as a string; `uuid_v7()`: one that begins with the time, so that later ones
//! sort behind earlier ones.

use rhai_vm::function::Function;
use rhai_vm::Kind;
use uuid::Uuid;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("uuid_v4", &[], Kind::String, |_| Ok(Uuid::new_v4().to_string().into())),
    Function::new("uuid_v7", &[], Kind::String, |_| Ok(Uuid::now_v7().to_string().into())),
];
