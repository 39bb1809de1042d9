/** Each law is seen to fail on an object that breaks it, and to hold on one that does not: else it would prove nothing. */
import type { KubeObject } from '../../lib/checks/model';
import { problemsOf } from './invariants';
import { isCidr, isSchedule } from './invariants/kinds-of-objects';
import { amountOf } from './invariants/quantities';

const container = {
  name: 'a',
  image: 'a:1',
  resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '0.5', memory: '2G' } },
};
const pod = (more: object = {}) => ({ containers: [container], volumes: [], restartPolicy: 'Never', ...more });
const withContainer = (more: object, podMore: object = {}) =>
  pod({ containers: [{ ...container, ...more }], ...podMore });

const object = (kind: string, more: object = {}, metadata: object = {}): KubeObject =>
  ({ apiVersion: 'v1', kind, metadata: { name: 'a', namespace: 'b', ...metadata }, ...more }) as KubeObject;
const cronJob = (more: object = {}, job: object = {}, template: object = pod()) =>
  object('CronJob', {
    spec: {
      schedule: '0 3 * * *',
      timeZone: 'Etc/UTC',
      startingDeadlineSeconds: 60,
      jobTemplate: { spec: { activeDeadlineSeconds: 60, backoffLimit: 2, template: { spec: template }, ...job } },
      ...more,
    },
  });
const cronPod = (template: object) => cronJob({}, {}, template);
const deployment = (selector: object, labels: object) =>
  object('Deployment', { spec: { selector, template: { metadata: { labels }, spec: pod() } } });
const policy = (rule: object) => object('NetworkPolicy', { spec: { podSelector: {}, ingress: [rule] } });
const service = (...ports: object[]) => object('Service', { spec: { ports } });
const claim = (storage: string) => object('PersistentVolumeClaim', { spec: { resources: { requests: { storage } } } });
const prometheus = (retentionSize: string, storage = '1Gi') =>
  object('Prometheus', {
    spec: { retentionSize, storage: { volumeClaimTemplate: { spec: { resources: { requests: { storage } } } } } },
  });
const peers = [{ ipBlock: { cidr: '10.0.0.0/8' } }];

