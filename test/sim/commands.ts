import { FAULT_NAMES, type FaultName, faultTable, type Where } from './faults';
import type { SimulatedSovra } from './sovra';

/** The simulation without the types of each fault: what a person types is checked when it runs. */
type Untyped = {
  inject(name: FaultName, detail: Where & { value?: number }): Promise<void>;
  cure(name: FaultName, within: Where): Promise<void>;
};

export const COMMANDS = `inject FAULT [node=ID] [pod=N] [partner=ID] [value=X]   let a fault strike
cure FAULT [node=ID] [pod=N] [partner=ID]               end it, everywhere or there
cure all                                                end every fault
active                                                  the faults that are there
faults                                                  the faults that there are
endpoints                                               what is served where
stop                                                    end the simulation`;

/** Carries out one line; what it returns is to be shown. @throws {Error} that says what is wrong with the line */
export async function command(sovra: SimulatedSovra, line: string): Promise<string> {
  const [verb = '', ...words] = line.trim().split(/\s+/);
  switch (verb) {
    case 'inject':
      await (sovra as Untyped).inject(faultName(words[0]), detail(words.slice(1)));
      return `injected ${words.join(' ')}`;
    case 'cure':
      await (words[0] === 'all'
        ? sovra.cureAll()
        : (sovra as Untyped).cure(faultName(words[0]), detail(words.slice(1))));
      return `cured ${words.join(' ')}`;
    case 'active':
      return (
        sovra.faults
          .map((e) => [e.name, ...Object.entries(e.target).map(([k, v]) => `${k}=${v}`)].join(' '))
          .join('\n') || 'none'
      );
    case 'faults':
      return faultList();
    case 'endpoints':
      return endpointList(sovra);
    default:
      throw new Error(`There is no command "${verb}"; there are:\n${COMMANDS}`);
  }
}

export function endpointList(sovra: SimulatedSovra): string {
  return sovra.endpoints.map((e) => [e.part, e.node ?? '-', e.pod, e.url].join(' ')).join('\n');
}

export function faultList(): string {
  return faultTable()
    .map((f) => `${f.name}\n    ${f.description}\n    Seen: ${f.seen}`)
    .join('\n');
}

function faultName(word: string | undefined): FaultName {
  const name = FAULT_NAMES.find((n) => n === word);
  if (name === undefined) throw new Error(`There is no fault "${word ?? ''}"; there are: ${FAULT_NAMES.join(', ')}`);
  return name;
}

const NUMBERS = ['pod', 'value'];

function detail(words: readonly string[]): Where & { value?: number } {
  return Object.fromEntries(words.map(setting));
}

function setting(word: string): [string, string | number] {
  const match = /^(node|pod|partner|value)=(.+)$/.exec(word);
  const [, key = '', text = ''] = match ?? [];
  const value = NUMBERS.includes(key) ? Number(text) : text;
  if (!match || Number.isNaN(value))
    throw new Error(`"${word}" is not understood; write node=ID, pod=NUMBER, partner=ID or value=NUMBER`);
  return [key, value];
}
