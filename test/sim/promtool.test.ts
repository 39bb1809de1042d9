import { spawnSync } from 'node:child_process';
import { METRIC_DIALECTS } from '../../lib/sovra/metrics';
import { tool } from '../support/tools';
import { SimulatedSovra } from './sovra';
import { ask, METRICS_PATH } from './testing/snapshot';

/** Names that break the conventions in the real exporters, and so here. */
const NO_COUNT = 'non-histogram and non-summary metrics should not have "_count" suffix';
const NO_TOTAL = 'counter metrics should have "_total" suffix';
const REAL_NAMES: readonly (readonly [name: string, text: string])[] = [
  ['sovra_edge_nodes_total', 'non-counter metrics should not have "_total" suffix'],
  ['pg_stat_activity_count', NO_COUNT],
  ...['pg_stat_archiver_archived_count', 'pg_stat_archiver_failed_count'].flatMap((name) => [
    [name, NO_COUNT] as const,
    [name, NO_TOTAL] as const,
  ]),
];

const promtool = tool('promtool');

describe.each(METRIC_DIALECTS)('what is served in the dialect %s', (dialect) => {
  it('is accepted by promtool, but for names that the real parts use', async () => {
    const sovra = await SimulatedSovra.start({ dialect });
    try {
      for (const endpoint of sovra.endpoints) {
        const reply = await ask(sovra, endpoint, METRICS_PATH[endpoint.part]);
        const input = typeof reply === 'string' ? '' : reply.body;
        const checked = spawnSync(promtool, ['check', 'metrics'], { input, encoding: 'utf8' });
        const findings = `${checked.stdout}${checked.stderr}`.split('\n').filter((line) => line !== '');
        expect(findings.filter((line) => !REAL_NAMES.some(([name, text]) => line === `${name} ${text}`))).toEqual([]);
        expect(input).not.toBe('');
      }
    } finally {
      await sovra.stop();
    }
  });
});
