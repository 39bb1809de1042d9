/**
 * From a fault to the page: how long that may take, worked out from the objects that are applied and the routes that
 * are loaded, and how long it took.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Alertmanager } from './alertmanager';
import { type Labels, seconds } from './routes';

/**
 * What comes on top of the times that are configured: a scrape, an evaluation, two HTTP calls, on a machine that has
 * other work. Seconds.
 */
export const DELIVERY = 10;

/** The longest that each step may take, in seconds. */
export interface Steps {
  /** Until the fault has been scraped. */
  readonly scrape: number;
  /** Until the rule has been evaluated after that. */
  readonly evaluation: number;
  /** The rule's `for`. */
  readonly hold: number;
  readonly groupWait: number;
}

export interface Timing extends Steps {
  readonly level: string;
  readonly alert: string;
  /** What was broken. */
  readonly fault: string;
  /** The sum of the steps. */
  readonly bound: number;
  /** From the moment at which the fault could be observed until the page had arrived. */
  readonly measured: number;
}

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string | number;
  readonly for?: string;
  readonly labels?: Labels;
}

interface Applied {
  readonly kind: string;
  readonly spec?: {
    readonly scrapeInterval?: string;
    readonly evaluationInterval?: string;
    readonly interval?: string;
    readonly endpoints?: readonly { readonly interval?: string }[];
    readonly podMetricsEndpoints?: readonly { readonly interval?: string }[];
    readonly groups?: readonly { readonly interval?: string; readonly rules?: readonly Rule[] }[];
  };
}

const MONITORS = ['ServiceMonitor', 'PodMonitor', 'Probe'];

/**
 * The steps of an alert. Its labels tell it from others of its name: those of them that the rule sets itself have to be
 * the same.
 *
 * @param objects everything that was applied: one Prometheus, its monitors and its rules
 */
export function stepsOf(objects: readonly object[], labels: Labels): Omit<Steps, 'groupWait'> {
  const all = objects as readonly Applied[];
  const [prometheus, ...others] = all.filter(({ kind }) => kind === 'Prometheus');
  const { scrapeInterval, evaluationInterval } = prometheus?.spec ?? {};
  if (!scrapeInterval || !evaluationInterval || others.length > 0)
    throw new Error('there has to be one Prometheus that says how often it scrapes and evaluates');
  const found = all.flatMap(({ kind, spec }) =>
    kind === 'PrometheusRule'
      ? (spec?.groups ?? []).flatMap(({ interval, rules }) =>
          (rules ?? [])
            .filter((rule) => isMeant(rule, labels))
            .map((rule) => ({ interval, rule, asks: sources(rule, rules ?? []) })),
        )
      : [],
  );
  const [meant, ...more] = found;
  if (meant === undefined || more.length > 0)
    throw new Error(`${found.length} rules of ${JSON.stringify(labels)}; there has to be one`);
  return {
    scrape: Math.max(...intervals(all, meant.asks).map((i) => seconds(i ?? scrapeInterval))),
    evaluation: seconds(meant.interval ?? evaluationInterval),
    hold: seconds(meant.rule.for ?? '0s'),
  };
}

function isMeant({ alert, labels: own = {} }: Rule, labels: Labels): boolean {
  return alert === labels.alertname && Object.keys(own).every((l) => labels[l] === undefined || labels[l] === own[l]);
}

/**
 * The expression of an alert with those of the recordings that it is made of, as far as they come before it in its own
 * group: they are as fresh as it is, and take no evaluation more.
 */
function sources(rule: Rule, group: readonly Rule[]): string {
  const before = group.slice(0, group.indexOf(rule));
  const asked = before.filter((r) => r.record !== undefined && String(rule.expr).includes(r.record));
  return [String(rule.expr), ...asked.map((r) => sources(r, before))].join('\n');
}

/** Of everything that scrapes one of the jobs that the expression asks for. */
function intervals(objects: readonly Applied[], expr: string): readonly (string | undefined)[] {
  const jobs = [...expr.matchAll(/\bjob=~?"([^"]+)"/g)].flatMap(([, names]) => (names as string).split('|'));
  const monitors = objects.filter(
    (o) => MONITORS.includes(o.kind) && jobs.some((job) => JSON.stringify(o).includes(`"${job}"`)),
  );
  if (monitors.length === 0) throw new Error(`nothing scrapes what this asks for: ${expr}`);
  return monitors.flatMap(({ spec }) => {
    const endpoints = spec?.endpoints ?? spec?.podMetricsEndpoints ?? [];
    return endpoints.length > 0 ? endpoints.map((e) => e.interval) : [spec?.interval];
  });
}

