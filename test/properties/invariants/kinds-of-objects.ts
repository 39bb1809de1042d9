/** What the API server demands of single kinds, beyond the schema. */
import { isIP } from 'node:net';
import type { KubeObject } from '../../../lib/checks/model';
import { called } from './names';
import { repeated } from './pods';
import { amountOf } from './quantities';

const NUMBER_OR_NAME = '(\\d+|[A-Za-z]{3})';
const ENTRY = `([*?]|${NUMBER_OR_NAME}(-${NUMBER_OR_NAME})?)(/[1-9]\\d*)?`;
const FIELD = new RegExp(`^${ENTRY}(,${ENTRY})*$`);
const DESCRIPTOR = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/;
const HIGHEST = [59, 23, 31, 12, 6];

/** Five fields with figures within their bounds, or one of cron's words. */
export function isSchedule(text: unknown): boolean {
  if (typeof text !== 'string') return false;
  if (DESCRIPTOR.test(text)) return true;
  const fields = text.trim().split(/\s+/);
  return (
    fields.length === 5 && fields.every((f, i) => FIELD.test(f) && figures(f).every((n) => n <= (HIGHEST[i] ?? 0)))
  );
}

/** Steps may be larger than a bound. */
const figures = (field: string) => (field.replace(/\/\d+/g, '').match(/\d+/g) ?? []).map(Number);

function isTimeZone(zone: unknown): boolean {
  if (typeof zone !== 'string' || zone === '' || zone === 'Local') return false;
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
    // The API server looks a zone up by its exact name; Node does not mind capitals.
    return known.toLowerCase() !== zone.toLowerCase() || known === zone;
  } catch {
    return false;
  }
}

export function cronJobProblems(o: KubeObject): string[] {
  if (o.kind !== 'CronJob') return [];
  const job = o.spec.jobTemplate.spec;
  return [
    ...(isSchedule(o.spec.schedule) ? [] : [`schedule ${o.spec.schedule}`]),
    ...(isTimeZone(o.spec.timeZone) ? [] : [`time zone ${o.spec.timeZone}`]),
    ...(job.activeDeadlineSeconds > 0 ? [] : [`activeDeadlineSeconds ${job.activeDeadlineSeconds}`]),
    ...(o.spec.startingDeadlineSeconds >= 0 ? [] : [`startingDeadlineSeconds ${o.spec.startingDeadlineSeconds}`]),
    ...(job.backoffLimit >= 0 ? [] : [`backoffLimit ${job.backoffLimit}`]),
    ...(['Never', 'OnFailure'].includes(job.template.spec.restartPolicy) ? [] : ['restartPolicy']),
  ].map((p) => `${called(o)}: ${p}`);
}

/** A Deployment whose selector does not match its own pods is refused. */
export function selectorProblems(o: KubeObject): string[] {
  if (o.kind !== 'Deployment') return [];
  const labels = o.spec.template.metadata?.labels ?? {};
  const wanted = Object.entries(o.spec.selector?.matchLabels ?? {});
  return wanted.length > 0 && wanted.every(([k, v]) => labels[k] === v)
    ? []
    : [`${called(o)}: the selector misses its pods`];
}

interface Peer {
  readonly ipBlock?: { readonly cidr: string };
}
interface Rule {
  readonly from?: readonly Peer[];
  readonly to?: readonly Peer[];
  readonly ports?: readonly { readonly port?: number }[];
}

export function policyProblems(o: KubeObject): string[] {
  if (o.kind !== 'NetworkPolicy') return [];
  const rules: readonly Rule[] = [...(o.spec.ingress ?? []), ...(o.spec.egress ?? [])];
  const blocks = rules.flatMap((r) => [...(r.from ?? []), ...(r.to ?? [])]).flatMap((p) => p.ipBlock?.cidr ?? []);
  return [
    ...blocks.filter((b) => !isCidr(b)).map((b) => `addresses ${b}`),
    ...rules
      .flatMap((r) => r.ports ?? [])
      .filter((p) => !isPort(p.port))
      .map((p) => `port ${p.port}`),
    // Without peers, or without ports, a rule is open to all of them.
    ...(rules.every((r) => (r.from ?? r.to ?? []).length > 0 && (r.ports ?? []).length > 0)
      ? []
      : ['a rule without peers or ports opens everything']),
  ].map((p) => `${called(o)}: ${p}`);
}

const isPort = (port: unknown) => Number.isInteger(port) && Number(port) >= 1 && Number(port) <= 65_535;

export function isCidr(block: string): boolean {
  const [address = '', length = '', ...rest] = block.split('/');
  const bits = { 4: 32, 6: 128 }[isIP(address)];
  return bits !== undefined && rest.length === 0 && /^\d+$/.test(length) && Number(length) <= bits;
}

export function serviceProblems(o: KubeObject): string[] {
  if (o.kind !== 'Service') return [];
  const ports: readonly { name?: string; port: number }[] = o.spec.ports ?? [];
  return [
    ...ports.filter((p) => !isPort(p.port)).map((p) => `port ${p.port}`),
    ...repeated(ports.flatMap((p) => p.name ?? [])).map((n) => `port ${n} twice`),
  ].map((p) => `${called(o)}: ${p}`);
}

/** Of claims, also of those in the templates of the operator's objects. */
export function storageProblems(o: KubeObject): string[] {
  const claim = o.kind === 'PersistentVolumeClaim' ? o.spec : o.spec?.storage?.volumeClaimTemplate?.spec;
  if (claim === undefined) return [];
  const size = claim.resources?.requests?.storage;
  return (amountOf(size) ?? 0) > 0 ? [] : [`${called(o)}: storage ${size}`];
}

/** With `0` the volume fills up; a figure above the volume means the same. */
export function retentionProblems(o: KubeObject): string[] {
  if (o.kind !== 'Prometheus') return [];
  const [, figure] = /^(\d+)MB$/.exec(o.spec.retentionSize) ?? [];
  const volume = amountOf(o.spec.storage.volumeClaimTemplate.spec.resources.requests.storage) ?? 0;
  const kept = Number(figure) * 1e6;
  return kept > 0 && kept < volume ? [] : [`${called(o)}: keeps ${o.spec.retentionSize} on ${volume} bytes`];
}
