import type { AccessRecord, AttemptRecord } from '../boundary/access-record.ts';
import type { WorkerSettings } from '../boundary/settings.ts';
import { LineSink } from './line-sink.ts';
import { PLAIN, quote } from './quote.ts';

const STDOUT = 1;
const BACKLOG = 1024 * 1024;

export interface AccessLog {
  write(record: AccessRecord): void;
  /** Call it at the end of the thread. Writes the lines that wait, as far as the reader takes them at once. */
  flush(): void;
}

/**
 * Opens the access log of one worker thread, on stdout; undefined if it is off. It never blocks: a line that finds the
 * backlog full is dropped, with one call of `onDropped`.
 */
export function openAccessLog(
  format: WorkerSettings['accessLog'],
  onDropped: () => void,
): AccessLog | undefined {
  if (format === 'off') return undefined;
  const sink = new LineSink(STDOUT, { limit: BACKLOG, onDropped });
  const render = format === 'json' ? jsonLine : combinedLine;
  return { write: (record) => sink.write(render(record)), flush: () => sink.flush() };
}

/**
 * One JSON object and a line feed. It is not made by JSON.stringify: the order of the fields is fixed, and most need no
 * escaping.
 */
export function jsonLine(record: AccessRecord): string {
  return (
    `{"type":"access","time":"${new Date(record.time).toISOString()}"` +
    `,"client":${quote(record.clientAddress)},"method":${quote(record.method)}` +
    `,"target":${quote(record.target)},"host":${quote(record.host)}` +
    `,"protocol":"${record.protocol}","status":${record.status}` +
    `,"bytes_sent":${record.bytesSent},"bytes_received":${record.bytesReceived}` +
    `,"duration":${seconds(record.duration)},"upstream":${quote(record.upstreamAddress)}` +
    `,"upstream_duration":${record.upstreamDuration < 0 ? 'null' : seconds(record.upstreamDuration)}` +
    `,"attempts":${record.attempts},"tries":[${record.tries.map(tryText).join(',')}]` +
    `,"route":${quote(record.route)}` +
    `,"namespace":${quote(record.namespace)},"pod":${quote(record.pod)}` +
    `,"reason":${quote(record.reason)},"detail":"${record.detail}","request_id":${quote(record.requestId)}${traceText(record)}` +
    `,"referer":${quote(record.referer)},"user_agent":${quote(record.userAgent)}` +
    `,"tunnel":${record.tunnel}${record.decomposed ? ',"decomposed":true' : ''}${tlsText(record)}}\n`
  );
}

function traceText({ traceId }: AccessRecord): string {
  return traceId === undefined ? '' : `,"trace_id":"${traceId}"`;
}

function tlsText({ tls }: AccessRecord): string {
  if (tls === undefined) return '';
  return `,"tls":${quote(tls.version)},"sni":${quote(tls.sni)},"resumed":${tls.resumed}`;
}

/** The NCSA combined format, as nginx writes it: special bytes as `\xHH`, empty values as `-`. */
export function combinedLine(record: AccessRecord): string {
  const request = `${escaped(record.method)} ${escaped(record.target)} ${record.protocol}`.trim() || '-';
  const readers = `"${escaped(record.referer) || '-'}" "${escaped(record.userAgent) || '-'}"`;
  const from = record.clientAddress || '-';
  return `${from} - - [${clfTime(record.time)}] "${request}" ${record.status} ${record.bytesSent} ${readers}\n`;
}

function tryText({ namespace, pod, address, error, duration }: AttemptRecord): string {
  return (
    `{"namespace":${quote(namespace)},"pod":${quote(pod)},"address":${quote(address)}` +
    `,"error":${quote(error)},"duration":${seconds(duration)}}`
  );
}

/** Rounds to microseconds. */
function seconds(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

function escaped(text: string): string {
  if (PLAIN.test(text)) return text;
  const hex = (byte: number) => `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return text.replaceAll(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, (character) =>
    Array.from(Buffer.from(character, character <= '\xff' ? 'latin1' : 'utf8'), hex).join(''),
  );
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `21/Nov/2026:20:43:48 +0000`, always UTC. */
function clfTime(time: number): string {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()}`;
  return `${day}:${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())} +0000`;
}
