import type { SovraInstallation } from '../sovra/installation';
import type { KnownPods } from './facts';

/** The pods of the installation that are scraped, as the shipped manifests label them. */
export function installationPods(sovra: SovraInstallation): KnownPods[] {
  const api = sovra.controlPlane;
  return [
    ...(api
      ? [
          {
            namespace: api.namespace,
            labels: api.labels,
            ports: [api.port],
            service: { name: api.service, labels: api.labels, ports: { [api.portName]: api.port } },
          },
        ]
      : []),
    ...sovra.localEdgeNodes.flatMap(({ vault, policyAgent: agent }) => [
      { namespace: vault.namespace, labels: vault.labels, ports: [vault.port] },
      ...(agent
        ? [
            {
              namespace: agent.namespace,
              labels: agent.labels,
              ports: [agent.port],
              service: { name: agent.service, labels: agent.labels, ports: { [agent.portName]: agent.port } },
            },
          ]
        : []),
    ]),
  ];
}
