import { IMAGES, type ImageId, imageReference, mirrored } from '../../lib/sovra/images';
import { METRIC_DIALECTS, METRICS, type Metric, metricsByName } from '../../lib/sovra/metrics';
import { pinnedImage } from '../../lib/validate';

/** The statistics of PostgreSQL keep the names of its columns, in each of its exporters. */
const NAMED_BY_OTHERS = /^(cnpg_)?pg_stat_archiver_\w+_count$/;

describe('metric catalogue', () => {
  it.each(METRIC_DIALECTS)('no two metrics share a name in %s', (dialect) => {
    const names = (Object.values(METRICS) as Metric[]).flatMap((m) => m.name[dialect] ?? []);
    expect(new Set(names).size).toBe(names.length);
  });

  it('follows the naming of Prometheus: counters end in _total, histograms have rising buckets', () => {
    for (const [id, m] of Object.entries(METRICS) as [string, Metric][]) {
      for (const name of Object.values(m.name))
        if (name !== null && m.type === 'counter' && !NAMED_BY_OTHERS.test(name))
          expect([id, name]).toEqual([id, expect.stringMatching(/_total$/)]);
      if (m.type === 'histogram') expect([...(m.buckets ?? [])].sort((a, b) => a - b)).toEqual(m.buckets);
      expect([id, (m.buckets?.length ?? 0) > 0]).toEqual([id, m.type === 'histogram']);
    }
  });

  it('knows the series of a histogram by name, and nothing by a name of the other dialect', () => {
    expect(metricsByName('guide').get('sovra_api_request_duration_seconds_bucket')).toMatchObject({
      id: 'apiLatency',
      series: 'bucket',
    });
    expect(metricsByName('guide').has('sovra_api_gateway_http_requests_total')).toBe(false);
    expect(metricsByName('2026.3').has('sovra_api_gateway_http_requests_total')).toBe(true);
  });
});

describe('images', () => {
  it('are pinned, and keep apart on a mirror', () => {
    for (const image of Object.values(IMAGES)) expect([image, pinnedImage(image)]).toEqual([image, undefined]);
    expect(new Set(Object.values(IMAGES).map((i) => mirrored(i, 'r.example'))).size).toBe(Object.keys(IMAGES).length);
  });

  it('move to a mirror with one property, and give way to an override', () => {
    expect(imageReference('prometheus', { registry: 'r.example:5000/m' })).toBe(
      IMAGES.prometheus.replace('quay.io', 'r.example:5000/m'),
    );
    expect(imageReference('grafana', { registry: 'r.example', overrides: { grafana: 'own/grafana:1' } })).toBe(
      'own/grafana:1',
    );
    for (const id of Object.keys(IMAGES) as ImageId[]) expect(imageReference(id)).toBe(IMAGES[id]);
  });
});
