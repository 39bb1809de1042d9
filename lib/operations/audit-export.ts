import { cronOf } from '../schedule/cron';
import { largestGap } from '../schedule/gaps';
import type { ControlPlane, SovraInstallation } from '../sovra/installation';
import { AUDIT_CHAIN_SCRIPT } from './audit-chain';
import { type Command, cliCommand, cliContainer } from './sovra-cli';
import type { TaskContainer } from './task-pod';
import type { TaskTuning } from './task-set';

export interface AuditExportProps extends TaskTuning {
  /**
   * The command that exports; it gets `--since`, `--until` (both RFC 3339, UTC) and `--output` appended.
   * @default sovra-cli audit export --format json
   */
  readonly command?: Command;
  /** Volume that receives the exports; they are never removed from it. */
  readonly storage?: {
    /** As a Kubernetes quantity. @default '10Gi' */
    readonly size?: string;
    /** @default the cluster's default class */
    readonly storageClass?: string;
  };
  /**
   * An export that holds this many events is a failure: the release gives no more than that many at once, so some are
   * missing. @default 10000, the limit of release 2026.3
   */
  readonly eventLimit?: number;
}

export const AUDIT_EXPORT = 'sovra-audit-export';
const FOLDER = '/export';

/**
 * One file for each complete UTC day, `audit-2026-03-14.json`. Days that have no file yet are made up for, as far back
 * as the schedule needs and a week at least, so a night that was missed costs nothing; a day that
 * cannot be exported does not hold up the others, but the run has failed. A day is written under another
 * name and then renamed: what carries its final name is whole. A file that is empty is a failure, never an export.
 *
 * Before the export, everything that was exported earlier is held against the chain; see `audit-chain.ts`. A break makes
 * the run fail, each time until somebody has dealt with it, but new days are still exported: what is wrong with an old
 * day is no reason to lose a new one. A day that is in the chain is never exported a second time, which would hide that
 * its file was taken away.
 *
 * The dates are why there is a shell here; it reads no secret, and the command's words are handed over as they are.
 */
const SCRIPT = `
${AUDIT_CHAIN_SCRIPT}
begin_chain
verify_chain
now=$(date -u +%s)
back=$DAYS
while [ "$back" -ge 1 ]; do
  day=$(date -u -d "@$((now - back * 86400))" +%Y-%m-%d)
  next=$(date -u -d "@$((now - (back - 1) * 86400))" +%Y-%m-%d)
  file="$FOLDER/audit-$day.json"
  partial="$FOLDER/.audit-$day.json.partial"
  back=$((back - 1))
  [ ! -s "$file" ] || continue
  ! in_chain "$day" || continue
  rm -f "$partial"
  if ! "$@" --since "\${day}T00:00:00Z" --until "\${next}T00:00:00Z" --output "$partial"; then
    echo "the export of $day failed" >&2
    status=1
    continue
  fi
  if [ ! -s "$partial" ]; then
    echo "the export of $day is empty" >&2
    status=1
    continue
  fi
  events=$(grep -c '^  {' "$partial" || true)
  if [ "$events" -ge "$EVENT_LIMIT" ]; then
    echo "the export of $day holds $events events, the most that one export gives: some are missing" >&2
    status=1
    continue
  fi
  add_to_chain "$day" "$partial"
  mv "$partial" "$file"
  echo "exported $day"
done
tell_chain
exit "$status"
`.trim();

export function auditExportContainer(
  sovra: SovraInstallation,
  api: ControlPlane,
  props: AuditExportProps,
  schedule: string,
): TaskContainer {
  const command = props.command ?? cliCommand(sovra, api, 'audit', 'export', '--format', 'json');
  const container = cliContainer(
    sovra,
    'export',
    ['/bin/sh', '-euc', SCRIPT, 'audit-export', ...command],
    props.resources,
  );
  return {
    ...container,
    env: [
      ...(container.env ?? []),
      { name: 'FOLDER', value: FOLDER },
      { name: 'DAYS', value: String(daysBack(schedule)) },
      { name: 'EVENT_LIMIT', value: String(props.eventLimit ?? 10_000) },
    ],
    volumeMounts: [{ name: 'export', mountPath: FOLDER }],
  };
}

/** Complete days that a run looks back at: two periods, and a week at least. */
function daysBack(schedule: string): number {
  return Math.max(7, Math.ceil((2 * largestGap(cronOf(schedule))) / 86_400) + 1);
}
