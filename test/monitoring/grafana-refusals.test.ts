import { Grafana, type GrafanaProps } from '../../lib/monitoring/grafana';
import { SovraMonitoring, type SovraMonitoringProps } from '../../lib/monitoring/sovra-monitoring';
import { SovraInstallation } from '../../lib/sovra/installation';
import { objectsOf, refusal, refusedProperties } from '../support/synth';

const sovra = new SovraInstallation();
const make = (props: Partial<GrafanaProps> = {}) =>
  objectsOf((chart) => void new Grafana(chart, 'grafana', { sovra, ...props }));
const refused = (props: object) => refusedProperties(() => make(props as Partial<GrafanaProps>));

describe('Grafana refuses', () => {
  it.each<[object, string[]]>([
    [{ namespace: 'Monitoring' }, ['namespace']],
    [{ adminSecret: { secret: 'My Secret' } }, ['adminSecret.secret']],
    [
      { adminSecret: { userKey: 'a/b', passwordKey: '', secretKeyKey: 'ü' } },
      ['adminSecret.userKey', 'adminSecret.passwordKey', 'adminSecret.secretKeyKey'],
    ],
    [{ storage: { size: '10 GB', storageClass: 'Fast' } }, ['storage.size', 'storage.storageClass']],
    [{ rootUrl: 'grafana.example.com' }, ['rootUrl']],
    [{ rootUrl: 'https://me:secret@grafana.example.com' }, ['rootUrl']],
    [{ scrapeInterval: '15' }, ['scrapeInterval']],
    [
      { resources: { cpu: 'one', memory: '1Gi', cpuLimit: '1', memoryLimit: '-1' } },
      ['resources.cpu', 'resources.memoryLimit'],
    ],
    [
      { prometheus: { url: 'prometheus:9090', namespace: 'A', podLabels: { 'a b': '' }, podPort: 0 } },
      ['prometheus.url', 'prometheus.namespace', 'prometheus.podLabels["a b"]', 'prometheus.podPort'],
    ],
    [{ alertmanager: { url: '', namespace: 'a', podLabels: { a: 'b' } } }, ['alertmanager.url']],
    [
      {
        ingressFrom: [
          { namespace: 'A', podLabels: { a: ' ' } },
          { cidrs: ['10.0.0.0'] },
          { cidrs: ['10.0.0.0/8', 'fd00::/8'] },
        ],
      },
      ['ingressFrom[0].namespace', 'ingressFrom[0].podLabels["a"]', 'ingressFrom[1].cidrs[0]'],
    ],
    [{ settings: { 'log.level': 'warn' } }, ['settings.log.level']],
    [{ settings: { GF_SERVER_HTTP_PORT: '80' } }, ['settings.GF_SERVER_HTTP_PORT']],
    [{ settings: { GF_SERVER_ROOT_URL: 'https://x.example.com' } }, ['settings.GF_SERVER_ROOT_URL']],
    [{ settings: { GF_SECURITY_ADMIN_PASSWORD__FILE: '/x' } }, ['settings.GF_SECURITY_ADMIN_PASSWORD__FILE']],
    [{ settings: { GF_SMTP_PASSWORD: 'hunter2' } }, ['settings.GF_SMTP_PASSWORD']],
    [{ settings: { GF_DATABASE_URL: 'postgres://me:hunter2@db/grafana' } }, ['settings.GF_DATABASE_URL']],
    [{ settings: { GF_LOG_LEVEL: 3 } }, ['settings.GF_LOG_LEVEL']],
    [{ runbookBaseUrl: 'wiki' }, ['runbookBaseUrl']],
    [{ thresholds: { apiErrorRatio: 2 } }, ['thresholds.apiErrorRatio']],
  ])('%j', (props, properties) => {
    expect(refused(props)).toEqual(properties);
  });

  it('everything at once, with the path of the construct', () => {
    const error = refusal(() => make({ namespace: 'A', rootUrl: 'x', scrapeInterval: 'y' }));
    expect(error.construct).toBe('test/grafana');
    expect(error.problems).toHaveLength(3);
  });

  it.each([
    ['grafana', (options: object) => ({ grafana: options })],
    ['grafana.existing', (options: object) => ({ grafana: { existing: options } })],
  ])('what the dashboards share with the alerts, under the property where it was given: %s', (at, under) => {
    const options = { thresholds: { heartbeatLate: 400, auditlag: 3 }, runbookBaseUrl: 'wiki', datasourceUid: 'a b' };
    const props = under(options) as Partial<SovraMonitoringProps>;
    const refused = () => objectsOf((chart) => void new SovraMonitoring(chart, 'monitoring', { sovra, ...props }));
    expect(refusedProperties(refused)).toEqual(
      ['thresholds.auditlag', 'thresholds.heartbeatLost', 'runbookBaseUrl', 'datasourceUid'].map((p) => `${at}.${p}`),
    );
  });

  it('a password without printing it', () => {
    for (const [name, value] of [
      ['GF_SMTP_PASSWORD', 'hunter2'],
      ['GF_DATABASE_URL', 'postgres://me:hunter2@db/grafana'],
    ] as const) {
      expect(refusal(() => make({ settings: { [name]: value } })).message).not.toContain('hunter2');
    }
  });

  it('but takes the file of a password', () => {
    expect(() => make({ settings: { GF_SMTP_PASSWORD__FILE: '/etc/smtp/password' } })).not.toThrow();
  });
});
