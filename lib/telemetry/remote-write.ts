import { type CollectorConfig, REMOTE_WRITE } from './collector';

/**
 * A collector that writes its series to every one of these addresses. Behind one Service, a Prometheus with two replicas
 * would get each series on one of them only, and half of all questions would find none.
 */
export function toEveryReplica(config: CollectorConfig, urls: readonly string[]): CollectorConfig {
  const first = config.exporters[REMOTE_WRITE];
  if (first === undefined || urls.length < 2) return config;
  const copies = urls.map((endpoint, i) => [`${REMOTE_WRITE}/${i}`, { ...first, endpoint }] as const);
  const { [REMOTE_WRITE]: _, ...others } = config.exporters;
  const pipelines = Object.entries(config.service.pipelines).map(([name, pipeline]) => [
    name,
    {
      ...pipeline,
      exporters: pipeline.exporters.flatMap((id) => (id === REMOTE_WRITE ? copies.map(([copy]) => copy) : [id])),
    },
  ]);
  return {
    ...config,
    exporters: { ...others, ...Object.fromEntries(copies) },
    service: { ...config.service, pipelines: Object.fromEntries(pipelines) },
  };
}
