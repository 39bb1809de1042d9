import { ApiObject, App, Chart } from 'cdk8s';
import { SovraApp } from '../../lib/app';
import { capacityReportPods } from '../../lib/operations/capacity-report';
import { SovraReviews, type SovraReviewsProps } from '../../lib/operations/sovra-reviews';
import { sharesMinute } from '../../lib/schedule/coincide';
import { cronOf } from '../../lib/schedule/cron';
import { SovraInstallation } from '../../lib/sovra/installation';
import { STACKS } from '../../stacks/stacks';
import { find, objectsOf, refusal, refusedProperties } from '../support/synth';
import { containerOf, containersOf, environmentOf, podOf, shortcomings } from './pods';

const sovra = new SovraInstallation();
const URL = 'http://sovra-api-gateway.sovra.svc:8080';
const make = (more: Partial<SovraReviewsProps> = {}) => {
  let reviews: SovraReviews | undefined;
  const objects = objectsOf((chart) => {
    reviews = new SovraReviews(chart, 'reviews', { sovra, ...more });
  });
  return {
    reviews: reviews as SovraReviews,
    objects,
    cronJob: (name: string) => find(objects, 'CronJob', name),
    names: objects.filter((o) => o.kind === 'CronJob').map((o) => o.metadata.name),
  };
};
const refuse = (more: object) => () => make(more as Partial<SovraReviewsProps>);

describe("the guide's reviews", () => {
  const { reviews, objects, cronJob, names } = make();

  test.each([
    ['sovra-failed-operations', '0 7 * * *', ['audit', 'query', '--since', '24 hours ago', '--result', 'error']],
    ['sovra-policy-violations', '15 7 * * *', ['audit', 'query', '--event-type', 'policy.violation']],
    ['sovra-certificate-status', '30 7 * * *', ['cert', 'list', '--expiring', '30d']],
    ['sovra-security-review', '45 7 * * 1', ['audit', 'query', '--since', '7 days ago', '--event-type', 'auth.*']],
    ['sovra-policy-validation', '0 8 * * 1', ['policy', 'validate', '--all']],
    ['sovra-version-check', '15 8 1 * *', ['version', 'check']],
  ])("%s runs the guide's command in its rhythm", (name, schedule, args) => {
    expect(cronJob(name).spec.schedule).toBe(schedule);
    const container = containerOf(cronJob(name), 'review');
    expect(container.command?.slice(4)).toEqual(['/app/sovra-cli', ...args, '--api-url', URL]);
    expect(container.image).toBe(sovra.image('sovraCli'));
    expect(environmentOf(container)).toEqual({ SOVRA_TOKEN: 'sovra-cli/token', SINCE_SECONDS: '', FINDINGS: 'log' });
  });

  test('the capacity report asks Prometheus, beside the commands of the guide', () => {
    const report = cronJob('sovra-capacity-report');
    expect(report.spec.schedule).toBe('30 8 1 * *');
    expect(containersOf(report).map((c) => [c.name, c.name === 'forecast' ? c.image : c.command])).toEqual([
      ['forecast', sovra.image('prometheus')],
      ['database-size', ['/app/sovra-cli', 'metrics', 'database-size', '--api-url', URL]],
      ['audit-size', ['/app/sovra-cli', 'metrics', 'audit-size', '--api-url', URL]],
    ]);
    expect(environmentOf(containerOf(report, 'forecast'))).toEqual({
      PROMETHEUS: 'http://prometheus.monitoring.svc:9090',
    });
    const [, , prometheus] = find(objects, 'NetworkPolicy', 'sovra-capacity-report').spec.egress;
    expect(prometheus.to[0].namespaceSelector.matchLabels).toEqual({ 'kubernetes.io/metadata.name': 'monitoring' });
    expect(prometheus.ports).toEqual([{ protocol: 'TCP', port: 9090 }]);
  });

  test('pass Pod Security restricted and carry no secret', () => {
    expect(names).toHaveLength(8);
    for (const name of names) expect(shortcomings(cronJob(name))).toEqual([]);
  });

  test('have three alerts each, all for the next business day', () => {
    const [group] = find(objects, 'PrometheusRule', 'sovra-reviews').spec.groups;
    expect(group.rules).toHaveLength(24);
    expect(new Set(group.rules.map((r: { labels: { level: string } }) => r.labels.level))).toEqual(new Set(['P3']));
  });

  test('end before they are due again, and never run twice at once', () => {
    for (const { smallestGapSeconds, activeDeadlineSeconds } of reviews.tasks)
      expect(activeDeadlineSeconds).toBeLessThan(smallestGapSeconds);
    for (const name of names) expect(cronJob(name).spec.concurrencyPolicy).toBe('Forbid');
  });

  test('those of the CLI may reach the API gateway and nothing else', () => {
    for (const name of names.filter((n) => !['sovra-capacity-report', 'sovra-cve-scan'].includes(n))) {
      const { egress } = find(objects, 'NetworkPolicy', name).spec;
      expect(egress).toHaveLength(2);
      expect(egress[1].to[0].podSelector.matchLabels).toEqual({ app: 'sovra', component: 'api-gateway' });
    }
  });
});

