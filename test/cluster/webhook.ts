import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type WaitOptions, waitFor } from './wait';

export interface WebhookAlert {
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** What Alertmanager posts to a webhook, as far as the tests look at it. */
export interface WebhookPayload {
  readonly receiver: string;
  readonly status: 'firing' | 'resolved';
  readonly alerts: readonly WebhookAlert[];
  readonly groupLabels: Readonly<Record<string, string>>;
}

export interface Delivery {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly payload: WebhookPayload;
  /** When it had arrived whole, in milliseconds since 1970. */
  readonly at: number;
}

/** An alert that arrived, and when. */
export interface Page {
  readonly alert: WebhookAlert;
  readonly at: number;
}

/** Someone who is on call: keeps all that Alertmanager sends. */
export class WebhookReceiver {
  readonly deliveries: Delivery[] = [];
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const payload = JSON.parse(Buffer.concat(chunks).toString()) as WebhookPayload;
        this.deliveries.push({ path: request.url ?? '', headers: request.headers, payload, at: Date.now() });
        response.end();
      });
    });
  }

  /** Listens on any address of the cluster, for example that of a pod. */
  static start(address: string, port: number): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    return new Promise((resolve, reject) => {
      receiver.server.once('error', reject);
      receiver.server.listen(port, address, () => resolve(receiver));
    });
  }

  /** Every alert of every delivery, in the order in which they came. */
  get alerts(): readonly WebhookAlert[] {
    return this.deliveries.flatMap(({ payload }) => payload.alerts);
  }

  /** Deliveries that tell of something that fires, at any of these paths, from a moment on. */
  calls(paths: readonly string[], since = 0): readonly Delivery[] {
    return this.deliveries.filter((d) => d.payload.status === 'firing' && d.at >= since && paths.includes(d.path));
  }

  /** The first that arrives firing with these labels, from a moment on. */
  waitForPage(labels: WebhookAlert['labels'], since = 0, options?: WaitOptions): Promise<Page> {
    const wanted = Object.entries(labels);
    const fits = (alert: WebhookAlert) =>
      alert.status === 'firing' && wanted.every(([name, value]) => alert.labels[name] === value);
    return waitFor(
      `a page of ${JSON.stringify(labels)}`,
      () =>
        this.deliveries
          .filter(({ at }) => at >= since)
          .flatMap(({ at, payload }) => payload.alerts.filter(fits).map((alert) => ({ alert, at })))[0],
      { timeout: 60_000, ...options },
    );
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
