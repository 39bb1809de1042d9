/** A JSON schema, or a part of one, with the extensions of Kubernetes. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly nullable?: boolean;
  readonly [keyword: string]: unknown;
}

export interface SchemaRules {
  /** The API server takes null for "not given" in every optional field of its own kinds, in those of a CRD it does not. */
  readonly nullIfOptional: boolean;
}

const quantity = {
  type: ['string', 'number'],
  pattern: '^[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?$',
};

/** Types that OpenAPI calls strings, while the API server reads them in more than one form. */
const replaced: Readonly<Record<string, Schema>> = {
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { type: ['integer', 'string'] },
  'io.k8s.apimachinery.pkg.api.resource.Quantity': quantity,
};

/** What the name of a definition ends with that also takes null. */
const nullSuffix = '.OrNull';

/** Kept as they are: in these, structural schemas hold conditions on values and no new fields. */
const kept = ['enum', 'pattern', 'minimum', 'maximum', 'minLength', 'maxLength', 'minItems', 'maxItems'];
const conditions = ['allOf', 'anyOf', 'oneOf', 'not', 'minProperties', 'maxProperties', 'uniqueItems', 'required'];

/**
 * The same, or null. Said with a list of types, and for references with a definition of its own: validators report
 * the faults inside an "anyOf" only as a fault of the whole.
 */
function orNull(schema: Schema): Schema {
  if (schema.$ref !== undefined) return { $ref: schema.$ref + nullSuffix };
  if (schema.type === undefined) return schema;
  const values = Array.isArray(schema.enum) ? { enum: [...schema.enum, null] } : {};
  return { ...schema, ...values, type: [schema.type, 'null'].flat() };
}

function strictProperties(schema: Schema, rules: SchemaRules): Record<string, Schema> {
  const entries = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const optional = !schema.required?.includes(name);
    const strict = makeStrict(property, rules);
    return [name, rules.nullIfOptional && optional ? orNull(strict) : strict] as const;
  });
  return Object.fromEntries(entries);
}

function additional(schema: Schema, rules: SchemaRules): Schema | boolean | undefined {
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return undefined;
  if (typeof schema.additionalProperties === 'object') return makeStrict(schema.additionalProperties, rules);
  if (schema.additionalProperties !== undefined) return schema.additionalProperties;
  return schema.properties === undefined ? undefined : false;
}

/**
 * The same schema as a validator outside the API server needs it: a field that is not listed is an error, as under
 * strict field validation, and what Kubernetes expresses in its own words is said in those of JSON schema.
 */
export function makeStrict(schema: Schema, rules: SchemaRules): Schema {
  if (schema.$ref !== undefined) return { $ref: schema.$ref };
  const intOrString = schema['x-kubernetes-int-or-string'] === true;
  const strict: Record<string, unknown> = {};
  for (const keyword of [...kept, ...conditions]) if (schema[keyword] !== undefined) strict[keyword] = schema[keyword];
  if (intOrString) strict.type = ['integer', 'string'];
  else if (schema.type !== undefined) strict.type = schema.type;
  if (schema.format === 'date-time') strict.format = schema.format;
  if (schema.items) strict.items = makeStrict(schema.items, rules);
  if (schema.properties) strict.properties = strictProperties(schema, rules);
  const more = additional(schema, rules);
  if (more !== undefined && schema['x-kubernetes-embedded-resource'] !== true) strict.additionalProperties = more;
  return schema.nullable === true ? orNull(strict) : strict;
}

/** The definitions of the API server's OpenAPI document, made strict. */
export function strictDefinitions(openApi: Readonly<Record<string, Schema>>): ReadonlyMap<string, Schema> {
  const definitions = new Map<string, Schema>();
  for (const [name, schema] of Object.entries(openApi)) {
    const strict = replaced[name] ?? makeStrict(schema, { nullIfOptional: true });
    definitions.set(name, strict).set(name + nullSuffix, orNull(strict));
  }
  return definitions;
}

const prefix = '#/definitions/';

function referencesIn(value: unknown, found: Set<string>): void {
  if (value === null || typeof value !== 'object') return;
  const reference = (value as Schema).$ref;
  if (typeof reference === 'string' && reference.startsWith(prefix)) found.add(reference.slice(prefix.length));
  for (const part of Object.values(value)) referencesIn(part, found);
}

/** The schema with every definition that it reaches, so that one file is enough to validate with. */
export function bundle(schema: Schema, definitions: ReadonlyMap<string, Schema>): Schema {
  const reached = new Set<string>();
  referencesIn(schema, reached);
  // A set that grows while it is walked gives the new members too: the walk ends when nothing new is reached.
  for (const name of reached) referencesIn(definitions.get(name), reached);
  return { ...schema, definitions: Object.fromEntries([...reached].map((name) => [name, definitions.get(name)])) };
}
