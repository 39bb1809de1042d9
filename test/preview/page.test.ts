import type { KubeObject } from '../../lib/checks/model';
import { dashboardsIn, statedInterval } from '../../lib/preview/dashboard';
import { seriesOf } from '../../lib/preview/series';
import { choose } from '../../lib/preview/variables';
import { dashboard, matrix, NOON, page, panelJson, refusal, vector } from './pieces';

const EVIL = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`;
const one = (json: object, ...said: Parameters<typeof page>[1][string]) =>
  page(dashboard([panelJson(json)]), { 1: said });
const fate = (p: ReturnType<typeof page>) => p.results[0]?.panels.map((x) => x.fate);
const instant = [{ expr: 'x', instant: true, legendFormat: '{{pod}}' }];
const range = [{ expr: 'x', range: true, legendFormat: '{{pod}}' }];
const colors = {
  thresholds: {
    steps: [
      { value: null, color: 'green' },
      { value: 2, color: 'red' },
    ],
  },
};

describe('what others say', () => {
  const labels = { pod: EVIL, [EVIL]: EVIL, __name__: EVIL };
  const evilMapping = [{ type: 'value', options: { 1: { text: EVIL, color: EVIL } } }];
  const defaults = { unit: EVIL, mappings: evilMapping, noValue: EVIL, color: { mode: 'fixed', fixedColor: EVIL } };
  const base = {
    title: EVIL,
    description: EVIL,
    links: [
      { title: EVIL, url: `https://x.example/${EVIL}` },
      { title: 'a', url: 'javascript:alert(1)' },
    ],
    fieldConfig: { defaults },
  };
  const cell = [
    {
      matcher: { id: 'byName', options: 'pod' },
      properties: [{ id: 'links', value: [{ url: 'javascript:${__value.raw}' }] }],
    },
  ];
  const panels = [
    panelJson({ ...base, id: 1, targets: instant, options: { textMode: 'value_and_name', colorMode: 'background' } }),
    panelJson({
      ...base,
      id: 2,
      type: 'table',
      targets: [{ expr: EVIL, instant: true, format: 'table' }],
      fieldConfig: { defaults, overrides: cell },
    }),
    panelJson({ ...base, id: 3, type: 'timeseries', targets: range, options: { legend: { calcs: ['last'] } } }),
    panelJson({ ...base, id: 4, type: 'state-timeline', targets: range }),
    panelJson({ ...base, id: 5, type: 'text', options: { content: EVIL } }),
    panelJson({ ...base, id: 6, type: EVIL }),
    panelJson({ ...base, id: 7, datasource: { type: EVIL } }),
    panelJson({ ...base, id: 8, targets: instant }),
    panelJson({ ...base, id: 9, targets: instant }),
    { type: 'row', title: EVIL, panels: [panelJson({ ...base, id: 10 })] },
  ];
  const { html } = page(
    dashboard(panels, { uid: EVIL, title: EVIL, description: EVIL }),
    {
      1: [vector([labels, 1])],
      2: [vector([labels, 1])],
      3: [matrix(15, [labels, [1, 1, 1]])],
      4: [matrix(15, [labels, [1, 1, 1]])],
      8: [refusal(EVIL)],
    },
    { choices: [choose({ type: 'constant', name: 'v', label: EVIL, query: EVIL }, [])], refused: [EVIL] },
  );

  it('is text wherever it stands', () => {
    expect(html.split('alert(1)').length).toBeGreaterThan(20);
    // No value ends before its quotation mark: each tag is a name with whole attributes, of those that the page uses.
    const tags = [...html.matchAll(/<([a-z][^>]*)>/gi)].map(([, tag]) => String(tag));
    const whole = /^[a-z]\w*(\s+[\w:-]+(="[^"<]*")?)*\s*$/i;
    expect(tags.filter((tag) => !whole.test(tag))).toEqual([]);
    const names = new Set(tags.map((tag) => tag.split(/\s/)[0]));
    expect(['script', 'img', 'iframe', 'object', 'form', 'base', 'link'].filter((name) => names.has(name))).toEqual([]);
    const attributes = new Set(
      tags.flatMap((tag) => [...tag.matchAll(/\s([\w:-]+)="/g)].map(([, name]) => String(name))),
    );
    expect([...attributes].filter((name) => /^(on|src|xlink|action|srcdoc)/i.test(name))).toEqual([]);
  });

  it('leads nowhere but to pages of the web', () => {
    const targets = [...html.matchAll(/href="([^"]*)"/g)].map(([, to]) => String(to));
    expect(targets.length).toBeGreaterThan(5);
    expect(targets.filter((to) => !/^(#|https:)/.test(to))).toEqual([]);
  });

  it('may do nothing in the browser', () => {
    const [policies] = [...html.matchAll(/http-equiv="Content-Security-Policy" content="([^"]*)"/g)];
    expect(policies?.[1]).toMatch(
      /^default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; script-src &#39;none&#39;/,
    );
    const [style = ''] = /<style>.*?<\/style>/s.exec(html) ?? [];
    expect(style.length).toBeGreaterThan(1000);
    expect(style.match(/@import|url\(|:\/\//g)).toBeNull();
  });
});

describe('a panel', () => {
  it('shows a number in the colour of its threshold', () => {
    const json = {
      targets: instant,
      fieldConfig: { defaults: { ...colors, unit: 's' } },
      options: { colorMode: 'background' },
    };
    const { html } = one(json, vector([{}, 2]));
    expect(html).toContain('<div class="tile" style="background:var(--red);color:var(--on-red)">');
    expect(html).toContain('<span class="big">2 s</span>');
    expect(one(json, vector([{}, 1.5])).html).toContain('background:var(--green)');
    expect(one({ ...json, options: { colorMode: 'value' } }, vector([{}, 3])).html).toContain(
      'style="color:var(--red)"',
    );
  });

  it('shows words for values, also by ranges, and names in place of numbers', () => {
    const mappings = [
      { type: 'value', options: { 1: { text: 'healthy', color: 'green' } } },
      { type: 'range', options: { from: 2, to: 5, result: { text: 'a few' } } },
      { type: 'special', options: { match: 'nan', result: { text: 'nothing yet' } } },
    ];
    const json = (textMode: string) => ({
      targets: instant,
      fieldConfig: { defaults: { mappings } },
      options: { textMode },
    });
    const big = (p: ReturnType<typeof page>) =>
      [...p.html.matchAll(/class="(?:big|small)">([^<]*)/g)].map(([, t]) => t);
    expect(big(one(json('value'), vector([{}, 1])))).toEqual(['healthy']);
    expect(big(one(json('value'), vector([{}, 3])))).toEqual(['a few']);
    expect(big(one(json('name'), vector([{ pod: 'vault-0' }, 1])))).toEqual(['vault-0']);
    expect(big(one(json('auto'), vector([{ pod: 'a' }, 1], [{ pod: 'b' }, 7])))).toEqual(['healthy', 'a', '7', 'b']);
  });

  it.each(['stat', 'timeseries', 'table', 'state-timeline'])('of the type %s without data says so', (type) => {
    const p = one({ type, targets: instant, fieldConfig: { defaults: { noValue: 'none at all' } } }, vector());
    expect(fate(p)).toEqual(['no data']);
    expect(p.html).toContain('<div class="nothing">none at all</div>');
    expect(one({ type, targets: instant }, vector()).html).toContain('<div class="nothing">no data</div>');
  });

  it('shows what Prometheus said when it refused one of its queries', () => {
    const p = one(
      { type: 'table', targets: [...instant, { refId: 'B', expr: 'y', instant: true }] },
      vector([{}, 1]),
      refusal('parse error: no'),
    );
    expect(fate(p)).toEqual(['refused']);
    expect(p.html).toMatch(/<b>Prometheus refuses<\/b><p>B: parse error: no<\/p>/);
    expect(p.html).toContain('<span class="bad">1 refused</span>');
  });

  it('that cannot be drawn here says so', () => {
    expect(fate(one({ type: 'heatmap' }, vector([{}, 1])))).toEqual(['not drawn']);
    const logs = one({ type: 'logs', datasource: { type: 'loki' } });
    expect(fate(logs)).toEqual(['not drawn']);
    expect(logs.html).toContain('It asks loki, not Prometheus');
  });

  it('says what it is about, what it asks, and where to read more', () => {
    const panels = [
      panelJson({
        description: 'Fewer is worse.',
        targets: [{ expr: 'up{pod=~"$pod"}', instant: true }],
        links: [
          { title: 'Runbook', url: 'https://x.example/A.md' },
          { title: 'Here', url: '/d/one?${__all_variables}' },
          { title: 'Elsewhere', url: '/d/other' },
        ],
        repeat: 'pod',
      }),
    ];
    const pod = choose({ type: 'constant', name: 'pod', query: 'a' }, []);
    const { html } = page(dashboard(panels), {}, { choices: [pod] });
    expect(html).toContain('<p>Fewer is worse.</p>');
    expect(html).toContain('<code>up{pod=~&quot;a&quot;}</code>');
    expect(html).toContain('<a href="https://x.example/A.md" rel="noopener noreferrer">Runbook</a>');
    expect(html).toContain('<a href="#one" rel="noopener noreferrer">Here</a>');
    expect(html).toContain('<li><span>Elsewhere</span></li>');
    expect(html).toContain('It is repeated for each value of pod');
  });

  it('links cells of a table, with the value in the address', () => {
    const links = { id: 'links', value: [{ title: 'Runbook', url: 'https://x.example/${__value.raw}.md' }] };
    const overrides = [
      { matcher: { id: 'byName', options: 'alertname' }, properties: [links] },
      {
        matcher: { id: 'byName', options: 'Value' },
        properties: [{ id: 'custom.cellOptions', value: { type: 'color-text' } }],
      },
    ];
    const json = { type: 'table', targets: instant, fieldConfig: { defaults: colors, overrides } };
    const { html } = one(json, vector([{ alertname: 'A b' }, 3]));
    expect(html).toContain('<a href="https://x.example/A%20b.md" rel="noopener noreferrer">A b</a>');
    expect(html).toContain('<td class="number" style="color:var(--ink-red)">3</td>');
  });
});

describe('a dashboard', () => {
  const at = (x: number, y: number, w: number, h: number) => ({ gridPos: { x, y, w, h } });
  const rows = [
    { type: 'row', title: 'First', gridPos: { x: 0, y: 0, w: 24, h: 1 } },
    panelJson({ id: 1, ...at(0, 1, 4, 4) }),
    panelJson({ id: 2, ...at(4, 1, 20, 4) }),
    panelJson({ id: 3, ...at(12, 5, 12, 8) }),
    {
      type: 'row',
      title: 'Closed',
      gridPos: { x: 0, y: 13, w: 24, h: 1 },
      panels: [panelJson({ id: 4, ...at(6, 14, 6, 6) })],
    },
  ];

  it('has the places of Grafana, in rows that are all open', () => {
    const { html } = page(dashboard(rows), {});
    const areas = [...html.matchAll(/id="one-(\d)"[^>]*style="grid-area:([^"]*)"/g)].map(([, id, area]) => [id, area]);
    expect(areas).toEqual([
      ['1', '1/1/span 4/span 4'],
      ['2', '1/5/span 4/span 20'],
      ['3', '5/13/span 8/span 12'],
      ['4', '1/7/span 6/span 6'],
    ]);
    expect([...html.matchAll(/<h3>([^<]*)/g)].map(([, t]) => t)).toEqual(['First', 'Closed']);
  });

  it('says what was chosen, which time it is about, and how its panels came out', () => {
    const { html } = page(dashboard(rows), { 1: [vector([{}, 1])] }, { refused: ['variable a: no'] });
    expect(html).toContain('2026-01-05 08:00:00 to 2026-01-05 09:00:00');
    expect(html).toContain('<span>4 panels, 3 without data</span><span class="bad">1 refused</span>');
    expect(html).toContain('<p class="bad">Prometheus refuses: variable a: no</p>');
  });

  it('gives the same bytes for the same data', () => {
    const graph = dashboard([panelJson({ type: 'timeseries', targets: range })]);
    const drawn = () => page(graph, { 1: [matrix(15, [{ pod: 'b' }, [1, 2]], [{ pod: 'a' }, [3, 4]])] }).html;
    const turned = page(graph, { 1: [matrix(15, [{ pod: 'a' }, [3, 4]], [{ pod: 'b' }, [1, 2]])] }).html;
    expect(drawn()).toBe(drawn());
    expect(turned).toBe(drawn());
  });
});

describe('series', () => {
  const rows = [
    [{ a: 'y' }, 1],
    [{ a: 'x' }, 2],
  ] as const;
  it.each([
    ['up', ['x', 'y']],
    ['topk(2, up)', ['y', 'x']],
    ['sort_desc(up)', ['y', 'x']],
  ])('of %s are in the order %j', (expr, order) => {
    expect(seriesOf(vector(...rows), expr).map((s) => s.labels.a)).toEqual(order);
  });

  it('may be a single number, and may be infinite', () => {
    expect(seriesOf({ resultType: 'scalar', result: [NOON, '-Inf'] }, '1')).toEqual([
      { labels: {}, points: [[NOON, Number.NEGATIVE_INFINITY]] },
    ]);
  });
});

describe('the manifests', () => {
  const configMap = (data: Record<string, string>): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x' },
    data,
  });

  it('have dashboards in ConfigMaps of anybody, and other things', () => {
    const objects = [
      configMap({
        'a.json': '{"uid":"a","panels":[]}',
        'b.json': '{"not":"one"}',
        'c.json': '{',
        'd.yaml': '{"panels":[]}',
      }),
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'y' }, data: { 'e.json': '{"panels":[]}' } },
      configMap({ 'f.json': '{"panels":[null,3,{"gridPos":"?","targets":[{}],"fieldConfig":[]}]}' }),
    ];
    const found = dashboardsIn(objects);
    expect(found.map((d) => [d.uid, d.title])).toEqual([
      ['a', 'a'],
      ['f', 'f'],
    ]);
    expect(page(found[1] as (typeof found)[0], {}).results[0]?.panels.map((p) => p.fate)).toEqual(
      Array(3).fill('not drawn'),
    );
  });

  it('state how often is scraped, if they have the data source', () => {
    expect(statedInterval([configMap({ 'a.yaml': 'x:\n  - jsonData:\n      timeInterval: "30s"\n' })])).toBe('30s');
    expect(statedInterval([configMap({ 'a.yaml': 'x: 1' })])).toBeUndefined();
  });

  it('are as of the moment that was asked for', () => {
    expect(page(dashboard([]), {}).html).toContain(
      `As of ${new Date(NOON * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC.`,
    );
  });
});
