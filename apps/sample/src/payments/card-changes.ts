import { Injectable, Module, type OnModuleDestroy } from '@nestjs/common';
import { filter, map, type Observable, Subject } from 'rxjs';

/** Tells that a customer's cards have changed; never which, nor how. Of this process: several need a broker between. */
@Injectable()
export class CardChanges implements OnModuleDestroy {
  private readonly customerIds = new Subject<string>();

  tell(customerId: string): void {
    this.customerIds.next(customerId);
  }

  /** Emits at every change of this customer's cards; completes when the shop closes. */
  of(customerId: string): Observable<void> {
    return this.customerIds.pipe(
      filter((changed) => changed === customerId),
      map(() => undefined),
    );
  }

  /** Before the server closes, which would wait for open streams. */
  onModuleDestroy(): void {
    this.customerIds.complete();
  }
}

@Module({ providers: [CardChanges], exports: [CardChanges] })
export class CardChangesModule {}
