import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { agentConfig } from '../../../lib/telemetry/agent-config';
import { MEMORY_MIB } from '../../../lib/telemetry/collector';
import { Collector, MINUTE, PodLog, remove, scratch, sleep, until } from './collector';
import { Sink } from './sink';

const LIMIT_MIB = MEMORY_MIB.agent.limit;
/** Lines of one tenth of a second: a busy node writes about a thousand a second. */
const RATE = 100;

/** What may come twice after a kill: what four senders had on the way, and what was read since the last note of the place. */
const MAY_DOUBLE = 4 * 2000 + 1000;

describe('an agent in trouble', () => {
  const dir = scratch();
  const sink = new Sink();
  let collector: Collector;
  let log: PodLog;
  let written = 0;

  const write = (lines: number) => {
    log.append(
      Array.from({ length: lines }, () => {
        written += 1;
        return JSON.stringify({ level: 'info', msg: 'request completed', method: 'GET', status: 200, seq: written });
      }),
    );
  };
  const writeFor = async (ms: number, lines = RATE) => {
    for (let t = 0; t < ms; t += 100) {
      write(lines);
      await sleep(100);
    }
  };
  const came = () => sink.lines.map((l) => Number(l.fields.seq));
  const complete = () => new Set(came()).size >= written;

  beforeAll(async () => {
    await sink.open();
    const logs = join(dir, 'pods');
    log = new PodLog(logs);
    collector = await Collector.of(
      agentConfig({
        lokiEndpoint: sink.url,
        remoteWriteEndpoint: `${sink.url}/write`,
        storagePath: join(dir, 'storage'),
        podLogsPath: logs,
      }),
      dir,
    );
    await collector.start();
  }, 3 * MINUTE);

  afterAll(async () => {
    await collector?.stop();
    await sink.close();
    remove(dir);
  });

  it(
    'loses nothing while the back end is away, itself is killed, and the file is turned over',
    async () => {
      await writeFor(1000);
      await until('the first lines are there', complete);
      sink.status = 503;
      await writeFor(4000);
      await until('something is refused', () => sink.refused > 0);
      await sink.close();
      await writeFor(2000);
      await collector.stop('SIGKILL');
      // The kubelet turns the file over while nobody reads it.
      await writeFor(500);
      renameSync(log.file, `${log.file}.20261124-100000`);
      await writeFor(500);
      await collector.start();
      await writeFor(1000);
      // And once more under the eyes of the reader.
      renameSync(log.file, `${log.file}.20261124-100100`);
      await writeFor(1000);
      sink.status = 200;
      await sink.open();
      // Ten times as much, while the queue of the time before is sent.
      await writeFor(1000, RATE * 10);
      await until(`all ${written} lines are there`, complete, 2 * MINUTE);
      const numbers = came();
      expect([...new Set(numbers)].sort((a, b) => a - b)).toEqual(Array.from({ length: written }, (_, i) => i + 1));
      expect(numbers.length - written).toBeLessThanOrEqual(MAY_DOUBLE);
      expect(collector.peakMiB).toBeLessThan(LIMIT_MIB);
      expect(await collector.metric('otelcol_exporter_send_failed_log_records(?:_total)?')).toBe(0);
    },
    6 * MINUTE,
  );

  it(
    'sends nothing twice when it is ended as the kubelet does',
    async () => {
      const settled = async () => {
        await until('what was written is there', complete);
        await until('nothing is on its way', () => collector.idle());
      };
      // What comes twice of the time before has come then: it stood in the queue before this did.
      write(RATE);
      await settled();
      const before = came().length;
      write(RATE);
      await until('what was written is there', complete);
      await collector.stop();
      await collector.start();
      write(RATE);
      await settled();
      expect(came().length - before).toBe(2 * RATE);
    },
    6 * MINUTE,
  );
});
