import { setTimeout as delay } from 'node:timers/promises';
import { terminals } from '../../test/fixtures/kubernetes-api/streams/terminals.ts';
import { Percentiles } from '../load/percentiles.ts';
import { SHELL } from './cluster-options.ts';
import { MAIN } from './rivals.ts';

/** Milliseconds between two keystrokes. People do not type faster. */
const KEY_INTERVAL = 10;
const READY = 'ready to echo';
/** The program in the pod's terminal. The program echoes every byte, not the terminal. */
const ECHO = `stty raw -echo; printf '${READY}'; exec cat`;

export interface EchoFigures {
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

export interface EchoRival {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The programs that carry keystrokes to a program in a terminal of the pod, and the same program in a local terminal.
 */
export function echoRivals(kubectl: string, kubeconfig: string): EchoRival[] {
  const env = { KUBECONFIG: kubeconfig };
  const exec = ['exec', '-it', SHELL, '--', 'sh', '-c', ECHO] as const;
  return [
    { name: 'podway exec', command: [process.execPath, MAIN, ...exec], env },
    { name: 'kubectl exec', command: [kubectl, ...exec], env },
    { name: 'a terminal of this machine', command: ['sh', '-c', ECHO], env: {} },
  ];
}

/** Types this many keys, each after the echo of the previous one. */
export async function keyEcho(
  { command, env }: EchoRival,
  cores: string,
  keys: number,
): Promise<EchoFigures> {
  if (typeof terminals === 'string') throw new Error(terminals);
  const terminal = terminals.spawn('taskset', ['-c', cores, ...command], {
    cols: 80,
    rows: 24,
    env: { ...process.env, ...env },
    encoding: null,
  });
  let output = '';
  let changed = Promise.withResolvers<void>();
  terminal.onData((data) => {
    output += data.toString('latin1');
    changed.resolve();
    changed = Promise.withResolvers();
  });
  const ended = new Promise<never>((_, reject) => {
    terminal.onExit(({ exitCode }) => reject(new Error(`it ended with ${exitCode}: ${output.slice(-300)}`)));
  });
  ended.catch(() => undefined);
  const waitFor = async (what: string): Promise<void> => {
    while (!output.includes(what)) await Promise.race([changed.promise, ended]);
  };
  try {
    await waitFor(READY);
    const latencies = new Percentiles();
    for (let at = 0; at < keys; at += 1) {
      const key = String.fromCharCode(97 + (at % 26));
      await delay(KEY_INTERVAL);
      output = '';
      const typed = performance.now();
      terminal.write(key);
      await waitFor(key);
      latencies.add(performance.now() - typed);
    }
    const [p50 = Number.NaN, p99 = Number.NaN] = latencies.at(0.5, 0.99);
    return { p50, p99 };
  } finally {
    terminal.kill('SIGKILL');
  }
}
