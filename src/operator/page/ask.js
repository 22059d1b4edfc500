/** Where the token is kept: as long as the tab is open, and for no other tab. */
const PLACE = 'podway-operator-token';

/** What the router did not answer as it was hoped. */
export class Refusal extends Error {
  /**
   * @param {number} status 0: it could not be reached
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export function hasToken() {
  return sessionStorage.getItem(PLACE) !== null;
}

/** @param {string} token printable characters of ASCII */
export function keepToken(token) {
  sessionStorage.setItem(PLACE, token);
}

export function forgetToken() {
  sessionStorage.removeItem(PLACE);
}

/**
 * Asks a page of the router. Addresses are relative: a proxy may have put a path before them.
 *
 * @param {string} page without a slash at its beginning
 * @param {{ query?: Record<string, string> | [string, string][], headers?: [string, string][], signal?: AbortSignal }} [options]
 * @returns {Promise<Response>} of status 200
 * @throws {Refusal}
 */
export async function open(page, { query = {}, headers = [], signal } = {}) {
  const text = new URLSearchParams(query).toString();
  const token = sessionStorage.getItem(PLACE);
  /** @type {[string, string][]} */
  const fields = token === null ? headers : [...headers, ['authorization', `Bearer ${token}`]];
  const response = await fetch(text === '' ? page : `${page}?${text}`, {
    headers: fields,
    cache: 'no-store',
    redirect: 'error',
    signal: signal ?? null,
  }).catch((error) => {
    throw error instanceof TypeError ? new Refusal(0, 'the router cannot be reached') : error;
  });
  if (response.ok) return response;
  throw new Refusal(response.status, await problemOf(response));
}

/**
 * @param {string} page
 * @param {Parameters<typeof open>[1]} [options]
 * @returns {Promise<any>} the document
 * @throws {Refusal}
 */
export async function ask(page, options) {
  const response = await open(page, options);
  return response.json();
}

/** @param {Response} response */
async function problemOf(response) {
  const text = await response.text().catch(() => '');
  try {
    const { error } = JSON.parse(text);
    if (typeof error === 'string') return error;
  } catch {
    // Not the router's own words: a proxy's.
  }
  return `status ${response.status}`;
}
