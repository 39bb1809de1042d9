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
        this.deliveries.push({ path: request.url ?? '', headers: request.headers, payload });
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

  waitForAlert(name: string, status: WebhookAlert['status'] = 'firing', options?: WaitOptions): Promise<WebhookAlert> {
    return waitFor(
      `alert ${name} to arrive ${status}`,
      () => this.alerts.find((alert) => alert.labels.alertname === name && alert.status === status),
      { timeout: 60_000, ...options },
    );
  }

  stop(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }
}
