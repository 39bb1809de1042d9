import { expressionProblems, knownMetrics } from '../../lib/rules/promql';
import { SovraInstallation } from '../../lib/sovra/installation';

const known = knownMetrics([
  new SovraInstallation({ extraMetrics: [{ name: 'own_total', type: 'counter', labels: ['x'] }, { name: 'own_any' }] }),
]);
known.set('sovra_ops:recorded', 'recorded');
const problems = (expr: string) => expressionProblems(expr, known);

describe('expressions', () => {
  it.each([
    'up{job="sovra-api"} == 0',
    'absent(up{job="sovra-api"} == 1)',
    'sum by (status) (rate(sovra_api_requests_total{status=~"5.."}[5m])) > 0.05',
    'histogram_quantile(0.95, sum by (le) (rate(sovra_api_request_duration_seconds_bucket[5m]))) > 0.1',
    'max by (edge_node, pod) (vault_core_unsealed) == 0',
    'deriv(vault_runtime_alloc_bytes[1h]) > 0',
    'sovra_ops:recorded unless on (node_id) sovra_edge_heartbeat_seconds',
    'label_replace(up, "node_id", "$1", "edge_node", "(.*)") * on (node_id) group_left () sovra_edge_heartbeat_seconds',
    'ALERTS{alertname="X", alertstate="firing"}',
    'rate(own_total{x="1"}[5m]) + deriv(own_any[5m])',
    'time() - max by (cronjob) (kube_cronjob_status_last_successful_time{namespace="sovra"}) > 100',
    'vector(1)',
  ])('takes %s', (expr) => {
    expect(problems(expr)).toEqual([]);
  });

  it.each([
    ['sovra_api_request_total > 1', /"sovra_api_request_total" is not exported/],
    ['sovra_api_gateway_http_requests_total', /not exported/],
    ['sovra_api_request_duration_seconds > 1', /not exported/],
    ['rate(sovra_audit_lag_seconds[5m])', /rate\(\) of a counter; sovra_audit_lag_seconds is a gauge/],
    ['sum(increase((sovra_edge_heartbeat_seconds)[5m:1m]))', /syntax|gauge/],
    ['deriv(sovra_api_requests_total[5m])', /deriv\(\) of a gauge; sovra_api_requests_total is a counter/],
    ['sovra_federation_connections{partner="x"} == 0', /has no label "partner"/],
    ['sovra_edge_cert_expiry_seconds{node="x"} < 1', /has no label "node"/],
    ['sum by (workspace) (rate(sovra_policy_evaluations_total[5m]))', /has "workspace"/],
    ['up == on (nothing) sovra_audit_lag_seconds', /has "nothing"/],
    ['pg_up{job="postgresql"} == 0', /pg_up comes from postgres, not from "postgresql"/],
    ['vault_core_unsealed{job="sovra-api"}', /comes from vault/],
    ['up{', /syntax breaks at character/],
    ['rate(up)[', /syntax/],
    ['{job="x"}', /name their metric/],
  ])('refuses %s', (expr, message) => {
    expect(problems(expr).join('; ')).toMatch(message);
  });

  it('knows the names of the dialect, not of the other one', () => {
    const released = knownMetrics([new SovraInstallation({ dialect: '2026.3' })]);
    expect(expressionProblems('rate(sovra_api_gateway_http_requests_total[5m])', released)).toEqual([]);
    expect(expressionProblems('rate(sovra_api_requests_total[5m])', released)).toHaveLength(1);
  });
});
