// #region filter
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { OttuError, ottuErrorAnswer } from 'nestjs-ottu-cards';

/** Put `@UseFilters(CardsErrorFilter)` on a resolver. */
@Catch(OttuError)
export class CardsErrorFilter implements ExceptionFilter<OttuError> {
  catch(error: OttuError, _host: ArgumentsHost): never {
    const { message, errorCode, statusCode, fieldErrors } = ottuErrorAnswer(error);
    // GraphQL.js copies `extensions` of any error into its answer.
    throw Object.assign(new Error(message), { extensions: { code: errorCode, statusCode, fieldErrors } });
  }
}
// #endregion
