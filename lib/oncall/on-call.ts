import type { SecretKeyRef } from '../sovra/installation';
import type { Level } from '../sovra/levels';

/** PagerDuty, by an integration of its Events API v2. Severity is `critical` for P0, `error` for P1, `warning` for P2, `info` for P3. */
export interface PagerDutyReceiver {
  /** The integration key of the service. */
  readonly routingKey: SecretKeyRef;
  /** Where events go; for the EU service region "https://events.eu.pagerduty.com/v2/enqueue". @default that of the US region */
  readonly url?: string;
}

/**
 * Opsgenie or its successor, by the same API. Priority is P1 for our P0, up to P4 for our P3. Atlassian ends Opsgenie on
 * 5 April 2027; Jira Service Management takes the same calls at another `apiUrl`.
 */
export interface OpsgenieReceiver {
  readonly apiKey: SecretKeyRef;
  /**
   * "https://api.eu.opsgenie.com/" for the EU, "https://api.atlassian.com/jsm/ops/integration/" for Jira Service
   * Management. @default that of Opsgenie in the US
   */
  readonly apiUrl?: string;
}

export interface SlackReceiver {
  /** The URL of an incoming webhook. */
  readonly webhookUrl: SecretKeyRef;
  /** "#name" or an ID. Webhooks of Slack apps have one channel and ignore this. @default the channel of the webhook */
  readonly channel?: string;
}

/**
 * A channel of Microsoft Teams, by a webhook of the Workflows app. The older connectors (webhook.office.com) were another
 * protocol, and Microsoft has retired them.
 */
export interface TeamsReceiver {
  /** The URL that the workflow shows. */
  readonly webhookUrl: SecretKeyRef;
}

export interface EmailReceiver {
  /** Addresses without names: "oncall@example.com". */
  readonly to: string | readonly string[];
  readonly from: string;
  /** Server and port: "smtp.example.com:587". On port 465 the connection is encrypted from the start. */
  readonly smarthost: string;
  /** @default none: the server takes mail of this cluster without */
  readonly username?: string;
  /** Given together with `username`. @default none */
  readonly password?: SecretKeyRef;
  /** Refuse a server that does not encrypt. @default true */
  readonly requireTls?: boolean;
}

/** Anything that takes Alertmanager's own JSON. */
export interface WebhookReceiver {
  readonly url: SecretKeyRef;
}

/** Somebody who is told, by one way or several at once. Secrets lie in the namespace of the AlertmanagerConfig. */
export interface Receiver {
  /** @default not used */
  readonly pagerduty?: PagerDutyReceiver;
  /** @default not used */
  readonly opsgenie?: OpsgenieReceiver;
  /** @default not used */
  readonly slack?: SlackReceiver;
  /** @default not used */
  readonly teams?: TeamsReceiver;
  /** @default not used */
  readonly email?: EmailReceiver;
  /** @default not used */
  readonly webhook?: WebhookReceiver;
}

export type Weekday = 'Mon' | 'Tue' | 'Wed' | 'Thu' | 'Fri' | 'Sat' | 'Sun';

/**
 * When somebody is at work. They follow the clocks of the time zone: daylight saving is worked out at synth, since the
 * AlertmanagerConfig only knows UTC.
 */
export interface BusinessHours {
  /** A name of the IANA database: "Europe/Zurich". Its clocks have to change by one rule each year, or never. */
  readonly timeZone: string;
  /** @default Monday to Friday */
  readonly days?: readonly Weekday[];
  /** "HH:MM", included. @default '09:00' */
  readonly from?: string;
  /** "HH:MM", excluded, later than `from` on the same day; "24:00" is the end of the day. @default '17:00' */
  readonly to?: string;
}

/**
 * Who is told, by level of the guide ("Incident Response, Severity Levels").
 *
 * | level | first told after | more of the same group | repeated                                     |
 * | ----- | ---------------- | ---------------------- | -------------------------------------------- |
 * | P0    | 10 s             | 1 min                  | every 5 to 6 min: twice within its 15 min    |
 * | P1    | 30 s             | 5 min                  | every hour                                   |
 * | P2    | 30 s             | 5 min                  | every 4 hours                                |
 * | P3    | 30 s             | 5 min                  | every 24 hours, within business hours        |
 *
 * Alertmanager does not know whether somebody has answered; a pager does. PagerDuty and Opsgenie take a repetition for
 * the same incident: they escalate by their own rules and wake nobody again who has acknowledged. Slack, Teams, e-mail
 * and webhooks get every repetition until the alert ends or somebody silences it in Alertmanager.
 *
 * The end of an alert is told, too. One exception is Alertmanager's: a P3 that ends outside of business hours is not
 * told to have ended, since nothing is sent then and the alert is forgotten.
 */
export interface OnCallProps {
  /** By name: lower-case letters, digits and "-". Each is used by a level; `heartbeat` and `nowhere` are taken. */
  readonly receivers: Readonly<Record<string, Receiver>>;
  /** Names of the receivers that each level reaches; at least one. */
  readonly levels: Readonly<Record<Level, string | readonly string[]>>;
  /**
   * When P3 is told: one that fires on Saturday is notified within five minutes of Monday's `from`. False sends P3 at any
   * time. There is no default, since a time zone cannot be guessed.
   */
  readonly businessHours: BusinessHours | false;
  /**
   * Webhook of an external service that raises the alarm when the Watchdog stops; it gets it every minute or two.
   * The Watchdog goes nowhere else. @default none
   */
  readonly heartbeat?: SecretKeyRef;
}
