import { ask } from './api.js';
import { listenForCards, stopListening } from './card-events.js';
import { cardRow } from './card.js';
import { confirmDelete } from './delete-dialog.js';
import { byId, listen, whenClosed } from './dom.js';
import { kindOf, renderFilter } from './filter.js';
import { renderOffer } from './offer.js';
import { toast } from './toast.js';
import { VIEWS } from './wallet-views.js';
import { cardWord, failureWord, word } from './words.js';

const CARDS = '/wallet/cards';

/** After these the list on the screen may no longer be true. */
const LOOK_AGAIN = new Set(['card_not_found', 'delete_outcome_unknown', 'provider_timeout']);

const AT_FIRST = { view: 'loading', rows: [], kind: '', offer: { view: 'asked' } };

/** `view` is loading, list or error; each of `rows` is `{ card, isDeleting?, failure? }`; `kind` is the filter's. */
let state = AT_FIRST;
let loads = 0;
let deletions = 0;
const running = new Set();
let onSessionEnd;

export async function openWallet(sessionEnded) {
  onSessionEnd = sessionEnded;
  change(AT_FIRST);
  await listenForCards(lookAgain);
  await load();
}

/** Nothing of this customer stays in the page. */
export function closeWallet() {
  loads += 1;
  stopListening();
  byId('delete').close();
  change(AT_FIRST);
}

/** Shows the same again, in whatever language the page speaks now. */
export function renderWallet() {
  renderFilter(state);
  renderOffer(state);
  byId('pay-link').classList.toggle('primary', state.view !== 'error'); // there "Try again" is the one
  byId('content').replaceChildren(VIEWS[state.view]({ ...state, shown: shownRows() }, { remove, retry }));
}

async function load() {
  const thisLoad = ++loads;
  change({ view: 'loading', rows: [] });
  byId('announce').textContent = word('loading');
  const { success: cards, failure } = await attempt(() => ask('GET', CARDS));
  if (thisLoad !== loads) return; // something else was asked meanwhile
  if (failure) return change({ view: 'error', failure });
  change({ view: 'list', rows: withTwins(cards).map((card) => ({ card })) });
  announceCount();
  return loadOffer();
}

/** Brings in what has changed elsewhere, and leaves alone what the customer is doing. */
async function lookAgain() {
  if (state.view !== 'list') return load();
  const thisLook = ++loads;
  let seen;
  let answer;
  do {
    await Promise.all(running); // a delete of this page's own tells this page, too
    seen = deletions;
    answer = await attempt(() => ask('GET', CARDS));
    await whenClosed(byId('delete')); // its focus goes back to a row
    if (thisLook !== loads) return undefined;
  } while (seen !== deletions || running.size > 0); // asked before that card was gone
  if (answer.failure) return toast(failureWord(answer.failure));
  tellChanges(mergeRows(withTwins(answer.success)));
  return loadOffer();
}

/** Gives the cards that were not there before, and those that are gone. */
function mergeRows(cards) {
  const before = new Map(state.rows.map((row) => [keyOf(row.card), row]));
  const now = new Set(cards.map(keyOf));
  const focused = [...byId('content').querySelectorAll('.rows > li')].findIndex((row) => row.matches(':focus-within'));
  const focusedCard = shownRows()[focused]?.card;
  change({ rows: cards.map((card) => ({ ...before.get(keyOf(card)), card })) });
  if (focusedCard) (nodeOf(focusedCard)?.querySelector('.delete') ?? byId('cards-title')).focus();
  return {
    saved: cards.filter((card) => !before.has(keyOf(card))),
    gone: [...before.values()].map(({ card }) => card).filter((card) => !now.has(keyOf(card))),
  };
}

function tellChanges({ saved: [saved], gone: [gone] }) {
  if (saved) toast(cardWord(isShown(saved) ? 'saved' : 'savedHidden', saved));
  else if (gone) toast(cardWord('deleted', gone));
}

/** What checkout offers is a courtesy: the list stands without it. */
async function loadOffer() {
  const { success } = await attempt(() => ask('GET', '/checkout'));
  if (success === undefined) return change({ offer: { view: 'unknown' } }, renderOffer);
  const card = state.rows.find((row) => keyOf(row.card) === keyOf(success.card ?? {}))?.card ?? success.card;
  return change({ offer: card === null ? { view: 'none' } : { view: 'card', card } }, renderOffer);
}

async function remove(card) {
  if (!(await confirmDelete(card))) return;
  changeRow(card, { isDeleting: true, failure: undefined });
  const deleting = attempt(() => ask('DELETE', `${CARDS}/${encodeURIComponent(keyOf(card))}`));
  running.add(deleting);
  const { failure } = await deleting;
  running.delete(deleting);
  if (failure) {
    const canRefresh = LOOK_AGAIN.has(failure.errorCode) || failure.status === 0;
    const told = { text: () => failureWord(failure), canRefresh, retryAt: failure.retryAt };
    changeRow(card, { isDeleting: false, failure: told });
    return;
  }
  dropRow(card);
  if (document.activeElement === document.body) byId('cards-title').focus(); // its button is gone
  toast(cardWord('deleted', card));
  await loadOffer();
}

async function retry() {
  byId('cards-title').focus(); // the button goes away
  await load();
}

/** The result or the failure of a request; where the session has ended, the wallet closes. */
async function attempt(request) {
  try {
    return { success: await request() };
  } catch (failure) {
    if (failure.status === 401) onSessionEnd();
    if (failure.status === undefined) throw failure; // no answer of the shop's, a mistake in this page
    return { failure };
  }
}

function change(changes, render = renderWallet) {
  state = { ...state, ...changes };
  render(state);
}

/** Alone: what other rows say would be read out again, and the focus be lost. */
function changeRow(card, changes) {
  const index = indexOf(card);
  if (index === -1) return; // the list was loaded anew meanwhile
  state = { ...state, rows: state.rows.with(index, { ...state.rows[index], ...changes }) };
  const old = nodeOf(card);
  if (old === undefined) return; // the filter hides it
  const row = cardRow(state.rows[index], { remove, retry });
  const hadFocus = old.contains(document.activeElement);
  old.replaceWith(row);
  if (hadFocus) row.querySelector('.delete').focus();
}

function dropRow(card) {
  deletions += 1;
  const node = nodeOf(card);
  change({ rows: state.rows.filter((row) => keyOf(row.card) !== keyOf(card)) }, () => undefined);
  if (shownRows().length === 0) renderWallet();
  else node?.remove();
}

/** Marks the cards that look like another one: their gateway is shown, too. */
function withTwins(cards) {
  return cards.map((card) => ({
    ...card,
    hasTwin: cards.some((other) => other !== card && other.brand === card.brand && other.last4 === card.last4),
  }));
}

function keyOf(card) {
  return card.id;
}

function isShown(card) {
  return state.kind === '' || kindOf(card) === state.kind;
}

function shownRows() {
  return state.rows.filter(({ card }) => isShown(card));
}

function nodeOf(card) {
  const index = shownRows().findIndex((row) => keyOf(row.card) === keyOf(card));
  return byId('content').querySelector('.rows')?.children[index];
}

function indexOf(card) {
  return state.rows.findIndex((row) => keyOf(row.card) === keyOf(card));
}

function announceCount() {
  byId('announce').textContent = word('loaded', { count: shownRows().length });
}

listen('kind', 'change', ({ target }) => {
  change({ kind: target.value });
  announceCount();
});
