import { FAULTS, type Fault, type FaultName, type TargetKind, type Where } from './faults';
import type { SimulatedSovraSettings } from './options';

/** What may be said of a target, for each kind of it: which words are needed, which may be left out, and their values. */
interface TargetRule {
  readonly needs: readonly (keyof Where)[];
  readonly may: readonly (keyof Where)[];
  readonly allowed: (s: SimulatedSovraSettings, t: Where) => Partial<Record<keyof Where, readonly (string | number)[]>>;
}

const indices = (hosts: readonly string[] | undefined) => (hosts ?? []).map((_, i) => i);
const within = (hosts: Readonly<Record<string, readonly string[]>> | undefined, node = '') => ({
  node: Object.keys(hosts ?? {}),
  pod: indices(hosts?.[node]),
});

const RULES: Readonly<Record<TargetKind, TargetRule>> = {
  nothing: { needs: [], may: [], allowed: () => ({}) },
  'api-pod': { needs: ['pod'], may: [], allowed: (s) => ({ pod: indices(s.addresses.api) }) },
  'vault-pod': { needs: ['node'], may: ['pod'], allowed: (s, t) => within(s.addresses.vault, t.node) },
  vault: { needs: ['node'], may: [], allowed: (s, t) => within(s.addresses.vault, t.node) },
  'opa-pod': { needs: ['node'], may: ['pod'], allowed: (s, t) => within(s.addresses.opa, t.node) },
  'edge-node': { needs: ['node'], may: [], allowed: (s) => ({ node: s.edgeNodes }) },
  partner: { needs: [], may: ['partner'], allowed: (s) => ({ partner: s.federationPartners }) },
};

/** Refuses a target that is not there: a fault that strikes nothing would make a test pass for the wrong reason. */
export function checkTarget(name: FaultName, target: Where, s: SimulatedSovraSettings): void {
  const fault: Fault = FAULTS[name];
  if (fault.dialects && !fault.dialects.includes(s.dialect))
    throw new Error(`${name}: nothing in the dialect "${s.dialect}" shows it`);
  const rule = RULES[fault.target];
  const given = (Object.keys(target) as (keyof Where)[]).filter((key) => target[key] !== undefined);
  const missing = rule.needs.find((key) => !given.includes(key));
  if (missing) throw new Error(`${name}: say which ${missing}`);
  const allowed = rule.allowed(s, target);
  for (const key of given)
    checkValue(
      name,
      key,
      target[key],
      rule.needs.includes(key) || rule.may.includes(key) ? (allowed[key] ?? []) : undefined,
    );
}

function checkValue(
  name: FaultName,
  key: string,
  value: string | number | undefined,
  allowed: readonly (string | number)[] | undefined,
): void {
  if (allowed === undefined) throw new Error(`${name}: it has no ${key}`);
  if (value === undefined || !allowed.includes(value))
    throw new Error(`${name}: there is no ${key} ${JSON.stringify(value)}; there are: ${allowed.join(', ') || 'none'}`);
}
