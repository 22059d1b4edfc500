import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Clock, systemClock } from '../../src/cluster/clock.ts';

/** A clock whose time passes ten times as fast. */
export const FAST_CLOCK: Clock = {
  ...systemClock,
  now: () => systemClock.now() * 10,
  sleep: (ms, signal) => systemClock.sleep(ms / 10, signal),
};

/** A folder that is deleted after the test. */
export class TemporaryFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  static async create(files: Readonly<Record<string, readonly object[]>> = {}): Promise<TemporaryFolder> {
    const folder = new TemporaryFolder(await mkdtemp(join(tmpdir(), 'podway-manifests-')));
    for (const [name, objects] of Object.entries(files)) await folder.write(name, ...objects);
    return folder;
  }

  async write(name: string, ...objects: readonly object[]): Promise<void> {
    await this.writeText(name, objects.map((object) => stringify(object)).join('---\n'));
  }

  async writeText(name: string, text: string | Buffer): Promise<void> {
    await writeFile(this.file(name), text);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}
