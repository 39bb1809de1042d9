// The scheduled tasks of the stack as kube-state-metrics would tell of them: every one ran well a moment ago.
import { createServer } from 'node:http';

const MONTH = 30 * 86_400;

function page(cronJobs) {
  const now = Math.floor(Date.now() / 1000);
  const metrics = {
    kube_cronjob_created: () => now - MONTH,
    kube_cronjob_spec_suspend: (job) => Number(job.spec.suspend ?? false),
    kube_cronjob_status_active: () => 0,
    kube_cronjob_status_last_schedule_time: () => now - 60,
    kube_cronjob_status_last_successful_time: () => now - 30,
  };
  return Object.entries(metrics)
    .map(([name, value]) =>
      [
        `# TYPE ${name} gauge`,
        ...cronJobs.map((job) => {
          const { name: cronjob, namespace } = job.metadata;
          return `${name}{namespace="${namespace}",cronjob="${cronjob}"} ${value(job)}`;
        }),
      ].join('\n'),
    )
    .join('\n')
    .concat('\n');
}

/** Serves them at any free port. */
export function serveKubeState(cronJobs) {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(page(cronJobs));
  });
  return listening(server);
}

export function listening(server) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve({ server, address: `127.0.0.1:${server.address().port}` }));
  });
}
