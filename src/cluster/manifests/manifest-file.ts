import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { ownString } from '../../wiring/json.ts';
import type { ProblemReason } from '../source.ts';
import type { Contents } from './contents.ts';
import { type ManifestObject, parseManifests } from './parse-manifests.ts';

/** Bytes. Such a file of YAML takes seconds to read already. */
const LARGEST_FILE = 16 * 1024 * 1024;

/** What is known of one file of the folder. Replaced, never changed. */
export interface ManifestFile {
  /** Which state of the file this is; undefined when it has to be read again. */
  readonly signature: string | undefined;
  /** Of the last state that could be read; undefined when there was none. */
  readonly contents: Contents | undefined;
  readonly problems: readonly FileProblem[];
  /** The file has never been readable and, for all we know, holds a Secret. */
  readonly mayHideSecret: boolean;
}

export interface FileProblem {
  readonly reason: ProblemReason;
  readonly detail: string;
}

export type Select = (objects: readonly ManifestObject[]) => Contents & { readonly nameless: number };

const UNREAD: ManifestFile = { signature: undefined, contents: undefined, problems: [], mayHideSecret: true };

/**
 * Reads a file if it changed since `before`. A file that cannot be read keeps the contents it had. One that changes while
 * it is read is left without a signature, so that the next look reads it again.
 *
 * @returns undefined when there is no such file
 */
export async function readManifestFile(
  path: string,
  select: Select,
  before: ManifestFile = UNREAD,
): Promise<ManifestFile | undefined> {
  try {
    const found = await look(path);
    if (!found.isFile) return undefined;
    const { signature } = found;
    if (signature === before.signature) return before;
    if (found.size > LARGEST_FILE) {
      return spoilt(before, signature, {
        reason: 'file-too-large',
        detail: `larger than ${LARGEST_FILE} bytes`,
      });
    }
    const text = await readFile(path, 'utf8');
    if ((await look(path)).signature !== signature) return { ...before, signature: undefined };
    return understand(text, path, select, { ...before, signature });
  } catch (error) {
    const code = ownString(error, 'code') ?? 'error';
    if (code === 'ENOENT') return undefined;
    return spoilt(before, undefined, { reason: 'file-unreadable', detail: `cannot be read (${code})` });
  }
}

function understand(text: string, path: string, select: Select, before: ManifestFile): ManifestFile {
  const parsed = parseManifests(text, extname(path) === '.json' ? 'json' : 'yaml');
  if ('syntax' in parsed) {
    const file = spoilt(before, before.signature, { reason: 'syntax', detail: parsed.syntax });
    return { ...file, mayHideSecret: before.contents === undefined && text.includes('Secret') };
  }
  // A file that is being written begins empty. Only unlinking it takes its objects away: a key must not lapse meanwhile.
  if (parsed.empty && before.contents !== undefined) {
    return spoilt(before, before.signature, {
      reason: 'empty-file',
      detail: 'expected manifests, found nothing',
    });
  }
  const { nameless, ...contents } = select(parsed.objects);
  const invalid = [...parsed.invalid];
  if (nameless > 0) invalid.push(`objects without a usable metadata.name: ${nameless}`);
  const problems = invalid.map((detail) => ({ reason: 'invalid-object', detail }) as const);
  return { signature: before.signature, contents, problems, mayHideSecret: false };
}

function spoilt(before: ManifestFile, signature: string | undefined, problem: FileProblem): ManifestFile {
  return { ...before, signature, problems: [problem] };
}

/** Follows symbolic links, so that the `..data` swap of a ConfigMap volume shows as another file. */
async function look(path: string): Promise<{ signature: string; size: number; isFile: boolean }> {
  const found = await stat(path, { bigint: true });
  const signature = [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join();
  return { signature, size: Number(found.size), isFile: found.isFile() };
}
