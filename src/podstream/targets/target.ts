import { type Host, parseHost } from '../../wiring/host.ts';
import { type PathPrefix, parsePathPrefix } from '../../wiring/path.ts';
import { printable, REJECTIONS } from '../../wiring/rejection.ts';
import { parseSelector } from '../../wiring/selector.ts';
import { nameProblem } from '../pod-target.ts';
import { type OwnerKind, OWNERS, ownerKind } from './owners.ts';

/** The target of a command: one pod by its name, or the current pods of an owner, a selector or a route. */
export type Target =
  | { readonly kind: 'pod'; readonly name: string }
  | { readonly kind: 'owner'; readonly owner: OwnerKind; readonly name: string }
  | { readonly kind: 'selector'; readonly labelSelector: string }
  /** The pods whose annotations declare this host and path. */
  | { readonly kind: 'route'; readonly host: Host; readonly path: PathPrefix };

/** A pod or an owner, by its name. */
export type NamedTarget = Extract<Target, { readonly name: string }>;

export type ReadTarget = { readonly target: Target } | { readonly problem: string };
type ReadNamedTarget = { readonly target: NamedTarget } | { readonly problem: string };

const POD_WORDS = ['pod', 'pods', 'po'];
const KINDS = ['pod', ...OWNERS.map(({ words }) => words[0])].join(', ');

/** Reads `NAME`, `pod/NAME`, and owners such as `deploy/NAME`. */
export function parseNamedTarget(text: string): ReadNamedTarget {
  const expected = `expected POD or KIND/NAME, where KIND is one of ${KINDS}`;
  return readNamed(text) ?? { problem: `${expected}, not ${printable(text)}` };
}

/**
 * Reads `NAME`, `pod/NAME`, owners such as `deploy/NAME`, and routes: `HOST/PATH`, where the host has a dot or is an address in
 * brackets, and `http://HOST/PATH` with any host. A name with dots and without a slash is a pod.
 */
export function parseTarget(text: string): ReadTarget {
  const url = /^http:\/\/([^/]*)(\/.*)?$/i.exec(text);
  if (url !== null) return route(url[1] ?? '', url[2] ?? '/');
  const read = readNamed(text);
  if (read !== undefined) return read;
  const slash = text.indexOf('/');
  const word = text.slice(0, slash);
  if (/^\[|\../.test(word)) return route(word, text.slice(slash));
  return { problem: `expected one of ${KINDS}, or HOST/PATH, not ${printable(word)}/` };
}

/** Undefined if there is a slash without a kind before it. */
function readNamed(text: string): ReadNamedTarget | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return named({ kind: 'pod', name: text });
  const [word, name] = [text.slice(0, slash), text.slice(slash + 1)];
  if (POD_WORDS.includes(word.toLowerCase())) return named({ kind: 'pod', name });
  const owner = ownerKind(word);
  return owner === undefined ? undefined : named({ kind: 'owner', owner, name });
}

/** Reads a label selector. */
export function selectorTarget(text: string): ReadTarget {
  const selector = parseSelector(text);
  if ('problem' in selector) return { problem: `malformed selector: ${printable(selector.problem)}` };
  return { target: { kind: 'selector', labelSelector: text } };
}

/** The target in the form that users write. */
export function targetText(target: Target): string {
  switch (target.kind) {
    case 'pod':
      return `pod/${target.name}`;
    case 'owner':
      return `${target.owner.words[0]}/${target.name}`;
    case 'selector':
      return printable(target.labelSelector);
    case 'route':
      return `${target.host}${target.path}`;
  }
}

function named(target: NamedTarget): ReadNamedTarget {
  const { name } = target;
  if (nameProblem({ namespace: 'default', pod: name, container: undefined }) === undefined) return { target };
  const what = target.kind === 'pod' ? 'pod' : target.owner.words[0];
  return {
    problem: `the name of the ${what} is not a DNS name (labels of a-z, 0-9 and inner hyphens, joined by dots)`,
  };
}

function route(hostText: string, pathText: string): ReadTarget {
  const parsed = parseHost(hostText);
  if ('problem' in parsed)
    return {
      problem: `${printable(hostText)} is not a valid host: expected ${REJECTIONS[parsed.problem]}`,
    };
  const prefix = parsePathPrefix(pathText);
  if ('problem' in prefix)
    return {
      problem: `${printable(pathText)} is not a valid path: expected ${REJECTIONS[prefix.problem]}`,
    };
  return { target: { kind: 'route', host: parsed.host, path: prefix.path } };
}
