/**
 * What the pruner runs. Its arguments are those of `restic forget` that say which snapshots stay; nothing that a user
 * wrote is read by the shell. In its environment:
 * - KEEP_VERIFIED: so many snapshots of each group that were read back must stay
 * - ALONE: how many seconds one command may have the repository to itself
 * - PAUSE: how many seconds it leaves it to others before that
 *
 * `restic tag` and `restic forget` lock everybody else out; `restic dump` does not, but waits for the pruner of another
 * installation. What is removed is exactly what was looked at, by its ids: snapshots that come in the meantime change
 * nothing.
 */
export const PRUNE_SCRIPT = String.raw`set -eu
groups=$TMPDIR/groups unread=$TMPDIR/unread few=$TMPDIR/few old=$TMPDIR/old
batch=$TMPDIR/batch rest=$TMPDIR/rest
is_verified='def verified: (.tags // []) | index("verified") != null; '

look() { restic forget --dry-run --no-lock --json "$@" >"$groups"; }
ask() { jq -r --argjson enough "$KEEP_VERIFIED" "$is_verified$1" "$groups"; }

# Whoever waited for the command before has a turn in the pause. 11 is the code for a repository that is in use.
alone() {
  while :; do
    sleep "$PAUSE"
    code=0
    timeout -k 5 "$ALONE" restic "$@" || code=$?
    [ "$code" -eq 11 ] || break
  done
  [ "$code" -eq 0 ] && return
  echo "restic $1 ended with $code; it may have the repository to itself for $ALONE s" >&2
  restic unlock # the lock of one that had to be killed
  return "$code"
}

# Read back the newest snapshot of each group, and as many more of those that stay as verified ones are missing.
look "$@"
ask '.[] | (.keep | sort_by(.time) | reverse) as $keep
  | ([$keep[] | select(verified)] | length) as $have
  | [$keep[] | select(verified | not)][:([$enough - $have, 1] | max)][].id' >"$unread"
for id in $(cat "$unread"); do
  echo "reading back $id"
  restic dump --retry-lock 3600s "$id" / >/dev/null
done
if [ -s "$unread" ]; then alone tag --add verified $(cat "$unread"); fi

# Remove nothing at all while a group that would lose snapshots keeps too few that were read back.
look "$@"
ask '.[] | select((.remove // []) != []) | select(([.keep[] | select(verified)] | length) < $enough)
  | "\(.host) \(.paths | join(" "))"' >"$few"
if [ -s "$few" ]; then
  echo "nothing is removed: fewer than $KEEP_VERIFIED verified snapshots would stay of" >&2
  cat "$few" >&2
  exit 1
fi
ask '.[].remove // [] | .[].id' >"$old"
# No more at a time than a command line holds: a month without a pruner leaves tens of thousands.
while [ -s "$old" ]; do
  head -n 1000 "$old" >"$batch"
  tail -n +1001 "$old" >"$rest"
  mv "$rest" "$old"
  if [ -s "$old" ]; then alone forget $(cat "$batch"); else alone forget --prune $(cat "$batch"); fi
done
`;
