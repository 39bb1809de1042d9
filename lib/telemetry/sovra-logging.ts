import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { ClusterNetworkProps, Peer } from '../kube/network';
import type { PrometheusRef } from '../kube/prometheus-ref';
import type { QueriedServer } from '../monitoring/queried-server';
import type { SovraInstallation } from '../sovra/installation';
import type { LogAgent, LogAgentProps } from './agent';
import type { AlertSetOptions, LoggingAlertName } from './alerts';
import type { LogRuleName } from './log-alerts';
import type { LokiProps } from './loki';
import type { RedactionProps } from './redaction';
import type { StatefulProgram } from './stateful-program';

export interface SovraLoggingProps extends AlertSetOptions<LoggingAlertName | LogRuleName> {
  /** Whose log is collected. */
  readonly sovra: SovraInstallation;
  /** Namespace of Loki. @default that of the Prometheus */
  readonly namespace?: string;
  /**
   * The Prometheus that watches all of it and takes what the agents count. Hand on `prometheusRef` of a `SovraMonitoring`
   * with `prometheus: { remoteWriteReceiver: true }`. @default SOVRA_PROMETHEUS, with `remoteWriteUrls` beside it
   */
  readonly prometheus?: PrometheusRef;
  /**
   * Where series are written to: each replica of the Prometheus, or what else takes them. The network policy opens the namespace
   * of a Service (`http://NAME.NAMESPACE.svc:PORT/…`, with the port of its pods), or else the port. @default what `prometheus` says
   */
  readonly remoteWriteUrls?: readonly string[];
  readonly agent?: LogAgentProps;
  readonly loki?: LokiProps;
  /** What else is taken out of each line, or let through. @default what the privacy rule of Sovra asks for */
  readonly redaction?: RedactionProps;
  /**
   * Where alerts of the log go. False: no such alerts. @default each replica of the Alertmanager of `SovraMonitoring`;
   * with another Prometheus, nowhere
   */
  readonly alertmanager?: QueriedServer | false;
  /** Who may search the log. @default the Grafana of `SovraMonitoring`, in the namespace of the Prometheus or of Loki */
  readonly queriedBy?: readonly Peer[];
  /** What network policies cannot know. @default CoreDNS in kube-system */
  readonly network?: ClusterNetworkProps;
}

/**
 * The log of an installation: an agent on each node reads it, takes out whatever must not be stored, and hands it to
 * Loki, where it is kept (the audit log longer than the rest), searched, and read by alerts.
 *
 * @throws {SovraOpsError} listing every property that cannot work
 */
export class SovraLogging extends Construct {
  readonly agent: LogAgent;
  readonly loki: StatefulProgram;
  /** The alerts about logging, for Prometheus; undefined where every one was left out. */
  readonly rules?: ApiObject;
  readonly monitors: readonly ApiObject[];

  constructor(scope: Construct, id: string, props: SovraLoggingProps) {
    super(scope, id);
    // Loaded with the first construct: whoever has none does not pay for it.
    const { buildLogging } = require('./build-logging') as typeof import('./build-logging');
    const made = buildLogging(this, props);
    this.agent = made.agent;
    this.loki = made.loki;
    this.rules = made.rules;
    this.monitors = made.monitors;
  }
}
