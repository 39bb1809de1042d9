/** Props of `SovraOnCall`, and of `onCall` of an Alertmanager: receivers of every kind, and levels that reach all of them. */

import type { BusinessHours, EmailReceiver, OnCallProps, Receiver, Weekday } from '../../../lib/oncall/on-call';
import type { SovraOnCallProps } from '../../../lib/oncall/sovra-on-call';
import { LEVELS } from '../../../lib/sovra/levels';
import fc from '../../support/fast-check';
import {
  alsoBroken,
  clash,
  constant,
  corrected,
  either,
  type Fields,
  flag,
  type Kind,
  list,
  map,
  oneOf,
  record,
  text,
  word,
} from '../kinds';
import { dnsLabel, httpsUrl, labels, prose, secretRef, shortLabel } from '../leaves';
import { prometheusRef } from './network';

const address = text(
  fc.oneof(
    fc.stringMatching(/^[a-z0-9]{1,9}([.+_-][a-z0-9]{1,9}){0,2}@[a-z0-9]{1,9}\.(com|org)$/),
    fc.constantFrom('a@b', "o'neil@mail.example.com"),
  ),
  [
    '',
    'oncall',
    '@example.com',
    'a@',
    'a b@example.com',
    'A <a@example.com>',
    'a@b.com, c@d.com',
    '{{ x }}@b.com',
    'a@b@c',
  ],
);
const smarthost = text(
  fc.tuple(fc.domain(), fc.integer({ min: 1, max: 65_535 })).map(([host, port]) => `${host.toLowerCase()}:${port}`),
  [
    '',
    'smtp.example.com',
    'smtp.example.com:',
    ':25',
    'smtp.example.com:0',
    'smtp.example.com:65536',
    'a:b',
    'smtp://a:25',
  ],
  /^.+:\d+$/,
);
const channel = text(fc.constantFrom('#oncall', '#sovra-on_call-1', '#größe', 'C0123456789'), [
  '',
  'oncall',
  '#On-Call',
  '# oncall',
  '#{{ x }}',
  `#${'x'.repeat(81)}`,
]);

const email = clash(
  clash(
    corrected(
      record<EmailReceiver>(
        {
          to: either(address, list(address, { min: 1, unique: (a: string) => a })) as Kind<EmailReceiver['to']>,
          from: address,
          smarthost,
          username: prose,
          password: secretRef,
          requireTls: flag,
        },
        ['to', 'from', 'smarthost'],
      ),
      ({ username, password, requireTls, ...e }) =>
        username && password ? { ...e, username, password, requireTls: true } : { ...e, requireTls },
    ),
    'a user without a password',
    { username: 'sovra', password: undefined },
    '.password',
  ),
  'a password in the clear',
  { smarthost: 'smtp.example.com:587', username: 'a', password: { secret: 'a', key: 'b' }, requireTls: false },
  '.requireTls',
);

const secretAs = <K extends string>(key: K) =>
  record({ [key]: secretRef } as Fields<object>, [key as never]) as unknown as Kind<never>;
const ways: Fields<Receiver> = {
  pagerduty: record<NonNullable<Receiver['pagerduty']>>({ routingKey: secretRef, url: httpsUrl }, ['routingKey']),
  opsgenie: record<NonNullable<Receiver['opsgenie']>>({ apiKey: secretRef, apiUrl: httpsUrl }, ['apiKey']),
  slack: record<NonNullable<Receiver['slack']>>({ webhookUrl: secretRef, channel }, ['webhookUrl']),
  teams: secretAs('webhookUrl'),
  email: email,
  webhook: secretAs('url'),
};
const receiver: Kind<Receiver> = alsoBroken(
  corrected(record<Receiver>(ways), (r) =>
    Object.keys(r).length > 0 ? r : { webhook: { url: { secret: 'pager', key: 'url' } } },
  ),
  oneOf('reached in no way', {}),
  {
    name: 'an unknown way',
    broken: secretRef.valid.map((url) => ({ value: { slak: { url } }, property: '.slak', fault: 'slak' })),
  },
);
/** Ours, and what is given in place of a text or a list: it would be right if there were a receiver of that name. */
const taken = (v: string) => ['heartbeat', 'nowhere', 'a', 'text'].includes(v);
const name: Kind<string> = {
  valid: shortLabel.valid.filter((v) => !taken(v)),
  faults: [...shortLabel.faults, oneOf('a name of ours', 'heartbeat', 'nowhere')],
};

