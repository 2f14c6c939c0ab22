#!/bin/sh
# Installs the servers against which the database modules are tested, where that is possible: Redis and PostgreSQL. Where it is
# not, these tests are skipped. Debian starts both when it installs them; the tests do not need those, and start their own.
set -eu

skip() {
    echo "databases: the database modules are not tested against servers: $*"
    exit 0
}

postgres=$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null || command -v initdb || true)
command -v redis-server >/dev/null && [ -n "$postgres" ] && exit 0
[ "$(id -u)" = 0 ] || skip "only root can install redis-server and postgresql"
command -v apt-get >/dev/null || skip "redis-server or postgresql is missing"
apt-get update --quiet --quiet
DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes --no-install-recommends redis-server postgresql >/dev/null ||
    skip "apt-get could not install redis-server and postgresql (see above)"
