/** Props of `SovraMonitoring`, with parts of its own and with parts that are there already, and of `GrafanaDashboards`. */

import type { TelemetryUids } from '../../../lib/dashboards';
import type { AlertmanagerProps } from '../../../lib/monitoring/alertmanager';
import type { BlackboxExporterProps } from '../../../lib/monitoring/blackbox-exporter';
import type { GrafanaAdminSecret, GrafanaOptions } from '../../../lib/monitoring/grafana';
import type { GrafanaDashboardsProps } from '../../../lib/monitoring/grafana-dashboards';
import type { KubeStateMetricsService } from '../../../lib/monitoring/known-pods';
import type { KubeStateMetricsProps } from '../../../lib/monitoring/kube-state-metrics';
import type { PostgresExporterProps } from '../../../lib/monitoring/postgres-exporter';
import type { PrometheusProps, StorageProps } from '../../../lib/monitoring/prometheus';
import type { QueriedServer } from '../../../lib/monitoring/queried-server';
import type { ExistingKubeStateMetrics, SovraMonitoringProps } from '../../../lib/monitoring/sovra-monitoring';
import type { SovraInstallation } from '../../../lib/sovra/installation';
import fc from '../../support/fast-check';
import { amountOf } from '../invariants/quantities';
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
  oneOf,
  record,
  stranger,
  text,
  without,
} from '../kinds';
import {
  baseUrl,
  dnsLabel,
  dnsSubdomain,
  duration,
  labelKey,
  labels,
  labelValue,
  port,
  positiveInteger,
  prose,
  quantity,
  resources,
  retention,
  secretKey,
  secretRef,
  selector,
  webUrl,
} from '../leaves';
import { thresholds } from './alerts';
import { sovra } from './installation';
import { lookingIn, morePeers, network, peers, prometheusRef } from './network';
import { onCall } from './oncall';

export const storage = record<StorageProps>({ size: quantity, storageClass: dnsSubdomain });
const prometheusStorage = clash(
  corrected(storage, (s) => (s.size && (amountOf(s.size) ?? 0) < 100 * 2 ** 20 ? { ...s, size: '100Mi' } : s)),
  'too small',
  { size: '99Mi' },
  '.size',
);

const prometheus = record<PrometheusProps>({
  replicas: positiveInteger,
  retention,
  scrapeInterval: duration,
  evaluationInterval: duration,
  storage: prometheusStorage,
  resources,
  grafanaUrl: baseUrl,
  namespaces: list(dnsLabel),
  queriedBy: morePeers,
  remoteWriteReceiver: flag,
});
const alertmanagerFields = record<AlertmanagerProps>({
  replicas: positiveInteger,
  // What can be wrong inside of it is tried with SovraOnCall.
  onCall: { valid: onCall.valid, faults: [stranger('object')] },
  webhook: secretRef,
  heartbeat: secretRef,
  receivers: record<NonNullable<AlertmanagerProps['receivers']>>({ peers, ports: list(port, { min: 1 }) }),
  storage,
  resources,
});
const alertmanager = alsoBroken(
  corrected(alertmanagerFields, ({ webhook, heartbeat, ...a }) => (a.onCall ? a : { ...a, webhook, heartbeat })),
  ...(['webhook', 'heartbeat'] as const).map((short) => ({
    name: `onCall and ${short}`,
    broken: fc.tuple(onCall.valid, secretRef.valid).map(([o, ref]) => ({
      value: { onCall: o, [short]: ref },
      property: `.${short}`,
      fault: ref,
    })),
  })),
);
const blackboxExporter = record<BlackboxExporterProps>({
  replicas: positiveInteger,
  vaultCa: record({ configMap: dnsSubdomain, key: secretKey }, ['configMap', 'key']),
  resources,
});
const postgresExporter = record<PostgresExporterProps>({
  credentials: record({ username: secretRef, password: secretRef }, ['username', 'password']),
  resources,
});

const setting = text(
  fc
    .stringMatching(/^GF_[A-Z0-9]{1,9}_[A-Z0-9_]{0,9}[A-Z0-9]$/)
    .filter((n) => !/(PASSWORD|SECRET|TOKEN|KEY|CONNSTR|PORT|DATA|PROVISIONING|URL)/.test(n)),
  [
    'gf_log_level',
    'LOG_LEVEL',
    'GF_SECURITY_ADMIN_PASSWORD',
    'GF_SERVER_ROOT_URL',
    'GF_PATHS_DATA',
    'GF_SMTP_PASSWORD',
  ],
);
const dotted = { at: (key: string) => `.${key}` };
const anyText = text(fc.oneof(prose.valid, fc.constantFrom('', 'true', '7')), ['https://user:word@example.com']);

