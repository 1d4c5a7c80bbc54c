/**
 * The project's own environment listens to every call.
 *
 * @jest-environment node
 */
import { tracingChannel } from 'node:diagnostics_channel';
import { Logger } from '@nestjs/common';
import { aCard } from 'nestjs-ottu-cards/testing';
import { closeAll, startCards } from '../support/application.js';
import { endsOf, hearCalls } from '../support/traced-calls.js';

afterEach(closeAll);

const customerId = 'customer-1';

it('makes no event for a call that begins while nobody listens', async () => {
  expect(tracingChannel('nestjs-ottu-cards:call').hasSubscribers).toBe(false);
  const { fake, cards } = await startCards();
  Logger.overrideLogger(false); // the log's line of each call would need one, too
  const card = fake.save(aCard({ customerId }));
  fake.next({ delayMs: 50 });

  const unheard = cards.list({ customerId });
  const heard = hearCalls();
  expect(await unheard).toMatchObject([{ token: card.token }]);
  expect(heard).toEqual([]);

  await cards.find({ customerId, token: card.token });
  expect(endsOf(heard)).toMatchObject([{ operation: 'find', attempts: 1 }]);
});
