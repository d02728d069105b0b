# Starts a throwaway PostgreSQL, says where it is, and removes it when the tests are gone.
#
# The tests hold the other end of standard input: however they end, it closes, and the wait below is over. Until then the
# words `stop` and `start` do what they say, and are answered when it is done.
set -eu
for folder in /usr/lib/postgresql/*/bin; do
    PATH="$PATH:$folder"
done
if ! command -v initdb >/dev/null || ! command -v pg_ctl >/dev/null; then
    echo absent
    exit 0
fi
folder=$(mktemp -d)
as=""
if [ "$(id -u)" = 0 ]; then
    # PostgreSQL refuses to run as root.
    account=postgres
    id "$account" >/dev/null 2>&1 || account=nobody
    chown "$account" "$folder"
    as="setpriv --reuid=$account --regid=$(id -g "$account") --clear-groups"
fi
# Its own folder: the account may not be allowed to see the one the tests run in.
cd "$folder"
$as initdb --pgdata="$folder/data" --username=attache --auth=trust --encoding=UTF8 --locale=C --no-sync >"$folder/log" 2>&1
options="-c listen_addresses='' -c unix_socket_directories='$folder' -c fsync=off -c synchronous_commit=off"
options="$options -c full_page_writes=off -c max_connections=400"
start() {
    $as pg_ctl --pgdata="$folder/data" --log="$folder/data/log" --options="$options" --wait start >"$folder/log" 2>&1
}
stop() {
    $as pg_ctl --pgdata="$folder/data" --mode="$1" --wait stop >"$folder/log" 2>&1
}
start
echo "postgres:///postgres?host=$folder&user=attache"
while read -r word; do
    case "$word" in
        start) start ;;
        # In order: what a crash may lose with these options is not what is tested.
        stop) stop fast ;;
        *) break ;;
    esac
    echo "done"
done
stop immediate || true
cd /
rm -rf "$folder"
