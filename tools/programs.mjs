// The programs that the real-server tests start: which pinned module (a folder beside this file) holds each one,
// and which of the module's data files the tests read. Versions are said once, in each folder's go.mod.

/** Clients refuse to parse the version of a Kubernetes binary that carries no stamp. */
const stampKubernetes = (version) => {
  const [major, minor] = version.slice(1).split('.');
  const at = 'k8s.io/component-base/version';
  return `-X ${at}.gitVersion=${version} -X ${at}.gitMajor=${major} -X ${at}.gitMinor=${minor}`;
};

const kubernetes = (name) => ({
  name,
  module: 'kubernetes',
  package: `k8s.io/kubernetes/cmd/${name}`,
  ldflags: stampKubernetes,
});

/** Only the service discovery that the operator's configurations use: the cloud SDKs are most of a full build. */
const prometheusTags = ['remove_all_sd', 'enable_kubernetes_sd'];

const stampRclone = (version) => `-X github.com/rclone/rclone/fs.Version=${version}`;

const stampPulumi = (version) => `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${version}`;

/**
 * name: file name of the binary; module: folder in tools/; package: Go main package, or '.' for the main.go in that
 * folder; of: the Go module that gives the version, where the package does not say it;
 * ldflags: from the pinned version; tags: Go build tags; data: {name in the cache: path inside the Go module}; onDemand: built only when it is named.
 */
export const programs = [
  { name: 'etcd', module: 'etcd', package: 'go.etcd.io/etcd/server/v3' },
  kubernetes('kube-apiserver'),
  kubernetes('kube-controller-manager'),
  kubernetes('kube-scheduler'),
  kubernetes('kubectl'),
  { name: 'kwok', module: 'kwok', package: 'sigs.k8s.io/kwok/cmd/kwok', data: { stage: 'kustomize/stage' } },
  {
    name: 'prometheus-operator',
    module: 'prometheus-operator',
    package: 'github.com/prometheus-operator/prometheus-operator/cmd/operator',
    data: { crds: 'example/prometheus-operator-crd' },
  },
  {
    name: 'prometheus-config-reloader',
    module: 'prometheus-operator',
    package: 'github.com/prometheus-operator/prometheus-operator/cmd/prometheus-config-reloader',
  },
  {
    name: 'prometheus',
    module: 'prometheus',
    package: 'github.com/prometheus/prometheus/cmd/prometheus',
    tags: prometheusTags,
  },
  {
    name: 'promtool',
    module: 'prometheus',
    package: 'github.com/prometheus/prometheus/cmd/promtool',
    tags: prometheusTags,
  },
  { name: 'alertmanager', module: 'alertmanager', package: 'github.com/prometheus/alertmanager/cmd/alertmanager' },
  { name: 'amtool', module: 'alertmanager', package: 'github.com/prometheus/alertmanager/cmd/amtool' },
  { name: 'kube-state-metrics', module: 'kube-state-metrics', package: 'k8s.io/kube-state-metrics/v2' },
  { name: 'blackbox-exporter', module: 'blackbox-exporter', package: 'github.com/prometheus/blackbox_exporter' },
  { name: 'kubeconform', module: 'kubeconform', package: 'github.com/yannh/kubeconform/cmd/kubeconform' },
  { name: 'kube-score', module: 'kube-score', package: 'github.com/zegl/kube-score/cmd/kube-score' },
  { name: 'pulumi', module: 'pulumi', package: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi', ldflags: stampPulumi },
  {
    name: 'pulumi-resource-kubernetes',
    module: 'pulumi-kubernetes',
    package: '.',
    of: 'github.com/pulumi/pulumi-kubernetes/provider/v4',
  },
  // Without the plugins and stores of other products, a quarter of its packages; raft, kv and approle are left.
  { name: 'vault', module: 'vault', package: 'github.com/hashicorp/vault', tags: ['minimal'] },
  { name: 'restic', module: 'restic', package: 'github.com/restic/restic/cmd/restic' },
  // With the one command and the one kind of remote that the gateway to SFTP has, a hundredth of a full build.
  { name: 'rclone', module: 'rclone', package: '.', of: 'github.com/rclone/rclone', ldflags: stampRclone },
  { name: 'pushgateway', module: 'pushgateway', package: 'github.com/prometheus/pushgateway' },
  { name: 'versitygw', module: 'versitygw', package: 'github.com/versity/versitygw/cmd/versitygw' },
  {
    name: 'otel-collector',
    module: 'otel-collector',
    package: '.',
    of: 'go.opentelemetry.io/collector/otelcol',
  },
  // A peer that `make bench-objectives` measures ours against; no test needs it.
  { name: 'sloth', module: 'sloth', package: 'github.com/slok/sloth/cmd/sloth', onDemand: true },
];
