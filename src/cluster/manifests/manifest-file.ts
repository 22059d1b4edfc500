import { readFile, stat } from 'node:fs/promises';
import { ownString } from '../../wiring/json.ts';
import type { ProblemReason } from '../source.ts';
import { type Contents, joinObjects } from './selected.ts';
import type { DocumentContents } from './document-contents.ts';
import type { DocumentReader } from './document-reader.ts';
import type { FileReading } from './read-documents.ts';

/** Bytes. */
const LARGEST_FILE = 16 * 1024 * 1024;
/** Bytes. Programs that write a file piece by piece write this much, or a multiple of it, at a time. */
const BLOCK = 4096;

/** What is known of a state of a file. Replaced, never changed. */
export interface FileState {
  /** Which state it is; undefined when it has to be read again. */
  readonly signature: string | undefined;
  /** Undefined when the file, as it is, cannot be read. */
  readonly contents: Contents | undefined;
  readonly problems: readonly FileProblem[];
  /** The end of the file may be missing: the writer has not finished. */
  readonly mayBeCut: boolean;
  /** It cannot be read and, for all we know, holds a Secret. */
  readonly mayHideSecret: boolean;
  /** What was read of its documents, by their digest. */
  readonly documents: ReadonlyMap<string, readonly DocumentContents[]>;
}

export interface FileProblem {
  readonly reason: ProblemReason;
  readonly detail: string;
}

export const UNREAD: FileState = {
  signature: undefined,
  contents: undefined,
  problems: [],
  mayBeCut: false,
  mayHideSecret: true,
  documents: new Map(),
};

/**
 * Reads a file if it changed since `before`, and of it only the documents that changed. One that changes while it is read
 * is left without a signature, so that the next look reads it again.
 *
 * @returns undefined when there is no such file
 */
export async function readManifestFile(
  path: string,
  reader: DocumentReader,
  before: FileState,
  signal: AbortSignal,
): Promise<FileState | undefined> {
  try {
    const found = await look(path);
    if (!found.isFile) return undefined;
    const { signature, size } = found;
    if (signature === before.signature) return before;
    if (size > LARGEST_FILE) {
      return spoilt(before, signature, {
        reason: 'file-too-large',
        detail: `larger than ${LARGEST_FILE} bytes`,
      });
    }
    const bytes = await readFile(path);
    if ((await look(path)).signature !== signature) return { ...before, signature: undefined };
    // The parser may keep or take the bytes away: what is needed of them is looked at first.
    const mayBeCut = isAtBlockEnd(bytes) || !endsLine(bytes);
    const reading = await reader.read(bytes, new Set(before.documents.keys()), signal);
    return understand(reading, { ...before, signature, mayBeCut });
  } catch (error) {
    const code = ownString(error, 'code') ?? 'error';
    if (code === 'ENOENT') return undefined;
    return spoilt(before, undefined, { reason: 'file-unreadable', detail: `cannot be read (${code})` });
  }
}

function understand(reading: FileReading, before: FileState): FileState {
  if ('syntax' in reading) {
    const file = spoilt(before, before.signature, { reason: 'syntax', detail: reading.syntax });
    return { ...file, mayHideSecret: reading.mayHideSecret };
  }
  const documents = new Map(
    reading.documents.map(({ digest, contents }) => [digest, contents ?? before.documents.get(digest) ?? []]),
  );
  const inOrder = reading.documents.map(({ digest }) => documents.get(digest) ?? []);
  // A file that is being written begins empty. Only unlinking it takes its objects away: a key must not lapse meanwhile.
  if (inOrder.flat().every(({ empty }) => empty)) {
    const file = spoilt(before, before.signature, {
      reason: 'empty-file',
      detail: 'expected manifests, found nothing',
    });
    return { ...file, mayHideSecret: false };
  }
  return { ...before, ...gather(inOrder), mayHideSecret: false, documents };
}

/** What the documents say together, and what is wrong with them. */
export function gather(
  documents: readonly (readonly DocumentContents[])[],
): Pick<FileState, 'contents' | 'problems'> {
  const where = (index: number) => (documents.length > 1 ? `document ${index + 1}` : 'the document');
  const each = documents.flatMap((values, index) => values.map((value) => ({ value, where: where(index) })));
  const invalid = each.flatMap(({ value, where }) =>
    value.invalid.map(({ item, what }) => `${item === '' ? '' : `item ${item} of `}${where} ${what}`),
  );
  const nameless = each.reduce((sum, { value }) => sum + value.nameless, 0);
  if (nameless > 0) invalid.push(`objects without a usable metadata.name: ${nameless}`);
  return {
    contents: {
      objects: joinObjects(each.map(({ value }) => value.objects)),
      suspects: each.flatMap(({ value, where }) =>
        value.suspects.map((suspect) => ({ ...suspect, why: `${where}: ${suspect.why}` })),
      ),
    },
    problems: invalid.map((detail) => ({ reason: 'invalid-object', detail }) as const),
  };
}

/** What was read of its documents before is kept: the next state may have most of them again. */
function spoilt(before: FileState, signature: string | undefined, problem: FileProblem): FileState {
  return { ...before, signature, contents: undefined, problems: [problem] };
}

/** Follows symbolic links, so that the `..data` swap of a ConfigMap volume shows as another file. */
async function look(path: string): Promise<{ signature: string; size: number; isFile: boolean }> {
  const found = await stat(path, { bigint: true });
  const signature = [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join();
  return { signature, size: Number(found.size), isFile: found.isFile() };
}

function isAtBlockEnd(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.length % BLOCK === 0;
}

/** A line feed is the last byte, or the last but one in little-endian UTF-16. JSON needs none: cut, it is no JSON. */
function endsLine(bytes: Uint8Array): boolean {
  const LINE_FEED = 0x0a;
  const CLOSING_BRACE = 0x7d;
  const last = bytes.at(-1) === 0 ? bytes.at(-2) : bytes.at(-1);
  return last === LINE_FEED || last === CLOSING_BRACE;
}
