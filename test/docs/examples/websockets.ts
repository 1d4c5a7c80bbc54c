/* oxlint-disable promise/valid-params, promise/no-promise-in-callback -- `super.catch` is that of a filter, not of a promise */
// #region filter
import { type ArgumentsHost, Catch } from '@nestjs/common';
import { BaseWsExceptionFilter, WsException } from '@nestjs/websockets';
import { OttuError, ottuErrorAnswer } from 'nestjs-ottu-cards';

/** Put `@UseFilters(CardsSocketFilter)` on a gateway. */
@Catch(OttuError)
export class CardsSocketFilter extends BaseWsExceptionFilter {
  override catch(error: OttuError, host: ArgumentsHost): void {
    super.catch(new WsException(ottuErrorAnswer(error)), host);
  }
}
// #endregion
