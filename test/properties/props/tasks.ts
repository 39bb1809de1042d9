/** Props of `ScheduledTask` and `SovraScheduledTasks`: schedules, zones, pods, and what may be changed about the alerts. */

import type { EnvVar, Volume } from 'kubernetes-types/core/v1';
import type { Resources } from '../../../lib/kube/pod';
import type { AuditExportProps } from '../../../lib/operations/audit-export';
import type { ScheduledTaskProps } from '../../../lib/operations/scheduled-task';
import type { Command } from '../../../lib/operations/sovra-cli';
import type {
  CertificateRotationProps,
  HealthCheckProps,
  SovraScheduledTasksProps,
} from '../../../lib/operations/sovra-scheduled-tasks';
import type { TaskContainer } from '../../../lib/operations/task-pod';
import type { TaskSetProps, TaskTuning } from '../../../lib/operations/task-set';
import type { PlacedTask } from '../../../lib/schedule/apart';
import { cronOf } from '../../../lib/schedule/cron';
import { formatDuration } from '../../../lib/schedule/duration';
import { smallestGap } from '../../../lib/schedule/gaps';
import type { ImageProps } from '../../../lib/sovra/images';
import fc from '../../support/fast-check';
import {
  alsoBroken,
  clash,
  constant,
  corrected,
  either,
  type Fields,
  flag,
  type Kind,
  list,
  map,
  number,
  oneOf,
  only,
  record,
  text,
  without,
  word,
} from '../kinds';
import {
  anyText,
  baseUrl,
  cronJobName,
  dnsLabel,
  dnsSubdomain,
  duration,
  image,
  labelKey,
  labelValue,
  positiveInteger,
  prose,
  registry,
  resources,
  shortLabel,
} from '../leaves';
import { sharedTaskAlertOverrides, taskAlertOverrides } from './alerts';
import { certManagerRotation } from './cert-manager';
import { sovraWithApi } from './installation';
import { storage } from './monitoring';
import { network, opening, prometheusRef } from './network';

const among = (min: number, max: number) =>
  fc.uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 3 }).map((n) => n.join(','));
const field = (min: number, max: number) =>
  fc.oneof(
    fc.constant('*'),
    fc.integer({ min, max }).map(String),
    among(min, max),
    fc.tuple(fc.integer({ min, max: min + 2 }), fc.integer({ min: min + 3, max })).map(([a, b]) => `${a}-${b}`),
    fc.integer({ min: 2, max: Math.min(max, 30) }).map((n) => `*/${n}`),
  );
const fiveFields = fc
  .tuple(
    field(0, 59),
    field(0, 23),
    fc.oneof(field(1, 28), fc.constant('?')),
    fc.oneof(field(1, 12), fc.constantFrom('JAN', 'mar-jun')),
    fc.oneof(field(0, 6), fc.constantFrom('MON-FRI', 'sun')),
  )
  .map((f) => f.join(' '));
export const schedule = text(
  fc.oneof(
    { arbitrary: fiveFields, weight: 3 },
    {
      arbitrary: fc.constantFrom('@daily', '@hourly', '@weekly', '@monthly', '@yearly', '0 0 29 2 *', ' 0  3 * * * '),
      weight: 1,
    },
  ),
  [
    '',
    '* * * *',
    '* * * * * *',
    '60 * * * *',
    '0 24 * * *',
    '0 0 0 * *',
    '0 0 31 2 *',
    '0 0 * * 7',
    '@every 5m',
    '@reboot',
    '*/0 * * * *',
    '5-1 * * * *',
    'TZ=UTC 0 3 * * *',
    '1,,2 * * * *',
    'a b c d e',
    '@Daily',
  ],
  /^(@|\S+\s+\S+\s+\S+\s+\S+\s+\S+)/,
);
export const timeZone = text(
  fc.constantFrom(
    'UTC',
    'Etc/UTC',
    'Europe/Zurich',
    'America/New_York',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'America/Argentina/Buenos_Aires',
    'Etc/GMT+5',
    'Africa/Casablanca',
    'America/Port-au-Prince',
    'US/Pacific',
  ),
  [
    '',
    'Local',
    'EST',
    'CEST',
    '+02:00',
    'UTC+2',
    'Europe/Nowhere',
    'europe/zurich',
    'Europe/zurich',
    'ETC/UTC',
    'EUROPE/ZURICH',
    '../etc/passwd',
    'Zurich',
  ],
);
/** Short enough for any schedule; valid props get one that follows theirs. */
const activeDeadline: Kind<string> = { ...duration, valid: fc.constant('1s') };
const retries = number(fc.integer({ min: 0, max: 6 }), [-1, 7, 1.5]);

