import { startCluster } from './cluster';
import { ensureSchemas } from './schemas';
import { validate } from './kubeconform';
import { score } from './kube-score';
const log = (...a: unknown[]) => process.stderr.write(a.map((x) => typeof x === 'string' ? x : JSON.stringify(x, null, 1)).join(' ') + '\n');
test('dist', async () => {
  const c = await startCluster();
  try {
    const dir = '/tmp/distcopy';
    const s = await ensureSchemas(c.programs);
    log('kubeconform', await validate(c.programs, s, [dir]));
    log('score', (await score(c.programs, [dir])).map((f) => `${f.check} ${f.object} ${f.path} ${f.summary}`));
    log('apply', await c.apply(dir).catch((e) => e.message));
    log('ready', await c.waitForWorkloads().catch((e) => e.message));
    log('second', await c.findRepeatedChanges(dir).catch((e) => e.message));
    log('jobs', await c.triggerCronJobs().catch((e) => e.message));
    const am = await c.startAlertmanager({ namespace: 'monitoring', name: process.env.NAME ?? 'sovra' }).catch((e) => { log(e.message); return undefined; });
    if (am) log('am', await am.checkConfig().catch((e) => e.message));
    const p = await c.startPrometheus({ namespace: 'monitoring', name: process.env.NAME ?? 'sovra' }).catch((e) => { log(e.message); return undefined; });
    if (p) {
      log('check', await p.checkConfig().catch((e) => e.message));
      await p.waitForRules({timeout: 40000}).catch((e) => log(e.message));
      log('targets', await p.failedTargets());
    }
  } finally { await c.stop(); }
}, 300000);
