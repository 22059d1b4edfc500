/** The names of the static table, with `=` and a value where there is one (RFC 7541 appendix A). */
const TEXT =
  ':authority|:method=GET|:method=POST|:path=/|:path=/index.html|:scheme=http|:scheme=https|' +
  ':status=200|:status=204|:status=206|:status=304|:status=400|:status=404|:status=500|' +
  'accept-charset|accept-encoding=gzip, deflate|accept-language|accept-ranges|accept|' +
  'access-control-allow-origin|age|allow|authorization|cache-control|content-disposition|content-encoding|' +
  'content-language|content-length|content-location|content-range|content-type|cookie|date|etag|expect|expires|' +
  'from|host|if-match|if-modified-since|if-none-match|if-range|if-unmodified-since|last-modified|link|location|' +
  'max-forwards|proxy-authenticate|proxy-authorization|range|referer|refresh|retry-after|server|set-cookie|' +
  'strict-transport-security|transfer-encoding|user-agent|vary|via|www-authenticate';

/** Names and values in turn; the entry of index 1 begins at 0 (RFC 7541 section 2.3.1). */
export const STATIC_FIELDS: readonly string[] = TEXT.split('|').flatMap((entry) => {
  const [name = '', value = ''] = entry.split('=');
  return [name, value];
});

/** Number of entries. The newest entry of the dynamic table has the next index (RFC 7541 section 2.3.3). */
export const STATIC_LENGTH: number = STATIC_FIELDS.length / 2;
