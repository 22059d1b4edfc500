import type { AdminAnswer } from './answers.ts';

/**
 * A browser's proxy settings (PAC): `http:` URLs of routed hosts go through `proxy`, all other URLs go direct. Browsers
 * open WebSockets through a proxy with CONNECT, which podway refuses, so WebSockets go direct, too. The file uses only
 * the old JavaScript that every reader of PAC files understands.
 *
 * @param hosts hosts of routes, wildcards included
 * @param proxy `host:port` of the routed listener
 */
export function proxyPac(hosts: Iterable<string>, proxy: string): AdminAnswer {
  const names: string[] = [];
  const endings: string[] = [];
  for (const host of new Set(hosts)) {
    if (host.startsWith('*.')) endings.push(host.slice(1));
    else names.push(host);
    // Some browsers pass an IPv6 address without its brackets.
    if (host.startsWith('[')) names.push(host.slice(1, -1));
  }
  // Every key begins with a dot: names such as __proto__ would not be ordinary keys of an object.
  const body = `// Routed by podway; read again when the browser reloads its proxy settings.
var NAMES = ${literal(Object.fromEntries(names.sort().map((name) => [`.${name}`, 1])))};
var ENDINGS = ${literal(endings.sort())};

function FindProxyForURL(url, host) {
  if (!/^http:/i.test(url)) return "DIRECT";
  host = host.toLowerCase().replace(/\\.$/, "");
  if (Object.prototype.hasOwnProperty.call(NAMES, "." + host)) return ${literal(`PROXY ${proxy}`)};
  for (var dot = host.indexOf(".", 1); dot > 0; dot = host.indexOf(".", dot + 1))
    if (ENDINGS.indexOf(host.slice(dot)) >= 0) return ${literal(`PROXY ${proxy}`)};
  return "DIRECT";
}
`;
  return { status: 200, contentType: 'application/x-ns-proxy-autoconfig', body };
}

/**
 * A JavaScript literal that stays a literal wherever it is quoted. In strings, the function escapes every character
 * except letters, digits, spaces and `_.:,"{}[]*\-`.
 */
function literal(value: unknown): string {
  return JSON.stringify(value).replaceAll(/[^\w .:,"{}[\]*\\-]/g, (it) => {
    return `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
