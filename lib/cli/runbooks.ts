import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ARCHIVING_ALERT_NAMES } from '../backup/archiving-alerts';
import { TASK_ALERT_NAMES } from '../operations/task-alerts';
import { BACKUP_ALERT_NAMES } from '../rules/backup-inhibitions';
import { ALERT_NAMES, CATALOGUE } from '../rules/catalogue';
import { SLO_ALERT_NAMES } from '../rules/objectives/objective';
import { checkRunbookBaseUrl } from '../rules/overrides';
import { DEFAULT_RUNBOOK_BASE_URL } from '../rules/runbook-url';
import { TELEMETRY_ALERT_NAMES } from '../telemetry/alerts';
import { LOG_RULE_NAMES } from '../telemetry/log-alerts';
import { Checker, dnsLabel } from '../validate';
import { type Command, UsageError } from './command';

/** Pages by the name of their file without `.md`: those of alerts are called as the alert, those of incidents in small letters. */
export type Pages = ReadonlyMap<string, string>;

const INDEX = 'README';
/** Stands last in each page that is written, so that the title stays first; by it this command knows its own files. */
const MARK = '<!-- Written by sovra-ops runbooks: what is changed here is lost with the next run. -->';

/**
 * The folder of runbooks that belongs to this code.
 *
 * @param from where the code runs: `lib/cli` of a checkout, or `build/lib/cli` of a checkout or an installed package
 * @throws {Error} if it is not there, since the package is not whole
 */
export function runbookFolder(from: string = __dirname): string {
  const found = ['../..', '../../..'].map((up) => join(from, up, 'docs/runbooks')).find((f) => existsSync(f));
  if (found === undefined)
    throw new Error(`no docs/runbooks beside ${from}: the package is not whole. Install sovra-ops again.`);
  return found;
}

/** The pages in a folder, without the index, sorted by name. */
export function readPages(folder: string): Pages {
  const names = readdirSync(folder).filter((file) => file.endsWith('.md') && file !== `${INDEX}.md`);
  return new Map(names.sort().map((file) => [file.slice(0, -3), readFileSync(join(folder, file), 'utf8')]));
}

/** Alerts by component, in the order of the catalogue. */
function components(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const name of ALERT_NAMES) {
    const { component } = CATALOGUE[name];
    found.set(component, [...(found.get(component) ?? []), name]);
  }
  return found
    .set('tasks', [...TASK_ALERT_NAMES])
    .set('backups', [...BACKUP_ALERT_NAMES, ...ARCHIVING_ALERT_NAMES])
    .set('objectives', [...SLO_ALERT_NAMES])
    .set('logs and traces', [...TELEMETRY_ALERT_NAMES, ...LOG_RULE_NAMES]);
}

/** `P1`, `P2 or P3`, or `by task` where the label of the alert says it. */
function levelOf(text: string): string {
  const [, , line = ''] = text.split('\n');
  return /^Level (by \w+)/.exec(line)?.[1] ?? [...line.matchAll(/Level (P[0-3])/g)].map((m) => m[1]).join(' or ');
}

/** The first sentence of what an alert means. */
function meaningOf(text: string): string {
  const [paragraph = ''] = (text.split('\n## Meaning\n\n')[1] ?? '').split('\n');
  return paragraph.split(/(?<=\.) (?=[A-Z])/)[0] ?? '';
}

/** The line below the title. */
function subtitleOf(text: string): string {
  return text.split('\n')[2] ?? '';
}

const table = (rows: readonly (readonly string[])[]) =>
  rows.map((row) => `| ${row.map((cell) => cell.replace(/(?<!\\)\|/g, '\\|')).join(' | ')} |`).join('\n');

/** The index: alerts by component and level with one line each, then the pages about kinds of incidents. Pure. */
export function runbookIndex(pages: Pages): string {
  const row = (name: string) => {
    const text = pages.get(name) ?? '';
    return [levelOf(text), `[${name}](${name}.md)`, meaningOf(text)];
  };
  const sections = [...components()].map(([component, names]) => {
    const rows = names.filter((name) => pages.has(name)).map(row);
    // Sorting is stable: within a level the order of the catalogue stays.
    rows.sort(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0));
    return rows.length === 0
      ? ''
      : `### ${component}\n\n${table([['level', 'alert', 'means'], ['---', '---', '---'], ...rows])}\n\n`;
  });
  const incidents = [...pages].filter(([name]) => /^[a-z]/.test(name));
  return (
    '# Runbooks\n\n' +
    'A page for each alert, and pages about kinds of incidents. Paged and not sure where to begin: ' +
    '[incident-response](incident-response.md), then the page of the alert. ' +
    'Expressions and thresholds are in [alerts and metrics](../alerts.md). ' +
    'Commands have the names of the shipped manifests; `sovra-ops runbooks` writes the pages with the namespaces that you name.\n\n' +
    `## Alerts\n\n${sections.join('')}` +
    `## Incidents\n\n${table([['page', 'is about'], ['---', '---'], ...incidents.map(([name, text]) => [`[${name}](${name}.md)`, subtitleOf(text)])])}\n`
  );
}

/**
 * A page as it stands in a folder of its own: links to other pages stay relative, links to the rest of the documentation
 * become absolute. Pages do not need what is behind those (the index alone has one), so a site without a way out loses nothing,
 * and a reader still sees what there is; a link that was dropped would leave a sentence about nothing.
 */
