/** One server-sent event (HTML, section 9.2.6). */
export interface ReadEvent {
  readonly event: string;
  /** The lines of data, joined with line feeds. */
  readonly data: string;
  /** The last id of the stream, with which a new stream continues; '' before the first id. */
  readonly id: string;
}

/** Maximum length of an event and of a line, in characters. */
const MAX_LENGTH = 8 * 1024 * 1024;

/** Reads server-sent events. An incomplete event at the end of the stream is ignored. */
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
    if (text.length + length > MAX_LENGTH)
      throw new Error(`an event is longer than ${MAX_LENGTH} characters`);
  }
}
