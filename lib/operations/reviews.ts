import type { ControlPlane, SovraInstallation } from '../sovra/installation';
import { CLI_USER, type Command, cliCommand, cliContainer, toApi } from './sovra-cli';
import type { PlannedTask, TaskTuning } from './task-set';

export interface ReviewProps extends TaskTuning {
  /** @default the guide's, see the task */
  readonly command?: Command;
  /**
   * What comes of it when the command ends well and prints something: 'log' keeps it in the log of the Job and is done,
   * 'fail' makes the task fail, so that `ScheduledTaskFailed` brings somebody to read it. A command that fails makes the
   * task fail in any case. @default 'log'
   */
  readonly findings?: Findings;
}

export type Findings = 'log' | 'fail';

/**
 * How a query is told from when on. 'words': as the guide has it, `--since "24 hours ago"` within the command. 'rfc3339':
 * `--since` with a point in time of RFC 3339 (UTC) is appended to the command, which is what release 2026.3 reads.
 */
export type SinceFormat = 'words' | 'rfc3339';

/** The reviews that run a command of `sovra-cli`, by the property of `SovraReviews`. */
export type ReviewId =
  | 'failedOperations'
  | 'policyViolations'
  | 'certificateStatus'
  | 'securityReview'
  | 'policyValidation'
  | 'versionCheck';

export interface ReviewDefinition {
  /** Of the CronJob. */
  readonly name: string;
  /** In the guide's rhythm; the guide gives no hour, so the times are those of a day's beginning at work. */
  readonly schedule: string;
  /** Of the CLI, as the guide has it. */
  readonly args: readonly string[];
  /** How far it looks back: the words of the guide, and the same in seconds. */
  readonly since?: { readonly words?: string; readonly seconds: number };
  readonly uses: readonly string[];
  readonly component: string;
  readonly purpose: string;
}

const DAY = 86_400;

/** Guide: "Daily Operations", "Weekly Operations", "Monthly Operations". */
export const REVIEWS: Readonly<Record<ReviewId, ReviewDefinition>> = {
  failedOperations: {
    name: 'sovra-failed-operations',
    schedule: '0 7 * * *',
    args: ['audit', 'query', '--result', 'error'],
    since: { words: '24 hours ago', seconds: DAY },
    uses: ['audit'],
    component: 'audit',
    purpose: 'Nobody is shown which operations failed in the last 24 hours.',
  },
  policyViolations: {
    name: 'sovra-policy-violations',
    schedule: '15 7 * * *',
    args: ['audit', 'query', '--event-type', 'policy.violation'],
    // The guide's command has no beginning; one that is told a point in time looks at the day.
    since: { seconds: DAY },
    uses: ['audit'],
    component: 'audit',
    purpose: 'Nobody is shown who tried what the policies forbid.',
  },
  certificateStatus: {
    name: 'sovra-certificate-status',
    schedule: '30 7 * * *',
    args: ['cert', 'list', '--expiring', '30d'],
    uses: ['certificates'],
    component: 'certificates',
    purpose: 'Nobody is shown which certificates expire within 30 days.',
  },
  securityReview: {
    name: 'sovra-security-review',
    schedule: '45 7 * * 1',
    args: ['audit', 'query', '--event-type', 'auth.*'],
    since: { words: '7 days ago', seconds: 7 * DAY },
    uses: ['audit'],
    component: 'audit',
    purpose: 'Nobody is shown who logged in, or tried to, in the last seven days.',
  },
  policyValidation: {
    name: 'sovra-policy-validation',
    schedule: '0 8 * * 1',
    args: ['policy', 'validate', '--all'],
    uses: ['policies'],
    component: 'policies',
    purpose: 'Nobody knows whether the policies that are in force can be compiled.',
  },
  versionCheck: {
    name: 'sovra-version-check',
    schedule: '15 8 1 * *',
    args: ['version', 'check'],
    uses: [],
    component: 'updates',
    purpose: 'Nobody is told that there is a newer release of Sovra.',
  },
};
export const REVIEW_IDS = Object.keys(REVIEWS) as readonly ReviewId[];

/**
 * Runs the command that it is given, word by word, and counts the lines that it printed. The point in time is why there is
 * a shell here.
 */
export const REVIEW_SCRIPT = `
if [ -n "$SINCE_SECONDS" ]; then
  set -- "$@" --since "$(date -u -d "@$(($(date -u +%s) - SINCE_SECONDS))" +%Y-%m-%dT%H:%M:%SZ)"
fi
code=0
found=$("$@") || code=$?
[ -z "$found" ] || printf '%s\\n' "$found"
lines=$(printf '%s\\n' "$found" | grep -c . || true)
echo "lines: $lines, exit code: $code" >&2
[ "$code" -eq 0 ] || exit "$code"
[ "$FINDINGS" != fail ] || [ "$lines" -eq 0 ] || exit 1
`.trim();

export function reviewTask(
  id: ReviewId,
  sovra: SovraInstallation,
  api: ControlPlane,
  props: ReviewProps,
  since: SinceFormat,
): PlannedTask {
  const { name, schedule, args, since: back, uses, component, purpose } = REVIEWS[id];
  const words = since === 'words' && back?.words !== undefined ? ['--since', back.words] : [];
  const command = props.command ?? cliCommand(sovra, api, ...withSince(args, words));
  const container = cliContainer(
    sovra,
    'review',
    ['/bin/sh', '-euc', REVIEW_SCRIPT, name, ...command],
    props.resources,
  );
  const seconds = since === 'rfc3339' && back !== undefined ? String(back.seconds) : '';
  return {
    id: name.replace(/^sovra-/, ''),
    property: id,
    schedule,
    tuning: props,
    props: {
      name,
      namespace: api.namespace,
      user: CLI_USER,
      egress: [toApi(api)],
      uses,
      component,
      purpose,
      levels: { ScheduledTaskFailed: 'P3', ScheduledTaskLate: 'P3', ScheduledTaskMissing: 'P3' },
      containers: [
        {
          ...container,
          env: [
            ...(container.env ?? []),
            { name: 'SINCE_SECONDS', value: seconds },
            { name: 'FINDINGS', value: props.findings ?? 'log' },
          ],
        },
      ],
    },
  };
}

/** `audit query --since ... --result error`: in the order of the guide. */
function withSince(args: readonly string[], since: readonly string[]): string[] {
  return [...args.slice(0, 2), ...since, ...args.slice(2)];
}
