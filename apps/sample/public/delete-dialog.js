import { cardFace } from './card.js';
import { byId } from './dom.js';
import { cardWord } from './words.js';

const dialog = byId('delete');

/** Asks whether this card shall go; Escape means no. The browser gives the focus back to the button that asked. */
export function confirmDelete(card) {
  byId('delete-title').textContent = cardWord('deleteTitle', card);
  byId('delete-card').replaceChildren(...cardFace(card));
  dialog.returnValue = 'keep';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'delete'), { once: true });
  });
}
