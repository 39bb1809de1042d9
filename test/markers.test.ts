import { output } from '@pulumi/pulumi';
import { Chart } from 'cdk8s';
import { SovraApp, SovraBackupSchedule, SovraInstallation } from '../lib';
import {
  holdsMarker,
  isHelpText,
  isMarker as isOne,
  type Judge,
  markerOf,
  splitAtMarkers,
  withJudges,
  withoutMarkers,
} from '../lib/markers';
import fc from './support/fast-check';
import { refusal } from './support/synth';

const nonce = '0123456789abcdef'.repeat(2);
const marker = (n: number) => markerOf(nonce, n);
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('markers', () => {
  it('are found wherever they are in a text, and told apart', () => {
    const text = `a${marker(1)}${marker(23)}-b`;
    expect(splitAtMarkers(text)).toEqual({ texts: ['a', '', '-b'], markers: [marker(1), marker(23)] });
    expect([text, marker(1), 'latevalue', ''].map(isOne)).toEqual([false, true, false, false]);
    expect(withoutMarkers(text)).toBe('a<Output><Output>-b');
  });

  it('are noticed in base64 at every offset, cut, and in capitals', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (before, after) => {
        expect(holdsMarker(base64(`${before}${marker(5)}${after}`))).toBe(true);
      }),
    );
    expect(holdsMarker(marker(5).slice(0, 20))).toBe(true);
    expect(holdsMarker(marker(5).toUpperCase())).toBe(true);
  });

  it('are not taken for words, and words not for them', () => {
    for (const text of ['latevalue', 'latevalues 12345678', 'LATEVALUE', base64('late value'), 'bGF0ZQ==']) {
      expect(holdsMarker(text)).toBe(false);
    }
  });

  it('survive what labels, URLs and JSON do to a text', () => {
    const m = marker(7);
    expect(new URL(`https://${m}:8443/x`).hostname).toBe(m);
    expect(m.toLowerCase()).toBe(m);
    expect(JSON.stringify(m)).toBe(`"${m}"`);
    expect(m).toMatch(/^[a-z0-9]{1,63}$/);
  });
});

describe('the help text of Pulumi', () => {
  it.each(['toString', 'toJSON'])('is known (%s)', (method) => {
    expect(isHelpText(`https://Calling [${method}] on an [Output<T>] is not supported.`)).toBe(true);
  });

  it('is known in base64, in an address and in other letters', () => {
    for (const text of [`${output('v')}`, JSON.stringify({ v: output('v') })])
      for (const before of ['', 'u', 'u:', 'usr'])
        expect([`${before}${text}`, base64(before + text)].map(isHelpText)).toEqual([true, true]);
    expect([encodeURIComponent(`${output('v')}`), `${output('v')}`.toLowerCase()].map(isHelpText)).toEqual([
      true,
      true,
    ]);
  });

  it('is not seen elsewhere', () => {
    expect(isHelpText('Calling toString() on it is fine')).toBe(false);
  });
});

describe('a rule whose value comes late', () => {
  const judges = new Map<string, Judge[]>();
  const hear = (m: string, judge: Judge) => judges.set(m, [...(judges.get(m) ?? []), judge]);
  const judge = (n: number, value: unknown) => {
    for (const j of judges.get(marker(n)) ?? []) j(value);
  };

  beforeAll(() => {
    withJudges(hear, () => {
      new SovraBackupSchedule(new Chart(new SovraApp(), 'chart'), 'backup', {
        sovra: new SovraInstallation({ database: { name: marker(2), host: marker(3) } }),
        repository: { s3: { endpoint: 'https://s3.example.org', bucket: marker(1), credentials: { secret: 's' } } },
        password: { secret: 'p', key: 'k' },
      });
    });
  });

  it('is heard when the value is there, with construct and property, and without the value', () => {
    const error = refusal(() => judge(1, 'Hunter2'));
    expect(error).toMatchObject({ construct: 'chart/backup', problems: [{ property: 'repository.s3.bucket' }] });
    expect(error.message).not.toContain('Hunter2');
    expect(refusal(() => judge(3, 'Not A Host')).problems[0]?.property).toBe('database.host');
  });

  it.each([undefined, null, 7, ['a']])('takes no %p for a text', (value) => {
    expect(refusal(() => judge(1, value)).problems[0]?.allowed).toBe('a text');
  });

  it('is stricter where a value that is known would be escaped', () => {
    expect(refusal(() => judge(2, 'a "b"')).problems[0]?.property).toBe('database.name');
    // Known, it is fine.
    expect(() => new SovraInstallation({ database: { name: 'a "b"' } })).not.toThrow();
  });

  it('lets through what is right', () => {
    judge(1, 'good-bucket');
    judge(2, 'sovra_1');
    judge(3, 'db.example.org');
  });
});
