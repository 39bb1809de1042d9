import type { ApiObject } from 'cdk8s';
import type { Construct } from 'constructs';
import type { Namespace } from 'kubernetes-types/core/v1';
import { commonLabels } from './labels';
import { networkPolicy } from './network';
import { kubeObject } from './object';

export interface ClosedNamespaceProps {
  readonly name: string;
  readonly component: string;
  /** What Pod Security lets in. @default 'restricted' */
  readonly podSecurity?: 'restricted' | 'privileged';
  /** More labels. @default none */
  readonly labels?: Readonly<Record<string, string>>;
}

/** A namespace whose pods reach nothing and are reached by nothing until a policy opens an edge. */
export function closedNamespace(scope: Construct, props: ClosedNamespaceProps): ApiObject {
  const { name, component, podSecurity = 'restricted' } = props;
  const levels = ['enforce', 'audit', 'warn'].map((mode) => [`pod-security.kubernetes.io/${mode}`, podSecurity]);
  const labels = { ...commonLabels(name, component), ...props.labels, ...Object.fromEntries(levels) };
  const namespace = kubeObject<Namespace>(scope, 'namespace', 'v1', 'Namespace', { name, labels }, {});
  networkPolicy(scope, 'default-deny', { name: 'default-deny', namespace: name, component, podLabels: {} });
  return namespace;
}
