/** One event of a stream (HTML, section 9.2.6). */
export interface ReadEvent {
  readonly event: string;
  /** Its lines, joined. */
  readonly data: string;
  /** Where a reader that comes again goes on; the last one that was said. '' before the first. */
  readonly id: string;
}

/** Characters of one event, and of a line of it. */
const LONGEST = 8 * 1024 * 1024;

/** Reads server-sent events. An event that the stream breaks off is none. */
export async function* readEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ReadEvent, void> {
  const decoder = new TextDecoder();
  let text = '';
  let id = '';
  let event = '';
  let data: string[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split(/\r\n|\n|\r(?=[^\n])/);
    text = lines.pop() ?? '';
    for (const line of lines) {
      length += line.length;
      if (line === '') {
        if (data.length > 0) yield { event: event || 'message', data: data.join('\n'), id };
        [event, data, length] = ['', [], 0];
        continue;
      }
      const [, field = '', value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
      if (field === 'data') data.push(value);
      else if (field === 'event') event = value;
      else if (field === 'id' && !value.includes('\0')) id = value;
    }
    if (text.length + length > LONGEST) throw new Error(`an event is longer than ${LONGEST} characters`);
  }
}
