// Writes docs/alerts.md: every alert, threshold and metric, read from the catalogue in lib/.
//
//   node tools/docs.mjs            write it
//   node tools/docs.mjs --print    print it, write nothing
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
// The sources as they are: nothing has to be built first, and nothing stale can be read.
require('../test/support/typescript.cjs');
const { backupAlerts } = require('../lib/backup/backup-alerts.ts');
const { BACKUP_ALERT_NAMES, BACKUP_INHIBITIONS } = require('../lib/rules/backup-inhibitions.ts');
const { ALERTS } = require('../lib/rules/catalogue.ts');
const { INHIBITIONS } = require('../lib/rules/inhibitions.ts');
const { OBJECTIVE_CATALOGUE } = require('../lib/rules/objectives/catalogue.ts');
const { SLO_INHIBITIONS } = require('../lib/rules/objectives/inhibitions.ts');
const {
  BURN_RATE_WINDOWS,
  burnAlertName,
  MINIMUM_BAD_EVENTS,
  SLO_SERIES,
} = require('../lib/rules/objectives/objective.ts');
const { burnRate } = require('../lib/rules/objectives/burn-rate.ts');
const { THRESHOLDS } = require('../lib/rules/thresholds.ts');
const { TROUBLES } = require('../lib/rules/troubles.ts');
const { alertContext } = require('../lib/rules/context.ts');
const { TASK_ALERT_NAMES, taskAlerts } = require('../lib/operations/task-alerts.ts');
const { taskTiming } = require('../lib/operations/task.ts');
const { SovraInstallation } = require('../lib/sovra/installation.ts');
const { LEVEL_POLICIES, LEVELS } = require('../lib/sovra/levels.ts');
const { METRIC_DIALECTS, METRICS } = require('../lib/sovra/metrics.ts');
const { loggingAlerts, tracingAlerts } = require('../lib/telemetry/alerts.ts');
const { logRules } = require('../lib/telemetry/log-alerts.ts');
const ts = require('typescript');

const HERE = { id: 'here', vault: {} };
const ELSEWHERE = { id: 'elsewhere', healthUrls: ['https://elsewhere.example.org:8200/v1/sys/health'] };
const WHOLE = { edgeNodes: [HERE, ELSEWHERE], federationPartners: [{ id: 'partner' }], volumes: {} };
/** What an installation can lack, the stronger lack first: of each line, the first that takes an alert away is what it needs. */
const LACKING = [
  [['a control plane', { ...WHOLE, controlPlane: false }]],
  [
    ['a Vault in this cluster', { ...WHOLE, edgeNodes: [ELSEWHERE] }],
    ['an edge node with `vault` or `healthUrls`', { ...WHOLE, edgeNodes: [{ id: 'unseen' }] }],
    ['an edge node', { ...WHOLE, edgeNodes: [] }],
  ],
  [['a federation partner', { ...WHOLE, federationPartners: [] }]],
  [['`volumes`: somebody scrapes the kubelets', { ...WHOLE, volumes: undefined }]],
];

const cell = (text) => String(text).replace(/\|/g, '\\|').replace(/\n/g, ' ');
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');
const code = (text) => `\`${text}\``;

/** A summary without its template: labels by their names, figures as N. */
function plain(summary) {
  return summary
    .replace(/\{\{ if [^}]*\}\}(.*?)\{\{ else \}\}(.*?)\{\{ end \}\}/g, '$1 or $2')
    .replace(/\{\{ or ((?:\$labels\.\w+ ?)+)\}\}/g, (_, labels) =>
      labels
        .trim()
        .split(' ')
        .map((l) => code(l.replace('$labels.', '')))
        .join(' or '),
    )
    .replace(/\{\{ \$labels\.(\w+) \}\}/g, '`$1`')
    .replace(/\{\{[^}]*\$value[^}]*\}\}/g, 'N')
    .replace(/\bNB\b/g, 'N bytes')
    .replaceAll('"`', '`')
    .replaceAll('`"', '`');
}

const missing = (answer) => (answer === 'fires' ? 'fires' : `${answer.coveredBy}: ${answer.because}`);

