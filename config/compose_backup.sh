# Write a backup of both databases into a folder of /backups, or restore one into an empty server.
#
#   sh compose_backup.sh backup [FOLDER]
#   sh compose_backup.sh restore FOLDER
set -eu
password() { cat "/run/secrets/$1"; }
server=${POSTGRES_HOST:-postgres}
export ADMIN_DSN="${ADMIN_DSN:-postgresql://postgres:$(password postgres_password)@$server/postgres}"
export OWNER_DSN="postgresql://dateline_owner:$(password owner_password)@$server/dateline"
export DATELINE_DSN=$OWNER_DSN
case $1 in
backup)
    exec dateline backup "${2:-/backups/$(date -u +%Y-%m-%dT%H-%M-%S)}"
    ;;
restore)
    python3 /opt/dateline/config/compose_logins.py owner
    dateline restore "$2"
    python3 /opt/dateline/config/compose_logins.py restored
    ;;
esac
