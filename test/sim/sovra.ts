import { rm } from 'node:fs/promises';
import { type Certificates, makeCertificates } from './certificates';
import { type Behaviour, describeEndpoint, type EndpointId } from './endpoint';
import { type Episode, FaultLog } from './fault-log';
import { type DetailArgument, FAULTS, type Fault, type FaultDetail, type FaultName, type Where } from './faults';
import { type EndpointPlan, layout } from './layout';
import { Listener } from './listener';
import type { Moment } from './moment';
import { type SimulatedSovraOptions, type SimulatedSovraSettings, settings } from './options';
import { checkTarget } from './target';

/** An endpoint that the simulation serves. */
export interface Endpoint extends EndpointId {
  /** `http://ADDRESS:PORT` */
  readonly url: string;
}

interface Running {
  readonly id: EndpointId;
  readonly behaviour: Behaviour;
  readonly listener: Listener;
  /** When its process started; undefined while it does not run. */
  startedAt: number | undefined;
}

/**
 * A Sovra installation as its monitoring sees it: every endpoint that is scraped or probed, healthy or with faults that
 * are injected and cured while it runs. Values depend on elapsed time and on the history of faults only.
 */
export class SimulatedSovra {
  /** Starts every endpoint; none is left open if one of them cannot be. */
  static async start(options: SimulatedSovraOptions = {}): Promise<SimulatedSovra> {
    const s = settings(options);
    const plans = layout(s);
    const addresses = plans.filter((p) => p.tls).map((p) => p.host);
    const certificates = await makeCertificates({ names: s.serverNames, addresses, days: s.certificateDays });
    const sovra = new SimulatedSovra(s, plans, certificates);
    try {
      await sovra.#reconcile();
    } catch (error) {
      await sovra.stop();
      throw error;
    }
    return sovra;
  }

  readonly #settings: SimulatedSovraSettings;
  readonly #certificates: Certificates;
  readonly #running: readonly Running[];
  readonly #faults = new FaultLog();
  readonly #zero: number;
  #pending: Promise<void> = Promise.resolve();
  #stopped = false;

  private constructor(s: SimulatedSovraSettings, plans: readonly EndpointPlan[], certificates: Certificates) {
    this.#settings = s;
    this.#certificates = certificates;
    this.#zero = s.clock();
    this.#running = plans.map((plan) => this.#prepare(plan));
  }

  /** Path of the certificate authority that signed the certificate of the Vault pods (PEM). */
  get ca(): string {
    return this.#certificates.ca;
  }

  /** Everything that is served, in a fixed order. */
  get endpoints(): readonly Endpoint[] {
    return this.#running.map(({ id, listener }) => ({ ...id, url: listener.url }));
  }

  /** The faults that are there now. */
  get faults(): readonly Episode[] {
    return this.#faults.allActive();
  }

  /** Where an endpoint is: `http://ADDRESS:PORT`. */
  url(id: EndpointId): string {
    const found = this.#running.find(({ id: r }) => r.part === id.part && r.node === id.node && r.pod === id.pod);
    if (!found)
      throw new Error(
        `There is no endpoint "${describeEndpoint(id)}"; there are: ${this.#running.map((r) => describeEndpoint(r.id)).join(', ')}`,
      );
    return found.listener.url;
  }

  /** Lets a fault strike; one that is there already at the same place is replaced. Resolves when it can be observed. */
  async inject<N extends FaultName>(name: N, ...[detail]: DetailArgument<N>): Promise<void> {
    const fault: Fault = FAULTS[name];
    const { value, ...target }: Where & { value?: number } = detail ?? {};
    checkTarget(name, target, this.#settings);
    this.#faults.begin(name, target, value ?? fault.value?.default ?? 1, this.#now());
    await this.#reconcile();
  }

  /** Ends a fault, everywhere or within what is given. @throws {Error} if it is not there */
  async cure<N extends FaultName>(name: N, within: Partial<Omit<FaultDetail<N>, 'value'>> = {}): Promise<void> {
    if (this.#faults.end(name, within, this.#now()) === 0) {
      const there = this.faults.map((e) => `${e.name} ${JSON.stringify(e.target)}`).join(', ');
      throw new Error(
        `The fault "${name}" is not there within ${JSON.stringify(within)}; there are: ${there || 'none'}`,
      );
    }
    await this.#reconcile();
  }

  async cureAll(): Promise<void> {
    if (this.#faults.endAll(this.#now()) > 0) await this.#reconcile();
  }

  /** Closes every listener and connection, and removes the certificates. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#reconcile();
    await rm(this.#certificates.directory, { recursive: true, force: true });
  }

  #now(): number {
    return this.#settings.clock() - this.#zero;
  }

  #moment({ startedAt }: Running): Moment {
    const now = this.#now();
    return { now, startedAt: startedAt ?? now, faults: this.#faults };
  }

  #prepare(plan: EndpointPlan): Running {
    const running: Running = {
      id: plan.id,
      behaviour: plan.behaviour,
      startedAt: -this.#settings.uptimeSeconds,
      listener: new Listener(
        plan.host,
        plan.port,
        (request) => plan.behaviour.answer(request, this.#moment(running)),
        plan.tls ? this.#certificates.server : undefined,
      ),
    };
    return running;
  }

  /** Opens and closes listeners until they are as the faults say; one caller after the other. */
  #reconcile(): Promise<void> {
    const done = this.#pending.then(async () => {
      for (const running of this.#running) await this.#settle(running);
    });
    // Who waited for this one hears of its failure; the next one is not to fail for it.
    this.#pending = done.catch(() => undefined);
    return done;
  }

  async #settle(running: Running): Promise<void> {
    const { listener, behaviour } = running;
    const refuses = this.#stopped || behaviour.refuses?.(this.#faults) === true;
    if (refuses) {
      await listener.stop();
      // Whatever comes back after this is a new process.
      running.startedAt = undefined;
      return;
    }
    running.startedAt ??= this.#now();
    await listener.start();
  }
}
