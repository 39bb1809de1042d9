import { METRIC_DIALECTS, type Metric, type MetricDialect, type MetricId, metricsByName } from '../sovra/metrics';
import type { Blind, Diagnosis, MissingSeries } from './diagnosis';
import type { Evidence } from './evidence';
import type { Expected, ExpectedRule } from './expected';
import { pairs } from './loaded';
import { selectors, seriesName } from './questions';
import { lacking, lastingSelector, type Selector, type Sight, selectorText } from './sight';

/** Series that Prometheus makes itself, while any alert is active. */
const BUILT_IN = ['ALERTS', 'ALERTS_FOR_STATE'];

/**
 * Metrics that a sound exporter leaves out until something has happened: the first error, the first run of a Job. While a
 * target of their job is up, nothing is concluded from their absence.
 */
const OCCASIONAL: readonly MetricId[] = [
  'apiErrors',
  'federationErrors',
  'authAttempts',
  'amNotificationsFailed',
  'cronJobLastSchedule',
  'cronJobLastSuccess',
  'jobFailed',
  'jobFailedPods',
  'jobOwner',
  'jobStart',
];

/** Which rules and panels cannot say anything, and why. */
export function blindness(expected: Expected, evidence: Evidence, dialect: MetricDialect): Diagnosis['expressions'] {
  const eyes = new Eyes(expected, evidence, dialect);
  const blind = expected.viewers.flatMap((v): Blind[] => {
    const missing = v.sight ? eyes.missing(v.sight) : [];
    const { purpose, name, which, object, expr } = v;
    return missing.length === 0 ? [] : [{ purpose, name, which, object, expr, missing }];
  });
  return {
    total: expected.viewers.length,
    blind,
    quiet: selectors(expected)
      .filter((s) => eyes.sees(s) && !eyes.matches(s))
      .map(selectorText)
      .sort(),
    unreadable: expected.viewers.filter((v) => v.sight === undefined).map((v) => `${v.object} ${v.name}`),
  };
}

class Eyes {
  private readonly recorders = new Map<string, { rule: ExpectedRule; loaded: boolean; sight?: Sight }[]>();
  private readonly catalogue: ReturnType<typeof metricsByName>;
  /** Recordings that are being looked into: one that needs itself sees nothing by that. */
  private readonly open = new Set<string>();
  private readonly known = new Map<string, boolean>();

  constructor(
    expected: Expected,
    private readonly evidence: Evidence,
    private readonly dialect: MetricDialect,
  ) {
    this.catalogue = metricsByName(dialect);
    const sights = new Map(expected.viewers.map((v) => [v.expr, v.sight]));
    for (const [rule, loaded] of pairs(expected.rules, evidence.rules)) {
      if (rule.type !== 'recording') continue;
      const recorder = { rule, loaded: loaded !== undefined, sight: sights.get(rule.expr) };
      this.recorders.set(rule.name, [...(this.recorders.get(rule.name) ?? []), recorder]);
    }
  }

  missing(sight: Sight): MissingSeries[] {
    const found = lacking(sight, (s) => this.sees(s)).flatMap((s) => this.behind(s) ?? [this.explain(s)]);
    return [...new Map(found.map((m) => [m.selector, m])).values()];
  }

  /** Whether series are there by which it could match one day. */
  sees(selector: Selector): boolean {
    const text = selectorText(lastingSelector(selector));
    let sees = this.known.get(text);
    if (sees === undefined) {
      sees = this.look(selector);
      if (this.open.size === 0) this.known.set(text, sees);
    }
    return sees;
  }

  matches(selector: Selector): boolean {
    return (this.evidence.matching.get(selectorText(selector)) ?? 0) > 0;
  }

  private look(selector: Selector): boolean {
    const { name } = selector;
    if (this.matches(lastingSelector(selector)) || this.matches(selector)) return true;
    if (name === undefined) return selector.matchers.length === 0;
    if (BUILT_IN.includes(name)) return true;
    return this.mayComeYet(name) || this.isRecorded(name, selector);
  }

  /** A recording whose own expression sees may be empty for want of events. */
  private isRecorded(name: string, selector: Selector): boolean {
    if (this.open.has(name)) return false;
    this.open.add(name);
    const recorded = (this.recorders.get(name) ?? [])
      .filter((r) => r.loaded && agrees(r.rule, selector))
      .some((r) => r.sight !== undefined && lacking(r.sight, (s) => this.sees(s)).length === 0);
    this.open.delete(name);
    return recorded;
  }

  private mayComeYet(name: string): boolean {
    const entry = this.catalogue.get(name);
    return entry !== undefined && OCCASIONAL.includes(entry.id) && this.targetsOf(entry.metric).some(isUp);
  }

  private targetsOf({ job }: Metric) {
    return this.evidence.targets.filter((t) => job !== 'any' && (job as readonly string[]).includes(t.job));
  }

  /** What a recording that is loaded cannot see itself: that is what a person has to look for. */
  private behind({ name = '' }: Selector): MissingSeries[] | undefined {
    if (this.open.has(name) || this.evidence.series.has(name)) return undefined;
    this.open.add(name);
    const found = (this.recorders.get(name) ?? []).flatMap((r) => (r.loaded && r.sight ? this.missing(r.sight) : []));
    this.open.delete(name);
    return found.length > 0 ? found : undefined;
  }

  private explain(selector: Selector): MissingSeries {
    const lasting = lastingSelector(selector);
    const text = selectorText(lasting);
    const { name = '' } = selector;
    const series = this.evidence.series.get(name) ?? 0;
    const recorders = this.recorders.get(name) ?? [];
    const found = (cause: MissingSeries['cause'], detail: string) => ({ selector: text, cause, detail });
    if (series > 0) {
      const none = lasting.matchers.filter(
        (m) => this.evidence.matching.get(selectorText({ ...lasting, matchers: [m] })) === 0,
      );
      const what = (none.length > 0 ? none : lasting.matchers).map((m) => m.text.replace(/^(.*)!=""$/, 'a label $1'));
      return found('no-label', `${series} series of that name, none with ${what.join(' and ')}`);
    }
    if (recorders.some((r) => r.loaded)) return found('no-metric', 'its recording rule is loaded and sees nothing');
    if (recorders[0]) return found('not-recorded', `recorded by group ${recorders[0].rule.group}, which is not loaded`);
    const metric = this.catalogue.get(name)?.metric;
    const targets = metric ? this.targetsOf(metric) : [];
    if (targets.length > 0 && !targets.some(isUp))
      return found('targets-down', `all ${targets.length} target(s) of ${jobsOf(targets)} are down`);
    return found('no-metric', `no series of that name${this.alias(name)}`);
  }

  /** The name that the other dialect has for the same, where Prometheus has that. */
  private alias(name: string): string {
    const id = this.catalogue.get(name)?.id;
    const other = METRIC_DIALECTS.find((d) => d !== this.dialect);
    if (id === undefined || other === undefined) return '';
    const alias = seriesName(id, other);
    const there = alias !== null && alias !== seriesName(id, this.dialect) && this.evidence.series.has(alias);
    return there ? `; there is ${alias}, of dialect ${other}` : '';
  }
}

/** A rule that records the label with another value does not make what is asked for. */
function agrees({ labels }: ExpectedRule, { matchers }: Selector): boolean {
  return matchers.every((m) => m.op !== '=' || (labels[m.label] ?? m.value) === m.value);
}

const isUp = ({ health }: { health: string }) => health === 'up';
const jobsOf = (targets: readonly { job: string }[]) => [...new Set(targets.map((t) => t.job))].join(', ');
