import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { printable } from '../../wiring/rejection.ts';
import type { SourceProblem } from '../source.ts';
import type { Contents } from './contents.ts';
import { type ManifestFile, readManifestFile, type Select } from './manifest-file.ts';

/** What the folder says as a whole. */
export interface FolderState {
  /** By `namespace/name`. */
  readonly pods: ReadonlyMap<string, Contents['pods'][number]>;
  readonly secrets: ReadonlyMap<string, Contents['secrets'][number]>;
  /** All that is wrong now, in file order. */
  readonly problems: readonly SourceProblem[];
  /** A file was being written: look again soon. */
  readonly unsettled: boolean;
  /** A file that was never readable may hold a namespace's keys: without them that namespace would be open. */
  readonly mayHideSecret: boolean;
}

/** A folder of manifests, read anew where it changed. Sub-folders and hidden names (`..data`, `.x.swp`) are not read. */
export class ManifestFolder {
  readonly #directory: string;
  readonly #select: Select;
  #files: ReadonlyMap<string, ManifestFile> = new Map();

  constructor(directory: string, select: Select) {
    this.#directory = directory;
    this.#select = select;
  }

  /**
   * Looks at the folder. `found` is called before its files are read, with what tells it from another folder of the same
   * name. The error of the file system when it cannot be read; what was read stays known for the next scan.
   */
  async scan(found: (identity: string) => void): Promise<FolderState | Error> {
    const files = new Map<string, ManifestFile>();
    let names: string[];
    try {
      const { dev, ino } = await stat(this.#directory);
      found(`${dev}:${ino}`);
      names = await readdir(this.#directory);
    } catch (error) {
      return error instanceof Error ? error : new Error('unknown error');
    }
    for (const name of names.filter(isManifestName).sort()) {
      const path = join(this.#directory, name);
      const file = await readManifestFile(path, this.#select, this.#files.get(name));
      if (file !== undefined) files.set(name, file);
    }
    this.#files = files;
    return merge(files);
  }
}

function isManifestName(name: string): boolean {
  return !name.startsWith('.') && /\.(ya?ml|json)$/.test(name);
}

/** An object in two files: the last file, in the order of names, says what it is. */
function merge(files: ReadonlyMap<string, ManifestFile>): FolderState {
  const problems: SourceProblem[] = [];
  const unite = <T extends { namespace: string; name: string }>(
    kind: string,
    of: (it: Contents) => readonly T[],
  ) => {
    const united = new Map<string, T>();
    for (const [file, { contents }] of files) {
      for (const object of contents === undefined ? [] : of(contents)) {
        const key = `${object.namespace}/${object.name}`;
        const detail = `${kind} ${printable(key)} was defined before; this one counts`;
        if (united.has(key)) problems.push({ where: printable(file), reason: 'duplicate', detail });
        united.set(key, object);
      }
    }
    return united;
  };
  for (const [file, it] of files) {
    problems.push(...it.problems.map((problem) => ({ where: printable(file), ...problem })));
  }
  const all = [...files.values()];
  return {
    pods: unite('Pod', (it) => it.pods),
    secrets: unite('Secret', (it) => it.secrets),
    problems,
    unsettled: all.some((it) => it.signature === undefined && it.problems.length === 0),
    mayHideSecret: all.some((it) => it.mayHideSecret),
  };
}
