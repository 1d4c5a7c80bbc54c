/** Calls `changed(event)` when the shop says that this customer's cards have changed, and after each gap in the stream. */
export function listenForCards(changed) {
  const events = new EventSource('/wallet/events');
  let isFirst = true;
  events.addEventListener('cards', changed);
  events.addEventListener('open', (event) => {
    if (!isFirst) changed(event); // what was told meanwhile is not told again
    isFirst = false;
  });
}
