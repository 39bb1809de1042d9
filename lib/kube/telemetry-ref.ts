import type { Labels } from '../sovra/installation';
import { selectorLabels } from './labels';

/** A part of logging or tracing that others have to find: its name is that of its Service, pods and policy. */
export interface TelemetryPart {
  readonly name: string;
  /** Port that others ask, on the Service and on the pods. */
  readonly port: number;
  readonly podLabels: Labels;
}

const part = (name: string, port: number): TelemetryPart => ({ name, port, podLabels: selectorLabels(name) });

/** Keeps the log. */
export const LOKI = part('loki', 3100);
/** Keeps the traces; the port for queries. */
export const TEMPO = part('tempo', 3200);
/** Takes traces; Sovra sends to this name and this port, whatever is made here. */
export const GATEWAY = part('otel-collector', 4318);
/** Reads the log on each node. */
export const AGENT = part('otel-agent', 8888);

/** Where a part is asked from inside the cluster. */
export function partUrl({ name, port }: TelemetryPart, namespace: string): string {
  return `http://${name}.${namespace}.svc:${port}`;
}
