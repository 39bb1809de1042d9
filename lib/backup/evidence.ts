import { BACKUP_METRICS } from '../sovra/metrics/backups';

/**
 * What the repository itself says about the backups. A reader lists its snapshots once a minute and hands what it finds
 * to a gateway that Prometheus scrapes; what a job thinks of its own work plays no part. Verification and restore drills
 * leave a small snapshot of their own behind, so that their evidence, too, survives every pod.
 */

/** One group of snapshots: those that one backup job writes. */
export interface EvidenceSource {
  readonly source: 'postgres' | 'vault' | 'kubernetes';
  /** `restic --host` of its snapshots. */
  readonly host: string;
  /** The one path in its snapshots. */
  readonly path: string;
}

/** Tag of the snapshot that a verification leaves behind when everything that it read was good. */
export const VERIFICATION_TAG = 'verification';
/** Tag of the snapshot that a restore drill leaves behind when what it restored is equal; with the three below. */
export const DRILL_TAG = 'drill';
/** Tag of a snapshot that was read back as a whole. */
export const VERIFIED_TAG = 'verified';
/** Tags `of=SOURCE`, `seconds=N` and `bytes=N` of a drill. */
export const DRILL_FACTS = ['of', 'seconds', 'bytes'] as const;

/** The group in the gateway; it becomes the label `job`. */
export const EVIDENCE_JOB = 'sovra-backup';

/** Seconds between two looks into the repository. */
export const EVIDENCE_PERIOD = 60;
/** From a snapshot's end until Prometheus has it at the latest: a look, its own time, a scrape, an evaluation. */
export const EVIDENCE_LAG = 180;

/**
 * A look that fails is told on standard error, and the gateway goes on to say when the last one succeeded: that is what
 * the alert is about. Ending the container would only make the next look later.
 */
export const READ_SCRIPT = `
trap 'exit 0' TERM INT
look() {
  restic snapshots --json --no-lock --tag "$INSTALLATION" > /tmp/snapshots.json &&
    jq --raw-output --argjson vaults "$VAULTS" --from-file /etc/evidence/report.jq /tmp/snapshots.json > /tmp/report &&
    wget -q -O /dev/null --post-file=/tmp/report "$GATEWAY"
}
while :; do
  look || echo "the repository could not be looked into" >&2
  sleep "$PERIOD" &
  wait $!
done
`.trimStart();

/**
 * Functions of jq for restic's list of snapshots: `seconds` since 1970 of a time as restic writes it, with fractions, in UTC or
 * with an offset.
 */
export const FUNCTIONS = `
def seconds:
  capture("^(?<local>[0-9-]{10}T[0-9:]{8})[.0-9]*(?<zone>Z|[+-][0-9]{2}:[0-9]{2})$")
  | (.zone | if . == "Z" then 0 else
      ((.[1:3] | tonumber) * 3600 + (.[4:6] | tonumber) * 60) * (if .[0:1] == "-" then -1 else 1 end) end) as $offset
  | (.local + "Z" | fromdateiso8601) - $offset;
def tagged($tag): (.tags // []) | index($tag) != null;
`.trim();

/** By the exported name. */
const HELP = Object.fromEntries(Object.values(BACKUP_METRICS).map(({ name, help }) => [name.guide, help]));

/**
 * From restic's list of snapshots to the text format of Prometheus. A database point counts as recoverable once each Vault
 * has a snapshot that was begun after the dump had ended: only that one holds every key that a row can refer to.
 */
export const REPORT_PROGRAM = `
${JSON.stringify(HELP, null, 1)} as $help |
${FUNCTIONS}
def fact($name): (.tags // [])[] | select(startswith($name + "=")) | ltrimstr($name + "=");
def labels($of): [$of | to_entries[] | "\\(.key)=\\(.value | tostring | tojson)"] | if . == [] then "" else "{" + join(",") + "}" end;
def metric($name; samples): "# HELP \\($name) \\($help[$name])", "# TYPE \\($name) gauge", (samples | "\\($name)\\(labels(.labels)) \\(.value)");

[ .[] | { at: (.time | seconds), end: (.summary.backup_end // .time | seconds), tags,
          bytes: (.summary.total_bytes_processed // 0), host: .hostname, path: .paths[0],
          source: (if tagged("postgres") then "postgres" elif tagged("vault") then "vault"
                   elif tagged("kubernetes") then "kubernetes" else null end) } ] as $all
| [ $all[] | select(.source != null) ] as $copies
| [ $copies | group_by([.source, .host, .path])[] | { newest: max_by(.at), all: . } ] as $groups
| [ $vaults[] as $host | [ $copies[] | select(.source == "vault" and .host == $host) | .at ] | max ] as $snapshots
| [ $copies[] | select(.source == "postgres") | . as $point | select(all($snapshots[]; . != null and . > $point.end)) | .at ] as $sets
| [ $all[] | select(tagged("${DRILL_TAG}")) | { of: fact("of"), seconds: fact("seconds"), bytes: fact("bytes"), at } ] as $drills
| [ $drills | group_by(.of)[] | max_by(.at) ] as $trials
| def copy(value): $groups[] | { labels: (.newest | { source, host, path }), value: value };
  def trial(value): $trials[] | { labels: { source: .of }, value: value };
  def single(times): [times] | max | select(. != null) | { labels: {}, value: . };
  metric("sovra_backup_snapshot_timestamp_seconds"; copy(.newest.at)),
  metric("sovra_backup_snapshot_bytes"; copy(.newest.bytes)),
  metric("sovra_backup_snapshots"; copy(.all | length)),
  metric("sovra_backup_verified_snapshots"; copy([ .all[] | select(tagged("${VERIFIED_TAG}")) ] | length)),
  metric("sovra_backup_recovery_set_timestamp_seconds"; single($sets[])),
  metric("sovra_backup_verification_timestamp_seconds"; single($all[] | select(tagged("${VERIFICATION_TAG}")) | .at)),
  metric("sovra_restore_drill_timestamp_seconds"; trial(.at)),
  metric("sovra_restore_drill_duration_seconds"; trial(.seconds)),
  metric("sovra_restore_drill_bytes"; trial(.bytes))
`.trimStart();
