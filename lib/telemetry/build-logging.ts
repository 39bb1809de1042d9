import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { enableChecks } from '../checks/enable';
import { declareFacts, meantFor } from '../checks/facts';
import { checkMorePeers, checkNetwork } from '../kube/check-network';
import type { PrometheusRuleSpec } from '../kube/crds/prometheus-rule';
import { commonLabels } from '../kube/labels';
import type { Opening, Peer } from '../kube/network';
import { operatorObject } from '../kube/object';
import { memoryMiB } from '../kube/pod';
import { checkPrometheusRef, type PrometheusRef, ruleNamespace, SOVRA_PROMETHEUS } from '../kube/prometheus-ref';
import { AGENT, LOKI, partUrl } from '../kube/telemetry-ref';
import { ALERTMANAGER_PORT } from '../monitoring/alertmanager';
import { KUBE_STATE_METRICS } from '../monitoring/kube-state-metrics';
import { serviceMonitor } from '../monitoring/monitors';
import { isOwnStack, openOwnStack, prometheusPods } from '../monitoring/own-stack';
import { checkServer, serverEdge } from '../monitoring/queried-server';
import { MATCHED_LABELS } from '../rules/inhibitions';
import { checkAlertLabels, checkOverrides, checkRunbookBaseUrl } from '../rules/overrides';
import { checkInstallation } from '../sovra/check-installation';
import type { SovraInstallation } from '../sovra/installation';
import { Checker, dnsLabel } from '../validate';
import { toYaml } from '../yaml';
import {
  alertmanagerPods,
  checkWriteUrls,
  discoverable,
  grafanas,
  readDaemonSets,
  writeEdges,
  writeUrls,
} from './access';
import { AGENT_NAMESPACE, AGENT_RESOURCES, checkAgent, LogAgent } from './agent';
import { agentConfig } from './agent-config';
import { LOGGING_ALERT_NAMES, loggingAlerts, telemetryRules } from './alerts';
import { COLLECTOR_PORTS } from './collector';
import { LOG_RULE_NAMES, logRules } from './log-alerts';
import { checkLoki, lokiProgram } from './loki';
import { sovraNamespaces } from './namespaces';
import { checkRedaction } from './redaction';
import { toEveryReplica } from './remote-write';
import type { SovraLoggingProps } from './sovra-logging';
import { StatefulProgram } from './stateful-program';

/** What SovraLogging is made of. */
export interface LoggingParts {
  readonly agent: LogAgent;
  readonly loki: StatefulProgram;
  /** The alerts about logging, for Prometheus; undefined where every one was left out. */
  readonly rules?: ApiObject;
  readonly monitors: readonly ApiObject[];
}

/** Checks the props and makes every object. @throws {SovraOpsError} listing every property that cannot work */
export function buildLogging(construct: Construct, props: SovraLoggingProps): LoggingParts {
  check(construct, props);
  const { sovra, network = {} } = props;
  const prometheus = props.prometheus ?? SOVRA_PROMETHEUS;
  const namespace = props.namespace ?? prometheus.namespace;
  const agentNamespace = props.agent?.namespace ?? AGENT_NAMESPACE;
  const agents: Peer = { namespace: agentNamespace, podLabels: AGENT.podLabels };
  const lokiPods: Peer = { namespace, podLabels: LOKI.podLabels };
  const scrapedBy = prometheusPods(prometheus);
  const urls = writeUrls(props.remoteWriteUrls, prometheus);
  const writes = writeEdges(props.remoteWriteUrls, prometheus);
  const alertmanager = alertmanagerOf(props, prometheus);
  const rules = alertmanager && logRuleFile(sovra, props, prometheus.grafanaUrl);

  const agent = new LogAgent(construct, 'agent', {
    ...props.agent,
    sovra,
    network,
    prometheus,
    scrapedBy,
    config: collectorConfig(props, namespace, urls),
    egress: [{ peers: [lokiPods], ports: [LOKI.port] }, ...writes.egress],
  });
  discoverable(construct, agentNamespace, prometheus);
  if (isOwnStack(prometheus))
    readDaemonSets(construct, agentNamespace, { name: KUBE_STATE_METRICS, namespace: prometheus.namespace });
  const loki = new StatefulProgram(
    construct,
    'loki',
    lokiProgram({
      ...props.loki,
      sovra,
      namespace,
      network,
      from: [agents, scrapedBy, ...(props.queriedBy ?? grafanas(namespace, prometheus))],
      alertmanager,
      rules,
    }),
  );
  openOwnStack(construct, 'prometheus-logging', prometheus, scrapedBy, {
    ingress: writes.ingress(agents),
    egress: [
      { peers: [agents], ports: [COLLECTOR_PORTS.telemetry] },
      { peers: [lokiPods], ports: [LOKI.port] },
    ],
  });
  if (rules !== undefined && props.alertmanager === undefined)
    openOwnStack(construct, 'alertmanager-logging', prometheus, alertmanagerPods(prometheus), {
      ingress: [{ peers: [lokiPods], ports: [ALERTMANAGER_PORT] }],
    });
  const monitors = [
    agent.monitor,
    serviceMonitor(construct, 'monitor-loki', 'sovra-loki', prometheus, {
      job: 'loki',
      namespace,
      labels: LOKI.podLabels,
      portName: 'http',
    }),
  ];
  const objectOfRules = rulesObject(construct, props, prometheus, agentNamespace);
  declareFacts(construct, { sovra });
  enableChecks(construct);
  return { agent, loki, rules: objectOfRules, monitors };
}

