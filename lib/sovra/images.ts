/** Every image that this library can put into a cluster, pinned; `sovra-ops images` lists those that a synth used. */
export const IMAGES = {
  prometheus: 'quay.io/prometheus/prometheus:v3.16.0',
  alertmanager: 'quay.io/prometheus/alertmanager:v0.31.1',
  blackboxExporter: 'quay.io/prometheus/blackbox-exporter:v0.27.0',
  postgresExporter: 'quay.io/prometheuscommunity/postgres-exporter:v0.17.1',
  kubeStateMetrics: 'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.18.0',
  grafana: 'docker.io/grafana/grafana:13.1.1',
  loki: 'docker.io/grafana/loki:3.7.6',
  tempo: 'docker.io/grafana/tempo:3.0.3',
  otelCollector: 'docker.io/otel/opentelemetry-collector-contrib:0.160.0',
  pushgateway: 'quay.io/prometheus/pushgateway:v1.11.1',
  restic: 'docker.io/restic/restic:0.18.1',
  rclone: 'docker.io/rclone/rclone:1.75.1',
  postgres: 'docker.io/library/postgres:15.15-alpine3.22',
  vault: 'docker.io/hashicorp/vault:1.18.3',
  trivy: 'docker.io/aquasec/trivy:0.74.0',
  kubectl: 'registry.k8s.io/kubectl:v1.37.2',
  sovraCli: 'ghcr.io/witlox/sovra:2026.3.76',
} as const;

export type ImageId = keyof typeof IMAGES;

export interface ImageProps {
  /**
   * Moves every image to a mirror: `registry.example.com/mirror` turns `quay.io/prometheus/prometheus:v3` into
   * `registry.example.com/mirror/prometheus/prometheus:v3`. @default each image's own registry
   */
  readonly registry?: string;
  /** Replaces single images, whole references; these are not moved. @default none */
  readonly overrides?: Partial<Readonly<Record<ImageId, string>>>;
  /** Secrets for pulling, in each namespace that gets pods. @default none */
  readonly pullSecrets?: readonly string[];
}

/** The reference under which a cluster pulls an image. */
export function imageReference(id: ImageId, props: ImageProps = {}): string {
  return props.overrides?.[id] ?? (props.registry === undefined ? IMAGES[id] : mirrored(IMAGES[id], props.registry));
}

/** Where an image lies on a mirror: the same path under another host. */
export function mirrored(image: string, registry: string): string {
  return `${registry}/${image.slice(image.indexOf('/') + 1)}`;
}
