import type { IncomingMessage, ServerResponse } from 'node:http';

/** A question, and what became of it. */
export interface Answered {
  readonly peer: string;
  readonly method: string;
  /** 0: who asked had gone before there was an answer. */
  readonly status: number;
  /** Milliseconds since the question came. */
  readonly duration: number;
}

/** Reports once, when the response is over. */
export function reportAnswered(
  { socket, method = '' }: IncomingMessage,
  response: ServerResponse,
  report: (answered: Answered) => void,
): void {
  const began = performance.now();
  const peer = socket.remoteAddress ?? '';
  response.once('close', () => {
    const status = response.headersSent ? response.statusCode : 0;
    report({ peer, method, status, duration: performance.now() - began });
  });
}
