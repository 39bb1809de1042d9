import type { Blind, Diagnosis, MissingSeries, RuleName } from './diagnosis';

/** A diagnosis for people: what is well in a line each, then what is wrong, causes first. */
export function report(d: Diagnosis): string {
  const wrong = [...alerting(d), ...targets(d), ...rules(d), ...dialect(d), ...blind(d)];
  const lines = [
    `Prometheus ${d.prometheus.version || 'of an unknown version'} at ${d.prometheus.url}, dialect ${d.dialect.expected}`,
    '',
    ...table(overview(d)),
    '',
    ...wrong,
    ...metrics(d),
    d.well ? 'Nothing is wrong.' : 'Something is wrong, see above.',
  ];
  // What others wrote must not move the cursor of whoever reads it.
  return `${lines.map((l) => l.replace(CONTROL, ' ')).join('\n')}\n`;
}

const CONTROL = /\p{Cc}+/gu;

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
}

function overview(d: Diagnosis): [string, string][] {
  const { rules, targets, expressions, metrics, alerting } = d;
  const there = metrics.filter((m) => m.series > 0).length;
  const sighted = expressions.total - expressions.blind.length - expressions.unreadable.length;
  return [
    [
      'alerting',
      `the Watchdog ${alerting.watchdogFires ? 'fires' : 'does NOT fire'}; Alertmanagers connected: ${alerting.alertmanagers}`,
    ],
    ['targets', list(`${targets.up} up`, [targets.down.length, 'down'], [targets.missing.length, 'group(s) missing'])],
    [
      'rules',
      list(
        `${rules.total - rules.notLoaded.length} of ${rules.total} loaded`,
        [rules.different.length, 'change(s)'],
        [rules.failing.length, 'failing'],
        [rules.waiting, 'not evaluated yet'],
      ),
    ],
    [
      'expressions',
      list(
        `${sighted} of ${expressions.total} see their series`,
        [expressions.blind.length, 'blind'],
        [expressions.unreadable.length, 'unreadable'],
      ),
    ],
    ['metrics', `${there} of the ${metrics.length} of the catalogue are there`],
    ...notes(d).map((note): [string, string] => ['note', note]),
  ];
}

function list(first: string, ...more: readonly (readonly [number, string])[]): string {
  return [first, ...more.filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`)].join(', ');
}

/** What need not be mended. */
function notes({ expressions, targets }: Diagnosis): string[] {
  const quiet = expressions.quiet.length;
  return [
    ...(quiet > 0
      ? [`${quiet} selector(s) match nothing at the moment, for want of events: fine (--json lists them)`]
      : []),
    ...(targets.waiting > 0 ? [`${targets.waiting} target(s) not scraped yet: ask again in a minute`] : []),
    ...(targets.othersDown > 0 ? [`${targets.othersDown} target(s) of jobs that are not ours are down`] : []),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((l) => `  ${l}`), ''];
}

function alerting({ alerting: a, prometheus }: Diagnosis): string[] {
  return section('NOBODY WOULD BE TOLD', [
    ...(prometheus.configurationTaken
      ? []
      : ['Prometheus refused its last configuration and goes on with the one before: see its log']),
    ...(a.watchdogFires ? [] : ['the alert Watchdog does not fire: its rule is not loaded, or not evaluated']),
    ...(a.alertmanagers > 0 ? [] : ['Prometheus knows no Alertmanager']),
    ...(a.notificationErrors > 0
      ? [`${a.notificationErrors} Alertmanager(s) did not take what was sent, in the last 5 minutes`]
      : []),
  ]);
}

function targets({ targets: t }: Diagnosis): string[] {
  return [
    ...section(
      'TARGETS DOWN',
      t.down.map(({ job, labels, lastError }) => {
        const where = ['edge_node', 'pod', 'instance'].flatMap((l) => (labels[l] ? [`${l}=${labels[l]}`] : []));
        return `${[job, ...where].join(' ')}: ${lastError || 'it does not say why'}`;
      }),
    ),
    ...section(
      'TARGETS MISSING',
      t.missing.map(
        ({ job, edgeNode, count, found }) =>
          `job ${job}${edgeNode === undefined ? '' : ` of edge node ${edgeNode}`}: ${found} of ${count}`,
      ),
    ),
  ];
}

function rules({ rules: r }: Diagnosis): string[] {
  const place = ({ group, object }: RuleName) => `group ${group} of ${object}`;
  const groups = [...new Set(r.notLoaded.map(place))];
  return [
    ...section(
      'RULES NOT LOADED',
      groups.map(
        (g) =>
          `${g}: ${r.notLoaded
            .filter((n) => place(n) === g)
            .map(named)
            .join(', ')}`,
      ),
    ),
    ...section(
      'RULES LOADED DIFFERENTLY',
      r.different.flatMap((d) => [
        `${named(d)}, ${d.property}, ${place(d)}`,
        `  manifests: ${d.expected}`,
        `  loaded:    ${d.loaded}`,
      ]),
    ),
    ...section(
      'RULES THAT FAIL',
      r.failing.map((f) => `${named(f)}, ${place(f)}: ${f.error}`),
    ),
  ];
}

function named({ name, which }: { name: string; which: string }): string {
  return which === '' ? name : `${name} (${which})`;
}

function dialect({ dialect: { expected, looksLike } }: Diagnosis): string[] {
  if (looksLike === undefined) return [];
  return section('DIALECT', [
    `this looks like dialect ${looksLike}, and ${expected} is expected: set \`dialect: '${looksLike}'\` in the description of the installation`,
  ]);
}

