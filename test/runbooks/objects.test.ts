/** Commands of the pages name objects: those that this project makes, and those of the shipped manifests. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { codeSpans, ROOT, shellLines } from '../docs/pages';
import { PAGES, runbook } from './pages';

/** Of the shipped manifests, and what the README asks for. */
const OTHERS = [
  'sovra deployment sovra-api-gateway',
  'sovra svc sovra-api-gateway',
  'sovra secret sovra-secrets',
  'sovra-edge statefulset vault',
  'sovra-edge deployment opa',
  'sovra-edge secret vault-tls',
  'sovra-edge secret vault-restore',
  'monitoring configmap vault-ca',
  'monitoring svc otel-collector',
  // The operator makes them for every Prometheus and Alertmanager, whoever installed it: test/cluster/stack.test.ts.
  'monitoring svc prometheus-operated',
  'monitoring svc alertmanager-operated',
];
const KINDS: Readonly<Record<string, string>> = { service: 'svc', services: 'svc', alertmanagers: 'alertmanager' };
const kind = (word: string) => KINDS[word.toLowerCase()] ?? word.toLowerCase();

function made(): Set<string> {
  const golden = join(ROOT, 'test/examples/golden');
  const objects = ['logs-and-traces', 'restore', 'stack-control-plane', 'stack-edge'].flatMap((stack) =>
    readdirSync(join(golden, stack)).flatMap((file) =>
      parseAllDocuments(readFileSync(join(golden, stack, file), 'utf8')).map((d) => d.toJS()),
    ),
  );
  return new Set([
    ...OTHERS,
    ...objects.map((o) => `${o.metadata.namespace} ${kind(o.kind)} ${o.metadata.name}`),
    // What a command of the same page makes.
    'sovra job rotation-manual',
    'sovra job sovra-backup-postgres-now',
  ]);
}

const NAMED =
  /\b(deployment|statefulset|svc|services?|cronjob|job|secret|configmap|networkpolicy|servicemonitor|podmonitor|prometheus|alertmanager|alertmanagerconfig)[/ ]([a-z][a-z0-9.-]*(?: [a-z][a-z0-9.-]*)*)/g;
const NO_NAMES = /^(get|describe|logs|delete|wait|generic)$/;

/** `NAMESPACE KIND NAME` of each object of a fixed name in a command. */
function objectsIn(command: string): string[] {
  const namespace = / -n ([a-z][\w-]*)/.exec(command)?.[1];
  if (!/^\s*kubectl/.test(command) || namespace === undefined) return [];
  const verbs = command
    .replace(/ -n [\w-]+/, '')
    .replace(/ -- .*| \| .*/, '')
    .replace(/ -[lo] \S+| --?[a-z-]+=\S*/g, '');
  return [...verbs.replace(/--from=/g, '').matchAll(NAMED)].flatMap(([, k = '', names = '']) =>
    names
      .split(' ')
      .filter((name) => !NO_NAMES.test(name))
      .map((name) => `${namespace} ${kind(k)} ${name}`),
  );
}

const commands = [...PAGES.keys()]
  .map(runbook)
  .flatMap((p) => [...shellLines(p), ...codeSpans(p)].map((line) => ({ at: p.path, line })));

test('every object that a command names is there, in that namespace', () => {
  const there = made();
  const named = commands.flatMap(({ at, line }) => objectsIn(line).map((object) => ({ at, object })));
  expect(named.length).toBeGreaterThan(80);
  expect(named.filter(({ object }) => !there.has(object)).map(({ at, object }) => `${at}: ${object}`)).toEqual([]);
});

test('an object in the wrong namespace is found', () => {
  expect(objectsIn('kubectl -n monitoring logs deployment/postgres-exporter --tail=5')).toEqual([
    'monitoring deployment postgres-exporter',
  ]);
  expect(objectsIn('kubectl -n monitoring get configmap blackbox-exporter vault-ca')).toEqual([
    'monitoring configmap blackbox-exporter',
    'monitoring configmap vault-ca',
  ]);
  expect(made()).not.toContain('monitoring deployment postgres-exporter');
});

test('logs of something with several replicas are those of all of them', () => {
  const several = [
    'deployment/sovra-api-gateway',
    'deployment/opa',
    'deployment/blackbox-exporter',
    'statefulset/vault',
  ];
  const found = commands.filter(({ line }) => several.some((object) => line.includes(`logs ${object}`)));
  expect(found).toEqual([]);
  // With a selector, kubectl shows ten lines of each pod unless it is told how many.
  const short = commands.filter(({ line }) => / logs -l /.test(line) && !/--tail=/.test(line));
  expect(short).toEqual([]);
});
