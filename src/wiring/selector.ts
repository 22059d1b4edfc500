import { isNearKey, isNearValue } from './near-names.ts';
import { printable } from './rejection.ts';

/**
 * Kubernetes label selectors: `a=b`, `a==b`, `a!=b`, `a in (x,y)`, `a notin (x,y)`, `a`, `!a`, `a>1`, `a<1`, joined by
 * commas (all must hold). podway accepts the same selectors as the API server (k8s.io/apimachinery
 * pkg/labels/selector.go), so both select the same objects.
 */
export type Labels = ReadonlyMap<string, string>;

export interface Selector {
  readonly text: string;
  readonly matches: (labels: Labels) => boolean;
  /** Why the labels do not match, if the only cause is a misspelled key or value: names what was probably meant. */
  readonly nearMiss: (labels: Labels) => string | undefined;
  /** Like `nearMiss`, but missing labels are a cause, too. */
  readonly nearMissOrAbsent: (labels: Labels) => string | undefined;
  /**
   * Selects the objects that `nearMissOrAbsent` may describe; a `labelSelector` of undefined selects all objects. Undefined:
   * it describes none.
   */
  readonly complement: { readonly labelSelector: string | undefined } | undefined;
}

type Operator = 'exists' | 'absent' | 'in' | 'notin' | 'gt' | 'lt';

interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** Reads a selector. An empty selector selects all objects. `problem` describes a syntax error in English. */
export function parseSelector(text: string): Selector | { readonly problem: string } {
  const parser = new SelectorParser(text);
  const requirements = parser.read();
  if (requirements === undefined) return { problem: parser.problem };
  return {
    text,
    matches: (labels) => requirements.every((it) => holds(it, labels.get(it.key))),
    nearMiss: (labels) => unmet(requirements, labels, nearLabel),
    nearMissOrAbsent: (labels) =>
      unmet(requirements, labels, (it) => nearLabel(it, labels) ?? absentLabel(it, labels)),
    complement: complementOf(requirements),
  };
}

/** Requirements are joined by "and", so only the opposite of a single requirement is a selector again. */
function complementOf(requirements: readonly Requirement[]): Selector['complement'] {
  const required = requirements.filter(({ operator }) => operator === 'in' || operator === 'exists');
  const [first] = required;
  if (first === undefined) return undefined;
  if (requirements.length > 1) return { labelSelector: undefined };
  const { key, operator, values } = first;
  if (operator === 'exists') return { labelSelector: `!${key}` };
  return {
    labelSelector: values.length === 1 ? `${key}!=${values[0]}` : `${key} notin (${values.join(',')})`,
  };
}

/** Descriptions of all requirements that do not hold; undefined if `describe` has none for one of them. */
function unmet(
  requirements: readonly Requirement[],
  labels: Labels,
  describe: (requirement: Requirement, labels: Labels) => string | undefined,
): string | undefined {
  const descriptions = requirements
    .filter((it) => !holds(it, labels.get(it.key)))
    .map((it) => describe(it, labels));
  return descriptions.length === 0 || descriptions.includes(undefined) ? undefined : descriptions.join(', ');
}

function nearLabel({ key, operator, values }: Requirement, labels: Labels): string | undefined {
  if (operator !== 'in' && operator !== 'exists') return undefined;
  for (const [written, value] of labels) {
    if (written !== key && !isNearKey(written, key)) continue;
    const expected = operator === 'exists' ? value : values.find((it) => isNearValue(value, it));
    if (expected !== undefined)
      return `${printable(`${written}: ${value}`, MAX_SHOWN_LENGTH)} (did you mean ${key}: ${JSON.stringify(expected)}?)`;
  }
  return undefined;
}

/** A missing label is the most frequent mistake; a label with another value is probably intended. */
function absentLabel({ key, operator, values }: Requirement, labels: Labels): string | undefined {
  if ((operator !== 'in' && operator !== 'exists') || labels.has(key)) return undefined;
  return `no label ${key}${operator === 'exists' ? '' : `: ${JSON.stringify(values[0])}`}`;
}

const MAX_SHOWN_LENGTH = 80;

