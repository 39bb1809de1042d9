/** Props of `SovraBackupSchedule`, with every kind of repository. */

import type { RestoreDrillProps } from '../../../lib/backup/drill';
import type { KubernetesBackupProps } from '../../../lib/backup/kubernetes-task';
import type { KeepPolicy, PrunerProps, VerificationProps } from '../../../lib/backup/maintenance-tasks';
import type { EvidenceProps, SovraBackupScheduleProps } from '../../../lib/backup/sovra-backup-schedule';
import type { VaultBackupProps } from '../../../lib/backup/vault-task';
import type { TaskTuning } from '../../../lib/operations/task-set';
import { cronOf } from '../../../lib/schedule/cron';
import { formatDuration, seconds } from '../../../lib/schedule/duration';
import { smallestGap } from '../../../lib/schedule/gaps';
import { SovraInstallation } from '../../../lib/sovra/installation';
import type { RecoveryComponent, RecoveryObjective, RecoveryProps } from '../../../lib/sovra/recovery';
import fc from '../../support/fast-check';
import {
  alsoBroken,
  asWhole,
  constant,
  either,
  type Fault,
  type Fields,
  flag,
  type Kind,
  list,
  number,
  oneOf,
  record,
  text,
} from '../kinds';
import { dnsLabel, duration, positiveInteger, quantity, resources, secretRef } from '../leaves';
import { backupAlertOverrides, sharedTaskAlertOverrides } from './alerts';
import { installationProps, sovra } from './installation';
import { repository, s3 } from './repository';
import { daily, deadlines, setFields, tuning } from './tasks';

const keep = alsoBroken(
  record<KeepPolicy>({
    last: positiveInteger,
    hourly: positiveInteger,
    daily: positiveInteger,
    weekly: positiveInteger,
    monthly: positiveInteger,
    yearly: positiveInteger,
  }),
  {
    name: 'unknown period',
    broken: fc.constant({ value: { minutely: 1 }, property: '.minutely' }),
  },
);
/** Recovery points that any of these schedules keeps, in any zone; what they are held to is tested elsewhere. */
const LONG = ['40d', '1y'];
const point = { ...duration, valid: fc.constantFrom(...LONG) };
const objective = record<Partial<RecoveryObjective>>({ rpo: point, rto: duration });
const recovery = alsoBroken(
  record<RecoveryProps>({
    controlPlane: objective,
    edgeNode: objective,
    federation: objective,
    configuration: objective,
  }),
  {
    name: 'unknown component',
    broken: fc.constant({ value: { database: { rpo: '1h' } }, property: '.database' }),
  },
);
const times = (schedules: readonly string[]): Kind<string> => ({ ...daily([1]), valid: fc.constantFrom(...schedules) });
const postgres = deadlines(
  record<TaskTuning>({ ...tuning(times(['1 3 * * *', '*/5 * * * *', '30 */6 * * *', '0 12 * * 1-5'])) }),
  '*/5 * * * *',
);
const vault = deadlines(
  record<VaultBackupProps>({
    ...tuning(times(['2 2 * * *', '*/2 * * * *', '17 * * * *']), sharedTaskAlertOverrides),
    stagingSize: quantity,
  }),
  '*/2 * * * *',
);
/** What its alerts ask could only be right for one of the namespaces. */
const kubernetes = deadlines(
  record<KubernetesBackupProps>({
    ...tuning(times(['7,37 * * * *', '*/20 * * * *', '3 */4 * * *']), sharedTaskAlertOverrides),
    namespaces: list(dnsLabel, { min: 1, max: 2, unique: (n: string) => n }),
    kinds: list(
      text(fc.constantFrom('prometheusrules.monitoring.coreos.com', 'certificates.cert-manager.io'), [
        ...[
          '',
          'pods',
          'Certificates.cert-manager.io',
          'deployments.v1.apps',
          'deployments.apps',
          'a..b',
          'a.b c',
          '.a',
        ],
      ]),
      { max: 2, unique: (k: string) => k },
    ),
    secrets: flag,
  }),
  '7,37 * * * *',
);
const exclusiveFor: Kind<string> = {
  valid: fc.constantFrom('30s', '50s'),
  faults: [oneOf('too short', '29s', '1ms', '30500ms'), ...duration.faults],
};
const pruner = deadlines(
  record<PrunerProps>({
    ...tuning(daily([5, 8])),
    keep,
    keepVerified: positiveInteger,
    exclusiveFor,
  } as Fields<PrunerProps>),
  '0 5 * * *',
);
const percent = number(fc.double({ min: 0.01, max: 100, noNaN: true }), [0, -1, 100.1, 101]);
const verification = deadlines(
  record<VerificationProps>({ ...tuning(daily([9, 12])), readDataPercent: percent }),
  '0 6 * * 3',
);
const drill = deadlines(
  record<RestoreDrillProps>({
    ...tuning(daily([14, 16]), sharedTaskAlertOverrides),
    namespace: dnsLabel,
    scratchSize: quantity,
  }),
  '0 7 * * 4',
);
const evidence = record<EvidenceProps>({ resources, alerts: backupAlertOverrides });
const orFalse = <T>(kind: Kind<T>) => either(kind, constant(false)) as Kind<T | false>;

