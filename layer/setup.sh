#!/bin/sh
# Installs what builds the released `bootstrap`: static, with musl, for x86_64 and arm64.
#
# zig is the C compiler, the linker and the C library of both; it goes to target/cross. Rust's
# standard library for these targets comes from rustup. Where rustup cannot get it, Debian's packages
# bring a Rust of their own with the library's source, which is then built along; they are installed
# beside any other Rust and change nothing about it. Does nothing when all is there already.
set -eu
cd "$(dirname "$0")/.."

wanted=layer/requirements.txt
python=target/cross/python

fail() {
    echo "layer: $*" >&2
    exit 1
}

# Whether everything is there for both architectures.
ready() {
    sh layer/bootstrap.sh --check x86_64 >/dev/null && sh layer/bootstrap.sh --check arm64 >/dev/null
}

if ! cmp -s "$wanted" "$python/installed"; then
    python3 -m venv --clear "$python" || fail "Python 3 with venv is needed (on Debian: apt-get install python3-venv)"
    "$python/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement "$wanted" ||
        fail "pip could not install ziglang and cargo-zigbuild (see above)"
    cp "$wanted" "$python/installed"
fi

if ! ready && command -v rustup >/dev/null; then
    rustup target add x86_64-unknown-linux-musl aarch64-unknown-linux-musl ||
        echo "layer: rustup has no musl targets for this tool chain here" >&2
fi

# rustc-web is Debian's newest Rust, the one it builds browsers with.
if ! ready && command -v apt-get >/dev/null; then
    [ "$(id -u)" = 0 ] || fail "only root can install the rest: apt-get install rustc-web cargo-web rust-web-src"
    apt-get update --quiet --quiet
    DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes --no-install-recommends \
        rustc-web cargo-web rust-web-src || fail "apt-get could not install them (see above)"
fi

for architecture in x86_64 arm64; do
    sh layer/bootstrap.sh --check $architecture || exit 1
done
