/** Props of `SovraLogging` and `SovraTracing`. */

import type { QueriedServer } from '../../../lib/monitoring/queried-server';
import type { LogAgentProps } from '../../../lib/telemetry/agent';
import { LOGGING_ALERT_NAMES, TRACING_ALERT_NAMES } from '../../../lib/telemetry/alerts';
import type { TraceGatewayProps } from '../../../lib/telemetry/gateway';
import { LOG_RULE_NAMES } from '../../../lib/telemetry/log-alerts';
import type { LokiProps } from '../../../lib/telemetry/loki';
import type { LogLimits } from '../../../lib/telemetry/loki-config';
import { sovraNamespaces } from '../../../lib/telemetry/namespaces';
import type { ObjectStoreCredentials, ObjectStoreProps, TelemetryStorage } from '../../../lib/telemetry/object-store';
import type { RedactionProps } from '../../../lib/telemetry/redaction';
import type { SovraLoggingProps } from '../../../lib/telemetry/sovra-logging';
import type { SovraTracingProps } from '../../../lib/telemetry/sovra-tracing';
import type { TempoProps } from '../../../lib/telemetry/tempo';
import type { TraceLimits } from '../../../lib/telemetry/tempo-config';
import fc from '../../support/fast-check';
import {
  alsoBroken,
  clash,
  constant,
  corrected,
  either,
  flag,
  type Kind,
  list,
  number,
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
  labels,
  port,
  positiveInteger,
  resources,
  secretKey,
  secretRef,
  webUrl,
} from '../leaves';
import { alertLabels, overridesOf } from './alerts';
import { sovra } from './installation';
import { storage as volume } from './monitoring';
import { lookingIn, morePeers, network, peers, prometheusRef } from './network';

const endpoint = text(fc.constantFrom('https://s3.example.org', 'https://minio.intern:9000', 'https://10.0.0.5:9000'), [
  '',
  's3.example.org',
  'http://s3.example.org',
  'https://s3.example.org/bucket',
  'https://s3.example.org/',
  'https://u:p@s3.example.org',
]);
const credentials = record<ObjectStoreCredentials>(
  { secret: dnsSubdomain, accessKeyIdKey: secretKey, secretAccessKeyKey: secretKey },
  ['secret'],
);
const s3 = record<ObjectStoreProps>(
  {
    endpoint,
    bucket: text(fc.constantFrom('logs', 'a.b-c', 'x'.repeat(63)), ['', 'ab', 'A', 'a_b', 'a..b', '1.2.3.4']),
    region: text(fc.constantFrom('eu-central-1', 'main'), ['', 'EU', 'a b']),
    credentials,
    certificateAuthority: secretRef,
    peers,
  },
  ['endpoint', 'bucket', 'credentials'],
);
const storage: Kind<TelemetryStorage> = alsoBroken(
  record<TelemetryStorage>({ s3 }, ['s3']),
  oneOf('nothing', {}),
  oneOf('two storages', { s3: { endpoint: 'https://a', bucket: 'abc', credentials: { secret: 'a' } }, filesystem: {} }),
);
/** At least one figure; above zero. */
const positive = number(fc.constantFrom(0.5, 1, 8, 1000), [0, -1]);
/** What an agent sends at once has to fit. */
const burst = number(fc.constantFrom(8, 16, 1000), [0, -1, 7.9]);
const days = text(fc.constantFrom('1d', '31d', '90d', '5w'), ['', '31', '1h', '23h', '0s', '1.5d']);
const longer = text(fc.constantFrom('400d', '2y', '90d'), ['', '400', '0s']);

