import { exposition } from './exposition';
import { parse } from './testing/parse';

describe('the text format', () => {
  it('writes help, type and samples, and escapes what has to be', () => {
    const text = exposition([
      {
        name: 'a_total',
        type: 'counter',
        help: 'one\\two\nthree "four"',
        samples: [{ labels: { path: 'C:\\x\n"y"' }, value: 1.5 }],
      },
      { name: 'b', type: 'gauge', help: 'B', samples: [{ labels: {}, value: Number.POSITIVE_INFINITY }] },
    ]);
    expect(text).toBe(
      [
        '# HELP a_total one\\\\two\\nthree "four"',
        '# TYPE a_total counter',
        'a_total{path="C:\\\\x\\n\\"y\\""} 1.5',
        '# HELP b B',
        '# TYPE b gauge',
        'b +Inf',
        '',
      ].join('\n'),
    );
  });

  it('leaves a family without samples out', () => {
    expect(exposition([{ name: 'a', type: 'gauge', help: 'A', samples: [] }])).toBe('');
  });

  it('is read back as it was written', () => {
    const labels = { path: 'C:\\x\n"y",z="1"', status: '' };
    const family = parse(exposition([{ name: 'a', type: 'gauge', help: 'A', samples: [{ labels, value: -2 }] }])).get(
      'a',
    );
    expect(family).toEqual({ type: 'gauge', help: 'A', samples: [{ name: 'a', labels, value: -2 }] });
  });
});
