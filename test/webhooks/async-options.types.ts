// What must not compile: the type check fails when one of these lines turns out to be allowed.
import {
  type OttuWebhookHandler,
  OttuWebhooksModule,
  type OttuWebhooksOptions,
  type PaymentEvent,
  type SavedCardEvent,
} from 'nestjs-ottu-cards/webhooks';

declare const options: OttuWebhooksOptions;

class Handler implements OttuWebhookHandler {
  onSavedCard(event: SavedCardEvent): void {
    void event.card.token;
  }
}

class PaymentsHandler implements OttuWebhookHandler {
  async onPayment(event: PaymentEvent): Promise<void> {
    // @ts-expect-error a payment has no card
    void event.card;
  }
}

class Nothing implements OttuWebhookHandler {}

const mount = { path: 'webhooks/ottu', handler: Handler };

export const allowed = [
  () =>
    OttuWebhooksModule.forRoot({
      ...mount,
      hmacKey: ['a', 'b'],
      onUndelivered: ({ event, method, reason, error }) => void [event.card, method, reason, error],
      cards: 'kuwait',
    }),
  () => OttuWebhooksModule.forRootAsync({ ...mount, imports: [], inject: ['A'], useFactory: (_a: string) => options }),
];

export const allowedWithPaymentsAlone = () =>
  OttuWebhooksModule.forRoot({ path: 'webhooks/ottu', handler: PaymentsHandler, hmacKey: 'a' });

export const refused = [
  // @ts-expect-error there is no key
  () => OttuWebhooksModule.forRoot({ ...mount }),
  // @ts-expect-error there is no path
  () => OttuWebhooksModule.forRoot({ handler: Handler, hmacKey: 'a' }),
  // @ts-expect-error the handler handles nothing
  () => OttuWebhooksModule.forRoot({ path: 'webhooks/ottu', handler: Object, hmacKey: 'a' }),
  // @ts-expect-error so does this one
  () => OttuWebhooksModule.forRoot({ path: 'webhooks/ottu', handler: Nothing, hmacKey: 'a' }),
  // @ts-expect-error there is no source of options
  () => OttuWebhooksModule.forRootAsync({ ...mount }),
  // @ts-expect-error one source, not two
  () => OttuWebhooksModule.forRootAsync({ ...mount, useFactory: () => options, useClass: Object }),
  // @ts-expect-error the path is needed before the factory runs
  () => OttuWebhooksModule.forRootAsync({ handler: Handler, useFactory: () => ({ ...options, path: 'a' }) }),
  // @ts-expect-error so is the handler
  () => OttuWebhooksModule.forRootAsync({ path: 'a', useFactory: async () => ({ ...options, handler: Handler }) }),
  // @ts-expect-error so are the decorators
  () => OttuWebhooksModule.forRootAsync({ ...mount, useFactory: () => ({ ...options, decorators: [] }) }),
  // @ts-expect-error the class does not create options
  () => OttuWebhooksModule.forRootAsync({ ...mount, useClass: Object }),
];
