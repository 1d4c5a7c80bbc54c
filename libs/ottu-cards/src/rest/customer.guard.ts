import { type CanActivate, type ExecutionContext, ForbiddenException } from '@nestjs/common';
import { customerIdRule } from '../cards/card-rules.js';
import { OttuConfigError } from '../errors/errors.js';
import type { OttuCardsControllerOptions } from './controller.options.js';

/**
 * The last guard of a mounted controller: finds out whose cards the request is about. The id never passes through
 * pipes, which an application may have that change it.
 */
export class CustomerGuard implements CanActivate {
  private readonly customers = new WeakMap<object, string>();

  /** @param title how messages name the registration */
  constructor(
    private readonly resolve: OttuCardsControllerOptions['customerId'],
    private readonly title: string,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const customerId: unknown = await this.resolve(context);
    if (customerId === undefined || customerId === null || customerId === '') throw new ForbiddenException();
    const problem = customerIdRule(customerId);
    if (typeof customerId !== 'string' || problem !== undefined) {
      throw new OttuConfigError(
        `${this.title}: controller.customerId gave an id that cannot be Ottu's: it ${problem}.`,
      );
    }
    this.customers.set(context.switchToHttp().getRequest<object>(), customerId);
    return true;
  }

  customerOf(request: object): string {
    const customerId = this.customers.get(request);
    if (customerId === undefined) throw new ForbiddenException();
    return customerId;
  }
}
