#!/bin/sh
# Installs buildah, which builds container images without a daemon, where that is possible. Where it
# is not, the tests that build images are skipped.
set -eu

skip() {
    echo "packaging: no container images are built in the tests: $*"
    exit 0
}

[ "$(id -u)" = 0 ] || skip "only root can build them without a daemon"
command -v buildah >/dev/null && exit 0
command -v apt-get >/dev/null || skip "buildah is missing"
apt-get update --quiet --quiet
DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes --no-install-recommends buildah >/dev/null ||
    skip "apt-get could not install buildah (see above)"
