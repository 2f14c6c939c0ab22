//! `uuid_v4()`: a random UUID as text; `uuid_v7()`: one that begins with the time, so that later ones sort
//! behind earlier ones.

use rhai::Engine;
use uuid::Uuid;

pub(super) fn register(engine: &mut Engine) {
    engine.register_fn("uuid_v4", || Uuid::new_v4().to_string());
    engine.register_fn("uuid_v7", || Uuid::now_v7().to_string());
}
