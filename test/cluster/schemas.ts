import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { startApiServer } from './api-server';
import type { Programs } from './programs';
import { bundle, makeStrict, type Schema, strictDefinitions } from './schema-rules';

type SchemaPrograms = Pick<Programs, 'etcd' | 'kube-apiserver' | 'prometheus-operator' | 'kubeconform'>;

interface GroupVersionKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

interface CustomResourceDefinition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

/** kubeconform's template for the file names that fileOf gives. For the core group its "Group" is the version. */
export const schemaTemplate = '{{ .Group }}/{{ .ResourceKind }}_{{ .ResourceAPIVersion }}.json';

const fileOf = ({ group, version, kind }: GroupVersionKind) =>
  join(group || version, `${kind.toLowerCase()}_${version}.json`);

const metadataType = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/** Asks a real API server. It runs on the loopback address, so that unit tests can do this too. */
async function readOpenApi(programs: SchemaPrograms): Promise<Readonly<Record<string, Schema>>> {
  const dir = mkdtempSync(join(tmpdir(), 'sovra-ops-openapi-'));
  const server = await startApiServer({ programs: programs as Programs, dir, host: '127.0.0.1' });
  try {
    const document = await server.api.get<{ definitions: Record<string, Schema> }>('/openapi/v2');
    return document.definitions;
  } finally {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

function nativeSchemas(openApi: Readonly<Record<string, Schema>>, definitions: ReadonlyMap<string, Schema>) {
  const found = new Map<string, Schema>();
  for (const [name, schema] of Object.entries(openApi)) {
    const kinds = (schema['x-kubernetes-group-version-kind'] ?? []) as readonly GroupVersionKind[];
    const strict = definitions.get(name);
    // Types of several groups, such as DeleteOptions, are parts of requests and no objects.
    if (kinds.length !== 1 || strict === undefined) continue;
    found.set(fileOf(kinds[0] as GroupVersionKind), bundle(strict, definitions));
  }
  return found;
}

function customSchemas(crdDir: string, definitions: ReadonlyMap<string, Schema>) {
  const found = new Map<string, Schema>();
  for (const file of readdirSync(crdDir).filter((name) => name.endsWith('.yaml'))) {
    const { spec } = parse(readFileSync(join(crdDir, file), 'utf8')) as CustomResourceDefinition;
    for (const { name, schema } of spec.versions.filter(({ served }) => served)) {
      const strict = makeStrict(schema.openAPIV3Schema, { nullIfOptional: false });
      const properties = { ...strict.properties, metadata: { $ref: `#/definitions/${metadataType}` } };
      const file = fileOf({ group: spec.group, version: name, kind: spec.names.kind });
      found.set(file, bundle({ ...strict, properties }, definitions));
    }
  }
  return found;
}

async function writeSchemas(programs: SchemaPrograms, into: string): Promise<void> {
  const openApi = await readOpenApi(programs);
  const definitions = strictDefinitions(openApi);
  const crds = join(programs['prometheus-operator'].dir, 'crds');
  const schemas = [...nativeSchemas(openApi, definitions), ...customSchemas(crds, definitions)];
  for (const [file, schema] of schemas) {
    const path = join(into, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(schema));
  }
}

/** Of all that the schemas are made from: the versions, and how this code turns one into the other. */
function keyOf(programs: SchemaPrograms): string {
  const code = ['schemas.ts', 'schema-rules.ts'].map((file) => readFileSync(join(__dirname, file), 'utf8'));
  const hash = createHash('sha256').update(code.join()).digest('hex').slice(0, 8);
  return `kubernetes-${programs['kube-apiserver'].version}-operator-${programs['prometheus-operator'].version}-${hash}`;
}

/**
 * The directory with one standalone, strict JSON schema for each kind of the API server and of the operator. It is
 * made once and kept beside the programs; validating with it needs no server.
 */
export async function ensureSchemas(programs: SchemaPrograms): Promise<string> {
  // <cache>/tools/<program>/<key> -> <cache>/schemas
  const parent = join(programs.kubeconform.dir, '..', '..', '..', 'schemas');
  const dir = join(parent, keyOf(programs));
  if (existsSync(dir)) return dir;
  mkdirSync(parent, { recursive: true });
  const temporary = mkdtempSync(join(parent, '.new-'));
  try {
    await writeSchemas(programs, temporary);
    renameSync(temporary, dir);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    // Another process may have finished the same work first.
    if (!existsSync(dir)) throw error;
  }
  return dir;
}
