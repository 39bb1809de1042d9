import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiObject, Chart } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { SovraApp } from '../lib/app';
import { refusal } from './support/synth';

let outdir: string;
beforeEach(() => {
  outdir = mkdtempSync(join(tmpdir(), 'sovra-app-'));
});
afterEach(() => rmSync(outdir, { recursive: true }));

function chartOf(app: SovraApp, id: string, name = id): Chart {
  const chart = new Chart(app, id);
  new ApiObject(chart, 'o', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' } });
  return chart;
}

describe('SovraApp', () => {
  it('writes one file for each chart, the same bytes each time', () => {
    const write = () => {
      const app = new SovraApp({ outdir });
      chartOf(app, 'b');
      chartOf(app, 'a');
      app.synth();
      return readdirSync(outdir).map((f) => [f, readFileSync(join(outdir, f), 'utf8')]);
    };
    const first = write();
    expect(first.map(([f]) => f)).toEqual(['a.k8s.yaml', 'b.k8s.yaml']);
    expect(parseAllDocuments(first[0]?.[1] ?? '').map((d) => d.toJS())).toEqual([
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { a: 'b' } },
    ]);
    expect(write()).toEqual(first);
  });

  it('numbers the files where charts depend on each other', () => {
    const app = new SovraApp({ outdir });
    const alerts = chartOf(app, 'alerts');
    alerts.addDependency(chartOf(app, 'monitoring'));
    app.synth();
    expect(readdirSync(outdir)).toEqual(['0000-monitoring.k8s.yaml', '0001-alerts.k8s.yaml']);
  });

  it('names a circle of charts', () => {
    const app = new SovraApp({ outdir });
    const a = chartOf(app, 'a');
    const b = chartOf(app, 'b');
    a.addDependency(b);
    b.addDependency(a);
    expect(() => app.synth()).toThrow('a -> b -> a');
  });

  it('takes no longer than linear time for a chain of charts', () => {
    // cdk8s itself doubles its time with each chart of such a chain: twelve of them would take minutes.
    const app = new SovraApp({ outdir });
    let previous: Chart | undefined;
    for (let i = 0; i < 12; i++) {
      const chart = chartOf(app, `c${i}`);
      for (let j = 0; j < 20; j++)
        new ApiObject(chart, `o${j}`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `c${i}-${j}` } });
      if (previous) chart.addDependency(previous);
      previous = chart;
    }
    app.synth();
    expect(readdirSync(outdir)).toHaveLength(12);
  });

  it('leaves the folder as it was when a check fails', () => {
    const good = new SovraApp({ outdir });
    chartOf(good, 'a');
    good.synth();
    const before = readFileSync(join(outdir, 'a.k8s.yaml'), 'utf8');
    const bad = new SovraApp({ outdir });
    chartOf(bad, 'a', 'changed');
    chartOf(bad, 'b', 'changed');
    expect(refusal(() => bad.synth()).problems[0]?.property).toContain('ConfigMap changed');
    expect(readdirSync(outdir)).toEqual(['a.k8s.yaml']);
    expect(readFileSync(join(outdir, 'a.k8s.yaml'), 'utf8')).toBe(before);
    expect(readdirSync(join(outdir, '..')).filter((f) => f.startsWith('.sovra-app-'))).toEqual([]);
  });

  it('passes on what a construct of the user finds wrong', () => {
    const app = new SovraApp({ outdir });
    chartOf(app, 'a').node.addValidation({ validate: () => ['not today'] });
    expect(refusal(() => app.synth()).message).toContain('not today');
    expect(readdirSync(outdir)).toEqual([]);
  });

  it('removes manifests of charts that are gone, and nothing else', () => {
    writeFileSync(join(outdir, 'gone.k8s.yaml'), 'old');
    writeFileSync(join(outdir, 'kustomization.yaml'), 'mine');
    const app = new SovraApp({ outdir });
    chartOf(app, 'a');
    app.synth();
    expect(readdirSync(outdir)).toEqual(['a.k8s.yaml', 'kustomization.yaml']);
  });

  it('removes nothing where the ending is not its own', () => {
    writeFileSync(join(outdir, 'mine.yaml'), 'mine');
    const app = new SovraApp({ outdir, outputFileExtension: '.yaml' });
    chartOf(app, 'a');
    app.synth();
    expect(readdirSync(outdir)).toEqual(['a.yaml', 'mine.yaml']);
  });

  it('makes the file of construct paths that the command line of cdk8s asks for', () => {
    process.env.CDK8S_RECORD_CONSTRUCT_METADATA = 'true';
    try {
      const app = new SovraApp({ outdir });
      chartOf(app, 'a');
      app.synth();
    } finally {
      delete process.env.CDK8S_RECORD_CONSTRUCT_METADATA;
    }
    expect(existsSync(join(outdir, 'construct-metadata.json'))).toBe(true);
    expect(existsSync(join(outdir, 'a.k8s.yaml'))).toBe(true);
  });
});
