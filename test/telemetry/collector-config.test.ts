import type { SovraOpsError } from '../../lib/errors';
import { agentConfig } from '../../lib/telemetry/agent-config';
import type { CollectorConfig } from '../../lib/telemetry/collector';
import { gatewayConfig } from '../../lib/telemetry/gateway-config';
import { HARMLESS } from '../../lib/telemetry/harmless';
import { TEXT_LEVELS } from '../../lib/telemetry/levels';
import { PATTERNS } from '../../lib/telemetry/patterns';
import { dotted, PLAIN } from '../../lib/telemetry/plain';
import { isRe2 } from '../../lib/telemetry/re2';
import { checkRedaction, classesOf, type RedactionProps } from '../../lib/telemetry/redaction';
import { Checker } from '../../lib/validate';
import { toYaml } from '../../lib/yaml';

const agent = (more = {}) =>
  agentConfig({ lokiEndpoint: 'http://loki/otlp', remoteWriteEndpoint: 'http://p/w', ...more });
const gateway = (more = {}) =>
  gatewayConfig({ tempoEndpoint: 'http://tempo', remoteWriteEndpoint: 'http://p/w', ...more });
const problems = (props: RedactionProps): string[] => {
  const check = new Checker('test');
  checkRedaction(check, 'redaction', props);
  try {
    check.done();
    return [];
  } catch (error) {
    return (error as SovraOpsError).problems.map((p) => p.property);
  }
};

/**
 * Each way that logs and traces can take from whoever writes them to something that sends or measures them. What other
 * replicas hand on came in at one of them.
 */
const ways = (config: CollectorConfig, received = 'all') =>
  Object.entries(config.service.pipelines).flatMap(([name, p]) =>
    /^(logs|traces)/.test(name) && (received === 'all' || p.receivers.every((r) => r !== 'otlp/peers'))
      ? p.exporters.map((to) => ({ name, to, processors: p.processors }))
      : [],
  );
const peers = ['a:4319', 'b:4319'];
const statementsOf = (config: CollectorConfig): readonly string[] => {
  const stage = config.processors['transform/redact'] as Record<string, readonly { statements: readonly string[] }[]>;
  return [...(stage.log_statements ?? []), ...(stage.trace_statements ?? [])].flatMap((g) => g.statements);
};

describe.each([
  ['agent', agent(), 2],
  ['gateway', gateway(), 3],
  ['gateway with others', gateway({ peers }), 2],
])('the %s', (_, config, outward) => {
  it('sends nothing that did not pass the redaction, and adds nothing behind it', () => {
    expect(ways(config, 'outside')).toHaveLength(outward);
    for (const { processors } of ways(config, 'outside'))
      expect(processors.slice(processors.indexOf('transform/redact')).filter((p) => p !== 'filter/links')).toEqual([
        'transform/redact',
      ]);
  });

  it('limits memory before anything else', () => {
    for (const { processors } of ways(config)) expect(processors[0]).toBe('memory_limiter');
  });

  it('uses what it declares, and declares what it uses', () => {
    const pipelines = Object.values(config.service.pipelines);
    const used = new Set(pipelines.flatMap((p) => [...p.receivers, ...p.processors, ...p.exporters]));
    const { receivers, processors, connectors, exporters } = config;
    expect([...used].sort()).toEqual(Object.keys({ ...receivers, ...processors, ...connectors, ...exporters }).sort());
    expect([...config.service.extensions].sort()).toEqual(Object.keys(config.extensions).sort());
  });

  it('fits into a ConfigMap that is applied with the last one in an annotation', () => {
    expect(toYaml(config).length).toBeLessThan(240_000);
  });

  it('waits on disk, for ever, and does not drop', () => {
    expect(config.exporters.otlp_http).toMatchObject({
      retry_on_failure: { max_elapsed_time: '0s' },
      sending_queue: { storage: 'file_storage', block_on_overflow: true },
    });
  });
});

describe('options of the agent', () => {
  const reader = (more: object) => agent(more).receivers.file_log as { include: string[]; exclude: string[] };

  it('choose whose pods are read', () => {
    expect(reader({ namespaces: ['a'], podLogsPath: '/l' }).include).toEqual(['/l/a_*/*/*.log', '/l/a_*/*/*.log.2*']);
    expect(reader({ namespaces: ['*'], podLogsPath: '/l' }).include[0]).toBe('/l/*/*/*.log');
    expect(reader({ excludeNamespaces: ['b'], podLogsPath: '/l' }).exclude).toContain('/l/b_*/*/*.log');
    expect(reader({ podLogsPath: '/l' }).exclude).toContain('/l/*_otel-agent*/*/*.log');
  });

  it('keep what is dropped otherwise', () => {
    expect(Object.keys(agent({ keepDebug: true, keepHealthChecks: true }).processors)).not.toContain('filter/unwanted');
    expect(Object.keys(agent({ keepDebug: true }).processors)).toContain('filter/unwanted');
  });

  it('are left to their defaults where they are undefined', () => {
    expect(agent({ memoryLimitMiB: undefined, runtime: undefined })).toEqual(agent());
  });
});