describe('the laws of the API server', () => {
  it.each([
    ['a name', object('ConfigMap')],
    ['a long name', object('ConfigMap', {}, { name: 'x'.repeat(253) })],
    ['labels and annotations', object('ConfigMap', {}, { labels: { 'a.b/c': '' }, annotations: { A: 'any text\n' } })],
    ['a CronJob', cronJob()],
    ['a CronJob by a word', cronJob({ schedule: '@daily', timeZone: 'Asia/Calcutta' })],
    [
      'a mount',
      cronPod(withContainer({ volumeMounts: [{ name: 'v', mountPath: '/v' }] }, { volumes: [{ name: 'v' }] })),
    ],
    ['a port', cronPod(withContainer({ ports: [{ name: 'http-metrics', containerPort: 1 }] }))],
    [
      'a reference',
      cronPod(withContainer({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'a', key: 'a.b' } } }] })),
    ],
    ['a Deployment', deployment({ matchLabels: { a: 'b' } }, { a: 'b', c: 'd' })],
    ['a policy', policy({ from: peers, ports: [{ port: 1 }] })],
    ['a Service', service({ name: 'a', port: 1 }, { name: 'b', port: 2 })],
    ['a claim', claim('1Gi')],
    ['a Prometheus', prometheus('900MB')],
  ])('hold for %s', (_, o) => {
    expect(problemsOf([o])).toEqual([]);
  });

  it.each([
    ['a bad name', object('ConfigMap', {}, { name: 'A' }), 'the name'],
    ['a name that is too long', object('ConfigMap', {}, { name: 'x'.repeat(254) }), 'the name'],
    ['a CronJob with 53 characters', { ...cronJob(), metadata: { name: 'x'.repeat(53) } }, 'the name'],
    ['a Service that begins with a digit', { ...service(), metadata: { name: '0a' } }, 'the name'],
    ['a Namespace with a dot', object('Namespace', {}, { name: 'a.b', namespace: undefined }), 'the name'],
    ['a bad namespace', object('ConfigMap', {}, { namespace: 'a.b' }), 'the namespace'],
    ['a bad label key', object('ConfigMap', {}, { labels: { 'a b': 'c' } }), 'label key a b'],
    ['a long prefix', object('ConfigMap', {}, { labels: { [`${'x'.repeat(254)}/a`]: 'c' } }), 'label key'],
    ['a bad label value', object('ConfigMap', {}, { labels: { a: 'b c' } }), 'value of label a'],
    ['a label that is no text', object('ConfigMap', {}, { labels: { a: 1 } }), 'value of label a'],
    ['a bad label inside', deployment({ matchLabels: { c: 'd' } }, { c: 'd', a: 'x'.repeat(64) }), 'value of label a'],
    ['a bad annotation', object('ConfigMap', {}, { annotations: { 'a b': 'c' } }), 'annotation a b'],
    ['an annotation that is no text', object('ConfigMap', {}, { annotations: { a: 1 } }), 'annotation a'],
    ['many annotations', object('ConfigMap', {}, { annotations: { a: 'x'.repeat(2 ** 18) } }), '256 KiB'],
    ['a large object', object('ConfigMap', { data: { a: 'x'.repeat(2 ** 20) } }), '1 MiB'],
    ['a schedule', cronJob({ schedule: '0 24 * * *' }), 'schedule 0 24 * * *'],
    ['no time zone', cronJob({ timeZone: undefined }), 'time zone'],
    ['a time zone', cronJob({ timeZone: 'Europe/zurich' }), 'time zone Europe/zurich'],
    ['no deadline', cronJob({}, { activeDeadlineSeconds: 0 }), 'activeDeadlineSeconds 0'],
    ['no time to start', cronJob({ startingDeadlineSeconds: -1 }), 'startingDeadlineSeconds -1'],
    ['retries', cronJob({}, { backoffLimit: -1 }), 'backoffLimit -1'],
    ['a restart policy', cronPod(pod({ restartPolicy: 'Always' })), 'restartPolicy'],
    ['two containers of a name', cronPod(pod({ initContainers: [container] })), 'container a twice'],
    ['the name of a container', cronPod(withContainer({ name: 'A' })), 'A: the name'],
    ['no image', cronPod(withContainer({ image: '' })), 'the image'],
    ['two volumes of a name', cronPod(pod({ volumes: [{ name: 'v' }, { name: 'v' }] })), 'volume v twice'],
    ['the name of a volume', cronPod(pod({ volumes: [{ name: 'a.b' }] })), 'name of volume a.b'],
    [
      'a mount of nothing',
      cronPod(withContainer({ volumeMounts: [{ name: 'v', mountPath: '/v' }] })),
      'mounts v, which is not there',
    ],
    [
      'two mounts at one place',
      cronPod(
        withContainer(
          { volumeMounts: [1, 2].map(() => ({ name: 'v', mountPath: '/v' })) },
          { volumes: [{ name: 'v' }] },
        ),
      ),
      'mounts twice at /v',
    ],
    ['a long name of a port', cronPod(withContainer({ ports: [{ name: 'x'.repeat(16) }] })), 'name of port'],
    ['a port without a letter', cronPod(withContainer({ ports: [{ name: '80' }] })), 'name of port 80'],
    ['two ports of a name', cronPod(withContainer({ ports: [{ name: 'a' }, { name: 'a' }] })), 'port a twice'],
    ['a variable', cronPod(withContainer({ env: [{ name: 'a=b' }] })), 'variable a=b'],
    [
      'two values',
      cronPod(withContainer({ env: [{ name: 'A', value: 'b', valueFrom: {} }] })),
      'variable A has two values',
    ],
    [
      'more than allowed',
      cronPod(withContainer({ resources: { requests: { memory: '1Gi' }, limits: { memory: '1G' } } })),
      'asks for 1Gi of memory, limit 1G',
    ],
    [
      'no quantity',
      cronPod(withContainer({ resources: { requests: { cpu: 'a' }, limits: { cpu: '1' } } })),
      'asks for a',
    ],
    ['no limit', cronPod(withContainer({ resources: { requests: { cpu: '1' } } })), 'limit undefined'],
    ['a Secret', cronPod(pod({ volumes: [{ name: 'v', secret: { secretName: 'A' } }] })), 'refers to A'],
    ['a ConfigMap', cronPod(pod({ volumes: [{ name: 'v', configMap: { name: 'A' } }] })), 'refers to A'],
    ['a pull secret', cronPod(pod({ imagePullSecrets: [{ name: 'A' }] })), 'refers to A'],
    ['an account', cronPod(pod({ serviceAccountName: 'A' })), 'refers to A'],
    [
      'a key',
      cronPod(withContainer({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'a', key: '..b' } } }] })),
      'refers to key ..b',
    ],
    ['a selector that misses', deployment({ matchLabels: { a: 'b' } }, { a: 'c' }), 'the selector misses its pods'],
    ['an empty selector', deployment({}, { a: 'c' }), 'the selector misses its pods'],
    [
      'addresses',
      policy({ from: [{ ipBlock: { cidr: '10.0.0.0/33' } }], ports: [{ port: 1 }] }),
      'addresses 10.0.0.0/33',
    ],
    ['a port of a policy', policy({ from: peers, ports: [{ port: 0 }] }), 'port 0'],
    ['a rule without peers', policy({ from: [], ports: [{ port: 1 }] }), 'opens everything'],
    ['a rule without ports', policy({ from: peers, ports: [] }), 'opens everything'],
    ['a port of a Service', service({ name: 'a', port: 65_536 }), 'port 65536'],
    ['two ports of a Service', service({ name: 'a', port: 1 }, { name: 'a', port: 2 }), 'port a twice'],
    ['a claim for nothing', claim('0'), 'storage 0'],
    ['a volume without an end', prometheus('0MB'), 'keeps 0MB'],
    ['more than the volume', prometheus('2000MB'), 'keeps 2000MB'],
  ])('are broken by %s', (_, o, problem) => {
    expect(problemsOf([o as KubeObject])).toEqual([expect.stringContaining(problem)]);
  });

  it('are broken by two objects of a name, in one namespace only', () => {
    const a = object('ConfigMap');
    expect(problemsOf([a, a])).toEqual(['v1 ConfigMap b/a: twice']);
    expect(problemsOf([a, object('Secret'), object('ConfigMap', {}, { namespace: 'c' })])).toEqual([]);
  });
});

