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

/**
 * name: file name of the binary; module: folder in tools/; package: Go main package;
 * ldflags: from the pinned version; tags: Go build tags; data: {name in the cache: path inside the Go module}.
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
];
