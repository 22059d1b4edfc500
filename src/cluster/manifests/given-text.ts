import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ownString } from '../../wiring/json.ts';
import { compareText } from '../../wiring/order.ts';
import { printable } from '../../wiring/rejection.ts';
import { SourceError } from '../source.ts';
import { isManifestName } from './manifest-folder.ts';

/** Maximum bytes of everything that is given. */
const MAX_TOTAL_BYTES = 100 * 1024 * 1024;

/** The contents of one file, or of stdin. */
export interface GivenText {
  /** The path as given; for a file in a given folder, its path with that folder. */
  readonly where: string;
  readonly bytes: Uint8Array;
}

export interface GivenPlaces {
  /** Files, folders, and `-` for stdin. */
  readonly places: readonly string[];
  /** Also read sub-folders. */
  readonly recursive: boolean;
  readonly stdin: () => AsyncIterable<Uint8Array>;
  readonly maxBytes?: number;
}

/**
 * Reads everything that is given, in the given order; the files of a folder in the order of their names.
 *
 * @throws SourceError if a place does not exist, has no manifest or cannot be read, or if there are more than `most`
 * bytes
 */
export async function readGivenText(given: GivenPlaces): Promise<GivenText[]> {
  const { places, recursive, stdin, maxBytes = MAX_TOTAL_BYTES } = given;
  const texts: GivenText[] = [];
  let left = maxBytes;
  for (const place of places) {
    for (const { where, path } of await filesOf(place, recursive)) {
      const bytes = await readBytes(where, path === undefined ? stdin() : createReadStream(path), left);
      if (bytes === undefined) throw new SourceError(`more than ${maxBytes} bytes of manifests are given`);
      left -= bytes.length;
      texts.push({ where, bytes });
    }
  }
  return texts;
}

/** `path` is undefined for stdin. */
async function filesOf(
  place: string,
  recursive: boolean,
): Promise<readonly { readonly where: string; readonly path: string | undefined }[]> {
  if (place === '-') return [{ where: 'stdin', path: undefined }];
  const found = await attempt(place, () => stat(place));
  if (!found.isDirectory()) return [{ where: place, path: place }];
  const files = (await filesIn(place, recursive)).sort(compareText);
  const further = recursive ? '' : ' (-R looks into sub-folders)';
  if (files.length === 0)
    throw new SourceError(`no file in ${printable(place)} ends in .yaml, .yml or .json${further}`);
  return files.map((path) => ({ where: path, path }));
}

/**
 * Does not enter folders through symbolic links, as kubectl does not: links to a parent folder would make an endless
 * tree. (Node's own `recursive` follows them.) Accepts only regular files, because a pipe or a device might never end.
 */
async function filesIn(folder: string, recursive: boolean): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await attempt(folder, () => readdir(folder, { withFileTypes: true }))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (recursive) files.push(...(await filesIn(path, recursive)));
    } else if (isManifestName(entry.name)) {
      const found = await attempt(path, () => stat(path));
      if (!found.isFile()) throw new SourceError(`${printable(path)} is not a file`);
      files.push(path);
    }
  }
  return files;
}

/** Undefined if there are more than `most` bytes. */
async function readBytes(
  where: string,
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  return attempt(where, async () => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of stream) {
      length += chunk.length;
      if (length > maxBytes) return undefined;
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, length);
  });
}

async function attempt<T>(where: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const code = ownString(error, 'code') ?? 'error';
    throw new SourceError(`${printable(where)} cannot be read (${code})`, { cause: error });
  }
}
