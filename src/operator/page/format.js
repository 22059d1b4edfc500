/** Characters that are invisible or change how other text is shown: controls, direction marks, zero-width spaces. */
const INVISIBLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
/** Maximum number of characters that are shown of a text. */
const MAX_TEXT_LENGTH = 600;

/**
 * A text from the cluster or a client, safe to show: it is cut, and invisible characters are written as `\uXXXX`.
 *
 * @param {unknown} text
 * @returns {string}
 */
export function printable(text) {
  const whole = String(text);
  const cut = whole.length > MAX_TEXT_LENGTH ? `${whole.slice(0, MAX_TEXT_LENGTH)}…` : whole;
  return cut.replace(INVISIBLE, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const whole = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

/** @param {number} value */
export function count(value) {
  return whole.format(Math.round(value));
}

/**
 * A count with its noun, whose plural adds an s.
 *
 * @param {number} value
 * @param {string} noun
 */
export function counted(value, noun) {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** @param {number | null} value per second */
export function rate(value) {
  return value === null ? '–' : short.format(value);
}

/** @param {number | null} value from 0 to 1 */
export function percent(value) {
  return value === null ? '–' : `${short.format(value * 100)} %`;
}

/** @param {number | null} seconds */
export function duration(seconds) {
  if (seconds === null) return '–';
  if (seconds < 0.001) return `${short.format(seconds * 1e6)} µs`;
  if (seconds < 1) return `${short.format(seconds * 1e3)} ms`;
  return `${short.format(seconds)} s`;
}

/** @param {number} size */
export function bytes(size) {
  if (size < 1024) return `${size} B`;
  const power = Math.min(4, Math.floor(Math.log2(size) / 10));
  return `${short.format(size / 1024 ** power)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][power]}`;
}

/** @param {number} milliseconds a time that has passed */
export function age(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** @param {number} time milliseconds since 1970 */
export function timeOfDay(time) {
  return clock.format(time);
}

/** @param {number} time milliseconds since 1970 */
export function dateAndTime(time) {
  return day.format(time);
}
