import type { OnCallProps } from '../../lib/oncall/on-call';

const secret = (key: string) => ({ secret: 'on-call', key });

/** Every kind of receiver, and levels that reach one or several. */
export const EVERYBODY: OnCallProps = {
  receivers: {
    pager: { pagerduty: { routingKey: secret('pagerduty') } },
    genie: { opsgenie: { apiKey: secret('opsgenie'), apiUrl: 'https://api.eu.opsgenie.com/' } },
    chat: {
      slack: { webhookUrl: secret('slack'), channel: '#sovra-oncall' },
      teams: { webhookUrl: secret('teams') },
    },
    mail: {
      email: {
        to: ['oncall@example.com', 'desk@example.com'],
        from: 'sovra@example.com',
        smarthost: 'smtp.example.com:587',
        username: 'sovra',
        password: secret('smtp'),
      },
    },
    tickets: { webhook: { url: secret('tickets') } },
  },
  levels: { P0: ['pager', 'genie', 'chat'], P1: ['pager', 'chat'], P2: ['chat', 'mail'], P3: 'tickets' },
  businessHours: { timeZone: 'Europe/Zurich' },
  heartbeat: secret('heartbeat'),
};
