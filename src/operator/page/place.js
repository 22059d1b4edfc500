/**
 * The place within the dashboard, in the fragment of the URL: `#/route?host=&path=`.
 *
 * @typedef {object} Place
 * @property {string} view
 * @property {URLSearchParams} query
 */

/** @param {string} hash */
export function placeOf(hash) {
  const [, view = '', query = ''] = /^#?\/?([^?]*)\??(.*)$/.exec(hash) ?? [];
  return { view, query: new URLSearchParams(query) };
}

/**
 * @param {string} view
 * @param {Record<string, string>} query empty values are left out
 */
export function hashOf(view, query = {}) {
  const text = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString();
  return text === '' ? `#/${view}` : `#/${view}?${text}`;
}
