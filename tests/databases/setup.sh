#!/bin/sh
# Installs the servers against which the modules for databases, mail and WebSockets are tested. aiosmtpd (Apache-2.0), websockets (BSD) and psycopg (LGPL) go into
# target/databases/venv. Redis and PostgreSQL come from Debian's packages, where that is possible; where it is not, their tests are
# skipped, and so are those that need PgBouncer. Debian starts them when it installs them; the tests do not need those, and start their own.
set -eu
cd "$(dirname "$0")/../.."

skip() {
    echo "databases: the modules for databases are not tested against servers: $*"
    exit 0
}

sh tests/venv.sh databases tests/databases/requirements.txt

postgres=$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null || command -v initdb || true)
command -v redis-server >/dev/null && command -v pgbouncer >/dev/null && [ -n "$postgres" ] && exit 0
[ "$(id -u)" = 0 ] || skip "only root can install redis-server and postgresql"
command -v apt-get >/dev/null || skip "redis-server, postgresql or pgbouncer is missing"
apt-get update --quiet --quiet
DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes --no-install-recommends redis-server postgresql pgbouncer >/dev/null ||
    skip "apt-get could not install redis-server, postgresql and pgbouncer (see above)"
