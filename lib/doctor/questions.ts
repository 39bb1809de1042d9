import { METRIC_DIALECTS, METRICS, type MetricDialect, type MetricId, metricName } from '../sovra/metrics';
import type { Expected } from './expected';
import { lastingSelector, type Selector, selectorsOf, selectorText } from './sight';

/** The name under which a metric of the catalogue is looked for: a histogram shows itself by its buckets. */
export function seriesName(id: MetricId, dialect: MetricDialect): string | null {
  const name = metricName(id, dialect);
  return name === null || METRICS[id].type !== 'histogram' ? name : `${name}_bucket`;
}

export const METRIC_IDS = Object.keys(METRICS) as MetricId[];

/** Every selector of the manifests, each once. */
export function selectors({ viewers }: Expected): Selector[] {
  const all = viewers.flatMap((v) => (v.sight ? selectorsOf(v.sight) : []));
  return [...new Map(all.map((s) => [selectorText(s), s])).values()];
}

/** Names that the manifests use. */
export function usedNames(expected: Expected): string[] {
  return [...new Set(selectors(expected).flatMap((s) => s.name ?? []))];
}

/** Names to count: the catalogue in each dialect, and whatever the manifests use. */
export function names(expected: Expected): string[] {
  const catalogue = METRIC_IDS.flatMap((id) => METRIC_DIALECTS.flatMap((d) => seriesName(id, d) ?? []));
  return [...new Set([...catalogue, ...usedNames(expected)])].sort();
}

/** Labels of the catalogue, with the names that should carry them. */
export function carriers(dialect: MetricDialect): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const id of METRIC_IDS) {
    const name = seriesName(id, dialect);
    if (name === null) continue;
    for (const label of METRICS[id].labels) found.set(label, [...(found.get(label) ?? []), name]);
  }
  return found;
}

/**
 * Selectors to count: each as it is and as what has to last of it, and the conditions of the latter one by one, to say
 * which of them finds nothing.
 */
export function counts(expected: Expected): string[] {
  const asked = selectors(expected).flatMap((selector) => {
    const lasting = lastingSelector(selector);
    const single = lasting.matchers.length > 1 ? lasting.matchers.map((m) => ({ ...lasting, matchers: [m] })) : [];
    return [selector, lasting, ...single].map(selectorText);
  });
  return [...new Set(asked)].filter((text) => text !== '').sort();
}

/** The dialect whose names the manifests use; the guide's where they use none that tells. */
export function dialectOf(expected: Expected): MetricDialect {
  const points = dialectPoints(usedNames(expected));
  return points['2026.3'] > points.guide ? '2026.3' : 'guide';
}

/** How many metrics show each dialect: those whose name only that dialect has. */
export function dialectPoints(present: Iterable<string>): Record<MetricDialect, number> {
  const there = new Set(present);
  const points = { guide: 0, '2026.3': 0 };
  for (const id of METRIC_IDS) {
    for (const dialect of METRIC_DIALECTS) {
      const other = dialect === 'guide' ? '2026.3' : 'guide';
      if (metricName(id, dialect) === metricName(id, other)) continue;
      const own = metricName(id, dialect);
      const seen = own !== null && ['', '_bucket', '_sum', '_count'].some((end) => there.has(`${own}${end}`));
      if (seen) points[dialect] += 1;
    }
  }
  return points;
}
