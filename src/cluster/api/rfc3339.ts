/** A time as Kubernetes writes it in objects: RFC 3339, in whole seconds (API conventions, "Timestamps"). */
export function rfc3339(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}
