import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { POLICY_NAMES } from '../../lib/policy';
import { type Any, closedSet, configMap, monitor, prometheus, UNKNOWN_TEXT, urn } from './stack';

const pack = join(__dirname, '..', '..', 'policy-pack');
const manifest = parse(readFileSync(join(pack, 'PulumiPolicy.yaml'), 'utf8'));
// The protocol between the engine and a pack, as the SDK brings it along; it has no types that could be used.
const proto: Any = require('@pulumi/pulumi/proto/analyzer_pb');
const { AnalyzerClient }: Any = require('@pulumi/pulumi/proto/analyzer_grpc_pb');
const grpc: Any = require('@grpc/grpc-js');
const { Struct }: Any = require('google-protobuf/google/protobuf/struct_pb');
const { Empty }: Any = require('google-protobuf/google/protobuf/empty_pb');

let server: ChildProcess;
let client: Any;

const call = (method: string, request: Any): Promise<Any> =>
  new Promise((ok, ko) => client[method](request, (error: Any, answer: Any) => (error ? ko(error) : ok(answer))));

/** The objects as the engine sends the resources of a stack. */
function stackRequest(objects: readonly Any[]): Any {
  const request = new proto.AnalyzeStackRequest();
  for (const [i, object] of objects.entries()) {
    const { apiVersion, kind } = object;
    const type = `kubernetes:${apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`}:${kind}`;
    const resource = new proto.AnalyzerResource();
    resource.setType(type);
    resource.setName(`r${i}`);
    resource.setUrn(urn(type, `r${i}`));
    resource.setProperties(Struct.fromJavaScript(object));
    resource.setOptions(new proto.AnalyzerResourceOptions());
    request.addResources(resource);
  }
  return request;
}

async function analyze(objects: readonly Any[]): Promise<string[]> {
  const answer = await call('analyzeStack', stackRequest(objects));
  const levels = Object.fromEntries(Object.entries(proto.EnforcementLevel).map(([k, v]) => [v, k]));
  return answer
    .getDiagnosticsList()
    .map((d: Any) => `${levels[d.getEnforcementlevel()]} ${d.getPolicyname()} ${d.getUrn()} ${d.getMessage()}`);
}

async function configure(config: Record<string, { level?: string; properties?: Any }>): Promise<void> {
  const request = new proto.ConfigureAnalyzerRequest();
  for (const [name, { level = 'MANDATORY', properties = {} }] of Object.entries(config)) {
    const one = new proto.PolicyConfig();
    one.setEnforcementlevel(proto.EnforcementLevel[level]);
    one.setProperties(Struct.fromJavaScript(properties));
    request.getPolicyconfigMap().set(name, one);
  }
  await call('configure', request);
}

/** The pack as it is, served by the SDK the way the engine starts it. */
beforeAll(async () => {
  server = spawn(process.execPath, ['-r', join(__dirname, 'from-source.cjs'), join(pack, manifest.main)], {
    cwd: pack,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(server.stdout as NodeJS.ReadableStream, 'data');
  client = new AnalyzerClient(`127.0.0.1:${String(port).trim()}`, grpc.credentials.createInsecure());
});

afterAll(async () => {
  client?.close();
  server?.kill();
  if (server?.exitCode === null && server.signalCode === null) await once(server, 'exit');
});

beforeEach(() => configure({}));

describe('the policy pack', () => {
  it('describes itself', async () => {
    expect(manifest.runtime).toBe('nodejs');
    const version = JSON.parse(readFileSync(join(pack, '..', 'package.json'), 'utf8')).version;
    const info = await call('getAnalyzerInfo', new Empty());
    expect([info.getName(), info.getVersion()]).toEqual(['sovra-ops', version]);
    expect(info.getPoliciesList().map((p: Any) => p.getName())).toEqual(Object.values(POLICY_NAMES));
    for (const policy of info.getPoliciesList())
      expect(policy.getConfigschema().getProperties().toJavaScript()).toMatchObject({ namespace: { type: 'string' } });
  });

  it('lets a stack pass that is fine', async () => {
    expect(await analyze([prometheus(), monitor({ release: 'x' }), configMap('c')])).toEqual([]);
  });

  it('stops one that is not, with the URN of the resource', async () => {
    const objects = closedSet();
    expect(await analyze([...objects, objects[0]])).toEqual([
      expect.stringMatching(/^MANDATORY sovra-duplicates urn:\S+Prometheus::r5 .*Prometheus shop\/p metadata\.name/s),
      expect.stringMatching(/^MANDATORY sovra-edges urn:\S+ServiceMonitor::r1 .*port 8080/s),
    ]);
  });

  it('takes its configuration: facts, a level for each policy, exceptions', async () => {
    const lost = [monitor({ release: 'y' })];
    expect(await analyze(lost)).toEqual([]);
    const properties = { existingPrometheus: { kubePrometheusStack: { release: 'z' } } };
    await configure({ 'sovra-selection': { properties } });
    expect(await analyze(lost)).toEqual([expect.stringMatching(/^MANDATORY sovra-selection /)]);
    await configure({ 'sovra-selection': { level: 'ADVISORY', properties } });
    expect(await analyze(lost)).toEqual([expect.stringMatching(/^ADVISORY sovra-selection /)]);
    await configure({ 'sovra-selection': { level: 'DISABLED', properties } });
    expect(await analyze(lost)).toEqual([]);
    const ignore = [{ object: 'ServiceMonitor shop/m', reason: 'Scraped by hand.' }];
    await configure({ 'sovra-selection': { properties: { ...properties, ignore } } });
    expect(await analyze(lost)).toEqual([]);
    await configure({ 'sovra-selection': { properties: { existingPrometeus: {} } } });
    await expect(analyze(lost)).rejects.toThrow(/Did you mean "existingPrometheus"/);
  });

  it('notes what it cannot know at preview, and stops nothing for it', async () => {
    expect(await analyze([prometheus(), monitor({ release: UNKNOWN_TEXT })])).toEqual(
      ['selection', 'edges', 'exceptions'].map((p) =>
        expect.stringMatching(new RegExp(`^ADVISORY sovra-${p} .*ServiceMonitor shop/m: .*the update decides`)),
      ),
    );
  });
});
