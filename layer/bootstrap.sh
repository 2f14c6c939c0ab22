#!/bin/sh
# Builds the released `bootstrap` for one architecture: static, with musl, the same bytes from the
# same source and tools wherever it is built.
#
# usage: layer/bootstrap.sh [--check] x86_64|arm64
#
# It is written to target/layer/ARCHITECTURE/bootstrap. --check builds nothing: it says what is
# missing, if anything is, and fails then. layer/setup.sh installs what is missing.
set -eu
cd "$(dirname "$0")/.."

check=false
if [ "${1-}" = --check ]; then
    check=true
    shift
fi
architecture=${1-}
case $architecture in
    x86_64) target=x86_64-unknown-linux-musl ;;
    arm64) target=aarch64-unknown-linux-musl ;;
    *) echo "usage: layer/bootstrap.sh [--check] x86_64|arm64" >&2 && exit 1 ;;
esac

missing() {
    echo "$1 is missing to build bootstrap with musl for $architecture: run layer/setup.sh" >&2
    exit 1
}

PATH="$PWD/target/cross/python/bin:$PATH"
command -v cargo-zigbuild >/dev/null || missing cargo-zigbuild
command -v python-zig >/dev/null || command -v zig >/dev/null || missing zig

# The first Rust that has the standard library for the target, or else its source: the one in the
# PATH, which is mostly rustup's, and the system's beside it.
find_rust() {
    for folder in "" /usr/bin/; do
        rustc=${folder}rustc
        cargo=${folder}cargo
        if ! command -v "$rustc" >/dev/null || ! command -v "$cargo" >/dev/null; then
            continue
        fi
        source=$("$rustc" --print sysroot)/lib/rustlib/src/rust
        library=$("$rustc" --print target-libdir --target "$target")
        if ls "$library"/libstd-*.rlib >/dev/null 2>&1; then
            build_std=false
            return
        fi
        if [ -e "$source/library/std/Cargo.toml" ]; then
            build_std=true
            return
        fi
    done
    missing "Rust's standard library"
}
find_rust
if $check; then
    exit 0
fi

export RUSTC="$rustc" CARGO="$cargo"
"$cargo" fetch --quiet --locked

# The crt files and libraries are zig's, not those that come with Rust.
flag_end=$(printf '\037')
flags="-Clink-self-contained=no${flag_end}-Ctarget-feature=+crt-static${flag_end}-Crelocation-model=static"
flags="$flags${flag_end}-Csymbol-mangling-version=v0"
# Where files lie on this machine must not show in the program.
remap() {
    flags="$flags${flag_end}--remap-path-prefix=$1=$2"
}
remap "$PWD" /rhambda
remap "$source" /rust
for registry in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/*; do
    remap "$registry" /crates
done
# What scripts run most is known from a run of the benchmark's scripts (tools/profile.py). Compilers older than the
# profile's cannot read it.
profile=$PWD/layer/$architecture.profdata
llvm=$("$rustc" -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
if [ -e "$profile" ] && [ "$llvm" -ge 22 ]; then
    flags="$flags${flag_end}-Cprofile-use=$profile"
fi
# The last flag counts: the tools that look at what runs need the symbols, and nothing else may differ.
if [ -n "${KEEP_SYMBOLS-}" ]; then
    flags="$flags${flag_end}-Cstrip=none"
fi
if [ -n "${KEEP_OBJECTS-}" ]; then
    flags="$flags${flag_end}-Csave-temps"
fi
export CARGO_ENCODED_RUSTFLAGS="$flags"

set -- --release --locked --target "$target" --target-dir target/cross --package rhambda --bin bootstrap
if $build_std; then
    # Not stable yet, so cargo has to be asked as its own developers would ask it.
    export RUSTC_BOOTSTRAP=1
    # Without what a program without symbols cannot print: stack traces of its own.
    set -- "$@" -Zbuild-std=std,panic_unwind -Zbuild-std-features=panic-unwind
    # What works on data is built for speed, as it comes from rustup.
    for crate in alloc compiler_builtins core; do
        set -- "$@" --config "profile.release.package.$crate.opt-level=3"
    done
fi
cargo-zigbuild zigbuild "$@"

mkdir -p "target/layer/$architecture"
install -m 755 "target/cross/$target/release/bootstrap" "target/layer/$architecture/bootstrap"
