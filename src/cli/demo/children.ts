import { type ChildProcess, fork } from 'node:child_process';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PodProcess {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Resolves with a phrase such as `exit code 1` or `SIGKILL` when the process has ended. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

/** Starts a pod that listens at the first usable one of `places` (`address:port`). Rejects if none is usable. */
export async function startPod(
  name: string,
  program: 'pod' | 'grpc-pod',
  places: readonly string[],
): Promise<PodProcess> {
  const file = fileURLToPath(new URL(`./${program}${extname(import.meta.url)}`, import.meta.url));
  const child = fork(file, [name, ...places]);
  const ended = endOf(child);
  const place = await Promise.race([listening(child), ended]);
  if (typeof place === 'string') throw new Error(`the demo pod ${name} did not start: ${place}`);
  return { name, ...place, ended, stop: () => stop(child, ended) };
}

function listening(child: ChildProcess): Promise<{ readonly address: string; readonly port: number }> {
  return new Promise((resolve) => {
    child.once('message', (message) => resolve(message as { address: string; port: number }));
  });
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

/** Ends a pod. It exits when its IPC channel closes; a pod that hangs or was stopped with SIGSTOP is killed. */
async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.connected) child.disconnect();
  const timer = setTimeout(() => child.kill('SIGKILL'), 2000);
  await ended;
  clearTimeout(timer);
}
