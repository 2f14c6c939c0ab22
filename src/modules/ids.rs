//! `uuid_v4()`: a random UUID as text.

use rhai::Engine;
use uuid::Uuid;

pub(super) fn register(engine: &mut Engine) {
    engine.register_fn("uuid_v4", || Uuid::new_v4().to_string());
}
