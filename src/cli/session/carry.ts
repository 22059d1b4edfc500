import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CommandSession } from '../../cluster/streams/command-session.ts';
import { ownString } from '../../wiring/json.ts';
import { printable } from '../../wiring/rejection.ts';
import type { StandardStreams } from '../runtime.ts';

/** Exit code when the reader of the output has gone: 128 plus the number of SIGPIPE. */
const SIGPIPE_EXIT_CODE = 141;

/** The result of copying the outputs: an exit code if podway could not write them, and a message about it. */
export interface PipedStreams {
  readonly code: number;
  readonly problem: string | undefined;
}

/** Copies both outputs of a session to those of this process. Resolves when they have ended and are written. */
export async function pipeOutput(
  session: CommandSession,
  streams: StandardStreams,
): Promise<PipedStreams | undefined> {
  const pipe = async (from: CommandSession['stdout'], to: Writable): Promise<PipedStreams | undefined> => {
    // Without a listener, an error after the last write would end the process.
    to.on('error', () => undefined);
    try {
      await pipeline(from, to, { end: false });
      await flushed(to);
      return undefined;
    } catch (error) {
      session.abandon('the output cannot be written');
      const code = ownString(error, 'code') ?? 'unknown error';
      if (code === 'EPIPE') return { code: SIGPIPE_EXIT_CODE, problem: undefined };
      return { code: 125, problem: `the output cannot be written (${printable(code)})` };
    }
  };
  const [stdout, stderr] = await Promise.all([
    pipe(session.stdout, streams.stdout),
    pipe(session.stderr, streams.stderr),
  ]);
  return stdout ?? stderr;
}

function flushed(stream: Writable): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  stream.write('', (error) => (error ? reject(error) : resolve()));
  return promise;
}

/** Copies stdin to the command, with its end. If the protocol cannot signal the end, calls `cannotEnd`. */
export function pipeInput(session: CommandSession, { stdin }: StandardStreams, cannotEnd: () => void): void {
  stdin.on('end', () => {
    if (!session.halfCloses) cannotEnd();
  });
  // A terminal that was closed causes a read error, which podway treats as the end of the input.
  stdin.on('error', () => session.stdin.end());
  session.stdin.on('error', () => undefined);
  stdin.pipe(session.stdin);
  void session.ended.then(() => stdin.unpipe(session.stdin).pause());
}
