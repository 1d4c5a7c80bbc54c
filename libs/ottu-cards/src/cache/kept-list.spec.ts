import { aCard } from '../testing/builders.js';
import { copyCards, readKeptList } from './kept-list.js';

const cards = [aCard({ customerId: 'anna', agreements: ['A-1'], brand: null }), aCard({ customerId: 'anna' })];
const kept = { cards, generation: 'g', begunAt: 1 };

it('reads what it kept', () => {
  expect(readKeptList(JSON.parse(JSON.stringify(kept)), 'anna')).toEqual(kept);
});

it.each<[name: string, value: unknown]>([
  ['one card of another customer', { ...kept, cards: [...cards, aCard({ customerId: 'bader' })] }],
  ['a card without a token', { ...kept, cards: [{ ...cards[0], token: undefined }] }],
  ['a card of an older shape', { ...kept, cards: [{ ...cards[0], willExpireSoon: undefined }] }],
  ['no cards', { ...kept, cards: undefined }],
  ['no generation', { ...kept, generation: undefined }],
  ['no time', { ...kept, begunAt: '1' }],
  ['nothing', null],
])('takes a list with %s for none', (_, value) => {
  expect(readKeptList(value, 'anna')).toBeUndefined();
});

it('copies cards down to their agreements', () => {
  const [copy] = copyCards(cards);
  expect(copy).toEqual(cards[0]);
  expect(copy).not.toBe(cards[0]);
  expect(copy?.agreements).not.toBe(cards[0]?.agreements);
});