/** The rules on logging as an object of the operator. */
function rulesObject(
  scope: Construct,
  props: SovraLoggingProps,
  prometheus: PrometheusRef,
  agentNamespace: string,
): ApiObject | undefined {
  const definitions = loggingAlerts(agentNamespace, props.loki?.replicas);
  const rules = telemetryRules(definitions, props, prometheus.grafanaUrl);
  declareFacts(scope, {
    ...meantFor(props.prometheus),
    proven: telemetryRules(definitions, {}).map((r) => String(r.expr)),
  });
  if (rules.length === 0) return undefined;
  const name = 'sovra-alerts-logging';
  const metadata = {
    name,
    namespace: ruleNamespace(prometheus),
    labels: { ...commonLabels(name, 'monitoring'), ...prometheus.selectorLabels },
  };
  return operatorObject<PrometheusRuleSpec>(scope, 'rules', 'PrometheusRule', metadata, { groups: [{ name, rules }] });
}

/** The file of rules that Loki reads; undefined where every one was left out. */
function logRuleFile(sovra: SovraInstallation, props: SovraLoggingProps, grafanaUrl?: string): string | undefined {
  const rules = telemetryRules(logRules(sovra, readNamespaces(props)), props, grafanaUrl);
  return rules.length === 0 ? undefined : toYaml({ groups: [{ name: 'sovra-logs', rules }] });
}

/** Whose log is read. */
const readNamespaces = ({ sovra, agent }: SovraLoggingProps): readonly string[] =>
  agent?.logsOf ?? sovraNamespaces(sovra);

function collectorConfig(props: SovraLoggingProps, namespace: string, urls: readonly string[]) {
  const { agent = {}, redaction } = props;
  const config = agentConfig({
    lokiEndpoint: `${partUrl(LOKI, namespace)}/otlp`,
    remoteWriteEndpoint: urls[0] ?? '',
    namespaces: readNamespaces(props),
    memoryLimitMiB: memoryMiB(agent.resources ?? AGENT_RESOURCES),
    ...(agent.queueLines !== undefined && { queueLines: agent.queueLines }),
    ...(agent.keepDebug !== undefined && { keepDebug: agent.keepDebug }),
    ...(agent.keepHealthChecks !== undefined && { keepHealthChecks: agent.keepHealthChecks }),
    ...(redaction && { redaction }),
  });
  return toEveryReplica(config, urls);
}

type AlertmanagerOf = { readonly url: string; readonly discover: boolean; readonly edge: Opening };

/** Every replica is told: the name of the operator's headless Service has a record for each. */
function alertmanagerOf(props: SovraLoggingProps, prometheus: PrometheusRef): AlertmanagerOf | undefined {
  if (props.alertmanager) return { url: props.alertmanager.url, discover: false, edge: serverEdge(props.alertmanager) };
  if (props.alertmanager === false || !isOwnStack(prometheus)) return undefined;
  return {
    url: `http://_web._tcp.alertmanager-operated.${prometheus.namespace}.svc.cluster.local`,
    discover: true,
    edge: { peers: [alertmanagerPods(prometheus)], ports: [ALERTMANAGER_PORT] },
  };
}

const FIXED_LABELS: readonly string[] = ['alertname', 'level', 'component', ...MATCHED_LABELS];

function check(construct: Construct, props: SovraLoggingProps): void {
  const c = new Checker(construct.node.path).props(props);
  checkInstallation(c, props.sovra);
  checkPrometheusRef(c, 'prometheus', props.prometheus);
  c.value('namespace', props.namespace, dnsLabel);
  checkWriteUrls(c, props.remoteWriteUrls, props.prometheus);
  checkAgent(c, 'agent', props.agent);
  checkPlaces(c, props);
  checkLoki(c, 'loki', props.loki);
  checkRedaction(c, 'redaction', props.redaction);
  if (props.alertmanager !== false) checkServer(c, 'alertmanager', props.alertmanager);
  checkMorePeers(c, 'queriedBy', props.queriedBy);
  checkNetwork(c, 'network', props.network);
  const names = [...LOGGING_ALERT_NAMES, ...LOG_RULE_NAMES];
  checkOverrides(c, 'alerts', props.alerts, { names, allowed: names.join(', '), fixedLabels: FIXED_LABELS });
  checkAlertLabels(c, 'alertLabels', props.alertLabels, FIXED_LABELS);
  checkRunbookBaseUrl(c, 'runbookBaseUrl', props.runbookBaseUrl);
  c.done();
}

/** Files of the node are mounted where the agent is: nothing else may be there, and there has to be something to read. */
function checkPlaces(c: Checker, { sovra, agent, namespace, prometheus = SOVRA_PROMETHEUS }: SovraLoggingProps): void {
  // What is no installation was reported already.
  const installation = typeof sovra?.image === 'function' ? sovraNamespaces(sovra) : undefined;
  const taken = [...(installation ?? []), namespace ?? prometheus?.namespace, prometheus?.namespace];
  const own = agent?.namespace ?? AGENT_NAMESPACE;
  c.require(!taken.includes(own), {
    property: 'agent.namespace',
    given: agent?.namespace,
    allowed: 'a namespace that holds nothing but the agent, since Pod Security has to be "privileged" there',
    remedy: `Leave it out for ${AGENT_NAMESPACE}.`,
  });
  c.require(installation?.length !== 0 || agent?.logsOf !== undefined, {
    property: 'agent.logsOf',
    given: agent?.logsOf,
    allowed: 'at least one namespace; no part of this installation runs in this cluster',
    remedy: 'Name the namespaces whose log is read.',
  });
}
