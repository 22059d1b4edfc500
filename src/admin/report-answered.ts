import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request to the listener, and how it was answered. */
export interface AnsweredRequest {
  readonly peer: string;
  readonly method: string;
  /** 0 if the client disconnected before podway answered. */
  readonly status: number;
  /** Milliseconds since the request arrived. */
  readonly duration: number;
}

/** Calls `report` once, when the response has ended. */
export function reportAnswered(
  { socket, method = '' }: IncomingMessage,
  response: ServerResponse,
  report: (answered: AnsweredRequest) => void,
): void {
  const began = performance.now();
  const peer = socket.remoteAddress ?? '';
  response.once('close', () => {
    const status = response.headersSent ? response.statusCode : 0;
    report({ peer, method, status, duration: performance.now() - began });
  });
}
