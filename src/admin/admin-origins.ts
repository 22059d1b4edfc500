/**
 * Whether a browser sends the request for a page of another origin. Such a page cannot read most answers, but it can
 * load an answer as a script, or measure how long it takes. Clients that send neither `Sec-Fetch-Site` nor `Origin` are
 * not browsers.
 *
 * @param headers values of every field line, by field name in lower case
 */
export function isFromForeignPage(headers: Readonly<Record<string, readonly string[] | undefined>>): boolean {
  const sites = headers['sec-fetch-site'] ?? [];
  if (sites.some((site) => site !== 'same-origin' && site !== 'none')) return true;
  const [host = ''] = headers['host'] ?? [];
  return (headers['origin'] ?? []).some((origin) => origin !== `http://${host}`);
}
