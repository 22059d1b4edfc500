import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type TrackedFile, trackFile, trackFileAtStart, isDue, isForgotten } from './tracked-file.ts';
import type { DocumentReader } from './document-reader.ts';
import { type FolderState, mergeFiles, type MergeOptions } from './folder-state.ts';
import { readManifestFile, UNREAD } from './manifest-file.ts';
import { keyOf } from '../../wiring/object-id.ts';
import { compareText } from '../../wiring/order.ts';

export interface FolderOptions extends Omit<MergeOptions, 'knownNamespaces'> {
  readonly directory: string;
  readonly reader: DocumentReader;
  /** Milliseconds that only grow. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/**
 * A folder of manifests, of which podway reads again what changed. It does not read sub-folders and hidden names
 * (`..data`, `.x.swp`).
 */
export class ManifestFolder {
  readonly #options: FolderOptions;
  #files: ReadonlyMap<string, TrackedFile> = new Map();
  #knownNamespaces: Set<string> | undefined;

  constructor(options: FolderOptions) {
    this.#options = options;
  }

  /**
   * Looks at the whole folder. Calls `found` before it reads the files, with an identity that distinguishes the folder
   * from another folder of the same name.
   *
   * @returns the error of the file system if the folder cannot be read; what was read stays known for the next look
   */
  async scan(found: (identity: string) => void): Promise<FolderState | Error> {
    const { directory } = this.#options;
    let names: string[];
    try {
      const { dev, ino } = await stat(directory);
      found(`${dev}:${ino}`);
      names = await readdir(directory);
    } catch (error) {
      return error instanceof Error ? error : new Error('unknown error');
    }
    return this.look([...names.filter(isManifestName), ...this.#files.keys()]);
  }

  /** Looks at these files, and at others that are due. */
  async look(names: Iterable<string>): Promise<FolderState> {
    const { kinds, now } = this.#options;
    const files = new Map(this.#files);
    const known = this.#knownNamespaces !== undefined;
    const changing = [...files.keys()].filter((name) => files.get(name)?.state?.signature === undefined);
    for (const name of new Set([...names, ...changing])) {
      const before = this.#files.get(name);
      const state = await this.#read(name, before);
      if (!known && state !== undefined) files.set(name, trackFileAtStart(state));
      else if (state !== undefined || before !== undefined)
        files.set(name, trackFile(before, state, now(), kinds));
    }
    for (const [name, file] of files) {
      const time = now();
      const looked = isDue(file, time) ? trackFile(file, file.state, time, kinds) : file;
      if (isForgotten(looked)) files.delete(name);
      else files.set(name, looked);
    }
    this.#files = new Map([...files].sort(([a], [b]) => compareText(a, b)));
    const merged = mergeFiles(this.#files, { ...this.#options, knownNamespaces: this.#knownNamespaces });
    this.#learn(merged);
    return merged;
  }

  /**
   * A namespace that was open may be open at once when it comes back; a namespace that had a Secret must show it again.
   */
  #learn({ objects: { pods, secrets } }: FolderState): void {
    this.#knownNamespaces ??= new Set();
    for (const { namespace } of pods.values()) {
      if (secrets.has(keyOf({ namespace, name: this.#options.secretName })))
        this.#knownNamespaces.delete(namespace);
      else this.#knownNamespaces.add(namespace);
    }
  }

  #read(name: string, before: TrackedFile | undefined) {
    const { directory, reader, signal } = this.#options;
    return readManifestFile(join(directory, name), reader, before?.state ?? UNREAD, signal);
  }
}

export function isManifestName(name: string): boolean {
  return !name.startsWith('.') && /\.(ya?ml|json)$/.test(name);
}
