import { createHash } from 'node:crypto';

/** Bytes that are different at every place and for every token, so that a byte from elsewhere shows. */
export function patternOf(token: string, size: number): Buffer {
  const words = new Uint32Array(Math.ceil(size / 4));
  let word = createHash('sha256').update(token).digest().readUInt32LE(0);
  for (let index = 0; index < words.length; index += 1) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0;
    words[index] = word;
  }
  return Buffer.from(words.buffer, 0, size);
}

export function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
