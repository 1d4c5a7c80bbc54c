import { cardFace } from './card.js';
import { byId, listen } from './dom.js';
import { cardWord } from './words.js';

const dialog = byId('delete');
let answer = () => undefined;

/** Asks whether this card shall go; Escape means no. The browser gives the focus back to the button that asked. */
export function confirmDelete(card) {
  answer(false); // to whom asked before
  byId('delete-title').textContent = cardWord('deleteTitle', card);
  byId('delete-card').replaceChildren(...cardFace(card));
  dialog.returnValue = 'keep';
  dialog.showModal();
  return new Promise((resolve) => {
    answer = resolve;
  });
}

listen('delete', 'close', () => {
  // the event comes a moment later: whoever is quick has opened the dialog for another card by then
  if (!dialog.open) answer(dialog.returnValue === 'delete');
});