const fields: Fields<SovraBackupScheduleProps> = {
  ...setFields,
  sovra,
  repository,
  password: asWhole(secretRef),
  postgres: orFalse(postgres),
  vault: orFalse(vault),
  kubernetes: orFalse(kubernetes),
  recovery,
  pruner,
  verification: orFalse(verification),
  drill: orFalse(drill),
  evidence: orFalse(evidence),
};
const raw = record<SovraBackupScheduleProps>(fields, ['sovra', 'repository', 'password']);

/** There is something to back up, in as many namespaces as the repository can have, with a pruner of its own rights. */
function sound(p: SovraBackupScheduleProps, edge: string): SovraBackupScheduleProps {
  const onVolume = 'volume' in p.repository;
  const { database, localEdgeNodes: local } = p.sovra;
  const vaultOnly = local.length > 0 && (database === undefined || p.postgres === false);
  const common = { ...p, ...withCredentials(p), ...(onVolume && onOneVolume(p)) };
  // A volume belongs to one namespace, and somebody has nothing at all: both get one Vault.
  const one = new SovraInstallation({ controlPlane: false, edgeNodes: [{ id: edge, vault: {} }] });
  if (database === undefined && local.length === 0) return { ...common, sovra: one, vault: p.vault || undefined };
  if (vaultOnly) return { ...common, sovra: onVolume ? one : p.sovra, vault: p.vault || undefined };
  return { ...common, postgres: p.postgres || undefined, vault: onVolume ? false : p.vault };
}

/** A volume is in one namespace, and so is all that reads it. */
function onOneVolume({ drill: given }: SovraBackupScheduleProps) {
  return { kubernetes: false as const, drill: given && { ...given, namespace: undefined } };
}

function withCredentials({ pruner: own, repository: r }: SovraBackupScheduleProps) {
  return own && { pruner: { ...own, credentials: 'volume' in r ? undefined : { secret: 'the-pruners-own' } } };
}

/** Every point is one that the schedules keep, and no run waits into the next one. */
function kept(p: SovraBackupScheduleProps): SovraBackupScheduleProps {
  const long = (component: RecoveryComponent) => ({
    ...p.recovery?.[component],
    rpo: p.recovery?.[component]?.rpo ?? '40d',
  });
  const recovery = {
    ...p.recovery,
    ...{ controlPlane: long('controlPlane'), edgeNode: long('edgeNode'), federation: long('federation') },
    configuration: long('configuration'),
  };
  return {
    ...p,
    recovery,
    postgres: shortened(p.postgres, '*/5 * * * *'),
    vault: shortened(p.vault, '*/2 * * * *'),
    kubernetes: shortened(p.kubernetes, '7,37 * * * *'),
  };
}

/** With room for the longest wait of these props. The time of the other Vaults may be in an hour that comes twice. */
function shortened<T extends TaskTuning>(t: T | false | undefined, usual: string): T | false | undefined {
  if (!t || t.activeDeadline === undefined) return t;
  const gap = smallestGap(cronOf(t.schedule ?? usual));
  return { ...t, activeDeadline: formatDuration(Math.min(seconds(t.activeDeadline), gap - 71, 40 * 60)) };
}

const otherFaults: readonly Fault[] = [
  {
    name: 'nothing to back up',
    broken: raw.valid.map((p) => ({
      value: {
        ...p,
        ...withCredentials(p),
        kubernetes: false,
        drill: undefined,
        sovra: new SovraInstallation({ controlPlane: false, edgeNodes: [{ id: 'far' }] }),
      },
      property: '.sovra',
    })),
  },
  {
    name: 'a volume for two namespaces',
    broken: fc.constant({
      value: {
        sovra: new SovraInstallation({ edgeNodes: [{ id: 'a', vault: {} }] }),
        repository: { volume: { claimName: 'a' } },
        password: { secret: 'a', key: 'b' },
      },
      property: '.repository.volume',
    }),
  },
  {
    name: 'a pruner without credentials, or with those of the backups',
    broken: fc.tuple(s3.valid, fc.boolean()).map(([own, same]) => ({
      value: {
        sovra: new SovraInstallation(),
        repository: { s3: own },
        password: { secret: 'a', key: 'b' },
        pruner: same ? { credentials: own.credentials } : {},
      },
      property: '.pruner.credentials',
    })),
  },
  {
    name: 'a recovery point that is not kept',
    broken: fc
      .constantFrom<[object, string]>(
        [{ postgres: { schedule: '0 3 * * *' } }, '.postgres.schedule'],
        [{ vault: { schedule: '*/15 * * * *' }, recovery: { controlPlane: { rpo: '1d' } } }, '.vault.schedule'],
        [{ recovery: { edgeNode: { rpo: '1m' } } }, '.vault.schedule'],
        [{ kubernetes: { schedule: '0 3 * * *' } }, '.kubernetes.schedule'],
        [{ postgres: { activeDeadline: '5m' } }, '.postgres.activeDeadline'],
      )
      .map(([change, property]) => ({
        value: {
          sovra: new SovraInstallation({ edgeNodes: [{ id: 'a', vault: {} }] }),
          repository: { s3: { endpoint: 'https://a', bucket: 'abc', credentials: { secret: 'a' } } },
          password: { secret: 'a', key: 'b' },
          ...change,
        },
        property,
      })),
  },
];

export const backupProps: Kind<SovraBackupScheduleProps> = {
  valid: fc
    .tuple(raw.valid, installationProps.valid)
    .map(([p, other]) => kept(sound(p, other.edgeNodes?.[0]?.id ?? 'edge-1'))),
  faults: [...raw.faults, ...otherFaults],
};
