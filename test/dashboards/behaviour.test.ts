import { expressions, full } from './installations';
import { type Answer, type Case, constant, evaluate } from './promtool';

const sovra = full({ dialect: '2026.3' });

/** What the first query of a panel has to answer over some series. */
function panel(uid: string, id: number, series: Readonly<Record<string, number>>, answers: readonly Answer[]): Case {
  return { series: constant(series), expr: expressions(sovra, uid, id)[0] as string, answers };
}
const number = (value: number): Answer[] => [{ labels: '{}', value }];
const NOTHING: Answer[] = [];

const heartbeat = (node: string, pod: string) =>
  `sovra_edge_heartbeat_age_seconds{job="sovra-api",node_id="${node}",pod="${pod}"}`;
const health = (node: string, pod: string) =>
  `probe_http_status_code{job="vault-health",edge_node="${node}",pod="${pod}",instance="https://${pod}"}`;
const up = (job: string, pod: string) => `up{job="${job}",pod="${pod}"}`;

describe('numbers under the real engine', () => {
  it('API replicas: none is a 0, not an empty panel', () => {
    evaluate(
      panel('sovra-overview', 101, { [up('sovra-api', 'a')]: 1, [up('sovra-api', 'b')]: 0 }, number(1)),
      panel('sovra-overview', 101, { [up('vault', 'a')]: 1 }, number(0)),
    );
  });

  const requests = (status: string, per: string) => ({
    series: `sovra_api_gateway_http_requests_total{job="sovra-api",method="GET",path="/",status="${status}"}`,
    values: `0+${per}x30`,
  });
  const failed = () => expressions(sovra, 'sovra-overview', 103)[0] as string;

  it('failed requests: the share, 0 when none failed, and nothing without requests', () => {
    evaluate(
      { series: [requests('200', '90'), requests('500', '30')], expr: failed(), answers: number(0.25) },
      { series: [requests('200', '90')], expr: failed(), answers: number(0) },
      { series: constant({ [up('sovra-api', 'a')]: 1 }), expr: failed(), answers: NOTHING },
    );
  });

  it('late edge nodes: the freshest replica counts; 0 when all are well; nothing when nothing is known', () => {
    const two = { [heartbeat('a', 'x')]: 600, [heartbeat('a', 'y')]: 5, [heartbeat('b', 'x')]: 61 };
    evaluate(
      panel('sovra-edge-nodes', 103, two, number(1)),
      panel('sovra-edge-nodes', 104, two, number(0)),
      panel('sovra-edge-nodes', 102, two, number(2)),
      panel('sovra-edge-nodes', 103, {}, NOTHING),
    );
  });

  it('certificates that end within 30 and 7 days', () => {
    const certificate = (node: string) => `sovra_edge_cert_expiry_seconds{job="sovra-api",node_id="${node}"}`;
    const three = { [certificate('a')]: 3 * 86400, [certificate('b')]: 20 * 86400, [certificate('c')]: 60 * 86400 };
    evaluate(
      panel('sovra-edge-nodes', 105, three, number(2)),
      panel('sovra-edge-nodes', 106, three, number(1)),
      panel('sovra-edge-nodes', 301, { [certificate('a')]: 2 * 86400 }, [{ labels: '{node_id="a"}', value: 2 }]),
    );
  });

  it('Vault nodes by the status of their health endpoint', () => {
    const nodes = {
      [health('a', '0')]: 200,
      [health('a', '1')]: 429,
      [health('a', '2')]: 473,
      [health('b', '0')]: 503,
      [health('b', '1')]: 501,
      [health('b', '2')]: 0,
    };
    evaluate(
      panel('sovra-vault', 101, nodes, number(1)),
      panel('sovra-vault', 102, nodes, number(2)),
      panel('sovra-vault', 103, nodes, number(1)),
      panel('sovra-vault', 104, nodes, number(1)),
      panel('sovra-vault', 105, nodes, number(1)),
      panel('sovra-vault', 106, nodes, number(1)),
      panel('sovra-vault', 108, nodes, [
        { labels: '{edge_node="b",instance="https://0",pod="0"}', value: 503 },
        { labels: '{edge_node="b",instance="https://1",pod="1"}', value: 501 },
        { labels: '{edge_node="b",instance="https://2",pod="2"}', value: 0 },
      ]),
      panel('sovra-vault', 201, { [health('a', '0')]: 200, [health('a', '1')]: 429 }, [
        { labels: '{instance="https://0",pod="0"}', value: 200 },
      ]),
      panel('sovra-vault', 103, {}, NOTHING),
    );
  });

  it('Vault, freshly unsealed, is unsealed although it exports a 0 as well', () => {
    const gauge = (cluster: string) =>
      `vault_core_unsealed{job="vault",edge_node="a",pod="vault-0",cluster="${cluster}"}`;
    evaluate(
      panel('sovra-vault', 203, { [gauge('')]: 0, [gauge('vault-cluster-1')]: 1 }, [
        { labels: '{edge_node="a",pod="vault-0"}', value: 1 },
      ]),
    );
  });

  it('federation links: replicas are not added up, a lost one is a 0', () => {
    const link = (pod: string, status: string) =>
      `sovra_federation_connections_active{job="sovra-api",pod="${pod}",instance="${pod}",status="${status}"}`;
    evaluate(
      panel('sovra-overview', 501, { [link('x', 'active')]: 2, [link('y', 'active')]: 2 }, number(2)),
      panel('sovra-overview', 501, { [link('x', 'down')]: 2 }, number(0)),
      panel('sovra-overview', 501, {}, NOTHING),
    );
  });

  const cronJob = (name: string, task: string) =>
    `${name}{job="kube-state-metrics",namespace="sovra",cronjob="${task}"}`;

  it('tasks that never succeeded', () => {
    const both = { [cronJob('kube_cronjob_created', 'backup')]: 1, [cronJob('kube_cronjob_created', 'rotate')]: 1 };
    evaluate(
      panel(
        'sovra-tasks',
        103,
        { ...both, [cronJob('kube_cronjob_status_last_successful_time', 'backup')]: 60 },
        number(1),
      ),
      panel(
        'sovra-tasks',
        103,
        {
          [cronJob('kube_cronjob_created', 'backup')]: 1,
          [cronJob('kube_cronjob_status_last_successful_time', 'backup')]: 60,
        },
        number(0),
      ),
      panel('sovra-tasks', 201, { [cronJob('kube_cronjob_status_last_successful_time', 'backup')]: 60 }, [
        { labels: '{namespace="sovra",cronjob="backup"}', value: 540 },
      ]),
    );
  });

  it('failed Jobs are those that were given up, with the name of their task', () => {
    const job = (name: string) => `job="kube-state-metrics",namespace="sovra",job_name="${name}"`;
    const owner = (name: string) => ({
      [`kube_job_owner{${job(name)},owner_kind="CronJob",owner_name="backup",owner_is_controller="true"}`]: 1,
      [`kube_job_status_start_time{${job(name)}}`]: 60,
    });
    const retried = { ...owner('backup-2'), [`kube_job_status_failed{${job('backup-2')},reason=""}`]: 1 };
    const gaveUp = { ...owner('backup-1'), [`kube_job_failed{${job('backup-1')},condition="true"}`]: 1 };
    evaluate(
      panel('sovra-tasks', 105, { ...gaveUp, ...retried }, number(1)),
      panel('sovra-tasks', 105, retried, number(0)),
      panel('sovra-tasks', 202, { ...gaveUp, ...retried }, [
        { labels: '{namespace="sovra",job_name="backup-1",owner_name="backup"}', value: 540 },
      ]),
    );
  });

  const alert = (name: string, severity: string, node = '') =>
    `ALERTS{alertstate="firing",alertname="${name}",severity="${severity}",level="P1",component="edge",node_id="${node}"}`;

  it('firing alerts by severity, without the one that always fires', () => {
    const some = {
      [alert('Watchdog', 'critical')]: 1,
      [alert('EdgeNodeMissing', 'critical', 'a')]: 1,
      [alert('EdgeNodeMissing', 'critical', 'b')]: 1,
    };
    evaluate(
      panel('sovra-overview', 801, some, number(2)),
      panel('sovra-overview', 802, some, number(0)),
      panel('sovra-overview', 804, some, [
        { labels: '{alertname="EdgeNodeMissing",level="P1",component="edge"}', value: 2 },
      ]),
      panel('sovra-edge-nodes', 204, { [alert('EdgeNodeMissing', 'critical', 'a')]: 1 }, [
        { labels: '{node_id="a",level="P1"}', value: 1 },
      ]),
    );
  });

  it('the Watchdog is silent when it does not fire', () => {
    evaluate(
      panel('sovra-monitoring', 101, { [alert('Watchdog', 'info')]: 1 }, number(1)),
      panel('sovra-monitoring', 101, {}, number(0)),
    );
  });

  it('targets that are down', () => {
    evaluate(
      panel(
        'sovra-monitoring',
        106,
        { [up('vault', 'a')]: 0, [up('opa', 'b')]: 1, [up('somebody-else', 'c')]: 0 },
        number(1),
      ),
      panel('sovra-monitoring', 106, { [up('opa', 'b')]: 1 }, number(0)),
    );
  });

  it('a share of the connections of PostgreSQL', () => {
    const state = (name: string) =>
      `pg_stat_activity_count{job="postgres",instance="a",datname="sovra",state="${name}"}`;
    evaluate(
      panel(
        'sovra-database',
        102,
        {
          [state('active')]: 30,
          [state('idle')]: 10,
          'pg_settings_max_connections{job="postgres",instance="a",server="s"}': 100,
        },
        number(0.4),
      ),
    );
  });
});
