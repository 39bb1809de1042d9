import type { ScoreException } from './kube-score';

const PULL_POLICY =
  'Images are pinned by version, so pulling again brings nothing new; with "Always", a pod could not start while the registry, or the mirror of an air-gapped site, is down.';
const OPERATED =
  'The pods are made by the Prometheus Operator from the Prometheus and Alertmanager objects, so they are not in the files that are scored; test/cluster/stack.test.ts sees both Services answer.';
const CLI_USER =
  'The image of sovra-cli makes the user 1000 and gives it the working directory; another user has no home there.';
const GRAFANA_USER = 'The official image of Grafana is built for the user 472, who owns the files that it comes with.';

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
];
