import * as v from '../lib/validate';
import fc from './support/fast-check';
import { refusal } from './support/synth';

const holds = <T>(rule: v.Rule<T>, value: T) => rule(value) === undefined;

describe('rules', () => {
  it.each([
    [
      'dnsLabel',
      v.dnsLabel,
      ['a', 'a-b', '0a', 'x'.repeat(63)],
      ['', 'A', '-a', 'a-', 'a.b', 'a_b', 'x'.repeat(64), 'a b', 'ä'],
    ],
    ['dnsSubdomain', v.dnsSubdomain, ['a', 'a.b', 'a-1.b-2'], ['', 'a..b', '.a', 'A.b', 'a_b', `${'x'.repeat(254)}`]],
    ['cronJobName', v.cronJobName, ['x'.repeat(52)], ['x'.repeat(53), 'Bad_Name!']],
    ['labelValue', v.labelValue, ['', 'a', 'A_b.c-1', 'x'.repeat(63)], ['-a', 'a-', 'a b', 'x'.repeat(64), 'a/b']],
    [
      'labelKey',
      v.labelKey,
      ['app', 'app.kubernetes.io/name', 'A_b'],
      ['', 'a/b/c', '/a', 'a/', 'UPPER.example/x', 'a b'],
    ],
    ['secretKey', v.secretKey, ['tls.crt', 'A_b-c'], ['', 'a/b', 'a b']],
    [
      'quantity',
      v.quantity,
      ['1', '500m', '0.5', '512Mi', '50Gi', '1e3'],
      ['', '0', '-1', '1 Gi', '1GB', 'Gi', '1gi', 'NaN'],
    ],
    [
      'duration',
      v.duration,
      ['15s', '5m', '1h30m', '35d', '1w', '500ms'],
      ['', '15', '1.5h', '-5m', '5 m', 'm', '30m1h', '0s', '5min'],
    ],
    [
      'timeZone',
      v.timeZone,
      ['UTC', 'Etc/UTC', 'Europe/Zurich', 'America/Argentina/Buenos_Aires'],
      ['', 'Mars/Olympus', '+02:00', 'CEST', 'utc', 'Europe/', 'EST'],
    ],
    [
      'pinnedImage',
      v.pinnedImage,
      ['a/b:1', 'reg.example:5000/a/b:v1', `a@sha256:${'0'.repeat(64)}`],
      ['', 'a/b', 'a/b:latest', 'reg.example:5000/a', 'a b:1', 'a@sha256:12'],
    ],
    [
      'registry',
      v.registry,
      ['registry.example.com', 'r.example:5000/mirror/x', 'localhost:5000'],
      ['', 'https://r.example', 'r.example/', 'R.example', 'r example'],
    ],
    [
      'https url',
      v.url('https'),
      ['https://a.example', 'https://a:8200/x?y=1'],
      ['', 'http://a', 'a.example', 'https://', 'https://u:p@a.example', 'https://a b'],
    ],
    ['metricName', v.metricNameRule, ['up', 'a:b_c1'], ['', '1a', 'a-b', 'a b']],
  ] as [string, v.Rule, string[], string[]][])(
    '%s takes what is right and refuses what is not',
    (_, rule, right, wrong) => {
      for (const value of right) expect([value, rule(value)]).toEqual([value, undefined]);
      for (const value of wrong) expect([value, holds(rule, value)]).toEqual([value, false]);
    },
  );

  it.each([
    ['port', v.port, [1, 8080, 65535], [0, -1, 65536, 1.5, Number.NaN]],
    ['positiveInteger', v.positiveInteger, [1, 3], [0, -1, 0.5, Number.POSITIVE_INFINITY]],
  ] as [string, v.Rule<number>, number[], number[]][])(
    '%s takes what is right and refuses what is not',
    (_, rule, right, wrong) => {
      for (const value of right) expect(holds(rule, value)).toBe(true);
      for (const value of wrong) expect(holds(rule, value)).toBe(false);
    },
  );

  it('no rule breaks on any string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (s) => {
        for (const rule of [
          v.dnsLabel,
          v.dnsSubdomain,
          v.labelKey,
          v.labelValue,
          v.quantity,
          v.duration,
          v.timeZone,
          v.schedule,
          v.url('https'),
          v.pinnedImage,
          v.registry,
          v.secretKey,
        ]) {
          const broken = rule(s);
          if (broken) expect(broken.allowed.length * broken.remedy.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});

describe('Checker', () => {
  it('tells the construct, the property, what was given, what is allowed and how to mend it, for every problem', () => {
    const error = refusal(() =>
      new v.Checker('app/chart/backup')
        .value('port', 0, v.port)
        .value('name', 'Bad_Name!', v.dnsLabel)
        .unique('nodes', ['a', 'b', 'a'])
        .done(),
    );
    expect(error.construct).toBe('app/chart/backup');
    expect(error.problems.map((p) => [p.property, p.given])).toEqual([
      ['port', 0],
      ['name', 'Bad_Name!'],
      ['nodes[2]', 'a'],
    ]);
    expect(error.message).toBe(
      [
        'app/chart/backup: 3 problems',
        '  - port: got 0; allowed: a port: a whole number from 1 to 65535. Give the number of the port.',
        '  - name: got "Bad_Name!"; allowed: a DNS-1123 label: lower-case letters, digits and "-", at most 63 characters, starting and ending with a letter or digit. Rename it, for example "sovra-prod".',
        '  - nodes[2]: got "a"; allowed: a name that is used once (also at nodes[0]). Give each entry a name of its own.',
      ].join('\n'),
    );
  });

  it('leaves what is not given to the default', () => {
    expect(() =>
      new v.Checker('x')
        .value('port', undefined, v.port)
        .labels('labels', undefined)
        .each('list', undefined, v.dnsLabel)
        .done(),
    ).not.toThrow();
  });

  it('never repeats a password that was pasted into a URL', () => {
    const message = refusal(() =>
      new v.Checker('x').value('url', 'https://admin:hunter2@example.org', v.url('https')).done(),
    ).message;
    expect(message).toContain('https://***@example.org');
    expect(message).not.toContain('hunter2');
  });
});