/** Zones of the valid sets: one that changes its clock twice a year, on each side of the ocean, and two that do not. */
const SET_ZONES = ['UTC', 'Europe/Zurich', 'America/New_York', 'Asia/Kolkata'];

/** A deadline that fits the schedule in all of these zones: up to the last second before the next run is due. */
export function deadlineFor(cron: string, zones: readonly string[], part: number): string {
  const most = Math.min(...zones.map((zone) => smallestGap(cronOf(cron), zone))) - 1;
  return formatDuration(Math.max(1, Math.round(most * part)));
}
const tooLong = { name: 'a deadline beyond the next run', schedule: '*/5 * * * *' };

const command: Kind<Command> = list(text(prose.valid, []), { min: 1 }) as unknown as Kind<Command>;
/** A command is refused as a whole. */
export const wholeCommand: Kind<Command> = {
  ...command,
  faults: [oneOf('no command', null, 'sovra-cli health', 7, [], [''], [7], {})],
};

/** What can be said about a task. Schedules are of the kind given, so that tasks of one set can stay apart. */
export function tuning(schedules: Kind<string>, alerts = taskAlertOverrides): Fields<TaskTuning> {
  return { schedule: schedules, suspend: flag, activeDeadline, retries, resources, alerts };
}

/** The deadlines of valid tasks follow their schedules. */
export function deadlines<T extends TaskTuning>(kind: Kind<T>, usual: string): Kind<T> {
  return {
    valid: fc
      .tuple(kind.valid, fc.double({ min: 0, max: 1, noNaN: true }))
      .map(([t, part]) =>
        t.activeDeadline === undefined
          ? t
          : { ...t, activeDeadline: deadlineFor(t.schedule ?? usual, SET_ZONES, part) },
      ),
    faults: [
      ...kind.faults,
      {
        name: tooLong.name,
        broken: fc.constantFrom('5m', '1h').map((activeDeadline) => ({
          value: { schedule: tooLong.schedule, activeDeadline },
          property: '.activeDeadline',
        })),
      },
    ],
  };
}

const placed: Kind<PlacedTask> = record<PlacedTask>(
  { name: without(dnsLabel, 'wrong text'), schedule, timeZone, uses: list(only(fc.constantFrom('network', 'disk'))) },
  ['name', 'schedule', 'timeZone', 'uses'],
);

/** What sets have in common, but for the installation. */
export const setFields: Omit<Fields<TaskSetProps>, 'sovra'> = {
  timeZone: { ...timeZone, valid: fc.constantFrom(...SET_ZONES) },
  apartFrom: list(placed, { max: 2 }),
  alerts: sharedTaskAlertOverrides,
  prometheus: prometheusRef,
  suffix: shortLabel,
  runbookBaseUrl: baseUrl,
  network,
};

const at = (minutes: readonly number[]): Kind<string> => ({
  ...schedule,
  valid: fc.tuple(fc.constantFrom(...minutes), fc.integer({ min: 0, max: 23 })).map(([m, h]) => `${m} ${h} * * *`),
});
export const daily = at;

const rotation = deadlines(
  record<CertificateRotationProps>({ ...tuning(at([0, 1, 7])), command: wholeCommand }),
  '0 2 * * *',
);
const audit = deadlines(
  record<AuditExportProps>({ ...tuning(at([3, 8, 59])), command: wholeCommand, storage, eventLimit: positiveInteger }),
  '0 4 * * *',
);
const health = deadlines(
  record<HealthCheckProps>({ ...tuning(schedule), commands: map(shortLabel, wholeCommand, { min: 1 }) }),
  '*/5 * * * *',
);
const orFalse = <T>(kind: Kind<T>) => either(kind, constant(false)) as Kind<T | false>;

export const scheduledTasksProps: Kind<SovraScheduledTasksProps> = alsoBroken(
  record<SovraScheduledTasksProps>(
    {
      ...setFields,
      sovra: sovraWithApi,
      certificateRotation: either(orFalse(rotation), certManagerRotation(orFalse(rotation))) as Kind<
        NonNullable<SovraScheduledTasksProps['certificateRotation']>
      >,
      auditExport: orFalse(audit),
      healthCheck: orFalse(health),
    },
    ['sovra'],
  ),
  {
    name: 'two tasks at one time that use one thing',
    broken: sovraWithApi.valid.map((sovra) => ({
      value: {
        sovra,
        auditExport: { schedule: '0 4 * * *' },
        apartFrom: [{ name: 'x', schedule: '0 4 * * *', timeZone: 'Etc/UTC', uses: ['audit'] }],
      },
      property: '.schedule of sovra-audit-export',
    })),
  },
);

