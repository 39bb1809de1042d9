import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { SovraChecks, type Violation } from '../lib/validation';
import { refusal } from './support/synth';

const root = join(__dirname, '..');
const fixtures = join(__dirname, 'checks', 'foreign');

describe('the validation', () => {
  function validate(documents: Record<string, unknown[]>, properties?: object) {
    const violations: Violation[] = [];
    const submitted: unknown[] = [];
    const logged: string[] = [];
    void new SovraChecks(properties).validate({
      manifests: Object.keys(documents),
      parseManifest: (path) => documents[path] ?? [],
      report: { addViolation: (v) => violations.push(v), submit: (...args) => submitted.push(args) },
      logger: { log: (message) => logged.push(message) },
    });
    return { violations, submitted, logged };
  }
  const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

  it('names rule, resource, place and file of each finding', () => {
    const { violations, submitted, logged } = validate({
      'dist/a.yaml': [configMap('a'), null],
      'dist/b.yaml': [configMap('b'), configMap('a')],
    });
    expect(violations).toEqual([
      {
        ruleName: 'duplicates',
        recommendation: expect.stringContaining('got a; allowed: a name that no other object'),
        fix: expect.stringContaining('Remove one of them'),
        violatingResources: [
          { resourceName: 'a', locations: ['ConfigMap default/a: metadata.name'], manifestPath: 'dist/b.yaml' },
        ],
      },
    ]);
    expect(submitted).toEqual([['failure', { documents: '4', violations: '1', excused: '0' }]]);
    expect(logged).toEqual(['sovra-ops: 4 documents, 1 violations']);
  });

  it('excuses what is written down, and asks for the removal of what excuses nothing', () => {
    const twice = { 'a.yaml': [configMap('a'), configMap('a')] };
    const ignore = [{ object: 'ConfigMap default/a', reason: 'Both are the same.' }];
    expect(validate(twice, { ignore }).submitted).toEqual([
      ['success', { documents: '2', violations: '0', excused: '1' }],
    ]);
    expect(validate({ 'a.yaml': [configMap('a')] }, { ignore }).violations).toEqual([
      expect.objectContaining({
        ruleName: 'exceptions',
        violatingResources: [expect.objectContaining({ manifestPath: 'cdk8s.yaml' })],
      }),
    ]);
  });

  it('refuses properties that it does not have', () => {
    expect(refusal(() => new SovraChecks({ ignored: [] } as object)).message).toContain('Did you mean "ignore"');
  });
});

describe('cdk8s synth', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sovra-validation-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** An app that is not ours, in a folder of its own, with a `cdk8s.yaml` that has our validation. */
  function synth(name: string, fixture: string, properties: object = {}) {
    const cwd = join(folder, name);
    mkdirSync(cwd);
    writeFileSync(
      join(cwd, 'app.js'),
      `const { cpSync, mkdirSync } = require('node:fs');
       mkdirSync(process.env.CDK8S_OUTDIR, { recursive: true });
       cpSync(${JSON.stringify(join(fixtures, `${fixture}.yaml`))}, process.env.CDK8S_OUTDIR + '/shop.k8s.yaml');`,
    );
    // A path is loaded as it is; a name would be looked for at npm.
    const validation = { package: join(root, 'lib', 'validation'), version: '0.1.0', class: 'SovraChecks', properties };
    writeFileSync(
      join(cwd, 'cdk8s.yaml'),
      stringify({ language: 'typescript', app: 'node app.js', output: 'dist', validations: [validation] }),
    );
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        ...['-r', join(root, 'test', 'support', 'typescript.cjs')],
        ...[join(root, 'node_modules', 'cdk8s-cli', 'bin', 'cdk8s'), 'synth', '--no-check-upgrade', '--validate'],
        ...['--validation-reports-output-file', 'report.json'],
      ],
      { cwd, encoding: 'utf8' },
    );
    const report = () => JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8')).reports[0];
    return { status, stdout, stderr, report };
  }

  it('succeeds on manifests that are fine', () => {
    const { status, stdout, report } = synth('good', 'web');
    expect([status, stdout]).toEqual([0, expect.stringContaining('Validations ended succesfully')]);
    expect(report()).toMatchObject({ summary: { status: 'success' }, violations: [] });
  });

  it('fails on others, with a report of what is wrong', () => {
    const { status, stdout, report } = synth('bad', 'closed');
    expect([status, stdout]).toEqual([2, expect.stringContaining('ServiceMonitor shop/shop: NetworkPolicy')]);
    expect(report().summary.status).toBe('failure');
    expect(report().violations).toEqual([
      expect.objectContaining({
        ruleName: 'edges',
        fix: expect.stringContaining('NetworkPolicy'),
        violatingConstructs: [
          {
            resourceName: 'shop',
            locations: ['ServiceMonitor shop/shop: NetworkPolicy'],
            manifestPath: 'dist/shop.k8s.yaml',
          },
        ],
      }),
      expect.objectContaining({ ruleName: 'edges' }),
    ]);
  });

  it('fails on properties that cannot work, and says which', () => {
    const { status, stderr } = synth('typo', 'web', { existingPrometeus: {} });
    expect(status).toBe(1);
    expect(stderr).toMatch(/existingPrometeus: got .*Did you mean "existingPrometheus"/);
  });
});
