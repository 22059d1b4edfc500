import {
  defineScalarTag,
  loadAll,
  mapTag,
  mergeTag,
  NOT_RESOLVED,
  Schema,
  seqTag,
  strTag,
  YAMLException,
} from 'js-yaml';
import { printable } from '../wiring/rejection.ts';

/** Maximum number of aliases in one document: Kubernetes manifests hardly use any, but a "billion laughs" file does. */
const MAX_ALIASES = 100;
/** Maximum depth of lists and maps; the deepest schema of Kubernetes needs about thirty. */
const MAX_DEPTH = 200;

const CORE = 'tag:yaml.org,2002:';
const DIGITS = '0123456789'.split('');
const TRUE = /^(y|Y|yes|Yes|YES|on|On|ON|true|True|TRUE)$/;
const FALSE = /^(n|N|no|No|NO|off|Off|OFF|false|False|FALSE)$/;
const NULL = /^(~|null|Null|NULL|)$/;
/** Numbers that Go's ParseInt accepts with base 0 after underscores are removed, and then the floats of YAML. */
const INTEGER = /^([-+]?)(0b[01]+|0o?[0-7]+|0x[0-9a-f]+|0|[1-9][0-9]*)$/i;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)(e[-+]?[0-9]+)?$/i;
const SPECIAL = /^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$/;

/**
 * What a plain scalar means to kubectl, whose parser mixes YAML 1.1 and 1.2: `yes`, `on` and `y` are true, `010`,
 * `0o10` and `0x8` are 8, `1_000` is a number, and `12:30` and `2001-01-01` are text.
 */
export function scalarValue(source: string): string | number | boolean | null {
  if (NULL.test(source)) return null;
  if (TRUE.test(source)) return true;
  if (FALSE.test(source)) return false;
  return /^[-+.0-9]/.test(source) ? (numberOf(source) ?? source) : source;
}

function numberOf(source: string): number | undefined {
  if (SPECIAL.test(source))
    return source.endsWith('n') || source.endsWith('N') ? Number.NaN : Number.POSITIVE_INFINITY;
  const plain = source.replaceAll('_', '');
  const [, sign = '', digits = ''] = INTEGER.exec(plain) ?? [];
  if (digits !== '')
    return Number(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits) * (sign === '-' ? -1 : 1);
  return FLOAT.test(plain) ? Number(plain) : undefined;
}

function implicit<T>(name: string, firstChars: readonly string[], fits: (value: unknown) => value is T) {
  return defineScalarTag<T>(`${CORE}${name}`, {
    implicit: true,
    implicitFirstChars: firstChars,
    resolve: (source) => {
      const value = scalarValue(source);
      return fits(value) ? value : NOT_RESOLVED;
    },
    identify: () => false,
  });
}

const SCHEMA = new Schema([
  strTag,
  seqTag,
  mapTag,
  mergeTag,
  implicit('null', ['', '~', 'n', 'N'], (value): value is null => value === null),
  implicit('bool', 'yYnNtTfFoO'.split(''), (value): value is boolean => typeof value === 'boolean'),
  implicit('int', [], (value): value is number => Number.isInteger(value)),
  implicit('float', ['-', '+', '.', ...DIGITS], (value): value is number => typeof value === 'number'),
  defineScalarTag(`${CORE}binary`, {
    resolve: (source) => Buffer.from(source, 'base64').toString('utf8'),
    identify: () => false,
  }),
  // podway ignores other tags: `!secret x` is the text x.
  ...['!', CORE].flatMap((prefix) => [
    defineScalarTag(prefix, { matchByTagPrefix: true, resolve: (source) => source, identify: () => false }),
    { ...seqTag, tagName: prefix, matchByTagPrefix: true },
    { ...mapTag, tagName: prefix, matchByTagPrefix: true },
  ]),
]);

export type Parsed =
  | { readonly values: readonly unknown[] }
  | { readonly line: number; readonly column: number; readonly expected: string };

/** The documents of a text. An error names the place and the rule, but never what was found, which may be a Secret. */
export function parseYaml(text: string): Parsed {
  try {
    return { values: loadAll(text, { schema: SCHEMA, maxAliases: MAX_ALIASES, maxDepth: MAX_DEPTH }) };
  } catch (error) {
    if (!(error instanceof YAMLException)) return { line: 1, column: 1, expected: 'YAML' };
    const { line = 0, column = 0 } = error.mark ?? {};
    return { line: line + 1, column: column + 1, expected: withoutQuote(error.reason) };
  }
}

/** The parser's reason without the names of aliases and tags that it quotes. */
function withoutQuote(reason: string): string {
  if (reason.startsWith('nesting exceeded')) return 'nested too deeply';
  if (reason.startsWith('unidentified alias')) return 'an alias without its anchor';
  if (/alias/i.test(reason) && /max|exceed|limit|many/i.test(reason))
    return `more than ${MAX_ALIASES} aliases in one document`;
  return printable(reason.replace(/["'<`:!(].*$/s, '').trim());
}
