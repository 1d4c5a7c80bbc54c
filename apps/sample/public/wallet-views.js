import { cardRow } from './card.js';
import { el, symbol } from './dom.js';
import { failureWord, word } from './words.js';

/** What stands under the heading, by `state.view`. */
export const VIEWS = {
  loading() {
    return el(
      'div',
      { 'aria-busy': 'true' },
      el('p', { class: 'unseen' }, word('loading')),
      el('ul', { class: 'rows', 'aria-hidden': 'true' }, ghost(), ghost(), ghost()),
    );
  },

  error({ failure }, { retry }) {
    return panel(
      'icon-cloud',
      { role: 'alert' },
      el('h2', {}, word('errorTitle')),
      el('p', {}, failureWord(failure)),
      el('button', { type: 'button', class: 'button primary', onclick: retry }, word('tryAgain')),
    );
  },

  list({ rows, gateway }, { remove, retry }) {
    if (rows.length === 0) return empty(gateway === '' ? 'empty' : 'emptyFilter');
    return el(
      'ul',
      { class: 'rows', role: 'list', 'aria-labelledby': 'cards-title' },
      ...rows.map((row) => cardRow(row, { remove, retry })),
    );
  },
};

function empty(key) {
  return panel('icon-wallet', {}, el('h2', {}, word(`${key}Title`)), el('p', {}, word(`${key}Text`)));
}

function panel(icon, attributes, ...children) {
  return el('div', { class: 'panel', ...attributes }, symbol(icon, 'icon'), ...children);
}

/** The shape of a row that is not there yet. */
function ghost() {
  const lines = el('div', { class: 'face' }, el('i'), el('i'));
  return el('li', { class: 'row ghost' }, el('div', { class: 'card' }, el('i'), lines));
}
