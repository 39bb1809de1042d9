import { readFileSync } from 'node:fs';
import { SLO_SERIES } from '../../../lib/rules/objectives/objective';
import { renderObjectives } from '../../../lib/rules/objectives/render';
import type { SovraInstallation } from '../../../lib/sovra/installation';
import { type FaultName, SimulatedSovra } from '../../sim';
import { ManualClock } from '../../sim/testing/snapshot';
import { type StoredSample, scrape } from './scrape';
import { Recording } from './store';
import { everywhere, recorded, surroundings } from './surroundings';

/** A Monday morning. */
const START = Date.UTC(2026, 0, 5, 8) / 1000;
const INTERVAL = 30;
const MINUTE = 60;
const DAY = 86_400;

/** A fault of the simulator with where it strikes, as `inject` takes it. */
export type Injection = readonly [name: FaultName, detail?: object];

/** What was recorded, and when to look at it. */
export interface Timeline {
  readonly recording: Recording;
  readonly from: number;
  /** At the end of half an hour without a fault. */
  readonly healthy: number;
  /** At the end of six minutes of each fault. */
  readonly faults: ReadonlyMap<FaultName, number>;
  /** Well again, a while after the last fault. */
  readonly cured: number;
  /** Two clusters in one store: "west" is well, "east" has the fault of `EAST`. */
  readonly clusters: number;
  /** Objectives of every kind, and nothing else. */
  readonly objectives: number;
}

export const EAST: FaultName = 'audit-late';

type Scrape = readonly [time: number, samples: readonly StoredSample[]];

/** Lets the simulation run, on a clock that needs no waiting: well, with each fault in turn, and well again. */
export async function timeline(installation: SovraInstallation, injections: readonly Injection[]): Promise<Timeline> {
  const { dialect } = installation;
  const well = objectivesThatAreWell(installation);
  const clock = new ManualClock();
  const zero = clock.time;
  const now = () => START + clock.time - zero;
  const sovra = await SimulatedSovra.start({ dialect, clock: clock.read, remoteEdgeNodes: ['edge-2'] });
  try {
    const ca = readFileSync(sovra.ca, 'utf8');
    const recording = new Recording();
    const stretch = async (minutes: number, fault?: FaultName): Promise<Scrape[]> => {
      const scrapes: Scrape[] = [];
      for (let i = 0; i < (minutes * MINUTE) / INTERVAL; i++) {
        clock.advance(INTERVAL);
        const samples = [
          ...(await scrape(sovra, ca, now(), fault === 'vault-silent')),
          ...surroundings(now()),
          ...well,
        ];
        scrapes.push([now(), samples]);
        recording.add(now(), samples);
      }
      return scrapes;
    };

    const quiet = await stretch(30);
    const healthy = now();
    const faults = new Map<FaultName, number>();
    let east: Scrape[] = [];
    for (const [name, detail] of injections) {
      await (sovra.inject as (n: FaultName, d?: object) => Promise<void>)(name, detail);
      const scrapes = await stretch(6, name);
      faults.set(name, now());
      if (name === EAST) east = scrapes;
      await sovra.cure(name);
      clock.advance(16 * MINUTE);
    }
    await stretch(6);
    const cured = now();

    const clusters = START + DAY;
    copy(recording, quiet, clusters, 'west');
    copy(recording, east, clusters, 'east');
    const objectives = START + 2 * DAY;
    recording.add(objectives, objectivesOfEveryKind());
    return { recording, from: START, healthy, faults, cured, clusters, objectives };
  } finally {
    await sovra.stop();
  }
}

/** The same scrapes, ending at another time, with the external label of a Prometheus. */
function copy(recording: Recording, scrapes: readonly Scrape[], end: number, cluster: string): void {
  const last = scrapes.at(-1)?.[0] ?? end;
  for (const [time, samples] of scrapes) recording.add(time - last + end, samples.map(otherVault), { cluster });

  /** Vault sets the label itself, to a name that no two of its clusters share. */
  function otherVault(s: StoredSample): StoredSample {
    const own = s.labels.cluster;
    return own ? { ...s, labels: { ...s.labels, cluster: `${own}-${cluster}` } } : s;
  }
}

/** What the rules of the installation, and of an objective of its user, would have recorded: their names and labels, read from them. */
function objectivesThatAreWell(installation: SovraInstallation): StoredSample[] {
  const own = [{ name: 'of-the-user', title: 'Of the user', target: 0.95, bad: 'vector(0)', all: 'vector(1)' }];
  const records = renderObjectives(installation, { own }).flatMap((g) =>
    (g.rules ?? []).flatMap(({ record, labels, expr }) => (record === undefined ? [] : [{ record, labels, expr }])),
  );
  return records.map(({ record, labels, expr }) => ({
    name: record,
    labels: { ...labels },
    value: record === SLO_SERIES.objective ? Number(/^vector\((.*)\)$/.exec(String(expr))?.[1]) : wellValue(record),
  }));
}

function wellValue(record: string): number {
  const values: Readonly<Record<string, number>> = {
    [SLO_SERIES.bad]: 0,
    [SLO_SERIES.all]: 40,
    [SLO_SERIES.budgetLeft]: 0.9,
  };
  const value = values[record];
  if (value !== undefined) return value;
  if (!record.startsWith(`${SLO_SERIES.errorRatio}:`)) throw new Error(`what is ${record}, when all is well?`);
  return 0.0001;
}

function objectivesOfEveryKind(): StoredSample[] {
  const burning = { ...everywhere(0.001), '1h': 0.02 };
  return [
    ...recorded({ slo: 'burning', target: 0.999, measured: { left: 0.25, errors: burning } }),
    ...recorded({ slo: 'broken', target: 0.9, measured: { left: -0.5, errors: everywhere(0.15) } }),
    ...recorded({ slo: 'of-the-user', target: 0.95, measured: { left: 1, errors: everywhere(0) } }),
    ...recorded({ slo: 'unmeasured', target: 0.99 }),
    {
      name: 'ALERTS',
      labels: { alertname: 'ErrorBudgetBurnsFast', alertstate: 'firing', slo: 'burning', window: '1h' },
      value: 1,
    },
  ];
}
