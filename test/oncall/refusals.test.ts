/** What is refused beyond the faults that test/properties tries on every property: names that refer to each other. */
import { SovraMonitoring } from '../../lib/monitoring/sovra-monitoring';
import type { OnCallProps } from '../../lib/oncall/on-call';
import { SovraOnCall } from '../../lib/oncall/sovra-on-call';
import { SovraInstallation } from '../../lib/sovra/installation';
import { objectsOf, refusal, refusedProperties } from '../support/synth';
import { EVERYBODY } from './props';

const make = (change: object) => () =>
  objectsOf((chart) => void new SovraOnCall(chart, 'on-call', { onCall: { ...EVERYBODY, ...change } as OnCallProps }));
const levels = (change: object) => make({ levels: { ...EVERYBODY.levels, ...change } });
const mail = (change: object) => {
  const { mail, ...others } = EVERYBODY.receivers;
  return make({ receivers: { ...others, mail: { email: { ...mail?.email, ...change } } } });
};
const hours = (change: object) => make({ businessHours: { timeZone: 'Europe/Zurich', ...change } });

describe('who is told', () => {
  it('is accepted as it stands', () => {
    expect(make({})()).toHaveLength(1);
  });

  it('is a receiver that there is; a mistyped name is answered with the nearest', () => {
    const error = refusal(levels({ P1: ['pagr', 'chat'] }));
    expect(error.problems).toHaveLength(1);
    expect(error.problems[0]).toMatchObject({ property: 'onCall.levels.P1[0]', given: 'pagr' });
    expect(error.problems[0]?.remedy).toContain('"pager"');
  });

  it('is somebody for every level, and for no other', () => {
    expect(refusedProperties(levels({ P2: undefined, P0: [], P3: null, P4: 'pager', p1: 'pager' }))).toEqual([
      'onCall.levels.P4',
      'onCall.levels.p1',
      'onCall.levels.P0',
      'onCall.levels.P2',
      'onCall.levels.P3',
      // With their levels these lost the only ones that reached them.
      'onCall.receivers["genie"]',
      'onCall.receivers["mail"]',
      'onCall.receivers["tickets"]',
    ]);
    expect(refusal(levels({ P2: undefined, p2: 'chat' })).problems[0]?.remedy).toContain('"P2"');
  });

  it('is nobody who is never reached', () => {
    const idle = { ...EVERYBODY.receivers, idle: { webhook: { url: { secret: 'a', key: 'b' } } } };
    expect(refusedProperties(make({ receivers: idle }))).toEqual(['onCall.receivers["idle"]']);
  });

  it('is reached in a way that there is', () => {
    const receivers = { ...EVERYBODY.receivers, tickets: { webhok: { url: { secret: 'a', key: 'b' } } } };
    const { problems } = refusal(make({ receivers }));
    expect(problems.map((p) => p.property)).toEqual([
      'onCall.receivers["tickets"].webhok',
      'onCall.receivers["tickets"]',
    ]);
    expect(problems[0]?.remedy).toContain('"webhook"');
  });

  it.each([
    [{ username: undefined }, 'username'],
    [{ password: undefined }, 'password'],
    [{ requireTls: false }, 'requireTls'],
    [{ smarthost: 'smtp.example.com' }, 'smarthost'],
    [{ to: ['a@example.com', 'a@example.com'] }, 'to[1]'],
    [{ to: [] }, 'to'],
  ])('gets no mail by %j', (change, property) => {
    expect(refusedProperties(mail(change))).toEqual([`onCall.receivers["mail"].email.${property}`]);
  });

  it('may get mail without encryption where there is no password, and on the port that is encrypted from the start', () => {
    expect(mail({ requireTls: false, username: undefined, password: undefined })).not.toThrow();
    expect(mail({ requireTls: false, smarthost: 'smtp.example.com:465' })).not.toThrow();
  });
});

describe('business hours', () => {
  it.each([
    [{ timeZone: undefined }, 'timeZone'],
    [{ timeZone: 'CET' }, 'timeZone'],
    [{ timeZone: 'Africa/Casablanca' }, 'timeZone'],
    [{ from: '17:00', to: '09:00' }, 'to'],
    [{ from: '09:00', to: '09:00' }, 'to'],
    [{ from: '24:00' }, 'from'],
    [{ to: '5pm' }, 'to'],
    [{ days: ['Mon', 'Monday'] }, 'days[1]'],
    [{ days: ['Mon', 'Mon'] }, 'days[1]'],
    [{ days: [] }, 'days'],
  ])('are not %j', (change, property) => {
    expect(refusedProperties(hours(change))).toEqual([`onCall.businessHours.${property}`]);
  });

  it('have to be given, or to be false', () => {
    expect(refusedProperties(make({ businessHours: undefined }))).toEqual(['onCall.businessHours']);
    expect(refusal(make({ businessHours: undefined })).problems[0]?.remedy).toContain('false for any time');
    expect(make({ businessHours: false })).not.toThrow();
  });
});

describe('the Alertmanager of the stack', () => {
  const stack = (alertmanager: object) => () =>
    objectsOf(
      (chart) => void new SovraMonitoring(chart, 'monitoring', { sovra: new SovraInstallation(), alertmanager }),
    );
  const ref = { secret: 'a', key: 'b' };

  it('is told who is told once', () => {
    expect(refusedProperties(stack({ onCall: EVERYBODY, webhook: ref, heartbeat: ref }))).toEqual([
      'alertmanager.webhook',
      'alertmanager.heartbeat',
    ]);
    expect(stack({ onCall: EVERYBODY })).not.toThrow();
    expect(stack({ webhook: ref, heartbeat: ref })).not.toThrow();
  });

  it('names the property below it', () => {
    expect(
      refusedProperties(stack({ onCall: { ...EVERYBODY, levels: { ...EVERYBODY.levels, P3: 'nobody' } } })),
    ).toEqual(['alertmanager.onCall.levels.P3', 'alertmanager.onCall.receivers["tickets"]']);
  });
});
