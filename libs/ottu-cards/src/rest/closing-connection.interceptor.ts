import { type CallHandler, type ExecutionContext, Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { type Observable, tap } from 'rxjs';
import { type ShutdownClock, shutdownClockOf } from '../common/shutdown.js';

/**
 * Answers with `Connection: close` once the application closes: its HTTP server waits for every open connection, and a
 * client keeps an idle one open for seconds.
 */
@Injectable()
export class ClosingConnectionInterceptor implements NestInterceptor {
  private readonly clock: ShutdownClock;

  constructor(
    @Inject(ModulesContainer) application: ModulesContainer,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
  ) {
    this.clock = shutdownClockOf(application);
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const closeConnection = (): void => {
      if (!this.clock.isRunning) return;
      this.host.httpAdapter.setHeader(context.switchToHttp().getResponse(), 'Connection', 'close');
    };
    return next.handle().pipe(tap({ next: closeConnection, error: closeConnection }));
  }
}
