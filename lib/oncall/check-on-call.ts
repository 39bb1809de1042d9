import { nearest, unknownName } from '../rules/nearest';
import { checkSecret } from '../sovra/check-installation';
import { LEVELS, type Level } from '../sovra/levels';
import { type Checker, dnsLabel, dnsSubdomain, flag, known, type Rule, text, timeZone, url } from '../validate';
import { DEFAULT_FROM, DEFAULT_TO, minutesOf, utcIntervals, WEEKDAYS } from './business-hours';
import type { BusinessHours, EmailReceiver, OnCallProps, Receiver, Weekday } from './on-call';
import { HEARTBEAT, NOWHERE } from './routing';

const KINDS: readonly (keyof Receiver)[] = ['pagerduty', 'opsgenie', 'slack', 'teams', 'email', 'webhook'];

/** Alertmanager reads addresses as templates, so braces are out; a name before the address would be one more thing to get wrong. */
const address: Rule = (v) =>
  v.length <= 254 && /^[\w.!#$%&'*+/=?^`|~-]+@[^@]+$/.test(v) && dnsSubdomain(v.split('@')[1] ?? '') === undefined
    ? undefined
    : {
        allowed: 'an e-mail address such as "oncall@example.com", without a name',
        remedy: 'Write the address only; several go into a list.',
      };
const channel: Rule = (v) =>
  /^(#[\p{Ll}\p{Lo}\p{N}_-]{1,80}|[CGD][A-Z0-9]{8,20})$/u.test(v)
    ? undefined
    : {
        allowed: 'a channel of Slack: "#" and its name in lower-case letters, or its ID',
        remedy: 'For example "#sovra-oncall"; the ID is at the end of the channel\'s details.',
      };
const smarthost: Rule = known((v) => {
  const [host = '', port = '', ...more] = v.split(':');
  const fits = more.length === 0 && dnsSubdomain(host) === undefined && /^[1-9]\d{0,4}$/.test(port);
  return fits && Number(port) <= 65_535
    ? undefined
    : { allowed: 'a mail server as "host:port"', remedy: 'For example "smtp.example.com:587".' };
});
const weekday: Rule = known((v) =>
  (WEEKDAYS as readonly string[]).includes(v)
    ? undefined
    : { allowed: WEEKDAYS.join(', '), remedy: 'Write the first three letters, such as "Mon".' },
);
const clockTime = (midnight: boolean): Rule =>
  known((v) =>
    /^([01]\d|2[0-3]):[0-5]\d$/.test(v) || (midnight && v === '24:00')
      ? undefined
      : {
          allowed: `a time of the day from "00:00" to "${midnight ? '24:00' : '23:59'}"`,
          remedy: 'Write "HH:MM" with leading zeros, for example "09:00".',
        },
  );
const receiverName: Rule = known(dnsLabel);

/** Holds who is told against what can be reached. */
export function checkOnCall(c: Checker, at: string, given: OnCallProps | null | undefined): void {
  const onCall = c.part(at, given);
  if (onCall === undefined) return;
  const receivers = c.part(`${at}.receivers`, onCall.receivers ?? null);
  for (const [name, receiver] of Object.entries(receivers ?? {})) checkReceiver(c, `${at}.receivers`, name, receiver);
  c.require(receivers === undefined || Object.keys(receivers).length > 0, {
    property: `${at}.receivers`,
    given: {},
    allowed: 'at least one receiver',
    remedy: 'Name somebody who is told, for example { pager: { pagerduty: { ... } } }.',
  });
  const levels = c.part(`${at}.levels`, onCall.levels ?? null);
  if (levels) checkLevels(c, `${at}.levels`, levels, Object.keys(receivers ?? {}));
  if (levels && receivers) checkUse(c, `${at}.receivers`, Object.keys(receivers), levels);
  if (onCall.businessHours !== false) checkHours(c, `${at}.businessHours`, onCall.businessHours);
  checkSecret(c, `${at}.heartbeat`, onCall.heartbeat);
}

function checkReceiver(c: Checker, list: string, name: string, given: Receiver): void {
  const at = `${list}[${JSON.stringify(name)}]`;
  c.value(at, name, receiverName).require(name !== HEARTBEAT && name !== NOWHERE, {
    property: at,
    given: name,
    allowed: `a name other than "${HEARTBEAT}" and "${NOWHERE}", which are ours`,
    remedy: 'Rename it; the receiver of the Watchdog is the property `heartbeat`.',
  });
  const receiver = c.part(at, given ?? null);
  if (receiver === undefined) return;
  for (const kind of Object.keys(receiver))
    if (!(KINDS as readonly string[]).includes(kind)) unknownName(c, `${at}.${kind}`, kind, KINDS, KINDS.join(', '));
  c.require(
    KINDS.some((kind) => receiver[kind] !== undefined),
    {
      property: at,
      given: receiver,
      allowed: `at least one of ${KINDS.join(', ')}`,
      remedy: 'Say how the receiver is reached, or leave it out.',
    },
  );
  checkWays(c, at, receiver);
}

function checkWays(c: Checker, at: string, r: Receiver): void {
  const pagerduty = c.part(`${at}.pagerduty`, r.pagerduty);
  if (pagerduty) {
    checkSecret(c, `${at}.pagerduty.routingKey`, pagerduty.routingKey ?? null);
    c.value(`${at}.pagerduty.url`, pagerduty.url, url('https'));
  }
  const opsgenie = c.part(`${at}.opsgenie`, r.opsgenie);
  if (opsgenie) {
    checkSecret(c, `${at}.opsgenie.apiKey`, opsgenie.apiKey ?? null);
    c.value(`${at}.opsgenie.apiUrl`, opsgenie.apiUrl, url('https'));
  }
  const slack = c.part(`${at}.slack`, r.slack);
  if (slack) {
    checkSecret(c, `${at}.slack.webhookUrl`, slack.webhookUrl ?? null);
    c.value(`${at}.slack.channel`, slack.channel, channel);
  }
  const teams = c.part(`${at}.teams`, r.teams);
  if (teams) checkSecret(c, `${at}.teams.webhookUrl`, teams.webhookUrl ?? null);
  const email = c.part(`${at}.email`, r.email);
  if (email) checkEmail(c, `${at}.email`, email);
  const webhook = c.part(`${at}.webhook`, r.webhook);
  if (webhook) checkSecret(c, `${at}.webhook.url`, webhook.url ?? null);
}

function checkEmail(c: Checker, at: string, e: EmailReceiver): void {
  if (Array.isArray(e.to)) {
    c.each(`${at}.to`, e.to, address).unique(`${at}.to`, e.to);
    checkNotEmpty(c, `${at}.to`, e.to, 'address');
  } else c.item(`${at}.to`, e.to as string, address);
  c.item(`${at}.from`, e.from, address)
    .item(`${at}.smarthost`, e.smarthost, smarthost)
    .value(`${at}.username`, e.username, text)
    .value(`${at}.requireTls`, e.requireTls, flag);
  checkSecret(c, `${at}.password`, e.password);
  c.require((e.username === undefined) === (e.password === undefined), {
    property: `${at}.${e.username === undefined ? 'username' : 'password'}`,
    given: undefined,
    allowed: '`username` and `password` together, or none of them',
    remedy: 'Mail servers take both or neither.',
  });
  c.require(e.requireTls !== false || e.password === undefined || String(e.smarthost).endsWith(':465'), {
    property: `${at}.requireTls`,
    given: false,
    allowed: 'true where there is a password: it would be sent in the clear',
    remedy: 'Leave `requireTls` out, or log in without a password.',
  });
}

function checkLevels(c: Checker, at: string, levels: OnCallProps['levels'], names: readonly string[]): void {
  for (const level of Object.keys(levels))
    if (!(LEVELS as readonly string[]).includes(level))
      unknownName(c, `${at}.${level}`, level, LEVELS, `the levels ${LEVELS.join(', ')}`);
  for (const level of LEVELS) checkLevel(c, `${at}.${level}`, levels[level], names);
}

function checkLevel(c: Checker, at: string, given: OnCallProps['levels'][Level], names: readonly string[]): void {
  c.given(at, given, 'Name the receivers that this level reaches; an alert that nobody is told of helps nobody.');
  if (given === undefined) return;
  if (!Array.isArray(given)) {
    checkName(c, at, given as string, names);
    return;
  }
  checkNotEmpty(c, at, given, 'receiver');
  c.unique(at, given);
  given.forEach((name, i) => {
    checkName(c, `${at}[${i}]`, name, names);
  });
}

function checkName(c: Checker, at: string, name: string, names: readonly string[]): void {
  c.item(at, name, receiverName);
  if (typeof name !== 'string' || receiverName(name) !== undefined || names.includes(name)) return;
  const meant = nearest(name, names);
  c.add({
    property: at,
    given: name,
    allowed: `a receiver that there is: ${names.join(', ') || 'none so far'}`,
    remedy: meant.length > 0 ? `Did you mean ${meant.map((n) => `"${n}"`).join(' or ')}?` : 'Add it to `receivers`.',
  });
}

/** A receiver that nothing reaches is most likely a name that was mistyped elsewhere. */
function checkUse(c: Checker, at: string, names: readonly string[], levels: OnCallProps['levels']): void {
  const used = new Set(Object.values(levels).flat());
  for (const name of names)
    c.require(used.has(name), {
      property: `${at}[${JSON.stringify(name)}]`,
      given: name,
      allowed: 'a receiver that at least one level reaches',
      remedy: 'Add its name to `levels`, or leave it out.',
    });
}

function checkHours(c: Checker, at: string, given: BusinessHours | undefined): void {
  c.given(at, given, 'Say when P3 is told, for example { timeZone: "Europe/Zurich" }, or false for any time.');
  const hours = c.part(at, given);
  if (hours === undefined) return;
  const problems = () => [
    timeZone(hours.timeZone),
    ...(hours.days ?? []).map((d) => weekday(d)),
    clockTime(false)(hours.from ?? DEFAULT_FROM),
    clockTime(true)(hours.to ?? DEFAULT_TO),
  ];
  c.item(`${at}.timeZone`, hours.timeZone, timeZone)
    .each<string>(`${at}.days`, hours.days, weekday)
    .unique(`${at}.days`, Array.isArray(hours.days) ? (hours.days as Weekday[]) : [])
    .value(`${at}.from`, hours.from, clockTime(false))
    .value(`${at}.to`, hours.to, clockTime(true));
  checkNotEmpty(c, `${at}.days`, hours.days, 'day');
  if (!isWhole(hours) || problems().some((p) => p !== undefined)) return;
  const [from, to] = [hours.from ?? DEFAULT_FROM, hours.to ?? DEFAULT_TO];
  c.require(minutesOf(from) < minutesOf(to), {
    property: `${at}.to`,
    given: to,
    allowed: `a time after \`from\` ("${from}") on the same day`,
    remedy: 'Hours across midnight cannot be said; "24:00" is the end of the day.',
  });
  if (minutesOf(from) >= minutesOf(to)) return;
  c.require(utcIntervals(hours) !== undefined, {
    property: `${at}.timeZone`,
    given: hours.timeZone,
    allowed: 'a time zone whose clocks change by the same rule each year, or never',
    remedy: 'Take a fixed distance to UTC instead: "Etc/GMT-1" is one hour ahead of it.',
  });
}

/** Plain JavaScript can give anything. */
const isWhole = ({ timeZone: zone, days, from, to }: BusinessHours): boolean =>
  typeof zone === 'string' &&
  (days === undefined || (Array.isArray(days) && days.length > 0 && days.every((d) => typeof d === 'string'))) &&
  [from, to].every((t) => t === undefined || typeof t === 'string');

function checkNotEmpty(c: Checker, property: string, list: readonly unknown[] | undefined, what: string): void {
  c.require(!Array.isArray(list) || list.length > 0, {
    property,
    given: list,
    allowed: `at least one ${what}`,
    remedy: `Name the ${what}, or leave the property out.`,
  });
}
