import { ask } from './api.js';
import { listenForCards } from './card-events.js';
import { cardFace, cardRow } from './card.js';
import { confirmDelete } from './delete-dialog.js';
import { byId, el, listen, whenClosed } from './dom.js';
import { toast } from './toast.js';
import { VIEWS } from './wallet-views.js';
import { cardWord, failureWord, gatewayName, word } from './words.js';

const CARDS = '/wallet/cards';

/** After these the list on the screen may no longer be true. */
const LOOK_AGAIN = new Set(['card_not_found', 'delete_outcome_unknown', 'provider_timeout']);

/** `view` is loading, list or error; each of `rows` is `{ card, isDeleting?, failure? }`. */
let state = {};
let loads = 0;
let deletions = 0;
let onSessionEnd;

export async function openWallet(sessionEnded) {
  onSessionEnd = sessionEnded;
  state = { rows: [], gateways: [], gateway: '', offer: null };
  listenForCards(lookAgain);
  await load();
}

/** Shows the same again, in whatever language the page speaks now. */
export function renderWallet() {
  renderFilter();
  renderOffer();
  byId('content').replaceChildren(VIEWS[state.view](state, { remove, retry }));
}

async function load() {
  const thisLoad = ++loads;
  change({ view: 'loading', rows: [] });
  byId('announce').textContent = word('loading');
  const { success: cards, failure } = await attempt(() => ask('GET', cardsAddress()));
  if (thisLoad !== loads) return; // something else was asked meanwhile
  if (failure) change({ view: 'error', failure });
  else await loaded(cards);
}

async function loaded(cards) {
  change({ view: 'list', rows: cards.map((card) => ({ card })), gateways: gatewaysOf(cards) });
  byId('announce').textContent = word('loaded', { count: cards.length });
  await loadOffer();
}

/** Brings in what has changed elsewhere, and leaves alone what the customer is doing. */
async function lookAgain({ type }) {
  if (state.view !== 'list') return load();
  const thisLook = ++loads;
  let seen;
  let cards;
  let failure;
  do {
    seen = deletions;
    ({ success: cards, failure } = await attempt(() => ask('GET', cardsAddress())));
    await whenClosed(byId('delete')); // its focus goes back to a row
    if (thisLook !== loads) return undefined;
    if (failure) return toast(failureWord(failure));
  } while (seen !== deletions); // asked before that card was gone
  const saved = mergeRows(cards);
  if (saved) toast(cardWord('saved', saved));
  else if (type === 'cards' && state.gateway !== '') toast(word('savedElsewhere'));
  return loadOffer();
}

/** Gives the card that was not there before. */
function mergeRows(cards) {
  const before = new Map(state.rows.map((row) => [row.card.token, row]));
  const focused = [...byId('content').querySelectorAll('.rows > li')].findIndex((row) => row.matches(':focus-within'));
  const focusedToken = state.rows[focused]?.card.token;
  change({ rows: cards.map((card) => ({ ...before.get(card.token), card })), gateways: gatewaysOf(cards) });
  if (focusedToken !== undefined) focusRow(focusedToken);
  return cards.find(({ token }) => !before.has(token));
}

function focusRow(token) {
  const index = state.rows.findIndex(({ card }) => card.token === token);
  const row = byId('content').querySelector('.rows')?.children[index];
  (row?.querySelector('.delete') ?? byId('cards-title')).focus();
}

/** What checkout offers is a courtesy: without it the list stands alone. */
async function loadOffer() {
  const { success } = await attempt(() => ask('GET', '/checkout'));
  state = { ...state, offer: success?.card ?? null };
  renderOffer();
}

async function remove(card) {
  if (!(await confirmDelete(card))) return;
  changeRow(card, { isDeleting: true, failure: undefined });
  const { failure } = await attempt(() => ask('DELETE', `${CARDS}/${encodeURIComponent(card.token)}`));
  if (failure) {
    const canRefresh = LOOK_AGAIN.has(failure.errorCode) || failure.status === 0;
    changeRow(card, { isDeleting: false, failure: { text: () => failureWord(failure), canRefresh } });
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

function change(changes) {
  state = { ...state, ...changes };
  renderWallet();
}

/** Alone: what other rows say would be read out again, and the focus be lost. */
function changeRow(card, changes) {
  const index = indexOf(card);
  if (index === -1) return; // the list was loaded anew meanwhile
  state = { ...state, rows: state.rows.with(index, { ...state.rows[index], ...changes }) };
  const old = byId('content').querySelector('.rows').children[index];
  const row = cardRow(state.rows[index], { remove, retry });
  const hadFocus = old.contains(document.activeElement);
  old.replaceWith(row);
  if (hadFocus) row.querySelector('.delete').focus();
}

function dropRow(card) {
  deletions += 1;
  const index = indexOf(card);
  if (index === -1) return;
  state = { ...state, rows: state.rows.toSpliced(index, 1) };
  if (state.rows.length === 0) renderWallet();
  else byId('content').querySelector('.rows').children[index].remove();
}

function cardsAddress() {
  return state.gateway === '' ? CARDS : `${CARDS}?pgCodes=${encodeURIComponent(state.gateway)}`;
}

/** With a gateway chosen the other ones are not among the cards. */
function gatewaysOf(cards) {
  return state.gateway === '' ? [...new Set(cards.map((card) => card.pgCode))] : state.gateways;
}

function indexOf(card) {
  return state.rows.findIndex((row) => row.card.token === card.token);
}

function renderFilter() {
  byId('filter').hidden = state.gateways.length < 2;
  byId('gateway').replaceChildren(
    el('option', { value: '' }, word('allGateways')),
    ...state.gateways.map((pgCode) => el('option', { value: pgCode }, gatewayName(pgCode))),
  );
  byId('gateway').value = state.gateway;
}

function renderOffer() {
  byId('checkout').hidden = state.view !== 'list' || state.offer === null;
  if (state.offer !== null) byId('offer').replaceChildren(el('div', { class: 'card plain' }, ...cardFace(state.offer)));
}

listen('gateway', 'change', async ({ target }) => {
  state = { ...state, gateway: target.value };
  await load();
});
