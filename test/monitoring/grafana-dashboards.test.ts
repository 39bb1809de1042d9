import type { KubeObject } from '../../lib/checks/model';
import { Grafana } from '../../lib/monitoring/grafana';
import { GrafanaDashboards, SovraDashboards, type SovraDashboardsProps } from '../../lib/monitoring/grafana-dashboards';
import { SovraInstallation } from '../../lib/sovra/installation';
import { objectsOf, refusedProperties } from '../support/synth';

const sovra = new SovraInstallation({ edgeNodes: [{ id: 'one', vault: {} }] });

describe('SovraDashboards', () => {
  it('had another name first, which means the same', () => {
    expect(GrafanaDashboards).toBe(SovraDashboards);
  });

  const build = (props: Partial<SovraDashboardsProps> = {}) =>
    objectsOf((chart) => void new SovraDashboards(chart, 'dashboards', { sovra, ...props }));

  it('are ConfigMaps that the sidecar of the charts finds', () => {
    const objects = build();
    expect(objects.map((o) => [o.kind, o.metadata.name])).toEqual(
      ['overview', 'edge-nodes', 'vault', 'database', 'tasks', 'monitoring', 'federation', 'audit', 'objectives'].map(
        (name) => ['ConfigMap', `sovra-dashboard-${name}`],
      ),
    );
    for (const o of objects) {
      expect(o.metadata).toMatchObject({
        namespace: 'monitoring',
        labels: { grafana_dashboard: '1' },
        annotations: { grafana_folder: 'Sovra' },
      });
    }
  });

  it('have the label, folder and namespace that they were given', () => {
    const [first] = build({
      namespace: 'obs',
      label: { key: 'dash', value: 'yes' },
      folder: { annotation: 'folder', name: 'Keys' },
    });
    expect(first?.metadata).toMatchObject({
      namespace: 'obs',
      labels: { dash: 'yes' },
      annotations: { folder: 'Keys' },
    });
    expect(build({ folder: false })[0]?.metadata.annotations).toBeUndefined();
  });

  it('are the same files as those of a Grafana of the stack', () => {
    const files = (objects: readonly KubeObject[]) =>
      objects.filter((o) => o.metadata.name.startsWith('sovra-dashboard-')).map((o) => o.data);
    expect(files(build())).toEqual(files(objectsOf((chart) => void new Grafana(chart, 'grafana', { sovra }))));
  });

  it('stay below 1 MiB each with ten thousand edge nodes', () => {
    const many = new SovraInstallation({ edgeNodes: Array.from({ length: 10_000 }, (_, i) => ({ id: `edge-${i}` })) });
    for (const o of build({ sovra: many })) expect(JSON.stringify(o).length).toBeLessThan(1024 * 1024);
  });

  it.each<[object, string[]]>([
    [{ namespace: 'Obs' }, ['namespace']],
    [{ label: { key: 'a b', value: 'c d' } }, ['label.key', 'label.value']],
    [{ folder: { annotation: '/', name: 'Sovra' } }, ['folder.annotation']],
    [{ datasourceUid: 'a b' }, ['datasourceUid']],
  ])('refuse %j', (props, properties) => {
    expect(refusedProperties(() => build(props))).toEqual(properties);
  });
});
