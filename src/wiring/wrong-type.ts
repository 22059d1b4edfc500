import { own } from './json.ts';

/** The type that the Kubernetes API expects for a field; `go` is its Go name in the API server's messages. */
type Shape =
  | { readonly kind: 'text' | 'flag' | 'int32'; readonly goName: string }
  | { readonly kind: 'map' | 'list'; readonly goName: string; readonly of: Shape }
  | { readonly kind: 'struct'; readonly goName: string; readonly fields: Readonly<Record<string, Shape>> };

const TEXT: Shape = { kind: 'text', goName: 'string' };

const text = (goName: string): Shape => ({ kind: 'text', goName });
const map = (of: Shape): Shape => ({ kind: 'map', goName: `map[string]${of.goName}`, of });
const list = (of: Shape): Shape => ({ kind: 'list', goName: `[]${of.goName}`, of });
const struct = (goName: string, fields: Readonly<Record<string, Shape>>): Shape => ({
  kind: 'struct',
  goName,
  fields,
});

const METADATA = struct('v1.ObjectMeta', {
  name: TEXT,
  generateName: TEXT,
  namespace: TEXT,
  uid: text('types.UID'),
  labels: map(TEXT),
  annotations: map(TEXT),
});

const CONTAINERS = list(
  struct('v1.Container', {
    name: TEXT,
    restartPolicy: text('v1.ContainerRestartPolicy'),
    ports: list(
      struct('v1.ContainerPort', {
        name: TEXT,
        containerPort: { kind: 'int32', goName: 'int32' },
        protocol: text('v1.Protocol'),
      }),
    ),
  }),
);

const SHAPES = {
  Pod: struct('v1.Pod', {
    metadata: METADATA,
    spec: struct('v1.PodSpec', {
      containers: CONTAINERS,
      initContainers: CONTAINERS,
      hostNetwork: { kind: 'flag', goName: 'bool' },
    }),
    status: struct('v1.PodStatus', {
      phase: text('v1.PodPhase'),
      podIP: TEXT,
      podIPs: list(struct('v1.PodIP', { ip: TEXT })),
      conditions: list(
        struct('v1.PodCondition', { type: text('v1.PodConditionType'), status: text('v1.ConditionStatus') }),
      ),
    }),
  }),
  Namespace: struct('v1.Namespace', { metadata: METADATA }),
  Secret: struct('v1.Secret', {
    metadata: METADATA,
    data: map(text('[]uint8')),
    stringData: map(TEXT),
    type: text('v1.SecretType'),
  }),
} as const;

interface Place {
  /** Path of the value, with list indices and map keys. */
  readonly at: string;
  /** Go's name of the field: the innermost struct, and the path from the root without indices and keys. */
  readonly field: string;
}

/**
 * The message for the first field of the wrong type, in the order in which the API server reads YAML; undefined if all
 * fields that podway reads have the right type. It is kubectl's message with the path in front. It quotes no value, except
 * a number in place of a port.
 */
export function wrongType(kind: keyof typeof SHAPES, object: unknown): string | undefined {
  const shape = SHAPES[kind];
  return shape.kind === 'struct' ? wrongField(object, shape.fields, { at: '', field: kind }) : undefined;
}

function wrongField(
  object: unknown,
  fields: Readonly<Record<string, Shape>>,
  { at, field }: Place,
): string | undefined {
  const [name = '', ...path] = field.split('.');
  for (const key of Object.keys(fields).sort()) {
    const shape = fields[key];
    if (shape === undefined) continue;
    const place = { at: at === '' ? key : `${at}.${key}`, field: [name, ...path, key].join('.') };
    const wrong = wrongValue(own(object, key), shape, place);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

/** The API server accepts `null` for every type: it leaves the field unset. */
function wrongValue(value: unknown, shape: Shape, place: Place): string | undefined {
  if (value === undefined || value === null) return undefined;
  const found = jsonType(value);
  switch (shape.kind) {
    case 'text':
      return found === 'string' ? undefined : defectOf(found, shape, place);
    case 'flag':
      return found === 'bool' ? undefined : defectOf(found, shape, place);
    case 'int32':
      return wrongInteger(value, found, shape, place);
    case 'list':
      if (!Array.isArray(value)) return defectOf(found, shape, place);
      return first(value.entries(), ([index, item]) =>
        wrongValue(item, shape.of, { ...place, at: `${place.at}[${index}]` }),
      );
    case 'map':
      if (found !== 'object') return defectOf(found, shape, place);
      return first(Object.keys(value).sort().values(), (key) =>
        wrongValue(own(value, key), shape.of, { ...place, at: `${place.at}.${key}` }),
      );
    case 'struct': {
      if (found !== 'object') return defectOf(found, shape, place);
      const field = [shape.goName.replace(/^v1\./, ''), ...place.field.split('.').slice(1)].join('.');
      return wrongField(value, shape.fields, { at: place.at, field });
    }
  }
}

function wrongInteger(value: unknown, found: string, shape: Shape, place: Place): string | undefined {
  if (typeof value !== 'number') return defectOf(found, shape, place);
  const fits = Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31;
  return fits ? undefined : defectOf(`number ${value}`, shape, place);
}

function first<T>(items: Iterable<T>, wrong: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = wrong(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function defectOf(found: string, { goName }: Shape, { at, field }: Place): string {
  return `${at}: json: cannot unmarshal ${found} into Go struct field ${field} of type ${goName}`;
}

/** Name of a JSON type in Go's messages. */
function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
