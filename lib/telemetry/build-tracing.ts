import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import { enableChecks } from '../checks/enable';
import { declareFacts, meantFor } from '../checks/facts';
import { checkMorePeers, checkNetwork } from '../kube/check-network';
import type { PrometheusRuleSpec } from '../kube/crds/prometheus-rule';
import { commonLabels } from '../kube/labels';
import type { Peer } from '../kube/network';
import { operatorObject } from '../kube/object';
import { memoryMiB } from '../kube/pod';
import { checkPrometheusRef, type PrometheusRef, ruleNamespace, SOVRA_PROMETHEUS } from '../kube/prometheus-ref';
import { GATEWAY, TEMPO } from '../kube/telemetry-ref';
import { serviceMonitor } from '../monitoring/monitors';
import { openOwnStack, prometheusPods } from '../monitoring/own-stack';
import { MATCHED_LABELS } from '../rules/inhibitions';
import { checkAlertLabels, checkOverrides, checkRunbookBaseUrl } from '../rules/overrides';
import { checkInstallation } from '../sovra/check-installation';
import { Checker, dnsLabel } from '../validate';
import { checkWriteUrls, grafanas, writeEdges, writeUrls } from './access';
import { TRACING_ALERT_NAMES, telemetryRules, tracingAlerts } from './alerts';
import { COLLECTOR_PORTS } from './collector';
import { checkGateway, GATEWAY_RESOURCES, gatewayPeers, gatewayProgram } from './gateway';
import { gatewayConfig } from './gateway-config';
import { sovraNamespaces } from './namespaces';
import { checkRedaction } from './redaction';
import { toEveryReplica } from './remote-write';
import type { SovraTracingProps } from './sovra-tracing';
import { StatefulProgram } from './stateful-program';
import { checkTempo, tempoProgram } from './tempo';
import { TEMPO_OTLP_PORT } from './tempo-config';

/** What SovraTracing is made of. */
export interface TracingParts {
  readonly gateway: StatefulProgram;
  readonly tempo: StatefulProgram;
  /** The alerts about tracing; undefined where every one was left out. */
  readonly rules?: ApiObject;
  readonly monitors: readonly ApiObject[];
}

/** Checks the props and makes every object. @throws {SovraOpsError} listing every property that cannot work */
export function buildTracing(construct: Construct, props: SovraTracingProps): TracingParts {
  check(construct, props);
  const { sovra, network = {} } = props;
  const prometheus = props.prometheus ?? SOVRA_PROMETHEUS;
  const namespace = props.namespace ?? prometheus.namespace;
  const gatewayPods: Peer = { namespace, podLabels: GATEWAY.podLabels };
  const tempoPods: Peer = { namespace, podLabels: TEMPO.podLabels };
  const scrapedBy = prometheusPods(prometheus);
  const urls = writeUrls(props.remoteWriteUrls, prometheus);
  const writes = writeEdges(props.remoteWriteUrls, prometheus);

  const tempo = new StatefulProgram(
    construct,
    'tempo',
    tempoProgram({
      ...props.tempo,
      sovra,
      namespace,
      network,
      askedBy: [scrapedBy, ...(props.queriedBy ?? grafanas(namespace, prometheus))],
      gateway: gatewayPods,
    }),
  );
  const gateway = new StatefulProgram(
    construct,
    'gateway',
    gatewayProgram({
      ...props.gateway,
      sovra,
      namespace,
      network,
      scrapedBy,
      senders: sovraNamespaces(sovra).map((n) => ({ namespace: n })),
      config: collectorConfig(props, namespace, urls),
      egress: [{ peers: [tempoPods], ports: [TEMPO_OTLP_PORT] }, ...writes.egress],
    }),
  );
  openOwnStack(construct, 'prometheus-tracing', prometheus, scrapedBy, {
    ingress: writes.ingress(gatewayPods),
    egress: [
      { peers: [gatewayPods], ports: [COLLECTOR_PORTS.telemetry] },
      { peers: [tempoPods], ports: [TEMPO.port] },
    ],
  });
  const monitor = (job: 'otel-gateway' | 'tempo', labels: typeof TEMPO.podLabels, portName: string) =>
    serviceMonitor(construct, `monitor-${job}`, `sovra-${job}`, prometheus, { job, namespace, labels, portName });
  const monitors = [monitor('otel-gateway', GATEWAY.podLabels, 'metrics'), monitor('tempo', TEMPO.podLabels, 'http')];
  const objectOfRules = rulesObject(construct, props, prometheus);
  declareFacts(construct, { sovra });
  enableChecks(construct);
  return { gateway, tempo, rules: objectOfRules, monitors };
}

