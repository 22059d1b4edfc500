import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from '../../build/build.ts';
import { copies, last, type Stage } from './dockerfile.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** A root file system with the files of the image, in a folder of the project's own: files can be linked there. */
export class ImageRoot {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * node and its libraries instead of the base image, and the files that the last stage copies. No shell, no /tmp, no
   * /proc.
   */
  static async make(stages: readonly Stage[]): Promise<ImageRoot> {
    const cache = join(PROJECT, 'node_modules/.cache');
    await mkdir(cache, { recursive: true });
    const root = new ImageRoot(await mkdtemp(join(cache, 'image-')));
    await chmod(root.path, 0o755);
    await root.#addNode();
    const final = stages.at(-1);
    const folder = join(root.path, last(final, 'WORKDIR'));
    await mkdir(folder, { recursive: true });
    for (const { from, paths, to } of copies(final)) {
      for (const path of paths) await addCopy(from, path, join(folder, to));
    }
    return root;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  async #addNode(): Promise<void> {
    const { stdout } = await run('ldd', [process.execPath]);
    const libraries = [...stdout.matchAll(/(?:=> |^\s*)(\/\S+) \(/gm)].map((it) => it[1] ?? '');
    for (const library of libraries) {
      const place = join(this.path, library);
      await mkdir(dirname(place), { recursive: true });
      await copyFile(library, place);
      await chmod(place, 0o755);
    }
    await mkdir(join(this.path, 'usr/local/bin'), { recursive: true });
    await run('cp', ['--link', '--dereference', process.execPath, join(this.path, 'usr/local/bin/node')]);
  }
}

/** One path of a `COPY` of the Dockerfile's last stage. @throws when this file has no step that makes it */
async function addCopy(from: string | undefined, path: string, target: string): Promise<void> {
  if (from === 'build' && path === '/app/dist') return build(target);
  const [, file = ''] = (from === undefined ? /^([\w.-]+)$/ : /^\/app\/([\w.-]+)$/).exec(path) ?? [];
  if (file === '') throw new Error(`no step makes ${path}`);
  await copyFile(join(PROJECT, file), target);
}
