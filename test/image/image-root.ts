import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** A root file system with the files of the image, in a folder of the project's own: there files can be linked. */
export class ImageRoot {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** node and its libraries in place of the base image, and what the Dockerfile copies. No shell, no /tmp, no /proc. */
  static async make(): Promise<ImageRoot> {
    const cache = join(PROJECT, 'node_modules/.cache');
    await mkdir(cache, { recursive: true });
    const root = new ImageRoot(await mkdtemp(join(cache, 'image-')));
    await chmod(root.path, 0o755);
    await Promise.all([root.#addNode(), root.#addDependencies(), root.#addProgram()]);
    return root;
  }

  async write(name: string, object: unknown): Promise<void> {
    const path = join(this.path, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify(object));
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

  /** As `npm ci --omit=dev` leaves them: what the lock file does not mark as needed for development only. */
  async #addDependencies(): Promise<void> {
    const lock = JSON.parse(await readFile(join(PROJECT, 'package-lock.json'), 'utf8')) as {
      readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly devOptional?: boolean }>>;
    };
    const wanted = Object.entries(lock.packages)
      .filter(([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true)
      .map(([path]) => path)
      .filter((path) => !path.slice(1).includes('/node_modules/'));
    await mkdir(join(this.path, 'app'), { recursive: true });
    const into = join(this.path, 'app');
    await run('cp', ['--archive', '--link', '--parents', ...wanted, into], { cwd: PROJECT });
  }

  async #addProgram(): Promise<void> {
    const app = join(this.path, 'app');
    await mkdir(app, { recursive: true });
    await copyFile(join(PROJECT, 'package.json'), join(app, 'package.json'));
    const compiler = join(PROJECT, 'node_modules/.bin/tsc');
    await run(compiler, ['-p', join(PROJECT, 'tsconfig.build.json'), '--outDir', join(app, 'dist')]);
  }
}
