import { writeFileSync } from 'node:fs';
import { ALERT_NAMES, CATALOGUE } from '../../lib/rules/catalogue';
import { run, texts } from './promtool';
test('x', async () => {
  const v = await run(ALERT_NAMES.map((n) => texts(n, '2026.3', { summary: '' })));
  let out = '';
  for (const n of ALERT_NAMES) {
    const said = v.get(`${n}.texts`) ?? '';
    const got = said.slice(said.indexOf('got:'));
    const m = /Annotations:\{description=("(?:[^"\\]|\\.)*"), runbook_url="[^"]*", summary=("(?:[^"\\]|\\.)*")\}/.exec(got);
    if (!m) { console.log(n, said); continue; }
    out += `  ${n}: {\n    summary: ${m[2]},\n    description: ${m[1]},\n  },\n`;
  }
  writeFileSync('/tmp/texts.txt', out);
}, 100000);
