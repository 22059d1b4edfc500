import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { CommandSession } from '../../cluster/streams/command-session.ts';
import { ownString } from '../../wiring/json.ts';
import { printable } from '../../wiring/rejection.ts';
import type { StandardStreams } from '../runtime.ts';

/** Of a process whose output is no longer read: 128 and the number of SIGPIPE. */
const BROKEN_PIPE = 141;

/** What became of the outputs: a code when they could not be written, and what to say about it. */
export interface Carried {
  readonly code: number;
  readonly problem: string | undefined;
}

/** Carries both outputs of a session to ours, until they have ended and are written. */
export async function carryOutput(
  session: CommandSession,
  streams: StandardStreams,
): Promise<Carried | undefined> {
  const carry = async (from: CommandSession['stdout'], to: Writable): Promise<Carried | undefined> => {
    // An error of a stream that is no longer written to would end the process.
    to.on('error', () => undefined);
    try {
      await pipeline(from, to, { end: false });
      await flushed(to);
      return undefined;
    } catch (error) {
      session.abandon('the output cannot be written');
      const code = ownString(error, 'code') ?? 'unknown error';
      if (code === 'EPIPE') return { code: BROKEN_PIPE, problem: undefined };
      return { code: 125, problem: `the output cannot be written (${printable(code)})` };
    }
  };
  const [stdout, stderr] = await Promise.all([
    carry(session.stdout, streams.stdout),
    carry(session.stderr, streams.stderr),
  ]);
  return stdout ?? stderr;
}

function flushed(stream: Writable): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  stream.write('', (error) => (error ? reject(error) : resolve()));
  return promise;
}

/** Carries our stdin to the command, and its end, where that can be said; calls `cannotEnd` when it cannot. */
export function carryInput(session: CommandSession, { stdin }: StandardStreams, cannotEnd: () => void): void {
  stdin.on('end', () => {
    if (!session.halfCloses) cannotEnd();
  });
  // A terminal that has gone cannot be read: that is the end of the input.
  stdin.on('error', () => session.stdin.end());
  session.stdin.on('error', () => undefined);
  stdin.pipe(session.stdin);
  void session.ended.then(() => stdin.unpipe(session.stdin).pause());
}
