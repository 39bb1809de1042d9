import { ALERT_NAMES, type AlertName } from '../../lib/rules/catalogue';
import { runbookUrl } from '../../lib/rules/runbook-url';
import { TEXTS } from './cases/texts';
import { run, texts } from './promtool';

/** The dialect in which every alert exists. */
const DIALECT = '2026.3';

describe('what a person reads', () => {
  let verdicts: Map<string, string>;
  beforeAll(async () => {
    verdicts = await run(
      ALERT_NAMES.map((name) => texts(name, DIALECT, { ...TEXTS[name], runbook_url: runbookUrl(name) })),
    );
  }, 120_000);

  test.each(ALERT_NAMES)('%s', (name: AlertName) => {
    expect(verdicts.get(`${name}.texts`)).toBe('SUCCESS');
  });
});
