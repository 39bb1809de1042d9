/** The scripts of the reviews, really run: by the machine's shell, with programs that say what they were given. */
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { capacityQuestions, FORECAST_SCRIPT } from '../../lib/operations/capacity-report';
import { SCAN_SCRIPT } from '../../lib/operations/cve-scan';
import { REVIEW_SCRIPT } from '../../lib/operations/reviews';
import { SovraInstallation } from '../../lib/sovra/installation';
import { tool } from '../support/tools';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sovra-ops-review-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program of the name, of a few lines of sh. */
function program(name: string, lines: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
  return path;
}

function sh(script: string, args: readonly string[], env: Record<string, string>): SpawnSyncReturns<string> {
  return spawnSync('/bin/sh', ['-euc', script, 'test', ...args], {
    encoding: 'utf8',
    env: { PATH: `${folder}:${process.env.PATH}`, ...env },
  });
}

describe('a review', () => {
  const review = (command: readonly string[], env: Record<string, string> = {}) =>
    sh(REVIEW_SCRIPT, command, { SINCE_SECONDS: '', FINDINGS: 'log', ...env });

  test('hands every word over as it is, and prints what comes back', () => {
    const words = ['a b', '$(touch gone)', '`id`', ';', '*', '"', "'", ''];
    const { status, stdout } = review([program('cli', 'for w in "$@"; do printf "<%s>\\n" "$w"; done'), ...words]);
    expect([status, stdout]).toEqual([0, `${words.map((w) => `<${w}>`).join('\n')}\n`]);
  });

  test('tells a point in time where the release wants one', () => {
    const began = Math.floor(Date.now() / 1000) * 1000;
    const { stdout } = review([program('cli', 'echo "$@"'), 'query'], { SINCE_SECONDS: '86400' });
    const [, since = ''] = /^query --since (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/m.exec(stdout) ?? [];
    const asked = Date.parse(since) + 86_400_000;
    expect(asked).toBeGreaterThanOrEqual(began);
    expect(asked).toBeLessThanOrEqual(Date.now());
  });

  test.each([
    ['findings are kept in the log', 'echo one; echo two', 'log', 0, 'lines: 2, exit code: 0'],
    ['findings make it fail where that is wanted', 'echo one', 'fail', 1, 'lines: 1, exit code: 0'],
    ['nothing found is well', 'true', 'fail', 0, 'lines: 0, exit code: 0'],
    [
      'a command that fails is a failure, and its code is kept',
      'echo half; exit 3',
      'log',
      3,
      'lines: 1, exit code: 3',
    ],
  ])('%s', (_, lines, findings, status, told) => {
    const done = review([program('cli', lines)], { FINDINGS: findings });
    expect([done.status, done.stderr.trim()]).toEqual([status, told]);
  });

  test('what was printed before a failure is not lost', () => {
    expect(review([program('cli', 'echo half; exit 3')]).stdout).toBe('half\n');
  });

  test('a command that is not there is a failure', () => {
    expect(review([join(folder, 'nothing')]).status).not.toBe(0);
  });
});

describe('the scan', () => {
  const scan = (images: string, env: Record<string, string> = {}) => {
    writeFileSync(join(folder, 'images'), images);
    program(
      'trivy',
      `echo "$@" >> ${folder}/calls\ncat\ncase "$*" in *bad*) exit 1 ;; *holes*) echo CVE-2026-1; exit 10 ;; esac`,
    );
    const command = ['trivy', 'image', '--severity', 'HIGH,CRITICAL'];
    return sh(SCAN_SCRIPT, command, { IMAGES: join(folder, 'images'), FINDINGS: 'log', FOUND_CODE: '10', ...env });
  };

  test('looks at each image of the list, the last one without an end of line too', () => {
    const { status, stdout, stderr } = scan('r/one:1\n\nr/two:2');
    expect([status, stdout]).toEqual([0, '== r/one:1\n== r/two:2\n']);
    expect(stderr).toBe('images: 2, with findings: 0, not scanned: 0\n');
  });

  test('an image that cannot be scanned does not hold up the others, but the run has failed', () => {
    const { status, stderr } = scan('r/bad:1\nr/two:2\n');
    expect(status).toBe(1);
    expect(stderr).toContain('r/bad:1 could not be scanned');
    expect(stderr).toContain('images: 2, with findings: 0, not scanned: 1');
  });

  test('findings are told, and fail only where that is wanted', () => {
    const kept = scan('r/holes:1\nr/two:2\n');
    expect([kept.status, kept.stdout]).toEqual([0, '== r/holes:1\nCVE-2026-1\n== r/two:2\n']);
    expect(scan('r/holes:1\n', { FINDINGS: 'fail' }).status).toBe(1);
    expect(scan('r/two:2\n', { FINDINGS: 'fail' }).status).toBe(0);
  });

  test('a list of nothing is a failure: it would read like an image without findings', () => {
    expect(scan('\n').status).toBe(1);
  });
});

describe('the forecast', () => {
  /** Asks a server that answers like Prometheus, with the real `promtool`. */
  async function forecast(questions: readonly string[]): Promise<{ status: number | null; stdout: string }> {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => {
        body += part;
      });
      request.on('end', () => {
        const query = new URLSearchParams(body).get('query') ?? '';
        asked.push(query);
        const result = query === 'one' ? [{ metric: { datname: 'sovra' }, value: [1, '42'] }] : [];
        const failed = { status: 'error', errorType: 'bad_data', error: 'parse error' };
        response.writeHead(query === 'wrong' ? 400 : 200, { 'content-type': 'application/json' });
        response.end(
          JSON.stringify(query === 'wrong' ? failed : { status: 'success', data: { resultType: 'vector', result } }),
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const run = spawn('/bin/sh', ['-euc', FORECAST_SCRIPT, 'test', ...questions], {
        env: {
          PATH: `${dirname(tool('promtool'))}:${process.env.PATH}`,
          PROMETHEUS: `http://127.0.0.1:${port}`,
        },
      });
      let stdout = '';
      run.stdout.on('data', (part) => {
        stdout += part;
      });
      const status = await new Promise<number | null>((resolve) => run.on('close', resolve));
      expect(asked.length).toBeGreaterThan(0);
      return { status, stdout };
    } finally {
      server.close();
    }
  }

  test('each question with its answer, and "no data" where there is none', async () => {
    const { status, stdout } = await forecast(['size', 'one', 'growth', '-none']);
    expect(status).toBe(0);
    expect(stdout).toBe('== size\n{datname="sovra"} => 42 @[1]\n== growth\nno data\n');
  });

  test('a question that is not answered makes it fail, after the others', async () => {
    const { status, stdout } = await forecast(['a', 'wrong', 'b', 'one']);
    expect(status).toBe(1);
    expect(stdout).toContain('== a\nnot answered\n== b\n{datname="sovra"} => 42');
  });

  test('every question of the report is PromQL', () => {
    const volumes = { namespaces: ['sovra', 'monitoring'] };
    const installations = [
      {},
      { dialect: '2026.3' },
      { volumes },
      { volumes: { namespaces: manyNamespaces() } },
    ] as const;
    const exprs = installations.flatMap((props) => capacityQuestions(new SovraInstallation(props)).map(([, e]) => e));
    const rules = exprs.map((expr, i) => ({ record: `a:q${i}`, expr }));
    writeFileSync(join(folder, 'rules.yaml'), JSON.stringify({ groups: [{ name: 'a', rules }] }));
    const { status, stderr } = spawnSync(tool('promtool'), ['check', 'rules', join(folder, 'rules.yaml')], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(exprs.length).toBeGreaterThan(20);
  });
});

const manyNamespaces = () => Array.from({ length: 51 }, (_, i) => `n${i}`);
