import {
  METRIC_DIALECTS,
  METRICS,
  type Metric,
  type MetricDialect,
  type MetricId,
  type MetricJob,
  TARGET_LABELS,
} from '../../lib/sovra/metrics';
import type { Part } from './endpoint';
import { SimulatedSovra } from './sovra';
import { type ParsedFamily, parse } from './testing/parse';
import { ask, METRICS_PATH } from './testing/snapshot';

/** Which part serves a job; the other jobs are those of real servers. */
const PARTS: Partial<Record<MetricJob, Part>> = {
  'sovra-api': 'api',
  vault: 'vault',
  opa: 'opa',
  postgres: 'postgres-exporter',
  grafana: 'grafana',
};

/** Labels that an exporter sets beyond the catalogue, which lists what is there in every dialect. */
const MORE_LABELS: Partial<Record<MetricId, Partial<Record<MetricDialect, readonly string[]>>>> = {
  policyEvaluations: { guide: ['workspace'] },
  federationLinks: { guide: ['partner'] },
};

function partsOf(metric: Metric): Part[] {
  return metric.job === 'any' ? [] : metric.job.flatMap((job) => PARTS[job] ?? []);
}

const served = (Object.keys(METRICS) as MetricId[]).filter((id) => partsOf(METRICS[id]).length > 0);

describe.each(METRIC_DIALECTS)('in the dialect %s', (dialect) => {
  let sovra: SimulatedSovra;
  const pages = new Map<Part, Map<string, ParsedFamily>>();

  beforeAll(async () => {
    sovra = await SimulatedSovra.start({ dialect });
    for (const endpoint of sovra.endpoints) {
      const reply = await ask(sovra, endpoint, METRICS_PATH[endpoint.part]);
      pages.set(endpoint.part, parse(typeof reply === 'string' ? '' : reply.body));
    }
  });
  afterAll(() => sovra.stop());

  const named = served.flatMap((id) => {
    const name = METRICS[id].name[dialect];
    return name === null ? [] : [{ id, name }];
  });

  it.each(named)('$id is served as the catalogue says', ({ id, name }) => {
    const metric: Metric = METRICS[id];
    for (const part of partsOf(metric)) {
      const family = pages.get(part)?.get(name);
      expect(family).toMatchObject({ type: metric.type, help: metric.help });
      const own = (family?.samples ?? []).map((s) =>
        Object.keys(s.labels).filter((l) => l !== 'le' && !(TARGET_LABELS as readonly string[]).includes(l)),
      );
      const expected = [...metric.labels, ...(MORE_LABELS[id]?.[dialect] ?? [])].sort();
      for (const labels of own) expect([...labels].sort()).toEqual(expected);
      expect(own.length).toBeGreaterThan(0);
    }
  });

  it('serves nothing of the other dialect', () => {
    const foreign = served
      .filter((id) => METRICS[id].name[dialect] === null)
      .flatMap((id) => Object.values(METRICS[id].name));
    const names = [...pages.values()].flatMap((page) => [...page.keys()]);
    expect(names.filter((name) => foreign.includes(name))).toEqual([]);
  });

  it.each(named.filter(({ id }) => METRICS[id].type === 'histogram'))(
    '$id has the buckets of the catalogue, cumulative',
    ({ id, name }) => {
      const metric: Metric = METRICS[id];
      const bounds = [...(metric.buckets ?? []).map(String), '+Inf'];
      const samples = pages.get('api')?.get(name)?.samples ?? [];
      const one = samples.filter((s) => s.name === `${name}_bucket`).slice(0, bounds.length);
      expect(one.map((s) => s.labels.le)).toEqual(bounds);
      const counts = one.map((s) => s.value);
      expect(counts).toEqual([...counts].sort((a, b) => a - b));
      expect(samples.find((s) => s.name === `${name}_count`)?.value).toBe(counts.at(-1));
    },
  );
});