/** As a level names them; that they exist is seen to afterwards. */
const reached = alsoBroken(
  either(name, list(name, { min: 1, unique: (n: string) => n })) as Kind<string | readonly string[]>,
  oneOf('a receiver that is not there', 'there-is-none-of-this-name'),
);
const levels = alsoBroken(
  record<OnCallProps['levels']>({ P0: reached, P1: reached, P2: reached, P3: reached }, [...LEVELS]),
  {
    name: 'an unknown level',
    broken: name.valid.map((n) => ({ value: { P0: n, P1: n, P2: n, P3: n, P4: n }, property: '.P4', fault: 'P4' })),
  },
);

/** Zones without daylight saving, and with it on both halves of the earth, far from UTC on both sides. */
const zone = text(
  fc.constantFrom(
    'Etc/UTC',
    'Europe/Zurich',
    'America/New_York',
    'America/St_Johns',
    'Asia/Kolkata',
    'Australia/Lord_Howe',
    'Pacific/Auckland',
    'Pacific/Kiritimati',
    'Pacific/Pago_Pago',
  ),
  ['', 'Zurich', 'CET', '+02:00', 'Europe/zurich', 'Local', 'Africa/Casablanca'],
);
const time = (extra: readonly string[]) => ['', '9:00', '09', '25:00', '12:60', '09:00:00', '9am', ...extra];
const clock = /^\d\d:\d\d$/;
const hours: Kind<BusinessHours> = clash(
  record<BusinessHours>(
    {
      timeZone: zone,
      days: list(word<Weekday>('Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'), {
        min: 1,
        max: 7,
        unique: (d: Weekday) => d,
      }),
      from: text(fc.constantFrom('00:00', '07:30', '09:00', '16:59'), time(['24:00']), clock),
      to: text(fc.constantFrom('17:00', '23:59', '24:00'), time(['24:01']), clock),
    },
    ['timeZone'],
  ),
  'hours across midnight',
  { timeZone: 'Etc/UTC', days: undefined, from: '22:00', to: '06:00' },
  '.to',
);
const businessHours = either(hours, constant(false as const)) as Kind<OnCallProps['businessHours']>;

/** Levels that name only receivers that there are, and each of them. */
function consistent(p: OnCallProps): OnCallProps {
  const names = Object.keys(p.receivers);
  const named = (given: string | readonly string[], i: number): string | readonly string[] =>
    typeof given === 'string' ? (names[i % names.length] as string) : names.slice(0, given.length);
  return {
    ...p,
    levels: { P0: names, P1: named(p.levels.P1, 1), P2: named(p.levels.P2, 2), P3: named(p.levels.P3, 3) },
  };
}

export const onCall: Kind<OnCallProps> = alsoBroken(
  corrected(
    record<OnCallProps>({ receivers: map(name, receiver, { min: 1 }), levels, businessHours, heartbeat: secretRef }, [
      'receivers',
      'levels',
      'businessHours',
    ]),
    consistent,
  ),
  {
    name: 'a receiver that no level reaches',
    broken: fc.tuple(receiver.valid, receiver.valid).map(([used, idle]) => ({
      value: {
        receivers: { used, idle },
        levels: { P0: 'used', P1: 'used', P2: ['used'], P3: 'used' },
        businessHours: false,
      },
      property: '.receivers["idle"]',
      fault: 'idle',
    })),
  },
);

export const onCallProps: Kind<SovraOnCallProps> = record<SovraOnCallProps>(
  { onCall, prometheus: prometheusRef, namespace: dnsLabel, labels },
  ['onCall'],
);
