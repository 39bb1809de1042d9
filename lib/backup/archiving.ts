import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { ConfigMap, Service } from 'kubernetes-types/core/v1';
import { enableChecks } from '../checks/enable';
import { declareFacts, meantFor } from '../checks/facts';
import type { PrometheusRuleSpec } from '../kube/crds/prometheus-rule';
import { commonLabels } from '../kube/labels';
import type { ClusterNetworkProps } from '../kube/network';
import { kubeObject, operatorObject } from '../kube/object';
import { type PrometheusRef, ruleNamespace, SOVRA_PROMETHEUS } from '../kube/prometheus-ref';
import { ScheduledTask } from '../operations/scheduled-task';
import { taskTiming } from '../operations/task';
import { besidePrometheus, type PlannedTask } from '../operations/task-set';
import type { Database, SovraInstallation } from '../sovra/installation';
import { type ArchivingAlertOverrides, archivingRules, type PromisedArchive } from './archiving-alerts';
import { archiveTimes } from './archiving-promise';
import {
  BASE_SCHEDULE,
  CloudNativePgArchive,
  type CloudNativePgCluster,
  type CloudNativePgProps,
  cloudNativePgCluster,
} from './cloudnativepg';
import { PGBACKREST, type PgBackRest, type PgBackRestProps, pgBackRest } from './pgbackrest';
import { pgBackRestConfig } from './pgbackrest-config';
import { type PgBackRestPod, pgBackRestPod } from './pgbackrest-pod';
import { pgBackRestInitProps, pgBackRestTasks } from './pgbackrest-tasks';

/** Who archives the log of the database: exactly one. */
export type ArchivingProps = (
  | { readonly pgBackRest: PgBackRestProps }
  | { readonly cloudNativePg: CloudNativePgProps }
) & {
  /** Changes to `WalArchivingFailing` and `BaseBackupLate`, by name; `false` leaves one out. @default none */
  readonly alerts?: ArchivingAlertOverrides;
};

/** With an archive, the dump is a second line: once a day, held to no recovery point. */
export const DUMP_BESIDE_ARCHIVE = '0 3 * * *';

/** What the set of backups has to run for the archive; CloudNativePG runs its own. */
export function archivingTasks(sovra: SovraInstallation, database: Database, archiving: ArchivingProps): PlannedTask[] {
  return 'pgBackRest' in archiving ? pgBackRestTasks(pgBackRest(sovra, database, archiving.pgBackRest)) : [];
}

export interface DatabaseArchiveProps {
  readonly sovra: SovraInstallation;
  readonly database: Database;
  /** Validated before, by `checkArchiving`. */
  readonly archiving: ArchivingProps;
  /** Zone in which the schedules are read. @default 'Etc/UTC' */
  readonly timeZone?: string;
  /** @default SOVRA_PROMETHEUS */
  readonly prometheus?: PrometheusRef;
  /** @default DEFAULT_RUNBOOK_BASE_URL */
  readonly runbookBaseUrl?: string;
  /** @default CoreDNS in kube-system */
  readonly network?: ClusterNetworkProps;
  /** Of the set. @default none */
  readonly suffix?: string;
}

/** Name of the PrometheusRule. */
export const ARCHIVE_RULES = 'sovra-archive';

/** What archiving needs beside its tasks: configuration, the way to the database, and the alerts. */
export class DatabaseArchive extends Construct {
  /** For the StatefulSet of the database; undefined with CloudNativePG. */
  readonly databasePod?: PgBackRestPod;
  /** For the `spec` of the Cluster; undefined with pgBackRest. */
  readonly cluster?: CloudNativePgCluster;
  /** Started by hand, once, to make the repository; undefined with CloudNativePG. */
  readonly initTask?: ScheduledTask;
  /** For `pgBackRestRestoreJob`; undefined with CloudNativePG. */
  readonly pgBackRest?: PgBackRest;
  /** Undefined where every alert was left out. */
  readonly rule?: ApiObject;

  constructor(scope: Construct, id: string, props: DatabaseArchiveProps) {
    super(scope, id);
    const { sovra, database, archiving } = props;
    if ('pgBackRest' in archiving) {
      this.pgBackRest = pgBackRest(sovra, database, archiving.pgBackRest);
      this.databasePod = pgBackRestPod(this.pgBackRest);
      this.initTask = this.wayToDatabase(this.pgBackRest, props.network);
    } else {
      new CloudNativePgArchive(this, 'cloudnativepg', database, archiving.cloudNativePg);
      this.cluster = cloudNativePgCluster(archiving.cloudNativePg);
    }
    this.rule = this.rules(props);
  }

  private wayToDatabase(p: PgBackRest, network: ClusterNetworkProps | undefined): ScheduledTask {
    const metadata = {
      name: PGBACKREST,
      namespace: p.database.namespace,
      labels: commonLabels(PGBACKREST, 'backup'),
    };
    kubeObject<ConfigMap>(this, 'config', 'v1', 'ConfigMap', metadata, { data: pgBackRestConfig(p) });
    kubeObject<Service>(this, 'service', 'v1', 'Service', metadata, {
      spec: {
        selector: { ...p.database.podLabels },
        ports: [{ name: 'pgbackrest', port: p.port, targetPort: p.port }],
        // A database that is being restored is not ready, and its backups have to be seen all the same.
        publishNotReadyAddresses: true,
      },
    });
    return new ScheduledTask(this, 'init', { ...pgBackRestInitProps(p), network, alerts: 'shared' });
  }

  private rules(props: DatabaseArchiveProps): ApiObject | undefined {
    const { prometheus = SOVRA_PROMETHEUS, archiving, runbookBaseUrl } = props;
    const promised = promisedArchive(props);
    const { alerts } = archiving;
    const rules = archivingRules(promised, { alerts, runbookBaseUrl, grafanaUrl: prometheus.grafanaUrl });
    if (rules.length === 0) return undefined;
    const metadata = {
      name: besidePrometheus(ARCHIVE_RULES, props),
      namespace: ruleNamespace(prometheus),
      labels: { ...commonLabels(ARCHIVE_RULES, 'backup'), ...prometheus.selectorLabels },
    };
    const spec: PrometheusRuleSpec = { groups: [{ name: ARCHIVE_RULES, rules }] };
    const proven = archivingRules(promised).map((r) => String(r.expr));
    declareFacts(this, { ...meantFor(props.prometheus), proven });
    enableChecks(this);
    return operatorObject<PrometheusRuleSpec>(this, 'rules', 'PrometheusRule', metadata, spec);
  }
}

/** What the alerts are made of. */
export function promisedArchive({ sovra, database, archiving, timeZone }: DatabaseArchiveProps): PromisedArchive {
  const { maxAge } = archiveTimes(sovra, database, archiving, timeZone ?? 'Etc/UTC');
  const promised = { namespace: database.namespace, database: database.name, maxAgeSeconds: maxAge };
  if ('pgBackRest' in archiving) return promised;
  const { cluster, schedule } = archiving.cloudNativePg;
  const { maxAgeSeconds } = taskTiming(schedule ?? BASE_SCHEDULE, 'Etc/UTC');
  return { ...promised, cloudNativePg: { cluster, baseBackupSeconds: maxAgeSeconds } };
}
