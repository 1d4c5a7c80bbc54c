import type { OnModuleInit } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';
import { notJson, tooLarge } from './webhook-intake.js';

type Next = (error?: unknown) => void;

/**
 * Express parses bodies before any controller, and its errors quote from them. On this path they become ours. Fastify's
 * errors quote nothing.
 */
export class UnparsedBodies implements OnModuleInit {
  private readonly end: string;

  constructor(
    private readonly host: HttpAdapterHost,
    path: string,
  ) {
    this.end = `/${trimmed(path)}`.toLowerCase();
  }

  /** After the routes and before Nest's own error handler. */
  onModuleInit(): void {
    const { httpAdapter } = this.host;
    if (httpAdapter?.getType() !== 'express') return;
    httpAdapter.use((error: unknown, request: { readonly path: string }, _response: unknown, next: Next) => {
      next(`/${trimmed(request.path)}`.toLowerCase().endsWith(this.end) ? replaced(error) : error);
    });
  }
}

/** @see body-parser's README: its errors carry a `type` such as `entity.parse.failed`, and a `status`, seen 2026-11-20 */
function replaced(error: unknown): unknown {
  if (!(error instanceof Error) || !('type' in error) || !('status' in error)) return error;
  if (error.status === 413) return tooLarge();
  return typeof error.status === 'number' && error.status < 500 ? notJson() : error;
}

function trimmed(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}
