import type { SovraInstallation } from '../sovra/installation';

/** Namespaces in which parts of the installation run. */
export function sovraNamespaces(sovra: SovraInstallation): string[] {
  const all = [
    ...(sovra.controlPlane ? [sovra.namespace] : []),
    ...sovra.localEdgeNodes.flatMap((n) => [n.vault.namespace, ...(n.policyAgent ? [n.policyAgent.namespace] : [])]),
  ];
  return [...new Set(all)];
}
