import { byId } from './dom.js';

const SHOWN_MS = 6_000;
let hiding;

/** Says shortly, also to screen readers, what has happened. */
export function toast(text) {
  const node = byId('toast');
  node.textContent = text;
  node.classList.add('shown');
  clearTimeout(hiding); // the one before would take this one with it
  hiding = setTimeout(() => node.classList.remove('shown'), SHOWN_MS);
}
