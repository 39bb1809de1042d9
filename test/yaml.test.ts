import { parse, parseAllDocuments } from 'yaml';
import { toYaml, toYamlDocuments } from '../lib/yaml';
import fc from './support/fast-check';

const plain = (v: unknown) => JSON.parse(JSON.stringify(v));

describe('toYaml', () => {
  it.each(['1.1', '1.2'] as const)('is read back as the same value by a YAML %s reader', (version) => {
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'binary' }),
        fc.string(),
        fc.stringMatching(/^[ \t\n:#\-|>'"a-z0-9.%@`!&*{}[\],?~=]{0,30}$/),
        fc.constantFrom(
          'true',
          'No',
          'on',
          'y',
          'N',
          '~',
          'null',
          '0o7',
          '0x1f',
          '1e3',
          '.5',
          '1_000',
          '12:30:45',
          '2001-01-01',
          '<<',
          '=',
          '-',
          '--- a',
          '... ',
          'a: b',
          'a #b',
          'key:',
          '|',
          'line\n',
          'two\n\n',
          '\nlead',
          ' x\ny',
          'x\n  y\n',
          'x \ny',
          'tab\n\ty',
        ),
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }).map((d) => (Object.is(d, -0) ? 0 : d)),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc
          .dictionary(
            fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('on', 'y', 'null', '1', '?', 'a: b')),
            tie('value'),
            { maxKeys: 4, noNullPrototype: true },
          )
          .filter((d) => !Object.hasOwn(d, '__proto__') && !Object.hasOwn(d, '<<')),
      ),
    })).value;
    fc.assert(
      fc.property(value, (v) => {
        expect(parse(toYaml(v), { version, logLevel: 'silent' })).toEqual(plain(v));
      }),
      { numRuns: 500 },
    );
  });

  it('writes a ConfigMap the way a person would', () => {
    expect(
      toYaml({
        apiVersion: 'v1',
        data: { 'a.yml': 'one: 1\n\ntwo: 2\n', flag: 'true' },
        list: [{ name: 'x', args: ['--port=80', 'run'] }, []],
        none: {},
      }),
    ).toBe(
      [
        'apiVersion: v1',
        'data:',
        '  a.yml: |',
        '    one: 1',
        '',
        '    two: 2',
        '  flag: "true"',
        'list:',
        '  - name: x',
        '    args:',
        '      - "--port=80"',
        '      - run',
        '  - []',
        'none: {}',
        '',
      ].join('\n'),
    );
  });

  it('separates documents', () => {
    expect(parseAllDocuments(toYamlDocuments([{ a: 1 }, { b: 2 }])).map((d) => d.toJS())).toEqual([{ a: 1 }, { b: 2 }]);
  });

  // The reader of kubectl is stricter than the one above: it takes some of these for line breaks and refuses others.
  it.each(['\u007f', '\u0081', '\u0085', '\u2028', '\u2029', '\ufeff', '\uffff'])(
    'escapes %j, alone and in a block',
    (c) => {
      for (const text of [c, `a${c}b`, `a\n${c}b\n`]) {
        const written = toYaml({ a: text });
        expect(written).not.toContain(c);
        expect(parse(written)).toEqual({ a: text });
      }
    },
  );

  it('refuses half a character', () => {
    expect(() => toYaml({ a: 'x\ud800' })).toThrow('half a surrogate pair');
    expect(() => toYaml({ a: 'x\udc00\ny' })).toThrow('half a surrogate pair');
    expect(toYaml({ a: '\ud83d\ude00 b' })).toBe('a: "\ud83d\ude00 b"\n');
  });

  it('refuses what has no place in a manifest', () => {
    expect(() => toYaml({ a: Number.NaN })).toThrow('cannot write number NaN as YAML');
    expect(() => toYaml({ a: () => 1 })).toThrow('cannot write function');
  });
});
