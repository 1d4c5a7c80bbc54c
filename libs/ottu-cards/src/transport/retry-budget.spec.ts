import { RetryBudget } from './retry-budget.js';

const spendAll = (budget: RetryBudget): number => {
  let spent = 0;
  while (budget.spend()) spent += 1;
  return spent;
};

it('holds ten tokens', () => {
  expect(spendAll(new RetryBudget())).toBe(10);
});

it('has nothing left once it is empty', () => {
  const budget = new RetryBudget();
  spendAll(budget);
  expect(budget.spend()).toBe(false);
});

it.each([
  [9, 0],
  [10, 1],
  [19, 1],
  [95, 9],
  [100, 10],
  [1_000, 10],
])('earns a tenth per success: after %i there are %i', (successes, tokens) => {
  const budget = new RetryBudget();
  spendAll(budget);
  for (let n = 0; n < successes; n += 1) budget.earn();
  expect(spendAll(budget)).toBe(tokens);
});
