import htm from './vendor/htm.js';
import { h } from './vendor/preact.js';

/** Elements out of a template. What is put into one becomes text or an attribute, never markup. */
export const html = htm.bind(h);