describe('what they are made of', () => {
  it.each<[string, number | undefined]>([
    ['1', 1],
    ['500m', 0.5],
    ['1Ki', 1024],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['1e3', 1000],
    ['5E', 5e18],
    ['.5', 0.5],
    ['1GB', undefined],
    ['', undefined],
  ])('%s as a quantity', (text, amount) => {
    expect(amountOf(text)).toBe(amount);
  });

  it.each(['* * * * *', '*/5 0-3,7 ? JAN mon-fri', '@weekly', ' 0  3 * * * ', '5/10 * * * *'])(
    '%s is a schedule',
    (text) => {
      expect(isSchedule(text)).toBe(true);
    },
  );

  it.each([
    '',
    '* * * *',
    '60 * * * *',
    '* * 32 * *',
    '* * * 13 *',
    '* * * * 7',
    '*/0 * * * *',
    '1,,2 * * * *',
    '@every 1m',
    7,
  ])('%s is no schedule', (text) => {
    expect(isSchedule(text)).toBe(false);
  });

  it.each([
    ['10.0.0.0/8', true],
    ['::/0', true],
    ['10.0.0.0', false],
    ['::/129', false],
    ['a/8', false],
    ['1.2.3.4/8/8', false],
  ])('%s as a range of addresses: %s', (text, fits) => {
    expect(isCidr(text)).toBe(fits);
  });
});
