/**
 * A dead control plane is one page, whatever hangs on it; what it hid is told when it is over. And the P3 of a weekend
 * waits for Monday. On a real Prometheus and a real Alertmanager.
 */
import type { Cluster } from './cluster';
import { hoursFrom, minuteAfter, notToday } from './hours';
import { EDGE_NODES, PAIR, Pair } from './pair';
import { DELIVERY, Timings } from './timing';
import { waitFor } from './wait';

const minute = 60_000;

/** Whoever is told at any time. */
const NOW = ['/P0', '/P1', '/P2'];

/** Tests that use a cluster which others use, too. `ignored` are AlertmanagerConfigs of those. */
export function pairTests(cluster: () => Cluster, ignored: readonly string[]): void {
  let pair: Pair;
  const timings = new Timings(
    'on-call',
    () => pair.objects,
    () => pair.alertmanager,
  );
  /** When business hours begin, and when Alertmanager knew of them. */
  let [opens, known] = [0, 0];

  beforeAll(async () => {
    const objects = await Pair.apply(cluster(), notToday());
    await cluster().waitForWorkloads({ timeout: 2 * minute });
    pair = await Pair.start(cluster(), objects, ignored);
  }, 8 * minute);

  afterAll(async () => {
    timings.report();
    await pair?.stop();
  }, 2 * minute);

  test.each(['P0', 'P1', 'P2', 'P3'])(
    'amtool sends %s where the props say, in hours only where it may wait',
    async (level) => {
      const [leaf, ...more] = await pair.alertmanager.leaves({ alertname: 'X', level });
      expect(leaf).toMatchObject({ receiver: `${PAIR}/sovra/${level.toLowerCase()}`, hours: level === 'P3' });
      expect(more).toEqual([]);
    },
    minute,
  );

  test(
    'a P3 at the weekend is held back',
    async () => {
      await pair.sovra.inject('edge-cert-expiring', { node: 'edge-4', value: 20 * 86_400 });
      await waitFor('it to be held back', async () => (await pair.alertmanager.heldBack('active_time_interval')) > 0, {
        timeout: 2 * minute,
      });
      expect(pair.oncall.deliveries).toEqual([]);
      // What the clock brings in a week, brought near: "Monday" is today, from some minute on.
      opens = minuteAfter(25_000);
      await pair.setHours(hoursFrom(opens));
      known = Date.now();
    },
    5 * minute,
  );

  test(
    'a dead control plane with ten edge nodes that it hears too late is one page',
    async () => {
      const held = await pair.alertmanager.heldBack('inhibition');
      for (const node of EDGE_NODES) await pair.sovra.inject('heartbeat-late', { node });
      await pair.sovra.inject('api-down');
      const since = Date.now();
      const labels = { alertname: 'SovraApiDown', level: 'P0' };
      const page = await pair.oncall.waitForPage(labels, since, { timeout: 3 * minute });
      await timings.record('API down', since, page.at, labels);
      expect(page.alert.labels.severity).toBe('critical');
      expect(page.alert.annotations.runbook_url).toMatch(/\/SovraApiDown\.md$/);
      // The second alert of the same fault has fired, its group was due, and Alertmanager has told nobody.
      await waitFor('the probe to be held back', async () => (await pair.alertmanager.heldBack('inhibition')) > held, {
        timeout: 3 * minute,
      });
      await waitFor('it to be the probe', async () => {
        const alerts = await pair.alertmanager.alerts();
        const found = (name: string) => alerts.filter((a) => a.labels.alertname === name);
        expect(found('SovraApiProbeFailed').map((a) => a.status)).toMatchObject([
          { state: 'suppressed', inhibitedBy: found('SovraApiDown').map((a) => a.fingerprint) },
        ]);
        return true;
      });
      const calls = pair.oncall.calls(NOW, since);
      expect(calls.map((c) => [c.path, c.payload.alerts.map((a) => a.labels.alertname)])).toEqual([
        ['/P0', ['SovraApiDown']],
      ]);
    },
    8 * minute,
  );

  test(
    'what it hid is told when it is over and the rest stays: the probe, and the ten nodes in one message',
    async () => {
      // One replica comes back, and not the one that the Service leads to.
      await pair.sovra.inject('api-replica-down', { pod: await pair.served() });
      await pair.sovra.cure('api-down');
      const since = Date.now();
      const late = { alertname: 'EdgeHeartbeatLate', level: 'P2' };
      const probe = await pair.oncall.waitForPage({ alertname: 'SovraApiProbeFailed' }, since, { timeout: 3 * minute });
      const page = await pair.oncall.waitForPage(late, since, { timeout: 3 * minute });
      await timings.record('10 nodes late, once the API answers', since, page.at, late);
      expect(probe.alert.labels).toMatchObject({ level: 'P1', severity: 'critical' });
      const calls = pair.oncall.calls(NOW, since).map((c) => ({
        path: c.path,
        nodes: c.payload.alerts.flatMap((a) => a.labels.node_id ?? []).sort(),
      }));
      expect(calls).toEqual([
        { path: '/P1', nodes: [] },
        { path: '/P2', nodes: [...EDGE_NODES].sort() },
      ]);
    },
    8 * minute,
  );

  test(
    'the P3 of the weekend is told when Monday begins, and not before',
    async () => {
      const labels = { alertname: 'EdgeCertificateExpires30d', level: 'P3' };
      const ticket = await pair.oncall.waitForPage(labels, 0, { timeout: 3 * minute });
      const [leaf] = await pair.alertmanager.leaves(labels);
      expect(ticket.alert.labels).toMatchObject({ severity: 'info', node_id: 'edge-4' });
      expect(ticket.at).toBeGreaterThanOrEqual(opens);
      // Where the hours had begun when Alertmanager learned of them, it looks at its groups from then on.
      const since = Math.max(opens, known);
      expect(ticket.at).toBeLessThan(since + (Number(leaf?.groupInterval) + DELIVERY) * 1000);
      const late = ((ticket.at - since) / 1000).toFixed(1);
      timings.note(
        `P3: told ${late} s after business hours began; allowed is its group interval, ${leaf?.groupInterval} s.`,
      );
      expect(pair.oncall.calls(['/P3']).map((c) => c.payload.alerts.length)).toEqual([1]);
    },
    4 * minute,
  );
}
