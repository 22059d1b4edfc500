import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import net, { type Socket } from 'node:net';

/** How long a connect may take on loopback before it counts as swallowed. */
const SWALLOWED = 100;

/** Listens and then stops for good: the kernel fills the accept queue and then drops every SYN. */
const PROGRAM = `
const server = require('node:net').createServer();
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  process.send(server.address().port, () => process.kill(process.pid, 'SIGSTOP'));
});`;

export interface BlackHole extends AsyncDisposable {
  readonly port: number;
}

/** An address that neither takes nor refuses connections, as that of a pod on a dead node. */
export async function startBlackHole(): Promise<BlackHole> {
  const child = spawn(process.execPath, ['-e', PROGRAM], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const [port] = (await once(child, 'message')) as [number];
  const fillers: Socket[] = [];
  while (await isTaken(port, fillers));
  return { port, [Symbol.asyncDispose]: () => dispose(child, fillers) };
}

async function isTaken(port: number, fillers: Socket[]): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1');
  fillers.push(socket);
  socket.on('error', () => undefined);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), SWALLOWED);
  socket.on('connect', () => resolve(true));
  const taken = await promise;
  clearTimeout(timer);
  return taken;
}

async function dispose(child: ChildProcess, fillers: readonly Socket[]): Promise<void> {
  for (const socket of fillers) socket.destroy();
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
