import { SCRATCH } from './restore-scripts';

/**
 * The steps of a restore for trial. They run in the official images, none of which holds all the programs; what one step
 * leaves for the next lies in `/scratch`, a volume that goes with the pod.
 */

/** In the image of restic: the newest snapshot of each host, pinned by fetching it once. */
export const FETCH_SCRIPT = `
set -eu
umask 077
date +%s > ${SCRATCH}/started
for host in $HOSTS; do
  restic dump --no-lock --tag "$INSTALLATION,$SOURCE" --host "$host" latest "$FILE" > "${SCRATCH}/$host.stored"
  [ -s "${SCRATCH}/$host.stored" ] || { echo "what is stored of $host is empty" >&2; exit 1; }
done
`.trim();

/**
 * In the image of PostgreSQL: a database of its own, reachable by nobody, gets the dump; dumped again, it has to be what
 * was stored, row for row and schema for schema. What two dumps of one content differ in is left out: times, owners in
 * comments, and the word that \`psql\` is locked with.
 */
export const RESTORE_POSTGRES_SCRIPT = `
set -eu -o pipefail
umask 077
stored="${SCRATCH}/$HOSTS.stored"
mkdir ${SCRATCH}/socket
initdb --pgdata=${SCRATCH}/data --username=drill --auth=trust --encoding=UTF8 --locale=C --no-sync > /dev/null
pg_ctl --pgdata=${SCRATCH}/data --wait --silent --log=${SCRATCH}/log \\
  --options="-c listen_addresses= -c unix_socket_directories=${SCRATCH}/socket -c fsync=off" start
trap 'pg_ctl --pgdata=${SCRATCH}/data --mode=immediate --silent stop' EXIT
createdb drill
pg_restore --exit-on-error --no-owner --no-privileges --no-subscriptions --dbname=drill "$stored"
echo $(($(date +%s) - $(cat ${SCRATCH}/started))) > ${SCRATCH}/seconds
ask() { psql --no-psqlrc --no-align --tuples-only --quiet --set=ON_ERROR_STOP=1 --dbname=drill --command="$1"; }
tables=$(ask "select count(*) from pg_catalog.pg_tables where schemaname not in ('pg_catalog', 'information_schema')")
[ "$tables" -gt 0 ] || { echo "what was restored has no tables" >&2; exit 1; }
ask 'select pg_database_size(current_database())' > ${SCRATCH}/bytes
content() { grep -v -E '^(-- (Dumped|Started|Completed|Name|Data for Name|TOC)|.(un)?restrict )' | sha256sum; }
expected=$(pg_restore --no-owner --no-privileges --no-subscriptions --file=- "$stored" | content)
restored=$(pg_dump --no-owner --no-privileges --no-subscriptions drill | content)
[ "$expected" = "$restored" ] || { echo "what was restored is not what was stored" >&2; exit 1; }
echo "restored $tables tables, equal to what was stored"
`.trim();

/**
 * In the image of Vault: an empty Vault of its own takes the snapshot. It then asks for the keys of the one that was
 * backed up, which no cluster holds: so far, and no further, a drill can go without a person.
 */
export const RESTORE_VAULT_SCRIPT = `
set -eu
umask 077
export VAULT_ADDR=http://127.0.0.1:8200
server=
trap '[ -z "$server" ] || kill "$server"' EXIT
state() { code=0; vault status > /dev/null 2>&1 || code=$?; echo "$code"; }
until_state() {
  tries=0
  while [ "$(state)" != "$1" ]; do
    tries=$((tries + 1))
    [ "$tries" -le 60 ] || { echo "the scratch Vault never was $2" >&2; tail -n 20 ${SCRATCH}/log >&2; exit 1; }
    sleep 1
  done
}
for host in $HOSTS; do
  mkdir "${SCRATCH}/$host.raft"
  cat > ${SCRATCH}/vault.hcl <<END
storage "raft" {
  path = "${SCRATCH}/$host.raft"
  node_id = "drill"
}
listener "tcp" {
  address = "127.0.0.1:8200"
  tls_disable = true
}
api_addr = "http://127.0.0.1:8200"
cluster_addr = "http://127.0.0.1:8201"
disable_mlock = true
END
  vault server -config=${SCRATCH}/vault.hcl > ${SCRATCH}/log 2>&1 &
  server=$!
  until_state 2 "up"
  vault operator init -key-shares=1 -key-threshold=1 > ${SCRATCH}/init
  sed -n 's/^Unseal Key 1: //p' ${SCRATCH}/init | tr -d '\\n' > ${SCRATCH}/key
  vault write sys/unseal key=@${SCRATCH}/key > /dev/null
  until_state 0 "unsealed"
  VAULT_TOKEN=$(sed -n 's/^Initial Root Token: //p' ${SCRATCH}/init)
  export VAULT_TOKEN
  tries=0
  until vault operator raft snapshot restore -force "${SCRATCH}/$host.stored" 2> ${SCRATCH}/refused; do
    tries=$((tries + 1))
    [ "$tries" -le 10 ] || { cat ${SCRATCH}/refused >&2; exit 1; }
    sleep 1
  done
  unset VAULT_TOKEN
  until_state 2 "sealed with the keys of $host"
  if vault write sys/unseal key=@${SCRATCH}/key > /dev/null 2>&1 && [ "$(state)" = 0 ]; then
    echo "the scratch Vault still opens with its own key: the snapshot of $host was not taken over" >&2
    exit 1
  fi
  kill "$server"
  wait "$server" || true
  server=
  rm -f ${SCRATCH}/init ${SCRATCH}/key
  echo "a Vault took over the snapshot of $host"
done
echo $(($(date +%s) - $(cat ${SCRATCH}/started))) > ${SCRATCH}/seconds
cat ${SCRATCH}/*.stored | wc -c > ${SCRATCH}/bytes
`.trim();

/** In the image of restic: leaves the evidence in the repository. Reached only if every step before was good. */
export const EVIDENCE_SCRIPT = `
set -eu
seconds=$(cat ${SCRATCH}/seconds)
bytes=$(cat ${SCRATCH}/bytes)
printf '{"of":"%s","seconds":%d,"bytes":%d}\\n' "$SOURCE" "$seconds" "$bytes" |
  restic backup --stdin --stdin-filename "drill-$SOURCE.json" --host "$HOST" --tag "$INSTALLATION" \\
    --tag "$DRILL_TAG" --tag "of=$SOURCE" --tag "seconds=$seconds" --tag "bytes=$bytes" "$@"
`.trim();
