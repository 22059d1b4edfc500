/**
 * @typedef {object} ServerEvent
 * @property {string} event
 * @property {string} data
 * @property {string | undefined} id
 */

/** Parses a stream of server-sent events (HTML, section 9.2.6) that arrives in pieces of any size. */
export class EventReader {
  #rest = '';
  /** @type {string[]} */
  #data = [];
  #event = '';
  /** @type {string | undefined} */
  #id;

  /**
   * @param {string} text
   * @returns {ServerEvent[]} the events that are complete
   */
  take(text) {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    /** @type {ServerEvent[]} */
    const events = [];
    for (const line of lines) {
      if (line === '') this.#end(events);
      else this.#field(line);
    }
    return events;
  }

  /** @param {ServerEvent[]} events */
  #end(events) {
    if (this.#data.length > 0)
      events.push({ event: this.#event || 'message', data: this.#data.join('\n'), id: this.#id });
    this.#data = [];
    this.#event = '';
  }

  /** @param {string} line a field; a line that begins with a colon is a comment (a heartbeat) */
  #field(line) {
    const [, name, value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? [];
    if (name === 'event') this.#event = value;
    else if (name === 'data') this.#data.push(value);
    else if (name === 'id') this.#id = value;
  }
}
