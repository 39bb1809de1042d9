import { dashboards, type SovraDashboard } from '../../../lib/dashboards';
import { SovraInstallation } from '../../../lib/sovra/installation';
import { METRIC_DIALECTS } from '../../../lib/sovra/metrics';
import { FAULT_NAMES, FAULTS, type Fault, type FaultName } from '../../sim';
import { dashboardOf, panelOf, panelsOf } from '../installations';
import { RIGHTLY_EMPTY, SIGHTS } from './faults';
import { type Asked, asked, colorOf, opensWith, sent, valuesOf } from './seen';
import { type Row, Store } from './store';
import { EAST, type Timeline, timeline } from './timeline';

const MINUTES = 60;

describe.each(METRIC_DIALECTS)('the dashboards over a simulated Sovra, in the dialect %s', (dialect) => {
  const sovra = new SovraInstallation({
    dialect,
    edgeNodes: [{ id: 'edge-1', vault: {}, policyAgent: {} }, { id: 'edge-2' }],
    federationPartners: [{ id: 'partner-1' }],
    volumes: {},
  });
  // Two edge nodes are a fleet here.
  const all = dashboards(sovra, { thresholds: { edgeNodesTogether: 1 } });
  const faults = FAULT_NAMES.filter((name) => {
    const fault: Fault = FAULTS[name];
    return !fault.dialects || fault.dialects.includes(dialect);
  });
  const queries = all.flatMap((d) => panelsOf(d).flatMap((panel) => asked(d, panel)));
  const ofPanel = ([uid, id]: readonly [string, number]): Asked[] =>
    asked(dashboardOf(all, uid), panelOf(all, uid, id));

  let time: Timeline;
  let store: Store;
  /** What each dashboard opens with, by its uid. */
  const opened = new Map<string, Record<string, string>>();
  const choiceOf = (q: Asked) => opened.get(q.at.split(' ')[0] ?? '') ?? {};

  beforeAll(async () => {
    time = await timeline(
      sovra,
      faults.map((name) => [name, SIGHTS[name].detail] as const),
    );
    store = await Store.open(time.recording);
    for (const d of all) opened.set(d.uid, await opensWith(store, d, time.from, time.healthy));
  }, 600_000);
  afterAll(() => store?.close());

  const ask = (q: Asked, at: number, choice = choiceOf(q)): Promise<Row[]> => store.query(sent(q.expr, choice), at);
  /** The queries that answer with nothing at all. */
  const silent = async (at: number): Promise<string[]> => {
    const found: string[] = [];
    for (const q of queries) if ((await ask(q, at)).length === 0) found.push(q.at);
    return found;
  };
  const empty = (among: typeof RIGHTLY_EMPTY) => among.map(({ panel }) => `${panel.join(' ')} A`).sort();

  it('answer every query while all is well, but for those that are rightly empty', async () => {
    expect((await silent(time.healthy)).sort()).toEqual(empty(RIGHTLY_EMPTY));
  });

  it('show nothing in red, orange or yellow while all is well', async () => {
    const alarming: string[] = [];
    for (const d of all)
      for (const panel of panelsOf(d)) {
        const color = await colorOf(store, asked(d, panel), opened.get(d.uid) ?? {}, time.healthy);
        if (['red', 'orange', 'yellow'].includes(color)) alarming.push(`${d.uid} ${panel.id} ${color}`);
      }
    expect(alarming).toEqual([]);
  });

  it('fill the empty panels when there is something to list', async () => {
    for (const { panel, filledBy } of RIGHTLY_EMPTY) {
      if (filledBy === undefined) continue;
      const rows = await ask(ofPanel(panel)[0] as Asked, time.faults.get(filledBy) as number);
      expect([panel, rows.length > 0]).toEqual([panel, true]);
    }
  });

  it.each(faults)('%s is seen', async (name: FaultName) => {
    const { panel, shows } = SIGHTS[name];
    const at = time.faults.get(name) as number;
    const color = (when: number) => colorOf(store, ofPanel(panel), opened.get(panel[0]) ?? {}, when);
    expect(await color(time.healthy)).toBe('green');
    expect(await color(at)).toBe(shows);
    expect(await color(time.cured)).toBe('green');
  });

  describe('variables', () => {
    const offered = async (d: SovraDashboard, at: number, choice = {}) => {
      const found: Record<string, string[]> = {};
      for (const v of d.json.templating.list ?? [])
        if (v.type === 'query') found[v.name] = await valuesOf(store, d, v.name, choice, at - 5 * MINUTES, at);
      return found;
    };

    it('offer what the data has, and no cluster in the Prometheus of one', async () => {
      const found: Record<string, Record<string, string[]>> = {};
      for (const d of all) found[d.uid] = await offered(d, time.healthy);
      expect(found).toEqual({
        'sovra-overview': { cluster: [] },
        'sovra-edge-nodes': { cluster: [], node_id: ['edge-1', 'edge-2'] },
        'sovra-vault': { cluster: [], edge_node: ['edge-1'] },
        'sovra-database': { cluster: [] },
        'sovra-tasks': { cluster: [], namespace: ['sovra'] },
        'sovra-monitoring': { cluster: [] },
        'sovra-federation': { cluster: [] },
        'sovra-audit': { cluster: [] },
        'sovra-objectives': {
          cluster: [],
          slo: ['api-latency', 'audit-delivery', 'availability', 'edge-heartbeat', 'of-the-user'],
        },
      });
    });

    it('each of their values leaves data in the panels that it is about', async () => {
      for (const d of all) {
        for (const [name, values] of Object.entries(await offered(d, time.healthy))) {
          const about = panelsOf(d)
            .flatMap((panel) => asked(d, panel))
            .filter((q) => q.expr.includes(`$${name}"`));
          expect(about.length).toBeGreaterThan(0);
          for (const value of values)
            for (const q of about) {
              const before = await ask(q, time.healthy);
              const chosen = await ask(q, time.healthy, { ...choiceOf(q), [name]: value });
              expect([q.at, value, chosen.length > 0]).toEqual([q.at, value, before.length > 0]);
            }
        }
      }
    });

    it('tell clusters apart where their series are brought together', async () => {
      const overview = dashboardOf(all, 'sovra-overview');
      expect((await offered(overview, time.clusters)).cluster).toEqual(['east', 'west']);
      const sight = SIGHTS[EAST];
      const color = (cluster: string) => colorOf(store, ofPanel(sight.panel), { cluster }, time.clusters);
      expect(await color('west')).toBe('green');
      expect(await color('east')).toBe(sight.shows);
      expect(await color('(east|west)')).toBe(sight.shows);
      expect(await color('.*')).toBe(sight.shows);
    });

    it('a cluster that is chosen shows as much as its own Prometheus does', async () => {
      const different: string[] = [];
      for (const q of queries) {
        const alone = await ask(q, time.healthy);
        const chosen = await ask(q, time.clusters, { ...choiceOf(q), cluster: 'west' });
        if (alone.length !== chosen.length) different.push(`${q.at}: ${alone.length}, ${chosen.length}`);
      }
      expect(different).toEqual([]);
    });
  });

  describe('objectives', () => {
    const rows = async (id: number, ref: string, choice = { cluster: '.*', slo: '.*' }) => {
      const q = ofPanel(['sovra-objectives', id]).find((a) => a.at.endsWith(` ${ref}`)) as Asked;
      const found = await ask(q, time.objectives, choice);
      return Object.fromEntries(found.map((r) => [r.labels.slo ?? '', Number(r.value.toFixed(6))]));
    };

    it('count those that are broken, that burn and that nothing is measured for', async () => {
      expect(await rows(101, 'A')).toEqual({ '': 4 });
      expect(await rows(102, 'A')).toEqual({ '': 1 });
      expect(await rows(103, 'A')).toEqual({ '': 1 });
      expect(await rows(104, 'A')).toEqual({ '': 0 });
      expect(await rows(105, 'A')).toEqual({ '': 1 });
    });

    it('are all in the table, with or without data, those of the user too', async () => {
      expect(await rows(201, 'A')).toEqual({ burning: 1, broken: 1, 'of-the-user': 1, unmeasured: 0 });
      expect(await rows(201, 'B')).toEqual({ burning: 0.999, broken: 0.9, 'of-the-user': 0.95, unmeasured: 0.99 });
      expect(await rows(201, 'C')).toEqual({ burning: 0.99925, broken: 0.85, 'of-the-user': 1 });
      expect(await rows(201, 'D')).toEqual({ burning: 0.25, broken: -0.5, 'of-the-user': 1 });
      expect(await rows(201, 'E')).toEqual({ burning: 20, broken: 1.5, 'of-the-user': 0 });
      expect(await rows(201, 'H')).toEqual({ burning: 1, broken: 1.5, 'of-the-user': 0 });
    });

    it('are drawn one by one when they are chosen', async () => {
      expect(await rows(301, 'A', { cluster: '.*', slo: 'broken' })).toEqual({ broken: -0.5 });
      expect(await rows(302, 'A', { cluster: '.*', slo: 'broken' })).toEqual({ broken: 0.85 });
      expect(await rows(302, 'B', { cluster: '.*', slo: 'broken' })).toEqual({ broken: 0.9 });
      expect(await rows(401, 'A', { cluster: '.*', slo: 'burning' })).toEqual({ burning: 20 });
    });

    it('colour the burn as the alerts do', async () => {
      const color = (id: number, slo: string) =>
        colorOf(store, ofPanel(['sovra-objectives', id]), { cluster: '.*', slo }, time.objectives);
      expect(await color(401, 'burning')).toBe('red');
      expect(await color(401, 'broken')).toBe('green');
      expect(await color(404, 'broken')).toBe('yellow');
      expect(await color(301, 'broken')).toBe('red');
      expect(await color(301, 'unmeasured')).toBe('no data');
    });
  });
});

describe('the list of faults', () => {
  it('names every fault of the simulator, and no other', () => {
    expect(Object.keys(SIGHTS).sort()).toEqual([...FAULT_NAMES].sort());
  });
});
