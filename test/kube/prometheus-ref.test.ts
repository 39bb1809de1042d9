import { ruleNamespace, SOVRA_PROMETHEUS } from '../../lib/kube/prometheus-ref';

describe('where rules for a Prometheus belong', () => {
  it.each<[string, readonly string[] | undefined, string]>([
    ['it looks everywhere', undefined, 'monitoring'],
    ['it looks in its own namespace too', ['sovra', 'monitoring'], 'monitoring'],
    ['it looks elsewhere only', ['rules', 'sovra'], 'rules'],
    ['it looks nowhere; the synth checks refuse what is put there', [], 'monitoring'],
  ])('%s', (_, namespaces, namespace) => {
    expect(ruleNamespace({ ...SOVRA_PROMETHEUS, namespaces })).toBe(namespace);
  });
});
