import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { waitFor } from '../cluster/wait';
import {
  expectNoSecret,
  type Fault,
  type RunningContainers,
  type RunOptions,
  runJob,
  runPod,
  workFolder,
} from './pods';
import { job, pod, restricted, shell } from './runner-samples';

const SECRET = 'correct-horse-battery';
const run = (script: string, more: object = {}, spec: object = {}, options: RunOptions = {}) =>
  runPod(pod({ containers: [shell('main', script, more)], ...spec }), options);
/** A child of process 1 that has ended, and that nobody has waited for. */
function isDeadOrphan(pid: string): boolean {
  try {
    return /^State:\tZ[\s\S]*^PPid:\t1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
const staging = { volumes: [{ name: 'staging', emptyDir: { sizeLimit: '1Mi' } }] };
const staged = { volumeMounts: [{ name: 'staging', mountPath: '/staging' }] };

describe('a pod', () => {
  it('runs what the template says, as the user that it says', async () => {
    const result = await run('id -u; id -G; pwd; echo $GREETING; hostname; echo $$; cat /proc/self/status', {
      workingDir: '/opt',
      env: [
        { name: 'WHO', value: 'world' },
        { name: 'GREETING', value: 'hello $(WHO) $(NOBODY)' },
      ],
    });
    const [uid, groups, folder, greeting, host, pid] = result.container('main').stdout.split('\n');
    expect(result.log).toContain('ended with 0');
    expect([uid, groups, folder, greeting, host, pid]).toEqual([
      ...['65532', '65532', '/opt', 'hello world $(NOBODY)', 'pod', '1'],
    ]);
    expect(result.container('main').stdout).toMatch(/CapEff:\s+0{16}\n[\s\S]*NoNewPrivs:\s+1/);
    expect(result).toMatchObject({ ok: true, containers: [{ name: 'main', exitCode: 0, init: false }] });
  });

  it('runs init containers one after another, and no further when one has failed', async () => {
    const steps = (second: string) => ({
      ...staging,
      initContainers: [shell('one', 'echo 1 > /staging/n', staged), shell('two', second, staged)],
      containers: [shell('main', 'cat /staging/n', staged)],
    });
    const good = await runPod(pod(steps('echo 2 >> /staging/n')));
    expect(good.container('main').stdout).toBe('1\n2\n');
    expect(good.containers.map(({ name }) => name)).toEqual(['one', 'two', 'main']);
    const bad = await runPod(pod(steps('echo no >&2; exit 3')));
    expect(bad).toMatchObject({ ok: false, reason: 'Error' });
    expect(bad.containers.map(({ name, exitCode }) => [name, exitCode])).toEqual([
      ['one', 0],
      ['two', 3],
    ]);
    expect(() => bad.container('main')).toThrow('[two] no');
  });

  it('has failed when one of two containers has, and a sidecar ends with it', async () => {
    // Nothing is asked to end before it can hear that.
    const side = 'trap "echo bye; exit 0" TERM; : > /staging/listens; while :; do sleep 0.05; done';
    const bad = 'until test -e /staging/listens; do sleep 0.05; done; exit 4';
    const result = await runPod(
      pod({
        ...staging,
        initContainers: [shell('side', side, { ...staged, restartPolicy: 'Always' })],
        containers: [shell('good', 'true'), shell('bad', bad, staged)],
      }),
      { gracePeriodSeconds: 60 },
    );
    expect(result.ok).toBe(false);
    expect(result.container('bad').exitCode).toBe(4);
    expect(result.container('side').stdout).toBe('bye\n');
  });

  it('cannot write to a read-only root, and can to a volume', async () => {
    const script = 'echo x > /staging/a && cat /staging/a; echo x > /tmp/a';
    const result = await run(script, staged, staging);
    expect(result.container('main')).toMatchObject({ exitCode: 1, stdout: 'x\n' });
    expect(result.container('main').stderr).toContain('Read-only file system');
    const free = await run('echo x > /tmp/a', { securityContext: { ...restricted, readOnlyRootFilesystem: false } });
    expect(free.log).toContain('ended with 0');
  });

  it('finds a volume full at its limit, or at the limit that the test gives', async () => {
    const write = (kilobytes: number) => `dd if=/dev/zero of=/staging/a bs=1k count=${kilobytes}`;
    expect((await run(write(900), staged, staging)).ok).toBe(true);
    const full = await run(write(1100), staged, staging);
    expect(full.container('main').stderr).toContain('No space left on device');
    const smaller = await run(write(900), staged, staging, { volumeSizes: { staging: '512Ki' } });
    expect(smaller.container('main').stderr).toContain('No space left on device');
  });

  it('has the programs of its image only, with nothing of this machine', async () => {
    const look = (image: string, programs: string) =>
      run(`for p in ${programs}; do command -v $p || echo no $p; done; exit 0`, { image });
    const restic = await look('docker.io/restic/restic:0.18.1', 'restic jq bash pg_dump node python3 curl');
    expect(restic.container('main').stdout.split('\n').slice(0, -1)).toEqual([
      ...['/usr/bin/restic', '/usr/bin/jq', 'no bash', 'no pg_dump', 'no node', 'no python3', 'no curl'],
    ]);
    const postgres = await look('docker.io/library/postgres:15.15-alpine3.22', 'pg_dump psql bash restic python3');
    expect(postgres.container('main').stdout.split('\n').slice(0, -1)).toEqual([
      ...['/usr/local/bin/pg_dump', '/usr/local/bin/psql', '/usr/bin/bash', 'no restic', 'no python3'],
    ]);
    const debian = await look('postgres:15', 'pg_dump psql sha256sum curl jq');
    expect(debian.container('main').stdout).toContain('/usr/lib/postgresql/15/bin/pg_dump');
    expect(debian.container('main').stdout).toMatch(/sha256sum\nno curl\nno jq/);
    const missing = await run('', { command: ['pg_dump', '--version'] });
    expect(missing.container('main')).toMatchObject({ exitCode: 128, stderr: expect.stringContaining('pg_dump') });
  });

  it('leaves no dead process behind: a thousand of those, and each look at the processes takes longer than a test has', async () => {
    for (let i = 0; i < 3; i++) expect((await run('sleep 0.05 & sleep 0.05 & exit 0')).ok).toBe(true);
    const orphans = async () =>
      readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && isDeadOrphan(pid)).length === 0;
    await waitFor('process 1 to take in the dead', orphans);
  });

  it('resolves the names that it was given, and no others', async () => {
    const options = { hosts: { 's3.example.com': '127.0.9.9' } };
    const result = await run('ping -c1 -W1 s3.example.com 2>&1 | head -1; nslookup example.org >&2', {}, {}, options);
    expect(result.container('main').stdout).toContain('127.0.9.9');
    expect(result.ok).toBe(false);
  });
});

describe('secrets and volumes', () => {
  const options = {
    secrets: { own: { password: SECRET, other: 'not mounted' }, db: { USER: 'sovra' } },
    configMaps: { conf: { 'a.conf': 'x=1' } },
  };
  const mounted = {
    volumes: [
      { name: 'own', secret: { secretName: 'own', defaultMode: 0o440, items: [{ key: 'password', path: 'p' }] } },
    ],
  };
  const mounts = { volumeMounts: [{ name: 'own', mountPath: '/own', readOnly: true }] };

  it('gives values as variables and files, with modes and groups', async () => {
    const more = {
      ...mounts,
      env: [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'own', key: 'password' } } }],
      envFrom: [{ prefix: 'DB_', secretRef: { name: 'db' } }, { configMapRef: { name: 'gone', optional: true } }],
    };
    const result = await run(
      'test "$PASSWORD" = "$(cat /own/p)"; echo $DB_USER; stat -Lc "%a %u %g" /own/p; ls /own',
      more,
      mounted,
      options,
    );
    expect(result.container('main')).toMatchObject({ exitCode: 0, stdout: 'sovra\n440 0 65532\np\n' });
    expectNoSecret(result, [SECRET]);
  });

  it('keeps a file from a user that is not in its group', async () => {
    const securityContext = { ...restricted, runAsUser: 1000, runAsGroup: 1000 };
    const foreign = await run(
      'cat /own/p',
      { ...mounts, securityContext },
      { ...mounted, securityContext: {} },
      options,
    );
    expect(foreign.container('main').stderr).toContain('Permission denied');
    const writing = await run('echo x > /own/p', mounts, mounted, options);
    expect(writing.container('main').stderr).toContain('Read-only file system');
  });

  it.each([
    ['a volume', mounts, mounted, { secrets: { own: { other: 'x' } } }, 'FailedMount', 'own/password'],
    [
      'a variable',
      { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'none', key: 'a' } } }] },
      {},
      {},
      'CreateContainerConfigError',
      'secret "none" not found',
    ],
    ['root', { securityContext: { runAsUser: 0 } }, {}, {}, 'CreateContainerConfigError', 'runAsNonRoot'],
  ])('does not start without %s', async (_, more, spec, given, reason, message) => {
    const result = await run('true', more, spec, given);
    expect(result).toMatchObject({ ok: false, reason, message: expect.stringContaining(message), containers: [] });
  });

  it('gives a claim to the group, and shares it between runs', async () => {
    const claim = join(workFolder(), `claim-${process.pid}`);
    mkdirSync(join(claim, 'sub'), { recursive: true });
    const spec = { volumes: [{ name: 'disk', persistentVolumeClaim: { claimName: 'disk' } }] };
    const at = (subPath?: string) => ({
      volumeMounts: [{ name: 'disk', mountPath: '/disk', ...(subPath && { subPath }) }],
    });
    const claims = { claims: { disk: claim } };
    expect((await run('echo 1 > /disk/a', at('sub'), spec, claims)).log).toContain('ended with 0');
    expect((await run('cat /disk/sub/a', at(), spec, claims)).container('main').stdout).toBe('1\n');
    expect(statSync(join(claim, 'sub', 'a')).gid).toBe(65532);
  });

  // It lives until it was seen, by whoever looks for its secret too.
  const seen: Fault = { when: { process: /^busybox sh/ }, process: /^busybox sh/, action: 'term' };
  it.each<[string, string, string, Fault[]]>([
    ['a command line', 'busybox sh -c "sleep 300; : $PASSWORD" || true', 'command line of busybox', [seen]],
    ['a log', 'echo $PASSWORD | base64', 'log of main', []],
    ['a file', 'echo $PASSWORD > /staging/x', 'staging/x', []],
  ])('finds a secret in %s', async (_, script, place, faults) => {
    const env = [{ name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'own', key: 'password' } } }];
    const kept = join(mkdtempSync(join(workFolder(), 'kept-')), 'staging');
    mkdirSync(kept);
    const inspect = (volumes: Readonly<Record<string, string>>) => {
      const from = volumes.staging as string;
      for (const name of readdirSync(from)) writeFileSync(join(kept, name), readFileSync(join(from, name)));
    };
    const result = await run(script, { ...staged, env }, staging, { ...options, inspect, faults });
    expect(() => expectNoSecret(result, [SECRET], { folders: [kept] })).toThrow(place);
    expect(() => expectNoSecret(result, ['something-else'], { folders: [kept] })).not.toThrow();
  });
});

