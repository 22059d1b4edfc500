import htm from './vendor/htm.js';
import { h } from './vendor/preact.js';

/** Makes elements from a template. Values become text or attributes, never markup. */
export const html = htm.bind(h);
