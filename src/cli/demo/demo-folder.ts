import { access, constants, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DEMO_PODS } from './manifests.ts';
import { selfSigned } from './self-signed.ts';

/** The files of a demo. */
export interface DemoFolder {
  /** A new temporary folder. */
  readonly root: string;
  readonly manifests: string;
  readonly certificates: string;
  /** The file of the demo's certificate; undefined: the user chose the certificates. */
  readonly certificate: string | undefined;
  /** Removes the files and folders that the demo has made. */
  remove(): Promise<void>;
}

/** Maximum length of the folder for temporary files. Longer names, such as those of macOS, do not fit into the guide's lines. */
const MAX_FOLDER_LENGTH = 16;
const SHORT_FOLDER = '/tmp';

/**
 * Makes the folders that the user has not chosen, and the chosen folder for manifests if it does not exist.
 *
 * @param address the address that the router listens on
 */
export async function makeDemoFolder(given: {
  readonly manifests: string | undefined;
  readonly certificates: string | undefined;
  readonly address: string;
}): Promise<DemoFolder> {
  const root = await mkdtemp(join(await temporaryFolder(), 'podway-demo-'));
  const manifests = given.manifests === undefined ? join(root, 'pods') : resolve(given.manifests);
  await mkdir(manifests, { recursive: true });
  const certificates = given.certificates ?? join(root, 'tls');
  const certificate = given.certificates === undefined ? join(certificates, 'default.crt') : undefined;
  if (certificate !== undefined) await writeCertificate(certificates, certificate, given.address);
  const remove = () => rm(root, { recursive: true, force: true });
  return { root, manifests, certificates, certificate, remove };
}

async function temporaryFolder(): Promise<string> {
  const usual = tmpdir();
  if (usual.length <= MAX_FOLDER_LENGTH) return usual;
  return access(SHORT_FOLDER, constants.W_OK).then(
    () => SHORT_FOLDER,
    () => usual,
  );
}

async function writeCertificate(folder: string, file: string, address: string): Promise<void> {
  const hosts = DEMO_PODS.map(({ hosts }) => hosts);
  const names = new Set(['localhost', ...hosts, '127.0.0.1', ...addressOf(address)]);
  const { certificate, key } = selfSigned([...names]);
  await mkdir(folder);
  await writeFile(file, certificate);
  await writeFile(join(folder, 'default.key'), key, { mode: 0o600 });
}

/** The address as names of a certificate; none if a certificate cannot name it. */
function addressOf(address: string): string[] {
  return address === '' || address.includes('%') ? [] : [address];
}
