/**
 * What was written into a form that is sent, without blanks around it.
 *
 * @param {SubmitEvent} event which sends nothing by itself
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