export function published(text: string, pages: Pages): string {
  const inside = (file: string) => file === '' || file === `${INDEX}.md` || pages.has(file.replace(/\.md$/, ''));
  const link = (whole: string, target: string) =>
    /^[a-z]+:/.test(target) || inside(target.replace(/#.*$/, ''))
      ? whole
      : `](${new URL(target, `${DEFAULT_RUNBOOK_BASE_URL}/`).href})`;
  return `${text.replace(/\]\(([^)\s]+)\)/g, link).trimEnd()}\n\n${MARK}\n`;
}

/** Namespaces as the pages have them, and what they are called in an installation. */
export type Namespaces = Readonly<Record<'sovra' | 'sovra-edge' | 'monitoring', string>>;
const SHIPPED: Namespaces = { sovra: 'sovra', 'sovra-edge': 'sovra-edge', monitoring: 'monitoring' };
/** Where a page names one: of a command, of an address, in a sentence. The same words are names of other things elsewhere. */
const NAMESPACE =
  /((?: -n |\bnamespaces? )`?|(?<=[\w-])\.(?=[\w-]+\.svc\b)|\b(?:in|by default) `)(sovra-edge|sovra|monitoring)(?![\w-])|^for ns in .*$/gm;

/** A page with other namespaces. Pure. */
export function withNamespaces(text: string, namespaces: Namespaces): string {
  const named = (word: string) => namespaces[word as keyof Namespaces];
  return text.replace(NAMESPACE, (whole, before?: string, word = '') =>
    before === undefined ? whole.replace(/(?<= )(sovra-edge|sovra)(?=[ ;])/g, named) : `${before}${named(word)}`,
  );
}

/** Every file of the folder, by name; the same for the same pages. Pure. */
export function runbookFiles(pages: Pages, namespaces: Namespaces = SHIPPED): ReadonlyMap<string, string> {
  return new Map(
    [[INDEX, runbookIndex(pages)] as const, ...pages].map(([name, text]) => [
      `${name}.md`,
      published(withNamespaces(text, namespaces), pages),
    ]),
  );
}

const isOurs = (path: string) => readFileSync(path, 'utf8').trimEnd().endsWith(MARK);

/** What is in a folder and was not put there by this command. */
function strangers(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => !entry.isFile() || !entry.name.endsWith('.md') || !isOurs(join(dir, entry.name)))
    .map(({ name }) => name)
    .sort();
}

function checkFolder(c: Checker, dir: string): void {
  if (!existsSync(dir)) return;
  const remedy = 'Name a folder that is not there yet, or one that this command has written.';
  if (!statSync(dir).isDirectory()) c.add({ property: 'DIR', given: dir, allowed: 'a folder', remedy });
  else {
    const other = strangers(dir);
    const more = other.length > 3 ? ` and ${other.length - 3} more` : '';
    c.require(other.length === 0, {
      property: 'DIR',
      given: dir,
      allowed: `a folder that holds only what this command wrote; it also has ${other.slice(0, 3).join(', ')}${more}`,
      remedy,
    });
  }
}

/** Writes what differs, removes what is no longer a page. Names of files, sorted. */
function write(dir: string, files: ReadonlyMap<string, string>): { written: string[]; removed: string[] } {
  mkdirSync(dir, { recursive: true });
  const there = readdirSync(dir);
  const removed = there.filter((file) => !files.has(file)).sort();
  for (const file of removed) rmSync(join(dir, file));
  const written = [...files].flatMap(([file, text]) => {
    if (there.includes(file) && readFileSync(join(dir, file), 'utf8') === text) return [];
    writeFileSync(join(dir, file), text);
    return [file];
  });
  return { written: written.sort(), removed };
}

export const runbooks: Command = {
  usage: `sovra-ops runbooks DIR [--base URL] [--namespace NAME] [--edge-namespace NAME] [--monitoring-namespace NAME]
      writes the pages of all alerts and incidents into DIR, as Markdown with an index, to be served anywhere;
      URL is where you serve them, and is held against what runbookBaseUrl of the constructs takes;
      their commands ask in the namespaces sovra, sovra-edge and monitoring, or in those that you name`,
  run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        base: { type: 'string' },
        namespace: { type: 'string' },
        'edge-namespace': { type: 'string' },
        'monitoring-namespace': { type: 'string' },
      },
    });
    const [dir, ...rest] = positionals;
    if (dir === undefined || dir === '' || rest.length > 0) throw new UsageError('runbooks takes one DIR');
    const c = new Checker('sovra-ops runbooks');
    checkRunbookBaseUrl(c, '--base', values.base);
    for (const option of ['namespace', 'edge-namespace', 'monitoring-namespace'] as const)
      c.value(`--${option}`, values[option], dnsLabel);
    checkFolder(c, dir);
    c.done();
    const files = runbookFiles(readPages(runbookFolder()), {
      sovra: values.namespace ?? SHIPPED.sovra,
      'sovra-edge': values['edge-namespace'] ?? SHIPPED['sovra-edge'],
      monitoring: values['monitoring-namespace'] ?? SHIPPED.monitoring,
    });
    const { written, removed } = write(dir, files);
    const base = values.base ?? '<where you serve this folder, without a slash at the end>';
    const lines = [
      ...written.map((file) => `wrote ${join(dir, file)}`),
      ...removed.map((file) => `removed ${join(dir, file)}`),
      `${files.size} files in ${dir}, ${written.length} of them new or changed`,
      `runbookBaseUrl: '${base}'`,
    ];
    return { code: 0, out: `${lines.join('\n')}\n`, err: '' };
  },
};