function existsWith(alert) {
  const applies = (props) => alert.appliesTo?.(new SovraInstallation(props)) ?? true;
  const needed = LACKING.flatMap((line) => line.find(([, props]) => !applies(props))?.[0] ?? []);
  const dialects = METRIC_DIALECTS.filter((d) => alert.metrics.every((id) => METRICS[id].name[d] !== null));
  const dialect = dialects.length < METRIC_DIALECTS.length ? [`dialect ${dialects.map(code).join(', ')}`] : [];
  return [...needed, ...dialect].join('; ');
}

function alertRow([name, alert]) {
  return [
    `[${name}](runbooks/${name}.md)`,
    alert.level,
    plain(alert.summary),
    alert.for,
    missing(alert.missingData),
    existsWith(alert) || 'always',
  ];
}

function alertTables() {
  const components = [...new Set(Object.values(ALERTS).map((a) => a.component))];
  return components
    .map((component) => {
      const rows = Object.entries(ALERTS).filter(([, a]) => a.component === component);
      return `### ${component}\n\n${table(HEAD, rows.map(alertRow))}`;
    })
    .join('\n\n');
}

const HEAD = ['alert', 'level', 'says', 'after', 'if the data is missing', 'described with'];

function taskTable() {
  const schedule = '0 3 * * *';
  const alerts = taskAlerts({
    name: 'TASK',
    namespace: 'NAMESPACE',
    schedule,
    timeZone: 'Etc/UTC',
    uses: [],
    purpose: '',
    levels: { ScheduledTaskFailed: 'P2', ScheduledTaskLate: 'P2', ScheduledTaskMissing: 'P2' },
    ...taskTiming(schedule, 'Etc/UTC'),
  });
  return table(
    HEAD.slice(0, 5),
    TASK_ALERT_NAMES.map((name) => alertRow([name, alerts[name]]).slice(0, 5)),
  );
}

/** One copy and one drill: further ones have the same alerts. Figures in summaries are those of the promises. */
function backupTable() {
  const alerts = backupAlerts({
    namespace: 'NAMESPACE',
    copies: [{ source: 'SOURCE', host: 'HOST', path: 'PATH', what: '', worstLossSeconds: 900 }],
    recoverySetSeconds: 900,
    verificationSeconds: 900,
    drills: [{ source: 'SOURCE', rtoSeconds: 3600, maxAgeSeconds: 900 }],
  });
  return table(
    HEAD.slice(0, 5),
    alerts.map(({ name, ...alert }) => alertRow([name, alert]).slice(0, 5)),
  );
}

/** Of logs and traces: those that Prometheus evaluates, and those that Loki does. */
function telemetryTable(alerts) {
  return table(
    HEAD.slice(0, 5),
    Object.entries(alerts).map(([name, alert]) => alertRow([name, { metrics: [], ...alert }]).slice(0, 5)),
  );
}

/** What the interface says of each threshold, without its default, which has a column of its own. */
function thresholdTexts() {
  const path = join(root, 'lib/rules/thresholds.ts');
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const declared = source.statements.find((s) => ts.isInterfaceDeclaration(s) && s.name.text === 'AlertThresholds');
  return declared.members.map((m) => [
    m.name.text,
    ts
      .getJSDocCommentsAndTags(m)
      .map((d) => ts.getTextOfJSDocComment(d.comment) ?? '')
      .join(' ')
      .replace(/\s+/g, ' '),
  ]);
}

function inhibitionTable() {
  return table(
    ['while this fires', 'these are not sent', 'where they agree in', 'since'],
    [...INHIBITIONS, ...SLO_INHIBITIONS, ...BACKUP_INHIBITIONS].map((i) => [
      i.source,
      i.targets.join(', ') + (i.where ? ` with ${code(i.where.label)} ${i.where.values.map(code).join(' or ')}` : ''),
      ['cluster', ...i.equal].map(code).join(', '),
      i.because,
    ]),
  );
}

