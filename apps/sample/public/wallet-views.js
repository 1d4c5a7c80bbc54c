import { cardRow } from './card.js';
import { el, symbol } from './dom.js';
import { tryAgain } from './try-again.js';
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
      el('div', { role: 'alert' }, el('h2', {}, word('errorTitle')), el('p', {}, failureWord(failure))),
      ...tryAgain(failure, retry, 'button primary'),
    );
  },

  list({ rows, shown }, actions) {
    if (rows.length === 0) return empty('empty');
    if (shown.length === 0) return empty('emptyFilter');
    return el(
      'ul',
      { class: 'rows', role: 'list', 'aria-labelledby': 'cards-title' },
      ...shown.map((row) => cardRow(row, actions)),
    );
  },
};

function empty(key) {
  return panel('icon-wallet', el('h2', {}, word(`${key}Title`)), el('p', {}, word(`${key}Text`)));
}

function panel(icon, ...children) {
  return el('div', { class: 'panel' }, symbol(icon, 'icon'), ...children);
}

/** The shape of a row that is not there yet. */
function ghost() {
  const lines = el('div', { class: 'face' }, el('i'), el('i'));
  return el('li', { class: 'row ghost' }, el('div', { class: 'card' }, el('i'), lines));
}
