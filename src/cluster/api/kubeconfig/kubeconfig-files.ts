import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { own, ownString } from '../../../wiring/json.ts';
import { printable } from '../../../wiring/rejection.ts';
import { SourceError } from '../../source.ts';
import { parseYaml } from '../../yaml.ts';

/** A cluster, user or context as it is in a kubeconfig. */
export interface Entry {
  readonly fields: unknown;
  /** Relative paths in it start here. */
  readonly directory: string;
}

/** The merged entries of several files, and the name of the current context. */
export interface Kubeconfig {
  readonly currentContext: string;
  readonly clusters: ReadonlyMap<string, Entry>;
  readonly users: ReadonlyMap<string, Entry>;
  readonly contexts: ReadonlyMap<string, Entry>;
}

type Kind = 'cluster' | 'user' | 'context';

/**
 * Reads and merges kubeconfig files as client-go does (tools/clientcmd/loader.go). A missing or empty file adds
 * nothing. If several files have an entry of the same name, or a current context, the first file takes precedence.
 *
 * @throws SourceError for a file that cannot be read; the message quotes at most the name of an entry
 */
export function readKubeconfigFiles(paths: readonly string[]): Kubeconfig {
  const clusters = new Map<string, Entry>();
  const users = new Map<string, Entry>();
  const contexts = new Map<string, Entry>();
  let currentContext = '';
  for (const path of paths) {
    const text = readIfThere(path);
    if (text === undefined) continue;
    const config = parse(text, path);
    addEntries(clusters, config, 'cluster', path);
    addEntries(users, config, 'user', path);
    addEntries(contexts, config, 'context', path);
    currentContext ||= textOf(config, 'current-context', path) ?? '';
  }
  return { currentContext, clusters, users, contexts };
}

/**
 * A string in an entry; undefined if it is absent or empty.
 *
 * @throws SourceError if it is not a string
 */
export function textOf(fields: unknown, key: string, where: string): string | undefined {
  const value = own(fields, key) ?? '';
  if (typeof value !== 'string') throw new SourceError(`${printable(where)}: ${key} is not a string`);
  return value === '' ? undefined : value;
}

/** A path in an entry, relative to the folder of its file. */
export function pathOf({ fields, directory }: Entry, key: string, where: string): string | undefined {
  const path = textOf(fields, key, where);
  return path === undefined || isAbsolute(path) ? path : join(directory, path);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = ownString(error, 'code') ?? 'error';
    if (code === 'ENOENT') return undefined;
    throw new SourceError(`the kubeconfig ${printable(path)} cannot be read (${code})`, { cause: error });
  }
}

function parse(text: string, path: string): unknown {
  const parsed = parseYaml(text);
  if ('expected' in parsed) {
    const { line, column, expected } = parsed;
    throw refused(path, `line ${line}, column ${column}: ${expected}`);
  }
  const config = parsed.values[0] ?? {};
  const [kind, version] = [own(config, 'kind') ?? '', own(config, 'apiVersion') ?? ''];
  if (typeof config !== 'object' || Array.isArray(config)) throw refused(path, 'expected a map');
  if (kind !== '' && kind !== 'Config') throw refused(path, 'expected kind Config');
  if (version !== '' && version !== 'v1') throw refused(path, 'expected apiVersion v1');
  return config;
}

function addEntries(entries: Map<string, Entry>, config: unknown, kind: Kind, path: string): void {
  const list = own(config, `${kind}s`) ?? [];
  if (!Array.isArray(list)) throw refused(path, `${kind}s is not a list`);
  const names = new Set<string>();
  for (const item of list) {
    const name = textOf(item, 'name', path) ?? '';
    // kubectl refuses this, too: it is unclear which entry is meant.
    if (names.has(name)) throw refused(path, `two ${kind}s are named ${printable(name)}`);
    names.add(name);
    if (!entries.has(name)) entries.set(name, { fields: own(item, kind), directory: dirname(resolve(path)) });
  }
}

function refused(path: string, why: string): SourceError {
  return new SourceError(`the kubeconfig ${printable(path)} cannot be read: ${why}`);
}