describe('what can be said about them', () => {
  test('false leaves one out, its alerts and its list of images too', () => {
    const all = {
      failedOperations: false,
      policyViolations: false,
      certificateStatus: false,
      securityReview: false,
      policyValidation: false,
      versionCheck: false,
      capacityReport: false,
      cveScan: false,
    } as const;
    expect(make({ ...all, versionCheck: {} }).names).toEqual(['sovra-version-check']);
    expect(make(all).objects).toEqual([]);
  });

  test('a command of your own, findings that fail, and points in time for a release that wants those', () => {
    const { cronJob } = make({
      since: 'rfc3339',
      failedOperations: { command: ['/bin/q', 'a b', '$(id)', ';'], findings: 'fail' },
      versionCheck: { command: ['/app/sovra-cli', '--version'] },
    });
    const failed = containerOf(cronJob('sovra-failed-operations'), 'review');
    expect(failed.command?.slice(4)).toEqual(['/bin/q', 'a b', '$(id)', ';']);
    expect(environmentOf(failed)).toMatchObject({ SINCE_SECONDS: '86400', FINDINGS: 'fail' });
    const week = containerOf(cronJob('sovra-security-review'), 'review');
    expect(week.command).not.toContain('--since');
    expect(environmentOf(week)).toMatchObject({ SINCE_SECONDS: '604800' });
    expect(environmentOf(containerOf(cronJob('sovra-policy-violations'), 'review')).SINCE_SECONDS).toBe('86400');
    expect(environmentOf(containerOf(cronJob('sovra-version-check'), 'review')).SINCE_SECONDS).toBe('');
  });

  test('capacity: other commands or none, questions of your own, volumes where kubelets are scraped', () => {
    const { cronJob } = make({
      sovra: new SovraInstallation({ volumes: { namespaces: ['sovra', 'db'] } }),
      capacityReport: { commands: {}, questions: { 'keys, at all': 'sum(my_keys)' } },
    });
    const [forecast, ...others] = containersOf(cronJob('sovra-capacity-report'));
    expect(others).toEqual([]);
    expect(forecast?.command).toContain('volumes that fill, days until full');
    expect(forecast?.command?.some((w) => w.includes('namespace=~"sovra|db"'))).toBe(true);
    expect(forecast?.command?.slice(-2)).toEqual(['keys, at all', 'sum(my_keys)']);
    expect(make().cronJob('sovra-capacity-report').spec).not.toEqual(cronJob('sovra-capacity-report').spec);
  });

  test('another Prometheus is asked where it is', () => {
    const { objects, cronJob } = make({
      prometheus: {
        name: 'own',
        namespace: 'observe',
        selectorLabels: { a: 'b' },
        podLabels: { app: 'prom' },
        serviceAccount: 'own',
        url: 'https://prom.observe.svc',
      },
    });
    expect(environmentOf(containerOf(cronJob('sovra-capacity-report'), 'forecast')).PROMETHEUS).toBe(
      'https://prom.observe.svc',
    );
    expect(find(objects, 'NetworkPolicy', 'sovra-capacity-report').spec.egress[2].ports).toEqual([
      { protocol: 'TCP', port: 443 },
    ]);
  });
});

