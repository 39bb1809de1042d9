/** Kinds of single values, over the whole range that Kubernetes and Prometheus document. */
import fc, { type Arbitrary } from 'fast-check';
import type { Resources } from '../../lib/kube/pod';
import type { Labels, SecretKeyRef } from '../../lib/sovra/installation';
import { clash, type Kind, map, number, record, text } from './kinds';

const matching = (shape: RegExp, ...edges: readonly string[]): Arbitrary<string> =>
  fc.oneof({ arbitrary: fc.stringMatching(shape), weight: 2 }, { arbitrary: fc.constantFrom(...edges), weight: 1 });

const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const KEY = /^(?!\.\.)[-._a-zA-Z0-9]{1,253}$/;
const NOT_A_NAME = ['', 'A', 'a_b', '-a', 'a-', 'a b', 'ä', 'a/b', 'a\n', ' a', '{{a}}'];

export const dnsLabel = text(
  matching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/, 'sovra', '0', 'x'.repeat(63)),
  [...NOT_A_NAME, 'a.b', 'x'.repeat(64)],
  LABEL,
);
/** Where a name is part of a longer one. */
export const shortLabel = text(
  fc.stringMatching(/^[a-z]([-a-z0-9]{0,12}[a-z0-9])?$/),
  [...NOT_A_NAME, 'a.b', 'x'.repeat(64)],
  LABEL,
);
export const dnsSubdomain = text(
  matching(/^[a-z0-9]([-a-z0-9]{0,9}[a-z0-9])?(\.[a-z0-9]([-a-z0-9]{0,9}[a-z0-9])?){0,2}$/, 'a.b', 'x'.repeat(253)),
  [...NOT_A_NAME, 'a..b', '.a', 'a.', 'x'.repeat(254)],
  SUBDOMAIN,
);
export const cronJobName = text(
  matching(/^[a-z0-9]([-a-z0-9]{0,50}[a-z0-9])?$/, 'x'.repeat(52)),
  [...NOT_A_NAME, 'a.b', 'x'.repeat(53)],
  LABEL,
);
const WRONG_LABEL_VALUE = ['-a', 'a-', 'a b', 'a/b', 'ä', 'x'.repeat(64), 'a\n'];
export const labelValue = text(
  matching(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,20}[A-Za-z0-9])?)?$/, '', 'x'.repeat(63)),
  WRONG_LABEL_VALUE,
  LABEL_VALUE,
);
/** An identifier that becomes a label: never empty, and often no name of an object. */
export const identifier = text(
  matching(/^[A-Za-z0-9]([-A-Za-z0-9_.]{0,20}[A-Za-z0-9])?$/, 'Edge_EU.1', 'health-a', 'a', 'A', 'x'.repeat(63)),
  ['', ...WRONG_LABEL_VALUE],
  LABEL_VALUE,
);
export const labelKey = text(
  matching(
    /^([a-z0-9]{1,9}\.[a-z0-9]{1,9}\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,9}[A-Za-z0-9])?$/,
    `${'x'.repeat(253)}/${'y'.repeat(63)}`,
  ),
  ['', 'a/b/c', '/a', 'a/', 'UPPER.example/x', 'a b', '-a', 'y'.repeat(64), `${'x'.repeat(254)}/y`],
  /^([a-z0-9.-]+\/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/,
);
export const secretKey = text(
  matching(/^[a-zA-Z0-9]([-._a-zA-Z0-9]{0,12})$/, 'tls.crt', '-', 'x'.repeat(253)),
  ['', 'a/b', 'a b', 'ä', '.', '..', '..data', 'x'.repeat(254)],
  KEY,
);
export const labels: Kind<Labels> = map(labelKey, labelValue);
/** Labels that select something: an empty selector would take everything. */
export const selector: Kind<Labels> = map(labelKey, labelValue, { min: 1 });

const NO_QUANTITY = ['', '0', '-1', '1 Gi', '1GB', 'Gi', '1gi', 'NaN', '1.2.3', '1Gi2'];
/** Of bytes. */
export const quantity = text(
  fc.oneof(
    fc
      .tuple(fc.integer({ min: 1, max: 1023 }), fc.constantFrom('Mi', 'Gi', 'Ti', 'M', 'G', 'T', 'P', 'Ei'))
      .map(([n, u]) => `${n}${u}`),
    fc.constantFrom('1.5Gi', '+1Gi', '1e9', '5E9', '4000000', '.5Ti', '3.Gi', '1Ei'),
  ),
  NO_QUANTITY,
  /^[+-]?[0-9.]+[A-Za-z0-9+-]*$/,
);
const share = (unit: string, min: number, max: number) => fc.integer({ min, max }).map((n) => `${n}${unit}`);
const amount = (valid: Arbitrary<string>) => text(valid, NO_QUANTITY, /^[+-]?[0-9.]+[A-Za-z0-9+-]*$/);

