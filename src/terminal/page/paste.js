/**
 * Text of the clipboard as it may go to a pod. A program in bracketed mode takes everything up to the end marker for data: text
 * that has that marker in it could end the mode and be typed as commands. Markers are left out, then every control character but
 * tabs and line ends, so that no marker can be put together from what is left. A line end is what the Enter key sends.
 *
 * @param {string} text
 * @returns {string}
 */
export function cleanPaste(text) {
  return text
    .replace(/(?:\x1b\[|\x9b)20[01]~/g, '')
    .replace(/\r?\n/g, '\r')
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/g, '');
}

/**
 * What is sent for a paste: with markers where the program asked for them.
 *
 * @param {string} text
 * @param {boolean} bracketed
 * @returns {string}
 */
export function pasted(text, bracketed) {
  const clean = cleanPaste(text);
  return bracketed ? `\x1b[200~${clean}\x1b[201~` : clean;
}
