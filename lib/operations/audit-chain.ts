/**
 * Proof that what was exported is still what was exported, as functions of sh for the script of the export. It needs
 * `FOLDER`, and has the verdict in `status`.
 *
 * `audit.chain` has a line for each file, in the order of export: the day, the SHA-256 of its file, and the SHA-256 of the
 * line before (of the first one: zeros). So no file and no line can be changed, taken out or moved without a break at that
 * place or after it. Beside each file lies `FILE.sha256`, which `sha256sum -c` reads.
 *
 * What the chain alone cannot show: that its last lines were cut off together with their files, or that somebody wrote all
 * of it anew. Both change the hash of the last line, which every run prints: the log, kept elsewhere, is the witness.
 *
 * The line is written before the file gets its name. A run that is ended between the two leaves a line whose file still has
 * the other name; the next run gives it the name, if it is that file.
 */
export const AUDIT_CHAIN_SCRIPT = `
status=0
chain="$FOLDER/audit.chain"
first=0000000000000000000000000000000000000000000000000000000000000000
broken() {
  echo "broken chain: $1" >&2
  status=1
}
hash_of_file() {
  sha256sum "$1" | cut -d ' ' -f 1
}
hash_of_line() {
  printf '%s\\n' "$1" | sha256sum | cut -d ' ' -f 1
}
in_chain() {
  cut -d ' ' -f 1 "$chain" | grep -qxF -e "$1"
}
last_hash() {
  if [ -s "$chain" ]; then hash_of_line "$(tail -n 1 "$chain")"; else echo "$first"; fi
}
add_to_chain() {
  sum=$(hash_of_file "$2")
  line="$1 $sum $(last_hash)"
  printf '%s  %s\\n' "$sum" "audit-$1.json" > "$FOLDER/audit-$1.json.sha256"
  { cat "$chain"; printf '%s\\n' "$line"; } > "$FOLDER/.audit.chain.partial"
  sync
  mv "$FOLDER/.audit.chain.partial" "$chain"
}
begin_chain() {
  [ ! -e "$chain" ] || return 0
  set -- "$FOLDER"/audit-*.json.sha256
  : > "$chain"
  if [ -e "$1" ]; then
    broken "audit.chain is gone"
    return 0
  fi
  for old in "$FOLDER"/audit-*.json; do
    [ -s "$old" ] || continue
    day=\${old##*/audit-}
    add_to_chain "\${day%.json}" "$old"
    echo "took \${day%.json} into the new chain as it is"
  done
}
verify_chain() {
  before=$first
  while read -r day sum link || [ -n "$day" ]; do
    file="$FOLDER/audit-$day.json"
    unnamed="$FOLDER/.audit-$day.json.partial"
    if [ ! -e "$file" ] && [ -e "$unnamed" ] && [ "$(hash_of_file "$unnamed")" = "$sum" ]; then
      mv "$unnamed" "$file"
    fi
    [ "$link" = "$before" ] || broken "the line of $day does not follow the line before it"
    if [ ! -e "$file" ]; then
      broken "the file of $day is gone"
    elif [ "$(hash_of_file "$file")" != "$sum" ]; then
      broken "the file of $day was changed"
    elif [ "$(cat "$file.sha256" 2>/dev/null || true)" != "$sum  audit-$day.json" ]; then
      broken "audit-$day.json.sha256 was changed or is gone"
    fi
    before=$(hash_of_line "$day $sum $link")
  done < "$chain"
  for file in "$FOLDER"/audit-*.json; do
    [ -s "$file" ] || continue
    day=\${file##*/audit-}
    in_chain "\${day%.json}" || broken "the file of \${day%.json} has no line in audit.chain"
  done
}
tell_chain() {
  echo "audit.chain has $(wc -l < "$chain" | tr -d ' ') lines, the hash of the last one is $(last_hash)"
}
`.trim();