function objectiveTable() {
  return table(
    ['`slo`', 'is', 'target', 'bad is', 'from'],
    Object.entries(OBJECTIVE_CATALOGUE).map(([name, o]) => [
      code(name),
      o.title,
      `${Number((o.target * 100).toPrecision(6))} %`,
      o.description(o.threshold?.default ?? 0),
      o.source,
    ]),
  );
}

function burnRateTable() {
  return table(
    ['alert', '`window`', 'and', 'level', 'budget of the period gone', 'times faster than allowed (30d)'],
    BURN_RATE_WINDOWS.map((w) => [
      burnAlertName(w),
      code(w.long),
      code(w.short),
      w.level,
      `${w.budget * 100} %`,
      burnRate(w, '30d'),
    ]),
  );
}

function troubleTable() {
  const sovra = new SovraInstallation(WHOLE);
  return table(
    ['series', 'is', 'recorded as'],
    TROUBLES.map((t) => [
      code(
        t.record +
          Object.entries(t.labels ?? {})
            .map(([k, v]) => `{${k}="${v}"}`)
            .join(''),
      ),
      t.what,
      code(t.expr(alertContext(sovra, t.metrics, {}))),
    ]),
  );
}

function thresholdTable() {
  return table(
    ['threshold', 'default', 'is'],
    thresholdTexts().map(([name, text]) => [code(name), code(JSON.stringify(THRESHOLDS[name])), text]),
  );
}

function metricTable() {
  return table(
    ['metric', 'is', '`guide`', '`2026.3`', 'type', 'labels', 'from the job'],
    Object.entries(METRICS).map(([id, m]) => {
      const [guide, release] = METRIC_DIALECTS.map((d) => (m.name[d] === null ? 'not exported' : code(m.name[d])));
      return [
        code(id),
        m.help,
        guide,
        release === guide ? 'the same' : release,
        m.type,
        m.labels.map(code).join(', '),
        m.job === 'any' ? 'any' : m.job.map(code).join(', '),
      ];
    }),
  );
}

/** The target at which all that can fail are just allowed by a burn rate. */
const lowest = (window) => Math.floor((1 - 1 / burnRate(BURN_RATE_WINDOWS[window], '30d')) * 1000) / 1000;

const levels = table(
  ['level', 'is', 'answered within', '`severity`', 'repeated every'],
  LEVELS.map((level) => {
    const p = LEVEL_POLICIES[level];
    return [level, p.description, p.responseTime, code(p.severity), p.repeatInterval];
  }),
);

