#!/usr/bin/env node
import { readFileSync, writeSync } from 'node:fs';
import { availableParallelism, networkInterfaces, totalmem } from 'node:os';
import { basename } from 'node:path';
import { isatty } from 'node:tty';
import { strayArgument, unknownCommand } from './cli/misuse.ts';
import type { Command, Runtime } from './cli/runtime.ts';
import { containerLimits } from './config/container-limits.ts';
import type { Machine } from './config/machine.ts';

const STDOUT = 1;
const STDERR = 2;

const USAGE = `podway: a Kubernetes edge router that routes requests by the annotations of pods

podway COMMAND [arguments]; each COMMAND has --help

The router:
  serve         route requests; its settings are environment variables
  check         validate the settings and the manifests in MANIFESTS, print
                routes and rejections; -f: the routes of manifests, --live: what
                they would change in your cluster
  grants        print the annotations that grant today's hosts to the namespaces
                that declare them
  settings      print the settings in force, and where each comes from
  options       print every option that may follow a path
  demo          start four pods on this machine and a router in front of them,
                all listeners on 127.0.0.1 (ADDRESS and ADMIN_ADDRESS change it)

With the cluster of your kubeconfig:
  local         serve its hosts on this machine, with its real routes
  exec          run a command in a pod, as kubectl exec does
  attach        attach to the main process of a container
  terminal      open a terminal of a container in your browser
  port-forward  connect local ports to the pods of a route, a Deployment, a
                label or a name
  proxy         serve its API on localhost, as kubectl proxy does

With a podway in a cluster, through its operator listener:
  routes        print its routes and rejections
  explain       print what it would do with a request and why, or why it
                answered a past one itself
  answers       print the last requests that it answered itself or closed
  tail          print such requests as they happen
  history       print the last changes of its routes: time, cause, added and
                removed routes

  help          print this text; podway help exec prints that of exec
  version       print the version

kubectl podway is the same program, with kubectl-podway in PATH.
`;

const HELP: ReadonlySet<string> = new Set(['help', '--help', '-h']);
const VERSION: ReadonlySet<string> = new Set(['version', '--version', '-v']);

/** The commands. Each is loaded only when it runs: a router needs no demo, and a check needs no worker. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./cli/serve.ts')).serve,
  check: async () => (await import('./cli/check.ts')).check,
  grants: async () => (await import('./cli/grants.ts')).grants,
  demo: async () => (await import('./cli/demo.ts')).demo,
  exec: async () => (await import('./cli/exec.ts')).exec,
  attach: async () => (await import('./cli/attach.ts')).attach,
  'port-forward': async () => (await import('./cli/port-forward.ts')).portForward,
  terminal: async () => (await import('./cli/terminal.ts')).terminal,
  proxy: async () => (await import('./cli/proxy.ts')).proxy,
  local: async () => (await import('./cli/local.ts')).local,
  routes: async () => (await import('./cli/operator/routes-command.ts')).routes,
  explain: async () => (await import('./cli/operator/explain-command.ts')).explain,
  answers: async () => (await import('./cli/operator/answers-command.ts')).answers,
  history: async () => (await import('./cli/operator/history-command.ts')).history,
  tail: async () => (await import('./cli/operator/tail-command.ts')).tail,
  options: async () => (await import('./cli/options.ts')).options,
  settings: async () => (await import('./cli/settings.ts')).settings,
};

/** Commands that read their arguments themselves. */
const WITH_FLAGS: ReadonlySet<string> = new Set([
  'check',
  'grants',
  'exec',
  'attach',
  'port-forward',
  'terminal',
  'proxy',
  'local',
  'routes',
  'explain',
  'answers',
  'history',
  'tail',
  'settings',
]);

/** kubectl finds a plugin by this name. The user then types `kubectl podway`, so the help has that name, too. */
const IS_PLUGIN = /^kubectl-podway\b/.test(basename(process.argv[1] ?? ''));