describe('the scan', () => {
  const arguments_ = (more: Partial<SovraReviewsProps> = {}) =>
    containerOf(make(more).cronJob('sovra-cve-scan'), 'scan').command ?? [];
  const optionOf = (words: readonly string[], option: string) => words[words.indexOf(option) + 1];

  test('asks the registry, not a container runtime', () => {
    expect(optionOf(arguments_(), '--image-src')).toBe('remote');
    expect(podOf(make().cronJob('sovra-cve-scan')).volumes?.some((v) => 'hostPath' in v)).toBe(false);
  });

  test('on a mirror: its databases are there too, and nobody else is asked', () => {
    const mirrored = new SovraInstallation({ images: { registry: 'mirror.example:5000/x' } });
    const words = arguments_({ sovra: mirrored });
    expect(optionOf(words, '--db-repository')).toBe('mirror.example:5000/x/aquasecurity/trivy-db:2');
    expect(optionOf(words, '--java-db-repository')).toBe('mirror.example:5000/x/aquasecurity/trivy-java-db:1');
    expect(words).toContain('--offline-scan');
    const policy = find(make({ sovra: mirrored }).objects, 'NetworkPolicy', 'sovra-cve-scan');
    expect(policy.spec.egress[1].ports.map((p: { port: number }) => p.port)).toEqual([443, 5000]);
    expect(arguments_()).not.toContain('--offline-scan');
    expect(arguments_()).not.toContain('--db-repository');
  });

  test('severities, what is mended, account, authority, room, registries', () => {
    const { cronJob, objects } = make({
      cveScan: {
        severities: ['CRITICAL'],
        onlyFixed: true,
        findings: 'fail',
        databaseImage: 'r.example/db:2',
        credentials: { username: { secret: 'pull', key: 'u' }, password: { secret: 'pull', key: 'p' } },
        caSecret: { secret: 'ca', key: 'root.crt' },
        cacheSize: '20Gi',
        registries: { peers: [{ cidrs: ['192.0.2.1/32'] }], ports: [8443] },
      },
    });
    const scan = containerOf(cronJob('sovra-cve-scan'), 'scan');
    expect(optionOf(scan.command ?? [], '--severity')).toBe('CRITICAL');
    expect(scan.command).toContain('--ignore-unfixed');
    expect(environmentOf(scan)).toMatchObject({
      FINDINGS: 'fail',
      TRIVY_USERNAME: 'pull/u',
      TRIVY_PASSWORD: 'pull/p',
      SSL_CERT_FILE: '/etc/registry-ca/ca.crt',
    });
    expect(podOf(cronJob('sovra-cve-scan')).volumes).toEqual([
      { name: 'cache', emptyDir: { sizeLimit: '20Gi' } },
      { name: 'images', configMap: { name: 'sovra-cve-scan' } },
      { name: 'registry-ca', secret: { secretName: 'ca', items: [{ key: 'root.crt', path: 'ca.crt' }] } },
    ]);
    expect(find(objects, 'NetworkPolicy', 'sovra-cve-scan').spec.egress[1]).toEqual({
      to: [{ ipBlock: { cidr: '192.0.2.1/32' } }],
      ports: [{ protocol: 'TCP', port: 8443 }],
    });
  });

  test('reads the images of the whole app, also of what is made after it, and those that are named', () => {
    const app = new App();
    const chart = new Chart(app, 'reviews');
    const { imageList } = new SovraReviews(chart, 'reviews', {
      sovra,
      cveScan: { moreImages: ['docker.io/openpolicyagent/opa:1.5.0'] },
    });
    const pod = (image: string) => ({ spec: { containers: [{ name: 'a', image }] } });
    new ApiObject(new Chart(app, 'later'), 'later', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'later' },
      ...pod('registry.example/later:1'),
    });
    new ApiObject(chart, 'no-workload', { apiVersion: 'v1', kind: 'ConfigMap', data: { image: 'no.example/image:1' } });
    expect(imageList?.toJson().data.images.trimEnd().split('\n')).toEqual(
      [
        'docker.io/openpolicyagent/opa:1.5.0',
        'registry.example/later:1',
        sovra.image('sovraCli'),
        sovra.image('prometheus'),
        sovra.image('trivy'),
      ].sort(),
    );
  });
});

