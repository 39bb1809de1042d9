/**
 * URNs are what Pulumi knows objects by: where one changes, it deletes the old object and creates a new one, a volume
 * with its data too. A change here is a breaking change; it needs a line in the changelog that says which `aliases` keep
 * the objects of people who upgrade. `make golden` writes the list again.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiObject, type App, Chart } from 'cdk8s';
import { Construct } from 'constructs';
import {
  Cdk8sApp,
  GrafanaDashboards,
  ObjectsComponent,
  ScheduledTask,
  SovraAlerts,
  SovraBackupSchedule,
  SovraMonitoring,
  SovraScheduledTasks,
} from '../../lib/pulumi';
import { controlPlaneSettings } from '../../stacks/settings';
import { STACKS } from '../../stacks/stacks';
import { run } from './program';

const golden = join(__dirname, 'urns.txt');
const urnsOf = async (program: () => void) => (await run(program)).map((r) => r.urn).sort();

function everyConstruct(): void {
  const { installation: sovra, backup } = controlPlaneSettings;
  const { prometheusRef: prometheus } = new SovraMonitoring('monitoring', { sovra });
  new SovraAlerts('alerts', { sovra, prometheus });
  new SovraBackupSchedule('backup', { sovra, prometheus, ...backup });
  new SovraScheduledTasks('tasks', { sovra, prometheus });
  new GrafanaDashboards('dashboards', { sovra, namespace: 'grafana' });
  const container = {
    name: 'c',
    image: 'example.org/c:1',
    resources: { cpu: '1m', memory: '1Mi', cpuLimit: '1', memoryLimit: '1Gi' },
  };
  const task = {
    name: 'report',
    namespace: 'sovra',
    component: 'team',
    schedule: '0 1 * * *',
    activeDeadline: '5m',
    purpose: 'Reports.',
  };
  new ScheduledTask('report', { sovra, prometheus, ...task, containers: [container], egress: [] } as never);
}

describe('URNs', () => {
  it('of the stacks and the components are those of the last release', async () => {
    const urns = [
      ...(await urnsOf(() => new Cdk8sApp('operations', (app) => STACKS['control-plane']?.(app)))),
      ...(await urnsOf(() => new Cdk8sApp('edge-operations', (app) => STACKS.edge?.(app)))),
      ...(await urnsOf(everyConstruct)),
    ];
    const text = `${urns.join('\n')}\n`;
    if (process.env.UPDATE_GOLDEN) writeFileSync(golden, text);
    expect(text).toBe(readFileSync(golden, 'utf8'));
  });

  /** A volume made by a construct somewhere below a component. */
  const volume =
    (path: string, metadata?: object, component = 'app', type?: 'other type') =>
    () => {
      const build = (app: App) => {
        const [chart = '', ...parents] = path.split('/');
        const scope = parents.slice(0, -1).reduce<Construct>((s, id) => new Construct(s, id), new Chart(app, chart));
        new ApiObject(scope, parents.at(-1) ?? '', { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata });
      };
      if (type) new OtherComponent(component, build);
      else new Cdk8sApp(component, build);
    };
  class OtherComponent extends ObjectsComponent<void> {
    constructor(name: string, build: (app: App) => void) {
      super('OtherComponent', name, build, (c) => c.node.path);
    }
  }
  const claim = async (program: () => void) => (await urnsOf(program)).find((u) => u.includes('VolumeClaim'));
  const data = { name: 'data', namespace: 'ns' };

  it.each([
    ['renaming a construct whose object has its name from it', volume('chart/parent/other')],
    ['moving such a construct below another one', volume('chart/elsewhere/claim')],
    ['moving such a construct to another chart', volume('other/parent/claim')],
  ])('show %s', async (_, changed) => {
    const before = await claim(volume('chart/parent/claim'));
    expect(before).toMatch(/PersistentVolumeClaim::app\/chart-parent-claim-\w+$/);
    expect(await claim(volume('chart/parent/claim'))).toBe(before);
    expect(await claim(changed)).not.toBe(before);
  });

  it.each([
    ['renaming an object', volume('chart/parent/claim', { ...data, name: 'more-data' })],
    ['moving an object to another namespace', volume('chart/parent/claim', { ...data, namespace: 'other' })],
    ['renaming a component', volume('chart/parent/claim', data, 'renamed')],
    ['moving a construct to a component of another type', volume('chart/parent/claim', data, 'app', 'other type')],
  ])('show %s', async (_, changed) => {
    const before = await claim(volume('chart/parent/claim', data));
    expect(before).toMatch(/PersistentVolumeClaim::app\/ns\/data$/);
    expect(await claim(changed)).not.toBe(before);
  });

  // Pulumi would delete the object that is there: test/cluster/pulumi.test.ts shows the plan.
  it.each([
    ['renaming a construct', volume('chart/parent/other', data)],
    ['moving it below another construct', volume('chart/claim', data)],
    ['moving it to another chart', volume('other/parent/claim', data)],
  ])('stay what they are at %s whose object keeps its name', async (_, changed) => {
    expect(await claim(changed)).toBe(await claim(volume('chart/parent/claim', data)));
  });
});
