import { startCluster } from './cluster';
import { score } from './kube-score';
import { validate } from './kubeconform';
import { ensureSchemas } from './schemas';

const log = (...a: unknown[]) =>
  process.stderr.write(a.map((x) => (typeof x === 'string' ? x : JSON.stringify(x, null, 1))).join(' ') + '\n');
test('dist', async () => {
  const c = await startCluster();
  try {
    const dir = '/tmp/distcopy';
    const s = await ensureSchemas(c.programs);
    log('kubeconform', await validate(c.programs, s, [dir]));
    if (0)
      log(
        'score',
        (await score(c.programs, [dir])).map((f) => `${f.check} ${f.object} ${f.path} ${f.summary}`),
      );
    await c.applyObjects(
      ['sovra', 'sovra-edge'].map((name) => ({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: {
          name,
          labels: {
            'pod-security.kubernetes.io/enforce': 'restricted',
            'pod-security.kubernetes.io/warn': 'restricted',
          },
        },
      })),
    );
    log('apply', await c.apply(dir).catch((e) => e.message));
    const fs = require('node:fs');
    const sec = (namespace: string, name: string, stringData: object) => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData });
    const crt = fs.readFileSync('/tmp/c.pem', 'utf8');
    await c.applyObjects([
      sec('monitoring', 'alertmanager-webhook', { url: 'http://x.example.com/' }),
      sec('sovra-edge', 'vault-tls', { 'ca.crt': crt, 'tls.crt': crt, 'tls.key': fs.readFileSync('/tmp/k.pem', 'utf8') }),
    ]).catch((e: Error) => log(e.message));
    log('ready', await c.waitForWorkloads().catch((e) => e.message));
    log('second', await c.findRepeatedChanges(dir).catch((e) => e.message));
    log('jobs', await c.triggerCronJobs().catch((e) => e.message));
    const am = await c.startAlertmanager({ namespace: 'monitoring', name: process.env.NAME ?? 'sovra' }).catch((e) => {
      log(e.message);
      return undefined;
    });
    if (am) log('am', await am.checkConfig().catch((e) => e.message));
    const p = await c.startPrometheus({ namespace: 'monitoring', name: process.env.NAME ?? 'sovra' }).catch((e) => {
      log(e.message);
      return undefined;
    });
    if (p) {
      log('check', await p.checkConfig().catch((e) => e.message));
      await p.waitForRules({ timeout: 40000 }).catch((e) => log(e.message));
      log("targets", (await p.targets()).map((t) => `${t.scrapePool} ${t.scrapeUrl} ${t.health} ${t.lastError}`));
    }
  } finally {
    await c.stop();
  }
}, 300000);