describe('additions of the user', () => {
  it('are accepted, and looked for in logs and in spans', () => {
    const redaction = {
      patterns: [{ name: 'staff', what: 'staff numbers', pattern: 'EMP[0-9]{6}' }],
      domains: ['acme.sh'],
    };
    expect(problems(redaction)).toEqual([]);
    for (const config of [agent({ redaction }), gateway({ redaction })]) {
      const stage = JSON.stringify(config.processors['transform/redact']);
      expect(stage).toContain('EMP[0-9]{6}');
      expect(stage).toContain('[redacted:staff]');
      expect(stage).toMatch(/acme\\+\.sh/);
      // A name with such an ending is not plain either, or nobody would look for it.
      const marks = statementsOf(config).filter((t) => /^set\(\w+\.attributes\["sovra\.plain"\]/.test(t));
      expect(marks.length).toBeGreaterThan(0);
      for (const mark of marks) expect(mark).toMatch(/acme\\+\.sh/);
    }
    expect(classesOf(redaction)).toContain('staff');
  });

  it.each<[string, string]>([
    ['look-ahead', 'a(?=b)'],
    ['look-behind', '(?<!a)b'],
    ['a back-reference', '(a)\\1'],
    ['an open group', '(a'],
    ['the empty text', 'a*'],
    ['nothing', ''],
    ['too many repetitions', 'a{2000}'],
    ['too much', 'a'.repeat(1001)],
  ])('are refused before anything is made: %s', (_, pattern) => {
    expect(problems({ patterns: [{ name: 'own', what: 'own', pattern }] })).toEqual(['redaction.patterns[0].pattern']);
  });

  it('are refused all at once', () => {
    expect(
      problems({
        patterns: [
          { name: 'email', what: 'taken', pattern: 'a' },
          { name: 'twice', what: 'x', pattern: 'a' },
          { name: 'twice', what: 'x', pattern: 'a' },
        ],
        domains: ['.acme'],
        logFields: ['a b'],
        spanAttributes: ['redacted'],
      }),
    ).toEqual([
      'redaction.patterns[0].name',
      'redaction.patterns[2]',
      'redaction.domains[0]',
      'redaction.logFields[0]',
      'redaction.spanAttributes[0]',
    ]);
  });
});

describe('patterns', () => {
  it('are as Go reads them', () => {
    for (const p of [...PATTERNS, ...HARMLESS]) expect([p.what, isRe2(p.pattern, 4000)]).toEqual([p.what, undefined]);
    for (const form of TEXT_LEVELS) expect([form, isRe2(form)]).toEqual([form, undefined]);
  });

  it('let plain records past, and nothing that is not', () => {
    const plain = new RegExp(PLAIN);
    expect(plain.test('component:keys\nduration_ms:1.5\nstatus:200\n=\nkey rotated, version 3')).toBe(true);
    for (const text of ['a@b', 'a?b', 'a=b', 'http://a', '10.1.2.3', 'ab:cd', 'AKIA1234567890ABCDEF', 'a-1-2', '"x"']) {
      expect([text, plain.test(`\n=\n${text}`)]).toEqual([text, false]);
      expect([text, plain.test(`error:${text}\n=\nx`)]).toEqual([text, false]);
    }
    expect(plain.test('logger:sovra.policy.engine\n=\nhandled in sovra.keys')).toBe(true);
    const host = new RegExp(dotted('com|acme\\.sh').replace('(?i:', '(?:'));
    for (const text of ['api.acme.com', 'in api.acme.com.', 'a.acme.sh/x', `s.${'a'.repeat(20)}`])
      expect([text, host.test(text)]).toEqual([text, true]);
    for (const text of ['sovra.policy.engine', 'a.commit', 'acme.shell'])
      expect([text, host.test(text)]).toEqual([text, false]);
    expect(plain.test('error:"user: alice"\n=\nx')).toBe(false);
    expect(plain.test('error:{\\"deep\\":\\"x\\"}\n=\nx')).toBe(false);
  });
});
