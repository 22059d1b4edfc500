import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';

const ROOT = '/sys/fs/cgroup';

export interface GroupLimits {
  readonly memory?: number;
  /** Of all cores together. */
  readonly cpus?: number;
}

/** Real control groups with limits, for processes that a launcher puts there. Remove it when they have ended. */
export class ControlGroup {
  readonly #folders: readonly string[];

  private constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  /** A text when this machine does not let us: it takes root, and a file system of control groups that can be written. */
  static make(name: string, { memory, cpus }: GroupLimits): ControlGroup | string {
    const made: string[] = [];
    try {
      const folder = (parent: string): string => {
        const path = `${parent}/${name}`;
        mkdirSync(path);
        made.push(path);
        return path;
      };
      const unified = existsSync(`${ROOT}/cgroup.controllers`);
      if (unified) {
        const path = folder(ROOT);
        if (memory !== undefined) writeFileSync(`${path}/memory.max`, String(memory));
        if (cpus !== undefined) writeFileSync(`${path}/cpu.max`, `${cpus * 100_000} 100000`);
      } else {
        if (memory !== undefined) {
          writeFileSync(`${folder(`${ROOT}/memory`)}/memory.limit_in_bytes`, String(memory));
        }
        if (cpus !== undefined)
          writeFileSync(`${folder(`${ROOT}/cpu`)}/cpu.cfs_quota_us`, String(cpus * 100_000));
      }
      return new ControlGroup(made);
    } catch (error) {
      for (const path of made) rmdirSync(path);
      return `control groups cannot be made here: ${String(error)}`;
    }
  }

  /** In front of a command: runs it in these groups. */
  get launcher(): readonly string[] {
    const enter = this.#folders.map((path) => `echo $$ > ${path}/cgroup.procs`).join('; ');
    return ['sh', '-c', `set -e; ${enter}; exec "$@"`, 'sh'];
  }

  [Symbol.dispose](): void {
    for (const path of this.#folders) rmdirSync(path);
  }
}
