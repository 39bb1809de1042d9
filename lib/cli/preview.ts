import { parseArgs } from 'node:util';
import { parseDuration } from '../schedule/duration';
import { type Command, UsageError } from './command';
import { accessTo } from './preview-access';

export const preview: Command = {
  usage: `sovra-ops preview --url URL [PATH...] [--from 1h] [--at TIME] [--out FILE] [--dashboard NAME]...
      [--token-file FILE] [--ca FILE]
      draws the dashboards in the manifests of each PATH (default: dist) from the data of a running Prometheus into one
      HTML file (default: preview.html) without scripts, to see a change in a review without a Grafana. --from says how
      far back lines go (default: as each dashboard opens), --at when they end (2026-01-05T08:30:00Z; default: now),
      --dashboard which ones (uid, or title; default: all); exits with 1 if Prometheus refuses a query.
      Needs the package echarts. --token-file and --ca are as for doctor`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        // What doctor calls it.
        prometheus: { type: 'string' },
        from: { type: 'string' },
        at: { type: 'string' },
        out: { type: 'string', default: 'preview.html' },
        dashboard: { type: 'string', multiple: true, default: [] },
        'token-file': { type: 'string' },
        ca: { type: 'string' },
      },
    });
    const url = values.url ?? values.prometheus;
    if (url === undefined) throw new UsageError('say which Prometheus: --url http://localhost:9090');
    if (values.out === '') throw new UsageError('--out: the name of a file, such as preview.html');
    const at = values.at === undefined ? undefined : moment(values.at);
    const back = values.from === undefined ? undefined : duration(values.from);
    // Loaded when it is used: the other commands need none of it.
    const { runPreview } = require('./preview-run') as typeof import('./preview-run');
    return runPreview({
      paths: positionals.length === 0 ? ['dist'] : positionals,
      access: accessTo('--url', url, values['token-file'], values.ca),
      out: values.out,
      names: values.dashboard,
      back,
      at: at ?? Math.floor(Date.now() / 1000),
    });
  },
};

function duration(text: string): number {
  const seconds = parseDuration(text.replace(/^now-/, ''));
  if (seconds === undefined) throw new UsageError(`--from: got "${text}"; allowed: a duration such as 30m, 6h or 7d`);
  return seconds;
}

/** Seconds since 1970, given as such or as a date with its zone: without one it would depend on the machine. */
function moment(text: string): number {
  const zoned = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  const seconds = /^\d{1,11}(\.\d+)?$/.test(text) ? Number(text) : zoned ? Date.parse(text) / 1000 : Number.NaN;
  if (Number.isNaN(seconds))
    throw new UsageError(`--at: got "${text}"; allowed: 2026-01-05T08:30:00Z, or seconds since 1970`);
  return seconds;
}
