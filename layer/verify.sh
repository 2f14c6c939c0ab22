#!/bin/sh
# Tries the released programs as they are in target/layer: what is in the layers, and whether each
# `bootstrap` passes the tests. `make verify`.
#
# What is for another architecture runs under QEMU's user mode emulation (the one that is installed, or
# else Debian's, unpacked in target/cross). It is slow, so the tests are fewer there: that a panic is
# caught and whatever else a script may do is survived, and the examples.
set -eu
cd "$(dirname "$0")/.."

fail() {
    echo "verify: $*" >&2
    exit 1
}

# Prints the path of QEMU for an architecture.
qemu() {
    command -v "qemu-$1-static" || command -v "qemu-$1" && return
    unpacked=target/cross/qemu/usr/bin/qemu-$1-static
    if ! [ -x "$unpacked" ]; then
        command -v apt-get >/dev/null || fail "qemu-$1 is needed to run what is built for $1"
        mkdir -p target/cross/qemu
        (cd target/cross/qemu && apt-get download --quiet --quiet qemu-user-static && dpkg-deb -x ./*.deb . && rm ./*.deb) >&2 ||
            fail "apt-get could not download qemu-user-static (see above; is there a list of packages: apt-get update?)"
    fi
    echo "$PWD/$unpacked"
}

# Writes a program that runs another one under QEMU; prints its path.
emulated() {
    emulator=$(qemu "$1")
    # QEMU ignores a program's wish for a larger stack, and wants to hear of it beforehand.
    printf '#!/bin/sh\nexec "%s" -s 80000000 "%s" "$@"\n' "$emulator" "$2" >"target/cross/$1"
    chmod 755 "target/cross/$1"
    echo "$PWD/target/cross/$1"
}

[ -d target/layer ] || fail "there are no layers: make layer"
python3 layer/check.py target/layer/rhambda-*.zip
for folder in target/layer/*/; do
    architecture=$(basename "$folder")
    program=$PWD/target/layer/$architecture/bootstrap
    if grep -qF -e "$PWD/" -e "$HOME/" "$program"; then
        fail "$program names folders of this machine: it is not built by layer/bootstrap.sh"
    fi
    # A cold start reads them.
    [ "$(wc -c <"$program")" -le 10600000 ] || fail "$program is larger than 10.6 MB"
    [ "$(wc -c <"target/layer/rhambda-$architecture.zip")" -le 5100000 ] || fail "the layer for $architecture is larger than 5.1 MB"
    case $architecture/$(uname -m) in
        x86_64/x86_64 | arm64/aarch64 | arm64/arm64)
            echo "$program, natively:"
            RHAMBDA_BOOTSTRAP=$program cargo test --quiet --test blackbox --test examples
            continue
            ;;
        x86_64/*) program=$(emulated x86_64 "$program") ;;
        *) program=$(emulated aarch64 "$program") ;;
    esac
    echo "target/layer/$architecture/bootstrap, under QEMU:"
    export RHAMBDA_BOOTSTRAP="$program"
    # How long those take that are skipped is up to the clock.
    cargo test --quiet --test blackbox survival -- --skip deeply_nested_values
    cargo test --quiet --test examples
done
