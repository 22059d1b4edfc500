/** All texts, one after the other. */
export async function* concatenate(...texts: readonly AsyncIterable<string>[]): AsyncGenerator<string, void> {
  for (const text of texts) yield* text;
}
