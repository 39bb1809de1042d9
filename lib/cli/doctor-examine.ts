import type { Evidence, LoadedRule, LoadedTarget } from '../doctor/evidence';
import type { Expected } from '../doctor/expected';
import { doubtful, pairs } from '../doctor/loaded';
import { carriers, counts, names } from '../doctor/questions';
import type { MetricDialect } from '../sovra/metrics';
import { type Access, ask, NoAnswer, Refused, shown } from './doctor-http';

/** Questions that are open at a time: enough to be quick, too few to be felt. */
const AT_ONCE = 8;

/** Asks a Prometheus all that the diagnosis needs. @throws {NoAnswer} if it does not answer, or is none */
export async function examine(access: Access, expected: Expected, dialect: MetricDialect): Promise<Evidence> {
  // Alone and first: whoever answers this is a Prometheus, or says that it is not.
  const { version } = await question<{ version: string }>(access, 'api/v1/status/buildinfo');
  const [runtime, groups, targets, alertmanagers] = await Promise.all([
    question<{ reloadConfigSuccess?: boolean }>(access, 'api/v1/status/runtimeinfo'),
    question<{ groups: RawGroup[] }>(access, 'api/v1/rules'),
    question<{ activeTargets: RawTarget[] }>(access, 'api/v1/targets?state=active'),
    question<{ activeAlertmanagers: unknown[] }>(access, 'api/v1/alertmanagers'),
  ]);
  const rules = groups.groups.flatMap(({ name, rules }) => rules.map((r) => loadedRule(r, name)));
  const [series, carrying, matching, formatted, errors] = await Promise.all([
    countByName(access, oneOf(names(expected))),
    carriersOf(access, dialect),
    inTurn(counts(expected), (selector) => count(access, selector)),
    formattedOf(access, doubtful(pairs(expected.rules, rules))),
    count(access, 'increase(prometheus_notifications_errors_total[5m]) > 0'),
  ]);
  return {
    url: shown(access.url),
    version,
    configurationTaken: runtime.reloadConfigSuccess ?? true,
    rules,
    targets: targets.activeTargets.map(loadedTarget),
    alertmanagers: alertmanagers.activeAlertmanagers.length,
    notificationErrors: errors,
    series,
    carriers: carrying,
    matching,
    formatted,
  };
}

/** What every Prometheus can be asked; a Thanos Querier or Mimir cannot. */
async function question<T>(access: Access, path: string): Promise<T> {
  try {
    return await ask<T>(access, path);
  } catch (e) {
    if (!(e instanceof Refused)) throw e;
    throw new NoAnswer(
      `${shown(access.url)} cannot say what a Prometheus can: ${e.message}. Ask the Prometheus itself.`,
    );
  }
}

interface RawRule {
  readonly type: 'alerting' | 'recording';
  readonly name: string;
  readonly query: string;
  readonly duration?: number;
  readonly keepFiringFor?: number;
  readonly labels?: Record<string, string>;
  readonly health: LoadedRule['health'];
  readonly lastError?: string;
  readonly state?: LoadedRule['state'];
}
interface RawGroup {
  readonly name: string;
  readonly rules: readonly RawRule[];
}

function loadedRule(r: RawRule, group: string): LoadedRule {
  return {
    type: r.type,
    name: r.name,
    group,
    expr: r.query,
    for: r.duration ?? 0,
    keepFiringFor: r.keepFiringFor ?? 0,
    labels: r.labels ?? {},
    health: r.health,
    lastError: r.lastError ?? '',
    state: r.state,
  };
}

interface RawTarget {
  readonly labels: Record<string, string>;
  readonly health: LoadedTarget['health'];
  readonly lastError?: string;
}

function loadedTarget({ labels, health, lastError = '' }: RawTarget): LoadedTarget {
  return { job: labels.job ?? '', labels, health, lastError: withoutSecrets(lastError) };
}

/** An error of a scrape names the address, which may carry a password or a token. */
export function withoutSecrets(text: string): string {
  return text.replace(/(:\/\/)[^/@\s"]+@/g, '$1***@').replace(/(https?:\/\/[^\s"?]+\?)[^\s"]*/g, '$1...');
}

type Vector = readonly { readonly metric: Record<string, string>; readonly value: readonly [number, string] }[];

async function query(access: Access, expr: string): Promise<Vector> {
  const form = { query: expr, timeout: `${Math.ceil(access.timeout / 1000)}s` };
  try {
    return (await ask<{ result: Vector }>(access, 'api/v1/query', form)).result;
  } catch (e) {
    if (e instanceof Refused) throw new NoAnswer(`${shown(access.url)} refuses a query: ${e.message}`);
    throw e;
  }
}

async function count(access: Access, selector: string): Promise<number> {
  const [one] = await query(access, `count(${selector})`);
  return Number(one?.value[1] ?? 0);
}

async function countByName(access: Access, selector: string): Promise<Map<string, number>> {
  const found = await query(access, `count by (__name__) (${selector})`);
  return new Map(found.map(({ metric, value }) => [metric.__name__ ?? '', Number(value[1])]));
}

/** A selector of any of these names. */
function oneOf(all: readonly string[], more = ''): string {
  return `{__name__=~"${all.map((n) => n.replace(/[^\w:]/g, (c) => `\\\\${c}`)).join('|')}"${more}}`;
}

async function carriersOf(access: Access, dialect: MetricDialect): Promise<Map<string, Set<string>>> {
  const asked = [...carriers(dialect)];
  const found = await inTurn(
    asked.map(([label]) => label),
    async (label) => countByName(access, oneOf(carriers(dialect).get(label) ?? [], `, ${label}!=""`)),
  );
  return new Map([...found].map(([label, byName]) => [label, new Set(byName.keys())]));
}

/** Where the endpoint is missing, expressions are compared as they are written. */
async function formattedOf(access: Access, exprs: readonly string[]): Promise<Map<string, string>> {
  const found = await inTurn(exprs, async (expr) => {
    try {
      return await ask<string>(access, 'api/v1/format_query', { query: expr });
    } catch {
      return undefined;
    }
  });
  return new Map([...found].flatMap(([expr, text]) => (text === undefined ? [] : [[expr, text] as const])));
}

async function inTurn<T>(all: readonly string[], work: (item: string) => Promise<T>): Promise<Map<string, T>> {
  const found = new Map<string, T>();
  const left = [...all];
  const worker = async () => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) found.set(next, await work(next));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return found;
}
