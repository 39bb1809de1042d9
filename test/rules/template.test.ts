/** Texts of alerts that Prometheus cannot read, held against the real promtool. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderObjectives } from '../../lib/rules/objectives/render';
import { renderAlerts } from '../../lib/rules/render';
import { templateProblem } from '../../lib/rules/template';
import { SovraInstallation } from '../../lib/sovra/installation';
import { refusal } from '../support/synth';
import { tool } from '../support/tools';

const READABLE = [
  'no template at all, } and }} and { included',
  'Vault {{ $labels.pod }} of {{$labels.edge_node}}: {{ $value | humanize }}',
  '{{ if gt $value 0.0 }}more{{ else if eq $value -1.5 }}less{{ else }}none{{ end }}',
  '{{- with $labels.pod -}} {{ . }} {{- end -}}',
  '{{ $pod := or $labels.pod $labels.instance }}{{ $pod | toUpper | printf "%s: }} %q" "{{" }}',
  '{{ range $i, $v := query "up" }}{{ $i }} {{ $v.Labels.job }}{{ break }}{{ end }}',
  '{{ range query `up{job="x"}` | sortByLabel "pod" }}{{ .Value }} {{ label "pod" . }} {{ else }}none{{ end }}',
  '{{ with query "up" }}{{ . | first | value | humanizeDuration }}{{ end }}{{/* }} is no end here */}}',
  '{{ define "x" }}{{ .arg0 }}{{ end }}{{ template "x" (args 1 2) }}',
  '{{ (index (query "up") 0).Value }} {{ $externalLabels.cluster }} {{ $externalURL }} {{ $.Value }}',
  '{{ "{{" }} {{ len "é" }} {{ reReplaceAll "a(.)" \'b\' $labels.x }} {{ true }}',
];
const BROKEN = [
  'Vault {{ $labels.pod is sealed',
  'Vault {{ $labels.pod } is sealed',
  '{{ $value | humanise }}',
  '{{ $label.pod }}',
  '{{ labels.pod }}',
  '{{ $labels.some-label }}',
  '{{ if }}x{{ end }}',
  '{{ if $value }}x',
  '{{ end }}',
  '{{ else }}',
  '{{}}',
  '{{ "open }}',
  '{{ $value ? 1 : 2 }}',
  '{{ define "x" }}{{ end }}{{ tmpl "x" 1 }}',
  '{{ with $labels.pod }}{{ range query "up" }}{{ end }}',
];

it('is judged as promtool judges it', () => {
  const dir = mkdtempSync(join(tmpdir(), 'sovra-ops-templates-'));
  try {
    const texts = [...READABLE, ...BROKEN];
    const files = texts.map((summary, i) => {
      const rules = [{ alert: 'Any', expr: 'vector(1)', annotations: { summary } }];
      writeFileSync(join(dir, `${i}.json`), JSON.stringify({ groups: [{ name: 'any', rules }] }));
      return `${i}.json`;
    });
    const { stdout, stderr } = spawnSync(tool('promtool'), ['check', 'rules', ...files], {
      cwd: dir,
      encoding: 'utf8',
    });
    const refused = (i: number) => `${stdout}${stderr}`.includes(`\n${i}.json: `);
    expect(texts.filter((_, i) => refused(i))).toEqual(BROKEN);
    expect(texts.filter((text) => templateProblem(text) !== undefined)).toEqual(BROKEN);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

it('is no text of ours', () => {
  const sovra = new SovraInstallation({ edgeNodes: [{ id: 'edge-1', vault: {} }], dialect: '2026.3', volumes: {} });
  const texts = [...renderAlerts(sovra), ...renderObjectives(sovra)]
    .flatMap((g) => g.rules ?? [])
    .flatMap((r) => [...Object.values(r.annotations ?? {}), ...Object.values(r.labels ?? {})]);
  expect(texts.length).toBeGreaterThan(300);
  expect(texts.filter((text) => templateProblem(text) !== undefined)).toEqual([]);
});

it('is refused wherever a user can write one, with what is wrong', () => {
  const broken = '{{ $label.pod }}';
  const VaultSealed = { summary: broken, description: broken, annotations: { note: broken }, labels: { pod_: broken } };
  const { problems } = refusal(() =>
    renderAlerts(new SovraInstallation(), { alerts: { VaultSealed }, alertLabels: { who: broken } }),
  );
  const at = 'alerts.VaultSealed';
  expect(problems.map((p) => p.property).sort()).toEqual(
    [`${at}.annotations.note`, `${at}.description`, `${at}.labels.pod_`, `${at}.summary`, 'alertLabels.who'].sort(),
  );
  for (const p of problems) expect(p.allowed).toContain('there is a variable that there is not, $label, in');
});
