import { ARCHIVING_ALERT_NAMES } from '../../lib/backup/archiving-alerts';
import { readPages, runbookFolder } from '../../lib/cli/runbooks';
import { TASK_ALERT_NAMES } from '../../lib/operations/task-alerts';
import { BACKUP_ALERT_NAMES } from '../../lib/rules/backup-inhibitions';
import { ALERT_NAMES } from '../../lib/rules/catalogue';
import { BURN_RATE_WINDOWS, SLO_ALERT_NAMES, SLO_SERIES } from '../../lib/rules/objectives/objective';
import { type KnownMetric, knownMetrics } from '../../lib/rules/promql';
import { EDGE_NODE_EXPECTED, TARGETS_EXPECTED } from '../../lib/rules/recordings';
import { TROUBLES } from '../../lib/rules/troubles';
import { SovraInstallation } from '../../lib/sovra/installation';
import { METRIC_DIALECTS } from '../../lib/sovra/metrics';
import { OBJECTIVE_WINDOW } from '../../lib/sovra/objectives';
import { TELEMETRY_ALERT_NAMES } from '../../lib/telemetry/alerts';
import { LOG_RULE_NAMES } from '../../lib/telemetry/log-alerts';
import { blocks, codeSpans, type Page } from '../docs/pages';

/** Every alert that this project makes. */
export const ALERTS: readonly string[] = [
  ...ALERT_NAMES,
  ...TASK_ALERT_NAMES,
  ...BACKUP_ALERT_NAMES,
  ...ARCHIVING_ALERT_NAMES,
  ...SLO_ALERT_NAMES,
  ...TELEMETRY_ALERT_NAMES,
  ...LOG_RULE_NAMES,
];
/** The guide's pages about kinds of incidents. */
export const INCIDENTS = [
  'certificate-expiry',
  'database-issues',
  'debugging',
  'disaster-recovery',
  'federation-problems',
  'incident-response',
  'performance',
] as const;

export const PAGES = readPages(runbookFolder());

export function runbook(name: string): Page {
  return { path: `docs/runbooks/${name}.md`, text: PAGES.get(name) ?? '' };
}

export const section = ({ text }: Page, title: string): string =>
  text.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';

export const titles = ({ text }: Page): string[] => [...text.matchAll(/^## (.+)$/gm)].map((m) => String(m[1]));

/** Pages that the list of a section names: `- [page](page.md): ...`. */
export const listed = (p: Page, title: string): string[] =>
  [...section(p, title).matchAll(/^- \[([\w-]+)\]\(\1\.md\): .+$/gm)].map((m) => String(m[1]));

/** Queries in blocks, and those within the text, which name a job. */
export const queries = (p: Page): string[] => [
  ...blocks(p)
    .filter((b) => b.info === 'promql')
    .map((b) => b.code.trim()),
  ...codeSpans(p)
    .filter((span) => /\{[^}]*job[=!]/.test(span))
    // In a table a bar has to be escaped.
    .map((span) => span.replaceAll('\\|', '|')),
];

const windows = [...BURN_RATE_WINDOWS.flatMap((w) => [w.short, w.long]), OBJECTIVE_WINDOW];

/** What a query may ask for, whichever dialect it is written for. */
export const KNOWN: ReadonlyMap<string, KnownMetric> = new Map([
  ...METRIC_DIALECTS.flatMap((dialect) => [...knownMetrics([new SovraInstallation({ dialect })])]),
  ...[
    EDGE_NODE_EXPECTED,
    TARGETS_EXPECTED,
    ...TROUBLES.map((t) => t.record),
    ...Object.values(SLO_SERIES),
    ...windows.map((w) => `${SLO_SERIES.errorRatio}:${w}`),
  ].map((record): [string, KnownMetric] => [record, 'recorded']),
]);