function rulesObject(scope: Construct, props: SovraTracingProps, prometheus: PrometheusRef): ApiObject | undefined {
  const definitions = tracingAlerts(props.gateway?.replicas);
  const rules = telemetryRules(definitions, props, prometheus.grafanaUrl);
  declareFacts(scope, {
    ...meantFor(props.prometheus),
    proven: telemetryRules(definitions, {}).map((r) => String(r.expr)),
  });
  if (rules.length === 0) return undefined;
  const name = 'sovra-alerts-tracing';
  const metadata = {
    name,
    namespace: ruleNamespace(prometheus),
    labels: { ...commonLabels(name, 'monitoring'), ...prometheus.selectorLabels },
  };
  return operatorObject<PrometheusRuleSpec>(scope, 'rules', 'PrometheusRule', metadata, { groups: [{ name, rules }] });
}

function collectorConfig(props: SovraTracingProps, namespace: string, urls: readonly string[]) {
  const { gateway = {}, redaction } = props;
  const config = gatewayConfig({
    tempoEndpoint: `http://${TEMPO.name}.${namespace}.svc:${TEMPO_OTLP_PORT}`,
    remoteWriteEndpoint: urls[0] ?? '',
    memoryLimitMiB: memoryMiB(gateway.resources ?? GATEWAY_RESOURCES),
    ...(gateway.slowMs !== undefined && { slowMs: gateway.slowMs }),
    ...(gateway.keepRatio !== undefined && { keepRatio: gateway.keepRatio }),
    ...(gateway.queueBatches !== undefined && { queueBatches: gateway.queueBatches }),
    ...(redaction && { redaction }),
    peers: gatewayPeers(namespace, gateway.replicas),
  });
  return toEveryReplica(config, urls);
}

const FIXED_LABELS: readonly string[] = ['alertname', 'level', 'component', ...MATCHED_LABELS];

function check(construct: Construct, props: SovraTracingProps): void {
  const c = new Checker(construct.node.path).props(props);
  checkInstallation(c, props.sovra);
  checkPrometheusRef(c, 'prometheus', props.prometheus);
  c.value('namespace', props.namespace, dnsLabel);
  checkWriteUrls(c, props.remoteWriteUrls, props.prometheus);
  checkGateway(c, 'gateway', props.gateway);
  checkSenders(c, props);
  checkTempo(c, 'tempo', props.tempo);
  checkRedaction(c, 'redaction', props.redaction);
  checkMorePeers(c, 'queriedBy', props.queriedBy);
  checkNetwork(c, 'network', props.network);
  const names = TRACING_ALERT_NAMES;
  checkOverrides(c, 'alerts', props.alerts, { names, allowed: names.join(', '), fixedLabels: FIXED_LABELS });
  checkAlertLabels(c, 'alertLabels', props.alertLabels, FIXED_LABELS);
  checkRunbookBaseUrl(c, 'runbookBaseUrl', props.runbookBaseUrl);
  c.done();
}

/** A rule of a network policy without peers would open the gateway to everybody. */
function checkSenders(c: Checker, { sovra, gateway }: SovraTracingProps): void {
  const nobody = typeof sovra?.image === 'function' && sovraNamespaces(sovra).length === 0;
  c.require(!nobody || (gateway?.receivesFrom?.length ?? 0) > 0, {
    property: 'gateway.receivesFrom',
    given: gateway?.receivesFrom,
    allowed: 'at least one peer; no part of this installation runs in this cluster',
    remedy: 'Name who sends traces.',
  });
}
