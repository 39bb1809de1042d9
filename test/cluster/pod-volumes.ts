import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type {
  ConfigMapVolumeSource,
  KeyToPath,
  Pod,
  ProjectedVolumeSource,
  SecretVolumeSource,
  ServiceAccountTokenProjection,
  Volume,
} from 'kubernetes-types/core/v1';
import type { ApiClient } from './api';
import { readEntries, readField } from './pod-fields';

interface VolumeFile {
  readonly path: string;
  readonly data: Buffer | string;
  readonly mode: number;
}

interface Keyed {
  readonly name?: string;
  readonly optional?: boolean;
  readonly items?: KeyToPath[];
}

/** The volumes of one pod, as directories with the content, owners and modes that a kubelet gives them. */
export class PodVolumes {
  constructor(
    private readonly api: ApiClient,
    private readonly pod: Pod,
    private readonly dir: string,
  ) {}

  path(volume: string): string {
    return join(this.dir, volume);
  }

  /** Writes what the API server has now; called again, it brings changed Secrets and ConfigMaps to the containers. */
  async sync(): Promise<void> {
    for (const volume of this.pod.spec?.volumes ?? []) {
      if (volume.emptyDir) this.createDirectory(volume.name, 0o777);
      // A fresh disk belongs to root: without fsGroup, a server that is not root cannot write to it.
      else if (volume.persistentVolumeClaim || volume.ephemeral) this.createDirectory(volume.name, 0o755);
      else this.writeFiles(volume.name, await this.filesOf(volume));
    }
  }

  private get group(): number | undefined {
    return this.pod.spec?.securityContext?.fsGroup;
  }

  private createDirectory(volume: string, mode: number): void {
    const path = this.path(volume);
    if (existsSync(path)) return;
    mkdirSync(path, { recursive: true });
    chmodSync(path, mode);
    if (this.group === undefined) return;
    chownSync(path, 0, this.group);
    chmodSync(path, mode | 0o2070);
  }

  private writeFiles(volume: string, files: readonly VolumeFile[]): void {
    const root = this.path(volume);
    mkdirSync(root, { recursive: true });
    chmodSync(root, 0o755);
    const kept = new Set(files.map(({ path }) => path.split('/')[0]));
    for (const old of readdirSync(root)) if (!kept.has(old)) rmSync(join(root, old), { recursive: true });
    for (const file of files) this.writeFile(join(root, file.path), file);
  }

  private writeFile(path: string, { data, mode }: VolumeFile): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, data);
    chmodSync(path, this.group === undefined ? mode : mode | 0o440);
    if (this.group !== undefined) chownSync(path, 0, this.group);
  }

  private filesOf(volume: Volume): Promise<readonly VolumeFile[]> | readonly VolumeFile[] {
    if (volume.secret) return this.secretFiles(volume.secret);
    if (volume.configMap) return this.keyedFiles('configmaps', volume.configMap, volume.configMap.defaultMode);
    if (volume.projected) return this.projectedFiles(volume.projected);
    if (volume.downwardAPI) return this.fieldFiles(volume.downwardAPI.items, volume.downwardAPI.defaultMode);
    throw new Error(`the test cluster provides no volume like ${volume.name}: ${JSON.stringify(volume)}`);
  }

  private secretFiles({ secretName, ...secret }: SecretVolumeSource): Promise<readonly VolumeFile[]> {
    return this.keyedFiles('secrets', { ...secret, name: secretName }, secret.defaultMode);
  }

  private async keyedFiles(
    kind: 'secrets' | 'configmaps',
    source: Keyed | ConfigMapVolumeSource,
    mode = 0o644,
  ): Promise<readonly VolumeFile[]> {
    const entries = await readEntries(this.api, this.pod, kind, source);
    const items = source.items ?? Object.keys(entries).map((key) => ({ key, path: key }));
    return items.flatMap((item: KeyToPath) => {
      const data = entries[item.key];
      if (data !== undefined) return [{ path: item.path, data, mode: item.mode ?? mode }];
      if (source.optional) return [];
      throw new Error(`${kind}/${source.name} lacks the key ${item.key}, which pod ${this.pod.metadata?.name} mounts`);
    });
  }

  private async projectedFiles({ sources = [], defaultMode: mode }: ProjectedVolumeSource): Promise<VolumeFile[]> {
    const files = sources.map((source) => {
      if (source.secret) return this.keyedFiles('secrets', source.secret, mode);
      if (source.configMap) return this.keyedFiles('configmaps', source.configMap, mode);
      if (source.serviceAccountToken) return this.tokenFile(source.serviceAccountToken);
      if (source.downwardAPI) return this.fieldFiles(source.downwardAPI.items, mode);
      throw new Error(`the test cluster provides no projection like ${JSON.stringify(source)}`);
    });
    return (await Promise.all(files)).flat();
  }

  /** A real token of the pod's own service account, so that what the server may do is what its RBAC allows. */
  private async tokenFile(source: ServiceAccountTokenProjection): Promise<readonly VolumeFile[]> {
    const { namespace, name, uid } = this.pod.metadata ?? {};
    const account = this.pod.spec?.serviceAccountName ?? 'default';
    const { status } = await this.api.post<{ status: { token: string } }>(
      `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
      {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: {
          ...(source.audience === undefined ? {} : { audiences: [source.audience] }),
          expirationSeconds: source.expirationSeconds ?? 3600,
          boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid },
        },
      },
    );
    // Readable by the user of the container only, which the kubelet arranges and the test cluster does not need.
    return [{ path: source.path, data: status.token, mode: 0o644 }];
  }

  private fieldFiles(
    items: readonly { readonly path: string; readonly fieldRef?: { readonly fieldPath: string } }[] = [],
    mode = 0o644,
  ): readonly VolumeFile[] {
    return items.map(({ path, fieldRef }) => ({ path, data: readField(this.pod, fieldRef?.fieldPath ?? ''), mode }));
  }
}
