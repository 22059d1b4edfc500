import { type Host, parseHost } from '../wiring/host.ts';
import { parsePathPrefix } from '../wiring/path.ts';
import type { RejectionReason } from '../wiring/rejection.ts';

/** A host, or a part of one, that a namespace holds: pods of other namespaces may not declare it. */
export interface Grant {
  /** Exact, or a wildcard: `*.example.com`. */
  readonly host: Host;
  /** A path prefix, matched by whole segments or as PATH_MATCH says. No slash at its end, unless it is `/`. */
  readonly path: string;
}

export interface GrantReading {
  /** Without duplicates. */
  readonly grants: readonly Grant[];
  /** Invalid items, which grant nothing. */
  readonly problems: readonly GrantProblem[];
}

interface GrantProblem {
  readonly reason: RejectionReason;
  readonly detail: string;
}

/** Maximum number of grants of one Namespace. */
const MAX_GRANTS = 1_000;
/**
 * Maximum length of the annotation, in characters. This is the limit of Kubernetes for all annotations of an object
 * together.
 */
const MAX_TEXT = 256 * 1024;
const NO_GRANTS: GrantReading = { grants: [], problems: [] };

/**
 * Reads `HOST` and `HOST/PATH`, separated by white space. A host is as in the annotation of a pod, `*.example.com`
 * included; `*` is invalid. An invalid item grants nothing and does not affect the others.
 */
export function readGrants(text: string): GrantReading {
  if (text.length > MAX_TEXT)
    return { grants: [], problems: [{ reason: 'annotation-too-long', detail: `${text.length} characters` }] };
  const items = text.split(/[ \t\r\n\f\v]+/).filter((item) => item !== '');
  if (items.length === 0) return NO_GRANTS;
  const grants = new Map<string, Grant>();
  const problems: GrantProblem[] = [];
  if (items.length > MAX_GRANTS)
    problems.push({ reason: 'too-many-grants', detail: `${items.length} grants` });
  for (const item of items.slice(0, MAX_GRANTS)) {
    const read = parseGrant(item);
    if ('problem' in read) problems.push({ reason: read.problem, detail: item });
    else grants.set(`${read.host}${read.path}`, read);
  }
  return { grants: [...grants.values()], problems };
}

/** Reads `HOST` or `HOST/PATH`. A path that software may read in two ways is invalid. */
export function parseGrant(item: string): Grant | { readonly problem: RejectionReason } {
  const slash = item.indexOf('/');
  const parsed = parseHost(slash < 0 ? item : item.slice(0, slash));
  if ('problem' in parsed) return parsed;
  if (slash < 0) return { host: parsed.host, path: '/' };
  const prefix = parsePathPrefix(item.slice(slash));
  if ('problem' in prefix) return prefix;
  if (prefix.b !== prefix.path) return { problem: 'path-malformed' };
  return { host: parsed.host, path: trimmed(prefix.path) };
}

function trimmed(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** The placeholder for the name of a namespace in the template. */
export const NAME_OF_NAMESPACE = '{namespace}';

/** The grants of a template for one namespace. Items that are not valid with its name grant nothing. */
export function grantsOfTemplate(items: readonly string[], namespace: string): Grant[] {
  return items.flatMap((item) => {
    const read = parseGrant(item.replaceAll(NAME_OF_NAMESPACE, namespace));
    return 'problem' in read ? [] : [read];
  });
}