describe('a Job', () => {
  const flaky = {
    containers: [
      shell('main', 'echo x >> /disk/n; test $(wc -l < /disk/n) -ge 3', {
        volumeMounts: [{ name: 'disk', mountPath: '/disk' }],
      }),
    ],
    volumes: [{ name: 'disk', persistentVolumeClaim: { claimName: 'disk' } }],
  };
  const claims = (name: string) => {
    const path = join(workFolder(), `${name}-${process.pid}`);
    mkdirSync(path);
    return { claims: { disk: path } };
  };

  it('tries again as often as it says', async () => {
    const good = await runJob(job(flaky, { backoffLimit: 2 }), claims('good'));
    expect([good.ok, good.attempts.map(({ ok }) => ok)]).toEqual([true, [false, false, true]]);
    const bad = await runJob(job(flaky, { backoffLimit: 1 }), claims('bad'));
    expect([bad.reason, bad.attempts.length]).toEqual(['BackoffLimitExceeded', 2]);
  });

  describe('whose time is up', () => {
    const atLeast = (seconds: number) => seconds - 0.01;
    const sleeping = [shell('main', 'echo working; sleep 300')];
    const expires: Fault = { container: 'main', when: { output: /working/ }, action: (of) => of.expire() };

    it.each([
      ['the Job', {}, { activeDeadlineSeconds: 1 }, 'DeadlineExceeded'],
      ['the pod', { activeDeadlineSeconds: 1 }, { backoffLimit: 0 }, 'BackoffLimitExceeded'],
    ])('has ended, after as long as %s says', async (_, ofPod, ofJob, reason) => {
      const result = await runJob(job({ ...ofPod, containers: sleeping }, ofJob), { gracePeriodSeconds: 0.2 });
      const event = result.last.events.find((e) => e.reason === 'DeadlineExceeded');
      expect(event?.at).toBeGreaterThan(atLeast(1));
      expect(result).toMatchObject({
        reason,
        attempts: [{ reason: 'DeadlineExceeded', containers: [{ exitCode: 137 }] }],
      });
    });

    const expired = async (script: string, gracePeriodSeconds: number) => {
      const containers = [shell('main', script)];
      const result = await runJob(job({ containers }), { gracePeriodSeconds, faults: [expires] });
      const reason = 'DeadlineExceeded';
      expect(result).toMatchObject({ ok: false, reason, attempts: [{ reason }] });
      return result.last.container('main');
    };

    it('is asked to end', async () => {
      const listens = 'trap "echo ending; exit 0" TERM; echo working; while :; do sleep 0.05; done';
      expect(await expired(listens, 60)).toMatchObject({ exitCode: 0, stdout: 'working\nending\n' });
    });

    it('is killed when it does not hear that', async () => {
      const deaf = 'trap "" TERM; echo working; sleep 300; :';
      expect(await expired(deaf, 0.3)).toMatchObject({ exitCode: 137, stdout: 'working\n' });
    });

    it('has failed by itself, if it did so before that', async () => {
      let pod: RunningContainers | undefined;
      const action = (of: RunningContainers) => {
        pod = of;
      };
      const result = await runJob(job({ containers: [shell('main', 'echo working; exit 1')] }, { backoffLimit: 0 }), {
        faults: [{ when: { output: /working/ }, action }],
        inspect: () => pod?.expire(),
      });
      expect(result).toMatchObject({ reason: 'BackoffLimitExceeded', attempts: [{ reason: 'Error' }] });
    });
  });

  it('is waiting when what it needs is not there', async () => {
    const spec = { containers: [shell('main', 'true', { envFrom: [{ secretRef: { name: 'none' } }] })] };
    const result = await runJob(job(spec));
    expect(result).toMatchObject({ reason: 'DeadlineExceeded', attempts: [{ reason: 'CreateContainerConfigError' }] });
  });
});

