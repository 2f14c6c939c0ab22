#!/bin/sh
# Makes the layers that this machine can make: target/layer/rhambda-ARCHITECTURE.zip, and beside it
# the `bootstrap` that is in it. `make layer`.
#
# Where the tool chain for musl is there (layer/setup.sh), these are the released layers of both
# architectures. Otherwise it is the layer of the machine's own, built with glibc, which does the
# same and starts a little slower.
set -eu
cd "$(dirname "$0")/.."

case $(uname -s)/$(uname -m) in
    Linux/aarch64) host=arm64 ;;
    Linux/*) host=$(uname -m) ;;
    *) host=none ;;
esac

# A layer of an earlier run would not be of this source.
rm -rf target/layer
# The tool chain's Python compresses better.
python=target/cross/python/bin/python
[ -x "$python" ] || python=python3
for architecture in x86_64 arm64; do
    bootstrap=target/layer/$architecture/bootstrap
    if missing=$(sh layer/bootstrap.sh --check "$architecture" 2>&1); then
        sh layer/bootstrap.sh "$architecture"
    elif [ "$architecture" = "$host" ]; then
        echo "$missing. It is built with glibc for now."
        make --no-print-directory build
        mkdir -p "target/layer/$architecture"
        install -m 755 target/lambda/bootstrap "$bootstrap"
    else
        echo "$missing. No layer is made for $architecture."
        continue
    fi
    "$python" layer/build.py "$bootstrap" "target/layer/rhambda-$architecture.zip"
done
