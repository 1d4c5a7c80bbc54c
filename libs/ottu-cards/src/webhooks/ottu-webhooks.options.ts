import type { ModuleMetadata, Type } from '@nestjs/common';
import type { OttuCardSavedHandler, UndeliveredCard } from './card-saved.event.js';
import type { WebhookStore } from './webhook-store.js';

/** What may come from a factory. */
export interface OttuWebhooksOptions {
  /** The HMAC key from Ottu's dashboard; the old and the new one while it is being replaced. */
  readonly hmacKey: string | readonly string[];
  /**
   * Remembers handled events for all instances of the application.
   *
   * @default the memory of this process, for up to 10,000 events
   */
  readonly store?: WebhookStore | undefined;
  /**
   * Takes the genuine events that the handler did not finish: Ottu never sends them again. An option rather than a
   * method of the handler, because it is needed when the handler is what fails, and so that a factory can give it a
   * queue or an alarm that works without the handler's database.
   *
   * @default none: the loss is logged, without the payload
   */
  readonly onUndelivered?: ((card: UndeliveredCard) => void | Promise<void>) | undefined;
}

/** The extras before their check. */
export type GivenExtras = { readonly [K in keyof OttuWebhooksExtras]?: OttuWebhooksExtras[K] | undefined };

/** The structure of the module: known before any factory runs. */
export interface OttuWebhooksExtras {
  /** The route that Ottu posts to, without the application's global prefix. Version-neutral. @example 'webhooks/ottu' */
  readonly path: string;
  /** A class of yours, made by this module; what it injects must come through `imports` or be global. */
  readonly handler: Type<OttuCardSavedHandler>;
  /** The `name` of the `OttuCardsModule` that cards are confirmed with. @default none: the one without a name */
  readonly cards?: string | undefined;
  /** Modules that export what the handler injects, and an `OttuCardsModule` that is not global. */
  readonly imports?: ModuleMetadata['imports'] | undefined;
  /** Put on the controller class: `Public()`, `SkipThrottle()`, whatever the application's global guards look for. */
  readonly decorators?: readonly ClassDecorator[] | undefined;
}
