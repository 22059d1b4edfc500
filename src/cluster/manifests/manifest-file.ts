import { readFile, stat } from 'node:fs/promises';
import { ownString } from '../../wiring/json.ts';
import type { ProblemReason } from '../source.ts';
import { type Contents, joinObjects } from './selected.ts';
import type { DocumentContents } from './document-contents.ts';
import type { DocumentReader } from './document-reader.ts';
import type { FileReading } from './read-documents.ts';

/** Maximum bytes of a file. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;
/** Bytes. Programs that write a file piece by piece write this many, or a multiple, at a time. */
const WRITE_BLOCK_BYTES = 4096;

/** What podway knows about a state of a file. Replaced, never changed. */
export interface FileState {
  /** Identifies the state; undefined if podway must read the file again. */
  readonly signature: string | undefined;
  /** Undefined if podway cannot read the file in this state. */
  readonly contents: Contents | undefined;
  readonly problems: readonly FileProblem[];
  /** The end of the file may be missing, because its writer has not finished. */
  readonly mayBeCut: boolean;
  /** The file cannot be read, and may contain a Secret. */
  readonly mayHideSecret: boolean;
  /** The contents of its documents, by digest. */
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
 * Reads a file if it changed since `before`, and then only those of its documents that changed. A file that changes
 * during the read gets no signature, so that the next look reads it again.
 *
 * @returns undefined if there is no such file
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
    if (size > MAX_FILE_BYTES) {
      return spoilt(before, signature, {
        reason: 'file-too-large',
        detail: `larger than ${MAX_FILE_BYTES} bytes`,
      });
    }
    const bytes = await readFile(path);
    if ((await look(path)).signature !== signature) return { ...before, signature: undefined };
    // The parser may keep the bytes or transfer them to a thread, so podway looks at them before.
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
  // A file that is being written begins empty. Only its removal removes its objects: a key must stay in force
  // meanwhile.
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
        value.suspects.map((suspect) => ({ ...suspect, detail: `${where}: ${suspect.detail}` })),
      ),
    },
    problems: invalid.map((detail) => ({ reason: 'invalid-object', detail }) as const),
  };
}

/** Keeps what was read of the documents before: most of them may be in the next state, too. */
function spoilt(before: FileState, signature: string | undefined, problem: FileProblem): FileState {
  return { ...before, signature, contents: undefined, problems: [problem] };
}

/** Follows symbolic links, so that the `..data` swap of a ConfigMap volume looks like another file. */
async function look(path: string): Promise<{ signature: string; size: number; isFile: boolean }> {
  const found = await stat(path, { bigint: true });
  const signature = [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join();
  return { signature, size: Number(found.size), isFile: found.isFile() };
}

function isAtBlockEnd(bytes: Uint8Array): boolean {
  return bytes.length > 0 && bytes.length % WRITE_BLOCK_BYTES === 0;
}

/**
 * Whether the last byte, or the last but one in little-endian UTF-16, is a line feed or a closing brace. JSON needs no
 * line feed: if it is cut, it is not JSON.
 */
function endsLine(bytes: Uint8Array): boolean {
  const LINE_FEED = 0x0a;
  const CLOSING_BRACE = 0x7d;
  const last = bytes.at(-1) === 0 ? bytes.at(-2) : bytes.at(-1);
  return last === LINE_FEED || last === CLOSING_BRACE;
}
