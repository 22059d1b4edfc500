import { execFile } from 'node:child_process';
import { isAbsolute, join } from 'node:path';
import { own, ownArray, ownString } from '../../../wiring/json.ts';
import { printable } from '../../../wiring/rejection.ts';
import { SourceError } from '../../source.ts';
import { type Entry, textOf } from './kubeconfig-files.ts';
import type { Environment } from './environment.ts';

/** Maximum milliseconds that a plugin may run; then podway kills it. */
const RUN_TIMEOUT = 60_000;
const MAX_OUTPUT_BYTES = 1024 * 1024;
const GROUP = 'client.authentication.k8s.io';
const VERSIONS: ReadonlySet<string> = new Set([`${GROUP}/v1`, `${GROUP}/v1beta1`]);
/** The extension of a cluster whose value its plugins get. */
const EXTENSION = `${GROUP}/exec`;

/** What podway takes from a plugin's answer, for the API server. */
export interface PluginCredential {
  readonly token: string | undefined;
  /** PEM; present only together with `key`. */
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  /** When it expires, in milliseconds of the wall clock; Infinity if it does not. */
  readonly expires: number;
}

/** A program that prints credentials, as the `exec` of a user describes it. */
export interface ExecPlugin {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly apiVersion: string;
}

/**
 * Reads the `exec` of a user (client-go's plugin/pkg/client/auth/exec). A relative command with a slash is relative to
 * the kubeconfig's folder. The environment of the plugin has KUBERNETES_EXEC_INFO, with the cluster if `exec` asks for
 * it.
 *
 * @throws SourceError if podway cannot run it as described
 */
export function execPlugin(user: Entry, cluster: unknown, env: Environment): ExecPlugin {
  const exec = own(user.fields, 'exec');
  const where = 'exec of the user';
  const command = textOf(exec, 'command', where);
  const apiVersion = textOf(exec, 'apiVersion', where) ?? '';
  if (command === undefined) throw new SourceError(`${where}: expected a command`);
  if (!VERSIONS.has(apiVersion))
    throw new SourceError(`${where}: expected apiVersion ${[...VERSIONS].join(' or ')}`);
  if (ownString(exec, 'interactiveMode') === 'Always') {
    throw new SourceError(
      `${where}: it requires a terminal (interactiveMode Always), which podway does not have`,
    );
  }
  const spec = {
    ...(own(exec, 'provideClusterInfo') === true && { cluster: clusterInfo(cluster) }),
    interactive: false,
  };
  const info = JSON.stringify({ kind: 'ExecCredential', apiVersion, spec });
  const added = ownArray(exec, 'env').map((it) => [
    ownString(it, 'name') ?? '',
    ownString(it, 'value') ?? '',
  ]);
  const inherited = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  );
  return {
    command: command.includes('/') && !isAbsolute(command) ? join(user.directory, command) : command,
    args: ownArray(exec, 'args').map(String),
    env: Object.fromEntries([...inherited, ...added, ['KUBERNETES_EXEC_INFO', info]]),
    apiVersion,
  };
}

/** The cluster as plugins get it (client-go's ConfigToExecCluster), without unset fields. */
function clusterInfo(cluster: unknown): object {
  const extensions = ownArray(cluster, 'extensions');
  const config = own(
    extensions.find((it) => ownString(it, 'name') === EXTENSION),
    'extension',
  );
  const fields = [
    'server',
    'tls-server-name',
    'insecure-skip-tls-verify',
    'certificate-authority-data',
    'proxy-url',
    'disable-compression',
  ];
  const set = fields.map((name) => [name, own(cluster, name)]).filter(([, value]) => Boolean(value));
  return { ...Object.fromEntries(set), config: config ?? null };
}

/**
 * Runs a plugin. podway uses its output only as a credential, and reports the first line of its errors.
 *
 * @throws SourceError if the plugin fails or prints other JSON than credentials; SyntaxError if it prints no JSON
 */
export async function runPlugin({ command, args, env, apiVersion }: ExecPlugin): Promise<PluginCredential> {
  const output = await run({ command, args, env });
  const credential = parseOutput(output);
  const name = printable(command);
  if (ownString(credential, 'kind') !== 'ExecCredential')
    throw new SourceError(`${name} printed no ExecCredential`);
  const version = ownString(credential, 'apiVersion');
  if (version !== apiVersion) {
    throw new SourceError(
      `${name} printed apiVersion ${printable(version ?? 'none')}, expected ${apiVersion}`,
    );
  }
  const status = own(credential, 'status');
  const token = ownString(status, 'token') || undefined;
  const certificate = ownString(status, 'clientCertificateData') || undefined;
  const key = ownString(status, 'clientKeyData') || undefined;
  if ((certificate === undefined) !== (key === undefined) || (token ?? key) === undefined) {
    throw new SourceError(`${name} printed neither a token nor a certificate with its key`);
  }
  const expires = Date.parse(ownString(status, 'expirationTimestamp') ?? '');
  return { token, certificate, key, expires: Number.isNaN(expires) ? Number.POSITIVE_INFINITY : expires };
}

function parseOutput(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    throw new SyntaxError();
  }
}

function run({ command, args, env }: Omit<ExecPlugin, 'apiVersion'>): Promise<string> {
  const limits = { timeout: RUN_TIMEOUT, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT_BYTES } as const;
  return new Promise((done, failed) => {
    const child = execFile(command, args, { env, ...limits }, (error, stdout, stderr) => {
      if (error === null) done(stdout);
      else failed(new SourceError(`${printable(command)} ${outcome(error, stderr)}`));
    });
    child.stdin?.end();
  });
}

function outcome(error: Error, stderr: string): string {
  const [code, signal] = [own(error, 'code'), own(error, 'signal')];
  if (typeof code === 'string') return `cannot be run (${code})`;
  if (own(error, 'killed') === true) return `did not end within ${RUN_TIMEOUT / 1000} s`;
  if (typeof signal === 'string') return `was ended by ${signal}`;
  const [message = ''] = stderr.trim().split('\n');
  return `ended with code ${String(code)}${message === '' ? '' : `: ${printable(message)}`}`;
}
