import type { ScoreException } from './kube-score';

const PULL_POLICY =
  'Images are pinned by version, so pulling again brings nothing new; with "Always", a pod could not start while the registry, or the mirror of an air-gapped site, is down.';
const OPERATED =
  'The pods are made by the Prometheus Operator from the Prometheus and Alertmanager objects, so they are not in the files that are scored; test/cluster/stack.test.ts sees both Services answer.';
const CLI_USER =
  'The image of sovra-cli makes the user 1000 and gives it the working directory; another user has no home there.';
const GRAFANA_USER = 'The official image of Grafana is built for the user 472, who owns the files that it comes with.';

const POSTGRES_USER =
  'The programs of PostgreSQL want a user that the image knows; that is 70 in the official image on Alpine.';
const PROMTOOL_USER =
  'The commands of sovra-cli run beside promtool in one pod, as the user 1000 of the image of sovra-cli.';

const NODE_FILES =
  'The log files of the kubelet belong to root; the agent reads them as root without a single capability (docs/decisions/0008-logs-and-traces.md).';

/** Where we decide otherwise than kube-score, and why. An exception that excuses nothing any more fails the test. */
export const EXCEPTIONS: readonly ScoreException[] = [
  { check: 'container-image-pull-policy', object: '*', reason: PULL_POLICY },
  { check: 'service-targets-pod', object: 'Service monitoring/prometheus', reason: OPERATED },
  { check: 'service-targets-pod', object: 'Service monitoring/alertmanager', reason: OPERATED },
  { check: 'networkpolicy-targets-pod', object: 'NetworkPolicy monitoring/prometheus', reason: OPERATED },
  { check: 'networkpolicy-targets-pod', object: 'NetworkPolicy monitoring/alertmanager', reason: OPERATED },
  { check: 'container-security-context-user-group-id', object: 'CronJob sovra/sovra-audit-export', reason: CLI_USER },
  {
    check: 'container-security-context-user-group-id',
    object: 'CronJob sovra/sovra-certificate-rotation',
    reason: CLI_USER,
  },
  { check: 'container-security-context-user-group-id', object: 'CronJob sovra/sovra-health-check', reason: CLI_USER },
  { check: 'container-security-context-user-group-id', object: 'Deployment monitoring/grafana', reason: GRAFANA_USER },
  {
    check: 'networkpolicy-targets-pod',
    object: 'NetworkPolicy monitoring/prometheus-to-backup-evidence',
    reason: OPERATED,
  },
  ...[
    'sovra-certificate-status',
    'sovra-failed-operations',
    'sovra-policy-validation',
    'sovra-policy-violations',
    'sovra-security-review',
    'sovra-version-check',
  ].map((name) => ({
    check: 'container-security-context-user-group-id',
    object: `CronJob sovra/${name}`,
    reason: CLI_USER,
  })),
  {
    check: 'container-security-context-user-group-id',
    object: 'CronJob sovra/sovra-capacity-report',
    reason: PROMTOOL_USER,
  },
  ...['CronJob sovra/sovra-restore-drill', 'Job sovra/sovra-restore-postgres-20261124t100000z'].map((object) => ({
    check: 'container-security-context-user-group-id',
    object,
    reason: POSTGRES_USER,
  })),
  { check: 'networkpolicy-targets-pod', object: 'NetworkPolicy monitoring/prometheus-logging', reason: OPERATED },
  { check: 'networkpolicy-targets-pod', object: 'NetworkPolicy monitoring/prometheus-tracing', reason: OPERATED },
  { check: 'networkpolicy-targets-pod', object: 'NetworkPolicy monitoring/alertmanager-logging', reason: OPERATED },
  {
    check: 'container-security-context-user-group-id',
    object: 'DaemonSet sovra-logging/otel-agent',
    reason: NODE_FILES,
  },
];
