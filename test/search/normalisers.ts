/** How other software reads the path of a request before it looks up a route, a file or a rule, according to its documentation. */
export const NORMALISERS: Readonly<Record<string, (path: string) => string>> = {
  'nginx: decode, merge slashes, dots': (path) => dots(merged(decoded(path))),
  'Go path.Clean of the decoded path': (path) => posix(decoded(path)),
  'Go path.Clean of the raw path, then decoded': (path) => decoded(posix(path)),
  'POSIX normpath of the decoded path': (path) => posix(decoded(path)),
  'RFC 3986: unreserved decoded, dots, the rest decoded': (path) => decoded(dots(unreservedDecoded(path))),
  'WHATWG URL': (path) => decoded(new URL(`http://h${merged(path)}`).pathname),
  'WHATWG URL of a file, backslash as slash': (path) =>
    decoded(new URL(`http://h${merged(path.replaceAll('\\', '/'))}`).pathname),
  'Tomcat: parameters dropped, decoded, dots': (path) => dots(merged(decoded(withoutParameters(path)))),
  'Jetty: decoded, parameters dropped, dots': (path) => dots(merged(withoutParameters(decoded(path)))),
  'Spring: parameters dropped, dots, decoded': (path) => decoded(dots(merged(withoutParameters(path)))),
  'IIS: decoded, backslash as slash, dots': (path) => dots(merged(decoded(path).replaceAll('\\', '/'))),
  'Envoy: escaped slashes as slashes, merged, dots': (path) =>
    decoded(dots(merged(path.replace(/%2f/gi, '/').replace(/%5c/gi, '\\').replaceAll('\\', '/')))),
  'Apache: decoded except slashes, merged, dots': (path) =>
    dots(merged(path.split(/%2f/i).map(decoded).join('%2F'))),
  'Express: only decoded': (path) => merged(decoded(path)),
  'decoded, then parsed as a URL': (path) => merged(url(literal(decoded(path)))),
  'dots and slashes first, then parsed as a URL': (path) => merged(decoded(url(unmergedDots(path)))),
  'parameters dropped, decoded, then parsed as a URL': (path) =>
    merged(url(literal(decoded(withoutParameters(path))))),
  'WHATWG URL twice': (path) => merged(decoded(url(url(path)))),
  'no dots, decoded, parameters dropped': (path) => merged(withoutParameters(decoded(dots(path)))),
  'unreserved decoded, parameters dropped': (path) => merged(withoutParameters(unreservedDecoded(path))),
  'only decoded, parameters dropped': (path) => merged(withoutParameters(decoded(path))),
  'decoded until a NUL': (path) => dots(merged(decoded(path).split('\0')[0] ?? '')),
};

/** Decodes escapes, one octet each, as Latin-1. Bad escapes stay. */
function decoded(path: string): string {
  return path.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Encodes `%`, so that a decoded text has no escape: decoding twice is not tested, since its results cannot be predicted (PC-07). */
function literal(text: string): string {
  return text.replaceAll('%', '%25');
}

/** The path of a URL reference. A text that the URL parser does not accept is already a path. */
function url(reference: string): string {
  return URL.parse(reference, 'http://h')?.pathname ?? reference;
}

/** Resolves `.` and `..`, and keeps empty segments. */
function unmergedDots(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/').slice(1)) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}`;
}

function unreservedDecoded(path: string): string {
  return path.replace(/%([\da-f]{2})/gi, (escape) =>
    /[\w.~-]/.test(decoded(escape)) ? decoded(escape) : escape,
  );
}

function merged(path: string): string {
  return path.replace(/\/{2,}/g, '/');
}

function withoutParameters(path: string): string {
  return path.replace(/;[^/]*/g, '');
}

/** Resolves dot segments. `..` at the root stays at the root. */
function dots(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  return merged(`/${kept.join('/')}`);
}

function posix(path: string): string {
  const clean = dots(merged(path));
  return clean.length > 1 && clean.endsWith('/') ? clean.slice(0, -1) : clean;
}
