import type { HeadEdits } from './head-edits.ts';
import type { ResponseFraming } from './response-framing.ts';

/**
 * What a response head said, and where its lines are, for the writer. Responses of one connection with the same octets share one object
 * (see LastHead): who edits one takes a copy.
 */
export class ResponseHead {
  /** The head as received, octets as characters (latin1). */
  text = '';
  /** FIELD_STRIDE offsets into `text` for every field line. */
  fields: number[] = [];
  /** Where the field lines begin in `text`. */
  fieldsStart = 0;

  /** 100 to 999. */
  status = 0;
  /** A line was ended by LF alone: nothing of `text` is fit to be passed as it is. */
  loose = false;
  /** As received; '' if missing or with a control character in it. */
  reason = '';
  minor: 0 | 1 = 1;

  /** What the fields say, regardless of method and status: no body for HEAD, 1xx, 204 and 304 is the caller's to know. */
  framing: 'length' | 'chunked' | 'close' = 'close';
  /** 0 unless `framing` is `length`. */
  contentLength = 0;
  /** The pod will take another request on this connection. */
  keepAlive = true;
  /** Seconds out of `Keep-Alive: timeout=`, -1 if it does not say. */
  keepAliveTimeout = -1;
  /** More requests it will take, out of `Keep-Alive: max=`, -1 if it does not say. */
  keepAliveMax = -1;
  /** All lines of Upgrade joined by `, `; '' without `Connection: upgrade`, but for 426. */
  upgrade = '';
  /** Sec-WebSocket-Accept is there. */
  hasAccept = false;
  /** Its value. */
  accept = '';
  /** WWW-Authenticate offers or answers a login of the connection (see login.ts). */
  login = false;
  accelBuffering: 'yes' | 'no' | 'unset' = 'unset';
  /** Server-sent events, or calls of gRPC: a client waits for every byte. */
  streaming: '' | 'events' | 'calls' = '';
  hasDate = false;
  /** Strict-Transport-Security is there, or set. */
  hasHsts = false;
  /** What is changed of the fields when they are passed on. */
  edits: HeadEdits | undefined = undefined;
  /** The stream of a pod of HTTP/2 from which the head comes. */
  marks: FieldMarks | undefined = undefined;

  /** See LastHead. */
  repeated = false;
  /** What the writer wrote for it. */
  written: WrittenResponse | undefined = undefined;

  /** One that may be edited. */
  copy(): ResponseHead {
    const { fields } = this;
    return Object.assign(new ResponseHead(), this, {
      fields: [...fields],
      repeated: false,
      written: undefined,
    });
  }
}

/** What a pod of HTTP/2 has marked in its last head or trailers. */
export interface FieldMarks {
  /** Names of fields that are never indexed: the mark must be forwarded (RFC 7541 section 6.2.3). */
  readonly neverIndexed: ReadonlySet<string> | undefined;
}

/** A head as it is sent to clients. */
interface WrittenResponse {
  /** What else it depends on. */
  readonly framing: ResponseFraming;
  readonly text: string;
}
