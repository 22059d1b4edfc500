import { keyOf, type ObjectId } from '../../wiring/object-id.ts';
import { printable } from '../../wiring/rejection.ts';
import type { KindTable, ObjectOf } from '../kind.ts';
import type { KINDS } from '../kinds.ts';
import type { SourceProblem } from '../source.ts';
import { type TrackedFile, SETTLED } from './tracked-file.ts';
import type { Suspect } from './selected.ts';
import { scalarValue } from '../yaml.ts';

/** What all files of the folder say together. */
export interface FolderState {
  readonly objects: FolderObjects;
  /** All present problems, in file order. */
  readonly problems: readonly SourceProblem[];
  /** Kinds of which an unreadable file may hold an object, if a namespace without that object would be open. */
  readonly hidden: ReadonlySet<string>;
  /** When to look again even if nothing changes. */
  readonly due: number | undefined;
}

type Always = typeof KINDS;

/** Objects by the name of their kind, and by `namespace/name`. */
type FolderObjects = Readonly<Record<string, ReadonlyMap<string, ObjectId>>> & {
  readonly [Name in keyof Always]: ReadonlyMap<string, ObjectOf<Always[Name]>>;
};

/** The same, while podway builds it. */
type Merged = Readonly<Record<string, Map<string, ObjectId>>> & {
  readonly [Name in keyof Always]: Map<string, ObjectOf<Always[Name]>>;
};

type Files = ReadonlyMap<string, TrackedFile>;

export interface MergeOptions {
  readonly kinds: KindTable;
  /** The Secret that holds a namespace's keys. */
  readonly secretName: string;
  /** One namespace; undefined for all. */
  readonly namespace: string | undefined;
  /** Namespaces whose pods were there before; undefined at the start, when podway accepts all of them. */
  readonly knownNamespaces: ReadonlySet<string> | undefined;
}

/** Merges the files. If two files have the same object, the last file in the order of names takes precedence. */
export function mergeFiles(files: Files, options: MergeOptions): FolderState {
  const problems: SourceProblem[] = [];
  for (const [file, { state, settled }] of files) {
    if (settled) problems.push(...(state?.problems ?? []).map((it) => ({ where: printable(file), ...it })));
  }
  const due = [...files.values()].flatMap((it) => it.due ?? []);
  const twice = (file: string, kind: string, key: string) => {
    const { settled, since } = files.get(file) ?? { settled: true, since: 0 };
    const detail = `${kind} ${printable(key)} was defined before; podway uses this definition`;
    if (settled) problems.push({ where: printable(file), reason: 'duplicate', detail });
    else due.push(since + SETTLED);
  };
  const merged = Object.entries(options.kinds).map(([name, { kind }]) => [
    name,
    merge(files, name, (file, key) => twice(file, kind, key)),
  ]);
  // Each map has the objects that the row of its name has read.
  const objects = Object.fromEntries(merged) as Merged;
  const hidden = new Set(closeSuspected(files, objects, options) ? ['secrets'] : []);
  due.push(...withhold(files, objects, options));
  return { objects, problems, hidden, due: due.length === 0 ? undefined : Math.min(...due) };
}

/** The objects of one kind in all files. Missing objects that do not count as gone yet are included. */
function merge(
  files: Files,
  name: string,
  twice: (file: string, key: string) => void,
): Map<string, ObjectId> {
  const merged = new Map<string, ObjectId>();
  for (const [file, { contents }] of files) {
    for (const object of contents?.objects[name] ?? []) {
      const key = keyOf(object);
      if (merged.has(key)) twice(file, key);
      merged.set(key, object);
    }
  }
  for (const { vanished } of files.values()) {
    for (const object of vanished.objects[name] ?? []) {
      if (!merged.has(keyOf(object))) merged.set(keyOf(object), object);
    }
  }
  return merged;
}

/**
 * If a namespace has no usable Secret, but a document may be meant as its Secret, podway adds a Secret without a key,
 * which denies every request. A document of an unknown namespace, or an unreadable file, does this for every namespace
 * without a Secret.
 *
 * @returns whether there is such a document or file
 */
function closeSuspected(
  files: Files,
  { pods, secrets }: Merged,
  { secretName, namespace }: MergeOptions,
): boolean {
  let anywhere = false;
  const podNamespaces = new Set([...pods.values()].map((pod) => pod.namespace));
  const close = (closed: string, reason: Suspect['reason'], detail: string) => {
    const key = `${closed}/${secretName}`;
    if (secrets.has(key) || (namespace !== undefined && namespace !== closed)) return;
    const id = { uid: key, namespace: closed, name: secretName };
    const rejection = { object: { kind: 'Secret', ...id }, reason, detail: printable(detail) } as const;
    secrets.set(key, { ...id, digests: [], fields: [], rejections: [rejection] });
  };
  const everywhere = (reason: Suspect['reason'], detail: string) => {
    anywhere = true;
    for (const it of podNamespaces) close(it, reason, detail);
  };
  for (const [file, { state, contents, vanished, settled }] of files) {
    for (const { namespace: where, reason, detail: why } of [
      ...(contents?.suspects ?? []),
      ...vanished.suspects,
    ]) {
      const detail = `${file}: ${why}`;
      if (where === undefined) everywhere(reason, detail);
      else for (const it of namesOf(where, podNamespaces)) close(it, reason, detail);
    }
    if (contents === undefined && settled && state?.mayHideSecret === true) {
      everywhere('not-understood', `${file} cannot be read and may hold the Secret`);
    }
  }
  return anywhere;
}

/** The namespaces that a value may mean if YAML read it as a number or a boolean: both `0x10` and `16` are 16. */
function namesOf(where: string | number | boolean, known: ReadonlySet<string>): string[] {
  if (typeof where === 'string') return [where];
  return [String(where), ...[...known].filter((name) => scalarValue(name) === where)];
}

/**
 * A file may not contain its Secret yet while it is being written. Pods of a namespace that is new to the folder and
 * has no Secret wait until their file has settled.
 *
 * @returns when their files settle, in milliseconds of the clock
 */
function withhold(
  files: Files,
  { pods, secrets }: Merged,
  { secretName, knownNamespaces }: MergeOptions,
): number[] {
  const due: number[] = [];
  if (knownNamespaces === undefined) return due;
  for (const { contents, settled, since } of files.values()) {
    if (settled || contents === undefined) continue;
    for (const pod of contents.objects['pods'] ?? []) {
      if (
        knownNamespaces.has(pod.namespace) ||
        secrets.has(keyOf({ namespace: pod.namespace, name: secretName }))
      )
        continue;
      if (pods.delete(keyOf(pod))) due.push(since + SETTLED);
    }
  }
  return due;
}
