import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { CertificateSource } from '../inventory/certificate-sources.ts';
import { OPERATOR_NAMESPACE } from '../inventory/held-certificate.ts';
import { compareText } from '../wiring/order.ts';
import { MAX_PAIRS, MAX_TEXT_LENGTH, type PairText } from '../wiring/tls-secret.ts';

/** The content of a folder of certificates. */
export interface CertificateFiles {
  readonly sources: readonly CertificateSource[];
  /** Number of names above the limit, which are not read. */
  readonly further: number;
}

/** Maximum number of pairs and sub-folders that are read. */
const MAX_SOURCES = 1_000;
/** podway reads a mounted Secret again if it was replaced during the read. After this number of attempts it uses the last read. */
const MAX_ATTEMPTS = 10;
/** The symbolic link through which all files of a mounted Secret lead. The kubelet replaces it in one step when the Secret changes. */
const MOUNT_LINK = '..data';

/**
 * Reads the pairs of a folder: `NAME.crt` with `NAME.key` are the source `NAME`; all pairs of a sub-folder, such as a mounted
 * Secret, are the source with the name of the sub-folder. A missing file of a pair is undefined.
 *
 * @throws the file system's error if the folder itself cannot be read
 */
export async function readCertificateFiles(folder: string): Promise<CertificateFiles> {
  return await asMounted(folder, async () => {
    const sources = new Map<string, PairText[]>();
    const add = (name: string, pairs: readonly PairText[]): void => {
      sources.set(name, [...(sources.get(name) ?? []), ...pairs]);
    };
    const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).sort(compareText);
    for (const pair of await pairsOf(folder, names.slice(0, 2 * MAX_SOURCES))) add(pair.name, [pair]);
    const folders = names.filter((name) => !PAIR.test(name));
    for (const name of folders.slice(0, MAX_SOURCES)) {
      const path = join(folder, name);
      if (!(await isFolder(path))) continue;
      const pairs = await asMounted(path, async () => pairsOf(path, await namesIn(path)));
      if (pairs.length > 0) add(name, pairs);
    }
    const all = [...sources].sort(([a], [b]) => compareText(a, b));
    const further = Math.max(0, all.length - MAX_SOURCES) + Math.max(0, folders.length - MAX_SOURCES);
    return { sources: all.slice(0, MAX_SOURCES).map(([name, pairs]) => sourceOf(name, pairs)), further };
  });
}

function sourceOf(name: string, pairs: readonly PairText[]): CertificateSource {
  const further = Math.max(0, pairs.length - MAX_PAIRS);
  return {
    namespace: OPERATOR_NAMESPACE,
    name,
    uid: name,
    created: Infinity,
    pairs: pairs.slice(0, MAX_PAIRS),
    further,
  };
}

/** Reads again if the folder changed during the read, so a certificate is never combined with the key of an earlier one. */
async function asMounted<T>(folder: string, read: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const before = await mountOf(folder);
    const found = await read();
    if (attempt === MAX_ATTEMPTS || (await mountOf(folder)) === before) return found;
  }
}

function mountOf(folder: string): Promise<string> {
  return realpath(join(folder, MOUNT_LINK)).catch(() => '');
}

const PAIR = /^(.+)\.(?:crt|key)$/;
const ISSUER = 'ca';

async function pairsOf(folder: string, names: readonly string[]): Promise<PairText[]> {
  const pairs = new Set(names.flatMap((name) => PAIR.exec(name)?.[1] ?? []));
  pairs.delete(ISSUER);
  const texts: PairText[] = [];
  for (const name of pairs) {
    const [chain, key] = [
      await textOf(join(folder, `${name}.crt`)),
      await textOf(join(folder, `${name}.key`)),
    ];
    if (chain !== undefined || key !== undefined) texts.push({ name, chain, key });
  }
  return texts;
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => !name.startsWith('.')).sort(compareText);
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Text of a file, cut one character above the accepted length; undefined if it cannot be read. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path);
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(MAX_TEXT_LENGTH + 1) });
    return buffer.toString('latin1', 0, bytesRead);
  } catch {
    return undefined;
  }
}
