//! Tells the linker where the functions go that run at a cold start: tools/start-order.py says why.

use std::env;

fn main() {
    const ORDER: &str = "layer/start.ld";
    println!("cargo:rerun-if-changed={ORDER}");
    let of = |name| env::var(name).unwrap_or_default();
    if of("PROFILE") == "release" && of("CARGO_CFG_TARGET_OS") == "linux" {
        println!("cargo:rustc-link-arg-bin=bootstrap=-Wl,-T,{}/{ORDER}", of("CARGO_MANIFEST_DIR"));
    }
}
