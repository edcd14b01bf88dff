# Make the secrets of docker-compose.yml in ./secrets, each in a file; those that exist are kept.
# The files may be read by the containers' users; the folder lets nobody else of this machine in.
set -eu
cd "$(dirname "$0")/.."
mkdir -p secrets
chmod 700 secrets
for name in postgres_password owner_password loader_password analyst_password airflow_password \
    jwt_secret api_secret broker_password s3_secret; do
    [ -s "secrets/$name" ] || openssl rand -hex 32 | tr -d '\n' > "secrets/$name"
done
# A Fernet key is 32 random bytes in URL-safe base64.
[ -s secrets/fernet_key ] || openssl rand -base64 32 | tr -d '\n' | tr '+/' '-_' > secrets/fernet_key
chmod 444 secrets/*