const loki: Kind<LokiProps> = clash(
  clash(
    corrected(
      record<LokiProps>({
        storage,
        replicas: number(fc.constantFrom(1, 3, 5), [0, -1, 2, 1.5]),
        retention: days,
        auditRetention: longer,
        volume,
        resources,
        limits: record<LogLimits>({ ingestionRateMb: positive, ingestionBurstMb: burst, streams: positiveInteger }),
      }),
      (p) => (p.storage ? p : { ...p, replicas: undefined }),
    ),
    'replicas without a bucket',
    { replicas: 3, storage: undefined },
    '.replicas',
  ),
  'the audit log shorter than the rest',
  { retention: '90d', auditRetention: '31d' },
  '.auditRetention',
);
const tempo = record<TempoProps>({
  storage,
  retention: text(fc.constantFrom('1h', '14d', '1w'), ['', '14', '59m', '0s']),
  volume,
  resources,
  limits: record<TraceLimits>({ ingestionRateMb: positive, traceMb: positive }),
});
const collectorResources = clash(
  resources,
  'too little memory',
  { memory: '1Mi', memoryLimit: '63Mi' },
  '.memoryLimit',
);
const agent = record<LogAgentProps>({
  namespace: dnsLabel,
  createNamespace: flag,
  logsOf: list(dnsLabel, { min: 1 }),
  keepDebug: flag,
  keepHealthChecks: flag,
  queueLines: positiveInteger,
  seLinuxType: text(fc.constantFrom('spc_t', 'container_logreader_t'), ['', 'spc t', 'SPC_T']),
  resources: collectorResources,
});
const gateway = record<TraceGatewayProps>({
  replicas: positiveInteger,
  slowMs: positiveInteger,
  keepRatio: number(fc.constantFrom(0, 0.25, 1), [-0.1, 1.1, 25]),
  queueBatches: positiveInteger,
  receivesFrom: morePeers,
  volume,
  resources: collectorResources,
});
/** What can be wrong inside of it has tests of its own. */
const redaction: Kind<RedactionProps> = {
  valid: fc.constantFrom({}, { logFields: ['tenant'] }, { domains: ['intern.acme'], spanAttributes: ['shard'] }),
  faults: [stranger('object')],
};
const server = record<QueriedServer>({ url: webUrl, namespace: dnsLabel, podLabels: labels, podPort: port }, [
  'url',
  'namespace',
  'podLabels',
]);
const shared = {
  sovra,
  namespace: dnsLabel,
  prometheus: prometheusRef,
  remoteWriteUrls: list(webUrl, { min: 1 }),
  redaction,
  queriedBy: morePeers,
  network,
  alertLabels,
  runbookBaseUrl: baseUrl,
};

/** The Prometheus looks where the monitors are. */
const looking = <P extends { readonly prometheus?: SovraLoggingProps['prometheus'] }>(p: P): P =>
  p.prometheus ? { ...p, prometheus: lookingIn(p.prometheus, [p.prometheus.namespace]) } : p;

/** Series have to go somewhere. */
const written = (p: Pick<SovraLoggingProps, 'prometheus' | 'remoteWriteUrls'>) =>
  p.remoteWriteUrls || p.prometheus?.remoteWriteUrls?.length
    ? {}
    : { remoteWriteUrls: ['http://prometheus.example/w'] };
/** Nobody takes what is counted. */
const NOWHERE = [
  'nowhere to write to',
  { prometheus: undefined, remoteWriteUrls: undefined },
  '.remoteWriteUrls',
] as const;

export const loggingProps: Kind<SovraLoggingProps> = clash(
  corrected(
    record<SovraLoggingProps>(
      {
        ...shared,
        agent,
        loki,
        alertmanager: either(without(server, 'no object'), constant(false as const)) as Kind<QueriedServer | false>,
        alerts: overridesOf<(typeof LOGGING_ALERT_NAMES)[number] | (typeof LOG_RULE_NAMES)[number]>([
          ...LOGGING_ALERT_NAMES,
          ...LOG_RULE_NAMES,
        ]),
      },
      ['sovra'],
    ),
    (p) => {
      const here = sovraNamespaces(p.sovra);
      const taken = [...here, p.namespace, p.prometheus?.namespace ?? 'monitoring'];
      const agentProps = {
        ...p.agent,
        ...(p.agent?.namespace !== undefined && taken.includes(p.agent.namespace) && { namespace: undefined }),
        ...(here.length === 0 && { logsOf: p.agent?.logsOf ?? ['sovra'] }),
      };
      return looking({ ...p, agent: agentProps, ...written(p) });
    },
  ),
  ...NOWHERE,
);

export const tracingProps: Kind<SovraTracingProps> = clash(
  corrected(
    record<SovraTracingProps>({ ...shared, gateway, tempo, alerts: overridesOf(TRACING_ALERT_NAMES) }, ['sovra']),
    (p) => {
      const nobody = sovraNamespaces(p.sovra).length === 0 && !p.gateway?.receivesFrom?.length;
      return looking({
        ...p,
        ...written(p),
        ...(nobody && { gateway: { ...p.gateway, receivesFrom: [{ namespace: 'sovra' }] } }),
      });
    },
  ),
  ...NOWHERE,
);