/** What depends on one cause, in one report: the rest is in the JSON. */
const AFFECTED_SHOWN = 15;

/** One cause often blinds many, so each is told once, with all that depends on it. */
function blind({ expressions }: Diagnosis): string[] {
  const causes = new Map<string, Set<Blind>>();
  for (const b of expressions.blind) {
    for (const m of b.missing) {
      const key = causeText(m);
      const affected = causes.get(key) ?? new Set<Blind>();
      causes.set(key, affected.add(b));
    }
  }
  return [
    ...section(
      'BLIND',
      [...causes].flatMap(([cause, affected]) => [cause, ...counted([...affected]).map((line) => `  ${line}`)]),
    ),
    ...section('NO PROMQL', expressions.unreadable),
  ];
}

/** What selectors of one metric have in common is told once, and what all metrics of a job have in common as well. */
function causeText({ cause, selector, detail }: MissingSeries): string {
  if (cause === 'targets-down') return detail;
  return `${cause === 'no-label' ? selector : selector.split('{')[0]}: ${detail}`;
}

/** A panel may have several queries that fail for the same reason. */
function counted(affected: readonly Blind[]): string[] {
  const all = affected.map((b) => (b.purpose === 'panel' ? b.name : `${b.purpose} ${named(b)}`));
  const lines = [...new Set(all)].map((line) => {
    const times = all.filter((other) => other === line).length;
    return times > 1 ? `${line} (${times} queries)` : line;
  });
  const more = lines.length - AFFECTED_SHOWN;
  return more > 0 ? [...lines.slice(0, AFFECTED_SHOWN), `and ${more} more (--json lists them)`] : lines;
}

/** What is not there is told even where nothing asks for it, unless it is optional: it is what the catalogue promises. */
function metrics(d: Diagnosis): string[] {
  const use = (n: number) => (n === 0 ? 'nothing asks for it' : `${n} rule(s) and panel(s) ask for it`);
  return section('OF THE CATALOGUE, NOT THERE', [
    ...d.metrics.filter((m) => m.series === 0).map((m) => `${m.name}: ${use(m.usedBy)}`),
    ...d.metrics.flatMap((m) => m.missingLabels.map((l) => `${m.name} has no label ${l}: ${use(m.usedBy)}`)),
  ]);
}
