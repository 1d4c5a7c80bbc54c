import { byId, el } from './dom.js';
import { word } from './words.js';

/** The gateways that customers know by name. A shop may have any others. */
const NAMED = ['credit-card', 'knet', 'benefit', 'mada'];

/** What a customer may choose by: the code of a gateway, or `other`. */
export function kindOf({ pgCode }) {
  return NAMED.includes(pgCode) ? pgCode : 'other';
}

/** Shown where there is something to choose; while the cards are loaded its place is kept. */
export function renderFilter({ view, rows, kind }) {
  const kinds = new Set(rows.map(({ card }) => kindOf(card)));
  if (kind !== '') kinds.add(kind); // its last card was deleted
  byId('filter').hidden = view === 'error' || (view === 'list' && kinds.size < 2);
  byId('filter').classList.toggle('kept', view === 'loading');
  byId('kind').replaceChildren(
    el('option', { value: '' }, word('allCards')),
    ...[...NAMED, 'other'].filter((it) => kinds.has(it)).map((it) => el('option', { value: it }, word(`kind_${it}`))),
  );
  byId('kind').value = kind;
}
