# Ask for a page over HTTP and succeed if it holds a text: bash alone, since a Python that imports
# Airflow takes seconds, and health is asked again and again.
#
#   bash container_health.sh HOST PORT PATH TEXT
exec 3<> "/dev/tcp/$1/$2" || exit 1
printf 'GET %s HTTP/1.0\r\nHost: %s\r\n\r\n' "$3" "$1" >&3
timeout 5 cat <&3 | tr -d '\n ' | grep -q "$4"