const dashboardOptions: Pick<Fields<GrafanaOptions>, 'thresholds' | 'runbookBaseUrl'> = {
  thresholds,
  runbookBaseUrl: baseUrl,
};
/** A server of the set, or another one. */
const telemetryServer = either(
  record<QueriedServer>({ url: webUrl, namespace: dnsLabel, podLabels: labels, podPort: port }, [
    'url',
    'namespace',
    'podLabels',
  ]),
  constant(true as const),
) as Kind<QueriedServer | true>;
const grafana = record<GrafanaOptions>({
  ...dashboardOptions,
  logs: without(telemetryServer, 'no object'),
  traces: without(telemetryServer, 'no object'),
  adminSecret: record<GrafanaAdminSecret>({
    secret: dnsSubdomain,
    userKey: secretKey,
    passwordKey: secretKey,
    secretKeyKey: secretKey,
  }),
  storage,
  resources,
  dashboards: flag,
  rootUrl: webUrl,
  ingressFrom: morePeers,
  scrapeInterval: duration,
  settings: map(setting, anyText, dotted),
});

type Dashboards = Omit<GrafanaDashboardsProps, 'sovra'>;
const uid = text(fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/), ['', 'a b', 'x'.repeat(41), '$ds', 'ä']);
const dashboards: Fields<Dashboards> = {
  ...dashboardOptions,
  datasourceUid: uid,
  telemetry: record<TelemetryUids>({ loki: uid, tempo: uid }),
  namespace: dnsLabel,
  label: record({ key: labelKey, value: labelValue }, ['key', 'value']),
  folder: either(record({ annotation: labelKey, name: prose }, ['annotation', 'name']), constant(false as const)),
};
export const dashboardsProps: Kind<GrafanaDashboardsProps> = record<GrafanaDashboardsProps>({ ...dashboards, sovra }, [
  'sovra',
]);

/** Something that is there already, under the key `existing`. */
const existing = <T>(kind: Kind<T>) => record({ existing: kind } as Fields<{ readonly existing: T }>, ['existing']);

const metricsService = record<KubeStateMetricsService>(
  { namespace: dnsLabel, labels: selector, portName: dnsLabel, port },
  ['namespace', 'labels', 'portName'],
);
const existingMetrics = existing<ExistingKubeStateMetrics['existing']>(
  alsoBroken(either(constant(true), metricsService), oneOf('not there', false)) as never,
);
const orFalse = <T>(kind: Kind<T>) => either(kind, constant(false));
const fields: Fields<SovraMonitoringProps> = {
  sovra,
  namespace: dnsLabel,
  createNamespace: flag,
  prometheus: either(
    prometheus,
    without(existing(prometheusRef), 'no object'),
  ) as Fields<SovraMonitoringProps>['prometheus'],
  alertmanager,
  grafana: orFalse(
    either(grafana, existing(record<Dashboards>(dashboards))),
  ) as Fields<SovraMonitoringProps>['grafana'],
  kubeStateMetrics: either(
    record<KubeStateMetricsProps>({ resources, daemonSets: list(dnsLabel) }),
    without(existingMetrics, 'existing: no object'),
  ),
  blackboxExporter,
  postgresExporter: orFalse(postgresExporter) as Fields<SovraMonitoringProps>['postgresExporter'],
  network,
};

/** Where its installation has something. */
export function namespacesOf(s: SovraInstallation): string[] {
  return [s.namespace, ...s.localEdgeNodes.map((n) => n.vault.namespace)];
}

function consistent(p: SovraMonitoringProps): SovraMonitoringProps {
  const ref = p.prometheus && 'existing' in p.prometheus ? p.prometheus.existing : undefined;
  const own = p.namespace ?? ref?.namespace ?? 'monitoring';
  const elsewhere = [...namespacesOf(p.sovra), ref?.namespace, metricsNamespace(p)];
  return {
    ...p,
    ...(ref && {
      prometheus: { existing: lookingIn(ref, [ref.namespace, own, ...namespacesOf(p.sovra)]) },
      alertmanager: undefined,
    }),
    // A namespace that holds something else already is not closed to it.
    ...(elsewhere.includes(own) && { createNamespace: false }),
  };
}

function metricsNamespace({ kubeStateMetrics: given }: SovraMonitoringProps): string | undefined {
  return given && 'existing' in given && given.existing !== true ? given.existing.namespace : undefined;
}

export const monitoringProps: Kind<SovraMonitoringProps> = alsoBroken(
  corrected(record<SovraMonitoringProps>(fields, ['sovra']), consistent),
  {
    name: 'an Alertmanager beside an existing Prometheus',
    broken: fc.tuple(sovra.valid, prometheusRef.valid, alertmanager.valid).map(([s, ref, a]) => ({
      value: { sovra: s, prometheus: { existing: ref }, alertmanager: a },
      property: '.alertmanager',
    })),
  },
);
