/** What the API server demands of names, labels and annotations, beyond the schema. Written after Kubernetes' own validation. */
import type { KubeObject } from '../../../lib/checks/model';

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const DNS_SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SERVICE_NAME = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const MEBIBYTE = 2 ** 20;

export const isDnsLabel = (name: unknown) => typeof name === 'string' && name.length <= 63 && DNS_LABEL.test(name);
export const isDnsSubdomain = (name: unknown) =>
  typeof name === 'string' && name.length <= 253 && DNS_SUBDOMAIN.test(name);

/** A key of labels and annotations. */
export function isQualifiedName(key: string): boolean {
  const [name = '', prefix, ...rest] = key.split('/').reverse();
  const prefixFits = prefix === undefined || isDnsSubdomain(prefix);
  return rest.length === 0 && name.length <= 63 && QUALIFIED.test(name) && prefixFits;
}

export const isLabelValue = (value: unknown) =>
  value === '' || (typeof value === 'string' && value.length <= 63 && QUALIFIED.test(value));

/** `Kind namespace/name`, for messages. */
export const called = (o: KubeObject) => `${o.kind} ${o.metadata.namespace ?? ''}/${o.metadata.name}`;

function nameFits({ kind, metadata: { name } }: KubeObject): boolean {
  if (kind === 'Service') return isDnsLabel(name) && SERVICE_NAME.test(name);
  if (kind === 'Namespace') return isDnsLabel(name);
  // 11 characters are left for the suffix of each Job.
  if (kind === 'CronJob') return isDnsSubdomain(name) && name.length <= 52;
  return isDnsSubdomain(name);
}

export function nameProblems(o: KubeObject): string[] {
  const namespace = o.metadata.namespace;
  return [
    ...(nameFits(o) ? [] : [`${called(o)}: the name`]),
    ...(namespace === undefined || isDnsLabel(namespace) ? [] : [`${called(o)}: the namespace`]),
  ];
}

/** Every map of labels, wherever it stands: metadata, templates, selectors. */
export function labelProblems(o: KubeObject): string[] {
  return mapsCalled(o, ['labels', 'matchLabels']).flatMap((labels) =>
    Object.entries(labels).flatMap(([k, v]) => [
      ...(isQualifiedName(k) ? [] : [`${called(o)}: label key ${k}`]),
      ...(isLabelValue(v) ? [] : [`${called(o)}: value of label ${k}`]),
    ]),
  );
}

export function annotationProblems(o: KubeObject): string[] {
  return mapsCalled(o, ['annotations']).flatMap((annotations) => [
    ...Object.entries(annotations).flatMap(([k, v]) =>
      isQualifiedName(k.toLowerCase()) && typeof v === 'string' ? [] : [`${called(o)}: annotation ${k}`],
    ),
    ...(JSON.stringify(annotations).length <= MEBIBYTE / 4 ? [] : [`${called(o)}: more than 256 KiB of annotations`]),
  ]);
}

/** Rules of Prometheus have labels and annotations too, under other laws. */
function mapsCalled(o: KubeObject, names: readonly string[]): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  const visit = (value: unknown, key: string): void => {
    if (typeof value !== 'object' || value === null) return;
    if (names.includes(key) && !Array.isArray(value)) found.push(value as Record<string, unknown>);
    else for (const [k, v] of Object.entries(value)) visit(v, k);
  };
  const body: Readonly<Record<string, unknown>> = o;
  for (const [k, v] of Object.entries(body))
    if (!(k === 'spec' && ['PrometheusRule', 'Probe'].includes(o.kind))) visit(v, k);
  return found;
}

/** etcd takes no more than 1.5 MiB, and the API server less of what carries data. */
export function sizeProblems(o: KubeObject): string[] {
  return Buffer.byteLength(JSON.stringify(o)) < MEBIBYTE ? [] : [`${called(o)}: 1 MiB or more`];
}

export function duplicateProblems(objects: readonly KubeObject[]): string[] {
  const keys = objects.map((o) => `${o.apiVersion.split('/')[0]} ${called(o)}`);
  return keys.filter((key, i) => keys.indexOf(key) !== i).map((key) => `${key}: twice`);
}
