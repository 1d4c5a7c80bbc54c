import { el, symbol } from './dom.js';
import { tryAgain } from './try-again.js';
import { brandName, cardWord, gatewayName, word } from './words.js';

const MARKS = new Set(['visa', 'mastercard', 'amex', 'knet', 'benefit', 'mada']);

/** Brand mark, number, name, expiry and badges of a card. */
export function cardFace(card) {
  const brand = (card.brand ?? '').toLowerCase();
  return [
    symbol(`brand-${MARKS.has(brand) ? brand : 'other'}`, 'brand'),
    el(
      'div',
      { class: 'face' },
      el(
        'p',
        { class: 'title' },
        el('span', { class: 'brand-name' }, brandName(card.brand)),
        card.last4 === null
          ? el('span', { class: 'no-number' }, word('noNumber'))
          : el('bdi', { class: 'number', dir: 'ltr' }, `•••• ${card.last4}`),
      ),
      el(
        'p',
        { class: 'details' },
        el('span', {}, `${word('expires')} `, el('bdi', { dir: 'ltr' }, `${card.expiryMonth}/${card.expiryYear}`)),
        card.nameOnCard !== null && el('bdi', {}, card.nameOnCard),
        card.hasTwin && el('bdi', {}, gatewayName(card)),
      ),
      badges(card),
    ),
  ];
}

function badges(card) {
  const shown = [
    card.isPreferred && ['good', 'preferred'],
    card.isExpired && ['bad', 'expired'],
    card.willExpireSoon && ['warn', 'expiresSoon'],
    isLocked(card) && ['info', 'subscription'],
  ].filter(Boolean);
  return (
    shown.length > 0 &&
    el('p', { class: 'badges' }, ...shown.map(([tone, key]) => el('span', { class: `badge ${tone}` }, word(key))))
  );
}

/** Ottu keeps a card that pays for an agreement. */
function isLocked(card) {
  return card.agreements.length > 0;
}

/** A row of the list: the card, its button, and what went wrong with it. */
export function cardRow({ card, isDeleting, failure }, { remove, retry }) {
  return el(
    'li',
    { class: 'row', 'aria-busy': isDeleting ? 'true' : undefined, 'data-expired': card.isExpired },
    el(
      'div',
      { class: 'card' },
      ...cardFace(card),
      isLocked(card) ? symbol('icon-lock', 'icon lock') : deleteButton(card, isDeleting, remove),
    ),
    isLocked(card) && el('p', { class: 'note' }, word('lockedNote')),
    failure &&
      el(
        'div',
        { class: 'failure' },
        el('p', { role: 'alert' }, failure.text()),
        failure.canRefresh && el('button', { type: 'button', class: 'link', onclick: retry }, word('refresh')),
        ...(failure.retryAt === undefined ? [] : tryAgain(failure, () => remove(card), 'link')),
      ),
  );
}

function deleteButton(card, isDeleting, remove) {
  return el(
    'button',
    {
      type: 'button',
      class: 'delete',
      'aria-label': cardWord(isDeleting ? 'deletingCard' : 'deleteCard', card),
      'aria-disabled': isDeleting ? 'true' : undefined,
      onclick: () => !isDeleting && remove(card),
    },
    symbol('icon-bin', 'icon'),
    el('span', {}, word(isDeleting ? 'deleting' : 'delete')),
  );
}
