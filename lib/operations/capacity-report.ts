import { type Opening, type Peer, portOfAddress } from '../kube/network';
import { type PrometheusRef, SOVRA_PROMETHEUS } from '../kube/prometheus-ref';
import type { ControlPlane, SovraInstallation } from '../sovra/installation';
import { METRICS, type MetricId } from '../sovra/metrics';
import { CLI_RESOURCES, CLI_USER, type Command, cliCommand, cliContainer, toApi } from './sovra-cli';
import { TASK_SELECTOR } from './task-pod';
import type { PlannedTask, TaskTuning } from './task-set';

export interface CapacityReportProps extends TaskTuning {
  /**
   * Run beside the forecast, by name of the container; `{}` for none.
   * @default sovra-cli metrics database-size, metrics audit-size (guide: "Capacity Planning")
   */
  readonly commands?: Readonly<Record<string, Command>>;
  /** More questions for Prometheus, by what they ask: PromQL that gives a vector. @default none beside those of the report */
  readonly questions?: Readonly<Record<string, string>>;
}

export const CAPACITY_REPORT = 'sovra-capacity-report';
/** The forecast looks back as far as it looks ahead. */
const WINDOW = '30d';
const WINDOW_SECONDS = 30 * 86_400;
const WINDOW_DAYS = 30;

/**
 * Title and question, one after the other, as arguments. A question that finds nothing is told as such: a report that
 * leaves a line out reads like one in which all is well.
 */
export const FORECAST_SCRIPT = `
code=0
while [ "$#" -ge 2 ]; do
  echo "== $1"
  if found=$(promtool query instant -- "$PROMETHEUS" "$2"); then
    printf '%s\\n' "\${found:-no data}"
  else
    echo "not answered"
    code=1
  fi
  shift 2
done
exit "$code"
`.trim();

/** What the report asks, in its order. Pure. */
export function capacityQuestions(sovra: SovraInstallation): readonly (readonly [title: string, expr: string])[] {
  const named = (id: MetricId): string | undefined => METRICS[id].name[sovra.dialect] ?? undefined;
  const size = named('pgDatabaseSize');
  const events = named('auditEvents');
  const volumes = sovra.volumes;
  return [
    ['database size, bytes', `max by (datname) (${size})`],
    [
      `database size in ${WINDOW_DAYS} days if it goes on like this, bytes`,
      `max by (datname) (predict_linear(${size}[${WINDOW}], ${WINDOW_SECONDS}))`,
    ],
    ['database growth, bytes a day', `max by (datname) (deriv(${size}[${WINDOW}])) * 86400`],
    ...(events ? [[`audit events a day`, `sum(increase(${events}[${WINDOW}])) / ${WINDOW_DAYS}`] as const] : []),
    ['memory of each job, bytes at most', `max by (job) (max_over_time(process_resident_memory_bytes[${WINDOW}]))`],
    ['processor of each job, cores on average', `sum by (job) (rate(process_cpu_seconds_total[${WINDOW}]))`],
    ...(volumes ? volumeQuestions(sovra) : []),
  ];
}

/** Of kubelets, where somebody scrapes them. */
function volumeQuestions(sovra: SovraInstallation): (readonly [string, string])[] {
  const namespaces = sovra.volumes?.namespaces ?? [];
  // Names of namespaces: nothing in them means anything to a regular expression.
  const within = namespaces.length > 50 ? '' : `namespace=~"${namespaces.join('|')}"`;
  const claim = 'namespace, persistentvolumeclaim';
  const left = `min by (${claim}) (kubelet_volume_stats_available_bytes{${within}})`;
  const all = `max by (${claim}) (kubelet_volume_stats_capacity_bytes{${within}})`;
  const change = `min by (${claim}) (deriv(kubelet_volume_stats_available_bytes{${within}}[${WINDOW}]))`;
  const containers = `container_memory_working_set_bytes{${within ? `${within}, ` : ''}container!=""}`;
  return [
    ['volumes, share that is left', `sort(${left} / on (${claim}) ${all})`],
    ['volumes that fill, days until full', `sort(${left} / on (${claim}) (-${change} > 0) / 86400)`],
    ['pods, memory in bytes', `sort_desc(sum by (namespace, pod) (${containers}))`],
    [
      'nodes, share of the memory in use',
      'sort_desc(max by (instance) (container_memory_working_set_bytes{id="/"}) / on (instance) max by (instance) (machine_memory_bytes))',
    ],
  ];
}

/** The pods that ask Prometheus: hand them to `queriedBy` of the Prometheus. */
export function capacityReportPods(namespace: string): Peer {
  const labels = { 'app.kubernetes.io/name': CAPACITY_REPORT, 'app.kubernetes.io/managed-by': 'sovra-ops' };
  return { namespace, podLabels: Object.fromEntries(TASK_SELECTOR.map((k) => [k, labels[k]])) };
}

/**
 * The guide's "Capacity Planning". It has `kubectl top`, which shows this moment; Prometheus has the last 30 days, so it can
 * say how things will be. Its own image has the program that asks it.
 */
export function capacityTask(
  sovra: SovraInstallation,
  api: ControlPlane,
  props: CapacityReportProps,
  prometheus: PrometheusRef = SOVRA_PROMETHEUS,
): PlannedTask {
  const commands = props.commands ?? {
    'database-size': cliCommand(sovra, api, 'metrics', 'database-size'),
    'audit-size': cliCommand(sovra, api, 'metrics', 'audit-size'),
  };
  const questions = [...capacityQuestions(sovra), ...Object.entries(props.questions ?? {})];
  return {
    id: 'capacity-report',
    property: 'capacityReport',
    schedule: '30 8 1 * *',
    tuning: props,
    props: {
      name: CAPACITY_REPORT,
      namespace: api.namespace,
      user: CLI_USER,
      egress: [toApi(api), toPrometheus(prometheus)],
      uses: ['prometheus'],
      component: 'capacity',
      purpose: 'Nobody is shown how the database, the audit log and the volumes grow.',
      levels: { ScheduledTaskFailed: 'P3', ScheduledTaskLate: 'P3', ScheduledTaskMissing: 'P3' },
      containers: [
        {
          name: 'forecast',
          image: sovra.image('prometheus'),
          command: ['/bin/sh', '-euc', FORECAST_SCRIPT, CAPACITY_REPORT, ...questions.flat()],
          env: [{ name: 'PROMETHEUS', value: prometheus.url }],
          resources: props.resources ?? CLI_RESOURCES,
        },
        ...Object.entries(commands).map(([name, command]) => cliContainer(sovra, name, command, props.resources)),
      ],
    },
  };
}

function toPrometheus({ namespace, podLabels, url }: PrometheusRef): Opening {
  return { peers: [{ namespace, podLabels }], ports: [portOfAddress(url)] };
}
