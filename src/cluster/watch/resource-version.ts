/**
 * Whether one resourceVersion of a resource is older than another one of the same resource.
 *
 * Kubernetes orders the versions of one resource as unsigned decimal integers of any size (KEP-5504, documented from
 * 1.35 on; the rule of client-go's `CompareResourceVersion`). Other texts can only be compared for equality, so neither
 * is known to be older.
 */
export function isOlder(version: string, other: string): boolean {
  if (!NUMBER.test(version) || !NUMBER.test(other)) return false;
  return version.length === other.length ? version < other : version.length < other.length;
}

/** Without leading zeros the number of digits decides, then the first digit that differs. */
const NUMBER = /^[1-9][0-9]*$/;
