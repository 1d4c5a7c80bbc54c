import { byId } from './dom.js';

const SHOWN_MS = 6_000;

/** Says shortly, also to screen readers, what has happened. */
export function toast(text) {
  const node = byId('toast');
  node.textContent = text;
  node.classList.add('shown');
  setTimeout(() => node.classList.remove('shown'), SHOWN_MS);
}
