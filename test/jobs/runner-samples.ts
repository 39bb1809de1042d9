/** Pods and Jobs as small as Pod Security "restricted" lets them be. */
export const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
};
const podSecurity = { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532, fsGroup: 65532 };

export const shell = (name: string, script: string, more: object = {}) => ({
  name,
  image: 'docker.io/library/alpine:3.22',
  command: ['sh', '-euc', script],
  securityContext: restricted,
  ...more,
});
export const pod = (spec: object) => ({
  metadata: { labels: { app: 'sample' } },
  spec: { restartPolicy: 'Never', securityContext: podSecurity, ...spec },
});
export const job = (spec: object, more: object = {}) => ({
  kind: 'Job',
  metadata: { name: 'j' },
  spec: { template: pod(spec), ...more },
});
