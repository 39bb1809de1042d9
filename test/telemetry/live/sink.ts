import { createServer, type Server } from 'node:http';
import { freePort } from '../../support/ports';

type Value = {
  stringValue?: string;
  intValue?: string;
  doubleValue?: number;
  boolValue?: boolean;
  kvlistValue?: unknown;
  arrayValue?: unknown;
};
interface KeyValue {
  readonly key: string;
  readonly value: Value;
}
interface Logs {
  resourceLogs: {
    resource: { attributes?: KeyValue[] };
    scopeLogs: { logRecords: ({ body?: Value; attributes?: KeyValue[] } & Record<string, unknown>)[] }[];
  }[];
}
export interface Span extends Record<string, unknown> {
  readonly traceId: string;
  readonly name: string;
  readonly attributes?: KeyValue[];
}
interface Traces {
  resourceSpans: { resource: { attributes?: KeyValue[] }; scopeSpans: { spans: Span[] }[] }[];
}

export interface Line {
  readonly body: unknown;
  readonly resource: Record<string, unknown>;
  readonly fields: Record<string, unknown>;
  readonly record: Record<string, unknown>;
}

const plain = (v: Value | undefined): unknown =>
  v === undefined ? undefined : v.intValue !== undefined ? Number(v.intValue) : Object.values(v)[0];
export const fieldsOf = (list: readonly KeyValue[] = []): Record<string, unknown> =>
  Object.fromEntries(list.map(({ key, value }) => [key, plain(value)]));

/** A back end that takes OTLP over HTTP as JSON and keeps what it got; it can be out of order, or away. */
export class Sink {
  private server?: Server;
  readonly payloads: string[] = [];
  readonly lines: Line[] = [];
  readonly spans: { readonly span: Span; readonly resource: Record<string, unknown> }[] = [];
  /** Status of the answers; what is not 200 is not kept. */
  status = 200;
  refused = 0;
  port = 0;

  async open(): Promise<this> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (d) => parts.push(d));
      request.on('end', () => {
        if (this.status === 200 && !request.url?.endsWith('/write')) this.take(Buffer.concat(parts).toString());
        if (this.status !== 200) this.refused += 1;
        response.writeHead(this.status, { 'content-type': 'application/json' });
        response.end('{}');
      });
    });
    this.port ||= await freePort();
    await new Promise<void>((done, failed) => server.once('error', failed).listen(this.port, '127.0.0.1', done));
    this.server = server;
    return this;
  }

  /** Gone: connections are refused, and the port is none that the kernel would give to anybody until the next `open`. */
  async close(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((done) => this.server?.close(done) ?? done(undefined));
    this.server = undefined;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  private take(text: string): void {
    this.payloads.push(text);
    const data = JSON.parse(text) as Partial<Logs & Traces>;
    for (const r of data.resourceLogs ?? [])
      for (const s of r.scopeLogs)
        for (const record of s.logRecords)
          this.lines.push({
            body: plain(record.body),
            resource: fieldsOf(r.resource.attributes),
            fields: fieldsOf(record.attributes),
            record,
          });
    for (const r of data.resourceSpans ?? [])
      for (const s of r.scopeSpans)
        for (const span of s.spans) this.spans.push({ span, resource: fieldsOf(r.resource.attributes) });
  }
}