/** `!=` and `notin` also hold for objects without the label; `>` and `<` hold only for a label with an integer. */
function holds({ operator, values }: Requirement, value: string | undefined): boolean {
  if (operator === 'absent') return value === undefined;
  if (operator === 'notin') return value === undefined || !values.includes(value);
  if (value === undefined) return false;
  if (operator === 'exists') return true;
  if (operator === 'in') return values.includes(value);
  if (!isInteger(value)) return false;
  const [label, bound] = [BigInt(value), BigInt(values[0] ?? '0')];
  return operator === 'gt' ? label > bound : label < bound;
}

const TOKEN = /[ \t\r\n]*(?:(!=|==|[=!(),<>])|([^=!(),<> \t\r\n]+)|$)/y;
const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ['=', 'in'],
  ['==', 'in'],
  ['!=', 'notin'],
  ['in', 'in'],
  ['notin', 'notin'],
  ['>', 'gt'],
  ['<', 'lt'],
]);

class SelectorParser {
  problem = '';
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = [...text.matchAll(new RegExp(TOKEN, 'gy'))].map((it) => it[1] ?? it[2] ?? '');
  }

  read(): Requirement[] | undefined {
    const requirements: Requirement[] = [];
    if (this.#peek() === '') return requirements;
    do {
      const requirement = this.#requirement();
      if (requirement === undefined) return undefined;
      requirements.push(requirement);
    } while (this.#take(','));
    return this.#peek() === '' ? requirements : this.#fail("',' or the end");
  }

  #requirement(): Requirement | undefined {
    const negated = this.#take('!');
    const key = this.#peek();
    if (!isLabelKey(key)) return this.#fail('a label key');
    this.#at++;
    if (negated) return { key, operator: 'absent', values: [] };
    if (this.#peek() === '' || this.#peek() === ',') return { key, operator: 'exists', values: [] };
    const word = this.#peek();
    const operator = OPERATORS.get(word);
    if (operator === undefined) return this.#fail('an operator');
    this.#at++;
    const values = word === 'in' || word === 'notin' ? this.#list() : this.#single(operator);
    return values === undefined ? undefined : { key, operator, values };
  }

  /** Reads one value; in `key=` it is empty. */
  #single(operator: Operator): string[] | undefined {
    const word = this.#peek();
    const value = isPunctuation(word) ? '' : word;
    const integer = operator === 'gt' || operator === 'lt';
    if (integer ? !isInteger(value) : !isLabelValue(value)) {
      return this.#fail(integer ? 'an integer' : 'a label value');
    }
    if (value !== '') this.#at++;
    return [value];
  }

  /** Reads a list of values: `(a,,b)` contains an empty value; `()` contains no value and is rejected. */
  #list(): string[] | undefined {
    if (!this.#take('(')) return this.#fail("'('");
    if (this.#peek() === ')') return this.#fail('a label value');
    const values: string[] = [];
    do {
      const word = this.#peek();
      const value = isPunctuation(word) ? '' : word;
      if (!isLabelValue(value)) return this.#fail('a label value');
      if (value !== '') this.#at++;
      values.push(value);
    } while (this.#take(','));
    return this.#take(')') ? values : this.#fail("',' or ')'");
  }

  /** The next token; '' at the end. */
  #peek(): string {
    return this.#tokens[this.#at] ?? '';
  }

  #take(token: string): boolean {
    if (this.#peek() !== token) return false;
    this.#at++;
    return true;
  }

  #fail(expected: string): undefined {
    const found = this.#peek();
    this.problem = `expected ${expected}, found ${found === '' ? 'the end' : `'${found}'`}`;
    return undefined;
  }
}

function isPunctuation(word: string): boolean {
  return /^[=!(),<>]/.test(word);
}

function isInteger(text: string): boolean {
  return /^[+-]?\d{1,19}$/.test(text);
}

function isLabelValue(text: string): boolean {
  return text === '' || (text.length <= 63 && /^[a-z\d]([\w.-]*[a-z\d])?$/i.test(text));
}

/** Whether the text is a qualified name: an optional DNS subdomain and a slash, then a name of at most 63 characters. */
export function isLabelKey(text: string): boolean {
  const slash = text.indexOf('/');
  const name = text.slice(slash + 1);
  const prefix = text.slice(0, slash);
  const goodPrefix =
    prefix.length <= 253 && /^[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*$/.test(prefix);
  return name !== '' && isLabelValue(name) && (slash < 0 || goodPrefix);
}
