/**
 * Removes what is dangerous from text of the clipboard. A program in bracketed paste mode treats everything up to the end marker
 * as data, so text with that marker could end the mode and act as typed commands. The function removes markers, and then all
 * control characters except tabs and line ends, so that the rest cannot form a new marker. Line ends become what the Enter key
 * sends.
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
 * The text to send for a paste, with markers if the program turned on bracketed paste mode.
 *
 * @param {string} text
 * @param {boolean} bracketed
 * @returns {string}
 */
export function pasted(text, bracketed) {
  const clean = cleanPaste(text);
  return bracketed ? `\x1b[200~${clean}\x1b[201~` : clean;
}