/** Requests and limits in different units, requests never above limits, sometimes equal. */
export const resources: Kind<Resources> = clash(
  clash(
    record(
      {
        cpu: amount(fc.oneof(share('m', 1, 500), fc.constantFrom('0.5', '.25', '5e-1', '500m'))),
        memory: amount(fc.oneof(share('Mi', 1, 512), share('M', 1, 512), fc.constantFrom('1e6', '512Mi'))),
        cpuLimit: amount(fc.oneof(share('', 1, 64), share('m', 500, 64_000), fc.constantFrom('0.5', '1.5'))),
        memoryLimit: amount(fc.oneof(share('Gi', 1, 64), share('Mi', 512, 9000), fc.constantFrom('1e10', '1Ti'))),
      },
      ['cpu', 'memory', 'cpuLimit', 'memoryLimit'],
    ),
    'more CPU requested than allowed',
    { cpu: '1001m', cpuLimit: '1' },
    '.cpu',
  ),
  'more memory requested than allowed',
  { memory: '1Gi', memoryLimit: '1G' },
  '.memory',
);

export const port = number(
  fc.oneof(fc.integer({ min: 1, max: 65_535 }), fc.constantFrom(1, 65_535)),
  [0, -1, 65_536, 80.5],
);
export const positiveInteger = number(fc.integer({ min: 1, max: 9 }), [0, -1, 1.5, -0.5]);

const NO_DURATION = ['', '15', '1.5h', '-5m', '5 m', 'm', '30m1h', '0s', '5min', '1H', '300y', '99999999999w'];
const DURATION = /^(\d+(ms|[ywdhms]))+$/;
export const duration = text(
  fc.oneof(share('s', 1, 90), share('m', 1, 90), fc.constantFrom('1h30m', '1d', '1w', '1y', '500ms', '1m500ms', '90m')),
  NO_DURATION,
  DURATION,
);
/** What rules take: also none at all. */
export const zeroOrDuration = text(
  fc.oneof(duration.valid, fc.constant('0s')),
  NO_DURATION.filter((d) => d !== '0s'),
  DURATION,
);
/** Longer than the objectives look back. */
export const retention = text(
  fc.oneof(share('d', 31, 4000), fc.constantFrom('5w', '1y', '30d1ms', '721h')),
  [...NO_DURATION, '30d', '720h', '4w', '1ms'],
  DURATION,
);

const hostPath = fc.tuple(
  fc.domain(),
  fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined }),
  fc.constantFrom('', '/', '/v1/sys/health', '/a/b'),
);
const address = (scheme: string) =>
  hostPath.map(([h, p, path]) => `${scheme}://${h}${p === undefined ? '' : `:${p}`}${path}`);
const NO_URL = [
  '',
  'example.com',
  '//example.com',
  'ftp://example.com',
  'https://',
  'https:/example.com',
  'https:example.com',
  'https://u:p@example.com',
  'https://a b',
  'https://example.com:99999',
  'javascript:alert(1)',
];
export const httpsUrl = text(
  fc.oneof(address('https'), fc.constant('https://[2001:db8::1]:8200/x')),
  [...NO_URL, 'http://example.com'],
  /^https:/i,
);
export const webUrl = text(fc.oneof(address('https'), address('http')), NO_URL, /^https?:/i);
/** Where pages lie below. */
export const baseUrl = text(
  webUrl.valid.filter((u) => !u.endsWith('/')),
  [...NO_URL, 'https://example.com/'],
  /^https?:/i,
);

/** A sentence; anything that a person may write. */
export const prose = text(
  fc.oneof(
    fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }).map((s) => `a ${s}`),
    fc.constantFrom('It fails.', 'a: "b" #c\n- d', '{{ $labels.x }} is down', '%s \\'),
  ),
  ['', ' ', '\n\t'],
);

/** Any text at all. */
export const anyText = text(fc.oneof(prose.valid, fc.constantFrom('', ' ')), []);

export const secretRef: Kind<SecretKeyRef> = record({ secret: dnsSubdomain, key: secretKey }, ['secret', 'key']);

const TAG = fc.constantFrom(':1.2.3', ':v1', `@sha256:${'0af9'.repeat(16)}`, ':1', ':RC_1.x');
export const image = text(
  fc
    .tuple(
      fc.constantFrom('', 'registry.example.com/', 'localhost:5000/', 'a-b.c:80/x/'),
      fc.constantFrom('app', 'my/app', 'a_b/c.d'),
      TAG,
    )
    .map((p) => p.join('')),
  [
    '',
    'app',
    'app:latest',
    'registry.example.com/app:latest',
    'registry:5000/app',
    'APP:1',
    'app:',
    'app@sha256:12',
    'app: 1',
    'http://r/app:1',
  ],
);
export const registry = text(
  fc.constantFrom(
    'registry.example.com',
    'registry.example.com:5000',
    'registry.example.com:5000/mirror/a',
    'localhost',
  ),
  ['', 'https://r.example.com', 'r.example.com/', 'a b', 'R.example.com', 'r.example.com:port'],
);
