/**
 * The values of a submitted form, trimmed. It prevents the browser from sending the form.
 *
 * @param {SubmitEvent} event
 * @returns {(name: string) => string}
 */
export function formText(event) {
  event.preventDefault();
  const fields = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
  return (name) => {
    const value = fields.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
}