describe('in the default stack', () => {
  const app = new SovraApp();
  const { backup, tasks, reviews } = STACKS['control-plane']?.(app) ?? {};
  const objects = app.manifests().flatMap(([, o]) => o);

  test('nobody starts together with whom it shares something, the backups included', () => {
    const all = [...(backup?.tasks ?? []), ...(tasks?.tasks ?? []), ...(reviews?.tasks ?? [])];
    const zoned = (t: { schedule: string; timeZone: string }) => ({ cron: cronOf(t.schedule), timeZone: t.timeZone });
    const meetings = all.flatMap((a, i) =>
      all
        .slice(i + 1)
        .filter((b) => a.uses.some((u) => b.uses.includes(u)) && sharesMinute(zoned(a), zoned(b)))
        .map((b) => `${a.name} ${b.name}`),
    );
    expect(reviews?.tasks).toHaveLength(8);
    expect(meetings).toEqual([]);
  });

  test('the scan reads every image of the stack and no other', () => {
    const inPods = new Set<string>();
    JSON.stringify(
      objects.filter((o) => o.kind !== 'ConfigMap'),
      (key, value) => {
        if (key === 'image' && typeof value === 'string') inPods.add(value);
        return value;
      },
    );
    const list = find(objects, 'ConfigMap', 'sovra-cve-scan').data.images.trimEnd().split('\n');
    expect(list).toEqual([...inPods].sort());
  });

  test('Prometheus lets the capacity report in', () => {
    const policy = find(objects, 'NetworkPolicy', 'prometheus');
    const { podLabels } = capacityReportPods('sovra') as { podLabels: object };
    expect(policy.spec.ingress[0].from).toContainEqual({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'sovra' } },
      podSelector: { matchLabels: podLabels },
    });
    const labels = find(objects, 'CronJob', 'sovra-capacity-report').spec.jobTemplate.spec.template.metadata.labels;
    expect(labels).toMatchObject(podLabels);
  });
});

describe('what is refused', () => {
  test.each<[object, string]>([
    [{ sovra: new SovraInstallation({ controlPlane: false }) }, 'sovra.controlPlane'],
    [{ since: 'yesterday' }, 'since'],
    [{ failedOperations: { schedule: 'daily' } }, 'failedOperations.schedule'],
    [{ failedOperations: { activeDeadline: '24h' } }, 'failedOperations.activeDeadline'],
    [{ policyViolations: { command: 'audit query' } }, 'policyViolations.command'],
    [{ securityReview: { findings: 'ignore' } }, 'securityReview.findings'],
    [{ versionCheck: null }, 'versionCheck'],
    [{ capacityReport: { commands: { 'A B': ['x'] } } }, 'capacityReport.commands["A B"]'],
    [{ capacityReport: { commands: { forecast: ['x'] } } }, 'capacityReport.commands["forecast"]'],
    [{ capacityReport: { questions: { size: '' } } }, 'capacityReport.questions["size"]'],
    [{ cveScan: { severities: ['high'] } }, 'cveScan.severities[0]'],
    [{ cveScan: { severities: [] } }, 'cveScan.severities'],
    [{ cveScan: { moreImages: ['opa:latest'] } }, 'cveScan.moreImages[0]'],
    [{ cveScan: { databaseImage: 'https://r.example/db:2' } }, 'cveScan.databaseImage'],
    [{ cveScan: { cacheSize: 'big' } }, 'cveScan.cacheSize'],
    [
      { cveScan: { credentials: { username: { secret: 'A B', key: 'u' }, password: { secret: 'p', key: 'p' } } } },
      'cveScan.credentials.username.secret',
    ],
    [{ cveScan: { caSecret: { secret: 'ca', key: '..' } } }, 'cveScan.caSecret.key'],
    [{ cveScan: { registries: { peers: [], ports: [443] } } }, 'cveScan.registries[0].peers'],
    [{ cveScan: { findings: true } }, 'cveScan.findings'],
  ])('%j', (more, property) => {
    expect(refusedProperties(refuse(more))).toEqual([property]);
  });

  test('nothing is made half-way', () => {
    const chart = new Chart(new App(), 'test');
    const broken = { sovra, cveScan: { cacheSize: 'big' } };
    expect(refusal(() => new SovraReviews(chart, 'reviews', broken)).construct).toBe('test/reviews');
    expect(chart.node.findAll().filter((c) => c instanceof ApiObject)).toEqual([]);
  });
});
