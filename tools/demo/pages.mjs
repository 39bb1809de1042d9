// The person on call: takes what Alertmanager sends, and prints it as a page.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { listening } from './kube-state.mjs';

const RUNBOOKS = fileURLToPath(new URL('../../docs/runbooks', import.meta.url));

/** Calls `onAlert` with each alert whose state is news. */
export function servePager(onAlert) {
  const last = new Map();
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      response.end();
      for (const alert of JSON.parse(Buffer.concat(chunks).toString()).alerts) {
        if (last.get(alert.fingerprint) === alert.status) continue;
        last.set(alert.fingerprint, alert.status);
        onAlert(alert);
      }
    });
  });
  return listening(server);
}

const LINE = '-'.repeat(100);
/** Said elsewhere on the page. */
const SAID = ['alertname', 'severity', 'level', 'component'];

/** An alert as the person on call reads it. */
export function pageText({ status, labels, annotations }, since) {
  const { alertname, severity, level, component } = labels;
  const head = `${level} ${severity}  ${alertname}`;
  if (status === 'resolved') return `${LINE}\nOVER  ${head}: ${annotations.summary}\n${LINE}`;
  const where = Object.entries(labels).filter(([name]) => !SAID.includes(name));
  return [
    LINE,
    `PAGE  ${head}  ${since}`.trimEnd(),
    '',
    ...wrapped(annotations.summary),
    '',
    `Affected: ${[component, ...where.map(([name, value]) => `${name}=${value}`)].join(', ')}`,
    ...wrapped(annotations.description),
    '',
    ...runbook(annotations.runbook_url),
    LINE,
  ].join('\n');
}

/** The part of the runbook that is for now. */
function runbook(url) {
  const file = `${new URL(url).pathname.split('/').at(-1)}`;
  const path = `${RUNBOOKS}/${file}`;
  if (!existsSync(path)) return [`Runbook: ${url}`];
  const [, section = ''] = readFileSync(path, 'utf8').split(/^## First five minutes$/m);
  return [
    `First five minutes (docs/runbooks/${file}):`,
    ...section
      .split(/^## /m, 1)[0]
      .trim()
      .split('\n')
      .flatMap((line) => wrapped(line, '   ')),
  ];
}

/** Lines of at most a hundred characters; those that go on are indented. */
function wrapped(text, indent = '') {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line.trim() !== '' && line.length + word.length >= 100) lines.push(indent + word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}
