import type { EnforcementLevel, PolicyConfigSchema, StackValidationArgs, StackValidationPolicy } from '@pulumi/policy';
import { CHECKS, type CheckName, excuse, type ManifestException } from '../checks/exceptions';
import { factOf, judge, type ManifestFinding, unusedException } from '../checks/foreign';
import { type ManifestOptions, resolveOptions } from '../checks/foreign-options';
import { stackObjects } from './resources';
import { FACT_SCHEMAS, IGNORE_SCHEMA } from './schema';

/** Options of all policies. What the configuration of a policy says comes before what is said here. */
export interface SovraPolicyOptions extends ManifestOptions {
  /** Of all of them; the configuration of the pack may say otherwise for each. @default that of the pack */
  readonly enforcementLevel?: EnforcementLevel;
}

type PolicyKey = CheckName | 'exceptions';

/** What a policy is called, by the check that it runs. */
export const POLICY_NAMES: Readonly<Record<PolicyKey, string>> = {
  duplicates: 'sovra-duplicates',
  selection: 'sovra-selection',
  edges: 'sovra-edges',
  expressions: 'sovra-expressions',
  strays: 'sovra-strays',
  exceptions: 'sovra-exceptions',
};

const DESCRIPTIONS: Readonly<Record<PolicyKey, string>> = {
  duplicates: 'No two resources describe the same object of Kubernetes.',
  selection: 'Every rule and monitor is selected by a Prometheus.',
  edges: 'Every scrape and probe has a port to go to, and no network policy of the stack closes it.',
  expressions: 'Every expression of a rule can be read, and asks only for metrics of Sovra that there are.',
  strays: 'No text holds what is left of an Output that was made a text of.',
  exceptions: 'Every exception without a check of its own excuses something.',
};

type Fact = keyof typeof FACT_SCHEMAS;
/** What each check can be told. */
const FACTS: Readonly<Record<PolicyKey, readonly Fact[]>> = {
  duplicates: ['namespace'],
  selection: ['namespace', 'existingPrometheus'],
  edges: ['namespace', 'existingPrometheus', 'installation', 'knownPods'],
  expressions: ['namespace', 'installation'],
  strays: ['namespace'],
  exceptions: ['namespace', 'existingPrometheus', 'installation', 'knownPods'],
};

/** The configuration of one policy. */
type Config = Omit<ManifestOptions, 'ignore'> & { readonly ignore?: readonly Omit<ManifestException, 'check'>[] };

/**
 * The checks across objects as policies for a pack of anybody, one for each check. They look at all Kubernetes objects of
 * a stack, whatever creates them, those of each cluster together. Each can be configured, made advisory or disabled by its
 * name. What is not known before the update is left open at preview: the policy says so, and decides at the update.
 *
 * @throws {SovraOpsError} if the options cannot work
 */
export function sovraPolicies({ enforcementLevel, ...options }: SovraPolicyOptions = {}): StackValidationPolicy[] {
  resolveOptions(options);
  return ([...CHECKS, 'exceptions'] as const).map((key) => ({
    name: POLICY_NAMES[key],
    description: DESCRIPTIONS[key],
    ...(enforcementLevel && { enforcementLevel }),
    configSchema: schemaOf(key),
    validateStack: (args, report) => validate(key, options, args, report),
  }));
}

function schemaOf(key: PolicyKey): PolicyConfigSchema {
  const facts = Object.fromEntries(FACTS[key].map((f) => [f, FACT_SCHEMAS[f]]));
  return { properties: { ...facts, ...(key !== 'exceptions' && { ignore: IGNORE_SCHEMA }) } };
}

type Report = Parameters<StackValidationPolicy['validateStack']>[1];

function validate(key: PolicyKey, shared: ManifestOptions, args: StackValidationArgs, report: Report): void {
  const { ignore: configured = [], ...facts } = args.getConfig<Config>();
  const own = configured.map((e) => (key === 'exceptions' ? e : { ...e, check: key }));
  const resolved = resolveOptions({ ...shared, ...facts, ignore: [...(shared.ignore ?? []), ...own] });
  const { clusters, unknown } = stackObjects(args.resources);
  const found: (ManifestFinding & { readonly urn?: string })[] = [];
  const open: string[] = [];
  for (const { objects, urns } of clusters) {
    const { findings, undecided } = judge(objects, resolved);
    found.push(...findings.map((f) => ({ ...f, urn: f.index === undefined ? undefined : urns[f.index] })));
    open.push(...undecided.filter((u) => key === 'exceptions' || u.check === key).map((u) => u.object));
  }
  // An exception for one check stands and falls with its policy, so that a disabled one does not ask for its removal.
  const mine = key === 'exceptions' ? found : found.filter((f) => f.check === key);
  const { left, unused } = excuse(mine, resolved.ignore);
  if (key !== 'exceptions') for (const f of left) report(message(f), f.urn);
  // While something is open, what an exception is for may be among it.
  if (open.length === 0)
    for (const e of unused)
      if (e.check === (key === 'exceptions' ? undefined : key)) report(message(unusedException(e)));
  if (open.length > 0) throw leftOpen(open, unknown);
}

/** An error of the same class as that of the SDK, which makes an advisory note of it. */
function leftOpen(objects: readonly string[], unknown: unknown): Error {
  const others = new Set(objects).size - 1;
  const named = `${objects[0]}${others > 0 ? ` and ${others} more` : ''}`;
  return Object.assign(Object.create(unknown as Error), {
    message: `${named}: what is judged of it is not known yet; the update decides`,
  });
}

function message(f: ManifestFinding): string {
  return `${f.object} ${f.property}: ${factOf(f)}. ${f.remedy}`;
}
