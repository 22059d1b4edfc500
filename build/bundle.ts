import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import * as esbuild from 'esbuild';

const ROOT = resolve(import.meta.dirname, '..');
const SRC = join(ROOT, 'src');

/**
 * The program, and the entry points of its threads and processes. Each has a file of this name; other modules are in chunks/.
 */
const ENTRIES = ['main', 'worker', 'cluster/manifests/parse-thread', 'cli/demo/pod', 'cli/demo/grpc-pod'];

/**
 * Placeholder for the path from a file to the root of the build, which is known only after all files have their places.
 */
const TO_ROOT = '%TO_ROOT%';

export interface Bundle {
  /** Contents of files by their paths in the build. */
  readonly files: ReadonlyMap<string, string>;
  /** The source files that the build contains, in whole or in part. */
  readonly sources: readonly string[];
}

/**
 * Bundles the programs with the parts of packages that they use, as modules that need only Node. Keeps names and lines, so
 * that stacks from production are readable.
 */
export async function bundle(): Promise<Bundle> {
  const { outputFiles, metafile, warnings } = await esbuild.build({
    absWorkingDir: ROOT,
    entryPoints: ENTRIES.map((it) => `src/${it}.ts`),
    outbase: 'src',
    outdir: 'out',
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: await oldestNode(),
    // Bundled CommonJS packages call require().
    banner: {
      js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
    },
    legalComments: 'none',
    plugins: [rewriteImportMeta, leanClientNode, httpWithoutUndici],
    metafile: true,
    write: false,
    logLevel: 'warning',
  });
  if (warnings.length > 0) throw new Error('the build has warnings');
  const outdir = join(ROOT, 'out');
  const files = outputFiles.map(({ path, text }): [string, string] => {
    const toRoot = relative(dirname(path), outdir);
    return [relative(outdir, path), text.replaceAll(TO_ROOT, toRoot === '' ? './' : `${toRoot}/`)];
  });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  const used = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => join(ROOT, path));
  return { files: new Map(files), sources: [...new Set(used)] };
}

/** The minimum version of Node, from package.json. */
async function oldestNode(): Promise<string> {
  const { engines } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    readonly engines: { readonly node: string };
  };
  const [version] = /\d+(\.\d+)*/.exec(engines.node) ?? [];
  if (version === undefined) throw new Error(`no version of Node in engines: ${engines.node}`);
  return `node${version}`;
}

/**
 * Rewrites `import.meta` so that a module finds files at its original place, regardless of the chunk that contains it. Files of
 * packages are in vendor/.
 */
const rewriteImportMeta: esbuild.Plugin = {
  name: 'places-of-files',
  setup(build) {
    build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      if (!path.startsWith(SRC)) return undefined;
      const text = await readFile(path, 'utf8');
      if (!text.includes('import.meta.')) return undefined;
      const place = (to: string) => `new URL(${to}, import.meta.url).href`;
      const own = `'${TO_ROOT}${relative(SRC, path).replace(/\.ts$/, '.js')}'`;
      const contents = text
        .replaceAll('import.meta.url', `(${place(own)})`)
        .replaceAll('import.meta.resolve', `((path) => ${place(`'${TO_ROOT}vendor/' + path`)})`);
      return { contents, loader: 'ts' };
    });
  },
};

/** Replaces imports of node:http. `require` calls of packages get Node's module, since they do not read all its members. */
const httpWithoutUndici: esbuild.Plugin = {
  name: 'http-without-undici',
  setup(build) {
    build.onResolve({ filter: /^(?:node:)?http$/ }, ({ kind }) =>
      kind === 'require-call' ? undefined : { path: 'http', namespace: 'built-in' },
    );
    build.onLoad({ filter: /^http$/, namespace: 'built-in' }, () => ({
      contents: createRequire(import.meta.url)('./http-without-undici.cjs') as string,
    }));
  },
};

/** Replaces a module of client-node in the build, as lean-client-node.cjs does when podway runs from its sources. */
const leanClientNode: esbuild.Plugin = {
  name: 'kubeconfig-alone',
  setup(build) {
    build.onResolve({ filter: /^\.\/gen\/index\.js$/ }, ({ importer }) =>
      importer.endsWith('/@kubernetes/client-node/dist/config.js')
        ? { path: join(ROOT, 'build/kubeconfig-parts.ts') }
        : undefined,
    );
  },
};