const page = `<!-- Written by tools/docs.mjs from the catalogue in lib/. Do not edit. -->

# Alerts and metrics

${Object.keys(ALERTS).length} alerts of \`SovraAlerts\`, ${TASK_ALERT_NAMES.length} of every scheduled task, ${BACKUP_ALERT_NAMES.length} of the backups, ${Object.keys(METRICS).length} metrics. N is a figure; a word in \`code\`
is the label whose value stands there. Each carries \`runbook_url\`, \`response_time\` (by its level) and, where the
address of Grafana is known, \`dashboard_url\`: the panel that shows it. "After" is how long the expression has to hold. An
alert of which a dialect lacks a metric does not exist there; "described with" is what the description of the installation has to name for it.

## Levels

${levels}

With \`onCall\` (\`SovraOnCall\`), P0 is repeated every 5 minutes until somebody acknowledges it, and P3 waits for business hours.

## Alerts of SovraAlerts

${alertTables()}

## What is wrong in a fleet

Alerts on single edge nodes ask recorded series that hold only those in trouble, so that ten thousand healthy nodes cost
little. Each is recorded at every evaluation, before its alerts, with the expression of dialect \`guide\` that stands here.
Beyond \`edgeNodesTogether\` nodes with the same trouble, the alerts of single nodes are held back: the one whose name ends in
\`Together\`, or \`Together\` and days, speaks for all. Who leaves that one out gets each of the others.

${troubleTable()}

## Volumes

How full persistent volumes are is known to kubelets only. Alerts and panels on it exist where the description of the
installation says \`volumes: {}\`: somebody scrapes the kubelets, under whatever job. A kube-prometheus-stack does. The Prometheus
of \`SovraMonitoring\` does not: it would take \`get\` on \`nodes/metrics\` of the whole cluster, a token in a Secret, and an open
edge to port 10250 of every node, where it now has rights in a few namespaces. With a monitor of your own for them, say
\`volumes: {}\` too. Without, nothing here tells of a volume that fills; its own volume Prometheus keeps 15 % free of.

## Alerts of every scheduled task

Levels are those of the task: P2, but P1 for a late backup of PostgreSQL or Vault, and P3 for pruning. A task that runs
more often than once an hour has failed when two runs in a row have.

${taskTable()}

## Alerts of the backups

Of \`SovraBackupSchedule\`, made of what the repository itself says, once for each source and for each restore for trial. The
labels \`source\`, \`host\` and \`path\` say which copy it is, \`namespace\` whose repository. \`BackupMissing\` waits as long as the copy may
be old, 15 minutes at least.

${backupTable()}

## Alerts of logs and traces

Of \`SovraLogging\`, evaluated by Prometheus; \`LogStoreDegraded\` and \`TraceGatewayDegraded\` only where there are several replicas (here 3):

${telemetryTable(loggingAlerts('NAMESPACE', 3))}

Of \`SovraTracing\`, evaluated by Prometheus; those that both have are told apart by the label \`job\`:

${telemetryTable(tracingAlerts(3))}

Of \`SovraLogging\`, evaluated by Loki, which reads the log itself:

${telemetryTable(logRules(new SovraInstallation(WHOLE)))}

## Objectives

Of \`SovraSlos\`, each with the label \`slo\`. Recorded: \`${SLO_SERIES.bad}\`, \`${SLO_SERIES.all}\`, \`${SLO_SERIES.errorRatio}:WINDOW\`,
\`${SLO_SERIES.budgetLeft}\` and \`${SLO_SERIES.objective}\`.

${objectiveTable()}

Both windows of a line have to burn. Where there is no data for 15 minutes, \`ObjectiveDataMissing\` (P2) fires.

- **Little traffic.** Where requests are counted, there also have to be ${MINIMUM_BAD_EVENTS} bad ones in the long window (\`minimumBadEvents\`): one
  failure among a dozen pages nobody. The budget counts it; longer windows gather such failures; an API that does not answer at
  all is \`SovraApiDown\` and \`SovraApiProbeFailed\`, however few ask it.
- **Downtime.** While no replica answers, nobody counts requests. As many as usual (the mean of the last day) then count as bad
  for \`availability\`. The other objectives stand still meanwhile. After a day without any request nothing is lost by them.
- **Low targets.** A line that could never be above its threshold, since no more than all can be bad, has no alert: of a period
  of 30 days the one over ${BURN_RATE_WINDOWS[0].long} for targets up to ${lowest(0)}, over ${BURN_RATE_WINDOWS[1].long} up to ${lowest(1)}, over ${BURN_RATE_WINDOWS[2].long} up to ${lowest(2)}. The other alerts of such an
  objective say so, \`SovraSlos.silentWindows\` lists them, and an objective that would be left without any is refused.

${burnRateTable()}

## What one page says for others

They still fire, and Prometheus and Grafana show them. Whoever changes levels gets both: an alert that was made less urgent no
longer speaks for others, and one that was made more urgent than the one that speaks for it is sent.

${inhibitionTable()}

## Thresholds

Base units: seconds, bytes, shares of 1. Each can be set in \`thresholds\`.

${thresholdTable()}

## Metrics

What a rule or a panel may use. Labels that a scrape adds (\`job\`, \`instance\`, \`namespace\`, \`pod\`, ...) are not listed.

${metricTable()}
`;

/** As the formatter would have it, which also looks at this page. */
const format = [join(root, 'node_modules/.bin/biome'), ['format', '--stdin-file-path=docs/alerts.md']];
const formatted = execFileSync(...format, { cwd: root, input: page, encoding: 'utf8' });
if (process.argv.includes('--print')) process.stdout.write(formatted);
else writeFileSync(join(root, 'docs', 'alerts.md'), formatted);
