/** Milliseconds after which the stream of a hidden page is stopped. */
const HIDDEN_TIMEOUT = 60_000;

/**
 * Stops a stream while the page is in the background, so another page can use its place among the few that the router serves.
 *
 * @param {{ start: () => void, stop: () => void }} stream already started
 * @returns {() => void} ends this; it neither starts nor stops the stream
 */
export function pauseWhileHidden(stream) {
  let timer = 0;
  let isResting = false;
  const rest = () => {
    isResting = true;
    stream.stop();
  };
  const checkVisibility = () => {
    window.clearTimeout(timer);
    if (document.hidden) timer = window.setTimeout(rest, HIDDEN_TIMEOUT);
    else if (isResting) {
      isResting = false;
      stream.start();
    }
  };
  document.addEventListener('visibilitychange', checkVisibility);
  return () => {
    window.clearTimeout(timer);
    document.removeEventListener('visibilitychange', checkVisibility);
  };
}
