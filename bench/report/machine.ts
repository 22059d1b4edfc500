import { execFileSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { missing, packageVersion, searchPath } from '../harness/programs.ts';
import { RIVALS } from '../rivals.ts';

/** Facts about the machine that are necessary to compare figures. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory: string;
  readonly kernel: string;
  readonly node: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Versions of the installed npm packages of rivals. */
  readonly packages: Readonly<Record<string, string>>;
  /** ISO 8601. */
  readonly date: string;
}

const VERSION_OF: Readonly<Record<string, readonly string[]>> = {
  nginx: ['-v'],
  haproxy: ['-v'],
  caddy: ['version'],
};

export function machine(): Machine {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GB`,
    kernel: release().split('-')[0] ?? release(),
    node: process.version,
    versions: Object.fromEntries(
      Object.entries(VERSION_OF).flatMap(([name, args]) => {
        const version = versionOf(name, args);
        return version === undefined ? [] : [[name, version]];
      }),
    ),
    packages: packageVersions(),
    date: new Date().toISOString(),
  };
}

function packageVersions(): Record<string, string> {
  const names = RIVALS.flatMap((it) => it.requiredPrograms.filter((program) => program.kind === 'npm'));
  return Object.fromEntries(
    names.filter((it) => missing([it]).length === 0).map(({ name }) => [name, packageVersion(name)]),
  );
}

/** The version of a program. Undefined if it is not installed. */
function versionOf(program: string, args: readonly string[]): string | undefined {
  try {
    // nginx writes its version to stderr.
    const command = `exec "$0" "$@" 2>&1`;
    const env = { ...process.env, PATH: searchPath() };
    const output = execFileSync('sh', ['-c', command, program, ...args], { encoding: 'utf8', env });
    return /\d+\.\d+(\.\d+)?/.exec(output)?.[0];
  } catch {
    return undefined;
  }
}
