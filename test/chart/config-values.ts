import { SETTINGS, type Setting } from '../../src/config/table.ts';
import { TUNNELS } from '../../src/config/tunnels.ts';

/** One setting as a value of the chart. */
export interface ConfigValue {
  /** The variable's name in camel case, which the chart's templates turn back into the variable. */
  readonly key: string;
  readonly variable: string;
  /** The chart's own default; null leaves the default to the program. */
  readonly value: string | number | null;
  readonly doc: string;
  readonly schema: object;
}

/**
 * Settings for which the chart has a default of its own: ports above 1024, and settings that its templates use in
 * computations (grace period, RBAC).
 */
const OWN: Readonly<Record<string, string | number>> = {
  PORT: 8080,
  ADMIN_PORT: 9090,
  API_KEY_SECRET_LOCATION: 'routing:api-key',
  DRAIN_DELAY: '5s',
  DRAIN_TIMEOUT: '30s',
};

const UNITS = { duration: '^[0-9]{1,9}(ms|s|m|h)?$', size: '^[0-9]{1,15}[kmgKMG]?$' } as const;

/** Settings for a laptop: in a cluster podway reaches pods directly. */
export const NOT_IN_A_CLUSTER = new Set(Object.values(TUNNELS).map(({ name }) => name));

export const CONFIG_VALUES: readonly ConfigValue[] = Object.values(SETTINGS)
  .filter(({ name }) => !NOT_IN_A_CLUSTER.has(name))
  .map(({ name, fallback, doc, grammar }: Setting<unknown>) => {
    const value = OWN[name] ?? null;
    const schema = schemaOf(grammar.expects);
    return {
      key: camelCase(name),
      variable: name,
      value,
      doc: value === null && fallback !== '' ? `${doc}. Default \`${fallback}\`` : doc,
      // Null removes a value, also a required one, in a router and elsewhere; the templates report a missing required
      // value.
      schema: orNull(schema),
    };
  });

/** `DRAIN_DELAY` to `drainDelay`. */
function camelCase(variable: string): string {
  return variable.toLowerCase().replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

interface Typed {
  readonly type?: string | readonly string[];
  readonly [keyword: string]: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly object[];
}

function orNull(schema: Typed): Typed {
  if (schema.anyOf !== undefined) return { anyOf: [...schema.anyOf, { type: 'null' }] };
  if (schema.enum !== undefined) return { ...schema, enum: [...schema.enum, null] };
  return { ...schema, type: [schema.type ?? [], 'null'].flat() };
}

/**
 * The JSON type of a setting, derived from the message of its grammar: a value of another type fails before anything is
 * installed. The program checks the rest at its start (a selector's syntax, bounds of sizes).
 */
function schemaOf(expects: string): Typed {
  const whole = /^(?:(auto|none) or )?a whole number from (\d+) to (\d+)$/.exec(expects);
  if (whole !== null) {
    const bounds = { minimum: Number(whole[2]), maximum: Number(whole[3]) };
    return whole[1] === undefined
      ? { type: 'integer', ...bounds }
      : { type: ['integer', 'string'], pattern: `^${whole[1]}$`, ...bounds };
  }
  const unit = /^a (duration|size) from /.exec(expects)?.[1];
  if (unit === 'duration' || unit === 'size')
    return { type: ['integer', 'string'], pattern: UNITS[unit], minimum: 0 };
  if (expects === 'true or false') return { type: 'boolean' };
  if (/^[\w., ]+ or [\w.]+$/.test(expects)) return words(expects.split(/, | or /));
  if (expects.endsWith('separated by commas')) return { type: 'array', items: { type: 'string' } };
  return { type: 'string' };
}

/**
 * YAML reads 404 as a number and `true` as a boolean; here both are text. The user has to quote a version such as 1.2:
 * the template would print `1`.
 */
function words(all: readonly string[]): Typed {
  const numbers = all.filter((word) => /^\d+$/.test(word)).map(Number);
  const flags = all.filter((word) => word === 'true' || word === 'false').map((word) => word === 'true');
  const others = [...numbers, ...flags];
  return others.length === 0 ? { enum: all } : { anyOf: [{ enum: all }, { enum: others }] };
}
