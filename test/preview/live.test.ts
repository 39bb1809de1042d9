import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { run } from '../../lib/cli/main';
import { dashboards, type SovraDashboard } from '../../lib/dashboards';
import { SovraMonitoring } from '../../lib/monitoring/sovra-monitoring';
import { SovraInstallation } from '../../lib/sovra/installation';
import { METRICS } from '../../lib/sovra/metrics';
import { toYamlDocuments } from '../../lib/yaml';
import { dashboardObject } from '../cli/doctor-world';
import { waitFor } from '../cluster/wait';
import { dashboardOf, panelOf, panelsOf } from '../dashboards/installations';
import { SIGHTS } from '../dashboards/live/faults';
import { asked, colorOf, opensWith, sent } from '../dashboards/live/seen';
import { Store } from '../dashboards/live/store';
import { type Timeline, timeline } from '../dashboards/live/timeline';
import { objectsOf } from '../support/synth';
import { Browser } from './browser';
import { DOCUMENT, FAINT, OVERFLOW, PANELS, type Seen } from './measure';
import { look } from './picture';

const FAULT = 'vault-sealed';
/** Somebody's edge node, whose name comes first where names are sorted. */
const EVIL = '<script>alert(1)</script><img src="x" onerror="alert(2)">';
const MINUTES = 60;

