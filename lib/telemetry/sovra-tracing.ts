import type { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import type { ClusterNetworkProps, Peer } from '../kube/network';
import type { PrometheusRef } from '../kube/prometheus-ref';
import type { SovraInstallation } from '../sovra/installation';
import type { AlertSetOptions, TracingAlertName } from './alerts';
import type { TraceGatewayProps } from './gateway';
import type { RedactionProps } from './redaction';
import type { StatefulProgram } from './stateful-program';
import type { TempoProps } from './tempo';

export interface SovraTracingProps extends AlertSetOptions<TracingAlertName> {
  /** Whose traces are collected. */
  readonly sovra: SovraInstallation;
  /**
   * Namespace of the gateway and of Tempo. Sovra sends to `otel-collector.monitoring.svc.cluster.local:4318`: in another
   * namespace it has to be told. @default that of the Prometheus
   */
  readonly namespace?: string;
  /**
   * The Prometheus that watches all of it and takes the figures that are made of traces. Hand on `prometheusRef` of a
   * `SovraMonitoring` with `prometheus: { remoteWriteReceiver: true }`. @default SOVRA_PROMETHEUS, with `remoteWriteUrls` beside it
   */
  readonly prometheus?: PrometheusRef;
  /**
   * Where series are written to: each replica of the Prometheus, or what else takes them. The network policy opens the namespace
   * of a Service (`http://NAME.NAMESPACE.svc:PORT/…`, with the port of its pods), or else the port. @default what `prometheus` says
   */
  readonly remoteWriteUrls?: readonly string[];
  readonly gateway?: TraceGatewayProps;
  readonly tempo?: TempoProps;
  /** What else is taken out of each span, or let through. @default what the privacy rule of Sovra asks for */
  readonly redaction?: RedactionProps;
  /** Who may search traces. @default the Grafana of `SovraMonitoring`, in the namespace of the Prometheus or of Tempo */
  readonly queriedBy?: readonly Peer[];
  /** What network policies cannot know. @default CoreDNS in kube-system */
  readonly network?: ClusterNetworkProps;
}

/**
 * The traces of an installation: a gateway takes them where Sovra sends them, takes out whatever must not be stored,
 * keeps the slow, the failed and a share of the rest, makes figures of all, and hands them to Tempo.
 *
 * @throws {SovraOpsError} listing every property that cannot work
 */
export class SovraTracing extends Construct {
  readonly gateway: StatefulProgram;
  readonly tempo: StatefulProgram;
  /** The alerts about tracing; undefined where every one was left out. */
  readonly rules?: ApiObject;
  readonly monitors: readonly ApiObject[];

  constructor(scope: Construct, id: string, props: SovraTracingProps) {
    super(scope, id);
    // Loaded with the first construct: whoever has none does not pay for it.
    const { buildTracing } = require('./build-tracing') as typeof import('./build-tracing');
    const made = buildTracing(this, props);
    this.gateway = made.gateway;
    this.tempo = made.tempo;
    this.rules = made.rules;
    this.monitors = made.monitors;
  }
}
