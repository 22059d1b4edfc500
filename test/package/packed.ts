import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from '../../build/build.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

interface PackedBuild {
  readonly tarball: Packed;
  readonly programMode: number;
}

/** podway as a user has it after `npm install podway` in an empty folder, without a registry and without a cache. */
export class Installed implements AsyncDisposable {
  /** The folder of the user. */
  readonly folder: string;
  readonly tarball: Packed;
  /** Permissions of the program that the build wrote. */
  readonly programMode: number;
  readonly #top: string;

  private constructor(top: string, folder: string, { tarball, programMode }: PackedBuild) {
    this.#top = top;
    this.folder = folder;
    this.tarball = tarball;
    this.programMode = programMode;
  }

  static async make(): Promise<Installed> {
    const top = await mkdtemp(join(tmpdir(), 'podway-package-'));
    const [staging, folder] = [join(top, 'staging'), join(top, 'user')];
    for (const path of [staging, folder]) await mkdir(path);
    for (const file of ['package.json', 'README.md', 'LICENSE'])
      await copyFile(join(ROOT, file), join(staging, file));
    // Does the work of the script `prepack`, in another folder.
    await build(join(staging, 'dist'));
    const options = { env: { ...process.env, npm_config_cache: join(top, 'cache') } };
    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', top];
    const { stdout } = await run('npm', pack, { ...options, cwd: staging });
    const [tarball] = Object.values(JSON.parse(stdout) as Record<string, Packed>);
    if (tarball === undefined) throw new Error(`npm pack: ${stdout}`);
    // Hides the packages of parent folders from npm.
    const install = ['install', '--prefix', folder, '--offline', '--no-audit', '--no-fund'];
    await run('npm', [...install, join(top, tarball.filename)], { ...options, cwd: folder });
    const { mode } = await stat(join(staging, 'dist/podway.cjs'));
    return new Installed(top, folder, { tarball, programMode: mode & 0o777 });
  }

  /** The file of the program. */
  get main(): string {
    return join(this.folder, 'node_modules/podway/dist/podway.cjs');
  }

  /** The output of `npx podway ...` there. */
  async podway(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const bin = join(this.folder, 'node_modules/.bin/podway');
    const path = `${dirname(process.execPath)}:${process.env['PATH']}`;
    const { stdout } = await run(bin, args, {
      cwd: this.folder,
      env: { HOME: this.folder, ...env, PATH: path },
    });
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#top, { recursive: true, force: true });
  }
}
