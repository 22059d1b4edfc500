import type { ServerResponse } from 'node:http';
import type { Fault } from './fault.ts';
import { statusObject } from './status.ts';

/** Answers a request wrongly, as a whole; false for the faults of an answer that others give. */
export function spoil(response: ServerResponse, fault: Fault): boolean {
  switch (fault.kind) {
    case 'refuse':
      response.socket?.resetAndDestroy();
      return true;
    case 'status':
      response.writeHead(fault.code, { 'content-type': 'application/json', ...fault.headers });
      response.end(fault.body ?? JSON.stringify(statusObject(fault.code, 'the fault of the test')));
      return true;
    case 'body':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(fault.text);
      return true;
    case 'stall':
      return true;
    case 'cut':
    case 'hang':
    case 'no-end-mark':
    case 'split':
      return false;
  }
}