const variable = text(
  fc.stringMatching(/^[A-Z][A-Z0-9_]{0,9}$/).filter((n) => !/(PASSWORD|PASSWD|TOKEN|SECRET|KEY)$/.test(n)),
  ['', 'A=B'],
);
const env = record<EnvVar>(
  {
    name: variable,
    value: only(fc.string({ unit: 'grapheme', maxLength: 9 })),
  } as Fields<EnvVar>,
  ['name'],
);
const secretValue = {
  name: 'a credential in the open',
  broken: fc
    .constantFrom('DB_PASSWORD', 'API_KEY', 'SOVRA_TOKEN')
    .map((name) => ({ value: [{ name, value: 'x' }], property: `[0] (${name})` })),
};

const container: Kind<TaskContainer> = record<TaskContainer>(
  {
    name: dnsLabel,
    image,
    resources: resources as Kind<Resources>,
    command: list(only(prose.valid)),
    args: list(only(prose.valid)),
    env: alsoBroken(list(env), secretValue),
    workingDir: only(fc.constant('/work')),
  } as Fields<TaskContainer>,
  ['name', 'image', 'resources'],
);

const volume: Kind<Volume> = clash(
  without(
    record<Volume>({ name: dnsLabel, emptyDir: only(fc.constantFrom({}, { sizeLimit: '1Gi' })) } as Fields<Volume>, [
      'name',
      'emptyDir',
    ]),
    'emptyDir: left out',
  ),
  'of nothing',
  { emptyDir: undefined },
  '',
);
const names = (x: { readonly name: string }) => x.name;

/** Valid containers mount every volume, and no two of them share a name. */
function mounted(p: ScheduledTaskProps): ScheduledTaskProps {
  const volumeMounts = (p.volumes ?? []).map((v, i) => ({ name: v.name, mountPath: `/volume-${i}` }));
  const used = new Set((p.initContainers ?? []).map(names));
  return {
    ...p,
    containers: p.containers.map((c, i) => ({
      ...c,
      name: used.has(c.name) ? `main-${i}` : c.name,
      ...(volumeMounts.length > 0 && { volumeMounts }),
    })),
  };
}

const level = word('P0', 'P1', 'P2', 'P3');
const taskFields = {
  name: cronJobName,
  namespace: dnsLabel,
  schedule,
  timeZone,
  purpose: prose,
  component: labelValue,
  suspend: flag,
  activeDeadline,
  retries,
  uses: list(text(fc.constantFrom('postgres', 'repository'), [])),
  levels: record({ ScheduledTaskFailed: level, ScheduledTaskLate: level, ScheduledTaskMissing: level }),
  images: record<ImageProps>({ registry, pullSecrets: list(dnsSubdomain), overrides: constant({}) }),
  network,
  annotations: map(labelKey, anyText),
  alerts: either(taskAlertOverrides, constant('shared' as const)),
  prometheus: prometheusRef,
  runbookBaseUrl: baseUrl,
  initContainers: list(container, { max: 2, unique: names }),
  containers: list(container, { min: 1, max: 2, unique: names }),
  volumes: list(volume, { max: 2, unique: names }),
  egress: list(opening, { max: 2 }),
  podLabels: map(labelKey, labelValue),
  user: number(fc.integer({ min: 1, max: 65_534 }), [0, -1, 1.5]),
} as unknown as Fields<ScheduledTaskProps>;

const taskProps = record<ScheduledTaskProps>(taskFields, [
  'name',
  'namespace',
  'schedule',
  'purpose',
  'containers',
  'egress',
]);
const withDeadline: Kind<ScheduledTaskProps> = {
  valid: fc
    .tuple(corrected(taskProps, mounted).valid, fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([t, part]) =>
      t.activeDeadline === undefined
        ? t
        : { ...t, activeDeadline: deadlineFor(t.schedule, [t.timeZone ?? 'Etc/UTC'], part) },
    ),
  faults: taskProps.faults,
};
const selects = 'app.kubernetes.io/name';

export const scheduledTaskProps: Kind<ScheduledTaskProps> = [
  ['a deadline beyond the next run', { schedule: '*/5 * * * *', activeDeadline: '5m' }, '.activeDeadline'],
  ['a label that its policy selects by', { podLabels: { [selects]: 'x' } }, `.podLabels["${selects}"]`],
  [
    'a mount of no volume',
    {
      containers: [
        {
          name: 'a',
          image: 'a:1',
          resources: { cpu: '1', memory: '1Mi', cpuLimit: '1', memoryLimit: '1Mi' },
          volumeMounts: [{ name: 'x', mountPath: '/x' }],
        },
      ],
      volumes: [],
    },
    '.containers[0].volumeMounts[0]',
  ],
].reduce(
  (kind, [name, change, property]) => clash(kind, name as string, change as object, property as string),
  withDeadline,
);
