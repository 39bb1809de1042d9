import type { FaultName, Where } from './faults';

/** One stretch of time during which a fault was there. */
export interface Episode {
  readonly name: FaultName;
  readonly target: Where;
  readonly value: number;
  /** Seconds since the start of the simulation. */
  readonly from: number;
  /** Infinity while it is there. */
  readonly until: number;
}

const KEYS = ['node', 'pod', 'partner'] as const;

/** Whether everything that `wide` names is the same in `narrow`. */
function covers(wide: Where, narrow: Where): boolean {
  return KEYS.every((key) => wide[key] === undefined || wide[key] === narrow[key]);
}

/**
 * What went wrong when. Past episodes are kept, since counters are computed from the whole history: so they depend on
 * nothing but time, and a fault that is cured leaves its errors in them as it would in a real one.
 */
export class FaultLog {
  readonly #episodes: Episode[] = [];

  begin(name: FaultName, target: Where, value: number, now: number): void {
    this.#end((e) => e.name === name && covers(e.target, target) && covers(target, e.target), now);
    this.#episodes.push({ name, target, value, from: now, until: Number.POSITIVE_INFINITY });
  }

  /** Ends every episode of the fault within `target`; returns how many there were. */
  end(name: FaultName, target: Where, now: number): number {
    return this.#end((e) => e.name === name && covers(target, e.target), now);
  }

  endAll(now: number): number {
    return this.#end(() => true, now);
  }

  /** The fault that is there now and strikes `where`, if any; the latest if there are several. */
  active(name: FaultName, where: Where = {}): Episode | undefined {
    return this.episodes(name, where)
      .filter((e) => e.until === Number.POSITIVE_INFINITY)
      .at(-1);
  }

  allActive(): readonly Episode[] {
    return this.#episodes.filter((e) => e.until === Number.POSITIVE_INFINITY);
  }

  /** Everything of this kind that ever struck `where`, in order of its beginning. */
  episodes(name: FaultName, where: Where = {}): readonly Episode[] {
    return this.#episodes.filter((e) => e.name === name && covers(e.target, where));
  }

  #end(which: (e: Episode) => boolean, now: number): number {
    let ended = 0;
    for (const [i, e] of this.#episodes.entries()) {
      if (e.until !== Number.POSITIVE_INFINITY || !which(e)) continue;
      this.#episodes[i] = { ...e, until: now };
      ended += 1;
    }
    return ended;
  }
}
