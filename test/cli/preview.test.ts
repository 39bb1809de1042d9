import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../lib/cli/main';
import { toYamlDocuments } from '../../lib/yaml';
import { dashboardObject, listen } from './doctor-world';

let home: string;
let server: Server;
let url: string;
/** What was asked: path, and form or parameters. */
let asked: { path: string; token?: string; form: URLSearchParams }[];
const said = (data: unknown) => ({ status: 'success', data });
const AT = '2026-01-05T08:30:00Z';

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'sovra-preview-'));
  asked = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const { pathname, search } = new URL(request.url ?? '', 'http://x');
    const form = new URLSearchParams(body || search);
    asked.push({ path: pathname, token: request.headers.authorization, form });
    const refuses = form.get('query') === 'bad(' || form.get('match[]') === 'bad(';
    const time = Number(form.get('time'));
    const answer = pathname.includes('/label/')
      ? said(['x', 'y'])
      : said({ resultType: 'vector', result: [{ metric: { pod: 'a' }, value: [time, '1'] }] });
    response.statusCode = refuses ? 400 : 200;
    response.end(JSON.stringify(refuses ? { status: 'error', error: 'parse error: <b>' } : answer));
  });
  url = `http://${await listen(server)}`;
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(home, { recursive: true });
});

const out = () => join(home, 'preview.html');
function manifests(panels: Record<string, string>, more: object = {}): string {
  const object = dashboardObject(panels);
  const [[file, text]] = Object.entries((object as unknown as { data: Record<string, string> }).data) as [
    [string, string],
  ];
  const json = JSON.parse(text);
  for (const panel of json.panels)
    Object.assign(panel, { type: 'stat' }, { targets: [{ ...panel.targets[0], instant: true }] });
  const path = join(home, 'dashboards.yaml');
  writeFileSync(path, toYamlDocuments([{ ...object, data: { [file]: JSON.stringify({ ...json, ...more }) } }]));
  return path;
}
const preview = (path: string, ...args: string[]) => run(['preview', '--url', url, path, '--out', out(), ...args]);

