import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { KeyToPath, Volume } from 'kubernetes-types/core/v1';
import { entriesOf, fieldOf } from './environment';
import { NotStarted, type RunOptions, type Template } from './types';

interface VolumeFile {
  readonly path: string;
  readonly data: string | Buffer;
  readonly mode: number;
}

interface Keyed {
  readonly name?: string;
  readonly optional?: boolean;
  readonly items?: readonly KeyToPath[];
}

const UNITS: Readonly<Record<string, number>> = {
  ...{ '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 },
  ...{ Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 },
};

export function bytesOf(quantity: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/.exec(quantity) ?? [];
  const factor = UNITS[unit];
  if (number === undefined || factor === undefined) throw new Error(`not a size: ${quantity}`);
  return Math.ceil(Number(number) * factor);
}

/** The volumes of one pod as folders, with the content, owners and modes that a kubelet gives them. */
export class PodFolders {
  /** Those that can be written to and end with the pod. */
  readonly emptyDirs: Record<string, string> = {};
  private readonly paths = new Map<string, { readonly path: string; readonly readOnly: boolean }>();
  private readonly mounted: string[] = [];

  constructor(
    private readonly template: Template,
    private readonly options: RunOptions,
    private readonly dir: string,
  ) {
    for (const volume of template.spec.volumes ?? []) this.add(volume);
  }

  find(name: string): { readonly path: string; readonly readOnly: boolean } {
    const found = this.paths.get(name);
    if (found === undefined) throw new Error(`the pod has no volume ${name}`);
    return found;
  }

  remove(): void {
    for (const path of this.mounted.splice(0)) execFileSync('umount', ['--lazy', path]);
  }

  private get group(): number | undefined {
    return this.template.spec.securityContext?.fsGroup;
  }

  private add(volume: Volume): void {
    const path = join(this.dir, volume.name);
    if (volume.emptyDir) {
      this.addEmptyDir(volume, path);
      this.paths.set(volume.name, { path, readOnly: false });
    } else if (volume.persistentVolumeClaim) {
      const { claimName, readOnly = false } = volume.persistentVolumeClaim;
      const claim = this.options.claims?.[claimName];
      if (claim === undefined) throw new NotStarted('FailedMount', `persistentvolumeclaim "${claimName}" not found`);
      if (!readOnly && this.group !== undefined) this.own(claim, this.group);
      this.paths.set(volume.name, { path: claim, readOnly });
    } else {
      this.writeFiles(path, this.filesOf(volume));
      this.paths.set(volume.name, { path, readOnly: true });
    }
  }

  private addEmptyDir(volume: Volume, path: string): void {
    mkdirSync(path, { recursive: true });
    const limit = this.options.volumeSizes?.[volume.name] ?? volume.emptyDir?.sizeLimit;
    if (limit !== undefined) {
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytesOf(limit)}`, 'tmpfs', path]);
      this.mounted.push(path);
    }
    if (this.group !== undefined) chownSync(path, 0, this.group);
    chmodSync(path, this.group === undefined ? 0o777 : 0o2777);
    this.emptyDirs[volume.name] = path;
  }

  /** Everything below belongs to the group and can be used by it, as after a mount with fsGroup. */
  private own(path: string, group: number): void {
    const stat = statSync(path);
    chownSync(path, stat.uid, group);
    chmodSync(path, (stat.mode & 0o7777) | (stat.isDirectory() ? 0o2770 : 0o660));
    if (!stat.isDirectory()) return;
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (!entry.isSymbolicLink()) this.own(join(path, entry.name), group);
    }
  }

  /** With the kubelet's two links: each name points into "..data", which points to the folder of the version. */
  private writeFiles(root: string, files: readonly VolumeFile[]): void {
    const version = '..2026_01_01_00_00_00.1';
    mkdirSync(join(root, version), { recursive: true });
    for (const { path, data, mode } of files) {
      const file = join(root, version, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, data);
      chmodSync(file, this.group === undefined ? mode : mode | 0o440);
      if (this.group !== undefined) chownSync(file, 0, this.group);
    }
    symlinkSync(version, join(root, '..data'));
    for (const name of new Set(files.map(({ path }) => path.split('/')[0] as string))) {
      symlinkSync(`..data/${name}`, join(root, name));
      if (this.group !== undefined) lchownSync(join(root, name), 0, this.group);
    }
    chmodSync(root, 0o777);
  }

  private filesOf(volume: Volume): readonly VolumeFile[] {
    const { secret, configMap, projected, downwardAPI } = volume;
    if (secret) return this.keyed('secret', { ...secret, name: secret.secretName }, secret.defaultMode);
    if (configMap) return this.keyed('configmap', configMap, configMap.defaultMode);
    if (downwardAPI) return this.fields(downwardAPI.items, downwardAPI.defaultMode);
    if (!projected) throw new Error(`the runner provides no volume like ${JSON.stringify(volume)}`);
    return (projected.sources ?? []).flatMap((source) => {
      if (source.secret) return this.keyed('secret', source.secret, projected.defaultMode);
      if (source.configMap) return this.keyed('configmap', source.configMap, projected.defaultMode);
      if (source.downwardAPI) return this.fields(source.downwardAPI.items, projected.defaultMode);
      const token = this.options.serviceAccountToken;
      if (source.serviceAccountToken === undefined || token === undefined) {
        throw new Error(`the runner provides no projection like ${JSON.stringify(source)}; serviceAccountToken given?`);
      }
      return [{ path: source.serviceAccountToken.path, data: token, mode: 0o644 }];
    });
  }

  private keyed(kind: 'secret' | 'configmap', source: Keyed, mode = 0o644): readonly VolumeFile[] {
    let entries: ReturnType<typeof entriesOf>;
    try {
      entries = entriesOf(kind, source, this.options) ?? {};
    } catch (error) {
      throw new NotStarted('FailedMount', `MountVolume.SetUp failed: ${(error as Error).message}`);
    }
    const items = source.items ?? Object.keys(entries).map((key) => ({ key, path: key }) as KeyToPath);
    return items.flatMap((item) => {
      const data = entries?.[item.key];
      if (data !== undefined) return [{ path: item.path, data, mode: item.mode ?? mode }];
      if (source.optional) return [];
      throw new NotStarted('FailedMount', `references non-existent ${kind} key: ${source.name}/${item.key}`);
    });
  }

  private fields(items: readonly { path: string; fieldRef?: { fieldPath: string } }[] = [], mode = 0o644) {
    return items.map(({ path, fieldRef }) => ({ path, data: fieldOf(this.template, fieldRef?.fieldPath ?? ''), mode }));
  }
}
