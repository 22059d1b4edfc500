/** Milliseconds; only ever waited for by a test that fails. */
const PATIENCE = 30_000;

/** What `work` resolves with; rejects when that takes too long, with what `said` says then: a test must not hang. */
export async function inTime<T>(work: Promise<T>, said: string | (() => string)): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const why = () => (typeof said === 'string' ? said : said());
  const timer = setTimeout(() => reject(new Error(`waited in vain: ${why()}`)), PATIENCE);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
