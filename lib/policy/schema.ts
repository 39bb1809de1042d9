import type { PolicyConfigSchema } from '@pulumi/policy';

type PolicyConfigJSONSchema = PolicyConfigSchema['properties'][string];

const TEXT: PolicyConfigJSONSchema = { type: 'string' };
const LABELS: PolicyConfigJSONSchema = { type: 'object', additionalProperties: TEXT };

/** The facts of `ManifestOptions` as a configuration of policies describes them; what they mean, the checks hold them to. */
export const FACT_SCHEMAS = {
  namespace: { ...TEXT, description: 'Namespace of objects that name none.' },
  existingPrometheus: {
    type: 'object',
    description:
      'The Prometheus outside of the stack: { kubePrometheusStack: { release, namespace } }, or what it selects.',
    properties: {
      kubePrometheusStack: {
        type: 'object',
        properties: { release: TEXT, namespace: TEXT },
        additionalProperties: false,
      },
      name: TEXT,
      namespace: TEXT,
      selectorLabels: LABELS,
      namespaces: { type: 'array', items: TEXT },
      podLabels: LABELS,
    },
  },
  installation: {
    type: 'object',
    description: 'The Sovra installation, as `new SovraInstallation(...)` takes it.',
  },
  knownPods: {
    type: 'array',
    description: 'Pods that are scraped and not in the stack.',
    items: {
      type: 'object',
      properties: {
        namespace: TEXT,
        labels: LABELS,
        ports: { type: 'array', items: { type: 'integer' } },
        service: { type: 'object' },
      },
      required: ['namespace', 'labels', 'ports'],
    },
  },
} as const satisfies Record<string, PolicyConfigJSONSchema>;

/** Exceptions of one policy. */
export const IGNORE_SCHEMA: PolicyConfigJSONSchema = {
  type: 'array',
  description: 'Findings that are known and accepted. One that excuses nothing is a violation itself.',
  items: {
    type: 'object',
    properties: { object: TEXT, reason: TEXT },
    required: ['object', 'reason'],
    additionalProperties: false,
  },
};
