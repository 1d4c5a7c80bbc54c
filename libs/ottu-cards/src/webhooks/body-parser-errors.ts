import type { OnModuleInit } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { isRecord } from '../common/is-record.js';
import { failure, WEBHOOK_ROUTE } from './webhooks.controller.js';

type Next = (error?: unknown) => void;

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
    for (const path of this.paths(httpAdapter.getInstance())) {
      httpAdapter.use(path, (error: unknown, request: { readonly path: string }, _response: unknown, next: Next) => {
        next(request.path === '/' ? this.replaced(error) : error); // a longer path is another route
      });
    }
  }

  /** The route as Express knows it: with a global prefix, and whatever else Nest puts before it. */
  private paths(express: unknown): string[] {
    const layers = listOf(express, 'router', 'stack');
    return layers.flatMap((layer) => {
      const route = memberOf(layer, 'route');
      const path = memberOf(route, 'path');
      const isOurs = listOf(route, 'stack').some((it) => this.isHandler(memberOf(it, 'handle')));
      return isOurs && typeof path === 'string' ? [path] : [];
    });
  }

  private isHandler(handle: unknown): boolean {
    return typeof handle === 'function' && Reflect.getMetadata(WEBHOOK_ROUTE, handle) === this.mount;
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

function memberOf(value: unknown, name: string): unknown {
  return isRecord(value) || typeof value === 'function' ? Reflect.get(value, name) : undefined;
}

function listOf(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = path.reduce(memberOf, value);
  return Array.isArray(found) ? found : [];
}