/** Longer than anything that the tests do at once. Milliseconds. */
const STANDSTILL = 500;
const TICK = 100;

/** When this process did not run: it was busy, or the machine stood still, and with it all that is measured. */
class Standstills {
  private last = Date.now();
  private readonly seen: { readonly at: number; readonly ms: number }[] = [];
  private readonly timer = setInterval(() => this.look(), TICK).unref();

  /** Seconds of a stretch of time. */
  within(since: number, until: number): number {
    const during = this.seen.filter(({ at }) => at > since && at <= until);
    return Math.round(during.reduce((sum, { ms }) => sum + ms, 0) / 100) / 10;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const at = Date.now();
    const ms = at - this.last - TICK;
    if (ms > STANDSTILL) this.seen.push({ at, ms });
    this.last = at;
  }
}

/** What was measured in one file of tests: printed and written as `build/alerting-times/NAME.json` at its end. */
export class Timings {
  private readonly rows: Timing[] = [];
  private readonly notes: string[] = [];
  private readonly standstills = new Standstills();

  constructor(
    private readonly name: string,
    private readonly objects: () => readonly object[],
    private readonly alertmanager: () => Alertmanager,
  ) {}

  /** Records one, and holds it against its bound. */
  async record(fault: string, since: number, arrived: number, labels: Labels): Promise<Timing> {
    const [leaf] = await this.alertmanager().leaves(labels);
    if (leaf === undefined) throw new Error(`no route for ${JSON.stringify(labels)}`);
    const steps = { ...stepsOf(this.objects(), labels), groupWait: leaf.groupWait };
    const timing: Timing = {
      level: labels.level ?? '',
      alert: labels.alertname ?? '',
      fault,
      ...steps,
      bound: steps.scrape + steps.evaluation + steps.hold + steps.groupWait,
      measured: Math.round((arrived - since) / 100) / 10,
    };
    this.rows.push(timing);
    // Earlier than that it cannot be a page of this fault.
    expect(timing.measured).toBeGreaterThanOrEqual(steps.hold);
    if (timing.measured > timing.bound + DELIVERY) throw new Error(this.lateness(timing, since, arrived));
    return timing;
  }

  /** A machine that stood still is no excuse, but it is another thing to look for than an alert that comes late. */
  private lateness({ alert, fault, measured, bound }: Timing, since: number, arrived: number): string {
    const stood = this.standstills.within(since, arrived);
    return `${alert} (${fault}) came after ${measured} s; allowed are ${bound} s and ${DELIVERY} s for its delivery. For ${stood} s of that these tests did not run at all.`;
  }

  /** One more thing that was seen, in words. */
  note(text: string): void {
    this.notes.push(text);
  }

  report(): void {
    this.standstills.stop();
    if (this.rows.length === 0) return;
    const directory = join(__dirname, '..', '..', 'build', 'alerting-times');
    mkdirSync(directory, { recursive: true });
    const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version };
    const file = {
      measuredAt: new Date().toISOString(),
      machine,
      delivery: DELIVERY,
      timings: this.rows,
      notes: this.notes,
    };
    writeFileSync(join(directory, `${this.name}.json`), `${JSON.stringify(file, null, 2)}\n`);
    process.stdout.write(
      `\n${[`From fault to page, in seconds (${this.name}):`, table(this.rows), ...this.notes].join('\n')}\n`,
    );
  }
}

const COLUMNS = ['level', 'alert', 'fault', 'scrape', 'evaluation', 'hold', 'groupWait', 'bound', 'measured'] as const;

/** As Markdown, for docs/alerting-times.md. */
export function table(rows: readonly Timing[]): string {
  const cells = [
    [...COLUMNS].map((c) => (c === 'hold' ? 'for' : c)),
    ...rows.map((r) => COLUMNS.map((c) => `${r[c]}`)),
  ];
  const widths = COLUMNS.map((_, i) => Math.max(...cells.map((row) => row[i]?.length ?? 0)));
  const lines = cells.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i] as number)).join(' | ')} |`);
  return [lines[0], `| ${widths.map((w) => '-'.repeat(w)).join(' | ')} |`, ...lines.slice(1)].join('\n');
}
