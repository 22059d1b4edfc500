/**
 * Whether a browser asks for a page of another origin. Such a page cannot read most answers; but it can run one as a script,
 * or see how long it takes. Clients that send neither field are no browsers.
 *
 * @param headers every line of every field, names in lower case
 */
export function isFromForeignPage(headers: Readonly<Record<string, readonly string[] | undefined>>): boolean {
  const sites = headers['sec-fetch-site'] ?? [];
  if (sites.some((site) => site !== 'same-origin' && site !== 'none')) return true;
  const [host = ''] = headers['host'] ?? [];
  return (headers['origin'] ?? []).some((origin) => origin !== `http://${host}`);
}
