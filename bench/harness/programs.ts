import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program or package that has to be installed on the machine. */
export interface Program {
  readonly kind: 'debian' | 'npm';
  /** The program's name on PATH, or the npm package's. */
  readonly name: string;
  /** The package that contains it. */
  readonly package: string;
}

export const NGINX: Program = { kind: 'debian', name: 'nginx', package: 'nginx' };
export const HAPROXY: Program = { kind: 'debian', name: 'haproxy', package: 'haproxy' };
export const CADDY: Program = { kind: 'debian', name: 'caddy', package: 'caddy' };
export const WRK: Program = { kind: 'debian', name: 'wrk', package: 'wrk' };
export const H2LOAD: Program = { kind: 'debian', name: 'h2load', package: 'nghttp2-client' };
export const TCPDUMP: Program = { kind: 'debian', name: 'tcpdump', package: 'tcpdump' };
export const CHRT: Program = { kind: 'debian', name: 'chrt', package: 'util-linux' };
export const TASKSET: Program = { kind: 'debian', name: 'taskset', package: 'util-linux' };

export function npm(name: string): Program {
  return { kind: 'npm', name, package: name };
}

const BENCH = join(import.meta.dirname, '..');
/** Folders where Debian keeps nginx and haproxy; the PATH of an ordinary user leaves them out. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/sbin'];

export function missing(programs: readonly Program[]): Program[] {
  return programs.filter((it) => !installed(it));
}

function installed({ kind, name }: Program): boolean {
  if (kind === 'npm') return existsSync(manifestOf(name));
  return searchPath()
    .split(delimiter)
    .some((folder) => executable(join(folder, name)));
}

/** The installed version of an npm package. */
export function packageVersion(name: string): string {
  return (JSON.parse(readFileSync(manifestOf(name), 'utf8')) as { version: string }).version;
}

function manifestOf(name: string): string {
  return join(BENCH, 'node_modules', name, 'package.json');
}

/** PATH and the folders of system programs. */
export function searchPath(): string {
  return [process.env['PATH'] ?? '', ...SYSTEM_FOLDERS].join(delimiter);
}

/** The commands that install these programs. */
export function howToInstall(programs: readonly Program[]): string {
  const debian = programs.filter((it) => it.kind === 'debian').map((it) => it.package);
  const commands = debian.length > 0 ? [`apt-get install ${[...new Set(debian)].join(' ')}`] : [];
  if (programs.some((it) => it.kind === 'npm')) commands.push('npm ci --prefix bench');
  return commands.join(' && ');
}

function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
