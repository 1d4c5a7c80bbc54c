import type { OnModuleInit } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { failure, WEBHOOK_ROUTE } from './webhooks.controller.js';

type Next = (error?: unknown) => void;

/** As much of it as is looked at. */
interface ExpressApplication {
  readonly router?: { readonly stack: readonly { readonly route?: ExpressRoute }[] };
}

interface ExpressRoute {
  readonly path: unknown;
  readonly stack: readonly { readonly handle: object }[];
}

/**
 * Express parses bodies before any controller, and its errors quote from them. On the route of this webhook they become
 * ours. Fastify's errors quote nothing.
 */
export class BodyParserErrors implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly mount: symbol,
    private readonly logger: Pick<Console, 'warn'>,
  ) {}

  /** After Nest has registered the routes, and before its own error handler. */
  onModuleInit(): void {
    const { httpAdapter } = this.host;
    if (httpAdapter?.getType() !== 'express') return;
    for (const path of this.paths(httpAdapter.getInstance<ExpressApplication>())) {
      httpAdapter.use(path, (error: unknown, request: { readonly path: string }, _response: unknown, next: Next) => {
        next(request.path === '/' ? this.replaced(error) : error); // a longer path is another route
      });
    }
  }

  /** The route as Express knows it: with a global prefix, and whatever else Nest puts before it. */
  private paths({ router }: ExpressApplication): string[] {
    const routes = (router?.stack ?? []).flatMap(({ route }) => route ?? []);
    return routes
      .filter(({ stack }) => stack.some(({ handle }) => Reflect.getMetadata(WEBHOOK_ROUTE, handle) === this.mount))
      .flatMap(({ path }) => (typeof path === 'string' ? path : []));
  }

  /** @see body-parser's README: its errors carry a `type` such as `entity.parse.failed`, and a `status`, seen 2026-11-20 */
  private replaced(error: unknown): unknown {
    if (!(error instanceof Error) || !('type' in error) || !('status' in error)) return error;
    if (error.status === 413) {
      this.logger.warn(
        'Refused a webhook: it is larger than the body parser of the application allows. Ottu does not send it again. ' +
          'Raise the limit: app.useBodyParser("json", { limit: "512kb" }).',
      );
      return failure('too_large');
    }
    return typeof error.status === 'number' && error.status < 500 ? failure('not_json') : error;
  }
}
