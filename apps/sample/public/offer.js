import { cardFace } from './card.js';
import { byId, el } from './dom.js';
import { word } from './words.js';

/** What the shop's checkout would offer: `undefined` while it is asked, `null` when no card can pay. */
const VIEWS = {
  asked: () => el('div', { class: 'card plain ghost', 'aria-busy': 'true' }, el('i'), ghostFace()),
  card: ({ card }) => el('div', { class: 'card plain' }, ...cardFace(card)),
  none: () => el('p', {}, word('offerNone')),
  unknown: () => el('p', {}, word('offerUnknown')),
};

/** Beside the list, and never without one: its place is kept while the shop is asked. */
export function renderOffer({ view, rows, offer }) {
  byId('checkout').hidden = view === 'error' || (view === 'list' && rows.length === 0);
  byId('offer').replaceChildren(VIEWS[offer.view](offer));
  byId('offer-lead').hidden = offer.view === 'none' || offer.view === 'unknown';
}

function ghostFace() {
  return el('div', { class: 'face' }, el('i'), el('i'));
}
