import type { HeadEdits } from './head-edits.ts';
import type { ResponseFraming } from './response-framing.ts';

/**
 * The content of a response head, and where its lines are, for the writer. Responses of one connection with the same
 * octets share one object (see LastHead), so code that edits one must copy it.
 */
export class ResponseHead {
  /** The head as received, one character for each octet (latin1). */
  text = '';
  /** FIELD_STRIDE offsets into `text` for every field line. */
  fields: number[] = [];
  /** Where the field lines begin in `text`. */
  fieldsStart = 0;

  /** 100 to 999. */
  status = 0;
  /** A line ended in LF alone, so no part of `text` may be passed on as it is. */
  loose = false;
  /** The reason phrase as received; '' if it is missing or has a control character. */
  reason = '';
  minor: 0 | 1 = 1;

  /** The framing by the fields alone. The caller must know that HEAD, 1xx, 204 and 304 have no body. */
  framing: 'length' | 'chunked' | 'close' = 'close';
  /** 0 unless `framing` is `length`. */
  contentLength = 0;
  /** The pod accepts another request on this connection. */
  keepAlive = true;
  /** Seconds of `Keep-Alive: timeout=`; -1 without it. */
  keepAliveTimeout = -1;
  /** Number of further requests that the pod accepts, of `Keep-Alive: max=`; -1 without it. */
  keepAliveMax = -1;
  /** All lines of Upgrade joined by `, `; '' without `Connection: upgrade`, except for status 426. */
  upgrade = '';
  /** The response has a Sec-WebSocket-Accept. */
  hasAccept = false;
  /** The value of Sec-WebSocket-Accept. */
  accept = '';
  /** WWW-Authenticate offers or continues a login of the connection (see login.ts). */
  login = false;
  accelBuffering: 'yes' | 'no' | 'unset' = 'unset';
  /** Server-sent events, or gRPC calls: the client waits for every byte. */
  streaming: '' | 'events' | 'calls' = '';
  hasDate = false;
  /** The response has Strict-Transport-Security, or the pod's options set it. */
  hasHsts = false;
  /** Changes to the fields when the response is passed on. */
  edits: HeadEdits | undefined = undefined;
  /** The stream of an HTTP/2 pod from which the head comes. */
  marks: FieldMarks | undefined = undefined;

  /** See LastHead. */
  repeated = false;
  /** The head that the writer wrote for it. */
  written: WrittenResponse | undefined = undefined;

  /** Returns a copy that may be edited. */
  copy(): ResponseHead {
    const { fields } = this;
    return Object.assign(new ResponseHead(), this, {
      fields: [...fields],
      repeated: false,
      written: undefined,
    });
  }
}

/** The marks of an HTTP/2 pod in its last head or trailers. */
export interface FieldMarks {
  /** Names of fields that are never indexed. The mark must be forwarded (RFC 7541 section 6.2.3). */
  readonly neverIndexed: ReadonlySet<string> | undefined;
}

/** A head as podway sends it to clients. */
interface WrittenResponse {
  /** `text` is valid only for this framing. */
  readonly framing: ResponseFraming;
  readonly text: string;
}
