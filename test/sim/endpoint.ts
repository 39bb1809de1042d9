import type { FaultLog } from './fault-log';
import type { Answer, Request } from './listener';
import type { Moment } from './moment';

export type Part = 'api' | 'vault' | 'opa' | 'opa-health' | 'postgres-exporter' | 'grafana' | 'kubelet';

/** The ports that the real parts use. */
export const PORTS: Readonly<Record<Part, number>> = {
  api: 8080,
  vault: 8200,
  opa: 8181,
  'opa-health': 8282,
  'postgres-exporter': 9187,
  grafana: 3000,
  kubelet: 10250,
};

/** Which endpoint of the simulation is meant. */
export interface EndpointId {
  readonly part: Part;
  /** Edge node of a Vault or a policy agent. */
  readonly node?: string;
  readonly pod: number;
}

/** How an endpoint behaves: pure functions of the moment. */
export interface Behaviour {
  /** Whether connections are refused. @default never */
  readonly refuses?: (faults: FaultLog) => boolean;
  readonly answer: (request: Request, moment: Moment) => Answer | 'silence';
}

export function describeEndpoint(id: EndpointId): string {
  return [id.part, id.node, id.pod].filter((x) => x !== undefined).join(' ');
}
