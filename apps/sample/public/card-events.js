import { isOurs } from './api.js';

/** A proxy may hold the stream back: the page does not wait for it longer. */
const OPENS_WITHIN_MS = 1_000;

let events;

/**
 * Calls `changed()` when the shop says that this customer's cards have changed, and after each gap in the stream.
 * Settles when the stream is open, so that a list asked for afterwards misses no change, or cannot be opened now.
 */
export function listenForCards(changed) {
  events = new EventSource('/wallet/events');
  let isFirst = true;
  events.addEventListener('cards', changed);
  return new Promise((resolve) => {
    setTimeout(resolve, OPENS_WITHIN_MS);
    events.addEventListener('error', resolve);
    events.addEventListener('session', ({ data }) => {
      if (isOurs(data) && !isFirst) changed(); // what was told meanwhile is not told again
      isFirst = false;
      resolve();
    });
  });
}

export function stopListening() {
  events?.close();
}
