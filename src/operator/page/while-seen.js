/** Milliseconds after which a hidden page gets nothing. */
const PATIENCE = 60_000;

/**
 * Lets a stream rest while the page is in the background: it frees its place among the few that the router serves, and costs nothing.
 *
 * @param {{ start: () => void, stop: () => void }} stream which has been started
 * @returns {() => void} ends it; what the stream does is left to the caller
 */
export function whileSeen(stream) {
  let timer = 0;
  let isResting = false;
  const rest = () => {
    isResting = true;
    stream.stop();
  };
  const look = () => {
    window.clearTimeout(timer);
    if (document.hidden) timer = window.setTimeout(rest, PATIENCE);
    else if (isResting) {
      isResting = false;
      stream.start();
    }
  };
  document.addEventListener('visibilitychange', look);
  return () => {
    window.clearTimeout(timer);
    document.removeEventListener('visibilitychange', look);
  };
}
