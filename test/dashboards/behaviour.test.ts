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

  describe('the dashboard of the federation', () => {
    const guide = full({ dialect: 'guide', federationPartners: [{ id: 'p' }, { id: 'q' }] });
    const link = (pod: string, partner: string, status: string) =>
      `sovra_federation_connections{job="sovra-api",pod="${pod}",instance="${pod}",partner="${partner}",status="${status}"}`;
    const of = (id: number, series: Readonly<Record<string, number>>, answers: readonly Answer[], query = 0): Case => ({
      series: constant(series),
      expr: expressions(guide, 'sovra-federation', id)[query] as string,
      answers,
    });
    const api = { [up('sovra-api', 'x')]: 1, [up('sovra-api', 'y')]: 1 };
    const both = Object.fromEntries(
      ['x', 'y'].flatMap((pod) => [
        [link(pod, 'p', 'healthy'), 1],
        [link(pod, 'p', 'unhealthy'), 0],
        [link(pod, 'q', 'healthy'), 0],
        [link(pod, 'q', 'unhealthy'), 1],
      ]),
    );

    it('counts each link once, whatever the replicas are', () => {
      evaluate(of(101, both, number(1)), of(102, both, number(1)), of(103, { ...api, ...both }, number(1)));
    });

    it('a partner that is not known any more is missing; nothing is said while no replica answers', () => {
      evaluate(
        of(103, { ...api, [link('x', 'p', 'healthy')]: 1 }, number(1)),
        of(103, api, number(2)),
        of(103, { [up('sovra-api', 'x')]: 0 }, NOTHING),
        of(101, api, NOTHING),
      );
    });

    it('lists each partner with its status, and whether that is well', () => {
      const p = '{partner="p",status="healthy"}';
      const q = '{partner="q",status="unhealthy"}';
      evaluate(
        of(201, both, [
          { labels: p, value: 1 },
          { labels: q, value: 1 },
        ]),
        of(
          201,
          both,
          [
            { labels: p, value: 1 },
            { labels: q, value: 0 },
          ],
          1,
        ),
        of(203, both, [
          { labels: '{partner="p"}', value: 1 },
          { labels: '{partner="q"}', value: 0 },
        ]),
        of(203, { [link('x', 'q', 'broken')]: 1 }, [{ labels: '{partner="q"}', value: 0 }]),
      );
    });

    it('shows the errors of the worst type, and a 0 where there are links and no errors', () => {
      const errors = (type: string, per: string) => ({
        series: `sovra_federation_errors_total{job="sovra-api",type="${type}"}`,
        values: `0+${per}x30`,
      });
      const expr = expressions(sovra, 'sovra-federation', 104)[0] as string;
      const one = { 'sovra_federation_connections_active{job="sovra-api",status="active"}': 1 };
      // Ten minutes of one a second, in a window of fifteen.
      evaluate(
        { series: [...constant(one), errors('tls', '6'), errors('timeout', '60')], expr, answers: number(2 / 3) },
        { series: constant(one), expr, answers: number(0) },
        { series: [], expr, answers: NOTHING },
      );
    });
  });

  it('the share of policy evaluations that fail: 0 when none does, nothing without evaluations', () => {
    const evaluations = (result: string, per: string) => ({
      series: `sovra_policy_evaluations_total{job="sovra-api",result="${result}"}`,
      values: `0+${per}x30`,
    });
    const expr = expressions(sovra, 'sovra-overview', 304)[0] as string;
    evaluate(
      { series: [evaluations('allow', '30'), evaluations('error', '10')], expr, answers: number(0.25) },
      { series: [evaluations('allow', '30')], expr, answers: number(0) },
      { series: [], expr, answers: NOTHING },
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

  it('firing alerts of one part, and of the task that exports the audit log', () => {
    const of = (component: string, task = '') =>
      `ALERTS{alertstate="firing",alertname="A",component="${component}",task="${task}"}`;
    const some = {
      [of('federation')]: 1,
      [of('tasks', 'sovra-audit-export')]: 1,
      [of('tasks', 'sovra-backup-postgres')]: 1,
      [of('federation').replace('firing', 'pending')]: 1,
    };
    evaluate(
      panel('sovra-federation', 105, some, number(1)),
      panel('sovra-audit', 105, some, number(1)),
      panel('sovra-audit', 106, some, number(0)),
    );
  });

  it('the last export of the audit log: its age, and nothing where it never succeeded', () => {
    evaluate(
      panel(
        'sovra-audit',
        104,
        {
          [cronJob('kube_cronjob_status_last_successful_time', 'sovra-audit-export')]: 60,
          [cronJob('kube_cronjob_status_last_successful_time', 'backup')]: 590,
        },
        number(540),
      ),
      panel('sovra-audit', 104, { [cronJob('kube_cronjob_created', 'sovra-audit-export')]: 60 }, NOTHING),
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

  it('space on volumes: the share that is left, and the one that will be', () => {
    const claim = (name: string, namespace = 'sovra') =>
      `kubelet_volume_stats_available_bytes{namespace="${namespace}",persistentvolumeclaim="${name}"}`;
    const size = (name: string) => claim(name).replace('available', 'capacity');
    const expr = (id: number) => expressions(sovra, 'sovra-monitoring', id)[0] as string;
    const series = [
      // A hundredth of it in each minute.
      { series: claim('fills'), values: '900-10x30' },
      { series: size('fills'), values: '1000x30' },
      ...constant({ [claim('rests')]: 300, [size('rests')]: 1000, [claim('of-others', 'x')]: 1 }),
    ];
    const labels = (name: string) => `{namespace="sovra",persistentvolumeclaim="${name}"}`;
    evaluate(
      {
        series,
        expr: `round(${expr(501)}, 0.001)`,
        answers: [
          { labels: labels('rests'), value: 0.3 },
          { labels: labels('fills'), value: 0.8 },
        ],
      },
      {
        series,
        expr: `round(${expr(502)}, 0.001)`,
        answers: [
          { labels: labels('fills'), value: -13.6 },
          { labels: labels('rests'), value: 0.3 },
        ],
      },
    );
  });

  it('certificates that end together: nodes are counted, and their Vaults are not', () => {
    const count = (uid: string, id: number, n: number) => expressions(sovra, uid, id)[n] as string;
    const node = (id: string, pod: string) =>
      `sovra_edge_cert_expiry_seconds{job="sovra-api",node_id="${id}",pod="${pod}"}`;
    const server = (node: string, pod: string) =>
      `probe_ssl_earliest_cert_expiry{job="edge-probe",edge_node="${node}",instance="https://${pod}"}`;
    const day = 86_400;
    const nodes = { [node('a', 'x')]: 2 * day, [node('a', 'y')]: 90 * day, [node('b', 'x')]: 20 * day };
    const servers = { [server('a', '1')]: 2 * day, [server('a', '2')]: 2 * day, [server('b', '1')]: 90 * day };
    evaluate(
      ...[2, 1, 0].map((value, n) => ({
        series: constant(nodes),
        expr: count('sovra-edge-nodes', 303, n),
        answers: number(value),
      })),
      ...[1, 1, 0].map((value, n) => ({
        series: constant(servers),
        expr: count('sovra-edge-nodes', 304, n),
        answers: number(value),
      })),
    );
  });

  it('failed sign-ins: the share, 0 when none failed, and nothing where nobody tries', () => {
    const attempts = (result: string, per: string) => ({
      series: `sovra_api_gateway_auth_attempts_total{job="sovra-api",method="jwt",result="${result}"}`,
      values: `0+${per}x30`,
    });
    const [share, rate] = [603, 604].map((id) => expressions(sovra, 'sovra-overview', id)[0] as string);
    const both = [attempts('success', '90'), attempts('failure', '30')];
    evaluate(
      { series: both, expr: share as string, answers: number(0.25) },
      { series: [attempts('success', '90')], expr: share as string, answers: number(0) },
      { series: [], expr: share as string, answers: NOTHING },
      { series: both, expr: rate as string, answers: number(0.5) },
    );
  });
});