const version = String(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version);

function write(fd: number, text: string): void {
  try {
    writeSync(fd, text);
  } catch {
    // The reader has closed the pipe.
  }
}

/** The soft limit of open files; Infinity if there is no limit or it cannot be read. */
function openFiles(): number {
  const report = process.report.getReport() as {
    readonly userLimits?: { readonly open_files?: { readonly soft?: number | string } };
  };
  const soft = Number(report.userLimits?.open_files?.soft);
  return Number.isNaN(soft) ? Number.POSITIVE_INFINITY : soft;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** The resources that this process may use, limited by its CPU affinity and its container, and as libuv reports them. */
function machine(): Machine {
  const limits = containerLimits(readText);
  const constrained = process.constrainedMemory();
  return {
    cores: Math.min(availableParallelism(), limits.cpus),
    memory: Math.min(totalmem(), limits.memory, constrained > 0 ? constrained : totalmem()),
    openFiles: openFiles(),
    sharesPorts: process.platform === 'linux',
    addresses: Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address)),
  };
}

function memory(): ReturnType<Runtime['memory']> {
  const { rss, heapUsed } = process.memoryUsage();
  return { resident: rss, heap: heapUsed };
}

/** Help with the command names that the user typed. */
function help(text: string): string {
  const commands = [...Object.keys(COMMANDS), 'help', 'version', 'COMMAND'].join('|');
  return IS_PLUGIN
    ? text.replaceAll(new RegExp(`\\bpodway (?=(?:${commands}|--)\\b)`, 'g'), 'kubectl podway ')
    : text;
}

function runtime(args: readonly string[]): Runtime {
  const isHelp = args.slice(0, args.indexOf('--') >>> 0).some((it) => it === '--help' || it === '-h');
  return {
    env: process.env,
    args,
    version,
    machine: machine(),
    memory,
    stdout: { fd: STDOUT, terminal: isatty(STDOUT) },
    streams: process,
    print: (text) => write(STDOUT, isHelp ? help(text) : text),
    printError: (...lines) => write(STDERR, lines.map((line) => `${line}\n`).join('')),
    onSignal: (signal, listener) => process.on(signal, listener),
    onFault: (listener) => process.on('uncaughtException', listener),
  };
}

async function run(): Promise<number> {
  const [first, ...rest] = process.argv.slice(2);
  if (first === undefined) return misused(`no command\n\n${USAGE}`);
  if (HELP.has(first)) return helpOf(rest);
  if (VERSION.has(first)) return print(`${version}\n`);
  const load = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  if (load === undefined) return misused(unknownCommand(first, Object.keys(COMMANDS)));
  if (WITH_FLAGS.has(first)) return start(load, rest);
  const stray = rest.find((it) => !HELP.has(it) && !VERSION.has(it));
  if (stray !== undefined) return misused(await strayArgument(first, stray));
  if (rest.some((it) => HELP.has(it))) return print(USAGE);
  return rest.some((it) => VERSION.has(it)) ? print(`${version}\n`) : start(load, rest);
}

/** Runs `podway help`, and `podway help exec` like `podway exec --help`. */
async function helpOf([name]: readonly string[]): Promise<number> {
  const load = name !== undefined && WITH_FLAGS.has(name) ? COMMANDS[name] : undefined;
  if (load !== undefined) return start(load, ['--help']);
  const isKnown = name === undefined || name.startsWith('-') || Object.hasOwn(COMMANDS, name);
  return isKnown ? print(USAGE) : misused(unknownCommand(name, Object.keys(COMMANDS)));
}

async function start(load: () => Promise<Command>, args: readonly string[]): Promise<number> {
  const command = await load();
  return command(runtime(args));
}

function print(text: string): number {
  write(STDOUT, help(text));
  return 0;
}

function misused(problem: string): number {
  write(STDERR, `podway: ${help(problem).trimEnd()}\n`);
  return 2;
}

process.exit(await run());
