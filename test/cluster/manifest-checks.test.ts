import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge, type ScoreFinding, score } from './kube-score';
import { validate } from './kubeconform';
import { findPrograms, type Programs } from './programs';
import { ensureSchemas } from './schemas';

const sample = join(__dirname, 'fixtures', 'sample');

let programs: Pick<Programs, (typeof needed)[number]>;
const needed = ['etcd', 'kube-apiserver', 'prometheus-operator', 'kubeconform', 'kube-score'] as const;
let dir: string;

beforeAll(async () => {
  programs = await findPrograms(needed);
  dir = mkdtempSync(join(tmpdir(), 'sovra-ops-checks-'));
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

function write(name: string, object: object): string {
  const file = join(dir, name);
  writeFileSync(file, JSON.stringify(object));
  return file;
}

const cronJob = (spec: object, container: object = {}) => ({
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'x', namespace: 'x' },
  spec: {
    schedule: '0 3 * * *',
    jobTemplate: {
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'x', image: 'x', ...container }] } } },
    },
    ...spec,
  },
});

const rule = (fields: object) => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PrometheusRule',
  metadata: { name: 'x' },
  spec: { groups: [{ name: 'x', rules: [{ alert: 'X', expr: 1, ...fields }] }] },
});

describe('kubeconform with the schemas of the real API server and of the operator', () => {
  let schemas: string;
  const check = async (object: object) => (await validate(programs, schemas, [write('object.json', object)])).invalid;
  const reasons = async (object: object) => (await check(object)).map(({ reason }) => reason).join('\n');

  beforeAll(async () => {
    schemas = await ensureSchemas(programs);
  }, 300_000);

  test('accepts the sample', async () => {
    const { invalid, valid } = await validate(programs, schemas, [sample]);
    expect(invalid).toEqual([]);
    expect(valid).toBeGreaterThan(10);
  });

  test.each([
    [
      'an integer or a name',
      {
        apiVersion: 'v1',
        kind: 'Service',
        spec: {
          ports: [
            { port: 1, targetPort: 'a' },
            { port: 2, targetPort: 3 },
          ],
        },
      },
    ],
    ['null for an optional field', cronJob({ timeZone: null })],
    ['a quantity as a number', cronJob({}, { resources: { limits: { cpu: 1, memory: '1Gi' } } })],
    ['an expression as a number', rule({})],
  ])('accepts %s', async (_what, object) => {
    expect(await check(object)).toEqual([]);
  });

  test.each([
    ['an unknown field', cronJob({ shedule: 'x' }), "additional properties 'shedule' not allowed"],
    [
      'an unknown field far inside',
      cronJob({}, { imagePolicy: 'x' }),
      "additional properties 'imagePolicy' not allowed",
    ],
    ['a wrong type', cronJob({ suspend: 'yes' }), 'got string, want null or boolean'],
    ['a missing field', cronJob({ schedule: undefined }), "missing property 'schedule'"],
    ['a quantity that is none', cronJob({}, { resources: { limits: { cpu: '1 core' } } }), 'does not match pattern'],
    ['a word that is not in the list', cronJob({ concurrencyPolicy: 'Sometimes' }), 'value must be one of'],
    ['an unknown field of a custom resource', rule({ form: '5m' }), "additional properties 'form' not allowed"],
    ['a wrong type in a custom resource', rule({ labels: { severity: 1 } }), 'got number, want string'],
    ['a duration that is none', rule({ for: 'soon' }), 'does not match pattern'],
    [
      'unknown metadata',
      { ...rule({}), metadata: { name: 'x', label: {} } },
      "additional properties 'label' not allowed",
    ],
    ['an unknown kind', { ...rule({}), kind: 'Prometheusrule2' }, 'could not find schema'],
  ])('refuses %s', async (_what, object, reason) => {
    expect(await reasons(object)).toContain(reason);
  });

  test('refuses a key that is there twice', async () => {
    const file = join(dir, 'twice.yaml');
    writeFileSync(file, 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {a: b}\ndata: {a: c}\n');
    const [finding] = (await validate(programs, schemas, [file])).invalid;
    expect(finding?.reason).toContain('already set in map');
  });
});

describe('kube-score', () => {
  let findings: readonly ScoreFinding[];

  beforeAll(async () => {
    findings = await score(programs, [join(sample, '1-blackbox.yaml'), join(sample, '3-cronjob.yaml')]);
  });

  const policy = { check: 'pod-networkpolicy', object: 'Deployment monitoring/blackbox', reason: 'no traffic here' };

  test('finds that a pod of the sample has no NetworkPolicy', () => {
    expect(findings).toContainEqual({
      object: 'Deployment monitoring/blackbox',
      check: 'pod-networkpolicy',
      path: '',
      summary: 'The pod does not have a matching NetworkPolicy',
    });
  });

  test('is overruled by an exception that names the check and the object', () => {
    const { faults, unused } = judge(findings, [policy]);
    expect(faults).toHaveLength(findings.length - 1);
    expect(unused).toEqual([]);
  });

  test('takes an asterisk for any text', () => {
    const { faults } = judge(findings, [{ ...policy, object: '* monitoring/*' }]);
    expect(faults.filter(({ check }) => check === policy.check)).toEqual([]);
  });

  test('counts an exception that excuses nothing as a fault', () => {
    const other = { ...policy, object: 'Deployment monitoring/gone' };
    expect(judge(findings, [policy, other]).unused).toEqual([other]);
  });
});
