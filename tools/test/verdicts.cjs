// What jest runs said, file by file, and which files are to be heard again. Pure: no process, no file.
const { relative } = require('node:path');

/** More than this is no machine that stalled but a change that broke something: it is told at once. */
const MOST_HEARD_AGAIN = 5;

/**
 * One verdict for each file of a report of jest (`--json`), and one for the run itself where it broke in another way:
 * no report, no test, or an exit code that no file explains.
 */
function verdictsOf({ report, ok, root }) {
  const verdicts = (report?.testResults ?? []).map((suite) => {
    const count = (...kinds) => suite.assertionResults.filter(({ status }) => kinds.includes(status)).length;
    const passed = count('passed');
    // A skipped test must not read as a pass, a suite that cannot be loaded not as an empty one.
    const bad = suite.assertionResults.length - passed || (suite.status === 'passed' && passed > 0 ? 0 : 1);
    return { file: relative(root, suite.name), passed, failed: bad };
  });
  const explained = verdicts.some(({ failed }) => failed > 0);
  const sound = ok && verdicts.length > 0;
  return explained || sound ? verdicts : [...verdicts, { file: undefined, passed: 0, failed: 1 }];
}

/** The files that failed while they shared the machine with others. None if a run broke as a whole, or if they are many. */
function toHearAgain(verdicts) {
  const failed = verdicts.filter((v) => v.failed > 0);
  const whole = failed.some(({ file }) => file === undefined);
  return whole || failed.length > MOST_HEARD_AGAIN ? [] : failed.map(({ file }) => file);
}

/** The verdicts after a second hearing: of a file that was heard again its second one counts, and only that. */
function settle(first, second) {
  const heard = new Set(second.map(({ file }) => file));
  return [...first.filter(({ file }) => !heard.has(file)), ...second];
}

const sum = (verdicts, key) => verdicts.reduce((total, verdict) => total + verdict[key], 0);

module.exports = { MOST_HEARD_AGAIN, settle, sum, toHearAgain, verdictsOf };