describe('the preview of all dashboards, with a fault in them', () => {
  const sovra = new SovraInstallation({
    edgeNodes: [{ id: 'edge-1', vault: {}, policyAgent: {} }, { id: 'edge-2' }],
    federationPartners: [{ id: 'partner-1' }],
  });
  const all = dashboards(sovra);
  const home = mkdtempSync(join(tmpdir(), 'sovra-preview-'));
  const out = join(home, 'preview.html');
  let time: Timeline;
  let store: Store;
  let at: number;
  let printed: Awaited<ReturnType<typeof run>>;
  let browser: Browser;
  let seen: Seen[];
  const preview = () =>
    run(['preview', join(home, 'manifests.yaml'), '--url', store.url, '--out', out, '--at', `${at}`, '--from', '40m']);
  const panel = (id: string) => seen.find((s) => s.id === id);

  beforeAll(async () => {
    time = await timeline(sovra, [[FAULT, SIGHTS[FAULT].detail]]);
    const end = time.faults.get(FAULT) as number;
    for (let t = time.from; t <= end; t += MINUTES / 2)
      time.recording.add(t, [
        { name: METRICS.edgeHeartbeat.name.guide as string, labels: { job: 'sovra-api', node_id: EVIL }, value: 7 },
      ]);
    store = await Store.open(time.recording);
    at = await lastSight(end);
    // The manifests of a user: ours, and a dashboard of theirs with a slip.
    const objects = objectsOf((chart) => new SovraMonitoring(chart, 'monitoring', { sovra }));
    writeFileSync(join(home, 'manifests.yaml'), toYamlDocuments([...objects, slip()]));
    printed = await preview();
    browser = await Browser.open({ width: 1600, height: 1000 });
    await browser.goto(pathToFileURL(out).href);
    seen = await browser.evaluate<Seen[]>(PANELS);
  }, 600_000);
  afterAll(async () => {
    await browser?.close();
    await store?.close();
    rmSync(home, { recursive: true });
  });

  /** When the fault was last seen: a machine that is busy may miss a scrape. */
  async function lastSight(end: number): Promise<number> {
    const [uid, id] = SIGHTS[FAULT].panel;
    const d = dashboardOf(all, uid);
    const choice = await opensWith(store, d, time.from, end);
    for (let t = end; t > end - 5 * MINUTES; t -= MINUTES / 2)
      if ((await colorOf(store, asked(d, panelOf(all, uid, id)), choice, t)) === SIGHTS[FAULT].shows) return t;
    throw new Error(`${FAULT} is not in the data`);
  }

  /** A panel of each type that asks in vain, and one whose query nobody can read. */
  function slip() {
    const object = dashboardObject({ Wrong: 'sum(' });
    const types = ['stat', 'table', 'timeseries', 'state-timeline', 'logs'];
    const panels = [
      { id: 1, type: 'stat', title: 'Wrong', targets: [{ expr: 'sum(', instant: true }] },
      ...types.map((type, i) => ({ id: i + 2, type, title: type, targets: [{ expr: 'nothing_of_the_kind' }] })),
    ];
    return { ...object, data: { 'own.json': JSON.stringify({ uid: 'own', title: 'Own', panels }) } };
  }

  it('has every panel of every dashboard', () => {
    const expected = all.flatMap((d) => panelsOf(d).map((p) => `${d.uid}-${p.id}`));
    expect(seen.map((s) => s.id).filter((id) => !id.startsWith('own-'))).toEqual(expected);
  });

  it('shows in each a picture with lines, a table with rows or a number, or says that there is no data', () => {
    const empty = seen.filter(({ fate, type, paths, rows, tiles }) => {
      if (fate !== 'shown') return false;
      return type === 'stat' ? tiles.every((t) => t === '') : type === 'table' ? rows === 0 : paths === 0;
    });
    expect(empty).toEqual([]);
    const silent = seen.filter((s) => s.fate === 'no data');
    expect(silent.map((s) => s.words).filter((words) => words !== 'no data')).toEqual([]);
    expect(seen.filter((s) => s.fate === 'shown').length).toBeGreaterThan(100);
  });

  it('has data where Prometheus has some, asked without it, and nowhere else', async () => {
    const wrong: string[] = [];
    const check = async (d: SovraDashboard) => {
      const choice = await opensWith(store, d, at - 40 * MINUTES, at);
      for (const p of panelsOf(d).filter(({ type }) => type === 'stat' || type === 'table')) {
        const counts = await Promise.all(
          asked(d, p).map(async (q) => (await store.query(sent(q.expr, choice), at)).length),
        );
        const fate = panel(`${d.uid}-${p.id}`)?.fate;
        if ((fate === 'shown') !== counts.some((c) => c > 0)) wrong.push(`${d.uid} ${p.id}: ${fate}, ${counts}`);
      }
    };
    // The edge node is chosen by a name that has to be escaped: that panel is looked at below.
    for (const d of all.filter((d) => d.uid !== 'sovra-edge-nodes')) await check(d);
    expect(wrong).toEqual([]);
  });

  it('shows the fault', () => {
    const [uid, id] = SIGHTS[FAULT].panel;
    expect(panel(`${uid}-${id}`)).toMatchObject({ tiles: ['1'], paints: ['red'] });
    expect(panel('sovra-overview-101')).toMatchObject({ tiles: ['2'], paints: ['green'] });
  });

  it('says what Prometheus refuses, and ends with 1', () => {
    expect(panel('own-1')).toMatchObject({
      fate: 'refused',
      words: expect.stringMatching(/^Prometheus refusesA: .*parse error/),
    });
    expect(printed.code).toBe(1);
    expect(printed.out.match(/^refused: .*$/gm)).toEqual(['refused: own panel 1 "Wrong"']);
    expect(['2', '3', '4', '5', '6'].map((id) => panel(`own-${id}`)?.fate)).toEqual([
      ...Array(4).fill('no data'),
      'not drawn',
    ]);
  });

  it('shows a label that is a script as a text, and finds its series', () => {
    expect(panel('sovra-edge-nodes-203')?.words).toContain(EVIL);
    expect(panel('sovra-edge-nodes-501')).toMatchObject({ fate: 'shown', words: expect.stringContaining(EVIL) });
  });

  it('runs no script, loads nothing, and nothing complains', async () => {
    expect(await browser.evaluate(DOCUMENT)).toMatchObject({ scripts: 0, loaded: 0 });
    expect(browser.requests).toEqual([pathToFileURL(out).href]);
    expect(browser.complaints).toEqual([]);
  });

  it('keeps the browser from running one that got in', async () => {
    const attempt = `(() => {
      const s = document.createElement('script');
      s.textContent = 'window.ran = 1';
      document.body.append(s);
      s.remove();
      return window.ran ?? 'nothing ran';
    })()`;
    expect(await browser.evaluate<string>(attempt)).toBe('nothing ran');
    await waitFor('the complaint of the policy', () => browser.complaints.join().includes('Content Security Policy'));
    browser.complaints.splice(0);
  });

  it.each(['light', 'dark'] as const)(
    'has no text out of its panel, nor one that is hard to read (%s)',
    async (scheme) => {
      await browser.scheme(scheme);
      expect(await browser.evaluate(OVERFLOW)).toEqual([]);
      expect(await browser.evaluate(FAINT)).toEqual([]);
      const picture = look(await browser.picture({ x: 0, y: 0, width: 1600, height: 1400 }));
      expect(picture.colors).toBeGreaterThan(200);
      if (scheme === 'light') expect(picture.brightness).toBeGreaterThan(0.7);
      else expect(picture.brightness).toBeLessThan(0.35);
    },
  );

  it.each([1100, 480])('fits into a window of %d pixels', async (width) => {
    await browser.resize({ width, height: 900 });
    expect(await browser.evaluate(DOCUMENT)).toMatchObject({ wide: false });
    expect(await browser.evaluate(OVERFLOW)).toEqual([]);
  });

  it('gives the same bytes again', async () => {
    const before = readFileSync(out, 'utf8');
    await preview();
    expect(readFileSync(out, 'utf8') === before).toBe(true);
    expect(before.length).toBeLessThan(2_000_000);
  });
});
