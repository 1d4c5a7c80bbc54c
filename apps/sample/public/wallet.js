import { ask } from './api.js';
import { cardFace, cardRow } from './card.js';
import { confirmDelete } from './delete-dialog.js';
import { byId, el, symbol } from './dom.js';
import { cardWord, failureWord, gatewayName, word } from './words.js';

const CARDS = '/wallet/cards';
const CAN_REFRESH = ['card_not_found', 'delete_outcome_unknown', 'provider_timeout'];

/** `view`: loading, list or error. */
let state = {};
let onSignedOut = () => undefined;

export function openWallet(handlers) {
  ({ onSignedOut } = handlers);
  state = { view: 'loading', rows: [], gateways: [], gateway: '', offer: null };
  load();
}

/** Shows the same again, in whatever language the page speaks now. */
export function renderWallet() {
  renderFilter();
  byId('checkout').hidden = state.view !== 'list' || state.offer === null;
  if (state.offer !== null) byId('offer').replaceChildren(el('div', { class: 'card plain' }, ...cardFace(state.offer)));
  byId('content').replaceChildren({ loading, error, list }[state.view]());
}

async function load() {
  const asked = { ...state, view: 'loading', rows: [] };
  state = asked;
  renderWallet();
  announce(word('loading'));
  try {
    const query = state.gateway === '' ? '' : `?pgCodes=${encodeURIComponent(state.gateway)}`;
    const cards = await ask('GET', CARDS + query);
    if (state !== asked) return; // something else was asked meanwhile
    const gateways = state.gateway === '' ? [...new Set(cards.map((card) => card.pgCode))] : state.gateways;
    state = { ...state, view: 'list', rows: cards.map((card) => ({ card })), gateways };
    announce(word('loaded', { count: cards.length }));
    renderWallet();
    await offer();
  } catch (failure) {
    if (state !== asked) return;
    fail(failure, () => {
      state = { ...state, view: 'error', failure };
      renderWallet();
    });
  }
}

/** What checkout offers is a courtesy: without it the list stands alone. */
async function offer() {
  const answer = await ask('GET', '/checkout').catch(() => ({ card: null }));
  state = { ...state, offer: answer.card };
  byId('checkout').hidden = state.view !== 'list' || state.offer === null;
  if (state.offer !== null) byId('offer').replaceChildren(el('div', { class: 'card plain' }, ...cardFace(state.offer)));
}

async function remove(card) {
  if (!(await confirmDelete(card))) return;
  update(card, { isDeleting: true, failure: undefined });
  try {
    await ask('DELETE', `${CARDS}/${encodeURIComponent(card.token)}`);
    state = { ...state, rows: state.rows.filter((row) => row.card.token !== card.token) };
    renderWallet();
    byId('cards-title').focus();
    toast(cardWord('deleted', card));
    await offer();
  } catch (failure) {
    fail(failure, () => {
      const canRefresh = CAN_REFRESH.includes(failure.errorCode) || failure.status === 0;
      update(card, { isDeleting: false, failure: { text: () => failureWord(failure), canRefresh } });
    });
  }
}

/** Changes one row; the focus stays on its button. */
function update(card, change) {
  const rows = state.rows.map((row) => (row.card.token === card.token ? { ...row, ...change } : row));
  state = { ...state, rows };
  renderWallet();
  const index = rows.findIndex((row) => row.card.token === card.token);
  byId('content').querySelectorAll('.delete')[index]?.focus();
}

function fail(failure, show) {
  if (failure.status === undefined) throw failure;
  if (failure.status === 401) onSignedOut();
  else show();
}

function renderFilter() {
  byId('filter').hidden = state.gateways.length < 2;
  byId('gateway').replaceChildren(
    el('option', { value: '' }, word('allGateways')),
    ...state.gateways.map((pgCode) => el('option', { value: pgCode }, gatewayName(pgCode))),
  );
  byId('gateway').value = state.gateway;
}

byId('gateway').addEventListener('change', ({ target }) => {
  state = { ...state, gateway: target.value };
  load();
});

function loading() {
  const ghost = () => el('li', { class: 'row ghost' }, el('div', { class: 'card' }, el('i'), el('div', { class: 'face' }, el('i'), el('i'))));
  return el(
    'div',
    { 'aria-busy': 'true' },
    el('p', { class: 'unseen' }, word('loading')),
    el('ul', { class: 'rows', 'aria-hidden': 'true' }, ghost(), ghost(), ghost()),
  );
}

function list() {
  if (state.rows.length === 0) return empty();
  const handlers = { onDelete: remove, onRefresh: load };
  return el(
    'ul',
    { class: 'rows', role: 'list', 'aria-labelledby': 'cards-title' },
    ...state.rows.map((row) => cardRow(row, handlers)),
  );
}

function empty() {
  const which = state.gateway === '' ? 'empty' : 'emptyFilter';
  return panel('icon-wallet', {}, el('h2', {}, word(`${which}Title`)), el('p', {}, word(`${which}Text`)));
}

function error() {
  return panel(
    'icon-cloud',
    { role: 'alert' },
    el('h2', {}, word('errorTitle')),
    el('p', {}, failureWord(state.failure)),
    el('button', { type: 'button', class: 'button primary', onclick: retry }, word('tryAgain')),
  );
}

function retry() {
  byId('cards-title').focus(); // the button goes away
  load();
}

function panel(icon, attributes, ...children) {
  return el('div', { class: 'panel', ...attributes }, symbol(icon, 'icon'), ...children);
}

function announce(text) {
  byId('announce').textContent = text;
}

function toast(text) {
  const node = byId('toast');
  node.textContent = text;
  node.classList.add('shown');
  setTimeout(() => node.classList.remove('shown'), 6_000);
}
