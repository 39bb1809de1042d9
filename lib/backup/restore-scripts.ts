import { FUNCTIONS } from './evidence';
import { TOOLS } from './restic';

/** The steps of a real restore, in the official images; what one leaves for the next lies in the scratch volume. */

export const SCRATCH = '/scratch';
export const STORED = `${SCRATCH}/stored`;
/** Left by the guard of a database that has nothing to lose. */
const EMPTY = `${SCRATCH}/empty`;

/**
 * Chooses what is restored for a point in time, the same whenever it is asked: the newest dump that was begun by then and
 * for which every Vault has a snapshot begun after the dump had ended; of each Vault, the oldest such snapshot. A Vault that
 * is restored alone, beside a database that lives, gets its newest one by then. Objects of a namespace, which are asked for
 * by their path (no host begins like one), are the newest by then.
 */
export const CHOOSE_PROGRAM = `
${FUNCTIONS}
[ .[] | { id, tags, host: .hostname, path: .paths[0], at: (.time | seconds), end: (.summary.backup_end // .time | seconds) } ] as $all
| def of($host): $all[] | select(tagged("vault") and .host == $host);
  def after($host; $until): [ of($host) | select(.at > $until) ] | min_by(.at);
  [ $all[] | select(tagged("postgres") and .at <= $at) | . as $dump
    | select(all($vaults[]; . as $host | after($host; $dump.end) != null)) ] | max_by(.at) as $point
| if $want | startswith("/") then [ $all[] | select(tagged("kubernetes") and .path == $want and .at <= $at) ] | max_by(.at)
  elif $alone then [ of($want) | select(.at <= $at) ] | max_by(.at)
  elif $point == null then null
  elif $want == "" then $point
  else after($want; $point.end) end
| if . == null then error("the repository holds nothing that could be restored to that point") else .id, (.at | todate) end
`.trim();

/**
 * In the image of restic; the program above is its first argument. What is there is replaced only by what was read to its
 * end; into a database that is empty, the dump goes straight from the repository, and never lies on the node's disk.
 */
export const FETCH_SCRIPT = `
set -eu
umask 077
[ "$(date +%s)" -ge "$AT" ] || { echo "the point lies in the future: what it means would change" >&2; exit 1; }
date +%s > ${SCRATCH}/started
restic snapshots --json --no-lock --tag "$INSTALLATION" > ${SCRATCH}/snapshots.json
jq --raw-output --argjson at "$AT" --argjson vaults "$VAULTS" --arg want "$WANT" --argjson alone "$ALONE" "$1" \\
  ${SCRATCH}/snapshots.json > ${SCRATCH}/chosen
{ read -r id; read -r time; } < ${SCRATCH}/chosen
echo "restoring snapshot $id, begun at $time"
[ ! -e ${EMPTY} ] || exit 0
restic dump --no-lock "$id" "$FILE" > ${STORED}
[ -s ${STORED} ] || { echo "what is stored is empty" >&2; exit 1; }
`.trim();

const ASK = `ask() { psql --no-psqlrc --no-password --no-align --tuples-only --quiet --set=ON_ERROR_STOP=1 --command="$1"; }
tables=$(ask "select count(*) from pg_catalog.pg_tables where schemaname not in ('pg_catalog', 'information_schema')")`;

/** In the image of PostgreSQL, before anything is changed. */
export const GUARD_POSTGRES_SCRIPT = `
set -eu
${ASK}
[ "$tables" -gt 0 ] || : > ${EMPTY}
[ "$tables" -eq 0 ] || [ "$OVERWRITE" = "$PGDATABASE" ] || {
  echo "database $PGDATABASE has $tables tables and is not touched; to replace what it holds, say so in SovraRestore: overwrite" >&2
  exit 1
}
`.trim();

/**
 * In the image of PostgreSQL: all or nothing, so that a restore that fails leaves what was there. A dump that breaks off
 * makes `pg_restore` fail, and the database is as empty as before; that restic failed is told even if it got that far. What
 * has come into an empty database since the guard looked is in the way, and stays.
 */
export const RESTORE_POSTGRES_SCRIPT = `
set -eu
# Bare, a name with a "=" would be taken for an address.
name=$(printf %s "$PGDATABASE" | sed "s/[\\\\']/\\\\\\\\&/g")
load() {
  pg_restore --no-password --exit-on-error --single-transaction --no-owner --no-privileges --no-subscriptions \\
    --dbname="dbname='$name'" "$@"
}
if [ -e ${EMPTY} ]; then
  read -r id < ${SCRATCH}/chosen
  { ${TOOLS}/restic dump --no-lock "$id" "$FILE" || : > ${SCRATCH}/broken; } | load
  [ ! -e ${SCRATCH}/broken ] || { echo "the dump could not be read to its end" >&2; exit 1; }
else
  load --clean --if-exists ${STORED}
fi
${ASK}
echo "database $PGDATABASE has $tables tables; $(($(date +%s) - $(cat ${SCRATCH}/started))) s since the restore began"
`.trim();

/**
 * In the image of Vault. A Vault that has secrets of somebody is not fresh; nor is one that does not say what it has, to a
 * token that may restore but not list, for example. So the list is no part of a pipe, which would make it an empty one.
 */
export const RESTORE_VAULT_SCRIPT = `
set -eu
vault operator raft snapshot inspect ${STORED} > /dev/null
if [ "$OVERWRITE" != "$EDGE_NODE" ]; then
  held=$(vault secrets list) || {
    echo "the Vault of $EDGE_NODE does not say what it holds and is not touched; its token has to be allowed to read sys/mounts" >&2
    exit 1
  }
  mounts=$(printf '%s\\n' "$held" | tail -n +3 | grep -c -v -E '^(cubbyhole|identity|sys)/' || true)
  [ "$mounts" -eq 0 ] || {
    echo "the Vault of $EDGE_NODE holds secrets and is not touched; to replace what it holds, say so in SovraRestore: overwrite" >&2
    exit 1
  }
fi
vault operator raft snapshot restore -force ${STORED}
echo "restored; now unseal it with the keys of the Vault that was backed up; $(($(date +%s) - $(cat ${SCRATCH}/started))) s since the restore began"
`.trim();