describe('faults', () => {
  /** The first pod has no end, so that a fault comes in time; the next one has. */
  const endless = 'echo working; test -e /disk/again || { : > /disk/again; sleep 300; }; echo done';
  const under = (fault: Fault, script = endless) => {
    const disk = { name: 'disk', persistentVolumeClaim: { claimName: 'disk' } };
    const main = shell('main', script, { volumeMounts: [{ name: 'disk', mountPath: '/disk' }] });
    const claims = { disk: mkdtempSync(join(workFolder(), 'again-')) };
    const options = { faults: [fault], claims, gracePeriodSeconds: 0.2 };
    return runJob(job({ containers: [main], volumes: [disk] }, { backoffLimit: 1 }), options);
  };

  it.each<[string, Fault]>([
    ['what it says', { container: 'main', when: { output: /working/ }, action: 'kill' }],
    ['a process', { container: 'main', when: { process: /^sleep/ }, process: /^sh /, action: 'kill' }],
  ])('kill a container by %s; the next pod is unhurt', async (_, fault) => {
    const result = await under(fault);
    expect(result.attempts.map(({ ok }) => ok)).toEqual([false, true]);
    expect(result.attempts[0]?.container('main')).toMatchObject({ exitCode: 137, stdout: 'working\n' });
  });

  it('kill a container by time, however far it has come', async () => {
    const fault: Fault = { container: 'main', when: { seconds: 0.3 }, action: 'kill' };
    const result = await run('sleep 300', {}, {}, { faults: [fault] });
    expect(result.container('main').exitCode).toBe(137);
    expect(result.events.find(({ reason }) => reason === 'Fault')?.at).toBeGreaterThan(0.29);
  });

  it('evict a pod', async () => {
    const result = await under({ when: { output: /working/ }, action: 'evict' });
    expect(result.attempts.map(({ reason }) => reason)).toEqual(['Evicted', undefined]);
  });

  it('freeze a container, so that it hears nothing and is killed when its time is up', async () => {
    const listens = 'trap "echo heard; exit 0" TERM; echo working; while :; do sleep 0.05; done';
    const when = { output: /working/ };
    const faults: Fault[] = [
      { container: 'main', when, action: 'freeze' },
      { container: 'main', when, action: (of) => of.expire() },
    ];
    const result = await run(listens, {}, {}, { faults });
    expect(result).toMatchObject({ reason: 'DeadlineExceeded', containers: [{ exitCode: 137, stdout: 'working\n' }] });
  });

  it('run an action of the test', async () => {
    const action = jest.fn();
    expect((await under({ when: { output: /done/ }, action }, 'echo done')).attempts).toHaveLength(1);
    expect(action).toHaveBeenCalledTimes(1);
  });

  it('that never come to pass are an error', async () => {
    await expect(under({ when: { output: /never/ }, action: 'kill' }, 'true')).rejects.toThrow('never came to pass');
    await expect(under({ attempt: 2, when: { output: /x/ }, action: 'kill' }, 'true')).rejects.toThrow('there were 1');
  });
});

describe('what the runner refuses', () => {
  it.each([
    ['a field that it does not know', pod({ containers: [shell('a', '', { lifecycle: {} })] }), 'lifecycle'],
    ['a policy that it does not know', job({ containers: [] }, { podFailurePolicy: {} }), 'podFailurePolicy'],
    ['pods that restart', pod({ containers: [], restartPolicy: 'OnFailure' }), 'restartPolicy'],
    [
      'an image that nothing stands in for',
      pod({ containers: [shell('a', '', { image: 'x/unknown:1' })] }),
      'x/unknown:1',
    ],
  ])('%s', async (_, object, message) => {
    await expect(runPod(object)).rejects.toThrow(message);
  });

  it('a pod that does not end', async () => {
    await expect(run('sleep 60', {}, {}, { timeoutSeconds: 0.3 })).rejects.toThrow('longer than 0.3 s');
  });
});
