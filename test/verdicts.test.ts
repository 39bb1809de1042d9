/** What `make test` makes of the reports of its runs: a failure is never lost, and never excused but by a second run. */
const { MOST_HEARD_AGAIN, settle, sum, toHearAgain, verdictsOf } = require('../tools/test/verdicts.cjs');

const root = '/repository';
const suite = (name: string, ...statuses: string[]) => ({
  name: `${root}/test/${name}`,
  status: statuses.every((s) => s === 'passed') ? 'passed' : 'failed',
  assertionResults: statuses.map((status) => ({ status })),
});
const verdicts = (ok: boolean, ...testResults: object[]) => verdictsOf({ report: { testResults }, ok, root });

describe('one run', () => {
  test('counts each file', () => {
    const heard = verdicts(false, suite('a.test.ts', 'passed', 'passed'), suite('b.test.ts', 'passed', 'failed'));
    expect(heard).toEqual([
      { file: 'test/a.test.ts', passed: 2, failed: 0 },
      { file: 'test/b.test.ts', passed: 1, failed: 1 },
    ]);
  });

  test.each(['pending', 'todo', 'skipped', 'disabled', 'focused'])('%s is no pass', (status) => {
    expect(verdicts(true, { ...suite('a.test.ts', 'passed', status), status: 'passed' })).toEqual([
      { file: 'test/a.test.ts', passed: 1, failed: 1 },
    ]);
  });

  test('a file that cannot be loaded, or has no test, is a failure', () => {
    expect(verdicts(false, { ...suite('a.test.ts'), status: 'failed' })[0]).toMatchObject({ failed: 1 });
    expect(verdicts(true, suite('a.test.ts'))[0]).toMatchObject({ failed: 1 });
  });

  test('a suite that fails outside of its tests is a failure', () => {
    expect(verdicts(false, { ...suite('a.test.ts', 'passed'), status: 'failed' })).toEqual([
      { file: 'test/a.test.ts', passed: 1, failed: 1 },
    ]);
  });

  test.each([
    ['no report', { report: undefined, ok: true, root }],
    ['no file', { report: { testResults: [] }, ok: true, root }],
    [
      'an exit code that no file explains',
      { report: { testResults: [suite('a.test.ts', 'passed')] }, ok: false, root },
    ],
  ])('%s is a failure of the run', (_, given) => {
    expect(verdictsOf(given).at(-1)).toEqual({ file: undefined, passed: 0, failed: 1 });
  });
});

describe('a second hearing', () => {
  const failed = (file: string | undefined) => ({ file, passed: 3, failed: 1 });

  test('is for the files that failed', () => {
    expect(toHearAgain([{ file: 'a', passed: 1, failed: 0 }, failed('b')])).toEqual(['b']);
  });

  test('is not for a run that broke as a whole, nor for many failures', () => {
    expect(toHearAgain([failed('b'), failed(undefined)])).toEqual([]);
    expect(toHearAgain(Array.from({ length: MOST_HEARD_AGAIN + 1 }, (_, i) => failed(`${i}`)))).toEqual([]);
  });

  test('decides, for and against, and loses no count', () => {
    const first = [{ file: 'a', passed: 1, failed: 0 }, failed('b'), failed('c')];
    const settled = settle(first, [{ file: 'b', passed: 4, failed: 0 }, failed('c')]);
    expect([sum(settled, 'passed'), sum(settled, 'failed')]).toEqual([8, 1]);
  });

  test('that breaks does not clear a file', () => {
    const settled = settle([failed('b')], verdictsOf({ report: undefined, ok: false, root }));
    expect(sum(settled, 'failed')).toBe(2);
  });
});
