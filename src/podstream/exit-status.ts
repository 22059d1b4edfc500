import { own, ownArray, ownString } from '../wiring/json.ts';
import { printable } from '../wiring/rejection.ts';

/** Maximum size of a Status, in bytes. Messages of runtimes have about 1 KiB. */
export const MAX_STATUS_BYTES = 65_536;
const MAX_MESSAGE_LENGTH = 1_024;

/** The meaning of the Status at the end of exec or attach. Texts are printable. */
export type ExitStatus =
  /** The command ended with this code, 0 to 255. */
  | { readonly kind: 'exited'; readonly code: number }
  /** The command did not run, or the runtime does not know how it ended. */
  | { readonly kind: 'failed'; readonly message: string }
  /** The bytes are not a Status: the outcome of the command is unknown. */
  | { readonly kind: 'unreadable'; readonly detail: string };

/**
 * Reads the Status of channel 3 (apimachinery's metav1.Status, as remotecommand writes it): `Success`, or `Failure` with
 * reason NonZeroExitCode and one cause ExitCode whose message is the number, or `Failure` for another reason. Everything
 * else is unreadable, and never a success.
 */
export function readExitStatus(bytes: Uint8Array): ExitStatus {
  if (bytes.length === 0) return unreadable('there is none');
  if (bytes.length > MAX_STATUS_BYTES) return unreadable(`it is longer than ${MAX_STATUS_BYTES} bytes`);
  const status = parse(bytes);
  if (typeof status !== 'object' || status === null) return unreadable('it is not a JSON object');
  const kind = own(status, 'kind');
  if (kind !== undefined && kind !== 'Status') return unreadable('its kind is not Status');
  const outcome = own(status, 'status');
  if (outcome === 'Success') return { kind: 'exited', code: 0 };
  if (outcome !== 'Failure') return unreadable('it is neither Success nor Failure');
  if (own(status, 'reason') === 'NonZeroExitCode') return readExitCode(status);
  const message = ownString(status, 'message') || ownString(status, 'reason') || 'no message';
  return { kind: 'failed', message: printable(message, MAX_MESSAGE_LENGTH) };
}

function readExitCode(status: object): ExitStatus {
  const causes = ownArray(own(status, 'details'), 'causes').filter((it) => own(it, 'reason') === 'ExitCode');
  if (causes.length !== 1) return unreadable(`it has ${causes.length} exit codes`);
  const text = ownString(causes[0], 'message') ?? '';
  const code = /^(?:0|[1-9]\d{0,2})$/.test(text) ? Number(text) : 256;
  return code > 255 ? unreadable('its exit code is not a number from 0 to 255') : { kind: 'exited', code };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}

function unreadable(detail: string): ExitStatus {
  return { kind: 'unreadable', detail: `the exit status cannot be read: ${detail}` };
}

/**
 * The exit code for a command that did not run, from the message of the runtime. As with shells and docker: 127 if the
 * program does not exist, 126 if it cannot be started, 125 for other failures.
 */
export function codeOfFailure(message: string): 125 | 126 | 127 {
  if (/executable file not found|: no such file or directory/i.test(message)) return 127;
  if (/permission denied|exec format error|is a directory|starting container process/i.test(message))
    return 126;
  return /OCI runtime exec failed|failed to start exec/i.test(message) ? 126 : 125;
}
