import { readdir, readFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';

const PACKAGES = join(resolve(import.meta.dirname, '..'), 'node_modules');
const LICENSE_FILE = /^(licen[cs]e|copying|notice)/i;
const SEPARATOR = `\n${'-'.repeat(80)}\n\n`;

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** The licences of the packages that contain these files, by name. @throws when a package has no licence */
export async function licensesOf(files: readonly string[]): Promise<string> {
  const folders = [...new Set(files.flatMap(packageOf))];
  const texts = await Promise.all(folders.map(licenseOf));
  const head =
    'podway has parts of these packages in its files. Each is under the licence that follows its name.\n';
  return [head, ...texts.sort()].join(SEPARATOR);
}

/** The innermost package that contains a file, such as `node_modules/a/node_modules/b`. */
function packageOf(file: string): string[] {
  if (!file.startsWith(PACKAGES + sep)) return [];
  const at = file.lastIndexOf(`${sep}node_modules${sep}`) + '/node_modules/'.length;
  const [first = '', second = ''] = file.slice(at).split(sep);
  return [join(file.slice(0, at), first.startsWith('@') ? join(first, second) : first)];
}

async function licenseOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  ) as Manifest;
  const files = (await readdir(folder)).filter((it) => LICENSE_FILE.test(it)).sort();
  if (license === undefined || files.length === 0) throw new Error(`${name} has no licence in ${folder}`);
  const texts = await Promise.all(files.map((it) => readFile(join(folder, it), 'utf8')));
  return `${name} ${version} (${license})\n\n${texts.map((it) => `${it.trim()}\n`).join('\n')}`;
}
