import { ALERT_NAMES, type AlertName, CATALOGUE } from '../../lib/rules/catalogue';
import { dashboardUrl, viewOf } from '../../lib/rules/dashboard-url';
import { runbookUrl } from '../../lib/rules/runbook-url';
import { LEVEL_POLICIES } from '../../lib/sovra/levels';
import { TEXTS } from './cases/texts';
import type { LabelSet } from './cases/types';
import { run, texts } from './promtool';

/** The dialect in which every alert exists. */
const DIALECT = '2026.3';
const GRAFANA = 'https://grafana.example.com';

/** The link to the dashboard, with the labels of the alert in their places. */
function dashboard(name: AlertName, labels: LabelSet): string {
  const template = dashboardUrl(viewOf(name, CATALOGUE[name].component), GRAFANA);
  return template.replace(/\{\{ \$labels\.(\w+) \| urlquery \}\}/g, (_, label: string) =>
    encodeURIComponent(labels[label] ?? 'no such label'),
  );
}

describe('what a person reads', () => {
  let verdicts: Map<string, string>;
  beforeAll(async () => {
    verdicts = await run(
      ALERT_NAMES.map((name) =>
        texts(
          name,
          DIALECT,
          (labels) => ({
            ...TEXTS[name],
            runbook_url: runbookUrl(name),
            response_time: LEVEL_POLICIES[CATALOGUE[name].level].responseTime,
            dashboard_url: dashboard(name, labels),
          }),
          { grafanaUrl: GRAFANA },
        ),
      ),
    );
  });

  test.each(ALERT_NAMES)('%s', (name: AlertName) => {
    expect(verdicts.get(`${name}.texts`)).toBe('SUCCESS');
  });
});
