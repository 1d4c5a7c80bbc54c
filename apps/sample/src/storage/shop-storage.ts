import { Injectable } from '@nestjs/common';
import { type CardCache, cardCache } from 'nestjs-ottu-cards/cache';

/** What the shop keeps between requests, in the memory of this process. */
@Injectable()
export class ShopStorage {
  /** A page asks for the list, then for the card that checkout offers: Ottu is asked once. */
  readonly cardCache: CardCache = cardCache();
}
