import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { command } from './commands';
import { layout } from './layout';
import { settings } from './options';
import { SimulatedSovra } from './sovra';
import { get } from './testing/get';

describe('a simulation', () => {
  it('takes the ports of the real parts where addresses are given', () => {
    const addresses = {
      api: ['10.244.0.5'],
      vault: { e: ['10.244.0.6'] },
      opa: { e: ['10.244.0.7'] },
      postgresExporter: ['10.244.0.8'],
      grafana: ['10.244.0.9'],
    };
    const served = layout(settings({ addresses })).map((p) => [p.id.part, p.host, p.port]);
    expect(served).toEqual([
      ['api', '10.244.0.5', 8080],
      ['vault', '10.244.0.6', 8200],
      ['opa', '10.244.0.7', 8181],
      ['opa-health', '10.244.0.7', 8282],
      ['postgres-exporter', '10.244.0.8', 9187],
      ['grafana', '10.244.0.9', 3000],
    ]);
    expect(layout(settings({ addresses, anyPort: true })).map((p) => p.port)).toEqual(served.map(() => 0));
  });

  it('keeps its port when it comes back', async () => {
    const sovra = await SimulatedSovra.start();
    const before = sovra.endpoints;
    await sovra.inject('api-down');
    await sovra.cure('api-down');
    expect(sovra.endpoints).toEqual(before);
    expect(await get(`${sovra.url({ part: 'api', pod: 0 })}/live`)).toMatchObject({ status: 200 });
    await sovra.stop();
  });

  it('stops although connections are open and requests hang, and leaves nothing behind', async () => {
    const sovra = await SimulatedSovra.start();
    await sovra.inject('vault-silent', { node: 'edge-1' });
    const vault = new URL(sovra.url({ part: 'vault', node: 'edge-1', pod: 0 }));
    const idle = connect(Number(vault.port), vault.hostname);
    const closed = new Promise((resolve) => idle.once('close', resolve));
    idle.on('error', () => undefined);
    await new Promise((resolve) => idle.once('connect', resolve));
    await sovra.stop();
    await closed;
    for (const { url } of sovra.endpoints) expect(await get(`${url}/metrics`)).toBe('refused');
    expect(existsSync(dirname(sovra.ca))).toBe(false);
    await sovra.stop();
  });

  it('leaves nothing open if it cannot start', async () => {
    const listening = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;
    const before = listening();
    // The second address is reserved for documentation: no machine has it.
    const start = SimulatedSovra.start({ anyPort: true, addresses: { api: ['127.0.0.1', '192.0.2.1'] } });
    await expect(start).rejects.toThrow(/EADDRNOTAVAIL/);
    expect(listening()).toBe(before);
  });

  it('refuses options that cannot be meant', () => {
    expect(() => settings({ dialect: '2025' as 'guide' })).toThrow('dialect: got "2025"; allowed: guide, 2026.3');
    expect(() => settings({ remoteEdgeNodes: ['edge-1'] })).toThrow(/edge node "edge-1" is given twice/);
    expect(() => settings({ adresses: {} } as object)).toThrow(/There is no option "adresses"/);
  });
});

describe('a fault', () => {
  let sovra: SimulatedSovra;
  beforeAll(async () => {
    sovra = await SimulatedSovra.start({ remoteEdgeNodes: ['edge-2'] });
  });
  afterEach(() => sovra.cureAll());
  afterAll(() => sovra.stop());

  it.each([
    ['inject vault-sealed node=edge-2', 'vault-sealed: there is no node "edge-2"; there are: edge-1'],
    ['inject vault-sealed node=edge-1 pod=3', 'vault-sealed: there is no pod 3; there are: 0, 1, 2'],
    ['inject vault-sealed pod=1', 'vault-sealed: say which node'],
    ['inject api-down pod=1', 'api-down: it has no pod'],
    ['inject audit-queue-growing', 'audit-queue-growing: nothing in the dialect "guide" shows it'],
    ['inject api-replica-down pod=x', '"pod=x" is not understood'],
    ['inject nonsense', 'There is no fault "nonsense"'],
    ['cure api-down', 'The fault "api-down" is not there within {}; there are: none'],
    ['nonsense', 'There is no command "nonsense"'],
  ])('is refused: %s', async (line, message) => {
    await expect(command(sovra, line)).rejects.toThrow(message);
    expect(sovra.faults).toEqual([]);
  });

  it('is injected and cured by a line', async () => {
    expect(await command(sovra, 'inject heartbeat-lost node=edge-2 value=60')).toBe(
      'injected heartbeat-lost node=edge-2 value=60',
    );
    expect(sovra.faults).toMatchObject([{ name: 'heartbeat-lost', target: { node: 'edge-2' }, value: 60 }]);
    await command(sovra, 'inject vault-sealed node=edge-1 pod=1');
    expect(await command(sovra, 'active')).toBe('heartbeat-lost node=edge-2\nvault-sealed node=edge-1 pod=1');
    await command(sovra, 'cure heartbeat-lost');
    await command(sovra, 'cure all');
    expect(await command(sovra, 'active')).toBe('none');
  });

  it('is replaced when it is injected again at the same place', async () => {
    await sovra.inject('audit-late', { value: 400 });
    await sovra.inject('audit-late', { value: 900 });
    expect(sovra.faults).toMatchObject([{ value: 900 }]);
  });

  it('may be injected and cured by several callers at once', async () => {
    await Promise.all([sovra.inject('api-down'), sovra.cure('api-down'), sovra.inject('opa-down', { node: 'edge-1' })]);
    expect(await get(`${sovra.url({ part: 'api', pod: 0 })}/live`)).toMatchObject({ status: 200 });
    expect(await get(`${sovra.url({ part: 'opa', node: 'edge-1', pod: 0 })}/health`)).toBe('refused');
  });
});
