/** The place of the token in the session storage, which exists only in this tab and until it is closed. */
const STORAGE_KEY = 'podway-operator-token';

/** A request failed, or the router answered with an error. */
export class Refusal extends Error {
  /**
   * @param {number} status 0: the router could not be reached
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export function hasToken() {
  return sessionStorage.getItem(STORAGE_KEY) !== null;
}

/** @param {string} token printable characters of ASCII */
export function keepToken(token) {
  sessionStorage.setItem(STORAGE_KEY, token);
}

export function forgetToken() {
  sessionStorage.removeItem(STORAGE_KEY);
}

/**
 * Requests a page of the router. URLs are relative, because a proxy may serve the dashboard below another path.
 *
 * @param {string} page without a slash at its beginning
 * @param {{ query?: Record<string, string> | [string, string][], headers?: [string, string][], signal?: AbortSignal }} [options]
 * @returns {Promise<Response>} of status 200
 * @throws {Refusal}
 */
export async function open(page, { query = {}, headers = [], signal } = {}) {
  const text = new URLSearchParams(query).toString();
  const token = sessionStorage.getItem(STORAGE_KEY);
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
export async function request(page, options) {
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
    // The error is not from the router but from a proxy.
  }
  return `status ${response.status}`;
}