describe('sovra-ops preview', () => {
  it('writes a page, says what came out, and asks for the moment that it was given', async () => {
    const { code, out: printed, err } = await preview(manifests({ Pods: 'up' }), '--at', AT);
    expect([code, err]).toEqual([0, '']);
    expect(printed).toMatch(/^keys: 1 panels\n\S+preview\.html: 1 dashboards, 1 panels, \d+ kB\n$/);
    expect(asked.map((a) => [a.path, a.form.get('query'), a.form.get('time')])).toEqual([
      ['/api/v1/query', 'up', String(Date.parse(AT) / 1000)],
    ]);
    expect(readFileSync(out(), 'utf8')).toMatch(/^<!doctype html>\n.*As of 2026-01-05 08:30:00 UTC\./s);
  });

  it('gives the same bytes for the same data and moment, wherever they come from', async () => {
    const path = manifests({ Pods: 'up' });
    await preview(path, '--at', AT);
    const first = readFileSync(out(), 'utf8');
    await preview(path, '--at', String(Date.parse(AT) / 1000));
    expect(readFileSync(out(), 'utf8')).toBe(first);
    expect(first).not.toContain(url.replace('http://', ''));
  });

  it('exits with 1 where Prometheus refuses, and writes the page all the same', async () => {
    const { code, out: printed } = await preview(manifests({ Pods: 'up', Wrong: 'bad(' }));
    expect(code).toBe(1);
    expect(printed).toContain('keys: 2 panels, 1 refused\nrefused: keys panel 2 "Wrong"\n');
    expect(readFileSync(out(), 'utf8')).toContain('<p>A: parse error: &lt;b&gt;</p>');
  });

  it('tells of a variable that cannot be read', async () => {
    const list = [{ type: 'query', name: 'v', definition: 'label_values(bad(,pod)' }];
    const { code, out: printed } = await preview(manifests({ Pods: 'up' }, { templating: { list } }));
    expect(code).toBe(1);
    expect(printed).toContain('refused: keys variable v: parse error: <b>\n');
  });

  it('chooses variables one after the other, within the time that is shown', async () => {
    const variable = (name: string, definition: string) => ({ type: 'query', name, definition });
    const list = [variable('a', 'label_values(up,pod)'), variable('b', 'label_values(up{pod="$a"},job)')];
    await preview(manifests({ Pods: 'up{job="$b"}' }, { templating: { list } }), '--at', AT, '--from', '2h');
    expect(asked.map((a) => a.form.get('match[]') ?? a.form.get('query'))).toEqual([
      'up',
      'up{pod="x"}',
      'up{job="x"}',
    ]);
    const [first] = asked;
    expect(Number(first?.form.get('end')) - Number(first?.form.get('start'))).toBe(2 * 3600);
  });

  it('draws those dashboards that are named, by uid or title', async () => {
    const path = manifests({ Pods: 'up' }, { uid: 'sovra-keys', title: 'Sovra / Keys' });
    for (const name of ['sovra-keys', 'keys', 'Sovra / Keys'])
      expect((await preview(path, '--dashboard', name)).code).toBe(0);
    const { code, err } = await preview(path, '--dashboard', 'kyes');
    expect(code).toBe(2);
    expect(err).toMatch(/^--dashboard: got "kyes"; there is: sovra-keys\n/);
  });

  it('sends the token of a file', async () => {
    writeFileSync(join(home, 'token'), 'abc\n');
    await preview(manifests({ Pods: 'up' }), '--token-file', join(home, 'token'));
    expect(asked.map((a) => a.token)).toEqual(['Bearer abc']);
  });

  it('writes nothing where there is no dashboard, or no Prometheus', async () => {
    writeFileSync(join(home, 'none.yaml'), '{}\n');
    expect(await preview(join(home, 'none.yaml'))).toMatchObject({
      code: 1,
      err: expect.stringMatching(/holds no dashboard/),
    });
    expect(await preview(join(home, 'gone'))).toMatchObject({ code: 1, err: expect.stringMatching(/does not exist/) });
    const path = manifests({ Pods: 'up' });
    const { code, err } = await run(['preview', path, '--url', 'http://127.0.0.1:9', '--out', out()]);
    expect([code, err]).toEqual([1, expect.stringMatching(/^http:\/\/127\.0\.0\.1:9 does not answer/)]);
    expect(existsSync(out())).toBe(false);
  });

  it('says how to get ECharts where it is missing, before anything is asked', async () => {
    const path = manifests({ Pods: 'up' });
    jest.doMock('echarts', () => {
      throw Object.assign(new Error("Cannot find module 'echarts'"), { code: 'MODULE_NOT_FOUND' });
    });
    try {
      const { code, err } = await preview(path);
      expect([code, err]).toEqual([1, expect.stringMatching(/npm install echarts/)]);
      expect(asked).toEqual([]);
    } finally {
      jest.dontMock('echarts');
    }
  });

  it.each([
    [[], /say which Prometheus/],
    [['--url', 'localhost:9090'], /--url: an address such as/],
    [['--url', 'http://me:secret@x'], /without an account/],
    [['--url', 'http://x', '--from', 'yesterday'], /--from: got "yesterday"; allowed: a duration/],
    [['--url', 'http://x', '--at', '2026-01-05T08:30:00'], /--at: got .*; allowed: 2026-01-05T08:30:00Z/],
    [['--url', 'http://x', '--out', ''], /--out: the name of a file/],
    [['--url', 'http://x', '--what'], /--what/],
  ])('%j is used wrongly', async (args, message) => {
    const { code, out: printed, err } = await run(['preview', ...args]);
    expect([code, printed]).toEqual([2, '']);
    expect(err).toMatch(message);
    expect(err).not.toContain('secret');
  });
});
